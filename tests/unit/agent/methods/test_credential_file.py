"""A file that somebody leaves for the agent to log in by."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
import structlog

from strongroom.agent.methods.credential_file import CredentialFile, without_line_end
from strongroom.agent.methods.method import GONE
from strongroom.client.login.error import LoginError


def _read(file: CredentialFile) -> str:
    return asyncio.run(file.read())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "there is no file"),
        (lambda path: path.write_text(" \n"), "is empty"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "is no text"),
        (lambda path: path.mkdir(), "can't be read"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.write_bytes(b"x" * 1024 * 1025), "more than 1048576 bytes"),
    ],
)
def test_what_cant_be_read(tmp_path: Path, make: object, reason: str) -> None:
    """Each reason is said with the path and what is looked for; the content isn't."""
    path = tmp_path / "secret"
    make(path)  # type: ignore[operator]
    with pytest.raises(LoginError, match=reason) as told:
        _read(CredentialFile(str(path), "secret id"))
    assert "secret id" in str(told.value)
    assert str(path) in str(told.value)


def test_the_most_that_is_read(tmp_path: Path) -> None:
    """A file may have a mebibyte."""
    (tmp_path / "secret").write_bytes(b"x" * 1024 * 1024)
    assert len(_read(CredentialFile(str(tmp_path / "secret"), "secret id"))) == 1024 * 1024


def test_what_is_told(tmp_path: Path) -> None:
    """A file that has gone was used up as meant; one that can't be used is told, and watched without telling again."""
    path = tmp_path / "secret"
    path.write_text("one")
    file = CredentialFile(str(path), "secret id")
    _read(file)
    path.unlink()
    with structlog.testing.capture_logs() as logs:
        _read(file)
        assert logs == []
        path.write_bytes(b"\xff")
        for _ in range(6):
            assert not asyncio.run(file.renewed())
        assert [line["log_level"] for line in logs] == ["warning"]
        path.write_text("two")
        assert [asyncio.run(file.renewed()) for _ in range(3)] == [False, True, False]
        assert len(logs) == 1


def test_a_file_that_cant_be_removed() -> None:
    """A removal that fails is told, and ends nothing."""
    file = CredentialFile("/proc/sys/kernel/hostname", "secret id", removes=True)
    _read(file)
    with structlog.testing.capture_logs() as logs:
        asyncio.run(file.used())
    assert [line["log_level"] for line in logs] == ["error"]


def test_what_was_read_before_is_known(tmp_path: Path) -> None:
    """A file that has gone, or was emptied, doesn't take away what it held."""
    path = tmp_path / "secret"
    path.write_text("one")
    file = CredentialFile(str(path), "secret id")
    assert _read(file) == "one"
    path.write_text("")
    assert _read(file) == "one"
    path.unlink()
    assert _read(file) == "one"
    assert file.given_at == GONE
    path.write_text("two")
    assert _read(file) == "two"


def test_a_new_file_isnt_removed_for_the_old_one(tmp_path: Path) -> None:
    """What comes between the reading and the removal stays for the next login."""
    path = tmp_path / "secret"
    path.write_text("one")
    file = CredentialFile(str(path), "secret id", removes=True)
    _read(file)
    (tmp_path / "new").write_text("two")
    (tmp_path / "new").rename(path)
    asyncio.run(file.used())
    assert path.read_text() == "two"


def test_nothing_is_removed_before_it_was_read(tmp_path: Path) -> None:
    """Without a reading there is nothing to remove."""
    path = tmp_path / "secret"
    path.write_text("one")
    asyncio.run(CredentialFile(str(path), "secret id", removes=True).used())
    assert path.exists()


def test_a_file_that_is_still_written_is_no_news(tmp_path: Path) -> None:
    """Only what is the same at two questions counts, so that no half of it is read."""
    path = tmp_path / "secret"
    path.write_text("one")
    file = CredentialFile(str(path), "secret id")
    _read(file)
    told = []
    for content in ("two-", "two-and-", "two-and-a-half", None, None):
        if content is not None:
            path.write_text(content)
        told.append(asyncio.run(file.renewed()))
    assert told == [False, False, False, True, False]
    assert _read(file) == "two-and-a-half"


@pytest.mark.parametrize(
    ("text", "left"), [("p\n", "p"), ("p\r\n", "p"), (" p \n", " p "), ("p\n\n", "p\n"), ("p", "p")]
)
def test_the_end_of_a_line(text: str, left: str) -> None:
    """Of a password only the end of its line is taken away."""
    assert without_line_end(text) == left
