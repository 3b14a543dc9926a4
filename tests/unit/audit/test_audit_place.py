"""Where audit files may be."""

from __future__ import annotations

import pytest

from strongroom.audit.file.place import Found, Rules, refusal, unsuitable, unsuitable_mode

RULES = Rules(own=("/srv/store", "/srv/tls.key"), configuration=("/srv/conf",))
NAMED = Rules(directories=("/var/log/a", "/home/.b"), own=("/var/log/a/own",))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/proc/1/mem", "kernel"),
        ("/sys/x", "kernel"),
        ("/dev/sda", "kernel"),
        ("/srv/store/strongroom.db-wal", "the server itself"),
        ("/srv/tls.key", "the server itself"),
        ("/srv/conf/more.hcl", "the server itself"),
        ("/etc/cron.d/a", "the system's own"),
        ("/usr/lib/a", "the system's own"),
        ("/var/spool/cron/crontabs/root", "the system's own"),
        ("/home/ann/.bashrc", "hidden"),
        ("/home/ann/.ssh/authorized_keys", "hidden"),
        ("/var/log/a.log", ""),
        ("/srv/store-2/a.log", ""),
        ("/srv/conf/a.log", ""),
        ("/process/a.log", ""),
    ],
)
def test_without_a_setting_what_harms_is_refused(path: str, text: str) -> None:
    """Kernel, server, system and hidden files; a name that merely begins alike is another one."""
    reason = refusal(path, RULES)
    assert text in reason
    assert bool(reason) == bool(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/var/log/a/b/c.log", ""),
        ("/home/.b/c.log", ""),
        ("/home/.b/.c", "hidden"),
        ("/var/log/a", "audit_directories"),
        ("/var/log/ab/c.log", "audit_directories"),
        ("/var/log/a/own/c.log", "the server itself"),
    ],
)
def test_with_the_setting_nothing_else_is_allowed(path: str, text: str) -> None:
    """Below the named directories, and never what is the server's own."""
    reason = refusal(path, NAMED)
    assert text in reason
    assert bool(reason) == bool(text)


def test_an_empty_list_of_directories_allows_nothing() -> None:
    """It never means all."""
    assert "audit_directories" in refusal("/var/log/a.log", Rules(directories=()))
    assert "below /srv/a, /srv/b only" in refusal("/var/log/a.log", Rules(directories=("/srv/a", "/srv/b")))
    assert refusal("/var/log/a.log", Rules(directories=()), configured=True) == ""


def test_the_configuration_itself_needs_no_leave() -> None:
    """Its own devices may be elsewhere, and still not at the server's own files."""
    assert refusal("/srv/a.log", NAMED, configured=True) == ""
    assert "itself" in refusal("/var/log/a/own/x", NAMED, configured=True)
    assert "kernel" in refusal("/proc/self/comm", NAMED, configured=True)


def test_a_file_has_to_be_a_log_of_this_server() -> None:
    """Or empty, or new; and of one name only, not executable, not the kernel's."""
    log = Found(regular=True, new=False, kernel=False, links=1, mode=0o600, size_bytes=9, ours=True)
    assert unsuitable(log) == ""
    for change, text in (
        ({"ours": False}, "no audit log"),
        ({"links": 2}, "second name"),
        ({"mode": 0o755}, "executable"),
        ({"kernel": True}, "kernel"),
        ({"regular": False}, "neither"),
    ):
        assert text in unsuitable(Found(**{**{f: getattr(log, f) for f in log.__struct_fields__}, **change}))
    empty = Found(regular=True, new=False, kernel=False, links=1, mode=0o600, size_bytes=0, ours=False)
    assert unsuitable(empty) == ""


@pytest.mark.parametrize(("mode", "fine"), [(0o600, True), (0o640, True), (0, True), (0o644, False), (0o660, False)])
def test_a_mode_gives_the_groups_read_at_most(mode: int, fine: bool) -> None:
    """Nobody else ever reads or writes a log."""
    assert (unsuitable_mode(mode) == "") == fine
