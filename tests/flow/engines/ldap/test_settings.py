"""What is configured, listed and told; and a directory that can't be reached."""

from __future__ import annotations

from strongroom.lib.ldap import Directories
from strongroom.lib.outgoing import Breakers
from tests.flow.engines.ldap.failing import Failing
from tests.flow.engines.ldap.serving import ROLE, logs_in, served
from tests.flow.engines.ldap.test_library import with_library
from tests.ports import free_port
from tests.sim.slapd import ADMIN_PASSWORD, PEOPLE, Slapd, person


async def test_a_directory_that_is_away_is_not_asked_again_and_again(directory: Slapd) -> None:
    """After three answers the reason and the time are told without asking, until another address is configured."""
    server = await served(directory, Directories(breakers=Breakers("the directory")))
    await server.ok("POST", "ldap/role/app", ROLE)
    await server.ok("POST", "ldap/config", {"url": f"ldap://127.0.0.1:{free_port()}", "bindpass": ADMIN_PASSWORD})
    errors = [(await server.ask("GET", "ldap/creds/app")).error for _ in range(4)]
    assert errors[:3] == ["the directory cannot be reached"] * 3
    assert "it is asked again in" in errors[3]
    await server.ok("POST", "ldap/config", {"url": directory.url, "bindpass": ADMIN_PASSWORD})
    await server.ok("GET", "ldap/creds/app")


async def test_a_setting_that_cant_work_is_refused_and_changes_nothing(directory: Slapd) -> None:
    """Each with a reason; the configuration stays as it was."""
    server = await served(directory)
    before = (await server.ok("GET", "ldap/config")).data
    for body, says in (
        ({"url": "http://x"}, "url must consist of"),
        ({"schema": "novell"}, "Supported schemas"),
        ({"credential_type": "phrase"}, "for the schema racf only"),
        ({"credential_type": "key"}, "password or phrase"),
        ({"password_policy": "none"}, "does not exist"),
        ({"certificate": "x"}, "no certificate in PEM"),
        ({"client_tls_cert": "x"}, "both client_tls_cert"),
        ({"tls_min_version": "tls13", "tls_max_version": "tls12"}, "greater than or equal"),
        ({"request_timeout": 601}, "longer than 600"),
        ({"ttl": 7200, "max_ttl": 3600}, "ttl is longer than max_ttl"),
        ({"userattr": "a)(b"}, "name of an attribute"),
        ({"binddn": "x" * 2049}, "longer than 2048"),
        ({"bindpass": "x" * 2049}, "longer than 2048"),
        ({"rotation_period": 60, "rotation_schedule": "* * * * *"}, "mutually exclusive"),
    ):
        refused = await server.ask("POST", "ldap/config", body)
        assert (refused.status, says in refused.error) == (400, True), (body, refused)
    assert (await server.ok("GET", "ldap/config")).data == before
    assert ADMIN_PASSWORD not in str(before)
    assert (await server.ok("POST", "ldap/config", {"length": 20})).body["warnings"]


async def test_the_own_password_is_rotated_by_its_period(directory: Slapd) -> None:
    """Without being asked for, again and again; not any more when that is switched off."""
    directory.add(person("periodic", "periodic", "first-password"))
    dn = f"cn=periodic,{PEOPLE}"
    server = await served(directory, binddn=dn, bindpass="first-password", rotation_period="24h")
    server.clock.advance(86_401)
    await server.work()
    assert not logs_in(directory, dn, "first-password")
    first = (await server.ok("GET", "ldap/config")).data["last_bind_password_rotation"]
    server.clock.advance(86_401)
    await server.work()
    second = (await server.ok("GET", "ldap/config")).data["last_bind_password_rotation"]
    assert second > first
    await server.ok("POST", "ldap/config", {"disable_automated_rotation": True})
    assert await server.scheduled("ldap/") == {}


async def test_a_known_password_is_taken_over(directory: Slapd) -> None:
    """If it logs in; the directory isn't changed before the first rotation."""
    directory.add(person("known", "known", "known-password"))
    server = await served(directory)
    role = {"username": "known", "rotation_period": 3600, "skip_import_rotation": True}
    refused = await server.ask("POST", "ldap/static-role/known", {**role, "password": "wrong"})
    assert (refused.status, "doesn't log in" in refused.error) == (400, True)
    await server.ok("POST", "ldap/static-role/known", {**role, "password": "known-password"})
    assert (await server.ok("GET", "ldap/static-cred/known")).data["password"] == "known-password"
    assert logs_in(directory, f"cn=known,{PEOPLE}", "known-password")
    server.clock.advance(3601)
    await server.work()
    assert not logs_in(directory, f"cn=known,{PEOPLE}", "known-password")
    # Without one there is nothing to tell yet: an empty password would log in as nobody.
    await server.ok("POST", "ldap/static-role/later", {**role, "username": "not there yet"})
    assert (await server.ask("GET", "ldap/static-cred/later")).status == 400


