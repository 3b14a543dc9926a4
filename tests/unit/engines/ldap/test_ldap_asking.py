"""How a password is written, by the schema of the directory."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.ldap import asking
from strongroom.engines.ldap.records import LdapConfig
from strongroom.lib.ldap import Modification, Modify, Refused


class Recording:
    """A session that keeps what it is asked for."""

    def __init__(self, *, extended: bool = False, refuses: bool = False) -> None:
        self.changes: list[Any] = []
        self.extended = extended
        self.refuses = refuses

    def supports(self, attribute: str, oid: str) -> bool:
        """Whether it has an extension."""
        return self.extended

    def reset_password(self, dn: str, new: str) -> None:
        """By the operation for that."""
        self.changes.append((dn, new))

    def apply(self, change: Any, *, secrets: tuple[str, ...] = ()) -> None:
        """By a modification."""
        if self.refuses:
            raise Refused("no", code="CONSTRAINT_VIOLATION", reason="Constraint violation", detail="said by it")
        self.changes.append(change)


@pytest.mark.parametrize(
    ("config", "written"),
    [
        (LdapConfig(), (Modification("replace", "userPassword", (b"p\xc3\xa4",)),)),
        (LdapConfig(schema="ad"), (Modification("replace", "unicodePwd", ('"pä"'.encode("utf-16-le"),)),)),
        (
            LdapConfig(schema="racf"),
            (
                Modification("replace", "racfPassword", (b"p\xc3\xa4",)),
                Modification("replace", "racfAttributes", (b"noexpired",)),
            ),
        ),
        (
            LdapConfig(schema="racf", credential_type="phrase"),
            (
                Modification("replace", "racfPassPhrase", (b"p\xc3\xa4",)),
                Modification("replace", "racfAttributes", (b"noexpired",)),
            ),
        ),
    ],
)
def test_a_password_is_written_as_the_schema_says(config: LdapConfig, written: tuple[Modification, ...]) -> None:
    """Source: https://developer.hashicorp.com/vault/docs/secrets/ldap#schema"""
    session: Any = Recording()
    asking.set_password(session, config, "cn=a", "pä")
    assert session.changes == [Modify("cn=a", written)]


def test_a_directory_that_hashes_is_let_do_so() -> None:
    """By the operation of RFC 3062, if it says that it has that."""
    session: Any = Recording(extended=True)
    asking.set_password(session, LdapConfig(), "cn=a", "p")
    assert session.changes == [("cn=a", "p")]


def test_a_refusal_names_the_account_and_never_the_password() -> None:
    """And keeps the directory's own words for the log."""
    session: Any = Recording(refuses=True)
    with pytest.raises(Refused) as raised:
        asking.set_password(session, LdapConfig(), "cn=a", "secret-password")
    assert raised.value.text == 'the directory refuses the new password of "cn=a": Constraint violation'
    assert raised.value.detail == "said by it"


def test_one_dn_has_one_spelling() -> None:
    """As a directory compares them."""
    assert asking.canonical_dn("CN=A  b , OU=x+UID=y") == asking.canonical_dn("cn=a b,ou=X + uid=Y")
    assert asking.canonical_dn("cn=a,dc=b") != asking.canonical_dn("cn=a,dc=c")
