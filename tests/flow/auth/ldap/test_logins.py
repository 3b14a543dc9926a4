"""Logins of users of OpenLDAP, in each form of finding their entry."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidCredentials, InvalidRequest, PermissionDenied, UpstreamFailed
from tests.flow.auth.ldap.mounting import SEARCHING, WRITE, counted_as, log_in, mounted
from tests.sim.slapd import BASE, GROUPS, PEOPLE, SERVICE, Slapd, entry, person

SPELLINGS = ("alice", "Alice", "ALICE", "alice ", " alice", "ａlice")  # noqa: RUF001 - a wide letter
DIRECT_ALIAS = f"cn=alice,{PEOPLE}"


@pytest.mark.parametrize(
    ("settings", "alias"),
    [
        ({}, DIRECT_ALIAS),
        ({"username_as_alias": True}, "alice"),
        (SEARCHING, "alice"),
        ({**SEARCHING, "username_as_alias": True}, "alice"),
        ({"discoverdn": True}, "alice"),
        ({**SEARCHING, "userfilter": "(|({{.UserAttr}}={{.Username}})(mail={{.Username}}@example.org))"}, "alice"),
    ],
)
async def test_every_spelling_of_a_name_is_one_user(directory: Slapd, settings: dict[str, Any], alias: str) -> None:
    """One alias, and one count of failures, which is under the same name."""
    mount = await mounted(directory, **settings)
    for typed in SPELLINGS:
        auth = await log_in(mount, typed, "alice-password")
        assert (auth.alias, auth.display_name, auth.metadata) == (alias, "alice", {"username": "alice"}), typed
        assert auth.group_aliases == ("admins", "my_group", "posix")
        assert await counted_as(mount, typed) == alias


async def test_what_another_attribute_finds_is_the_same_user(directory: Slapd) -> None:
    """By their address, too: alias, count and settings are those of the directory's name."""
    mount = await mounted(directory, **SEARCHING, userfilter="(|({{.UserAttr}}={{.Username}})(mail={{.Username}}))")
    await mount.ask(WRITE, "users/alice", {"policies": "hers"})
    auth = await log_in(mount, "alice@example.org", "alice-password")
    assert (auth.alias, auth.token.policies) == ("alice", ("hers",))
    assert await counted_as(mount, "alice@example.org") == "alice"


@pytest.mark.parametrize("settings", [{}, SEARCHING, {"discoverdn": True}])
async def test_refusals_are_told_alike(directory: Slapd, settings: dict[str, Any]) -> None:
    """A wrong password, an unknown user, and names that could mean something to a directory."""
    mount = await mounted(directory, **settings)
    names = [
        "alice",
        "nobody",
        "*",
        "alic*",
        "a" * 513,
        "ali\u200bce",
        "x\\",
        "alice,ou=people",
        "alice)(uid=*",
        "\u00a0",
    ]
    for name in names:
        with pytest.raises(InvalidCredentials) as refused:
            await log_in(mount, name, "wrong")
        assert refused.value.text == "ldap operation failed: failed to bind as user", name
    for name in names[1:]:
        with pytest.raises(InvalidCredentials):
            await log_in(mount, name, "alice-password")


async def test_an_empty_password_reaches_no_directory(directory: Slapd) -> None:
    """By default nothing is sent.  Otherwise the directory is asked, and its "success" lets in nobody."""
    mount = await mounted(directory, url="ldap://127.0.0.1:1", **SEARCHING)
    with pytest.raises(InvalidRequest, match="zero length"):
        await log_in(mount, "alice", "")
    mount = await mounted(directory, deny_null_bind=False, **SEARCHING)
    for settings in ({}, {"discoverdn": True}):
        mount = await mounted(directory, deny_null_bind=False, **settings)
        with pytest.raises(InvalidCredentials):
            await log_in(mount, "alice", "")


