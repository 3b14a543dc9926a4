"""Merged access rules: what decides, what adds up, and what a request's parameters may be."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from strongroom.services.policy.acl import Acl, permits
from strongroom.services.policy.parameters import check_parameters
from strongroom.services.policy.parse import CAPABILITIES, Policy, parse_policy
from strongroom.services.policy.paths import covers, parse_pattern

sys.path.insert(0, str(Path(__file__).parent))
from policy_naive import Rules, granted
from policy_strategies import PATHS, RULES, document, patterns


def _acl(*documents: str, now: float = 0.0) -> Acl:
    return Acl([parse_policy(text, f"p{index}") for index, text in enumerate(documents)], now)


def _rule(path: str, *capabilities: str, more: str = "") -> str:
    quoted = ", ".join(f'"{name}"' for name in capabilities)
    return f'path "{path}" {{\n capabilities = [{quoted}]\n {more}\n}}\n'


@given(RULES, PATHS)
@settings(max_examples=600)
def test_agrees_with_the_documented_rules(rules: Rules, path: str) -> None:
    """Any rules and any path give the capabilities that the documentation's order of patterns gives."""
    assert _acl(document(rules)).capabilities(path) == sorted(granted(rules, path))


@given(patterns(), PATHS)
@settings(max_examples=400)
def test_a_pattern_covers_what_its_rule_decides(pattern: str, path: str) -> None:
    """`covers` says of one pattern what an ACL with that rule alone does."""
    allowed = _acl(_rule(pattern, "read")).decide(path, "read").allowed
    assert covers(parse_pattern(pattern), path) is allowed


@given(RULES, PATHS)
@settings(max_examples=100)
def test_the_order_of_policies_does_not_matter(rules: Rules, path: str) -> None:
    """One rule per policy, in either order, gives the same as all in one policy."""
    single = [document([rule]) for rule in rules]
    together = _acl(document(rules)).capabilities(path)
    assert _acl(*single).capabilities(path) == together
    assert _acl(*reversed(single)).capabilities(path) == together


@pytest.mark.parametrize(
    ("path", "capability"),
    [
        ("a/b", "create"),
        ("a/b/c", "delete"),
        ("a/x", "scan"),
        ("a/x/c", "update"),
        ("a/x/d", "patch"),
        ("a/x/d/e", "read"),
        ("z/b/c", "list"),
        ("a/bc/c", "create"),
    ],
)
def test_priorities(path: str, capability: str) -> None:
    """Of many patterns that cover a path, the one that Vault's rules put first decides."""
    acl = _acl(
        _rule("a/*", "read") + _rule("a/+/c", "update") + _rule("a/b/*", "delete") + _rule("a/b*", "create"),
        _rule("+/b/c", "list") + _rule("a/+/+", "patch") + _rule("a/+/*", "sudo") + _rule("a/+", "scan"),
    )
    assert acl.capabilities(path) == [capability]


def test_a_deny_beats_every_grant_of_the_same_pattern_only() -> None:
    """A deny wins in any order, but not against a pattern that comes first."""
    grant, deny = _rule("a/*", "read"), _rule("a/*", "deny")
    for documents in ([grant, deny], [deny, grant], [grant + deny], [deny, grant, grant]):
        assert _acl(*documents).capabilities("a/b") == ["deny"]
        assert not _acl(*documents).decide("a/b", "read").allowed
    assert _acl(deny, _rule("a/b", "read")).decide("a/b", "read").allowed


def test_nothing_is_allowed_without_a_rule() -> None:
    """No policy, no rule for the path, or a rule without capabilities: denied."""
    for acl in (Acl([], 0.0), _acl(_rule("b", "read")), _acl(_rule("a"))):
        assert acl.capabilities("a") == ["deny"]
        assert not any(acl.decide("a", operation).allowed for operation in ("read", "list", "update", "unheard-of"))


def test_a_list_reaches_the_rule_without_its_slash() -> None:
    """`LIST foo/` is granted by a rule for `foo`, and by `+` for the last segment; a read of `foo/` is not."""
    acl = _acl(_rule("kv/dir", "list", "read") + _rule("kx/+", "list", "read"))
    for path in ("kv/dir/", "kx/dir/"):
        assert acl.decide(path, "list").allowed
        assert acl.decide(path.rstrip("/"), "list").allowed
        assert not acl.decide(path, "read").allowed


