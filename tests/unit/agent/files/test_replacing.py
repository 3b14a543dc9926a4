"""Files are replaced in one step, or stay."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.agent.files.replacing import NotWritten, Target, replace_file, try_out

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """A mask that would take rights away if it counted."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _leftovers(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name.startswith("."))


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    """Folders are made on the way; the mode is 0644 whatever the process's mask is."""
    file = tmp_path / "a" / "b" / "x"
    assert replace_file(Target(str(file)), b"text")
    assert (file.read_bytes(), _mode(file)) == (b"text", 0o644)
    assert _leftovers(file.parent) == []


@pytest.mark.parametrize(("mode", "expected"), [(None, 0o640), (0, 0o640), (0o600, 0o600), (0o755, 0o755)])
def test_the_mode_is_the_asked_or_the_old_one(tmp_path: Path, mode: int | None, expected: int) -> None:
    """Without `perms` a file keeps its mode, but for what would have it run as its new owner."""
    file = tmp_path / "x"
    file.write_text("old")
    file.chmod(0o6640)
    assert replace_file(Target(str(file), mode), b"new")
    assert (file.read_text(), _mode(file)) == ("new", expected)


def test_the_same_content_is_not_written(tmp_path: Path) -> None:
    """The file stays the same one, but gets the mode that is asked for."""
    file = tmp_path / "x"
    file.write_text("same")
    file.chmod(0o644)
    before = file.stat()
    assert not replace_file(Target(str(file), 0o600), b"same")
    assert (file.stat().st_ino, file.stat().st_mtime_ns, _mode(file)) == (before.st_ino, before.st_mtime_ns, 0o600)


def test_whoever_has_the_old_file_open_reads_the_old_one(tmp_path: Path) -> None:
    """Nobody sees half of a file."""
    file = tmp_path / "x"
    file.write_text("old")
    with file.open() as opened:
        assert replace_file(Target(str(file)), b"new and longer")
        assert opened.read() == "old"
    assert file.read_text() == "new and longer"


def test_a_link_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    """A symbolic link at the file's own name leads nowhere."""
    (tmp_path / "precious").write_text("precious")
    file = tmp_path / "x"
    file.symlink_to("precious")
    assert replace_file(Target(str(file)), b"new")
    assert not file.is_symlink()
    assert (file.read_text(), (tmp_path / "precious").read_text()) == ("new", "precious")


def test_exactly_one_backup_is_kept(tmp_path: Path) -> None:
    """With `backup`, the file that is replaced stays beside it, and only the last one."""
    file, kept = tmp_path / "x", tmp_path / "x.bak"
    target = Target(str(file), backs_up=True)
    replace_file(target, b"one")
    assert not kept.exists()
    replace_file(target, b"two")
    replace_file(target, b"two")
    assert kept.read_text() == "one"
    replace_file(target, b"three")
    assert (kept.read_text(), file.read_text()) == ("two", "three")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x", "x.bak"]


def test_a_backup_of_a_killed_process_does_no_harm(tmp_path: Path) -> None:
    """A process that was killed between keeping and replacing leaves one file with two names."""
    file = tmp_path / "x"
    file.write_text("one")
    os.link(file, tmp_path / "x.bak")
    replace_file(Target(str(file), backs_up=True), b"two")
    assert sorted((each.name, each.read_text()) for each in tmp_path.iterdir()) == [("x", "two"), ("x.bak", "one")]


@pytest.mark.parametrize("write", [True, False])
def test_what_is_no_file_is_refused(tmp_path: Path, write: bool) -> None:
    """A directory or a pipe at the file's name is an error before anything is asked of the server."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    (tmp_path / "file").write_text("")
    for name, reason in {
        "folder": "is a directory",
        "pipe": "is no regular file",
        "link": "is a link to what is no regular file",
        "file/x": "file is not a directory|: not a directory",
    }.items():
        with pytest.raises(NotWritten, match=reason) as raised:
            target = Target(str(tmp_path / name))
            if write:
                replace_file(target, b"x")
            else:
                try_out(target)
        assert str(tmp_path / name) in str(raised.value)


def test_folders_are_made_only_where_wanted(tmp_path: Path) -> None:
    """`create_dest_dirs = false` makes a missing folder an error."""
    target = Target(str(tmp_path / "a" / "x"), creates_folders=False)
    with pytest.raises(NotWritten, match="no such file or directory"):
        replace_file(target, b"x")
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """Rather than said of the target, which isn't there."""
    (tmp_path / "etc").write_text("a file")
    with pytest.raises(NotWritten, match=f"^{tmp_path}/etc/conf: {tmp_path}/etc is not a directory$"):
        try_out(Target(f"{tmp_path}/etc/conf"))


