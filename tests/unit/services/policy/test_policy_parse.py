"""Policy documents: what is a rule, and what is refused with which words."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.services.policy.control_group import ControlGroup, Factor
from strongroom.services.policy.parse import CAPABILITIES, DENY, NO_CONSTRAINTS, Rule, parse_policy

_VECTORS = Path(__file__).parents[3] / "vectors" / "policies"


def _rule(body: str) -> Rule:
    return parse_policy(f'path "a" {{ {body} }}').rules[0]


def _names(bits: int) -> list[str]:
    return [name for name, bit in CAPABILITIES.items() if bits & bit]


def test_every_capability() -> None:
    """All capabilities of Vault and OpenBao have their bit; a deny stands alone."""
    for name in CAPABILITIES:
        assert _names(_rule(f'capabilities = ["{name}"]').capabilities) == [name]
    assert _rule('capabilities = ["read", "deny", "sudo"]').capabilities == DENY


@pytest.mark.parametrize(
    ("legacy", "expected"),
    [
        ("deny", ["deny"]),
        ("read", ["list", "read"]),
        ("write", ["create", "delete", "list", "read", "update"]),
        ("sudo", ["create", "delete", "list", "read", "sudo", "update"]),
    ],
)
def test_legacy_words(legacy: str, expected: list[str]) -> None:
    """`policy = "…"` stands for the capabilities of 2015, and adds to those of the list."""
    assert _names(_rule(f'policy = "{legacy}"').capabilities) == expected
    both = _rule(f'policy = "{legacy}"\n capabilities = ["patch"]').capabilities
    assert _names(both) == (["deny"] if legacy == "deny" else sorted([*expected, "patch"]))


def test_everything_a_rule_may_hold() -> None:
    """Each key is read in its own form; parameter names count in lower case."""
    rule = _rule(
        """
        capabilities = ["create", "list",]
        allowed_parameters = { "Name" = ["a*", 1, true], "*" = [] }
        denied_parameters { secret = [["x"]] }
        required_parameters = ["Name"]
        min_wrapping_ttl = "90s"
        max_wrapping_ttl = 3600
        pagination_limit = "10"
        expiration = "2030-01-01T00:00:00Z"
        comment = "why"
        list_scan_response_keys_filter_path = "kv/{{ .key }}"
        mfa_methods = ["totp"]
        control_group { ttl = "4h" factor "ops" { identity { group_names = ["g"] approvals = 1 } } }
        """
    )
    found = rule.constraints
    assert (dict(found.allowed), dict(found.denied)) == ({"name": ("a*", 1, True), "*": ()}, {"secret": (["x"],)})
    assert (found.required, found.pagination_limit) == (("name",), 10)
    assert (found.min_wrapping_ttl_ns, found.max_wrapping_ttl_ns) == (90 * 10**9, 3600 * 10**9)
    assert found.key_filter is not None
    assert found.key_filter.path_of("kv/x/", "a") == "kv/a"
    assert found.mfa_methods == ("totp",)
    factor = Factor(name="ops", group_names=("g",), approvals=1)
    assert found.control_groups == (ControlGroup((factor,), ttl_s=4 * 3600),)
    assert (rule.expires_at, rule.comment) == (1893456000.0, "why")


def test_a_deny_has_no_constraints() -> None:
    """What a denied request must hold besides doesn't matter."""
    assert _rule('capabilities = ["deny"]\n min_wrapping_ttl = "1h"').constraints is NO_CONSTRAINTS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('""', math.inf),
        ('"1893456000"', 1893456000.0),
        ("0", 0.0),
        ("-1", -1.0),
        ('"2030-01-01T01:00:00.5+01:00"', 1893456000.5),
    ],
)
def test_expiration(value: str, expected: float) -> None:
    """RFC 3339, seconds since the epoch as a number or text, or nothing."""
    assert _rule(f"expiration = {value}").expires_at == expected


def test_paths_stay_apart_and_lose_one_slash() -> None:
    """Two blocks for one path are two rules; a path begins after the slash; templates are noticed."""
    policy = parse_policy('path "/a" { policy = "read" }\npath "a" {}\n"path" b { }\npath "{{x}}/*" {}', "p", "ns/")
    assert [rule.path for rule in policy.rules] == ["a", "a", "b", "{{x}}/*"]
    assert [rule.line for rule in policy.rules] == [1, 2, 3, 4]
    assert [rule.templated for rule in policy.rules] == [False, False, False, True]
    assert (policy.name, policy.namespace, policy.templated) == ("p", "ns/", True)