def test_help_and_root() -> None:
    """Help is for everyone; root may do anything."""
    assert Acl([], 0.0).decide("a", "help").allowed
    root = Acl([], 0.0, root=True)
    decision = root.decide("sys/raw/x", "delete")
    assert (decision.allowed, decision.sudo, decision.root, root.capabilities("a")) == (True, True, True, ["root"])


def test_what_a_decision_tells() -> None:
    """The granting policies are those that grant this operation; sudo and all bits are told either way."""
    acl = _acl(_rule("a", "read"), _rule("a", "read", "sudo"), _rule("a", "update"))
    read, delete = acl.decide("a", "read"), acl.decide("a", "delete")
    assert (read.allowed, read.policies, read.sudo) == (True, ("p0", "p1"), True)
    assert (delete.allowed, delete.policies, delete.sudo) == (False, (), True)
    assert read.capabilities == delete.capabilities == sum(CAPABILITIES[name] for name in ("read", "sudo", "update"))
    assert acl.decide("a", "renew").policies == ("p2",)


def test_expired_rules_count_for_nothing() -> None:
    """A rule ends at its time, a deny too; the object says until when it may be used."""
    text = _rule("a", "read", more='expiration = "1970-01-01T00:01:40Z"') + _rule("a*", "list")
    before, after = _acl(text, now=99.0), _acl(text, now=100.0)
    assert (before.capabilities("a"), before.valid_until) == (["read"], 100.0)
    assert (after.capabilities("a"), after.valid_until) == (["list"], math.inf)


def test_rules_of_a_namespace_stay_in_it() -> None:
    """The same rule covers other paths in another namespace, a glob too."""
    policies = [parse_policy(_rule("*", "read"), "p", "team/"), parse_policy(_rule("+/x", "list"), "q", "team/")]
    acl = Acl(policies, 0.0)
    assert acl.capabilities("team/a") == ["read"]
    assert acl.capabilities("team/a/x") == ["list"]
    assert acl.capabilities("other/x") == ["deny"]


def test_templates_must_be_rendered_first() -> None:
    """A policy with templates left in it is refused, for its paths would be taken as they stand."""
    with pytest.raises(ValueError, match="templates"):
        _acl(_rule("a/{{identity.entity.id}}", "read"))


_WRITE = ("create", "update", "read")


def _written(data: dict[str, object], *constraints: str) -> bool:
    """Whether an update of `kv/q` with this data is permitted, one policy per constraint."""
    acl = _acl(*(_rule("kv/*", *_WRITE, more=constraint) for constraint in constraints))
    return permits(acl.decide("kv/q", "update"), "update", data, None)


