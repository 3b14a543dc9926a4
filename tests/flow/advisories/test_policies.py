"""Advisories about what policies let through."""

from __future__ import annotations

import msgspec
import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.identity import AliasRecord, rows
from tests.flow.node import TestNode

OF_THE_USER = 'path "probe/rows/{{identity.entity.aliases.%s.name}}" { capabilities = ["create", "update", "read"] }'


async def versioned(node: TestNode) -> None:
    """`kv/` of version 2, with two secrets."""
    await node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    for name in ("team/own", "other"):
        await node.ok("POST", f"kv/data/{name}", {"data": {"value": name}})


async def user(node: TestNode, mount: str, name: str, **settings: object) -> str:
    """A user of one userpass mount who logs in; the token."""
    await node.ask("POST", f"sys/auth/{mount}", {"type": "userpass"})
    await node.ok("POST", f"auth/{mount}/users/{name}", {"password": "x", **settings})
    login = await node.ok("POST", f"auth/{mount}/login/{name}", {"password": "x"}, token="")
    return str(login.body["auth"]["client_token"])


async def accessor(node: TestNode, mount: str) -> str:
    """The accessor of an auth mount."""
    return str((await node.ok("GET", f"sys/auth/{mount}")).data["accessor"])


@pytest.mark.parametrize("method", ["LIST", "SCAN", "GET"])
async def test_cve_2026_12624_a_listing_keeps_to_the_narrower_deny(method: str) -> None:
    """There the slash at a listing's end was cut off before the rules were asked, and a deny ending in `/*` missed it.

    Here the names below a denied folder would have been shown to whoever may list the folder above.
    """
    node = await TestNode.start()
    await versioned(node)
    await node.ok("POST", "kv/data/restricted/a", {"data": {}})
    token = await node.token(
        'path "kv/metadata/*" { capabilities = ["list", "scan", "read"] }\n'
        'path "kv/metadata/restricted/*" { capabilities = ["deny"] }'
    )
    query = "?list=true" if method == "GET" else ""
    for spelling in ("kv/metadata/restricted", "kv/metadata/restricted/"):
        assert (await node.ask(method, spelling + query, token=token)).status == 403, spelling
    assert (await node.ask(method, "kv/metadata/team" + query, token=token)).status == 200


@pytest.mark.parametrize(
    ("allowed", "denied", "refused"),
    [
        ("kv/metadata/*", "kv/metadata/+", True),
        ("kv/metadata/*", "kv/+/team", False),
        ("kv/metadata/*", "kv/metadata/team", True),
        ("kv/metadata/team*", "kv/metadata/+", False),
        ("kv/metadata/team/", "kv/metadata/+", False),
        ("kv/metadata/team/", "kv/metadata/team", False),
        ("kv/metadata/+/", "kv/metadata/+", False),
    ],
)
async def test_cve_2026_12624_a_listing_keeps_to_a_deny_without_its_slash(
    allowed: str, denied: str, refused: bool
) -> None:
    """A pattern that ends in `+` and denies is weighed as it would be for any other request: the better one decides."""
    node = await TestNode.start()
    await versioned(node)
    token = await node.token(
        f'path "{allowed}" {{ capabilities = ["list"] }}\npath "{denied}" {{ capabilities = ["deny"] }}'
    )
    answer = await node.ask("LIST", "kv/metadata/team", token=token)
    assert (answer.status == 403) is refused, answer
    shown = await node.ok("POST", "sys/capabilities", {"token": token, "paths": ["kv/metadata/team/"]})
    assert shown.data["capabilities"] == (["deny"] if refused else ["list"])


@pytest.mark.parametrize("there", ["team/../other", "team/%2e%2e/other", "team/..%2fother", "team/./../other"])
async def test_cve_2026_3605_a_path_that_climbs_deletes_nothing(there: str) -> None:
    """There a path with `..` passed a rule with a glob and reached another secret, which could be deleted.

    Here a token for `kv/metadata/team/*` would have removed `kv/other`, which it may not even read.
    """
    node = await TestNode.start()
    await versioned(node)
    token = await node.token('path "kv/+/team/*" { capabilities = ["create", "update", "delete", "read"] }')
    for path in ("metadata", "data", "delete", "destroy"):
        method = "DELETE" if path in {"metadata", "data"} else "PUT"
        body = {"versions": [1]} if method == "PUT" else None
        answer = await node.ask(method, f"kv/{path}/{there}", body, token)
        assert answer.status in {307, 400, 403, 404}, (path, answer)
    assert (await node.ok("GET", "kv/data/other")).data["data"] == {"value": "other"}


async def test_cve_2026_3605_a_slash_at_the_end_deletes_nothing() -> None:
    """There whoever may not touch a secret, but all others by a glob, could delete it all the same.

    Here the slash would have made another path of it to the rules, and the same one to the engine.
    """
    node = await TestNode.start()
    await versioned(node)
    token = await node.token(
        'path "kv/*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }\n'
        + "\n".join(
            f'path "kv/{folder}/other" {{ capabilities = ["deny"] }}'
            for folder in ("data", "metadata", "delete", "undelete", "destroy", "subkeys")
        )
    )
    before = (await node.ok("GET", "kv/metadata/other")).data
    for folder in ("data", "metadata", "delete", "undelete", "destroy", "subkeys"):
        for method in ("GET", "DELETE", "PUT", "PATCH"):
            body = {"versions": [1], "data": {}} if method in {"PUT", "PATCH"} else None
            answer = await node.ask(method, f"kv/{folder}/other/", body, token)
            assert answer.status >= 400, (method, folder, answer)
            assert "current_version" not in str(answer.body)
    assert (await node.ok("GET", "kv/metadata/other")).data == before
    assert (await node.ok("GET", "kv/data/other")).data["data"] == {"value": "other"}