async def test_a_spelling_that_only_the_directory_takes_is_refused(directory: Slapd) -> None:
    """Where users aren't searched for first, it would be another alias."""
    directory.add(person("Dave", "dave", "dave-password"))
    mount = await mounted(directory, case_sensitive_names=True)
    auth = await log_in(mount, "Dave", "dave-password")
    assert auth.alias == f"cn=Dave,{PEOPLE}"
    with pytest.raises(InvalidCredentials):
        await log_in(mount, "dave", "dave-password")


async def test_several_entries_of_a_name_are_nobody(directory: Slapd) -> None:
    """A filter that finds more than one lets in none of them."""
    mount = await mounted(directory, **SEARCHING, userfilter="(|(uid={{.Username}})(objectClass=inetOrgPerson))")
    with pytest.raises(InvalidCredentials):
        await log_in(mount, "alice", "alice-password")


async def test_policies_of_users_groups_and_the_mount(directory: Slapd) -> None:
    """All together, whatever the case of the groups' names; groups that are written here count too."""
    mount = await mounted(directory, **SEARCHING, token_policies="all", token_ttl="10m")
    await mount.ask(WRITE, "groups/MY_GROUP", {"policies": "one,Two"})
    await mount.ask(WRITE, "groups/local", {"policies": "three"})
    await mount.ask(WRITE, "users/Alice", {"policies": "four", "groups": "Local,other"})
    auth = await log_in(mount, "ALICE", "alice-password")
    assert auth.token.policies == ("all", "four", "one", "three", "two")
    assert auth.token.ttl_s == 600
    assert auth.group_aliases == ("admins", "local", "my_group", "other", "posix")
    assert (await log_in(mount, "bob", "bob-password")).token.policies == ("all",)


async def test_somebody_without_groups_is_told(directory: Slapd) -> None:
    """The answer says that nothing was found, and drops all earlier memberships."""
    mount = await mounted(directory, **SEARCHING)
    response = await mount.ask(WRITE, "login/jose", {"password": "jose-password"})
    assert response is not None
    assert response.auth is not None
    assert response.auth.group_aliases == ()
    assert response.warnings[0].startswith('no LDAP groups found in groupDN "ou=groups,dc=example,dc=org"')


async def test_groups_are_searched_by_who_may(directory: Slapd) -> None:
    """The server's own account, nobody, or the user: each sees what the directory shows to it."""
    for settings in ({}, SEARCHING, {"anonymous_group_search": True}, {**SEARCHING, "anonymous_group_search": True}):
        mount = await mounted(directory, **settings)
        before = len(directory.log())
        assert (await log_in(mount, "alice", "alice-password")).group_aliases == ("admins", "my_group", "posix")
        binds = [
            line.partition('dn="')[2].partition('"')[0] for line in directory.log()[before:] if "method=128" in line
        ]
        last = binds[-1]
        if settings.get("anonymous_group_search"):
            assert last == ""
        else:
            assert last == (SERVICE if settings else f"cn=alice,{PEOPLE}")


async def test_group_attributes(directory: Slapd) -> None:
    """Groups by an attribute of the user's own entry, whose values are DNs."""
    own = {"groupdn": PEOPLE, "groupattr": "memberOf", "groupfilter": "(&(objectClass=person)(uid={{.Username}}))"}
    mount = await mounted(directory, **SEARCHING, **own)
    assert (await log_in(mount, "alice", "alice-password")).group_aliases == ("admins", "my_group")


@pytest.mark.parametrize(
    ("dn", "names"),
    [
        (f"cn=ou\\3Dx\\2Ccn\\3Dadmins,{GROUPS}", ["ou=x,cn=admins"]),
        (f"cn=odd,{GROUPS}", ["odd", "admins"]),
        (f"cn=odd+description=x,cn=admins,{GROUPS}", ["odd"]),
        (f"description=odd,cn=admins,{GROUPS}", ["odd"]),
    ],
)
async def test_no_group_is_called_what_it_likes(directory: Slapd, dn: str, names: list[str]) -> None:
    """Neither by a name that reads as a DN, nor by a second one, nor by where it is."""
    member = f"cn=Carol Two,{PEOPLE}"
    directory.add(entry(dn, "groupOfNames", cn=names, member=member, description=["odd", "x"]))
    try:
        for settings in ({}, {"groupattr": "o"}):
            mount = await mounted(directory, **SEARCHING, **settings)
            found = (await log_in(mount, "carol", "carol-password")).group_aliases
            assert found is not None
            assert "admins" not in found
    finally:
        directory.delete(dn)


