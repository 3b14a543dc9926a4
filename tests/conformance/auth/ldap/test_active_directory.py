"""Logins and renewals of users of a real Active Directory."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.ldap import Ldap
from strongroom.lib.errors import InvalidCredentials, InvalidRequest, UpstreamFailed
from tests.flow.auth.ldap.mounting import WRITE, counted_as, log_in
from tests.flow.auth.ldap.test_rotation import carry_out, config_of
from tests.flow.harness import Mounted
from tests.sim.samba_ad import BASE, DISABLED, DOMAIN, ENABLED, SERVICE, SERVICE_PASSWORD, USERS, Controller

SEARCHING = {"binddn": SERVICE, "bindpass": SERVICE_PASSWORD}
UPN = {"upndomain": DOMAIN, "userattr": "sAMAccountName"}
IN_CHAIN = "(&(objectClass=group)(member:1.2.840.113556.1.4.1941:={{.UserDN}}))"


async def mounted(controller: Controller, **settings: Any) -> Mounted:
    """A mount that knows users by `sAMAccountName`."""
    mount = await Mounted.new(Ldap())
    given = {"url": controller.url, "userdn": USERS, "groupdn": BASE, "userattr": "sAMAccountName", **settings}
    await mount.ask(WRITE, "config", given)
    return mount


async def test_names_of_a_domain(controller: Controller) -> None:
    """The userPrincipalName is the user; the name that the domain also takes for it would be another alias."""
    mount = await mounted(controller, **UPN)
    for typed in ("alice.smith", "ALICE.Smith"):
        auth = await log_in(mount, typed, "Alice-Pass1")
        assert (auth.alias, auth.renewable) == (f"alice.smith@{DOMAIN}", False)
        assert await counted_as(mount, typed) == f"alice.smith@{DOMAIN}"
    for typed, password in (
        ("alice", "Alice-Pass1"),
        ("alice.smith", "wrong"),
        ("alice.smith ", "Alice-Pass1"),
        ("alice.smith@ad.example", "Alice-Pass1"),
    ):
        with pytest.raises(InvalidCredentials):
            await log_in(mount, typed, password)


async def test_either_name_is_one_user(controller: Controller) -> None:
    """With `enable_samaccountname_login`: one alias and one count, which take a search first."""
    mount = await mounted(controller, **UPN, **SEARCHING, enable_samaccountname_login=True)
    for typed in ("alice.smith", "alice", "ALICE"):
        auth = await log_in(mount, typed, "Alice-Pass1")
        assert (auth.alias, auth.renewable) == ("alice", True)
        assert await counted_as(mount, typed) == "alice"
    with pytest.raises(InvalidCredentials):
        await log_in(mount, "bob", "Alice-Pass1")
    mount = await Mounted.new(Ldap())
    with pytest.raises(InvalidRequest, match="binddn"):
        await mount.ask(WRITE, "config", {"url": controller.url, **UPN, "enable_samaccountname_login": True})


@pytest.mark.parametrize(
    "groups",
    [{"use_token_groups": True}, {"use_token_groups": True, "max_page_size": 1}, {"groupfilter": IN_CHAIN}],
)
@pytest.mark.parametrize("form", [UPN, SEARCHING])
async def test_nested_groups(controller: Controller, groups: dict[str, Any], form: dict[str, Any]) -> None:
    """By tokenGroups, whose identifiers are binary, and by the filter that follows the chain."""
    mount = await mounted(controller, **form, **groups)
    found = (await log_in(mount, "bob", "Bob-Pass1")).group_aliases
    assert found is not None
    assert {"inner", "middle", "outer"} <= set(found)
    # `tokenGroups` holds what no membership says, too: the primary group, and the built-in one around it.
    assert ("domain users" in found, "users" in found) == ("use_token_groups" in groups,) * 2


async def test_direct_groups(controller: Controller) -> None:
    """The filter that is the default finds the innermost only."""
    mount = await mounted(controller, **SEARCHING)
    assert (await log_in(mount, "bob", "Bob-Pass1")).group_aliases == ("inner",)


async def test_tls(controller: Controller) -> None:
    """StartTLS and LDAPS; the certificate is for another name, so that only an unchecked one passes."""
    for url, starttls in ((controller.url, True), (controller.url.replace("ldap:", "ldaps:"), False)):
        given = {**SEARCHING, "url": url, "starttls": starttls}
        mount = await mounted(controller, **given, certificate=controller.ca_pem)
        with pytest.raises(UpstreamFailed, match="TLS"):
            await log_in(mount, "bob", "Bob-Pass1")
        mount = await mounted(controller, **given, insecure_tls=True)
        assert (await log_in(mount, "bob", "Bob-Pass1")).alias == "bob"


async def test_leavers(controller: Controller) -> None:
    """A disabled, expired, removed or replaced user gets neither a token nor a renewal; one who is back does."""
    dn = controller.add_user("Carol", "carol", f"carol@{DOMAIN}", "Carol-Pass1")
    mount = await mounted(controller, **SEARCHING)
    auth = await log_in(mount, "carol", "Carol-Pass1")
    assert await mount.renew(auth)
    for attribute, bad, good in (("userAccountControl", DISABLED, ENABLED), ("accountExpires", "1000000", "0")):
        controller.set(dn, attribute, bad)
        with pytest.raises(InvalidRequest, match="not renewing"):
            await mount.renew(auth)
        with pytest.raises(InvalidCredentials):
            await log_in(mount, "carol", "Carol-Pass1")
        controller.set(dn, attribute, good)
        assert await mount.renew(auth)
    controller.delete(dn)
    with pytest.raises(InvalidRequest, match="not renewing"):
        await mount.renew(auth)
    controller.add_user("Carol", "carol", f"carol@{DOMAIN}", "Other-Pass1")
    with pytest.raises(InvalidRequest, match="not renewing"):
        await mount.renew(auth)
    controller.delete(dn)


async def test_the_account_of_the_server_gets_a_new_password(controller: Controller) -> None:
    """By the attribute that the domain takes it in, which needs TLS."""
    dn = controller.add_user("Rotated", "rotated", f"rotated@{DOMAIN}", "First-Pass1")
    tls = {"url": controller.url.replace("ldap:", "ldaps:"), "insecure_tls": True}
    mount = await mounted(controller, binddn=dn, bindpass="First-Pass1", **tls)
    controller_policy_allows(controller)
    await mount.ask(WRITE, "config/rotate-root")
    await carry_out(mount)
    config = await config_of(mount)
    assert (len(config.bindpass), config.next_bindpass) == (64, "")
    assert (await log_in(mount, "bob", "Bob-Pass1")).alias == "bob"
    other = await mounted(controller, binddn=dn, bindpass="First-Pass1", **tls)
    controller.delete(dn)
    with pytest.raises(UpstreamFailed):
        await log_in(other, "bob", "Bob-Pass1")


def controller_policy_allows(controller: Controller) -> None:
    """Let passwords be changed on the day they were made, which the domain doesn't at first."""
    controller.set(BASE, "minPwdAge", "0")


WIDE = "\uff41lice"


@pytest.mark.parametrize("form", [{**SEARCHING}, {**UPN, **SEARCHING}, UPN, {"userattr": "cn"}])
async def test_names_that_the_domain_tells_apart_dont_become_one(controller: Controller, form: dict[str, Any]) -> None:
    """A user whose name has wide letters isn't the one whose name has plain ones."""
    plain = form.get("userattr") == "cn"
    names = ("Alice Smith", f"{WIDE} smith") if plain else ("alice.smith", f"{WIDE}.smith")
    if form == SEARCHING:
        names = ("alice", WIDE)
    wide = controller.add_user(f"{WIDE} Smith", WIDE, f"{WIDE}.smith@{DOMAIN}", "Wide-Pass1")
    try:
        mount = await mounted(controller, **form)
        assert await log_in(mount, names[0], "Alice-Pass1")
        for typed in names:
            with pytest.raises(InvalidCredentials):
                await log_in(mount, typed, "Wide-Pass1")
    finally:
        controller.delete(wide)
