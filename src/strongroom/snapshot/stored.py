"""Gzip without compression (pure but for the file): there is one spelling of each content.

Rows are encrypted, so compressing them gains nothing.  In a compressed stream, and in the padding of gzip's own stored
blocks, bits can be turned that no reader notices.  Here every byte of the file is either checked against the only value
that it may have, or covered by the checksum.  A file can't be larger inside than outside, either.

Source: RFC 1951, section 3.2.4; RFC 1952, section 2.3
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NoReturn

from strongroom.lib.errors import InvalidRequest

HEAD: Final = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
"""Deflate, no flags, no time, no hint, unknown system."""
BLOCK_BYTES: Final = 0xFFFF
"""All blocks but the last one are as long as a block can be."""
_BLOCK_HEAD_BYTES: Final = 5
_TAIL_BYTES: Final = 8
_LOOK_BYTES: Final = 8192
"""Of a file that isn't as it should be: enough for the first member of another server's archive."""
_OTHERS: Final = (
    "the file is a snapshot of Vault or OpenBao, whose rows have another form: it can't be restored here. Restore it "
    "where it comes from, and move what it holds by `import vault`, or by `import store` from the files of its node"
)


class Damaged(InvalidRequest):
    """A file isn't the snapshot that was made: the text says what is wrong with it."""


def packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The file of a content.

    Args:
        pieces: the content, in parts of any length.
    """
    yield HEAD
    checksum, size, waiting = 0, 0, bytearray()
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
        waiting += piece
        # The last block is marked, so one is always kept back.
        while len(waiting) > BLOCK_BYTES:
            yield _block(waiting[:BLOCK_BYTES], last=False)
            del waiting[:BLOCK_BYTES]
    yield _block(waiting, last=True)
    yield _tail(checksum, size)


class Unpacking:
    """Reads the content of a file.

    Args:
        file: at its beginning.

    Raises: `Damaged`, as all methods do, for anything that `packed` doesn't write.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._block = memoryview(b"")
        self._is_last = False
        self._checksum = 0
        self._size = 0
        head = file.read(len(HEAD))
        if head[:2] != HEAD[:2]:
            raise Damaged("the file is no snapshot")
        if head != HEAD:
            self._refuse("the file is no snapshot that Strongroom has made, or its first bytes are damaged", head)

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes of the content."""
        if count <= len(self._block):
            part, self._block = self._block[:count], self._block[count:]
            return bytes(part)
        found = bytearray()
        while len(found) < count:
            if not self._block:
                self._next()
            wanted = count - len(found)
            found += self._block[:wanted]
            self._block = self._block[wanted:]
        return bytes(found)

    def end(self) -> None:
        """Check that the content ends here, and the file as well."""
        while not self._block and not self._is_last:
            self._next()
        if self._block:
            raise Damaged("the snapshot holds more than a snapshot does")
        tail = self._file.read(_TAIL_BYTES + 1)
        if tail != _tail(self._checksum, self._size):
            reason = "it goes on behind its end" if len(tail) > _TAIL_BYTES else "its checksum is another one"
            raise Damaged(f"the snapshot is damaged: {reason}")

    def _next(self) -> None:
        if self._is_last:
            raise Damaged("the snapshot is incomplete")
        head = self._file.read(_BLOCK_HEAD_BYTES)
        if len(head) < _BLOCK_HEAD_BYTES:
            raise Damaged("the snapshot is incomplete: the file ends too early")
        length = int.from_bytes(head[1:3], "little")
        self._is_last = head[0] == 1
        if head[0] > 1 or head[1:3] != bytes(byte ^ 0xFF for byte in head[3:5]):
            self._refuse("the snapshot is damaged, or wasn't made by Strongroom", HEAD + head)
        if not self._is_last and length != BLOCK_BYTES:
            self._refuse("the snapshot is damaged: a block has another length", HEAD + head)
        block = self._file.read(length)
        if len(block) < length:
            raise Damaged("the snapshot is incomplete: the file ends too early")
        self._checksum = zlib.crc32(block, self._checksum)
        self._size += length
        self._block = memoryview(block)

    def _refuse(self, reason: str, read: bytes) -> NoReturn:
        """Raise `Damaged`, which doesn't call a file damaged that another server has made.

        Args:
            read: what was read last; at the file's beginning, all of it.
        """
        if not self._size and _is_of_another_server(read + self._file.read(_LOOK_BYTES)):
            raise Damaged(_OTHERS)
        raise Damaged(reason)


def _is_of_another_server(begin: bytes) -> bool:
    """Whether a file begins as a snapshot of raft's storage does that isn't this program's."""
    try:
        content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(begin, _LOOK_BYTES)
    except zlib.error:
        return False
    return content.startswith(b"meta.json\0") and b'"Strongroom"' not in content


def _block(content: bytes | bytearray, *, last: bool) -> bytes:
    length = len(content).to_bytes(2, "little")
    return bytes([last]) + length + bytes(byte ^ 0xFF for byte in length) + content


def _tail(checksum: int, size: int) -> bytes:
    return checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