async def test_many_groups_need_pages(directory: Slapd) -> None:
    """More than the directory gives at once fails the login, rather than losing groups; pages bring them all."""
    groups = [
        entry(f"cn=g{n},ou=many,{BASE}", "groupOfNames", cn=f"g{n}", member=f"cn=Carol Two,{PEOPLE}")
        for n in range(600)
    ]
    directory.add("\n".join([entry(f"ou=many,{BASE}", "organizationalUnit", ou="many"), *groups]))
    mount = await mounted(directory, **SEARCHING, groupdn=f"ou=many,{BASE}")
    with pytest.raises(UpstreamFailed, match="refuses"):
        await log_in(mount, "carol", "carol-password")
    await mount.ask(WRITE, "config", {"max_page_size": 100})
    found = (await log_in(mount, "carol", "carol-password")).group_aliases
    assert found is not None
    assert len(found) == 600


async def test_a_wrong_account_of_the_server_is_no_wrong_password(directory: Slapd) -> None:
    """It must not lock anybody out."""
    mount = await mounted(directory, binddn=SERVICE, bindpass="wrong")
    with pytest.raises(UpstreamFailed, match="binddn"):
        await log_in(mount, "alice", "alice-password")


async def test_addresses(directory: Slapd) -> None:
    """Who knows the password, and nobody else, is told that the address is wrong."""
    mount = await mounted(directory, **SEARCHING, token_bound_cidrs="10.0.0.0/8")
    assert await log_in(mount, "alice", "alice-password")
    with pytest.raises(PermissionDenied):
        await log_in(mount, "alice", "alice-password", "192.0.2.1")
    with pytest.raises(InvalidCredentials):
        await log_in(mount, "alice", "wrong", "192.0.2.1")


async def test_who_nothing_is_written_for_may_be_refused(directory: Slapd) -> None:
    """`require_group_match`: a group or the user has to be known here."""
    mount = await mounted(directory, **SEARCHING, require_group_match=True)
    assert (await log_in(mount, "alice", "alice-password")).group_required
    await mount.ask(WRITE, "groups/My_Group", {"policies": "x"})
    assert not (await log_in(mount, "alice", "alice-password")).group_required
    assert (await log_in(mount, "bob", "bob-password")).group_required
    await mount.ask(WRITE, "users/bob", {"policies": "x"})
    assert not (await log_in(mount, "bob", "bob-password")).group_required


async def test_tls_in_each_form(directory: Slapd) -> None:
    """From the beginning, or begun by request; with the authority that is given, and no other."""
    starttls = {"url": f"ldap://localhost:{directory.port}", "starttls": True}
    for settings in ({"url": directory.tls_url}, starttls):
        mount = await mounted(directory, **SEARCHING, **settings, certificate=directory.ca_pem)
        assert (await log_in(mount, "alice", "alice-password")).alias == "alice"
        mount = await mounted(directory, **SEARCHING, **settings)
        with pytest.raises(UpstreamFailed, match="TLS"):
            await log_in(mount, "alice", "alice-password")
        mount = await mounted(directory, **SEARCHING, **settings, insecure_tls=True)
        assert (await log_in(mount, "alice", "alice-password")).alias == "alice"
    wrong = directory.tls_url.replace("localhost", "127.0.0.1")
    mount = await mounted(directory, **SEARCHING, url=wrong, certificate=directory.ca_pem)
    with pytest.raises(UpstreamFailed, match="TLS"):
        await log_in(mount, "alice", "alice-password")


