"""Rules for parameters, where a route declares what its parameters are."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from strongroom.sdk.fields import Body, CommaList, Doc, Duration, OldNameOf, fields_of
from strongroom.services.policy.parameters import check_parameters
from strongroom.services.policy.parse import parse_policy


class Form(Body, frozen=True):
    """What a route takes."""

    names: Annotated[CommaList | None, Doc(description="Names.")] = None
    ttl: Annotated[Duration | None, Doc(description="A time.")] = None
    count: Annotated[int, Doc(description="A number.")] = 0
    title: Annotated[str, Doc(description="A text.")] = ""
    old: Annotated[str, Doc(description="Old name of `title`."), OldNameOf("title")] = ""


FIELDS = {field.name: field for field in fields_of(Form)}


def passes(rules: str, data: dict[str, Any]) -> bool:
    """Whether a request with these parameters keeps to a rule."""
    constraints = parse_policy(f'path "a" {{ capabilities = ["update"]\n {rules} }}').rules[0].constraints
    return check_parameters(constraints, data, FIELDS)


@pytest.mark.parametrize(
    ("rule", "data", "denied"),
    [
        ('names = ["root", "admin"]', {"names": "dev,admin"}, True),
        ('names = ["root", "admin"]', {"names": "dev, root"}, True),
        ('names = ["root", "admin"]', {"names": ["dev", "admin"]}, True),
        ('names = ["root", "admin"]', {"names": "dev,ops"}, False),
        ('names = ["adm*", "root"]', {"names": "dev,admin"}, True),
        ('ttl = ["1h", "2h"]', {"ttl": 3600}, True),
        ('ttl = ["1h", "2h"]', {"ttl": "120m"}, True),
        ('ttl = ["1h", "2h"]', {"ttl": "3h"}, False),
        ('ttl = ["long", "1*"]', {"ttl": 3600}, False),
        ('ttl = ["long", "1*"]', {"ttl": "1h"}, True),
        ('ttl = ["long"]', {"ttl": "long"}, True),
        ('ttl = ["1h"]', {"ttl": "no time"}, False),
        ('count = ["many", 5]', {"count": "5"}, True),
        ('count = ["many", 5]', {"count": 6}, False),
        ('title = ["a", "b"]', {"old": "b"}, True),
        ('old = ["a", "b"]', {"title": "a"}, True),
        ('title = ["a", "b"]', {"old": "c"}, False),
    ],
)
def test_one_denied_value_is_enough(rule: str, data: dict[str, Any], denied: bool) -> None:
    """Of several, in any way to write it, by any of its names; what the field can't mean is compared as it stands."""
    assert passes(f"denied_parameters = {{ {rule} }}", data) is not denied


@pytest.mark.parametrize(
    ("rule", "data", "allowed"),
    [
        ('names = ["dev", "ops"]', {"names": "dev,ops"}, True),
        ('names = ["dev", "ops"]', {"names": "dev"}, True),
        ('names = ["dev", "ops"]', {"names": "dev,admin"}, False),
        ('names = ["dev", "ops"]', {"names": []}, False),
        ('ttl = ["1h", "2h"]', {"ttl": 7200}, True),
        ('ttl = ["1h", "2h"]', {"ttl": "3h"}, False),
        ('ttl = ["1*"]', {"ttl": "1h"}, False),
        ('ttl = ["1*", "1h"]', {"ttl": "60m"}, True),
        ('ttl = ["no time"]', {"ttl": "no time"}, True),
        ('ttl = ["1h"]', {"ttl": "no time"}, False),
        ('title = ["a*"]', {"title": "abc"}, True),
        ('title = ["a*"]', {"title": "b"}, False),
        ('title = ["a"]\n old = ["b", "a"]', {"title": "a"}, True),
        ('title = ["a"]\n old = ["b"]', {"title": "a"}, False),
    ],
)
def test_every_value_is_an_allowed_one(rule: str, data: dict[str, Any], allowed: bool) -> None:
    """By each rule about the parameter; what the field can't mean is compared as it stands."""
    assert passes(f"allowed_parameters = {{ {rule} }}", data) is allowed


@pytest.mark.parametrize(
    ("given", "allowed"), [("a,b", True), (["a", "b"], True), ("a", False), ("b,a", False), ("a,b,c", False)]
)
def test_a_list_in_a_rule_is_a_whole_one(given: object, allowed: bool) -> None:
    """Neither a part of it nor another order, and for a rule that denies the same."""
    assert passes('allowed_parameters = { "names" = [["a", "b"]] }', {"names": given}) is allowed
    assert passes('denied_parameters = { "names" = [["a", "b"]] }', {"names": given}) is not allowed
