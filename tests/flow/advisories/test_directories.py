"""Advisories about logins with names and passwords of a directory (LDAP), over a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.flow.mfa.world import METHOD
from tests.flow.node import Answer, TestNode
from tests.sim import slapd
from tests.sim.slapd import GROUPS, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd

SEARCHING = {"binddn": SERVICE, "bindpass": SERVICE_PASSWORD, "userattr": "uid"}
FORMS: dict[str, dict[str, Any]] = {
    "search": SEARCHING,
    "search by two attributes": {
        **SEARCHING,
        "userfilter": "(|({{.UserAttr}}={{.Username}})(cn={{.Username}})(mail={{.Username}}))",
    },
    "without an account": {"discoverdn": True, "userattr": "uid"},
    "bind": {"userattr": "cn"},
    "bind, by name": {"userattr": "cn", "username_as_alias": True},
}
SPELLINGS = ("ALICE", "Alice", " alice", "alice ", "\uff41lice", "al\u00adice", "alice\ufe00", "ali\u200bce", "alice\t")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """OpenLDAP with the users and groups of `tests.sim.slapd`."""
    with slapd.run(tmp_path_factory.mktemp("slapd")) as running:
        yield running


async def node_of(directory: Slapd, form: str) -> TestNode:
    """A node that asks the directory in one of the forms."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/ldap", {"type": "ldap"})
    where = {"url": directory.url, "userdn": PEOPLE, "groupdn": GROUPS}
    await node.ok("POST", "auth/ldap/config", {**where, **FORMS[form]})
    await node.ok("POST", "auth/ldap/groups/admins", {"policies": "admin"})
    return node


async def log_in(node: TestNode, name: str, password: str = "wrong") -> Answer:
    """Try to log in."""
    return await node.ask("POST", f"auth/ldap/login/{quote(name, safe='')}", {"password": password}, token="")


@pytest.mark.parametrize("form", FORMS)
async def test_cve_2020_35177_a_directorys_answer_does_not_tell_who_is_in_it(directory: Slapd, form: str) -> None:
    """There the error of a login told an unknown user from a wrong password.

    Here too: of a user whom a search finds, of one whom it doesn't, and of one whom it finds twice.
    """
    node = await (await node_of(directory, form)).audited()
    known, unknown = await log_in(node, "alice"), await log_in(node, "nobody")
    assert known == unknown
    assert known.status == 400
    errors = [entry.get("error") for entry in node.recorder.entries]
    assert errors[:2] == errors[2:]


@pytest.mark.parametrize("form", FORMS)
async def test_cve_2023_3462_locking_out_does_not_tell_who_is_in_a_directory(directory: Slapd, form: str) -> None:
    """There the answers of many failed logins differed between users that exist and users that don't."""
    node = await node_of(directory, form)
    for _ in range(7):
        known, unknown = await log_in(node, "alice"), await log_in(node, "nobody")
        assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.status == 403


@pytest.mark.parametrize("form", FORMS)
async def test_cve_2025_6004_a_directorys_user_is_locked_out_under_every_spelling(directory: Slapd, form: str) -> None:
    """There failed logins were counted for each spelling of a name apart."""
    node = await node_of(directory, form)
    for _ in range(6):
        await log_in(node, "alice")
    for spelling in ("alice", *SPELLINGS, "alice@example.org"):
        assert (await log_in(node, spelling, "alice-password")).status != 200, spelling
    assert (await log_in(node, "bob", "bob-password")).status == 200


@pytest.mark.parametrize("form", FORMS)
async def test_cve_2025_6013_no_spelling_of_a_directorys_name_skips_the_second_factor(
    directory: Slapd, form: str
) -> None:
    """There another spelling of a name logged in as another entity, which no enforcement named.

    Here the entity is that of the directory's entry, by whatever spelling or attribute it is found.
    """
    node = await node_of(directory, form)
    entity = (await log_in(node, "alice", "alice-password")).body["auth"]["entity_id"]
    method = (await node.ok("POST", f"{METHOD}totp", {"issuer": "strong", "method_name": "main"})).data["method_id"]
    demanded = {"mfa_method_ids": [method], "identity_entity_ids": [entity]}
    await node.ok("POST", "identity/mfa/login-enforcement/e1", demanded)
    for spelling in ("alice", *SPELLINGS, "alice@example.org"):
        answer = await log_in(node, spelling, "alice-password")
        assert answer.status != 200 or answer.body["auth"]["client_token"] == "", spelling
    assert (await node.ok("LIST", "identity/entity/id")).data["keys"] == [entity]


NAMES = (
    *("*", "al*", "ali?e", "alice)(uid=*", "alice)(|(uid=*", "*)(uid=alice))(|(uid=*", "\\2a", "alice\\00", "alice\0"),
    *("alice)(objectClass=*)", "alice,ou=people,dc=example,dc=org", "alice+uid=alice", "alice\\,x", "#616c696365"),
    *("{{.Username}}", "{{.UserDN}}", f"cn=Alice,{PEOPLE}", "", "alice,", "alice;x", '"alice"', "nobody)(cn=Alice"),
)


@pytest.mark.parametrize("form", FORMS)
async def test_cve_2026_55770_no_name_writes_a_query(directory: Slapd, form: str) -> None:
    """There names of users were put into search filters as they came.

    Here a name is only ever a value: with the right password of whom a query by it would find, nobody logs in.
    """
    node = await node_of(directory, form)
    for name in NAMES:
        assert (await log_in(node, name, "alice-password")).status != 200, name
    assert (await log_in(node, "alice", "alice-password")).body["auth"]["token_policies"] == ["admin", "default"]


@pytest.mark.parametrize("name", ["*", "x)(member=*", "x)(|(cn=*", "x\\2a", "(x)", "x*y"])
async def test_cve_2026_55770_no_entry_writes_a_query_for_groups(directory: Slapd, name: str) -> None:
    """Neither does what an entry is called, which its user may have chosen, in the filter for groups."""
    node = await node_of(directory, "search")
    escaped = "".join(f"\\{byte:02X}" for byte in name.encode())
    directory.add(slapd.entry(f"cn={escaped},{PEOPLE}", "inetOrgPerson", sn="x", uid=name, userPassword="odd-password"))
    try:
        answer = await log_in(node, name, "odd-password")
        assert answer.body["auth"]["token_policies"] == ["default"]
    finally:
        directory.delete(f"cn={escaped},{PEOPLE}")
