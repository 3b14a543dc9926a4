"""Opening audit files by the paths that somebody asks for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from strongroom.audit.file.opening import Ground, open_log, pipe_at, real_path, unplaced
from strongroom.audit.file.place import Rules
from strongroom.lib.errors import InvalidRequest

OURS = b"ours"
MIB = 1024 * 1024


def ground(rules: Rules | None = None, *, configured: bool = False) -> Ground:
    """Where the lines that begin with `ours` are this server's."""
    return Ground(rules or Rules(), lambda line: line.startswith(OURS), configured)


def opens(path: Path, mode: int = 0, where: Ground | None = None) -> bool:
    """Whether a file becomes a log."""
    try:
        os.close(open_log(str(path), mode, where or ground()))
    except InvalidRequest as error:
        assert str(path) in error.text
        return False
    return True


@pytest.mark.parametrize("path", ["/", "/a/", "/a/.", "/a/..", ""])
def test_a_path_without_a_name_is_none(path: str) -> None:
    """A directory is no file, however it is written."""
    with pytest.raises(IsADirectoryError) as refused:
        real_path(path)
    assert refused.value.errno == errno.EISDIR
    assert unplaced(path, ground())


def test_a_path_leads_where_its_directories_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their links are followed, that of the last part is not; what is relative begins where the server is."""
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to("real")
    (tmp_path / "real" / "a.log").symlink_to("/etc/passwd")
    real = str(tmp_path.resolve() / "real" / "a.log")
    assert real_path(str(tmp_path / "way" / "a.log")) == real
    assert real_path(str(tmp_path / "real" / ".." / "way" / "a.log")) == real
    monkeypatch.chdir(tmp_path)
    assert real_path("way/a.log") == real


@pytest.mark.parametrize(
    ("content", "mine"),
    [
        (b"", True),
        (b"ours 1\n", True),
        (b"ours 1\nours 2\n", True),
        (b"other\nours 2\n", True),
        (b"other\n", False),
        (b"other", False),
        (b"\n", False),
        (b"ours 1\nours 2\nour", True),
        (b"ours 1\nother\n", True),
        (b"other\nours 1\nother\n", True),
        (b"other\nours 1\nother\nother\nother\n", False),
        (b"ours 1\n" + b"x" * (2 * MIB), True),
        (b"other\n" + b"x" * MIB + b"\nours 2\n", True),
        (b"other\n" + b"ours 1\n" + b"x" * MIB, False),
    ],
)
def test_a_file_that_is_there_has_to_be_a_log_of_this_server(tmp_path: Path, content: bytes, mine: bool) -> None:
    """By its last lines, or by its first one where the last is too long to be read or was cut short."""
    file = tmp_path / "a.log"
    file.write_bytes(content)
    assert opens(file) is mine
    assert file.read_bytes() == content
    assert opens(file, 0o640) is mine
    assert stat.S_IMODE(file.stat().st_mode) == (0o640 if mine else 0o644 & ~umask())


def umask() -> int:
    """Of this process."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_nothing_is_ours_where_nobody_tells() -> None:
    """Without a way to recognise lines no file that holds something is a log."""
    assert Ground().recognise(b"ours") is False
    assert Ground().configured is False
    assert Ground().rules == Rules()


def test_what_is_written_is_appended_and_inherited_by_nobody(tmp_path: Path) -> None:
    """Whoever opens it, two at a time; its directories are made for the owner alone."""
    file = tmp_path / "one" / "two" / "a.log"
    one, two = (open_log(str(file), 0, ground()) for _ in range(2))
    try:
        for descriptor, line in ((one, b"ours 1\n"), (two, b"ours 2\n"), (one, b"ours 3\n")):
            os.write(descriptor, line)
        assert not os.get_inheritable(one)
        assert os.pread(two, 99, 0) == b"ours 1\nours 2\nours 3\n"
    finally:
        os.close(one)
        os.close(two)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (file.parent, file.parent.parent)] == [0o700] * 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def open_descriptors() -> int:
    """Of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    """The system says so, and no descriptor stays open."""
    (tmp_path / "plain").write_text("")
    before = open_descriptors()
    with pytest.raises(NotADirectoryError):
        open_log(str(tmp_path / "plain" / "a.log"), 0, ground())
    assert open_descriptors() == before


def test_what_is_refused_stays_open_nowhere(tmp_path: Path) -> None:
    """Neither file nor directories."""
    (tmp_path / "a.log").write_text("other\n")
    before = open_descriptors()
    assert not opens(tmp_path / "a.log")
    assert opens(tmp_path / "b.log")
    assert open_descriptors() == before


def test_a_pipe_of_the_servers_own_may_be_written_to(tmp_path: Path) -> None:
    """By whatever path leads there; a file, and nothing at all, are no pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "file").write_text("")
    assert pipe_at(str(pipe), ground()) == str(pipe.resolve())
    assert pipe_at(str(tmp_path / "file"), ground()) == ""
    assert pipe_at(str(tmp_path / "none"), ground()) == ""
    assert pipe_at(str(tmp_path) + "/", ground()) == ""
    allowed = ground(Rules(directories=(str(tmp_path),)))
    elsewhere = ground(Rules(directories=(str(tmp_path / "logs"),)))
    assert pipe_at(str(pipe), allowed) == str(pipe.resolve())
    with pytest.raises(InvalidRequest, match="audit_directories"):
        pipe_at(str(pipe), elsewhere)
    named = ground(Rules(directories=(str(tmp_path / "logs"),)), configured=True)
    assert pipe_at(str(pipe), named) == str(pipe.resolve())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_pipe_of_another_user_needs_leave(tmp_path: Path) -> None:
    """Another program may read it: only where the configuration names the place, or the pipe itself."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    os.chown(pipe, 12345, 12345)
    with pytest.raises(InvalidRequest, match="not the server's own"):
        pipe_at(str(pipe), ground())
    for leave in (ground(Rules(directories=(str(tmp_path),))), ground(configured=True)):
        assert pipe_at(str(pipe), leave) == str(pipe.resolve())


def test_rules_hold_for_where_their_paths_lead(tmp_path: Path) -> None:
    """A directory that the configuration names by a link, for the server's own and its configuration's as well."""
    for name in ("logs", "own", "conf"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}-link").symlink_to(name)
    linked = {name: str(tmp_path / f"{name}-link") for name in ("logs", "own", "conf")}
    rules = Rules(directories=(linked["logs"],))
    assert unplaced(str(tmp_path / "logs" / "a.log"), ground(rules)) == ""
    assert "audit_directories" in unplaced(str(tmp_path / "own" / "a.log"), ground(rules))
    assert unplaced(str(tmp_path / "own" / "a.log"), ground(rules, configured=True)) == ""
    rules = Rules(own=(linked["own"],), configuration=(linked["conf"],))
    assert "itself" in unplaced(str(tmp_path / "own" / "a.log"), ground(rules))
    assert "itself" in unplaced(str(tmp_path / "conf" / "a.hcl"), ground(rules))
    assert unplaced(str(tmp_path / "conf" / "a.log"), ground(rules)) == ""
    assert unplaced(str(tmp_path / "a\0b" / "c"), ground()) != ""
