"""`hvac.auth.approle`, against a dev server of ours and the reference server."""

from __future__ import annotations

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server


@pytest.fixture
def mount(client: hvac.Client) -> str:
    """A mount with the role `app`."""
    path = fresh("approle")
    client.sys.enable_auth_method("approle", path=path)
    client.auth.approle.create_or_update_approle(
        "app",
        token_policies=["one", "two"],
        token_ttl="10m",
        token_max_ttl="20m",
        token_num_uses=5,
        secret_id_ttl="1h",
        secret_id_num_uses=3,
        secret_id_bound_cidrs=["127.0.0.0/8"],
        token_bound_cidrs=["127.0.0.0/8"],
        mount_point=path,
    )
    return path


def test_roles(client: hvac.Client, mount: str) -> None:
    """Written, read, listed, deleted; their role ids read and changed."""
    approle = client.auth.approle
    shown = approle.read_role("app", mount_point=mount)["data"]
    assert (shown["token_policies"], shown["token_ttl"], shown["secret_id_num_uses"]) == (["one", "two"], 600, 3)
    assert approle.list_roles(mount_point=mount)["data"]["keys"] == ["app"]
    approle.update_role_id("app", "app-id", mount_point=mount)
    assert approle.read_role_id("app", mount_point=mount)["data"]["role_id"] == "app-id"
    approle.delete_role("app", mount_point=mount)
    for read in (approle.read_role, approle.read_role_id):
        with pytest.raises(exceptions.InvalidPath):
            read("app", mount_point=mount)


def test_secret_ids(client: hvac.Client, mount: str) -> None:
    """Made here or elsewhere, read, listed and destroyed by themselves and by their accessors."""
    approle = client.auth.approle
    made = approle.generate_secret_id("app", metadata={"host": "a"}, cidr_list=["127.0.0.1/32"], mount_point=mount)
    custom = approle.create_custom_secret_id("app", "custom", metadata={"host": "b"}, mount_point=mount)
    accessors = [answer["data"]["secret_id_accessor"] for answer in (made, custom)]
    assert sorted(approle.list_secret_id_accessors("app", mount_point=mount)["data"]["keys"]) == sorted(accessors)
    known = approle.read_secret_id("app", made["data"]["secret_id"], mount_point=mount)["data"]
    assert (known["metadata"], known["cidr_list"]) == ({"host": "a"}, ["127.0.0.1/32"])
    assert approle.read_secret_id_accessor("app", accessors[0], mount_point=mount)["data"] == known
    approle.destroy_secret_id("app", "custom", mount_point=mount)
    approle.destroy_secret_id_accessor("app", accessors[0], mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        approle.list_secret_id_accessors("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        approle.read_secret_id_accessor("app", accessors[0], mount_point=mount)


def test_a_wrapped_secret_id(client: hvac.Client, mount: str) -> None:
    """It comes out of the wrapping, and is known by its accessor before."""
    approle = client.auth.approle
    wrapped = approle.generate_secret_id("app", mount_point=mount, wrap_ttl="60s")["wrap_info"]
    known = approle.read_secret_id_accessor("app", wrapped["wrapped_accessor"], mount_point=mount)
    assert known["data"]["secret_id_num_uses"] == 3
    inner = client.sys.unwrap(wrapped["token"])["data"]
    assert inner["secret_id_accessor"] == wrapped["wrapped_accessor"]


def test_logins(client: hvac.Client, server: Server, mount: str) -> None:
    """As often as the secret id has uses; the client then has the token."""
    role_id = client.auth.approle.read_role_id("app", mount_point=mount)["data"]["role_id"]
    secret_id = client.auth.approle.generate_secret_id("app", mount_point=mount)["data"]["secret_id"]
    for _ in range(3):
        guest = hvac.Client(url=server.url)
        auth = guest.auth.approle.login(role_id, secret_id, mount_point=mount)["auth"]
        assert (auth["metadata"]["role_name"], auth["lease_duration"]) == ("app", 600)
        assert guest.auth.token.lookup_self()["data"]["num_uses"] == 4
        guest.adapter.close()
    with pytest.raises(exceptions.InvalidRequest, match="invalid role or secret ID"):
        client.auth.approle.login(role_id, secret_id, use_token=False, mount_point=mount)
