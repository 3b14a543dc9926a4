"""Users and groups that settings are written for: one form of their names."""

from __future__ import annotations

import pytest

from strongroom.auth.ldap import Ldap
from strongroom.auth.ldap.names import group_name
from strongroom.auth.ldap.records import LdapConfig
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.auth.ldap.mounting import WRITE
from tests.flow.harness import Mounted

READ, LIST, DELETE = Operation.READ, Operation.LIST, Operation.DELETE


@pytest.mark.parametrize("kind", ["users", "groups"])
async def test_one_form_to_write_read_and_delete(kind: str) -> None:
    """Whatever the case is in each request."""
    mount = await Mounted.new(Ldap())
    assert not await mount.exists(f"{kind}/My_Name")
    await mount.ask(WRITE, f"{kind}/My_Name", {"policies": "b,A"})
    assert await mount.exists(f"{kind}/MY_name")
    assert (await mount.data(READ, f"{kind}/MY_NAME"))["policies"] == ["a", "b"]
    assert await mount.data(LIST, kind) == {"keys": ["my_name"]}
    await mount.ask(DELETE, f"{kind}/mY_nAME")
    for operation, path in ((READ, f"{kind}/my_name"), (LIST, kind)):
        with pytest.raises(NotFound):
            await mount.ask(operation, path)


async def test_case_may_matter() -> None:
    """Then two names are two; a change of the setting tells which ones don't count any more."""
    mount = await Mounted.new(Ldap())
    await mount.ask(WRITE, "config", {"case_sensitive_names": True})
    for name in ("Admins", "admins"):
        await mount.ask(WRITE, f"groups/{name}", {"policies": name})
    await mount.ask(WRITE, "users/Eva", {"groups": "Admins"})
    assert (await mount.data(LIST, "groups"))["keys"] == ["Admins", "admins"]
    response = await mount.ask(WRITE, "config", {"case_sensitive_names": False})
    assert response is not None
    assert response.warnings == [
        "case_sensitive_names has changed, and these don't count any more; write them again: users/Eva, groups/Admins"
    ]


async def test_listings_come_in_pages() -> None:
    """Names with slashes too."""
    mount = await Mounted.new(Ldap())
    for name in ("a", "b/c", "b/d", "e f"):
        await mount.ask(WRITE, f"groups/{name}", {})
    assert (await mount.data(LIST, "groups"))["keys"] == ["a", "b/c", "b/d", "e f"]
    assert (await mount.data(LIST, "groups", {"limit": 2}))["keys"] == ["a", "b/c"]
    assert (await mount.data(LIST, "groups", {"after": "b/c"}))["keys"] == ["b/d", "e f"]


async def test_names_that_rules_could_not_be_compared_with() -> None:
    """Other spellings of a user, characters that nobody sees, and much too long ones."""
    mount = await Mounted.new(Ldap())
    for name in ("eva ", "e  va", "\uff45va", "e\u200bva", "a" * 513):
        with pytest.raises(InvalidRequest, match="name"):
            await mount.ask(WRITE, f"users/{name}", {"policies": "x"})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"url": "http://a"}, "url"),
        ({"url": "ldap://b"}, "bindpass must be given with another url"),
        ({"insecure_tls": "true"}, "bindpass must be given with insecure_tls=true"),
        ({"groupfilter": "(cn=x)"}, "groupfilter names neither"),
        ({"userfilter": "(cn={{.UserDN}})"}, "userfilter"),
        ({"userattr": ""}, "userattr"),
        ({"userattr": "cn)(x"}, "userattr"),
        ({"dereference_aliases": "x"}, "dereference_aliases"),
        ({"request_timeout": "1h"}, "request_timeout"),
        ({"userdn": "x" * 3000}, "userdn"),
        ({"bindpass": "x" * 3000}, "bindpass"),
        ({"certificate": "x" * 100_000}, "certificate"),
        ({"token_policies": "root"}, "root"),
    ],
)
async def test_what_cant_work_is_refused(given: dict[str, str], text: str) -> None:
    """And changes nothing."""
    mount = await Mounted.new(Ldap())
    await mount.ask(WRITE, "config", {"url": "ldap://a", "binddn": "cn=x", "bindpass": "y"})
    before = await mount.data(READ, "config")
    with pytest.raises(InvalidRequest, match=text):
        await mount.ask(WRITE, "config", given)
    assert await mount.data(READ, "config") == before


async def test_a_filter_that_finds_the_same_groups_for_all() -> None:
    """Only if it is said that this is meant, or where it isn't used."""
    for allowed in ("allow_unbound_groupfilter", "use_token_groups"):
        mount = await Mounted.new(Ldap())
        await mount.ask(WRITE, "config", {"groupfilter": "(objectCategory=Group)", allowed: True})
        with pytest.raises(InvalidRequest):
            await mount.ask(WRITE, "config", {allowed: False})


def test_letters_that_only_have_anothers_small_form() -> None:
    """A directory tells a group with one of them from the group with the other letter, and so does this server."""
    config = LdapConfig()
    assert group_name("K8s-\u00c4dmins", config) == "k8s-\u00e4dmins"
    for odd in ("\u212a8s", "\u2126", "\u212b", "\u0130"):
        assert group_name(odd, config) == odd
    assert group_name("K8s", LdapConfig(case_sensitive_names=True)) == "K8s"
