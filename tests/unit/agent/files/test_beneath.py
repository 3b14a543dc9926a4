"""No link and no path leads out of a folder."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from strongroom.agent.files.beneath import Outside, open_beneath


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, links of all kinds, and a file beside it."""
    folder = tmp_path / "sandbox"
    (folder / "etc" / "deep").mkdir(parents=True)
    (folder / "etc" / "x").write_text("inside")
    (folder / "etc" / "deep" / "y").write_text("deep")
    (tmp_path / "outside").write_text("outside")
    for name, target in {
        "to-x": "etc/x",
        "absolute": "/etc/x",
        "as-meant": str(folder / "etc" / "x"),
        "out": "../outside",
        "absolute-out": str(tmp_path / "outside"),
        "around": "around",
        "etc/up": "../etc/x",
        "etc/folder": "deep",
        "passwd": "/etc/passwd",
    }.items():
        (folder / name).symlink_to(target)
    return folder


def _read(folder: Path, path: str) -> str:
    with os.fdopen(open_beneath(str(folder), path, os.O_RDONLY)) as opened:
        return opened.read()


@pytest.mark.parametrize(
    "path",
    [
        *("etc/x", "/etc/x", "./etc/x", "etc/deep/../x", "etc//x", "to-x", "absolute", "as-meant", "etc/up"),
        "etc/folder/../x",
    ],
)
def test_paths_are_those_of_the_folder(folder: Path, path: str) -> None:
    """The folder is the root for paths and for links."""
    assert _read(folder, path) == "inside"


def test_a_path_that_begins_with_the_folder_is_meant_so(folder: Path) -> None:
    """Who writes the folder's own path means the file in it."""
    assert _read(folder, str(folder / "etc" / "x")) == "inside"
    assert _read(folder, str(folder / "etc" / "folder" / "y")) == "deep"


@pytest.mark.parametrize("path", ["../outside", "etc/../../outside", "out", "/..", "etc/deep/../../../outside"])
def test_going_above_is_refused(folder: Path, path: str) -> None:
    """Two dots too many are an error, and don't end at the folder."""
    with pytest.raises(Outside):
        _read(folder, path)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("nothing", errno.ENOENT),
        ("absolute-out", errno.ENOENT),
        ("passwd", errno.ENOENT),
        ("around", errno.ELOOP),
        ("etc/x/y", errno.ENOTDIR),
        (".", errno.EISDIR),
        ("", errno.EISDIR),
    ],
)
def test_what_is_not_there_is_an_error(folder: Path, path: str, number: int) -> None:
    """A link to a file outside is a link to nothing."""
    with pytest.raises(OSError) as raised:
        _read(folder, path)
    assert raised.value.errno == number


def test_descriptors_are_closed(folder: Path) -> None:
    """Neither success nor failure leaves a descriptor behind."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("etc/x", "etc/folder/y", "absolute", "out", "around", "nothing", "etc/x/y"):
        try:
            _read(folder, path)
        except OSError:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_link_that_is_swapped_meanwhile_never_leads_out(folder: Path) -> None:
    """Somebody who changes a file into a link again and again gets nothing from outside read."""
    stop = threading.Event()
    good, bad = folder / "good", folder / "bad"
    good.write_text("inside")

    def swap() -> None:
        while not stop.is_set():
            bad.symlink_to(folder.parent / "outside")
            bad.rename(folder / "etc" / "x")
            good.write_text("inside")
            good.rename(folder / "etc" / "x")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        seen = set()
        for _ in range(2000):
            try:
                seen.add(_read(folder, "etc/x"))
            except OSError:
                seen.add("refused")
        assert seen <= {"inside", "refused", ""}
    finally:
        stop.set()
        swapping.join()
