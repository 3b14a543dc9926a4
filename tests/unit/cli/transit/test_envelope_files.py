"""The header of an encrypted file, and new files that are whole or not there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from strongroom.cli.transit.envelope.files import new_file
from strongroom.cli.transit.envelope.header import MAGIC, Header, HeaderError, read, stream_key, written

HEADER = Header("vault:v1:AAAA", "transit/keys/k", "text/plain", "bWV0YQ==")


def test_a_header_comes_back() -> None:
    """A header is read as it was written, and what follows it stays to be read."""
    source = BytesIO(written(HEADER) + b"stream")
    header, raw = read(source)
    assert header == HEADER
    assert raw == written(HEADER)
    assert source.read() == b"stream"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        MAGIC,
        MAGIC + b"\0\0\0",
        MAGIC + b"\0\0\0\x05{}",
        MAGIC + b"\xff\xff\xff\xff{}",
        MAGIC + b"\0\0\0\x02{}",
        MAGIC + b"\0\0\0\x02[]",
        MAGIC + b"\0\0\0\x02\xff\xfe",
        MAGIC + b'\0\0\0\x10{"ciphertext":1}',
        *(written(HEADER)[:cut] for cut in range(len(written(HEADER)))),
    ],
)
def test_what_is_no_header_is_refused(text: bytes) -> None:
    """Anything but a whole header has an error, and never more than that is read for it."""
    with pytest.raises(HeaderError):
        read(BytesIO(text))


def test_the_key_of_the_stream_depends_on_every_byte() -> None:
    """Another data key, header or additional data gives another key, and bytes can't move between the two."""
    keys = {
        stream_key(bytes(32), b"header", b"aad"),
        stream_key(b"1" * 32, b"header", b"aad"),
        stream_key(bytes(32), b"headera", b"ad"),
        stream_key(bytes(32), b"header", b""),
    }
    assert len(keys) == 4


def test_a_new_file_is_its_owners_and_whole(tmp_path: Path) -> None:
    """A new file has the mode 0600, and its name only at the end."""
    target = tmp_path / "new"
    with new_file(target) as file:
        file.write(b"hello")
        assert not target.exists()
    assert target.read_bytes() == b"hello"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    """Nothing is left of a file whose content could not be made."""

    def fail() -> None:
        with new_file(tmp_path / "new") as file:
            file.write(b"hello")
            raise ValueError("no content")

    with pytest.raises(ValueError, match="no content"):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_file_is_not_overwritten(tmp_path: Path, meanwhile: bool) -> None:
    """A file that was there, or has come meanwhile, stays as it is."""
    target = tmp_path / "there"

    def make() -> None:
        with new_file(target) as file:
            target.write_bytes(b"precious")
            file.write(b"hello")

    if not meanwhile:
        target.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        make()
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [target]
