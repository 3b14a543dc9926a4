"""Templates of claims: what they say of an entity, and which are refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.services.oidc.templates import RESERVED, checked, claims_of
from strongroom.services.policy.paths import Alias, PathGroup, Subject

NOW = 1_700_000_000.5
ANN = Subject(
    id="e-1",
    name="ann",
    metadata={"mail": "a@example.org", "with.dots": "d"},
    aliases={"auth_x": Alias(id="a-1", name="ann@x", metadata={"m": "1"}, custom_metadata={"c.d": "2"})},
    groups=(PathGroup(id="g-1", name="one"), PathGroup(id="g-2", name="two")),
)
VALUES: list[tuple[str, Any]] = [
    ("identity.entity.id", "e-1"),
    ("identity.entity.name", "ann"),
    (" identity.entity.name ", "ann"),
    ("identity.entity.metadata", {"mail": "a@example.org", "with.dots": "d"}),
    ("identity.entity.metadata.mail", "a@example.org"),
    ("identity.entity.metadata.with.dots", "d"),
    ("identity.entity.metadata.none", ""),
    ("identity.entity.groups.ids", ["g-1", "g-2"]),
    ("identity.entity.groups.names", ["one", "two"]),
    ("identity.entity.aliases.auth_x.id", "a-1"),
    ("identity.entity.aliases.auth_x.name", "ann@x"),
    ("identity.entity.aliases.auth_x.metadata", {"m": "1"}),
    ("identity.entity.aliases.auth_x.metadata.m", "1"),
    ("identity.entity.aliases.auth_x.metadata.n", ""),
    ("identity.entity.aliases.auth_x.custom_metadata", {"c.d": "2"}),
    ("identity.entity.aliases.auth_x.custom_metadata.c.d", "2"),
    ("identity.entity.aliases.auth_y.name", ""),
    ("identity.entity.aliases.auth_y.metadata", {}),
    ("time.now", 1_700_000_000),
    ("time.now.plus.5m", 1_700_000_300),
    ("time.now.plus.30", 1_700_000_030),
    ("time.now.plus.1.5h", 1_700_005_400),
    ("time.now.minus.1h", 1_699_996_400),
]


@pytest.mark.parametrize(("directive", "value"), VALUES)
def test_a_directive_stands_for_a_value(directive: str, value: Any) -> None:
    """As JSON, whatever its type; and what somebody doesn't have is empty, not absent."""
    template = '{"v":{{%s}},"w":[{{%s}}]}' % (directive, directive)  # noqa: UP031 - braces
    assert checked(template) == template
    assert claims_of(template, ANN, NOW) == {"v": value, "w": [value]}


@pytest.mark.parametrize(
    "template",
    [
        '{"v":{{identity.entity}}}',
        '{"v":{{identity.entity.policies}}}',
        '{"v":{{identity.entity.groups}}}',
        '{"v":{{identity.entity.groups.names.x}}}',
        '{"v":{{identity.entity.aliases.auth_x}}}',
        '{"v":{{identity.entity.aliases.auth_x.other}}}',
        '{"v":{{identity.groups.names.x.id}}}',
        '{"v":{{time}}}',
        '{"v":{{time.now.plus}}}',
        '{"v":{{time.now.plus.x}}}',
        '{"v":{{}}}',
        '{"v":{{identity.entity.name}',
        '{"v":"{{identity.entity.name}}"}',
        '{"v":identity.entity.name}}}',
        '["x"]',
        '"x"',
        "  ",
    ],
)
def test_what_says_nothing_is_refused(template: str) -> None:
    """Unknown directives, and what makes no JSON object, are refused when they are written."""
    with pytest.raises(InvalidRequest):
        checked(template)


@pytest.mark.parametrize("claim", RESERVED)
def test_only_the_server_sets_its_claims(claim: str) -> None:
    """Neither directly nor in base64; further inside they are the template's."""
    template = json.dumps({claim: "x"})
    for given_as in (template, base64.b64encode(template.encode()).decode()):
        with pytest.raises(InvalidRequest, match="not allowed"):
            checked(given_as)
    assert claims_of('{"a": {"%s": "x"}}' % claim, ANN, NOW) == {"a": {claim: "x"}}  # noqa: UP031


def test_base64_is_the_same_template() -> None:
    """It is stored, and shown, as JSON; an empty template says nothing."""
    assert checked(base64.b64encode(b'{"v":{{time.now}}}').decode()) == '{"v":{{time.now}}}'
    assert checked("") == ""
    assert claims_of("", ANN, NOW) == {}


def test_a_template_has_a_bound() -> None:
    """A long one is refused, in base64 too."""
    long = json.dumps({"v": "x" * 17_000})
    for given_as in (long, base64.b64encode(long.encode()).decode()):
        with pytest.raises(InvalidRequest, match="longer than"):
            checked(given_as)


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_name_adds_a_claim(name: str, metadata: dict[str, str]) -> None:
    """Whatever an entity is called, a template has the claims that it has, and the name comes back as it is."""
    entity = Subject(id="e", name=name, metadata=metadata)
    said = claims_of('{"n":{{identity.entity.name}},"m":{{identity.entity.metadata}},"z":1}', entity, NOW)
    assert said == {"n": name, "m": metadata, "z": 1}
