"""Names and LDIF of dynamic roles: nothing that others say becomes a part of the LDIF."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.engines.ldap import templates
from strongroom.engines.ldap.records import DynamicRole
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Add
from strongroom.lib.rand import SystemRandom
from tests.fuzz.effort import examples

CREATION = """dn: cn={{.Username}},ou=people
objectClass: person
description:{{.DisplayName}}
userPassword: {{.Password}}
"""
ROLE = DynamicRole(creation_ldif=CREATION, deletion_ldif="dn: cn={{.Username}},ou=people\nchangetype: delete\n")


def made(role: DynamicRole, display_name: str, role_name: str = "app", password: str = "x") -> templates.Account:
    """An account of a role."""
    return templates.made(
        role,
        role_name=role_name,
        display_name=display_name,
        password=password,
        now=1_700_000_000.0,
        ttl_s=60,
        random=SystemRandom().bytes,
    )


@given(st.text(max_size=40), st.sampled_from(["app", "team/app"]))
@settings(max_examples=examples(200))
def test_no_display_name_changes_what_the_ldif_does(display_name: str, role_name: str) -> None:
    """One entry, at one place, with the attributes of the template, whatever an identity provider says."""
    account = made(ROLE, display_name, role_name)
    (change,) = templates.read("creation_ldif", account.creation)
    assert isinstance(change, Add)
    assert change.dn == f"cn={account.username},ou=people"
    assert account.username.isprintable()
    assert not set(account.username) & set('"+,;<>\\=#:\r\n\0/')
    assert [name for name, _ in change.attributes] == ["objectClass", "description", "userPassword"]


@pytest.mark.parametrize(
    "display_name",
    [
        "x,ou=admins",
        "x\nmemberOf: cn=admins",
        "x\r\n\r\ndn: cn=y",
        ":eA==",
        "< file:///etc/passwd",
        "a+uid=b",
        "\\2c",
        "#x ",
        "a\x0bb\u202e",
    ],
)
def test_names_that_mean_something_are_made_plain(display_name: str) -> None:
    """Each sign with a meaning becomes `_`, so that they stay readable."""
    test_no_display_name_changes_what_the_ldif_does.hypothesis.inner_test(display_name, "app")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "template", ["a,b{{random 12}}", "{{random 12}}=x", " {{random 12}}", "{{random 12}}\n", "a/b"]
)
def test_a_template_of_names_that_mean_something_is_refused(template: str) -> None:
    """When the role is written, not when somebody needs an account."""
    role = DynamicRole(creation_ldif=CREATION, deletion_ldif=ROLE.deletion_ldif, username_template=template)
    with pytest.raises(InvalidRequest, match="have a meaning"):
        templates.check(role, "app", SystemRandom().bytes, 0.0)


def test_values_of_a_template() -> None:
    """All that Vault's have; the times are in UTC."""
    fields = "Username RoleName DisplayName Password IssueTime IssueTimeSeconds ExpirationTime ExpirationTimeSeconds"
    text = "dn: cn=x\n" + "\n".join(f"cn: {{{{.{field}}}}}" for field in fields.split())
    role = DynamicRole(creation_ldif=text, deletion_ldif=ROLE.deletion_ldif, username_template="u")
    lines = made(role, "Ann Lee", "team/app", "pw").creation.splitlines()[1:]
    assert lines == [
        *("cn: u", "cn: team_app", "cn: Ann Lee", "cn: pw", "cn: 2023-11-14T22:13:20Z", "cn: 1700000000"),
        *("cn: 2023-11-14T22:14:20Z", "cn: 1700000060"),
    ]


def test_ldif_may_come_as_base64() -> None:
    """With or without line breaks; plain LDIF that happens to decode stays as it is."""
    encoded = base64.b64encode(CREATION.encode()).decode()
    assert templates.decoded(encoded) == templates.decoded(encoded[:8] + "\n" + encoded[8:]) == CREATION
    assert templates.decoded("abcd") == "abcd"
    assert templates.decoded(CREATION) == CREATION


@pytest.mark.parametrize("password", [" x", "x ", ":x", "<x", "{SSHA}x", 'a"b', "a\\b", "a\nb"])
def test_passwords_that_would_become_others(password: str) -> None:
    """By LDIF, by a directory that takes them for hashes, or by the quotation marks of Active Directory."""
    assert not templates.fits_ldif(password)
    assert templates.fits_ldif("a:b<c{d}-1")
