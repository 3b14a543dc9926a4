"""Renewals: without a password, and only of somebody who is still there."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from tests.flow.auth.ldap.mounting import SEARCHING, WRITE, log_in, mounted
from tests.sim.slapd import BASE, GROUPS, PEOPLE, Slapd, group, person


async def test_groups_are_read_again(directory: Slapd) -> None:
    """Memberships are those of now; with other policies there is no renewal, with the same there is."""
    directory.add(person("Erin", "erin", "erin-password") + "\n" + group("erins", "Erin"))
    mount = await mounted(directory, **SEARCHING)
    auth = await log_in(mount, "erin", "erin-password")
    assert (auth.renewable, auth.group_aliases) == (True, ("erins",))
    directory.add(group("new", "Erin"))
    assert (await mount.renew(auth)).group_aliases == ("erins", "new")
    await mount.ask(WRITE, "groups/new", {"policies": "more"})
    with pytest.raises(InvalidRequest, match="policies have changed"):
        await mount.renew(auth)
    directory.delete(f"cn=new,{GROUPS}")
    directory.delete(f"cn=erins,{GROUPS}")
    assert (await mount.renew(auth)).group_aliases == ()


@pytest.mark.parametrize("settings", [SEARCHING, {"discoverdn": True}, {"anonymous_group_search": True}])
async def test_leavers_are_refused(directory: Slapd, settings: dict[str, Any]) -> None:
    """Who is gone, who is locked for good, and somebody else with the same name."""
    mount = await mounted(directory, **settings)
    entry = person("Frank", "frank", "frank-password")
    directory.add(entry)
    dn = f"cn=Frank,{PEOPLE}"
    auth = await log_in(mount, "frank", "frank-password")
    assert await mount.renew(auth)
    directory.set(dn, "pwdAccountLockedTime", "000001010000Z")
    with pytest.raises(InvalidRequest, match="not renewing"):
        await mount.renew(auth)
    directory.set(dn, "pwdAccountLockedTime")
    assert await mount.renew(auth)
    directory.delete(dn)
    with pytest.raises(InvalidRequest, match="not renewing"):
        await mount.renew(auth)
    directory.add(entry)  # another entry of that name
    with pytest.raises(InvalidRequest, match="not renewing"):
        await mount.renew(auth)
    directory.delete(dn)


async def test_a_directory_that_cant_be_asked_renews_nothing(directory: Slapd) -> None:
    """Neither what was known at the login counts, nor is the token ended."""
    mount = await mounted(directory, **SEARCHING)
    auth = await log_in(mount, "alice", "alice-password")
    await mount.ask(WRITE, "config", {**SEARCHING, "url": "ldap://127.0.0.1:1"})
    with pytest.raises(UpstreamFailed):
        await mount.renew(auth)


async def test_without_a_search_there_is_no_renewal(directory: Slapd) -> None:
    """The password isn't kept, so nobody could be asked; an entry that nobody else may read is the same."""
    mount = await mounted(directory)
    auth = await log_in(mount, "alice", "alice-password")
    assert not auth.renewable
    assert await mount.renew(auth) == auth  # of a login whose second factor was proved: the password was tried just now
    mount = await mounted(directory, anonymous_group_search=True, userdn=f"ou=hidden,{BASE}")
    assert not (await log_in(mount, "hidden", "hidden-password")).renewable


async def test_no_password_is_kept(directory: Slapd) -> None:
    """Neither with the token nor with the mount."""
    mount = await mounted(directory, **SEARCHING)
    auth = await log_in(mount, "alice", "alice-password")
    assert "alice-password" not in repr((auth.internal, auth.metadata, auth.alias_metadata))
    assert set(auth.internal) == {"username", "name", "dn", "id"}
