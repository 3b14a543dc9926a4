"""Names at other systems."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.services.identity import AliasRecord, EntityRecord
from strongroom.services.mfa.usernames import check_format, username_of

ENTITY = EntityRecord(id="e1", name="Eva", created_at=0, updated_at=0, metadata={"mail": "eva@example.com"})
ALIASES = (
    AliasRecord(id="a1", entity_id="e1", name="eva", mount_accessor="auth_userpass_1", metadata={"team": "blue"}),
    AliasRecord(id="a2", entity_id="e1", name="eva.l", mount_accessor="auth_ldap_1"),
)


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        ("", "eva"),
        ("{{alias.name}}@example.com", "eva@example.com"),
        ("{{ entity.name }}", "Eva"),
        ("{{identity.entity.name}}", "Eva"),
        ("{{entity.id}}-{{alias.id}}", "e1-a1"),
        ("{{entity.metadata.mail}}", "eva@example.com"),
        ("{{alias.metadata.team}}", "blue"),
        ("{{identity.entity.aliases.auth_ldap_1.name}}", "eva.l"),
        ("fixed", "fixed"),
    ],
)
def test_formats(format_: str, name: str) -> None:
    """Of the alias that logs in, of another one, and of the entity."""
    check_format(format_)
    assert username_of(format_, ENTITY, ALIASES, "auth_userpass_1") == name


@pytest.mark.parametrize(
    "format_", ["{{entity.metadata.none}}", "x{{identity.entity.aliases.none.name}}", "{{alias.metadata.none}}"]
)
def test_a_missing_value_is_no_empty_one(format_: str) -> None:
    """A name with a hole could be another user's."""
    with pytest.raises(PermissionDenied):
        username_of(format_, ENTITY, ALIASES, "auth_userpass_1")


def test_without_a_mount_the_only_alias_counts() -> None:
    """Of several, none does."""
    assert username_of("", ENTITY, ALIASES[:1], "") == "eva"
    with pytest.raises(PermissionDenied):
        username_of("", ENTITY, ALIASES, "")


@pytest.mark.parametrize("format_", ["{{entity}}", "{{password}}", "{{alias.name", "x}}", "{{entity.metadata.}}"])
def test_what_is_no_format(format_: str) -> None:
    """It is refused when it is written, not when somebody logs in."""
    with pytest.raises(InvalidRequest):
        check_format(format_)
