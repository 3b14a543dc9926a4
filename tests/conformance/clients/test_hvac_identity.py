"""`hvac.secrets.identity`, against a dev server of ours and the reference server."""

from __future__ import annotations

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import as_token, fresh
from tests.conformance.servers import Server


@pytest.fixture
def accessor(client: hvac.Client) -> str:
    """The accessor of a mount to log in at, whose user is `ann`."""
    path = fresh("people")
    client.sys.enable_auth_method("userpass", path=path)
    client.auth.userpass.create_or_update_user("ann", "right", mount_point=path)
    return str(client.sys.list_auth_methods()["data"][f"{path}/"]["accessor"])


def mount_of(client: hvac.Client, accessor: str) -> str:
    """The path of a mount."""
    mounts = client.sys.list_auth_methods()["data"]
    return next(path for path, mount in mounts.items() if mount["accessor"] == accessor).rstrip("/")


def test_entities(client: hvac.Client) -> None:
    """Made, read by both keys, changed, listed, and deleted."""
    identity, name = client.secrets.identity, fresh("ann")
    made = identity.create_or_update_entity(name=name, metadata={"team": "a"}, policies=["one"])
    id_ = made["data"]["id"]
    assert identity.read_entity(id_)["data"]["metadata"] == {"team": "a"}
    identity.update_entity(id_, policies=["two"])
    assert identity.read_entity_by_name(name)["data"]["policies"] == ["two"]
    identity.create_or_update_entity_by_name(name, disabled=True)
    assert identity.lookup_entity(name=name)["data"]["disabled"] is True
    assert id_ in identity.list_entities()["data"]["keys"]
    assert name in identity.list_entities_by_name()["data"]["keys"]
    identity.delete_entity_by_name(name)
    with pytest.raises(exceptions.InvalidPath):
        identity.read_entity(id_)


def test_a_login_belongs_to_its_alias(client: hvac.Client, server: Server, accessor: str) -> None:
    """And has the policies of the entity and of its groups."""
    identity, path = client.secrets.identity, mount_of(client, accessor)
    entity = identity.create_or_update_entity(name=fresh("ann"), policies=["one"])["data"]["id"]
    alias = identity.create_or_update_entity_alias(name="ann", canonical_id=entity, mount_accessor=accessor)
    inner = identity.create_or_update_group(name=fresh("inner"), policies=["two"], member_entity_ids=[entity])
    outer = identity.create_or_update_group(
        name=fresh("outer"), policies=["three"], member_group_ids=[inner["data"]["id"]]
    )
    auth = client.auth.userpass.login("ann", "right", mount_point=path, use_token=False)["auth"]
    assert auth["entity_id"] == entity
    assert auth["identity_policies"] == ["one", "three", "two"]
    looked = as_token(server, auth["client_token"]).auth.token.lookup_self()["data"]
    assert looked["identity_policies"] == ["one", "three", "two"]
    assert identity.read_entity_alias(alias["data"]["id"])["data"]["name"] == "ann"
    assert identity.read_entity(entity)["data"]["inherited_group_ids"] == [outer["data"]["id"]]
    assert identity.lookup_entity(alias_name="ann", alias_mount_accessor=accessor)["data"]["id"] == entity
    identity.delete_entity_alias(alias["data"]["id"])
    auth = client.auth.userpass.login("ann", "right", mount_point=path, use_token=False)["auth"]
    assert auth["entity_id"] != entity


def test_groups_and_their_aliases(client: hvac.Client, accessor: str) -> None:
    """An external one, known to an auth method by another name."""
    identity, name = client.secrets.identity, fresh("devs")
    group = identity.create_or_update_group(name=name, group_type="external")["data"]["id"]
    identity.create_or_update_group_alias(name=name, mount_accessor=accessor, canonical_id=group)
    found = identity.lookup_group(alias_name=name, alias_mount_accessor=accessor)["data"]
    assert (found["id"], found["type"]) == (group, "external")
    assert found["alias"]["id"] in identity.list_group_aliases()["data"]["keys"]
    identity.delete_group_alias(found["alias"]["id"])
    assert identity.read_group_by_name(name)["data"]["alias"] == {}
    identity.delete_group(group)
    assert identity.lookup_group(name=name) is None or identity.lookup_group(name=name).status_code == 204


def test_merging(client: hvac.Client) -> None:
    """One takes over what the other one has."""
    identity = client.secrets.identity
    one, other = (identity.create_or_update_entity(name=fresh("e"))["data"]["id"] for _ in range(2))
    group = identity.create_or_update_group(name=fresh("g"), member_entity_ids=[other])["data"]["id"]
    identity.merge_entities(from_entity_ids=[other], to_entity_id=one)
    assert identity.read_group(group)["data"]["member_entity_ids"] == [one]
    with pytest.raises(exceptions.InvalidRequest):
        identity.merge_entities(from_entity_ids=[one], to_entity_id=one)
