"""Configuration and groups of kerberos."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.auth.kerberos import Kerberos
from strongroom.lib.errors import InvalidRequest, NotFound
from tests.flow.auth.kerberos.mount import DELETE, LIST, READ, WRITE, Around, log_in
from tests.flow.harness import Mounted
from tests.sim import kdc, slapd


async def test_configuration(around: Around) -> None:
    """A write is the whole configuration; the keytab is never shown, nor stored in clear."""
    mount = await Mounted.new(Kerberos())
    for path in ("config", "config/ldap"):
        with pytest.raises(NotFound):
            await mount.data(READ, path)
    settings = {"add_group_aliases": True, "remove_instance_name": True, "decode_pac": False}
    await mount.ask(WRITE, "config", {**around.config, **settings})
    assert await mount.data(READ, "config") == {"service_account": kdc.SERVICE, **settings}
    await mount.ask(WRITE, "config", around.config)
    defaults = {"add_group_aliases": False, "remove_instance_name": False, "decode_pac": True}
    assert await mount.data(READ, "config") == {"service_account": kdc.SERVICE, **defaults}
    stored = b"".join((await mount.rows()).values())
    assert around.keytab[-24:] not in stored
    assert base64.b64encode(around.keytab)[:24] not in stored


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"service_account": ""}, "data does not contain service_account"),
        ({"keytab": ""}, "data does not contain keytab"),
        ({"keytab": "!"}, "invalid keytab: it is not base64"),
        ({"keytab": "AAAA"}, "invalid keytab: it does not begin"),
        ({"service_account": "nobody"}, 'invalid keytab: it has no entry of "nobody"'),
        ({"service_account": "HTTP/localhost@OTHER"}, "invalid keytab: it has no entry"),
        ({"service_account": "HTTP"}, "invalid keytab: it has no entry"),
        ({"service_account": "s" * 513}, "service_account is longer"),
    ],
    ids=str,
)
async def test_what_cannot_work_is_refused(around: Around, change: dict[str, Any], text: str) -> None:
    """The error says what is wrong, and the configuration stays as it was."""
    mount = await around.mounted()
    before = await mount.rows()
    with pytest.raises(InvalidRequest, match=text):
        await mount.ask(WRITE, "config", {**around.config, **change})
    assert await mount.rows() == before


async def test_the_directory_s_configuration(around: Around) -> None:
    """What isn't given stays; the password isn't shown; what is unsafe has a warning."""
    mount = await around.mounted()
    shown = await mount.data(READ, "config/ldap")
    assert (shown["url"], shown["userattr"], shown["token_policies"]) == (around.directory.url, "uid", ["all"])
    assert not any(name.endswith("_") or name == "bindpass" for name in shown)
    response = await mount.ask(
        WRITE, "config/ldap", {"token_ttl": "5m", "insecure_tls": True, "bindpass": slapd.SERVICE_PASSWORD}
    )
    assert response is not None
    assert "insecure_tls" in response.warnings[0]
    assert await mount.data(READ, "config/ldap") == {**shown, "token_ttl": 300, "insecure_tls": True}
    with pytest.raises(InvalidRequest):
        await mount.ask(WRITE, "config/ldap", {"tls_min_version": "x"})
    assert (await log_in(mount, around.kdc.header())).token.ttl_s == 300


async def test_groups() -> None:
    """Names are compared exactly and may have slashes; a write replaces; lists come in pages."""
    mount = await Mounted.new(Kerberos())
    with pytest.raises(NotFound):
        await mount.ask(LIST, "groups")
    await mount.ask(WRITE, "groups/Admins", {"policies": "B, a"})
    await mount.ask(WRITE, "groups/dept/web", {})
    assert await mount.data(READ, "groups/Admins") == {"policies": ["a", "b"]}
    assert await mount.data(READ, "groups/dept/web") == {"policies": []}
    with pytest.raises(NotFound):
        await mount.data(READ, "groups/admins")
    assert await mount.data(LIST, "groups") == {"keys": ["Admins", "dept/"]}
    assert await mount.data(LIST, "groups", {"after": "Admins", "limit": 1}) == {"keys": ["dept/"]}
    await mount.ask(WRITE, "groups/Admins", {"policies": ["c"]})
    assert await mount.data(READ, "groups/Admins") == {"policies": ["c"]}
    await mount.ask(DELETE, "groups/Admins")
    with pytest.raises(NotFound):
        await mount.data(READ, "groups/Admins")


@pytest.mark.parametrize("policies", ["root", "a,ROOT ", "response-wrapping", [f"p{n}" for n in range(513)]], ids=str)
async def test_policies_that_no_login_gives(policies: Any) -> None:
    """No group can promise them."""
    mount = await Mounted.new(Kerberos())
    with pytest.raises(InvalidRequest):
        await mount.ask(WRITE, "groups/a", {"policies": policies})


@pytest.mark.parametrize("name", [" a", "a ", "a\0", "/a", "a//b", "n" * 513])
async def test_names_of_groups(name: str) -> None:
    """What no group can be called is refused."""
    mount = await Mounted.new(Kerberos())
    for operation in (READ, WRITE, DELETE):
        with pytest.raises(InvalidRequest):
            await mount.ask(operation, f"groups/{name}", {})


async def test_a_mapped_group_can_be_demanded(around: Around) -> None:
    """With `require_group_match`, the login says whether one of the groups has policies here."""
    mount = await around.mounted({"require_group_match": True})
    assert (await log_in(mount, around.kdc.header())).group_required
    await mount.ask(WRITE, "groups/admins", {"policies": "x"})
    assert not (await log_in(mount, around.kdc.header())).group_required
    assert (await log_in(mount, around.kdc.header("carol"))).group_required
    await mount.ask(WRITE, "config/ldap", {"require_group_match": False})
    assert not (await log_in(mount, around.kdc.header("carol"))).group_required
