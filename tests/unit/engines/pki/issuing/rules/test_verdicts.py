"""What a dry run is told of each name: its type, and the rule that allows or refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.pki.issuing.rules.names.gathered import verdicts
from tests.unit.engines.pki.issuing.rules.requests import asked, context, role

BARE = {"allowed_domains": "x.org", "allow_bare_domains": True}


@pytest.mark.parametrize(
    ("fields", "name", "rule"),
    [
        ({"allow_any_name": True}, "a.b", "allow_any_name"),
        ({}, "localhost", "allow_localhost"),
        ({"allow_subdomains": True}, "a.localhost", "allow_localhost, allow_subdomains"),
        ({"allow_token_displayname": True}, "ada", "allow_token_displayname"),
        (BARE, "x.org", "allow_bare_domains (x.org)"),
        ({"allowed_domains": "x.org", "allow_subdomains": True}, "a.x.org", "allow_subdomains (x.org)"),
        ({"allowed_domains": "*.org", "allow_glob_domains": True}, "x.org", "allow_glob_domains (*.org)"),
        ({"allowed_ip_sans_cidr": "10.0.0.0/8"}, "10.0.0.1", "allowed_ip_sans_cidr"),
        ({"cn_validations": "disabled"}, "a b", "cn_validations (disabled)"),
    ],
)
def test_the_rule_that_allows(fields: dict[str, Any], name: str, rule: str) -> None:
    """An allowed common name has the field of the role that allows it."""
    found = verdicts(role(**fields), asked(common_name=name), context(display_name="ada"))

    first = found[0]
    assert (first.kind, first.name, first.rule, first.allowed) == ("common_name", name, rule, True)


@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        (BARE, "a\nb", "it has a control character"),
        ({**BARE, "cn_validations": "email"}, "x.org", "it is validated as hostname; cn_validations has email"),
        (BARE, "y.org", "it doesn't fit allowed_domains (x.org) with allow_bare_domains"),
    ],
)
def test_the_rule_that_refuses(fields: dict[str, Any], name: str, why: str) -> None:
    """A refused common name has the reason, after the words that clients know."""
    found = verdicts(role(**fields), asked(common_name=name, exclude_cn_from_sans=True), context())

    assert [(each.kind, each.rule, each.allowed) for each in found] == [("common_name", "", False)]
    assert found[0].refusal == f"common name {name} not allowed by this role: {why}"
