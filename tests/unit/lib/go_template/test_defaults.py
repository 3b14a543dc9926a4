"""The default templates of Vault's engines."""

from __future__ import annotations

import pytest
from tests.unit.lib.go_template.rendering import NOW, zeros

from strongroom.lib.go_template import parse

POSTGRESQL = (
    '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time)'
    " | truncate 63 }}"
)
MYSQL = POSTGRESQL.replace("truncate 8", "truncate 10").replace("truncate 63", "truncate 32")
MYSQL_LEGACY = '{{ printf "v-%s-%s-%s" (.RoleName | truncate 4) (random 20) | truncate 16 }}'
AWS = (
    '{{ if (eq .Type "STS") }}{{ printf "vault-%s-%s"  (unix_time) (random 20) | truncate 32 }}{{ else }}'
    '{{ printf "vault-%s-%s-%s" (printf "%s-%s" (.DisplayName) (.PolicyName) | truncate 42) (unix_time) (random 20)'
    " | truncate 64 }}{{ end }}"
)
LDAP = "v_{{.DisplayName}}_{{.RoleName}}_{{random 10}}_{{unix_time}}"
RABBITMQ = '{{ printf "%s-%s" (.DisplayName) (uuid) }}'
KUBERNETES = (
    '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (unix_time) (random 24)'
    " | truncate 62 | lowercase }}"
)
NAMES = {"DisplayName": "Token-of-alice", "RoleName": "readonly-role", "PolicyName": "a-policy"}
LONG = {name: name[0] * 80 for name in NAMES}


@pytest.mark.parametrize(
    ("text", "kind", "result"),
    [
        (POSTGRESQL, "", "v-Token-of-readonly-00000000000000000000-1700000123"),
        (MYSQL, "", "v-Token-of-a-readonly-r-00000000"),
        (MYSQL_LEGACY, "", "v-read-000000000"),
        (AWS, "STS", "vault-1700000123-000000000000000"),
        (AWS, "User", "vault-Token-of-alice-a-policy-1700000123-00000000000000000000"),
        (LDAP, "", "v_Token-of-alice_readonly-role_0000000000_1700000123"),
        (RABBITMQ, "", "Token-of-alice-00000000-0000-4000-8000-000000000000"),
        (KUBERNETES, "", "v-token-of-readonly-1700000123-" + "0" * 24),
    ],
)
def test_defaults_give_the_names_of_vault(text: str, kind: str, result: str) -> None:
    """The places of names, randomness and time are those that operators know."""
    assert parse(text).render({**NAMES, "Type": kind}, random=zeros, now=NOW) == result


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        (POSTGRESQL, "", 20),
        (MYSQL, "", 8),
        (MYSQL_LEGACY, "", 9),
        (AWS, "STS", 15),
        (AWS, "User", 4),
        (LDAP, "", 10),
        (RABBITMQ, "", 30),
        (KUBERNETES, "", 24),
    ],
)
def test_the_randomness_of_defaults_for_long_names_is_known(text: str, kind: str, left: int) -> None:
    """Some cut off randomness when names are long."""
    assert parse(text).random_characters({**LONG, "Type": kind}) == left


def test_the_legacy_template_of_mysql_has_a_value_too_few() -> None:
    """The mark of the missing value is cut off, unless a role's name is short."""
    text = MYSQL_LEGACY.replace("truncate 16", "truncate 60")
    assert parse(text).render({"RoleName": "r"}, random=zeros, now=NOW) == f"v-r-{'0' * 20}-%!s(MISSING)"
