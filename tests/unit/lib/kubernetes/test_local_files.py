"""Claims about the files of a pod: they are read again, off the loop, and not each time."""

from __future__ import annotations

from pathlib import Path

from strongroom.lib.kubernetes.local_files import CA_S, TOKEN_S, LocalFiles


async def test_files_are_read_again(tmp_path: Path) -> None:
    """The token each minute, the authorities each hour."""
    now = 0.0
    files = LocalFiles(tmp_path, lambda: now)
    assert (await files.token(), await files.ca_cert()) == ("", "")
    for name in ("token", "ca.crt"):
        (tmp_path / name).write_text(f"{name} 1\n")
    assert (await files.token(), await files.ca_cert()) == ("token 1", "ca.crt 1")
    for name in ("token", "ca.crt"):
        (tmp_path / name).write_text(f"{name} 2")
    now = TOKEN_S - 1
    assert (await files.token(), await files.ca_cert()) == ("token 1", "ca.crt 1")
    now = TOKEN_S
    assert (await files.token(), await files.ca_cert()) == ("token 2", "ca.crt 1")
    now = CA_S
    assert await files.ca_cert() == "ca.crt 2"


async def test_what_is_no_text_is_nothing(tmp_path: Path) -> None:
    """Neither bytes that are no UTF-8 nor a folder."""
    (tmp_path / "token").write_bytes(b"\xff")
    (tmp_path / "ca.crt").mkdir()
    files = LocalFiles(tmp_path)
    assert (await files.token(), await files.ca_cert()) == ("", "")
