"""What stands at the beginning of an encrypted file (p).

A line that says what it is, the length of a JSON object in four bytes, the object, and the stream of `stream.py`.  The
key of the stream is derived from the data key and from the header's bytes: a header that was altered opens nothing.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from strongroom.crypto.kdf import hkdf_sha256

MAGIC = b"strongroom envelope 1\n"
DATA_KEY_BYTES = 32
_LENGTH_BYTES = 4
_MOST_BYTES = 1024 * 1024
_PURPOSE = b"strongroom envelope 1 stream"


class HeaderError(Exception):
    """The file doesn't begin as an encrypted file does."""


class Header(msgspec.Struct, frozen=True):
    """The header of an encrypted file.  Nothing in it is secret."""

    ciphertext: str
    """The data key, encrypted by the server."""
    key: str = ""
    """The path of the key that did so, for people: `<mount>/keys/<name>`."""
    mime_type: str = ""
    metadata: str = ""
    """The user's own, in base64."""


def written(header: Header) -> bytes:
    """The header as it is stored.  Raises `HeaderError` for one that is too long."""
    body = msgspec.json.encode(header)
    if len(body) > _MOST_BYTES:
        raise HeaderError("the metadata are too long")
    return MAGIC + len(body).to_bytes(_LENGTH_BYTES, "big") + body


def read(source: BinaryIO) -> tuple[Header, bytes]:
    """The header, and its bytes.  Raises `HeaderError`."""
    start = source.read(len(MAGIC) + _LENGTH_BYTES)
    if not start.startswith(MAGIC) or len(start) != len(MAGIC) + _LENGTH_BYTES:
        raise HeaderError("it is no file that `transit envelope encrypt` has written, or it is cut")
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if length > _MOST_BYTES:
        raise HeaderError("its header is altered")
    body = source.read(length)
    if len(body) != length:
        raise HeaderError("it is cut within its header")
    try:
        return msgspec.json.decode(body, type=Header), start + body
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HeaderError("its header is altered") from error


def stream_key(data_key: bytes, header: bytes, aad: bytes) -> bytes:
    """The key of the stream: another one for every header and every additional authenticated data.

    Args:
        header: as it is stored. aad: what the user gives when encrypting, and has to give again.
    """
    # The lengths keep the parts apart: a byte can't move from one to the next.
    parts = b"".join(len(part).to_bytes(8, "big") + part for part in (_PURPOSE, header, aad))
    return hkdf_sha256(data_key, salt=b"", info=parts, length=DATA_KEY_BYTES)


def shown(header: Header) -> dict[str, str]:
    """The fields that the file has."""
    return {name: value for name, value in msgspec.structs.asdict(header).items() if value}
