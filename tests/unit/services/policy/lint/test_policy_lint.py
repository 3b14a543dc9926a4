"""What is told of rules alone, among one another, and by the routes of mounts."""

from __future__ import annotations

import pytest

from strongroom.engines.kv import KvEngine
from strongroom.engines.transit import Transit
from strongroom.services.policy.lint import alone, among, routes
from strongroom.services.policy.parse import Rule, parse_policy
from strongroom.sysapi.system.engine import System
from strongroom.sysapi.token import Token

NOW = 1000.0
V2 = KvEngine().variant({"version": "2"}).routes
MOUNTS = (
    routes.known("sys/", "system", System.routes, ("health",)),
    routes.known("auth/token/", "token", Token.routes),
    routes.known("secret/", "kv", V2),
    routes.known("transit/", "transit", Transit.routes),
)


def parsed(*rules: str) -> tuple[Rule, ...]:
    """Rules as `path: capabilities` and more keys after a semicolon."""
    blocks = []
    for rule in rules:
        path, _, rest = rule.partition(": ")
        names, *more = rest.split("; ")
        listed = ", ".join(f'"{name}"' for name in names.split() if name != "-")
        blocks.append(f'path "{path}" {{ capabilities = [{listed}] {" ".join(more)} }}')
    return parse_policy("\n".join(blocks)).rules


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("a: read deny list", "beside deny, list, read is void"),
        ("a: -", "has no capabilities"),
        ("a: read; expiration = 1000", "counts for nothing"),
        ("a/+b/c: read", "has a + that is no whole segment"),
        ("a: read subscribe", "has subscribe without subscribe_event_types"),
    ],
)
def test_a_rule_alone(rule: str, told: str) -> None:
    """Each mistake is told with the rule's path, and is the only thing told."""
    (text,) = alone.warnings(parsed(rule), NOW)
    assert told in text
    assert f'"{rule.partition(":")[0]}"' in text


@pytest.mark.parametrize("rule", ["a: read", "a: deny", "a/+/b: read", "a+b: read", "a: read; expiration = 1001"])
def test_a_rule_alone_without_a_mistake(rule: str) -> None:
    """Nothing is told of rules that mean what they say."""
    assert alone.warnings(parsed(rule), NOW) == []


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (["a/*: read", "a/*: deny"], 'One rule for "a/*" allows nothing'),
        (["a/+/+/*: read", "a/+/*: list"], 'The rule for "a/+/+/*" never decides: "a/+/*" covers all of it'),
        (
            ["secret/data/*: read", "secret/+/private/*: deny"],
            'The rule for "secret/+/private/*" denies nothing of what "secret/data/*" covers',
        ),
        (["secret/data/*: read", "+/data/x: deny"], 'The rule for "+/data/x" denies nothing of what "secret/data/*"'),
    ],
)
def test_rules_among_one_another(rules: list[str], told: str) -> None:
    """A rule that another one goes before is told, with why it does."""
    (text,) = among.warnings(parsed(*rules))
    assert text.startswith(told)


@pytest.mark.parametrize(
    "rules",
    [
        ["a/*: read", "a/b/*: deny"],
        ["a/*: deny", "a/b/*: read"],
        ["a/+/b: deny", "a/x/b: read"],
        ["a/+/b: deny", "a/*: read"],
        ["a/+/*: deny", "a/+/b: read"],
        ["+/x: deny", "b/y*: read"],
        ["a/{{identity.entity.id}}/*: read", "a/+/*: deny"],
    ],
)
def test_rules_that_go_together(rules: list[str]) -> None:
    """Nothing is told of exceptions that work, and of rules that never meet."""
    assert among.warnings(parsed(*rules)) == []


def test_thousands_of_rules_are_not_all_compared() -> None:
    """The comparisons have a bound, so a policy of many rules costs no second."""
    rules = parsed(*(f"a/+/{number}/*: read" for number in range(3000)), "a/+/+/+/*: read", "a/+/+/*: read")
    assert among.warnings(rules) == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("sys/polcies/acl/x: read", "allows nothing: there is no such path in sys/ (system)"),
        ("transit/encript/*: update", "allows nothing: there is no such path in transit/ (transit)"),
        ("transit/encript/*: deny", "denies nothing"),
        ("auth/token/lookup-me: read", "no such path in auth/token/ (token)"),
        ("auth/token/look/{{identity.entity.name}}: update", "no such path"),
        ("sys/remount: update", "need sudo, too"),
        ("auth/token/accessors/: list", "need sudo, too"),
        ("sys/policies/acl/x: create", '"create" in the rule'),
    ],
)
def test_rules_without_a_route(rule: str, told: str) -> None:
    """A rule within a mount that none of its routes answers to is told, and one that lacks what all of them need."""
    (text,) = routes.warnings(parsed(rule), MOUNTS)
    assert told in text


@pytest.mark.parametrize(
    "rule",
    [
        "sys/health: read",
        "sys/*: read",
        "s*: read",
        "*: read",
        "+/no/such: read",
        "nowhere/x: read",
        "secret/data/a/b: read",
        "secret/metadata/: list",
        "secret/metadata/a/: list",
        "secret/+/a: read",
        "sys/policies/acl: list",
        "sys/policies/acl/: list",
        "sys/policies/ACL/x: read",
        "sys/remount: update sudo",
        "sys/*: update",
        "transit/keys/x: create",
        "secret/data/x: create",
        "transit/encrypt/x: create",
        "auth/token/create/{{identity.entity.name}}: update",
        "auth/token/x{{identity.entity.name}}: update",
        "sys/mounts/a/b/tune: read",
    ],
)
def test_rules_with_a_route(rule: str) -> None:
    """Nothing is told of rules that some request can match, nor of those for mounts that don't exist yet."""
    assert routes.warnings(parsed(rule), MOUNTS) == []


def test_thousands_of_rules_are_not_all_looked_up() -> None:
    """The look-ups have a bound too."""
    rules = parsed(*(f"sys/+/{number}: read" for number in range(3000)), "sys/polcies: read")
    assert len(routes.warnings(rules, MOUNTS)) < 100
