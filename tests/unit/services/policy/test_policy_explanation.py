"""Which rules an explanation names, and why."""

from __future__ import annotations

import json

import policy_documented as documented
import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import PATHS, RULES, document

from strongroom.sdk.spelling import Form
from strongroom.services.policy.acl import Acl, permits
from strongroom.services.policy.explanation import Considered, Standing, Weighed, Written, considered
from strongroom.services.policy.parse import parse_policy, render_policy
from strongroom.services.policy.paths import Subject
from strongroom.services.policy.shortfalls import Sent, demands, shortfalls

NOW = 1000.0
OPERATIONS = ("create", "read", "update", "patch", "delete")


def _explained(*texts: str, path: str, operation: str = "read", subject: Subject | None = None) -> list[Considered]:
    policies = [parse_policy(text, f"p{number}") for number, text in enumerate(texts)]
    decision = Acl([render_policy(policy, subject) for policy in policies], NOW).decide(path, operation)
    return considered([Written(policy, subject) for policy in policies], Weighed(path, operation, decision, NOW))


@given(RULES, RULES, PATHS, st.sampled_from(OPERATIONS))
def test_the_winner_is_the_documented_one(
    one: documented.Rules, two: documented.Rules, path: str, operation: str
) -> None:
    """Every rule that covers the path is named; what decides, and the verdict, are what the documentation says."""
    rules = [*one, *two]
    policies = [parse_policy(document(each), f"p{number}") for number, each in enumerate((one, two))]
    decision = Acl(policies, NOW).decide(path, operation)
    found = considered([Written(policy) for policy in policies], Weighed(path, operation, decision, NOW))
    assert decision.allowed is documented.grants(rules, path, operation)
    deciding = documented.winner(rules, path)
    if decision.denied and deciding != (decision.pattern and decision.pattern.text):
        return  # denied in other letters, which the documentation doesn't know
    assert sorted(each.rule.path for each in found) == sorted(
        pattern for pattern, _ in rules if documented.fits(pattern, path)
    )
    for each in found:
        assert (each.rule.path == deciding) is (each.standing in {Standing.DECIDES, Standing.VOIDED})
        assert bool(each.why) is (each.standing is not Standing.DECIDES)


@pytest.mark.parametrize(
    ("winner", "loser", "path", "why"),
    [
        ("a/b", "a/*", "a/b", '"a/b" is exact, without + and *'),
        ("a/b/*", "a/*", "a/b/c", '"a/b/*" has its first + or * later'),
        ("a/+/c", "a/*", "a/b/c", '"a/+/c" doesn\'t end in *'),
        ("a/+/*", "a/+/+/*", "a/b/c/d", '"a/+/*" has fewer +'),
        ("a/+/c*", "a/+/*", "a/b/c", '"a/+/c*" is longer'),
        ("secret/data/*", "secret/+/private/*", "secret/data/private/x", '"secret/data/*" has its first + or * later'),
    ],
)
def test_each_reason_of_priority(winner: str, loser: str, path: str, why: str) -> None:
    """Each sentence of the order is told where it decides."""
    rules = [(loser, {"deny"}), (winner, {"read"})]
    found = _explained(document(rules), path=path)
    assert [(each.rule.path, str(each.standing), each.why) for each in found] == [
        (winner, "decides", ""),
        (loser, "overruled", why),
    ]


@pytest.mark.parametrize(
    ("text", "standing", "why"),
    [
        ('path "a/*" { capabilities = ["read"] expiration = 10 }', Standing.EXPIRED, "its expiration has passed"),
        (
            'path "a/{{identity.entity.name}}" { capabilities = ["read"] }',
            Standing.UNFILLED,
            "a template names nothing here",
        ),
        (
            'path "A/*" { capabilities = ["deny"] }',
            Standing.DENIES,
            "a rule that denies counts in any letters, and without a listing's slash",
        ),
    ],
)
def test_rules_that_no_table_shows(text: str, standing: Standing, why: str) -> None:
    """Rules that have expired, that name nothing, or that deny in other letters are told as such."""
    (found,) = _explained(text, path="a/b")
    assert (found.standing, found.why) == (standing, why)


def test_a_deny_voids_its_neighbours() -> None:
    """Of rules for the same path, the one that denies decides, and the others are told to count for nothing."""
    found = _explained(document([("a/*", {"read"})]), document([("a/*", {"deny"})]), path="a/b")
    assert [(each.policy, each.standing) for each in found] == [("p1", Standing.DECIDES), ("p0", Standing.VOIDED)]


