"""Rules that no request can match on a mount that keeps versions."""

from __future__ import annotations

import pytest

from strongroom.services.policy.lint.unreached import warnings
from strongroom.services.policy.parse import parse_policy

OTHERS = ("sys/", "identity/", "cubbyhole/", "auth/token/", "plain/", "team/plain/")


def told(path: str, *capabilities: str) -> list[str]:
    """What is said of a policy with this one rule."""
    listed = ", ".join(f'"{name}"' for name in capabilities or ("read",))
    rules = parse_policy(f'path "{path}" {{ capabilities = [{listed}] }}').rules
    return warnings(rules, ("secret/", "team/kv/"), OTHERS)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("secret/foo", '"secret/data/foo"?'),
        ("/secret/foo", '"secret/data/foo"?'),
        ("secret/foo/*", '"secret/data/foo/*"?'),
        ("secret/te*", '"secret/data/te*"?'),
        ("secret/foo/+/bar", '"secret/data/foo/+/bar"?'),
        ("secret/database", '"secret/data/database"?'),
        ("secret/{{identity.entity.id}}/*", '"secret/data/{{identity.entity.id}}/*"?'),
        ("team/kv/foo", '"team/kv/data/foo"?'),
    ],
)
def test_a_rule_without_the_section_is_told_with_what_was_meant(path: str, meant: str) -> None:
    """It names the path below `data/`, with the rule's own globs."""
    (text,) = told(path)
    assert text.endswith(f"Did you mean {meant}")


def test_listing_needs_metadata() -> None:
    """A rule that also lists is told both paths, one that only lists the one that is listed."""
    assert told("secret/foo", "read", "list")[0].endswith('"secret/data/foo", and "secret/metadata/foo" to list?')
    assert told("secret/foo/", "list")[0].endswith('"secret/metadata/foo/"?')
    assert told("secret/", "list")[0].endswith('"secret/metadata/"?')
    assert told("secret/data/foo", "list")[0].endswith('Did you mean "secret/metadata/foo"?')
    assert told("secret/data/*", "list", "scan")[0].endswith('Did you mean "secret/metadata/*"?')
    assert told("secret/data/*", "read", "list") == []


def test_a_denial_that_denies_nothing_is_told() -> None:
    """Who denies `secret/foo` believes that nobody reads it."""
    assert told("secret/foo", "deny")[0].endswith('Did you mean "secret/data/foo"?')


@pytest.mark.parametrize(
    "path",
    [
        "*",
        "sec*",
        "secret*",
        "secret/*",
        "secret",
        "secret/da*",
        "secret/data/foo",
        "secret/data/*",
        "secret/data",
        "secret/metadata/*",
        "secret/config",
        "secret/undelete/foo",
        "secret/detailed-metadata/",
        "secret/+/foo",
        "secret/+/*",
        "+/foo",
        "+/+/foo",
        "team/*",
        "team/plain/foo",
        "team/kv*",
        "team/other/foo",
        "plain/foo",
        "nothing/foo",
        "secrets/foo",
        "auth/token/create",
        "sys/mounts",
    ],
)
def test_no_false_alarm(path: str) -> None:
    """Nothing is said of a rule that matches something, and of one whose mount doesn't exist yet."""
    assert told(path) == []


def test_rules_that_match_are_passed_over() -> None:
    """Of a policy's rules only those that match nothing are told, in their order."""
    text = "\n".join(f'path "{path}" {{ policy = "read" }}' for path in ("secret/b", "secret/data/x", "secret/a"))
    found = warnings(parse_policy(text).rules, ("secret/",), OTHERS)
    assert [line.split('"')[1] for line in found] == ["secret/b", "secret/a"]
