"""A new password for the server's own account, which can't get lost."""

from __future__ import annotations

import pytest

from strongroom.auth.ldap import Ldap
from strongroom.auth.ldap.records import CONFIG, LdapConfig
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Operation
from tests.flow.auth.ldap.mounting import SEARCHING, WRITE, log_in, mounted
from tests.flow.harness import Mounted
from tests.sim.slapd import BASE, Slapd, entry


async def config_of(mount: Mounted) -> LdapConfig:
    """The stored configuration."""

    async def body(txn: Transaction) -> LdapConfig:
        found = await mount.request(txn, WRITE, "", {}, "").view.read(CONFIG, LdapConfig)
        assert found is not None
        return found

    return await transact(mount.barrier, body)


async def carry_out(mount: Mounted) -> None:
    """What the process with the expiry role does."""

    async def body(txn: Transaction) -> None:
        assert isinstance(mount.engine, Ldap)
        await mount.engine.due(mount.request(txn, WRITE, "", {}, ""), "rotate", {})

    await transact(mount.barrier, body)


async def with_account(directory: Slapd, name: str) -> Mounted:
    """A mount with an account of its own."""
    dn = f"cn={name},{BASE}"
    directory.add(entry(dn, "organizationalRole simpleSecurityObject", cn=name, userPassword="first-password"))
    return await mounted(directory, **{**SEARCHING, "binddn": dn, "bindpass": "first-password"})


async def test_the_password_is_stored_before_the_directory_has_it(directory: Slapd) -> None:
    """Logins go on before, between and after; the old password doesn't count in the end."""
    mount = await with_account(directory, "rotated")
    answer = await mount.ask(WRITE, "config/rotate-root")
    assert answer is not None
    assert "last_bindpass_rotation" in answer.warnings[0]
    before = await config_of(mount)
    assert (before.bindpass, len(before.next_bindpass)) == ("first-password", 64)
    assert await log_in(mount, "alice", "alice-password")
    await carry_out(mount)
    after = await config_of(mount)
    assert (after.bindpass, after.next_bindpass) == (before.next_bindpass, "")
    assert await log_in(mount, "alice", "alice-password")
    data = await mount.data(Operation.READ, "config")
    assert data["last_bindpass_rotation"]
    assert not {"bindpass", "next_bindpass"} & data.keys()
    other = await mounted(directory, **{**SEARCHING, "binddn": after.binddn, "bindpass": "first-password"})
    with pytest.raises(UpstreamFailed, match="binddn"):
        await log_in(other, "alice", "alice-password")


async def test_a_crash_after_the_change_loses_nothing(directory: Slapd) -> None:
    """The directory has the new password, the store doesn't know: logins go on, and repeating it ends it."""
    mount = await with_account(directory, "crashed")
    await mount.ask(WRITE, "config/rotate-root")
    config = await config_of(mount)
    directory.set(config.binddn, "userPassword", config.next_bindpass)
    assert await log_in(mount, "alice", "alice-password")
    await mount.ask(WRITE, "config/rotate-root")  # goes on with the same password
    assert (await config_of(mount)).next_bindpass == config.next_bindpass
    await carry_out(mount)
    assert (await config_of(mount)).bindpass == config.next_bindpass
    await carry_out(mount)


async def test_a_password_that_is_written_meanwhile_counts(directory: Slapd) -> None:
    """Whoever writes one knows better."""
    mount = await with_account(directory, "overtaken")
    await mount.ask(WRITE, "config/rotate-root")
    await mount.ask(WRITE, "config", {"bindpass": "second-password"})
    await carry_out(mount)
    assert (await config_of(mount)).bindpass == "second-password"


async def test_settings_that_are_written_again_lose_no_password(directory: Slapd) -> None:
    """The directory has the next password, the store doesn't know, and somebody writes what is there already."""
    mount = await with_account(directory, "repeated")
    await mount.ask(WRITE, "config/rotate-root")
    config = await config_of(mount)
    directory.set(config.binddn, "userPassword", config.next_bindpass)
    await mount.ask(WRITE, "config", {"binddn": config.binddn, "bindpass": "first-password", "userattr": "uid"})
    assert await log_in(mount, "alice", "alice-password")
    await carry_out(mount)
    assert (await config_of(mount)).bindpass == config.next_bindpass


async def test_what_cant_work_is_told_at_once(directory: Slapd) -> None:
    """No account, or one that the directory doesn't take: nothing is stored."""
    with pytest.raises(InvalidRequest, match="binddn"):
        await (await mounted(directory)).ask(WRITE, "config/rotate-root")
    mount = await mounted(directory, **{**SEARCHING, "bindpass": "wrong"})
    with pytest.raises(UpstreamFailed):
        await mount.ask(WRITE, "config/rotate-root")
    assert (await config_of(mount)).next_bindpass == ""