def test_a_refused_template_is_named() -> None:
    """A value that would change what a rule covers is told with the rule."""
    policy = parse_policy('path "a/{{identity.entity.name}}/*" { capabilities = ["read"] }', "p")
    decision = Acl([], NOW).decide("a/b", "read")
    (found,) = considered([Written(policy, Subject("1", "x*"))], Weighed("a/b", "read", decision, NOW))
    assert found.standing is Standing.REFUSED
    assert 'forbidden value: "*"' in found.why


def test_a_listing_looks_without_its_slash_too() -> None:
    """A rule for the folder's name counts for its listing, unless there is one with the slash; a glob doesn't."""
    rules = document([("a/b", {"list"}), ("a/b/", {"read"}), ("a/+", {"list"}), ("a/bc*", {"list"})])
    found = _explained(rules, path="a/b/", operation="list")
    assert [(each.rule.path, each.standing) for each in found] == [
        ("a/b/", Standing.DECIDES),
        ("a/b", Standing.OVERRULED),
        ("a/+", Standing.OVERRULED),
    ]


def test_rules_of_a_namespace_are_relative_to_it() -> None:
    """The rule is compared with its namespace before it, and in the form of the route."""
    policy = parse_policy('path "users/Ann" { capabilities = ["read"] }', "p", "team/")
    form = Form(folded=(2,))
    decision = Acl([policy], NOW, form=form).decide("team/users/ann", "read")
    (found,) = considered([Written(policy)], Weighed("team/users/ann", "read", decision, NOW, form))
    assert (found.namespace, found.standing, found.capabilities) == ("team/", Standing.DECIDES, ["read"])


_VALUES = st.dictionaries(st.sampled_from(["a", "b", "limit"]), st.sampled_from(["x", "y", 1, 50]), max_size=3)
_LISTS = st.dictionaries(st.sampled_from(["a", "b", "*"]), st.lists(st.sampled_from(["x", "y*"]), max_size=2))


@given(
    allowed=_LISTS,
    denied=_LISTS,
    required=st.lists(st.sampled_from(["a", "b"]), max_size=2),
    data=_VALUES,
    wrap=st.sampled_from([None, 5, 50]),
    bounds=st.sampled_from([(0, 0), (10, 0), (0, 10), (2, 20)]),
    operation=st.sampled_from(["read", "update", "list", "delete"]),
    limit=st.sampled_from([0, 10]),
)
def test_something_lacks_exactly_of_what_is_refused(
    allowed: dict[str, list[str]],
    denied: dict[str, list[str]],
    required: list[str],
    data: dict[str, object],
    wrap: int | None,
    bounds: tuple[int, int],
    operation: str,
    limit: int,
) -> None:
    """There is a shortfall exactly if `permits` says no, and no text of it has a value of the request."""
    second = 1_000_000_000
    text = {
        "capabilities": ["read", "update", "list"],
        "allowed_parameters": allowed,
        "denied_parameters": denied,
        "required_parameters": required,
        "min_wrapping_ttl": bounds[0],
        "max_wrapping_ttl": bounds[1],
        "pagination_limit": limit,
    }
    policy = parse_policy(json.dumps({"path": {"s": text}}))
    decision = Acl([policy], NOW).decide("s", operation)
    wrap_ns = None if wrap is None else wrap * second
    found = shortfalls(decision, operation, Sent(data, wrap_ns))
    assert bool(found) is not permits(decision, operation, data, wrap_ns, {}, stated={})
    assert not any("50" in each for each in found)


def test_sudo_is_a_shortfall() -> None:
    """A path that needs sudo is told to, and a capability that lacks is told first."""
    decision = Acl([parse_policy('path "s" { capabilities = ["read"] }')], NOW).decide("s", "read")
    assert "needs sudo" in shortfalls(decision, "read", Sent(), needs_sudo=True)[0]
    decision = Acl([], NOW).decide("s", "read")
    assert shortfalls(decision, "read", Sent(), needs_sudo=True) == ["no rule covers the path"]


def test_what_rules_ask_is_told() -> None:
    """What the deciding rules ask is told in the words of policies, as far as it concerns the operation."""
    text = 'path "s" { capabilities = ["read", "list"] required_parameters = ["a"] max_wrapping_ttl = 60 }'
    acl = Acl([parse_policy(text)], NOW)
    rules = acl.decide("s", "read").constraints
    assert demands(rules, "read") == {"max_wrapping_ttl": 60, "required_parameters": ["a"]}
    assert demands(rules, "list") == {"max_wrapping_ttl": 60}
    assert demands(None, "read") == {}


def test_not_all_of_thousands_of_shortfalls_are_told() -> None:
    """A request with thousands of forbidden parameters gets no answer of their size."""
    acl = Acl([parse_policy('path "s" { capabilities = ["update"] allowed_parameters = { a = [] } }')], NOW)
    data = {str(number): "" for number in range(5000)}
    assert len(shortfalls(acl.decide("s", "update"), "update", Sent(data))) == 64
