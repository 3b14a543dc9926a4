"""Names of users, by the templates that Vault has."""

from __future__ import annotations

import re

import pytest

from strongroom.engines.database.drivers.postgresql.driver import USERNAME_TEMPLATE
from strongroom.engines.database.usernames import check, new_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SystemRandom

NOW = 1_700_000_000.0


def test_names_of_postgresql_are_those_of_vault() -> None:
    """Parts of the display name and the role, twenty random characters, the time; as long as the database takes."""
    values = {"DisplayName": "token-production", "RoleName": "reporting-ro"}
    name = new_name(USERNAME_TEMPLATE, values, SystemRandom(), NOW)
    assert re.fullmatch(r"v-token-pr-reportin-[0-9A-Za-z]{20}-1700000000", name)
    assert len(name) <= 63


def test_a_thousand_users_with_long_names_are_all_different() -> None:
    """Cutting leaves the random characters."""
    values = {"DisplayName": "d" * 80, "RoleName": "r" * 80}
    assert len({new_name(USERNAME_TEMPLATE, values, SystemRandom(), NOW) for _ in range(1000)}) == 1000
    check(USERNAME_TEMPLATE)


def test_an_empty_name_is_none() -> None:
    """Nor is one with a NUL byte, which a client's display name could bring in."""
    for template, display in (("{{.DisplayName}}", ""), ("{{.DisplayName}}", "a\0b")):
        with pytest.raises(InvalidRequest):
            new_name(template, {"DisplayName": display, "RoleName": "r"}, SystemRandom(), NOW)


def test_what_the_database_cuts_does_not_count() -> None:
    """PostgreSQL keeps 63 bytes of a name without a word: two users would be one, and revoking the second drop both."""
    behind = "{{.RoleName}}-{{.DisplayName}}-{{random 20}}"
    check(behind)
    with pytest.raises(InvalidRequest, match="within 63 bytes"):
        check(behind, 63)
    check("{{random 20}}-{{.RoleName}}-{{.DisplayName}}", 63)


def test_a_name_is_as_the_database_has_it() -> None:
    """No longer, and in whole characters."""
    values = {"DisplayName": "é" * 40, "RoleName": ""}
    name = new_name("a{{.DisplayName}}", values, SystemRandom(), 0.0, 63)
    assert name == "a" + "é" * 31
