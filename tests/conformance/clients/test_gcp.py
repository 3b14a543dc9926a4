"""`hvac`'s methods for gcp against a dev server, which asks a stand-in for Google.

The reference server doesn't have this method.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server
from tests.sim.google import PROJECT, StandIn, running


@pytest.fixture(scope="module")
def google() -> Iterator[StandIn]:
    """The stand-in."""
    with running() as found:
        yield found


def test_gcp(ours: Server, google: StandIn) -> None:
    """A service account and an instance log in; roles are written, read and edited."""
    client, outside = hvac.Client(url=ours.url, token=ours.token), hvac.Client(url=ours.url)
    client.sys.enable_auth_method("gcp", path="g")
    client.write("auth/g/config", **google.config)
    client.auth.gcp.configure(credentials=google.config["credentials"], mount_point="g")
    assert client.auth.gcp.read_config(mount_point="g")["private_key_id"] == "own-1"
    gcp = client.auth.gcp
    gcp.create_role("i", "iam", PROJECT, bound_service_accounts=[google.email], policies=["p"], mount_point="g")
    gcp.create_role("v", "gce", PROJECT, bound_labels=["env:prod"], mount_point="g")
    found = outside.auth.gcp.login("i", google.of_account(time.time(), "i"), mount_point="g")
    assert found["auth"]["metadata"]["service_account_email"] == google.email
    found = outside.auth.gcp.login("v", google.of_instance(time.time(), "v"), mount_point="g")
    assert found["auth"]["metadata"]["instance_name"] == "vm-1"
    assert outside.auth.token.renew_self()["auth"]["renewable"]
    gcp.edit_labels_on_gce_role("v", add=["team:b"], mount_point="g")
    with pytest.raises(exceptions.InvalidRequest, match="team:b"):
        outside.auth.gcp.login("v", google.of_instance(time.time(), "v"), mount_point="g")
    gcp.edit_service_accounts_on_iam_role("i", add=["other"], mount_point="g")
    assert gcp.read_role("i", mount_point="g")["bound_service_accounts"] == [google.email, "other"]
    assert gcp.list_roles(mount_point="g")["keys"] == ["i", "v"]
    gcp.delete_role("v", mount_point="g")
    gcp.delete_config(mount_point="g")
    for each in (client, outside):
        each.adapter.close()