@pytest.mark.parametrize(
    ("constraint", "data", "expected"),
    [
        ('allowed_parameters = { "a" = ["x", "y*"] }', {"a": "x"}, True),
        ('allowed_parameters = { "a" = ["x", "y*"] }', {"a": "yz"}, True),
        ('allowed_parameters = { "a" = ["x", "y*"] }', {"a": "z"}, False),
        ('allowed_parameters = { "a" = ["x"] }', {"A": "x"}, True),
        ('allowed_parameters = { "A" = ["x"] }', {"a": "z"}, False),
        ('allowed_parameters = { "a" = ["x"] }', {"a": ["x"]}, True),
        ('allowed_parameters = { "a" = ["x", "y"] }', {"a": ["y", "x"]}, True),
        ('allowed_parameters = { "a" = ["x"] }', {"a": ["x", "z"]}, False),
        ('allowed_parameters = { "a" = ["x"] }', {"a": []}, False),
        ('allowed_parameters = { "a" = [["x"], {k = "v"}] }', {"a": ["x"]}, True),
        ('allowed_parameters = { "a" = [["x"], {k = "v"}] }', {"a": {"k": "v"}}, True),
        ('allowed_parameters = { "a" = ["x"] }', {"a": "x", "d": 1}, False),
        ('allowed_parameters = { "a" = ["x"] }', {}, True),
        ('allowed_parameters = { "b" = [] }', {"b": {"any": "thing"}}, True),
        ('allowed_parameters = { "*" = [] }', {"q": 1}, True),
        ('allowed_parameters = { "*" = ["x"] }', {"q": 1}, True),
        ('allowed_parameters = { "*" = [] "a" = ["x"] }', {"a": "z"}, False),
        ('allowed_parameters = { "*" = [] "a" = ["x"] }', {"q": "z"}, True),
        ('allowed_parameters = { "g" = ["*z", "*m*"] }', {"g": "xz"}, True),
        ('allowed_parameters = { "g" = ["*z", "*m*"] }', {"g": "amb"}, True),
        ('allowed_parameters = { "g" = ["*z", "*m*"] }', {"g": "ab"}, False),
        ('allowed_parameters = { "g" = ["a*b"] }', {"g": "axb"}, False),
        ('allowed_parameters = { "w" = ["*"] }', {"w": "anything"}, True),
        ('allowed_parameters = { "w" = ["*"] }', {"w": 5}, False),
        ('allowed_parameters = { "c" = [1, true] }', {"c": True}, True),
        ('allowed_parameters = { "c" = [1] }', {"c": True}, False),
        ('allowed_parameters = { "c" = [true] }', {"c": 1}, False),
        ('allowed_parameters = { "c" = [1] }', {"c": 1}, True),
        ('allowed_parameters = { "c" = [1] }', {"c": "1"}, False),
        ('denied_parameters = { "a" = ["x", "y*"] }', {"a": "yz"}, False),
        ('denied_parameters = { "a" = ["x", "y*"] }', {"a": "z"}, True),
        ('denied_parameters = { "a" = ["x"] }', {"A": "x"}, False),
        ('denied_parameters = { "B" = [] }', {"b": "z"}, False),
        ('denied_parameters = { "a" = ["x"] }', {"d": "x"}, True),
        ('denied_parameters = { "a" = ["x"] }', {"a": ["y", "x"]}, False),
        ('denied_parameters = { "a" = [1] }', {"a": 1}, False),
        ('denied_parameters = { "a" = ["*"] }', {"a": 1}, False),
        ('denied_parameters = { "*" = [] }', {"a": 1}, False),
        ('denied_parameters = { "*" = [] }', {}, True),
        ('required_parameters = ["A", "b"]', {"a": "x"}, False),
        ('required_parameters = ["A", "b"]', {"a": None, "b": ""}, True),
        ('required_parameters = ["a"]', {}, False),
        ('denied_parameters = { "a" = ["x"] }\nallowed_parameters = { "a" = ["x", "y"] }', {"a": "x"}, False),
        ('denied_parameters = { "a" = ["x"] }\nallowed_parameters = { "a" = ["x", "y"] }', {"a": "y"}, True),
    ],
)
def test_parameters(constraint: str, data: dict[str, object], expected: bool) -> None:
    """Allowed, denied and required parameters do what the documentation says of them."""
    assert _written(data, constraint) is expected


def test_parameters_of_several_policies_add_up() -> None:
    """Values add up, none stands for any, required ones are all required; a rule without any lifts nothing."""
    one, two = 'allowed_parameters = { "a" = ["1"] }', 'allowed_parameters = { "a" = ["2"] "b" = ["3"] }'
    assert [_written({"a": value}, one, two) for value in ("1", "2", "3")] == [True, True, False]
    assert _written({"b": "3"}, one, two)
    assert not _written({"z": "1"}, one, "")
    assert _written({"a": "9"}, one, 'allowed_parameters = { "a" = [] }')
    one, two = 'denied_parameters = { "a" = ["1"] }', 'denied_parameters = { "a" = ["2"] }'
    assert [_written({"a": value}, one, two) for value in ("1", "2", "3")] == [False, False, True]
    assert not _written({"a": "9"}, one, 'denied_parameters = { "a" = [] }')
    one, two = 'required_parameters = ["a"]', 'required_parameters = ["b"]'
    assert [_written(data, one, two) for data in ({"a": 1}, {"b": 1}, {"a": 1, "b": 1})] == [False, False, True]