async def test_an_account_is_one_accounts_only(directory: Slapd) -> None:
    """By another name, another spelling, by its DN, in a role and a library; and `binddn` is nobody's."""
    for name in ("single", "lone"):
        directory.add(person(name, name, "first-password"))
    server = await served(directory)
    await server.ok("POST", "ldap/static-role/a", {"username": "single", "rotation_period": 3600})
    await server.ok("POST", "ldap/library/l", {"service_account_names": ["lone"]})
    for username, dn in (
        ("SINGLE", ""),
        ("other", f"CN=Single, {PEOPLE}"),
        ("lone", ""),
        ("other", f"cn=lone,{PEOPLE}"),
    ):
        body = {"username": username, "dn": dn, "rotation_period": 3600}
        refused = await server.ask("POST", "ldap/static-role/b", body)
        assert (refused.status, "already managed" in refused.error) == (400, True), refused
    refused = await server.ask("POST", "ldap/library/m", {"service_account_names": ["Single"]})
    assert (refused.status, "already managed" in refused.error) == (400, True)
    # A role that isn't for a DN any more is for whoever has its name, who may be somebody else's.
    directory.add(person("third", "third", "first-password"))
    by_dn = {"username": "lone-2", "dn": f"cn=third,{PEOPLE}", "rotation_period": 3600}
    directory.add(person("lone-2", "lone-2", "first-password"))
    await server.ok("POST", "ldap/static-role/d", by_dn)
    taken = {"username": "whoever", "dn": f"cn=lone-2,{PEOPLE}", "rotation_period": 3600}
    await server.ok("POST", "ldap/static-role/e", taken)
    refused = await server.ask("POST", "ldap/static-role/d", {"dn": ""})
    assert (refused.status, "already managed" in refused.error) == (400, True)
    await server.ok("DELETE", "ldap/static-role/a")
    await server.ok("POST", "ldap/library/m", {"service_account_names": ["Single"]})
    await server.ok("POST", "ldap/config", {"binddn": f"cn=lone2,{PEOPLE}"})
    directory.add(person("lone2", "lone2", ADMIN_PASSWORD))
    refused = await server.ask("POST", "ldap/static-role/c", {"username": "lone2", "rotation_period": 3600})
    assert (refused.status, "by which this mount manages others" in refused.error) == (400, True)
    skipping = {"username": "lone2", "rotation_period": 3600, "skip_import_rotation": True}
    await server.ok("POST", "ldap/static-role/c", skipping)
    refused = await server.ask("POST", "ldap/rotate-role/c")
    assert (refused.status, "by which this mount manages others" in refused.error) == (400, True)
    assert logs_in(directory, f"cn=lone2,{PEOPLE}", ADMIN_PASSWORD)


async def test_lists_have_pages_and_folders(directory: Slapd) -> None:
    """Of roles, static roles and libraries alike."""
    server = await served(directory)
    for name in ("a", "b", "f/one", "f/two", "f/g/three"):
        await server.ok("POST", f"ldap/role/{name}", ROLE)
    assert (await server.ok("LIST", "ldap/role")).data["keys"] == ["a", "b", "f/"]
    assert (await server.ok("LIST", "ldap/role?after=a&limit=1")).data["keys"] == ["b"]
    assert (await server.ok("LIST", "ldap/role/f")).data["keys"] == ["g/", "one", "two"]
    assert (await server.ok("LIST", "ldap/role/F/?after=g/")).data["keys"] == ["one", "two"]
    assert (await server.ask("LIST", "ldap/role/none")).status == 404
    assert (await server.ok("GET", "ldap/role/F/One")).data["default_ttl"] == 3600
    for path in ("library/a/check-in", "library/manage/x", "role/a..", "role/-a", "role/a%20b"):
        assert (await server.ask("GET", f"ldap/{path}")).status in {404, 405}, path


async def test_a_borrower_is_an_entity_whatever_its_token(directory: Slapd) -> None:
    """A person who logs in again checks in what they have."""
    server = await with_library(directory, "lib-e")
    rules = 'path "ldap/library/*" { capabilities = ["create", "update", "read"] }'
    await server.ok("PUT", "sys/policies/acl/lib", {"policy": rules})
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/eva", {"password": "evas-password", "token_policies": "lib"})

    async def log_in() -> str:
        reply = await server.ok("POST", "auth/userpass/login/eva", {"password": "evas-password"}, token="")
        return str(reply.body["auth"]["client_token"])

    await server.ok("POST", "ldap/library/team/check-out", token=await log_in())
    status = (await server.ok("GET", "ldap/library/team/status")).data["lib-e"]
    assert status["borrower_entity_id"]
    reply = await server.ok("POST", "ldap/library/team/check-in", token=await log_in())
    assert reply.data == {"check_ins": ["lib-e"]}


