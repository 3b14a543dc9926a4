"""Certificates of OpenSSH: what one says, and its bytes (p).

They are written here, because the library's builder knows neither `rsa-sha2-256` nor keys in hardware (`sk-…`).

Source: https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.certkeys
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from strongroom.crypto.ssh.public_keys import SshPublicKey
from strongroom.crypto.ssh.signing import Authority
from strongroom.crypto.ssh.wire import string, uint32, uint64

USER: Final = "user"
HOST: Final = "host"
NONCE_BYTES: Final = 32
MOST_PRINCIPALS: Final = 256
"""What OpenSSH reads: `SSHKEY_CERT_MAX_PRINCIPALS`."""
_TYPES: Final = {USER: 1, HOST: 2}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a certificate is going to say."""

    key: SshPublicKey
    serial: int
    """Less than 2^64."""
    type: str
    """`user` or `host`."""
    key_id: str
    principals: tuple[str, ...]
    valid_after: int
    """In seconds since the epoch."""
    valid_before: int
    critical_options: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)


def to_sign(draft: Draft, authority: Authority, nonce: bytes) -> bytes:
    """The bytes that are signed."""
    return b"".join(
        (
            string(draft.key.certificate_type.encode()),
            string(nonce),
            draft.key.fields,
            uint64(draft.serial),
            uint32(_TYPES[draft.type]),
            string(draft.key_id.encode()),
            string(b"".join(string(name.encode()) for name in draft.principals)),
            uint64(draft.valid_after),
            uint64(draft.valid_before),
            string(_options(draft.critical_options)),
            string(_options(draft.extensions)),
            string(b""),
            string(authority.public.blob),
        )
    )


def line(draft: Draft, signed: bytes, signature: bytes) -> str:
    """The certificate in one line, as a file has it.

    Args:
        signed: what `to_sign` gave. signature: of it.
    """
    return f"{draft.key.certificate_type} {base64.b64encode(signed + string(signature)).decode()}\n"


def _options(options: Mapping[str, str]) -> bytes:
    """Names in the order of their bytes, each with its value inside of a string of its own."""
    out = []
    for name in sorted(name.encode() for name in options):
        value = options[name.decode()].encode()
        out.append(string(name) + string(string(value) if value else b""))
    return b"".join(out)
