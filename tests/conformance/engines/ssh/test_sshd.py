"""Certificates, lists and passwords of the engine `ssh` with a real `sshd`."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hvac
import pytest

from tests.conformance.servers import ROOT_TOKEN, Server, start_ours
from tests.sim import sshd
from tests.sim.sshd import Sshd, new_key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server."""
    with start_ours(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(params=["ed25519", "ec", "rsa"])
def mount(server: Server, request: pytest.FixtureRequest) -> Iterator[tuple[hvac.Client, str]]:
    """A mount with an authority of each type, and a client."""
    client = hvac.Client(server.url, token=ROOT_TOKEN)
    path = f"ssh-{request.param}"
    client.sys.enable_secrets_engine("ssh", path)
    client.write(f"{path}/config/ca", key_type=request.param, **({"key_bits": 2048} if request.param == "rsa" else {}))
    yield client, path
    client.sys.disable_secrets_engine(path)


@pytest.fixture
def host(tmp_path: Path, server: Server, mount: tuple[hvac.Client, str]) -> Iterator[Sshd]:
    """A host that trusts the authority for its users."""
    directory = tmp_path / "host"
    directory.mkdir()
    with sshd.running(directory) as running:
        (directory / "authorities").write_bytes(_raw(server, f"{mount[1]}/public_key"))
        yield running


def _raw(server: Server, path: str) -> bytes:
    """What anybody is answered without an envelope."""
    with urllib.request.urlopen(f"{server.url}/v1/{path}", timeout=20) as answer:
        body: bytes = answer.read()
    return body


def _signed(client: hvac.Client, path: str, key: Path, **fields: Any) -> dict[str, Any]:
    """Have a certificate signed, and lay it beside the key."""
    public = key.with_suffix(".pub").read_text()
    data: dict[str, Any] = client.write(f"{path}/sign/user", public_key=public, **fields)["data"]
    key.with_name(f"{key.name}-cert.pub").write_text(data["signed_key"])
    return data


@pytest.fixture
def role(mount: tuple[hvac.Client, str]) -> None:
    """A role for any user."""
    client, path = mount
    client.secrets.ssh.create_role(
        name="user",
        key_type="ca",
        allow_user_certificates=True,
        allowed_users="*",
        default_extensions={"permit-pty": ""},
        mount_point=path,
    )


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa", "rsa"])
def test_a_signed_key_is_let_in(mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path, key_type: str) -> None:
    """A key of each type is let in with a certificate for the user, and only then."""
    client, path = mount
    key = new_key(tmp_path, "id", key_type)
    assert not host.lets_in(key)
    _signed(client, path, key, valid_principals="somebody-else")
    assert not host.lets_in(key)
    _signed(client, path, key, valid_principals=f"{host.user},another")
    assert host.lets_in(key)


@pytest.mark.usefixtures("role")
def test_what_a_certificate_forbids_is_forbidden(mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path) -> None:
    """Critical options hold: the forced command is run, not the one asked for; other addresses are refused."""
    client, path = mount
    key = new_key(tmp_path, "id")
    _signed(client, path, key, valid_principals=host.user, critical_options={"force-command": "echo forced"})
    assert host.login(key).stdout == "forced\n"
    _signed(client, path, key, valid_principals=host.user, critical_options={"source-address": "192.0.2.0/24"})
    assert not host.lets_in(key)
    _signed(client, path, key, valid_principals=host.user, critical_options={"source-address": "127.0.0.0/8"})
    assert host.lets_in(key)


def test_an_expired_certificate_is_refused(mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path) -> None:
    """A certificate is let in until its end, and not after it."""
    client, path = mount
    client.write(f"{path}/roles/user", key_type="ca", allow_user_certificates=True, allowed_users="*")
    key = new_key(tmp_path, "id")
    _signed(client, path, key, valid_principals=host.user, ttl="2s")
    _wait_for_refusal(host, key)
    assert "Certificate invalid: expired" in host.log


def _wait_for_refusal(host: Sshd, key: Path) -> None:
    for _ in range(30):
        if not host.lets_in(key):
            return
    raise AssertionError("the host lets the key in for ever")


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize("by", ["serial_number", "key_id", "public_key"])
def test_a_revoked_certificate_is_refused(
    server: Server, mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path, by: str
) -> None:
    """A host with the list of what was revoked refuses what was revoked, and lets others in."""
    client, path = mount
    key, other = new_key(tmp_path, "id"), new_key(tmp_path, "other")
    signed = _signed(client, path, key, valid_principals=host.user)
    _signed(client, path, other, valid_principals=host.user)
    (host.directory / "revoked").write_bytes(_raw(server, f"{path}/krl"))
    assert host.lets_in(key)
    fields = {
        "serial_number": signed["serial_number"],
        "key_id": client.read(f"{path}/cert/{signed['serial_number']}")["data"]["key_id"],
        "public_key": key.with_suffix(".pub").read_text(),
    }
    client.write(f"{path}/revoke", **{by: fields[by]})
    (host.directory / "revoked").write_bytes(_raw(server, f"{path}/krl"))
    assert not host.lets_in(key)
    assert host.lets_in(other)


def test_a_client_trusts_a_signed_host(
    server: Server, mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path
) -> None:
    """A client that knows only the authority trusts a host by its certificate, under the names in it."""
    client, path = mount
    names = {"allowed_domains": "example.com", "allow_subdomains": True}
    client.write(f"{path}/roles/host", key_type="ca", allow_host_certificates=True, **names)
    client.write(f"{path}/roles/user", key_type="ca", allow_user_certificates=True, allowed_users="*")
    data = client.write(
        f"{path}/sign/host",
        public_key=(host.directory / "host_key.pub").read_text(),
        cert_type="host",
        valid_principals="web.example.com",
    )["data"]
    directory = tmp_path / "second"
    directory.mkdir()
    key = new_key(tmp_path, "id")
    _signed(client, path, key, valid_principals=host.user)
    authority = _raw(server, f"{path}/public_key").decode()
    known = f"@cert-authority *.example.com {authority}"
    with sshd.running(directory, host_key=host.directory / "host_key", certificate=data["signed_key"]) as signed:
        (directory / "authorities").write_text(authority)
        assert signed.login(key, "-o", "HostKeyAlias=web.example.com", known_hosts=known).stdout == "in\n"
        refused = signed.login(key, "-o", "HostKeyAlias=db.example.com", known_hosts=known)
        assert refused.returncode != 0 and "Host key verification failed" in refused.stderr


def test_an_issued_key_is_let_in(mount: tuple[hvac.Client, str], host: Sshd, tmp_path: Path) -> None:
    """A key pair that the server has made is let in, of each type."""
    client, path = mount
    client.write(f"{path}/roles/user", key_type="ca", allow_user_certificates=True, allowed_users="*")
    for key_type, bits in (("ed25519", 0), ("ec", 384), ("rsa", 2048)):
        data = client.write(f"{path}/issue/user", key_type=key_type, key_bits=bits, valid_principals=host.user)["data"]
        key = tmp_path / f"issued-{key_type}"
        key.touch(mode=0o600)
        key.write_text(data["private_key"])
        key.with_name(f"{key.name}-cert.pub").write_text(data["signed_key"])
        made = subprocess.run(["ssh-keygen", "-y", "-f", str(key)], capture_output=True, text=True, check=True).stdout
        assert made.split()[0] in data["signed_key"].replace("-cert-v01@openssh.com", "")
        assert host.lets_in(key)