async def test_not_configured(directory: Slapd) -> None:
    """Nothing is asked, not even this machine."""
    from strongroom.auth.ldap import Ldap
    from tests.flow.harness import Mounted

    mount = await Mounted.new(Ldap())
    with pytest.raises(InvalidRequest, match="not configured"):
        await log_in(mount, "alice", "x")
    assert await counted_as(mount, "alice") == ""


async def test_two_users_of_one_name_dont_become_one(directory: Slapd) -> None:
    """A filter tells them apart, the attribute for the alias doesn't: neither logs in, rather than as the other."""
    directory.add(entry(f"ou=branch,{PEOPLE}", "organizationalUnit", ou="branch"))
    directory.add(person("Gina", "gina", "gina-password", mail="gina1@example.org"))
    directory.add(person("Gina", "gina", "other-password", where=f"ou=branch,{PEOPLE}", mail="gina2@example.org"))
    mount = await mounted(directory, **SEARCHING, userfilter="(mail={{.Username}})")
    for number, password in ((1, "gina-password"), (2, "other-password")):
        with pytest.raises(InvalidCredentials):
            await log_in(mount, f"gina{number}@example.org", password)
    assert (await log_in(mount, "bob@example.org", "bob-password")).alias == "bob"


async def test_a_value_that_two_users_have_makes_them_nobody(directory: Slapd) -> None:
    """Each has another value that finds one entry only: neither becomes the alias that both values lead to."""
    directory.add(person("Hana", "hana", "hana-password", mail=["hana@example.org", "a-team@example.org"]))
    directory.add(person("Hugo", "hugo", "hugo-password", mail=["hugo@example.org", "a-team@example.org"]))
    mount = await mounted(directory, **SEARCHING, userattr="mail")
    for name in ("hana", "hugo"):
        with pytest.raises(InvalidCredentials):
            await log_in(mount, f"{name}@example.org", f"{name}-password")
    directory.set(f"cn=Hugo,{PEOPLE}", "mail", "hugo@example.org")
    assert (await log_in(mount, "hana@example.org", "hana-password")).alias == "a-team@example.org"


@pytest.mark.parametrize(
    ("userfilter", "typed"),
    [
        ("", "ivo-2"),
        ("(|({{.UserAttr}}={{.Username}})(mail={{.Username}}))", "ivo@example.org"),
        ("(&({{.UserAttr}}={{.Username}})(objectClass=person))", "ivo-2"),
    ],
)
async def test_nobody_takes_anothers_name_as_a_second_one(directory: Slapd, userfilter: str, typed: str) -> None:
    """Whoever may write a value of the attribute for names doesn't become whom it names, by any of their names."""
    directory.add(person("Ivo", "ivo-2", "ivo-password", mail="ivo@example.org"))
    directory.set(f"cn=Ivo,{PEOPLE}", "uid", "bob", "ivo-2")
    mount = await mounted(directory, **SEARCHING, userfilter=userfilter)
    try:
        with pytest.raises(InvalidCredentials):
            await log_in(mount, typed, "ivo-password")
    finally:
        directory.delete(f"cn=Ivo,{PEOPLE}")
    assert (await log_in(mount, "bob", "bob-password")).alias == "bob"


async def test_spellings_that_only_the_directory_tells_apart(directory: Slapd) -> None:
    """Two users of an attribute whose case matters there would be one alias here, so that one of them is nobody."""
    directory.add(person("Jan", "jan", "jan-password", labeledURI="jan"))
    directory.add(person("Jan Two", "jan-2", "other-password", labeledURI="JAN"))
    settings = {**SEARCHING, "userattr": "labeledURI"}
    mount = await mounted(directory, **settings)
    assert (await log_in(mount, "jan", "jan-password")).alias == "jan"
    with pytest.raises(InvalidCredentials):
        await log_in(mount, "JAN", "other-password")
    mount = await mounted(directory, **settings, case_sensitive_names=True)
    assert (await log_in(mount, "JAN", "other-password")).alias == "JAN"
