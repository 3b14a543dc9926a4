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


OTHERS = {"allowed_other_sans": "1.2.3;UTF8:a*"}
URIS = {"allowed_uri_sans": "a://*"}


@pytest.mark.parametrize(
    ("fields", "wanted", "kind", "is_allowed"),
    [
        (BARE, {"alt_names": "x.org"}, "dns", True),
        (BARE, {"alt_names": "y.org"}, "dns", False),
        (BARE, {"alt_names": "me@x.org"}, "email", True),
        (BARE, {"alt_names": "me@y.org"}, "email", False),
        (BARE, {"alt_names": "10.0.0.1"}, "dns", False),
        ({"allow_any_name": True}, {"alt_names": "10.0.0.1"}, "ip", True),
        ({}, {"ip_sans": "10.0.0.1"}, "ip", True),
        ({}, {"ip_sans": "10"}, "ip", False),
        ({"allow_ip_sans": False}, {"ip_sans": "10.0.0.1"}, "ip", False),
        ({"allowed_ip_sans_cidr": "10.1.0.0/16"}, {"ip_sans": "10.0.0.1"}, "ip", False),
        (URIS, {"uri_sans": "a://b"}, "uri", True),
        (URIS, {"uri_sans": "b://b"}, "uri", False),
        ({}, {"uri_sans": "a://b"}, "uri", False),
        (OTHERS, {"other_sans": "1.2.3;UTF8:ab"}, "other", True),
        (OTHERS, {"other_sans": "1.2.3;UTF8:b"}, "other", False),
        (OTHERS, {"other_sans": "1.2.4;UTF8:a"}, "other", False),
        (OTHERS, {"other_sans": "1.2.3"}, "other", False),
        (OTHERS, {"other_sans": "1.2.3;UTF8:a\n"}, "other", False),
        ({"allowed_other_sans": "*"}, {"other_sans": "1.2.4;UTF8:a"}, "other", True),
    ],
)
def test_the_type_of_an_alternative_name(
    fields: dict[str, Any], wanted: dict[str, Any], kind: str, is_allowed: bool
) -> None:
    """Each alternative name has its type, whether it is allowed or not, and one that isn't has a reason and no form."""
    found = verdicts(role(**fields), asked(**wanted), context())

    assert [(each.kind, each.name, each.allowed) for each in found] == [(kind, *wanted.values(), is_allowed)]
    assert bool(found[0].written) == bool(found[0].rule) == (not found[0].refusal) == is_allowed
