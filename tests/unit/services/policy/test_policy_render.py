"""A policy with templates, filled in for one subject."""

from __future__ import annotations

from strongroom.services.policy.parse import parse_policy, render_policy
from strongroom.services.policy.paths import Subject, parse_pattern

TEXT = """
path "home/{{identity.entity.id}}/*" { capabilities = ["read"] }
path "team/{{identity.entity.metadata.team}}" { capabilities = ["list"] }
path "plain/*" { capabilities = ["update"] }
"""


def test_rules_are_filled_in_whole() -> None:
    """Path and pattern alike; a rule without templates is the same, and the next filling finds nothing to do."""
    policy = parse_policy(TEXT, "p")
    assert policy.templated
    subject = Subject(id="e-1", name="ann", metadata={"team": "red"}, aliases={})
    filled = render_policy(policy, subject)
    paths = ["home/e-1/*", "team/red", "plain/*"]
    assert [rule.path for rule in filled.rules] == paths
    assert [rule.pattern for rule in filled.rules] == [parse_pattern(path) for path in paths]
    assert [rule.templated for rule in filled.rules] == [False] * 3
    assert filled.rules[2] == policy.rules[2]
    assert [rule.path for rule in policy.rules][:1] == ["home/{{identity.entity.id}}/*"]


def test_what_names_nothing_is_left_out() -> None:
    """Without a subject, and for a subject that lacks what is asked for, a template grants nothing."""
    policy = parse_policy(TEXT, "p")
    assert [rule.path for rule in render_policy(policy, None).rules] == ["plain/*"]
    teamless = Subject(id="e-1", name="ann", metadata={}, aliases={})
    assert [rule.path for rule in render_policy(policy, teamless).rules] == ["home/e-1/*", "plain/*"]