@pytest.mark.parametrize(
    "text", ["", " ", "{}", "# nothing", 'name = "x"', '{"name": "x", "path": {}}', '{"path": []}']
)
def test_documents_without_rules(text: str) -> None:
    """A policy may say nothing."""
    assert parse_policy(text).rules == ()


@pytest.mark.parametrize(
    "text",
    [
        '{"path": {"a": {"policy": "read"}, "b": {"capabilities": ["sudo"]}}}',
        '{"path": [{"a": {"policy": "read"}}, {"b": {"capabilities": ["sudo"]}}]}',
        '{"path": {"a": {"policy": "read"}}, "path": {"b": {"capabilities": ["sudo"]}}}',
    ],
)
def test_json(text: str) -> None:
    """JSON has the paths as keys, in one object or several; a repeated key loses nothing."""
    assert [(rule.path, _names(rule.capabilities)) for rule in parse_policy(text).rules] == [
        ("a", ["list", "read"]),
        ("b", ["sudo"]),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path", 'At 1:5: expected "{" or "=" after the key path, found the end of the text'),
        ("bogus = 1", 'At 1:1: invalid key "bogus" on line 1'),
        ('Path "a" {}', 'At 1:1: invalid key "Path" on line 1'),
        ("x = 1\ny = 2", 'At 1:1: invalid key "x" on line 1; invalid key "y" on line 2'),
        ('path { policy = "read" }', 'At 1:1: expected one path in quotes after "path", found none'),
        ('path "a" "b" {}', 'At 1:10: expected one path in quotes after "path", found 2'),
        ('path = "b"', 'At 1:1: expected one path in quotes after "path", found none'),
        ('{"path": "x"}', "At 1:10: expected an object for 'path', found a text"),
        ('{"path": {"a": "x"}}', "At 1:16: expected an object for 'path', found a text"),
        ('path "a" {\n  bad = 1\n}', 'At 2:3: path "a": invalid key "bad" on line 2'),
        ('path "a" { Capabilities = [] }', 'At 1:12: path "a": invalid key "Capabilities" on line 1'),
        ('path "a" { capabilities = "read" }', 'At 1:27: path "a": capabilities: expected a list, found a text'),
        ('path "a" { capabilities = [{}] }', 'At 1:28: path "a": capabilities: expected a text, found an object'),
        ('path "a" { policy = [] }', 'At 1:21: path "a": policy: expected a text, found a list'),
        (
            'path "a" { policy = "list" }',
            'At 1:21: path "a": policy: invalid policy "list", expected one of deny, read, write, sudo',
        ),
        (
            'path "a" { capabilities = ["read"]\n capabilities = ["sudo"] }',
            'At 2:2: path "a": "capabilities" is given twice',
        ),
        (
            'path "a" { min_wrapping_ttl = "x" }',
            'At 1:31: path "a": min_wrapping_ttl: time: invalid duration "x"',
        ),
        (
            'path "a" { min_wrapping_ttl = [1] }',
            'At 1:31: path "a": min_wrapping_ttl: could not parse duration from input',
        ),
        (
            'path "a" { max_wrapping_ttl = -1 }',
            'At 1:31: path "a": max_wrapping_ttl: expected a duration of at least 0, found a negative one',
        ),
        (
            'path "a" { min_wrapping_ttl = "2h" max_wrapping_ttl = "1h" }',
            'At 1:10: path "a": max_wrapping_ttl cannot be less than min_wrapping_ttl',
        ),
        (
            'path "a" { allowed_parameters = ["x"] }',
            'At 1:33: path "a": allowed_parameters: expected an object, found a list',
        ),
        (
            'path "a" { denied_parameters = { x = "a" } }',
            'At 1:38: path "a": denied_parameters: expected a list, found a text',
        ),
        (
            'path "a" { allowed_parameters = { x = [] X = ["1"] } }',
            'At 1:42: path "a": allowed_parameters: the parameter "x" is given twice or has a label',
        ),
        (
            'path "a" { pagination_limit = 1.5 }',
            'At 1:31: path "a": pagination_limit: expected a whole number, found something else',
        ),
        (
            'path "a" { expiration = "2030-01-01" }',
            'At 1:25: path "a": expiration: expected a date and time (RFC 3339) or seconds since the epoch, '
            "found something else",
        ),
        (
            'path "a" { list_scan_response_keys_filter_path = "x" }',
            'At 1:10: path "a": '
            "list_scan_response_keys_filter_path needs to be used on a path with the list capability",
        ),
        ('path "a" { control_group = "x" }', 'At 1:28: path "a": control_group: expected an object, found a text'),
        (
            'path "a" { control_group { bogus = 1 } }',
            'At 1:28: path "a": control_group: invalid key "bogus" on line 1',
        ),
        (
            'path "a" { control_group { factor "f" { } } }',
            'At 1:35: path "a": control_group: factor "f": missing required approvals',
        ),
        ('path "a" { policy "x" {} }', 'At 1:19: path "a": expected "=" or "{" after "policy", found a label'),
        ('path "a/+*" {}', "At 1:13: path \"a/+*\": invalid use of wildcards ('+*' is forbidden)"),
        (
            'path "a/{{x" {}',
            'At 1:14: path "a/{{x": failed to validate policy templating: unbalanced templating characters',
        ),
        (
            'path "a/x}}" {}',
            'At 1:14: path "a/x}}": failed to validate policy templating: unbalanced templating characters',
        ),
        (
            'path "a/{{x{{y}}" {}',
            'At 1:19: path "a/{{x{{y}}": failed to validate policy templating: unbalanced templating characters',
        ),
    ],
)
def test_refusals(text: str, message: str) -> None:
    """Each mistake is refused with its place and what was expected."""
    with pytest.raises(InvalidRequest) as caught:
        parse_policy(text)
    assert caught.value.text == f"failed to parse policy: {message}"