def test_parameters_bind_reads_but_not_lists_and_deletes() -> None:
    """A read's query counts; a list and a delete are not checked."""
    acl = _acl(_rule("kv/*", "read", "list", "delete", more='required_parameters = ["x"]'))
    permitted = [permits(acl.decide("kv/a", verb), verb, {}, None) for verb in ("read", "list", "delete")]
    assert permitted == [False, True, True]
    assert permits(acl.decide("kv/a", "read"), "read", {"x": "1"}, None)
    assert not permits(acl.decide("kv/a", "update"), "update", {"x": "1"}, None)


_SECOND_NS = 10**9


@pytest.mark.parametrize(
    ("bounds", "permitted"),
    [
        (['min_wrapping_ttl = "10s"'], {None: False, 9: False, 10: True, 99: True}),
        (['max_wrapping_ttl = "10s"'], {None: False, 1: True, 10: True, 11: False}),
        (["min_wrapping_ttl = 5\nmax_wrapping_ttl = 10"], {None: False, 4: False, 5: True, 11: False}),
        (["min_wrapping_ttl = 0"], {None: True, 5: True}),
        (["min_wrapping_ttl = 10\nmax_wrapping_ttl = 50", "min_wrapping_ttl = 5"], {4: False, 7: True, 51: False}),
        (["max_wrapping_ttl = 50", "max_wrapping_ttl = 100"], {50: True, 51: False}),
        (["min_wrapping_ttl = 10", ""], {None: False, 4: False, 17: True}),
        (["min_wrapping_ttl = 10", "max_wrapping_ttl = 5"], {None: False, 4: False, 7: False, 17: False}),
    ],
)
def test_wrapping_bounds(bounds: list[str], permitted: dict[int | None, bool]) -> None:
    """A bound makes wrapping compulsory; of several bounds of a kind the lesser counts."""
    acl = _acl(*(_rule("a", "read", more=bound) for bound in bounds))
    for ttl_s, expected in permitted.items():
        ttl_ns = None if ttl_s is None else ttl_s * _SECOND_NS
        assert permits(acl.decide("a", "read"), "read", {}, ttl_ns) is expected, ttl_s


def test_pagination_limit() -> None:
    """A page may not be larger than the least limit; without a size nothing is refused."""
    acl = _acl(_rule("a/*", "list", more="pagination_limit = 2"), _rule("a/*", "list", more='pagination_limit = "5"'))
    decision = acl.decide("a/", "list")
    sizes: list[object] = [None, 0, 1, "2", 3, "-1", "x"]
    permitted = [permits(decision, "list", {} if size is None else {"limit": size}, None) for size in sizes]
    assert permitted == [True, True, True, True, False, False, False]


def test_control_groups_reach_the_decision() -> None:
    """What the server must honour besides is told, so that it can't be overlooked."""
    text = _rule(
        "a",
        "read",
        more='control_group { factor "x" { controlled_capabilities = ["read"] '
        'identity { group_names = ["g"] approvals = 1 } } }\n'
        'mfa_methods = ["totp"]',
    )
    constraints = _acl(text).decide("a", "read").constraints
    assert constraints is not None
    assert (len(constraints.control_groups), constraints.mfa_methods) == (1, ("totp",))


def test_no_constraints_cost_nothing() -> None:
    """A decision without constraints says so by None, and permits any data."""
    decision = _acl(_rule("a", "update")).decide("a", "update")
    assert decision.constraints is None
    assert permits(decision, "update", {"x": 1}, None)
    assert not permits(Acl([], 0.0).decide("a", "update"), "update", {}, None)


def test_parameters_are_checked_without_a_decision_too() -> None:
    """`check_parameters` stands alone, for whoever holds a rule's constraints."""
    policy: Policy = parse_policy(_rule("a", "update", more='allowed_parameters = { "x" = [] }'))
    assert check_parameters(policy.rules[0].constraints, {"x": 1}, {})
    assert not check_parameters(policy.rules[0].constraints, {"y": 1}, {})
