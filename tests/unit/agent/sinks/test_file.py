"""The file of a sink: whole or not at all, with the owner and permissions that were asked for."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.agent.options import Given
from strongroom.agent.sinks.file import FileSink
from strongroom.server.config.reader import ConfigError, Where

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
NOBODY = 65534


def sink(place: Path, **options: Any) -> FileSink:
    """A sink at a place."""
    return FileSink(Given({"path": str(place), **options}, 'sink "file"', Where("agent.hcl", 1)))


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ({}, None, 0o640),
        ({}, 0o600, 0o640),
        ({"mode": 0o600}, 0o644, 0o600),
        ({"mode": "0400"}, None, 0o400),
        ({"perms": "0604"}, None, 0o604),
        ({"mode": 256}, None, 0o400),
        ({"mode": "0000"}, 0o604, 0o604),
        ({"mode": 0}, None, 0o640),
    ],
)
def test_permissions(tmp_path: Path, options: dict[str, Any], before: int | None, after: int) -> None:
    """The file has the permissions that are configured, whatever the process's mask; 0 keeps what is there."""
    path = tmp_path / "token"
    if before is not None:
        path.write_text("old")
        path.chmod(before)
    mask = os.umask(0o077)
    try:
        sink(path, **options).write("hvs.one")
    finally:
        os.umask(mask)
    assert (path.read_text(), mode_of(path)) == ("hvs.one", after)
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


@AS_ROOT
@pytest.mark.parametrize(
    ("options", "owner", "group"),
    [
        ({}, 0, 0),
        ({"uid": NOBODY}, NOBODY, 0),
        ({"owner": NOBODY, "group": NOBODY}, NOBODY, NOBODY),
        ({"user": "nobody"}, NOBODY, 0),
        ({"gid": str(NOBODY)}, 0, NOBODY),
        ({"uid": -1, "gid": -1}, 0, 0),
    ],
)
def test_an_owner(tmp_path: Path, options: dict[str, Any], owner: int, group: int) -> None:
    """The owner is the configured one, and never whoever had put a file there before."""
    path = tmp_path / "token"
    path.write_text("planted")
    os.chown(path, NOBODY, NOBODY)
    sink(path, **options).write("hvs.one")
    assert (path.stat().st_uid, path.stat().st_gid) == (owner, group)


@AS_ROOT
def test_what_isnt_configured_is_the_systems(tmp_path: Path) -> None:
    """A directory that gives its group to new files gives it to the token's, too."""
    os.chown(tmp_path, 0, NOBODY)
    tmp_path.chmod(0o2755)
    sink(tmp_path / "token", uid=NOBODY).write("hvs.one")
    assert ((tmp_path / "token").stat().st_uid, (tmp_path / "token").stat().st_gid) == (NOBODY, NOBODY)


def test_nothing_stays_open(tmp_path: Path) -> None:
    """Neither writing nor reading leaves a descriptor behind, whether it works or not."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        sink(tmp_path / "token").write("hvs.one")
        assert sink(tmp_path / "token").kept() is not None
        sink(tmp_path / "token").prove()
        (tmp_path / "directory").mkdir(exist_ok=True)
        assert sink(tmp_path / "directory").kept() is None
        with pytest.raises(OSError, match=r"."):
            sink(tmp_path / "directory").write("hvs.one")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_fault_is_told_and_not_that_of_the_cleaning_up(tmp_path: Path) -> None:
    """What was written beside the place may have gone; the error is the one that was there first."""
    made = sink(tmp_path / "token")
    with made._opened() as directory, pytest.raises(ValueError, match="first"):
        with made._beside(directory, b"hvs.one") as beside:
            (tmp_path / beside).unlink()
            raise ValueError("first")


def test_a_link_is_replaced(tmp_path: Path) -> None:
    """A link in the file's place gives way, and what it leads to stays as it is."""
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")
    sink(tmp_path / "token").write("hvs.one")
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / "token").is_symlink()


