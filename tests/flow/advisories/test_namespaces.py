"""Advisories about namespaces."""

from __future__ import annotations

from typing import Any

from tests.flow.node import TestNode

ALL = 'path "*" { capabilities = ["read", "create", "update", "delete", "list", "sudo"] }'


async def _member(node: TestNode, namespace: str) -> tuple[str, str]:
    """A token that may do everything in a namespace, and its accessor."""
    await node.ok("PUT", f"{namespace}/sys/policies/acl/all", {"policy": ALL})
    made = await node.ok("POST", f"{namespace}/auth/token/create", {"policies": ["all"]})
    return made.body["auth"]["client_token"], made.body["auth"]["accessor"]


async def test_cve_2020_10661_policies_do_not_reach_a_namespace_that_is_made_later() -> None:
    """There existing policies counted in nested namespaces that were made after them.

    Here rights go down the tree only as the policy's paths say, and a new namespace of an old one's name has none of
    its tokens and policies.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    narrow = 'path "sys/mounts" { capabilities = ["read"] }'
    await node.ok("PUT", "team/sys/policies/acl/narrow", {"policy": narrow})
    made = await node.ok("POST", "team/auth/token/create", {"policies": ["narrow"]})
    token = made.body["auth"]["client_token"]
    await node.ok("POST", "team/sys/namespaces/later")
    assert (await node.ask("GET", "team/sys/mounts", None, token)).status == 200
    assert (await node.ask("GET", "team/later/sys/mounts", None, token)).status == 403
    await node.ok("DELETE", "team/sys/namespaces/later")
    await node.ok("DELETE", "sys/namespaces/team")
    await node.ok("POST", "sys/namespaces/team")
    assert (await node.ask("GET", "team/sys/mounts", None, token)).status == 403
    assert (await node.ask("GET", "team/sys/policies/acl/narrow")).status == 404


async def test_cve_2023_3774_making_a_namespace_ends_nothing() -> None:
    """There a request for a namespace could end the process.  Here it is refused, and the next one is served."""
    node = await TestNode.start()
    for path in ("sys/namespaces", "sys/namespaces/a/b", "sys/namespaces/" + "n" * 3000, "sys/namespaces/%2f"):
        bodies: tuple[Any, ...] = ({}, {"custom_metadata": [1]}, {"custom_metadata": {"": {}}}, None)
        for body in bodies:
            assert (await node.ask("POST", path, body)).status in {400, 404, 405, 307}, (path, body)
    await node.ok("POST", "sys/namespaces/team")


async def test_cve_2026_40264_an_accessor_of_another_namespace_renews_and_revokes_nothing() -> None:
    """There a tenant's administrator did both to another tenant's token."""
    node = await TestNode.start()
    for name in ("one", "other"):
        await node.ok("POST", f"sys/namespaces/{name}")
    token, _ = await _member(node, "one")
    victim, accessor = await _member(node, "other")
    for verb in ("renew", "revoke", "lookup"):
        for place in ("one/", "other/"):
            asked = await node.ask("POST", f"{place}auth/token/{verb}-accessor", {"accessor": accessor}, token)
            assert asked.status in {403, 500}, (verb, place, asked)
    assert (await node.ask("GET", "other/sys/mounts", None, victim)).status == 200


async def test_cve_2026_55775_root_is_no_name_for_the_own_namespace() -> None:
    """There who managed the namespaces below managed their own by the name `root`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    token, _ = await _member(node, "team")
    asks = [("POST", "api-lock/lock/root"), ("DELETE", "root"), ("PATCH", "root"), ("POST", "root"), ("GET", "root")]
    asks += [("POST", "api-lock/lock/root/"), ("POST", "api-lock/lock/team")]
    for verb, path in asks:
        asked = await node.ask(verb, f"team/sys/namespaces/{path}", {}, token)
        assert asked.status in {400, 403, 404} or (verb == "DELETE" and asked.body["warnings"]), (verb, path, asked)
    shown = (await node.ok("GET", "sys/namespaces/team")).data
    assert (shown["locked"], shown["custom_metadata"]) == (False, {})


async def test_cve_2026_14886_deleting_many_entities_keeps_to_the_namespace() -> None:
    """There `entity/batch-delete` deleted entities of other namespaces.

    Here it deletes those of the request's namespace, and takes other ids for ones that aren't there.
    """
    node = await TestNode.start()
    for path in ("team", "other", "team/below"):
        parent, _, name = path.rpartition("/")
        await node.ok("POST", f"{parent}/sys/namespaces/{name}".lstrip("/"))
    token, _ = await _member(node, "team")
    places = ("", "other/", "team/", "team/below/")
    ids = {place: (await node.ok("POST", f"{place}identity/entity", {"name": "e"})).data["id"] for place in places}
    await node.ok("POST", "team/identity/entity/batch-delete", {"entity_ids": list(ids.values())}, token)
    for place, id_ in ids.items():
        status = (await node.ask("GET", f"{place}identity/entity/id/{id_}")).status
        assert status == (404 if place == "team/" else 200), place


async def test_cve_2023_3775_the_rules_of_a_namespace_hinder_no_other() -> None:
    """There the Sentinel rules of one namespace refused requests to others.

    The rules here that refuse what a policy allows are those for second factors: an enforcement of a namespace concerns
    the logins there and below, and no others.
    """
    node = await TestNode.start()
    for name in ("team", "other"):
        await node.ok("POST", f"sys/namespaces/{name}")
    places = ("", "other/", "team/", "team/below/")
    await node.ok("POST", "team/sys/namespaces/below")
    for place in places:
        await node.ok("POST", f"{place}sys/auth/userpass", {"type": "userpass"})
        await node.ok("POST", f"{place}auth/userpass/users/eva", {"password": "pw"})
    method = (await node.ok("POST", "team/identity/mfa/method/totp", {"issuer": "strong"})).data["method_id"]
    wanted = {"mfa_method_ids": [method], "auth_method_types": ["userpass"]}
    await node.ok("POST", "team/identity/mfa/login-enforcement/all", wanted)
    for place in places:
        auth = (await node.ok("POST", f"{place}auth/userpass/login/eva", {"password": "pw"}, "")).body["auth"]
        assert bool(auth["client_token"]) is not place.startswith("team/"), place