def test_an_unknown_capability_is_refused_with_the_known_ones() -> None:
    """A misspelled capability grants nothing silently; the error lists what there is."""
    for name in ("bogus", "Read", "root", ""):
        with pytest.raises(
            InvalidRequest, match=rf'At 2:3: .*invalid capability "{name}", expected one of create, delete'
        ):
            parse_policy(f'path "a" {{ capabilities = ["read",\n  "{name}"] }}')


@pytest.mark.parametrize("path", sorted(_VECTORS.glob("good/*")), ids=lambda path: path.name)
def test_real_looking_policies_parse(path: Path) -> None:
    """Policies as they are found in the wild parse, and each `path` block is a rule."""
    text = path.read_text(encoding="utf-8")
    expected = (
        text.count('"capabilities"')
        if path.suffix == ".json"
        else sum(line.split(maxsplit=1)[:1] == ["path"] for line in text.splitlines())
    )
    assert len(parse_policy(text).rules) == expected > 0


@pytest.mark.parametrize("path", sorted(_VECTORS.glob("bad/*")), ids=lambda path: path.name)
def test_broken_policies_are_refused(path: Path) -> None:
    """Broken policies are refused at the line that their first line names."""
    text = path.read_text(encoding="utf-8")
    line = text.split("\n", 1)[0].rpartition(" ")[2]
    with pytest.raises(InvalidRequest, match=rf"^failed to parse policy: At {line}:[0-9]+: "):
        parse_policy(text)


_FRAGMENTS = st.sampled_from(
    [
        *(
            "path",
            '"a"',
            "{",
            "}",
            "[",
            "]",
            "=",
            ",",
            "\n",
            '"read"',
            "capabilities",
            "policy",
            "1",
            "expiration",
            "null",
        ),
        *(
            "control_group",
            "factor",
            "comment",
            "allowed_parameters",
            "min_wrapping_ttl",
            '"{{x}}"',
            '"+*"',
            ":",
            "name",
        ),
    ]
)


@given(st.lists(_FRAGMENTS, max_size=25).map(" ".join))
@settings(max_examples=400)
def test_any_text_parses_or_is_refused(text: str) -> None:
    """No text raises anything but `InvalidRequest`."""
    try:
        parse_policy(text)
    except InvalidRequest:
        return