@pytest.mark.parametrize("path", ["none/token", "directory", "pipe", "link"])
def test_a_place_that_cant_be_written(tmp_path: Path, path: str) -> None:
    """A failure is an error of the system, and leaves nothing behind.  Root would replace a device for all."""
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for deliver in (sink(tmp_path / path).prove, lambda: sink(tmp_path / path).write("hvs.one")):
        with pytest.raises(OSError, match=r"."):
            deliver()
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["directory", "link", "pipe"]


def test_a_trial_leaves_nothing(tmp_path: Path) -> None:
    """A trial neither makes nor changes the file; a directory that isn't there fails it."""
    (tmp_path / "token").write_text("old")
    sink(tmp_path / "token").prove()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("token", "old")]
    with pytest.raises(FileNotFoundError):
        sink(tmp_path / "none" / "token").prove()


def test_a_token_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    """What was written beside the place an hour ago is in nobody's hands, and holds a token."""
    for name, age_s in {
        "token.0123456789abcdef.tmp": 4000,
        "token.fedcba9876543210.tmp": 0,
        "token.tmp": 4000,
        "other.0123456789abcdef.tmp": 4000,
    }.items():
        (tmp_path / name).write_text("hvs.old")
        at = time.time() - age_s
        os.utime(tmp_path / name, (at, at))
    sink(tmp_path / "token").prove()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "other.0123456789abcdef.tmp",
        "token.fedcba9876543210.tmp",
        "token.tmp",
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"path": ""}, 'expected "path" in sink "file"'),
        ({"path": "/"}, 'path in sink "file": expected the path of a file'),
        ({"mode": "rw"}, 'mode in sink "file": expected permissions such as "0640", found "rw"'),
        ({"user": "nobody-at-all"}, 'uid in sink "file": expected an account of this machine'),
        ({"group": "nobody-at-all"}, 'gid in sink "file": expected an account of this machine'),
    ],
)
def test_what_is_wrong(tmp_path: Path, options: dict[str, Any], error: str) -> None:
    """An error names the option and the sink."""
    with pytest.raises(ConfigError) as told:
        sink(tmp_path / "token", **options)
    assert error in str(told.value)


def test_an_unknown_option_is_told(tmp_path: Path) -> None:
    """An option that nobody knows is told."""
    (notice,) = sink(tmp_path / "token", moed=0o600).notices
    assert "did you mean `mode`?" in notice.text


def _write(content: bytes, mode: int = 0o640) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(mode)

    return make


def _link(path: Path) -> None:
    (path.parent / "elsewhere").write_text("hvs.one")
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize(
    ("make", "token"),
    [
        (_write(b"hvs.one\n"), "hvs.one"),
        (_write(b"hvs.one", 0o644), "hvs.one"),
        (_write(b"hvs.one", 0o660), None),
        (_write(b"hvs.one", 0o602), None),
        (_write(b""), None),
        (_write(b"two\nlines"), None),
        (_write(b"\xff\xfe"), None),
        (_write(b"x" * 70_000), None),
        (_link, None),
        (os.mkfifo, None),
        (Path.mkdir, None),
        (lambda _: None, None),
    ],
)
def test_a_token_from_before(tmp_path: Path, make: Callable[[Path], None], token: str | None) -> None:
    """The token is taken up of a plain file that no others can write."""
    make(tmp_path / "token")
    kept = sink(tmp_path / "token").kept()
    assert (kept.token if kept is not None else None) == token
    if kept is not None:
        assert kept.written_at == (tmp_path / "token").stat().st_mtime


@AS_ROOT
def test_a_token_that_somebody_else_put_there(tmp_path: Path) -> None:
    """Of another owner's file the token isn't taken up, unless it is the one whom the token is for."""
    (tmp_path / "token").write_text("hvs.one")
    os.chown(tmp_path / "token", NOBODY, -1)
    assert sink(tmp_path / "token").kept() is None
    assert sink(tmp_path / "token", uid=NOBODY).kept() is not None
