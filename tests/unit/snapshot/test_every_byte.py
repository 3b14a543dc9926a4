"""A snapshot is read only as it was made: one turned bit anywhere, a cut, an addition is found."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.snapshot.reading import Reading, check
from strongroom.snapshot.stored import BLOCK_BYTES, HEAD, Damaged, packed
from tests.unit.snapshot.made import KEY, snapshot, store

ROWS = {"a": b"", "core/keyring": b"\x01" * 60, "shared/root/sys/x": b"v" * 1000, "shared/ü": b"\0\xff"}


async def made() -> bytes:
    """A small snapshot."""
    return await snapshot(await store(ROWS))


def refused(content: bytes) -> bool:
    """Whether a file is taken for damaged."""
    try:
        check(io.BytesIO(content))
    except Damaged:
        return True
    return False


async def test_a_turned_bit_anywhere_is_found() -> None:
    """Header of gzip, headers and padding of the archive, rows, sums, the seal, the checksum at the end."""
    whole = await made()
    assert not refused(whole)
    for at in range(len(whole)):
        turned = bytearray(whole)
        turned[at] ^= 1 << at % 8
        assert refused(bytes(turned)), at


@pytest.mark.parametrize(("level", "padding"), [(0, 100_000), (1, 0), (9, 0), (9, 100_000)])
def test_a_snapshot_of_another_server_is_not_called_damaged(level: int, padding: int) -> None:
    """However it is compressed and however large it is: an operator mustn't think that his backups are of no use."""
    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w") as archive:
        for name, content in (
            ("meta.json", b'{"Version":1,"ID":"bolt-snapshot","Index":30}'),
            ("state.bin", bytes(padding)),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    deflating = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    file = deflating.compress(inside.getvalue()) + deflating.flush()
    for head in (file[:10], HEAD):  # as other libraries of gzip write it
        with pytest.raises(Damaged, match="of Vault or OpenBao"):
            check(io.BytesIO(head + file[10:]))


async def test_a_cut_and_an_addition_are_found() -> None:
    """A file that ends early, at any byte, or goes on behind its end."""
    whole = await made()
    assert all(refused(whole[:length]) for length in range(len(whole)))
    assert refused(whole + b"\0")
    assert refused(whole + whole)


async def test_other_spellings_of_the_same_content_are_refused() -> None:
    """Compressed, or as a tar with other headers: elsewhere it unpacks to the same files."""
    inner = gzip.decompress(await made())
    assert refused(gzip.compress(inner, mtime=0))
    for content in (b"".join(packed([inner])), b"".join(packed([inner[:7], inner[7:]]))):
        assert not refused(content)
    smaller = io.BytesIO()
    with tarfile.open(fileobj=smaller, mode="w") as archive, tarfile.open(fileobj=io.BytesIO(inner)) as source:
        for member in source:
            member.mode = 0o644
            archive.addfile(member, source.extractfile(member))
    assert refused(b"".join(packed([smaller.getvalue()])))


async def test_other_programs_read_it() -> None:
    """Python's gzip and tar, as Go's, find four files; the digests are those of the first two."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(await made()))) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        assert list(files) == ["meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"]
        contents = {name: file.read() for name, file in files.items() if file is not None}
    for line in contents["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(contents[name]).hexdigest() == digest


async def test_the_rows_come_back_in_order() -> None:
    """Those of the store, but for roles."""
    storage = await store(ROWS)
    assert await storage.lock("expiry", "me", 10.0) is not None
    reading = Reading(io.BytesIO(await snapshot(storage)))
    assert dict(reading.rows()) == ROWS
    assert reading.whole().origin.rows == len(ROWS)


async def test_who_vouches_is_known() -> None:
    """By the key alone; a snapshot that was made without one says so."""
    storage = await store(ROWS)
    whole = check(io.BytesIO(await snapshot(storage)))
    assert whole.vouched
    assert whole.is_vouched_by(KEY)
    assert not whole.is_vouched_by(b"o" * 32)
    unvouched = check(io.BytesIO(await snapshot(storage, None)))
    assert not unvouched.vouched
    assert not unvouched.is_vouched_by(KEY)


@given(st.binary(max_size=3 * BLOCK_BYTES), st.integers(1, BLOCK_BYTES))
def test_gzip_agrees(content: bytes, step: int) -> None:
    """What is packed in pieces of any length is what the standard library unpacks."""
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    assert gzip.decompress(b"".join(packed(pieces))) == content


@pytest.mark.parametrize("head", [b"", b"\x1f\x8b", b"PK\x03\x04", bytes(2000)])
def test_other_files_are_no_snapshots(head: bytes) -> None:
    """Nothing, half a header, a zip, zeros."""
    with pytest.raises(Damaged):
        check(io.BytesIO(head))


@given(st.binary(max_size=4096))
def test_no_content_does_harm(inner: bytes) -> None:
    """Whatever stands in the archive: it is refused, and nothing else is raised."""
    assert refused(b"".join(packed([inner])))
