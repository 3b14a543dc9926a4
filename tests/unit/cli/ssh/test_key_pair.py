"""Which key pair of the user is signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.cli.failure import Failure
from strongroom.cli.ssh.key_pair import KeyPair, content_of, key_pair


def files(home: Path, *names: str) -> None:
    """Files in the folder of ssh."""
    (home / ".ssh").mkdir(exist_ok=True)
    for name in names:
        (home / ".ssh" / name).write_text("ssh-ed25519 AAAA\n")


def pair(home: Path, name: str) -> KeyPair:
    """The pair of that name."""
    return KeyPair(home / ".ssh" / f"{name}.pub", home / ".ssh" / name)


def test_the_order_is_that_of_ssh(tmp_path: Path) -> None:
    """Only pairs count that are whole."""
    files(tmp_path, "id_rsa", "id_rsa.pub", "id_ed25519.pub")
    assert key_pair("", "", tmp_path) == pair(tmp_path, "id_rsa")
    files(tmp_path, "id_ecdsa", "id_ecdsa.pub")
    assert key_pair("", "", tmp_path) == pair(tmp_path, "id_ecdsa")
    files(tmp_path, "id_ed25519")
    assert key_pair("", "", tmp_path) == pair(tmp_path, "id_ed25519")


def test_one_flag_tells_the_other(tmp_path: Path) -> None:
    """By the name with `.pub`, as ssh-keygen writes it."""
    files(tmp_path, "x", "x.pub", "other", "id_ed25519", "id_ed25519.pub")
    folder = tmp_path / ".ssh"
    assert key_pair("", str(folder / "x"), tmp_path) == pair(tmp_path, "x")
    assert key_pair(str(folder / "x.pub"), "", tmp_path) == pair(tmp_path, "x")
    assert key_pair(str(folder / "x.pub"), str(folder / "other"), tmp_path).private == folder / "other"


@pytest.mark.parametrize(
    ("public", "private", "error"),
    [
        ("", "", "has none of id_ed25519, id_ecdsa, id_rsa with its .pub"),
        ("/none.pub", "", "no public key at /none.pub: -public-key-path"),
        ("/none", "", "/none doesn't end in .pub, so -private-key-path"),
        ("", "/none", "no public key at /none.pub: -public-key-path"),
        ("/dev/../etc/passwd", "/none", "no private key at /none: -private-key-path"),
    ],
)
def test_what_is_missing_is_named(public: str, private: str, error: str, tmp_path: Path) -> None:
    """With the flag that names another one."""
    with pytest.raises(Failure, match=error):
        key_pair(public, private, tmp_path)


@pytest.mark.parametrize(
    "content", [b"-----BEGIN OPENSSH PRIVATE KEY-----\nx\n", b"\xff\xfe", b"a" * 70_000], ids=["key", "bytes", "long"]
)
def test_a_private_key_is_not_sent(content: bytes, tmp_path: Path) -> None:
    """Nor anything else that is no public key."""
    file = tmp_path / "k"
    file.write_bytes(content)
    with pytest.raises(Failure, match="holds no SSH public key"):
        content_of(file)