@pytest.mark.parametrize("value", ["a/b", "a/../b", "*", "+", "a*", "a,b"])
async def test_cve_2026_5006_a_value_in_a_template_is_one_segment(value: str) -> None:
    """There a slash (or `+`) in a name or in metadata widened the path of a templated rule.

    Here whoever names himself `+` would have had everybody's rows.
    """
    node = await TestNode.start()
    token = await user(node, "one", "ann", policies="own")
    mount = await accessor(node, "one")
    await node.ok("PUT", "sys/policies/acl/own", {"policy": OF_THE_USER % mount})
    await node.ok("POST", "probe/rows/ann", {"text": "x"}, token)
    unsealed = node.node.unsealed
    assert unsealed is not None

    async def rename(txn: Transaction) -> None:
        # No auth method here lets in such a name yet; an entity may come to have one all the same.
        key = rows.alias(keys.ROOT_NAMESPACE, mount, "ann")
        known = await txn.read(key, AliasRecord)
        assert known is not None
        txn.write(key, msgspec.structs.replace(known, name=value))

    await transact(unsealed.barrier, rename)
    for path in ("ann", value, "a/b", "b", "a", "other"):
        assert (await node.ask("POST", f"probe/rows/{path}", {"text": "y"}, token)).status in {307, 403}, path


async def test_cve_2021_43998_a_template_takes_the_alias_of_its_own_mount() -> None:
    """There a templated rule took the first alias of an entity, whichever mount it was for.

    Here the rule for one mount's users would have let in the user of the same place in another.
    """
    node = await TestNode.start()
    first = await user(node, "one", "ann", policies="own")
    second = await user(node, "two", "bob", policies="own")
    await node.ok("PUT", "sys/policies/acl/own", {"policy": OF_THE_USER % await accessor(node, "two")})
    assert (await node.ask("POST", "probe/rows/bob", {"text": "x"}, second)).status == 200
    for name in ("ann", "bob"):
        assert (await node.ask("POST", f"probe/rows/{name}", {"text": "x"}, first)).status == 403


async def test_cve_2022_40186_equal_names_in_two_mounts_are_two_people() -> None:
    """There the metadata of an alias was written over by that of another mount's alias of the same name.

    Here `ann` of one mount would have had what is only `ann`'s of the other.
    """
    node = await TestNode.start()
    first = await user(node, "one", "ann", policies="own")
    second = await user(node, "two", "ann", policies="own")
    await node.ok("PUT", "sys/policies/acl/own", {"policy": OF_THE_USER % await accessor(node, "one")})
    assert (await node.ask("POST", "probe/rows/ann", {"text": "x"}, first)).status == 200
    assert (await node.ask("POST", "probe/rows/ann", {"text": "x"}, second)).status == 403
    entities = {(await node.ok("GET", "auth/token/lookup-self", token=t)).data["entity_id"] for t in (first, second)}
    assert len(entities) == 2


@pytest.mark.parametrize("name", ["../root", "x/../root", "root/", "/root", "./root", "root/../root", "..%2froot"])
async def test_cve_2026_105820_a_policy_name_is_no_path(name: str) -> None:
    """There a policy's name with `..` in it led to the policy of another namespace in a cache.

    Here a token with a crafted name would have been a root token, or had another policy's rules.
    """
    node = await TestNode.start()
    await node.ok("PUT", "sys/policies/acl/strong", {"policy": 'path "*" { capabilities = ["read", "sudo"] }'})
    names = [name, name.replace("root", "strong")]
    made = await node.ask("POST", "auth/token/create", {"policies": names, "no_default_policy": True})
    if made.status == 200:
        token = made.body["auth"]["client_token"]
        assert (await node.ask("GET", "sys/mounts", token=token)).status == 403
        assert (await node.ask("GET", "probe/rows/a", token=token)).status == 403


async def test_cve_2023_5954_policy_checks_leave_nothing_behind() -> None:
    """There every check of a policy kept some memory, so that enough requests took it all.

    Here each path that is asked for would have left a merged set of rules in the cache.
    """
    node = await TestNode.start()
    unsealed = node.node.unsealed
    assert unsealed is not None
    derived = unsealed.barrier.cache._derived
    token = await node.token('path "probe/*" { capabilities = ["read"] }')
    await node.ask("GET", "probe/rows/a", token=token)
    before = len(derived)
    for number in range(200):
        await node.ask("GET", f"probe/rows/{number}", token=token)
        await node.ask("GET", f"other/{number}", token=token)
    assert len(derived) == before


@pytest.mark.parametrize(
    ("setting", "written"),
    [("disallowed_policies", "Admin"), ("disallowed_policies_glob", "Admin"), ("disallowed_policies_glob", "ADM*")],
)
async def test_cve_2026_89322_a_role_disallows_in_every_spelling(setting: str, written: str) -> None:
    """There rules were compared with names before these got the form that they are kept in.

    Here a role that disallows `Admin*` would have given `admin`.
    """
    node = await TestNode.start()
    await node.ok("POST", "auth/token/roles/limited", {setting: [written]})
    for asked in ("admin", "Admin", " ADMIN "):
        answer = await node.ask("POST", "auth/token/create/limited", {"policies": [asked]})
        assert answer.status == 400, (asked, answer)
