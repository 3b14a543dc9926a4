"""`hvac`'s methods of the auth method ldap, and `bao login -method=ldap`, against our server over a real directory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.program import OLDER_PEER, OURS, environment, forked
from tests.conformance.servers import Server, start_ours, start_peer
from tests.sim import slapd
from tests.sim.slapd import GROUPS, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """OpenLDAP."""
    with slapd.run(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture(scope="module", params=["ours", "peer"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Our server, and the reference server of a release that has the method."""
    folder = tmp_path_factory.mktemp("server")
    if request.param == "peer" and not OLDER_PEER.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    start = start_ours(folder) if request.param == "ours" else start_peer(folder, program=OLDER_PEER)
    with start as running:
        yield running


@pytest.fixture
def client(server: Server, directory: Slapd) -> Iterator[hvac.Client]:
    """A client with the root token; the method is configured at `ldap/`."""
    found = hvac.Client(url=server.url, token=server.token)
    if "ldap/" not in found.sys.list_auth_methods()["data"]:
        found.sys.enable_auth_method("ldap")
    found.auth.ldap.configure(
        url=directory.url,
        userdn=PEOPLE,
        userattr="uid",
        groupdn=GROUPS,
        binddn=SERVICE,
        bindpass=SERVICE_PASSWORD,
        token_ttl="1h",
    )
    yield found
    found.adapter.close()


def test_configuration(client: hvac.Client, directory: Slapd) -> None:
    """What was configured is read, without the password."""
    data = client.auth.ldap.read_configuration()["data"]
    assert (data["url"], data["userdn"], data["groupdn"], data["binddn"]) == (directory.url, PEOPLE, GROUPS, SERVICE)
    assert (data["userattr"], data["token_ttl"]) == ("uid", 3600)
    assert "bindpass" not in data


def test_groups(client: hvac.Client) -> None:
    """Written, read, listed, deleted."""
    groups = client.auth.ldap
    groups.create_or_update_group("admins", policies=["one", "two"])
    assert groups.read_group("admins")["data"]["policies"] == ["one", "two"]
    assert groups.list_groups()["data"]["keys"] == ["admins"]
    groups.delete_group("admins")
    with pytest.raises(exceptions.InvalidPath):
        groups.read_group("admins")
    with pytest.raises(exceptions.InvalidPath):
        groups.list_groups()


def test_users(client: hvac.Client) -> None:
    """Written, read, listed, deleted."""
    users = client.auth.ldap
    users.create_or_update_user("alice", policies=["hers"], groups=["local"])
    assert users.read_user("alice")["data"] == {"policies": ["hers"], "groups": "local"}
    assert users.list_users()["data"]["keys"] == ["alice"]
    users.delete_user("alice")
    with pytest.raises(exceptions.InvalidPath):
        users.list_users()


def test_logins(client: hvac.Client, server: Server) -> None:
    """The policies of the groups, a renewal, and a wrong password."""
    client.auth.ldap.create_or_update_group("my_group", policies=["mine"])
    person = hvac.Client(url=server.url)
    auth = person.auth.ldap.login("alice", "alice-password")["auth"]
    assert (auth["policies"], auth["metadata"]) == (["default", "mine"], {"username": "alice"})
    assert person.lookup_token()["data"]["display_name"] == "ldap-alice"
    assert person.auth.token.renew_self()["auth"]["lease_duration"] == 3600
    with pytest.raises(exceptions.InvalidRequest):
        person.auth.ldap.login("alice", "wrong")
    person.adapter.close()


@pytest.mark.parametrize("program", [OURS, OLDER_PEER], ids=["strongroom", "bao"])
def test_command_line(client: hvac.Client, server: Server, tmp_path: Path, program: Path) -> None:
    """`login -method=ldap` keeps the token, and fails for a wrong password; later releases of `bao` lack it."""
    if not program.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        extra = {"BAO_ADDR": server.url, "VAULT_ADDR": server.url}
        return subprocess.run(
            [forked(program), *words],
            env=environment(tmp_path, extra),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = run("login", "-method=ldap", "username=alice", "password=alice-password")
    assert done.returncode == 0, done.stderr
    assert "ldap-alice" in run("token", "lookup").stdout
    assert run("login", "-method=ldap", "username=alice", "password=wrong").returncode == 2
