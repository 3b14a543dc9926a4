"""`hvac` as an operator uses it: mounts, leases, health; and a server from its first start to its restart."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.configured import start_configured_ours, start_configured_peer
from tests.conformance.clients.test_hvac import as_token, fresh
from tests.conformance.servers import Server

Start = Callable[[Path], AbstractContextManager[Server]]


@pytest.fixture(params=[start_configured_ours, start_configured_peer], ids=["ours", "peer"])
def start(request: pytest.FixtureRequest) -> Start:
    """Starts a server from a configuration, with its store in the directory that is given."""
    found: Start = request.param
    return found


def test_secrets_engines(client: hvac.Client) -> None:
    """An engine is enabled, listed, tuned, moved and disabled."""
    path, moved = fresh("engine"), fresh("moved")
    client.sys.enable_secrets_engine("kv", path, description="before", config={"default_lease_ttl": "1h"})
    listed = client.sys.list_mounted_secrets_engines()["data"][f"{path}/"]
    assert (listed["type"], listed["description"], listed["config"]["default_lease_ttl"]) == ("kv", "before", 3600)
    client.sys.tune_mount_configuration(path, description="after", default_lease_ttl="2h", max_lease_ttl="3h")
    tuned = client.sys.read_mount_configuration(path)["data"]
    assert (tuned["description"], tuned["default_lease_ttl"], tuned["max_lease_ttl"]) == ("after", 7200, 10800)
    client.secrets.kv.v1.create_or_update_secret("x", {"v": "1"}, mount_point=path)
    client.sys.move_backend(path, moved)
    _eventually(lambda: f"{moved}/" in client.sys.list_mounted_secrets_engines()["data"])
    _eventually(lambda: client.read(f"{moved}/x") is not None)
    client.sys.disable_secrets_engine(moved)
    assert f"{moved}/" not in client.sys.list_mounted_secrets_engines()["data"]
    with pytest.raises(exceptions.InvalidRequest):
        client.sys.enable_secrets_engine("nosuchtype", fresh("engine"))
    with pytest.raises(exceptions.InvalidRequest):
        client.sys.enable_secrets_engine("kv", "secret")


def test_auth_methods(client: hvac.Client) -> None:
    """A method is enabled, listed, tuned and disabled."""
    path = fresh("method")
    client.sys.enable_auth_method("userpass", path=path, description="people")
    assert client.sys.list_auth_methods()["data"][f"{path}/"]["description"] == "people"
    client.sys.tune_auth_method(path, default_lease_ttl="1h", description="others")
    tuned = client.sys.read_auth_method_tuning(path)["data"]
    assert (tuned["default_lease_ttl"], tuned["description"]) == (3600, "others")
    client.sys.disable_auth_method(path)
    assert f"{path}/" not in client.sys.list_auth_methods()["data"]


def test_leases(server: Server, client: hvac.Client) -> None:
    """The lease of a login is listed, looked up and revoked, alone and by prefix."""
    path = fresh("leases")
    client.sys.enable_auth_method("userpass", path=path)
    client.auth.userpass.create_or_update_user("ann", "secret", mount_point=path)
    prefix = f"auth/{path}/login/ann"
    visitor = hvac.Client(url=server.url)
    visitor.auth.userpass.login("ann", "secret", mount_point=path)
    (name,) = client.sys.list_leases(prefix)["data"]["keys"]
    lease = client.sys.read_lease(f"{prefix}/{name}")["data"]
    assert lease["id"] == f"{prefix}/{name}"
    assert lease["renewable"] is True
    client.sys.revoke_lease(f"{prefix}/{name}")
    _eventually(lambda: not visitor.is_authenticated())
    visitor.auth.userpass.login("ann", "secret", mount_point=path)
    client.sys.revoke_prefix(f"auth/{path}")
    client.sys.revoke_prefix(f"auth/{path}/")
    _eventually(lambda: not visitor.is_authenticated())
    visitor.auth.userpass.login("ann", "secret", mount_point=path)
    client.sys.revoke_force(f"auth/{path}")
    client.sys.revoke_force(f"/auth/{path}/")
    _eventually(lambda: not visitor.is_authenticated())
    with pytest.raises(exceptions.InvalidRequest):
        client.sys.read_lease(f"{prefix}/{name}")


def test_status(client: hvac.Client) -> None:
    """Health by GET and HEAD, the seal, the leader, the state of the keys and their rotation."""
    assert client.sys.read_health_status().status_code == 200
    health = client.sys.read_health_status(method="GET")
    assert (health["initialized"], health["sealed"], health["standby"]) == (True, False, False)
    assert client.sys.is_initialized()
    assert not client.sys.is_sealed()
    assert client.seal_status["t"] == 1
    assert client.sys.read_leader_status()["ha_enabled"] in {True, False}
    before = client.sys.get_encryption_key_status()["data"]["term"]
    client.sys.rotate_encryption_key()
    assert client.sys.get_encryption_key_status()["data"]["term"] == before + 1


def test_errors_are_told_apart(server: Server, client: hvac.Client) -> None:
    """The client's exceptions come by status, with the server's texts."""
    with pytest.raises(exceptions.Forbidden) as denied:
        as_token(server, "nonsense").sys.list_policies()
    assert denied.value.errors == ["permission denied"]
    with pytest.raises(exceptions.InvalidPath):
        client.adapter.get("/v1/nosuch/x")
    with pytest.raises(exceptions.UnexpectedError, match="unsupported operation"):
        client.adapter.delete("/v1/sys/key-status")


def test_from_first_start_to_restart(start: Start, tmp_path: Path) -> None:
    """A new server is initialised, unsealed with three keys of five, sealed, unsealed, restarted; its secrets stay."""
    with start(tmp_path) as server:
        client = hvac.Client(url=server.url)
        assert not client.sys.is_initialized()
        assert client.sys.read_health_status().status_code == 501
        made = client.sys.initialize(secret_shares=5, secret_threshold=3)
        keys, token = made["keys"], made["root_token"]
        assert (len(keys), len(made["keys_base64"]), len(set(keys))) == (5, 5, 5)
        with pytest.raises(exceptions.InvalidRequest):
            client.sys.initialize(secret_shares=1, secret_threshold=1)
        assert client.sys.read_health_status().status_code == 503
        client.token = token
        with pytest.raises(exceptions.VaultDown):
            client.sys.list_policies()
        assert client.sys.submit_unseal_key(keys[4])["progress"] == 1
        assert client.sys.submit_unseal_key(keys[4])["progress"] == 1
        assert client.sys.submit_unseal_key(reset=True)["progress"] == 0
        assert client.sys.submit_unseal_key(keys[0])["progress"] == 1
        assert client.sys.submit_unseal_key(keys[2])["progress"] == 2
        assert client.sys.submit_unseal_key(made["keys_base64"][1])["sealed"] is False
        _eventually(lambda: _writes(client))
        client.sys.enable_secrets_engine("kv", "app", options={"version": "2"})
        _eventually(lambda: _written(client))
        client.sys.seal()
        _eventually(client.sys.is_sealed)
        with pytest.raises(exceptions.VaultDown):
            client.read("app/data/x")
        assert client.sys.submit_unseal_keys(keys[:3])["sealed"] is False
        _eventually(lambda: _writes(client))
        assert client.read("app/data/x")["data"]["data"] == {"v": "kept"}
    with start(tmp_path) as server:
        client = hvac.Client(url=server.url, token=token)
        assert client.sys.is_initialized()
        assert client.sys.is_sealed()
        assert client.sys.submit_unseal_keys(keys[1:4])["sealed"] is False
        _eventually(lambda: _writes(client))
        assert client.read("app/data/x")["data"]["data"] == {"v": "kept"}


def test_wrong_unseal_keys(start: Start, tmp_path: Path) -> None:
    """A key of another set doesn't open the server, and the right ones still do afterwards."""
    with start(tmp_path) as server:
        client = hvac.Client(url=server.url)
        keys = client.sys.initialize(secret_shares=3, secret_threshold=2)["keys"]
        wrong = keys[1][:2] + ("00" if keys[1][2:4] != "00" else "11") + keys[1][4:]
        client.sys.submit_unseal_key(keys[0])
        with pytest.raises(exceptions.VaultError):
            client.sys.submit_unseal_key(wrong)
        assert client.sys.is_sealed()
        with pytest.raises(exceptions.InvalidRequest):
            client.sys.submit_unseal_key("not a key")
        client.sys.submit_unseal_key(reset=True)
        assert client.sys.submit_unseal_keys(keys[:2])["sealed"] is False


