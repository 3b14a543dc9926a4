"""Names of users, by the templates that Vault has."""

from __future__ import annotations

import re

import pytest

from strongroom.engines.database.drivers.postgresql.driver import USERNAME_TEMPLATE
from strongroom.engines.database.usernames import NEEDED_OF_CUT, check, new_name, warnings_of
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
    assert "leaves 0 random characters of the longest names within the 63 bytes" in warnings_of(behind, 63)[0]
    assert warnings_of("{{random 20}}-{{.RoleName}}-{{.DisplayName}}", 63) == []
    short = {"DisplayName": "d" * 20, "RoleName": "r" * 21}
    assert len(new_name(behind, short, SystemRandom(), NOW, 63)) == 63
    for longer, left in ((33, 8), (34, 7)):
        values = {"DisplayName": "d" * 20, "RoleName": "r" * longer}
        if left >= NEEDED_OF_CUT:
            assert len(new_name(behind, values, SystemRandom(), NOW, 63)) == 63
        else:
            with pytest.raises(InvalidRequest, match=f"cut after 63 bytes, which leaves {left} random characters"):
                new_name(behind, values, SystemRandom(), NOW, 63)


def test_a_name_is_as_the_database_has_it() -> None:
    """No longer, and in whole characters."""
    values = {"DisplayName": "é" * 40, "RoleName": ""}
    name = new_name("{{random 8}}{{.DisplayName}}", values, SystemRandom(), 0.0, 63)
    assert name[8:] == "é" * 27
