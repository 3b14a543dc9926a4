"""The file that says which server a host asks."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from strongroom.cli.ssh.helper import config
from strongroom.cli.ssh.helper.fault import Fault
from strongroom.client.settings import Tls

LEAST = 'vault_addr = "https://vault.example.com:8200"\nallowed_roles = "*"\n'
WHOLE = """
vault_addr = "https://vault.example.com:8200"
ssh_mount_point = "ssh-prod/"
namespace = "team"
ca_cert = "/etc/ca.pem"
ca_path = "/etc/cas"
tls_skip_verify = true
tls_server_name = "vault"
allowed_roles = "a, b"
allowed_cidr_list = "10.0.0.0/8,192.0.2.1/32"
host_name = "web1"
"""


def test_every_key() -> None:
    """As vault-ssh-helper reads them, and one more."""
    assert config.parsed(WHOLE, dev=False) == config.HelperConfig(
        vault_addr="https://vault.example.com:8200",
        ssh_mount_point="ssh-prod",
        namespace="team",
        tls=Tls(ca_cert="/etc/ca.pem", ca_path="/etc/cas", skip_verify=True, server_name="vault"),
        allowed_roles=("a", "b"),
        allowed_cidr_list=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("192.0.2.1/32")),
        host_name="web1",
    )


def test_the_least() -> None:
    """Everything else has a default; the server is asked once."""
    found = config.parsed(LEAST, dev=False)
    assert (found.ssh_mount_point, found.namespace, found.tls, found.host_name) == ("ssh", "", Tls(), "")
    assert found.settings.max_retries == 0
    assert found.settings.token == ""


def test_json_and_lists() -> None:
    """Either notation, and lists as lists."""
    text = '{"vault_addr": "https://x", "allowed_roles": ["a", "b"], "tls_skip_verify": "true"}'
    found = config.parsed(text, dev=False)
    assert found.allowed_roles == ("a", "b")
    assert found.tls.skip_verify


def test_dev_is_without_tls() -> None:
    """Authorities don't matter then."""
    text = 'vault_addr = "http://x"\nallowed_roles = "*"\nca_cert = "/x"\nca_path = "/y"'
    assert config.parsed(text, dev=True).tls == Tls()


@pytest.mark.parametrize(
    ("text", "dev", "why"),
    [
        ("", False, "vault_addr is missing"),
        ('vault_addr = "https://x"', False, "allowed_roles is missing"),
        ('vault_addr = "https://x"\nallowed_roles = " , "', False, "allowed_roles names no role"),
        ('vault_addr = "http://x"\nallowed_roles = "*"', False, "vault_addr has to begin with https://"),
        ('vault_addr = "unix:///x"\nallowed_roles = "*"', False, "vault_addr has to begin with https://"),
        ('vault_addr = "https://x"\nallowed_roles = "*"', True, "-dev is for a server without TLS"),
        (LEAST + 'allowed_cidrs = "x"', False, 'At 3:1: there is no key "allowed_cidrs"'),
        (LEAST + 'allowed_cidr_list = "x"', False, 'allowed_cidr_list: "x" is no CIDR block'),
        (LEAST + 'tls_skip_verify = "maybe"', False, "tls_skip_verify is neither true nor false"),
        (LEAST + 'allowed_roles = "x"', False, 'At 3:1: "allowed_roles" is there twice'),
        (LEAST + "namespace { a = 1 }", False, "namespace has to be a text"),
        (LEAST + 'namespace "x" { a = 1 }', False, '"namespace" is no block'),
        (LEAST + "host_name = 5", False, "host_name has to be a text"),
        ("vault_addr = ", False, "the configuration can't be read"),
    ],
)
def test_what_is_refused(text: str, dev: bool, why: str) -> None:
    """Nobody gets in by a file that isn't understood."""
    with pytest.raises(Fault) as refused:
        config.parsed(text, dev=dev)
    assert why in str(refused.value)
    assert refused.value.code == 1


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_a_file_that_others_may_write(mode: int, tmp_path: Path) -> None:
    """Whoever writes it says who gets in."""
    file = tmp_path / "c.hcl"
    file.write_text(LEAST)
    file.chmod(0o644)
    assert config.read(str(file)) == LEAST
    file.chmod(mode)
    with pytest.raises(Fault, match="others may write this file"):
        config.read(str(file))


@pytest.mark.parametrize(
    ("content", "why"), [(None, "no such file"), (b"\xff", "no UTF-8"), (b"#" * 70_000, "more than 65536 bytes")]
)
def test_a_file_that_is_none(content: bytes | None, why: str, tmp_path: Path) -> None:
    """The reason names it."""
    file = tmp_path / "c.hcl"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    with pytest.raises(Fault, match=why) as refused:
        config.read(str(file))
    assert str(file) in str(refused.value)
