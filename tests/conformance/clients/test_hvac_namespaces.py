"""`hvac` in namespaces: making them, working in one by the client's `namespace`."""

from __future__ import annotations

import time

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server


def test_making_listing_deleting(client: hvac.Client) -> None:
    """What is made is listed, and gone once deleted; its own children come first."""
    name = fresh("team")
    assert client.sys.create_namespace(name)["data"]["path"] == f"{name}/"
    assert f"{name}/" in client.sys.list_namespaces()["data"]["keys"]
    inside = hvac.Client(url=client.url, token=client.token, namespace=name)
    inside.sys.create_namespace("web")
    assert inside.sys.list_namespaces()["data"]["keys"] == ["web/"]
    with pytest.raises(exceptions.InvalidRequest):
        client.sys.delete_namespace(name)
    inside.sys.delete_namespace("web")
    _eventually_deleted(client, name)
    inside.adapter.close()


def test_working_in_one(server: Server, client: hvac.Client) -> None:
    """Engines, policies, logins and tokens of the namespace; another one shows none of them."""
    name, other = fresh("team"), fresh("other")
    client.sys.create_namespace(name)
    client.sys.create_namespace(other)
    inside = hvac.Client(url=server.url, token=client.token, namespace=name)
    inside.sys.enable_secrets_engine("kv", "kv", options={"version": "2"})
    inside.secrets.kv.v2.create_or_update_secret("x", {"a": "b"}, mount_point="kv")
    inside.sys.create_or_update_policy("reader", 'path "kv/data/*" { capabilities = ["read"] }')
    inside.sys.enable_auth_method("userpass")
    inside.auth.userpass.create_or_update_user("eva", "secret", policies=["reader"])
    person = hvac.Client(url=server.url, namespace=name)
    person.auth.userpass.login("eva", "secret")
    assert person.secrets.kv.v2.read_secret_version("x", mount_point="kv", raise_on_deleted_version=True)["data"][
        "data"
    ] == {"a": "b"}
    assert person.lookup_token()["data"]["namespace_path"] == f"{name}/"
    elsewhere = hvac.Client(url=server.url, token=person.token, namespace=other)
    with pytest.raises(exceptions.Forbidden):
        elsewhere.secrets.kv.v2.read_secret_version("x", mount_point="kv", raise_on_deleted_version=True)
    assert elsewhere.is_authenticated()  # a token may always look itself up
    wrapped = inside.auth.token.create(policies=["reader"], wrap_ttl="60s")["wrap_info"]["token"]
    assert inside.sys.unwrap(wrapped)["auth"]["policies"] == ["default", "reader"]
    person.logout(revoke_token=True)
    for used in (inside, person, elsewhere):
        used.adapter.close()


def _eventually_deleted(client: hvac.Client, name: str) -> None:
    """Delete a namespace, as soon as the server lets it go: the peer deletes in the background."""
    end = time.monotonic() + 20
    while True:
        try:
            client.sys.delete_namespace(name)
            listed = client.sys.list_namespaces()["data"].get("keys", [])
        except exceptions.InvalidPath:
            return
        except exceptions.InvalidRequest:
            listed = [f"{name}/"]
        if f"{name}/" not in listed:
            return
        assert time.monotonic() < end, listed
        time.sleep(0.1)