@pytest.mark.parametrize(("user", "group"), [("nobody-of-this-name", None), (None, "no-group-of-this-name")])
def test_unknown_owners_are_named(tmp_path: Path, user: str | None, group: str | None) -> None:
    """A user or group that isn't there is an error, and nothing is written."""
    with pytest.raises(NotWritten, match=r"there is no (user|group) no\S+-of-this-name here"):
        try_out(Target(str(tmp_path / "x"), user=user, group=group))
    assert list(tmp_path.iterdir()) == []


def test_trying_out_changes_nothing(tmp_path: Path) -> None:
    """Neither the file nor the folder shows that it was tried."""
    file = tmp_path / "x"
    file.write_text("old")
    try_out(Target(str(file)))
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
    assert file.read_text() == "old"


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """Half-written files with secrets don't stay, but those of a process that is just writing do."""
    old, new, other = (tmp_path / name for name in (f".x.{'a' * 16}.tmp", f".x.{'b' * 16}.tmp", f".y.{'a' * 16}.tmp"))
    for each in (old, new, other):
        each.write_text("secret")
    for each in (old, other):
        os.utime(each, (0, 0))
    try_out(Target(str(tmp_path / "x")))
    assert _leftovers(tmp_path) == [new.name, other.name]


@needs_root
def test_another_users_file_keeps_its_owner(tmp_path: Path) -> None:
    """Without `user` and `group`, a file belongs to whom it belonged to."""
    file = tmp_path / "x"
    file.write_text("old")
    os.chown(file, 1234, 2345)
    file.chmod(0o400)
    replace_file(Target(str(file)), b"new")
    found = file.stat()
    assert (found.st_uid, found.st_gid, _mode(file), file.read_text()) == (1234, 2345, 0o400, "new")
    replace_file(Target(str(file), user="daemon", group=3456), b"newer")
    assert (file.stat().st_uid, file.stat().st_gid) == (1, 3456)
    assert not replace_file(Target(str(file), user=77, group="88"), b"newer")
    assert (file.stat().st_uid, file.stat().st_gid) == (77, 88)


@needs_root
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """No space is an error that says so; trying out finds it, too."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], check=True)
    try:
        file = tmp_path / "x"
        file.write_text("old")
        with pytest.raises(NotWritten, match="no space left on device"):
            replace_file(Target(str(file)), b"x" * 100_000)
        assert file.read_text() == "old"
        assert _leftovers(tmp_path) == []
        (tmp_path / "ballast").write_bytes(b"x" * 60 * 1024)
        with pytest.raises(NotWritten, match="no space left on device"):
            try_out(Target(str(file)))
        (tmp_path / "ballast").unlink()
        assert replace_file(Target(str(file)), b"new")
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@needs_root
def test_a_disk_that_is_read_only_is_found_before_anything_is_asked_for(tmp_path: Path) -> None:
    """Trying out fails where writing would."""
    (tmp_path / "x").write_text("old")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(tmp_path)], check=True)
    try:
        with pytest.raises(NotWritten, match="read-only file system"):
            try_out(Target(str(tmp_path / "x")))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


_AS_NOBODY = """
import os, sys
from strongroom.agent.files.replacing import NotWritten, Target, replace_file, try_out
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for path in sys.argv[1:]:
    for do in (try_out, lambda target: replace_file(target, b"new")):
        try:
            do(Target(path))
            print("written")
        except NotWritten as error:
            print(error)
"""


@needs_root
def test_without_rights_the_file_stays_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    """A process without root can't keep another's owner, nor write where it may not."""
    ours, closed = tmp_path / "ours", tmp_path / "closed"
    for folder in (ours, closed):
        folder.mkdir()
        (folder / "x").write_text("old")
        os.chown(folder / "x", 1, 1)
    ours.chmod(0o777)
    closed.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(ours / "x"), str(closed / "x"), str(ours / "new")],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert all("this process may not make it a file of daemon" in line for line in lines[:2]), lines
    assert all(line.endswith("permission denied") for line in lines[2:4]), lines
    assert lines[4:] == ["written", "written"], lines
    assert (ours / "x").read_text() == (closed / "x").read_text() == "old"
