"""The lines of a log's files: plain, packed, or from standard input; none is trusted to be short."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, Protocol

from strongroom.cli.failure import Failure
from strongroom.client.errors import describe

STDIN = "-"
MAX_LINE_BYTES = 256 << 20
"""Longer than any entry can be: a body of the largest size, of the shortest texts, each as a digest."""


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


@contextmanager
def lines_of(name: str) -> Iterator[Iterator[bytes]]:
    """The lines of one file, without their ends; a line that is too long to be an entry is empty.

    Args:
        name: the file; one that ends in `.gz` is unpacked, `-` is standard input.

    Raises: `Failure`, also inside the block, when it can't be read.
    """
    try:
        with _opened(name) as file:
            yield _lines(file)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, BrokenPipeError):
            raise  # of our own output, inside the block
        reason = describe(error) if isinstance(error, OSError) else str(error)
        raise Failure(f"Error reading {name}: {reason}") from error


def _opened(name: str) -> IO[bytes] | gzip.GzipFile | nullcontext[IO[bytes]]:
    if name == STDIN:
        return nullcontext(sys.stdin.buffer)
    return gzip.open(name) if name.endswith(".gz") else open(name, "rb")  # noqa: PTH123 - as the data's reader does


def _lines(file: _Lines) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE_BYTES):
        whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        while not line.endswith(b"\n") and len(line) == MAX_LINE_BYTES:
            line = file.readline(MAX_LINE_BYTES)
        yield line.rstrip(b"\n") if whole else b""
