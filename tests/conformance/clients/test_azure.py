"""`hvac`'s methods for azure against a dev server, which asks a stand-in for Azure.

The reference server doesn't have this method.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server
from tests.sim.azure import OBJECT, SUBSCRIPTION, StandIn, running


@pytest.fixture(scope="module")
def azure() -> Iterator[StandIn]:
    """The stand-in."""
    with running() as found:
        yield found


def test_azure(ours: Server, azure: StandIn) -> None:
    """A machine logs in; what is written is read, and the secret is not."""
    client, outside = hvac.Client(url=ours.url, token=ours.token), hvac.Client(url=ours.url)
    client.sys.enable_auth_method("azure", path="az")
    client.write("auth/az/config", **azure.config)
    client.auth.azure.configure(azure.config["tenant_id"], azure.config["resource"], mount_point="az")
    shown = client.auth.azure.read_config(mount_point="az")
    assert shown["tenant_id"] == azure.config["tenant_id"]
    assert "client_secret" not in shown
    bound = {"bound_service_principal_ids": [OBJECT], "bound_locations": ["westeurope"], "policies": ["p"]}
    client.auth.azure.create_role("web", ttl="10m", num_uses=5, mount_point="az", **bound)
    role = client.auth.azure.read_role("web", mount_point="az")
    assert (role["bound_locations"], role["token_num_uses"]) == (["westeurope"], 5)
    machine = {"subscription_id": SUBSCRIPTION, "resource_group_name": "group-1", "vm_name": "vm-1"}
    found = outside.auth.azure.login("web", azure.token(time.time()), mount_point="az", **machine)
    assert found["auth"]["metadata"]["vm_name"] == "vm-1"
    assert outside.auth.token.lookup_self()["data"]["policies"] == ["default", "p"]
    with pytest.raises(exceptions.InvalidRequest, match="claim aud"):
        outside.auth.azure.login("web", azure.token(time.time(), aud="x"), mount_point="az", **machine)
    assert client.auth.azure.list_roles(mount_point="az")["keys"] == ["web"]
    client.auth.azure.delete_role("web", mount_point="az")
    client.auth.azure.delete_config(mount_point="az")
    for each in (client, outside):
        each.adapter.close()