@pytest.mark.parametrize(("shares", "threshold"), [(0, 0), (1, 2), (3, 1), (256, 3)])
def test_impossible_shares(start: Start, tmp_path: Path, shares: int, threshold: int) -> None:
    """Shares and thresholds that make no sense are refused, and the server stays uninitialised."""
    with start(tmp_path) as server:
        client = hvac.Client(url=server.url)
        with pytest.raises(exceptions.VaultError):
            client.adapter.put("/v1/sys/init", json={"secret_shares": shares, "secret_threshold": threshold})
        assert not client.sys.is_initialized()


def _writes(client: hvac.Client) -> bool:
    # The reference server answers reads before it takes writes.
    client.write_data("cubbyhole/awake", data={"v": "1"})
    return True


def _written(client: hvac.Client) -> bool:
    # A version 2 mount may refuse for a moment after it was enabled.
    with contextlib.suppress(exceptions.InvalidRequest):
        client.write_data("app/data/x", data={"data": {"v": "kept"}})
        return True
    return False


def _eventually(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not _holds(condition):
        assert time.monotonic() < deadline, "it didn't come about"
        time.sleep(0.02)


def _holds(condition: Callable[[], bool]) -> bool:
    # The reference server elects itself after it was unsealed, and fails requests until then.
    try:
        return condition()
    except (exceptions.InternalServerError, exceptions.VaultDown):
        return False
