"""The archive of a snapshot (pure): four files in one order, with one spelling of each header.

Source: POSIX.1-2017, pax, "ustar Interchange Format"; sizes from 8 GiB on as GNU tar writes them
"""

from __future__ import annotations

import tarfile
from typing import Final

from strongroom.snapshot.stored import Damaged, Unpacking

META, STATE, SUMS, SEALED = "meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"

_BLOCK: Final = 512
END: Final = bytes(2 * _BLOCK)
"""Two empty blocks, after the last file."""


def header(name: str, size: int, made_at: int) -> bytes:
    """The header of a file.

    Args:
        size: its length in bytes. made_at: seconds since the epoch.
    """
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, made_at
    return member.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    """What follows a file of that length."""
    return bytes(-size % _BLOCK)


def read_header(source: Unpacking, name: str) -> tuple[int, int]:
    """Read the header of the next file.

    Args:
        name: of the file that has to be next.

    Returns: its length in bytes, and when it was made, in seconds since the epoch.
    Raises: `Damaged` for any header that `header` doesn't write.
    """
    block = source.read(_BLOCK)
    try:
        member = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError) as error:
        raise Damaged(f"the snapshot is damaged: there is no {name} where it belongs") from error
    if not (0 <= member.size < 1 << 62 and 0 <= member.mtime < 1 << 33):
        raise Damaged(f"the snapshot is damaged: {name} has an impossible header")
    if member.name != name or block != header(name, int(member.size), int(member.mtime)):
        raise Damaged(f"the snapshot is damaged: {name} isn't where it belongs, or its header is another one")
    return int(member.size), int(member.mtime)


def read_padding(source: Unpacking, size: int) -> None:
    """Read what follows a file of that length.  Raises `Damaged` if it isn't empty."""
    if source.read(-size % _BLOCK).strip(b"\0"):
        raise Damaged("the snapshot is damaged: there is something between its files")


def read_end(source: Unpacking) -> None:
    """Read the end of the archive and of the file.  Raises `Damaged` if there is more."""
    if source.read(len(END)) != END:
        raise Damaged("the snapshot is damaged: it has no end")
    source.end()