async def test_a_library_keeps_what_is_out(directory: Slapd) -> None:
    """Neither the account nor the library can be removed meanwhile; afterwards both can."""
    server = await with_library(directory, "lib-f", "lib-g")
    lent = await server.ok("POST", "ldap/library/team/check-out")
    name = lent.data["service_account_name"]
    rest = [each for each in ("lib-f", "lib-g") if each != name]
    for method, body in (("DELETE", None), ("POST", {"service_account_names": rest})):
        refused = await server.ask(method, "ldap/library/team", body)
        assert (refused.status, "currently checked out" in refused.error) == (400, True)
    for seconds in (90_000, 0):
        server.clock.advance(seconds)
        await server.work()
    assert not logs_in(directory, f"cn={name},{PEOPLE}", lent.data["password"])
    await server.ok("POST", "ldap/library/team", {"service_account_names": rest})
    await server.ok("DELETE", "ldap/library/team")


async def test_silence_while_a_role_is_made_leaves_a_role_that_goes_on(directory: Slapd) -> None:
    """Nobody knows whether the password was changed, so the role is there, and finds out."""
    from strongroom.lib.ldap import OutOfReach

    directory.add(person("silenced", "silenced", "first-password"))
    failing = Failing(OutOfReach, after=True)
    server = await served(directory, failing)
    failing.arm(2)
    reply = await server.ask("POST", "ldap/static-role/s", {"username": "silenced", "rotation_period": 3600})
    assert (reply.status, "the static role is there" in reply.error) == (502, True)
    server.clock.advance(600)
    await server.work()
    told = (await server.ok("GET", "ldap/static-cred/s")).data["password"]
    assert logs_in(directory, f"cn=silenced,{PEOPLE}", told)


async def test_no_other_spelling_of_binddn_is_an_account(directory: Slapd) -> None:
    """The directory takes several for the same: without this, a static role would change the server's own password."""
    directory.add(person("own-one", "own-one", "first-password"))
    server = await served(directory, binddn=f"commonName=own-one,{PEOPLE}", bindpass="first-password")
    role = {"username": "own-one", "rotation_period": 3600}
    refused = await server.ask("POST", "ldap/static-role/a", role)
    assert (refused.status, "by which this mount manages others" in refused.error) == (400, True)
    await server.ok("POST", "ldap/static-role/a", {**role, "skip_import_rotation": True})
    refused = await server.ask("POST", "ldap/rotate-role/a")
    assert (refused.status, "by which this mount manages others" in refused.error) == (400, True)
    assert logs_in(directory, f"cn=own-one,{PEOPLE}", "first-password")


async def test_an_account_that_is_found_later_is_one_accounts_only(directory: Slapd) -> None:
    """A role that was made without asking, and a name that has come to lead to another entry, change nobody else's."""
    for name in ("later-a", "later-b"):
        directory.add(person(name, name, "first-password"))
    server = await served(directory)
    for role, body in (
        ("a", {"username": "later-a"}),
        ("b", {"username": "x", "dn": f"commonName=later-a,{PEOPLE}"}),
    ):
        await server.ok(
            "POST", f"ldap/static-role/{role}", {**body, "rotation_period": 3600, "skip_import_rotation": True}
        )
    await server.ok("POST", "ldap/rotate-role/a")
    refused = await server.ask("POST", "ldap/rotate-role/b")
    assert (refused.status, "already managed" in refused.error) == (400, True)
    await server.ok("POST", "ldap/library/l", {"service_account_names": ["later-b"]})
    directory.set(f"cn=later-b,{PEOPLE}", "uid", "somebody")
    directory.set(f"cn=later-a,{PEOPLE}", "uid", "later-b")
    assert (await server.ask("POST", "ldap/library/l/check-out")).status == 400
    told = (await server.ok("GET", "ldap/static-cred/a")).data["password"]
    assert logs_in(directory, f"cn=later-a,{PEOPLE}", told)
    # What it has come to lead to is free again when its role is gone.
    await server.ok("DELETE", "ldap/static-role/a")
    for _ in range(3):
        server.clock.advance(1200)
        await server.work()
    assert (await server.ok("POST", "ldap/library/l/check-out")).data["service_account_name"] == "later-b"
