"""The file by which ssh knows hosts whose keys are signed."""

from __future__ import annotations

import pytest

from strongroom.cli.failure import Failure
from strongroom.cli.ssh.known_hosts import known_hosts

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyy"


def test_each_authority_has_a_line() -> None:
    """A mount may have several."""
    assert known_hosts("*", f"{KEY}\n") == f"@cert-authority * {KEY}\n"
    assert known_hosts("a,b", f"{KEY}\n\n{KEY} x\n") == f"@cert-authority a,b {KEY}\n@cert-authority a,b {KEY} x\n"


@pytest.mark.parametrize("hosts", ["", "a b", "a\n@cert-authority *", "a\t", "a\0"])
def test_hosts_with_blanks(hosts: str) -> None:
    """They would end where the key begins, or begin another line."""
    with pytest.raises(Failure, match="-host-key-hostnames"):
        known_hosts(hosts, KEY)


@pytest.mark.parametrize("keys", ["", "\n", "<html>", "{}", "ssh-ed25519", f"{KEY}\n\x1b[2J x"])
def test_what_is_no_key(keys: str) -> None:
    """The mount has none, or something else answers."""
    with pytest.raises(Failure, match="no public key"):
        known_hosts("*", keys)
