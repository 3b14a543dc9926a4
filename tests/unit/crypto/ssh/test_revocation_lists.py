"""Lists of what was revoked, read by OpenSSH."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from strongroom.crypto.ssh import private_keys
from strongroom.crypto.ssh.revocation_lists import packed, written

KEY = private_keys.generate("ed25519", 0).public
CASES: list[tuple[list[int], list[bytes]]] = [
    ([], []),
    ([1], []),
    ([2**64 - 1, 1, 2**63], []),
    ([], [bytes.fromhex(KEY.digest)]),
    (list(range(1, 20_000, 7)), [bytes([n]) * 32 for n in (3, 1, 2)]),
]


@pytest.mark.parametrize(("serials", "digests"), CASES)
def test_openssh_lists_what_was_written(serials: list[int], digests: list[bytes], tmp_path: Path) -> None:
    """OpenSSH reads the numbers and keys that were written, of whatever authority."""
    content = written(packed(serials), digests, version=5, made_at=1_700_000_000)
    (tmp_path / "list").write_bytes(content)
    done = subprocess.run(
        ["ssh-keygen", "-Q", "-l", "-f", str(tmp_path / "list")], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert "# KRL version 5" in lines
    assert [int(text.split()[1]) for text in lines if text.startswith("serial: ")] == sorted(serials)
    found = [text.removeprefix("hash: SHA256:") for text in lines if text.startswith("hash: ")]
    assert sorted(found) == sorted(digest.hex() for digest in digests)


def test_digests_stand_in_their_order() -> None:
    """Of the same keys there is one list, however they are found."""
    one, other = bytes(32), bytes([1]) * 32
    lists = {written(b"", digests, version=1, made_at=1) for digests in ([one, other], [other, one])}
    assert len(lists) == 1


def test_parts_can_be_put_together() -> None:
    """Parts of ascending ranges, one after the other, are what the whole would be."""
    assert packed([1, 2]) + packed([9, 7]) == packed([7, 2, 9, 1])
