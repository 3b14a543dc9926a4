"""hvac's methods for radius, and the commands that log in by it."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.program import OLDER_PEER, OURS, PEER, forked
from tests.conformance.servers import Server
from tests.sim.radius.freeradius import PASSWORD, SECRET, FreeRadius


def test_hvac(ours: Server, freeradius: FreeRadius) -> None:
    """Every method does what it says, and secrets are never read back."""
    client = hvac.Client(url=ours.url, token=ours.token)
    path = f"radius-{uuid.uuid4().hex[:8]}"
    client.sys.enable_auth_method("radius", path=path)
    radius = client.auth.radius
    radius.configure(
        freeradius.host,
        SECRET,
        port=freeradius.port,
        unregistered_user_policies=["guest", "web"],
        dial_timeout=5,
        nas_port=4,
        mount_point=path,
    )
    shown = radius.read_configuration(mount_point=path)["data"]
    assert (shown["host"], shown["port"], shown["dial_timeout"]) == (freeradius.host, freeradius.port, 5)
    assert shown["unregistered_user_policies"] == ["guest", "web"]
    assert "secret" not in shown
    radius.register_user("ann", policies=["own"], mount_point=path)
    assert radius.list_users(mount_point=path)["data"]["keys"] == ["ann"]
    assert radius.read_user("ann", mount_point=path)["data"] == {"policies": ["own"]}
    radius.login("ann", PASSWORD, mount_point=path)
    assert client.auth.token.lookup_self()["data"]["policies"] == ["default", "own"]
    client.token = ours.token
    radius.delete_user("ann", mount_point=path)
    with pytest.raises(exceptions.InvalidPath):
        radius.read_user("ann", mount_point=path)
    client.adapter.close()


@pytest.mark.parametrize("program", [OURS, PEER, OLDER_PEER], ids=["strongroom", "bao", "older bao"])
def test_login(ours: Server, freeradius: FreeRadius, tmp_path: Path, program: Path) -> None:
    """The command logs in, ours and the reference server's, as far as that knows the method."""
    if not program.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    client = hvac.Client(url=ours.url, token=ours.token)
    path = f"radius-{uuid.uuid4().hex[:8]}"
    client.sys.enable_auth_method("radius", path=path)
    client.write_data(f"auth/{path}/config", data=freeradius.config)
    client.adapter.close()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_", "BAO_", "STRONGROOM_"))}
    words = ["-method=radius", f"-path={path}", "-format=json", "-no-store", "username=ann", f"password={PASSWORD}"]
    done = subprocess.run(
        [forked(program), "login", *words],
        env={**kept, "HOME": str(tmp_path), "VAULT_ADDR": ours.url, "BAO_ADDR": ours.url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if program == PEER and "Unknown auth method" in done.stderr:
        pytest.skip("this release of the reference server has the method as a plugin")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auth"]["metadata"]["username"] == "ann"


def test_nothing_secret_is_in_the_audit_log(ours: Server, freeradius: FreeRadius, tmp_path: Path) -> None:
    """Neither the shared secret nor passwords are, whatever becomes of the requests."""
    client = hvac.Client(url=ours.url, token=ours.token)
    path, log = f"radius-{uuid.uuid4().hex[:8]}", tmp_path / "audit.log"
    client.sys.enable_auth_method("radius", path=path)
    client.sys.enable_audit_device("file", path=path, options={"file_path": str(log)})
    client.write_data(f"auth/{path}/config", data=freeradius.config)
    client.auth.radius.login("ann", PASSWORD, use_token=False, mount_point=path)
    with pytest.raises(exceptions.InvalidRequest):
        client.auth.radius.login("ann", "canary-wrong", use_token=False, mount_point=path)
    client.sys.disable_audit_device(path)
    client.adapter.close()
    text = log.read_text()
    assert f"auth/{path}/login/ann" in text
    assert "canary" not in text
