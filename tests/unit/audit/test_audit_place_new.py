"""A file that the opening itself has made."""

from __future__ import annotations

import pytest

from strongroom.audit.file.place import Found, unsuitable


@pytest.mark.parametrize("mode", [0o600, 0o755])
def test_a_new_file_is_a_log_whatever_its_mode(mode: int) -> None:
    """Nobody can have written to it or linked it; the mode asked for was looked at before."""
    found = Found(regular=True, new=True, kernel=False, links=1, mode=mode, size_bytes=0, ours=False)
    assert unsuitable(found) == ""


def test_a_new_file_among_the_kernels_is_none() -> None:
    """Nor is something that is no file."""
    for kernel, regular, text in ((True, True, "kernel"), (False, False, "neither")):
        found = Found(regular=regular, new=True, kernel=kernel, links=1, mode=0o600, size_bytes=0, ours=False)
        assert text in unsuitable(found)
