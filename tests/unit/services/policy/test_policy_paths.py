"""Templates in the paths of rules: what they name, and which values are refused."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import PermissionDenied
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import parse_policy, render_policy
from strongroom.services.policy.paths import Alias, PathGroup, Subject, TemplateRefused, render_template

_SUBJECT = Subject(
    id="e-1",
    name="bob",
    metadata={"team": "red", "a.b": "dotted", "empty": ""},
    aliases={"auth_userpass_1": Alias("al-1", "bob@x", {"m": "mv"}, {"c.d": "cv"})},
    groups=(PathGroup("g-1", "ops", {"k": "gv"}), PathGroup("g-2", "with.dot", {"k": "dv"})),
)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("identity.entity.id", "e-1"),
        (" identity.entity.name ", "bob"),
        ("identity.entity.metadata.team", "red"),
        ("identity.entity.metadata.a.b", "dotted"),
        ("identity.entity.aliases.auth_userpass_1.id", "al-1"),
        ("identity.entity.aliases.auth_userpass_1.name", "bob@x"),
        ("identity.entity.aliases.auth_userpass_1.metadata.m", "mv"),
        ("identity.entity.aliases.auth_userpass_1.custom_metadata.c.d", "cv"),
        ("identity.groups.ids.g-1.name", "ops"),
        ("identity.groups.ids.g-1.metadata.k", "gv"),
        ("identity.groups.names.ops.id", "g-1"),
        ("identity.groups.names.with.dot.metadata.k", "dv"),
    ],
)
def test_every_parameter(parameter: str, value: str) -> None:
    """Each documented parameter gives its value."""
    assert render_template(f"s/{{{{{parameter}}}}}/x", _SUBJECT) == f"s/{value}/x"


@pytest.mark.parametrize(
    "parameter",
    [
        *("", "bogus", "identity", "identity.entity", "identity.entity.bogus", "identity.entity.metadata", "time.now"),
        *("identity.entity.metadata.none", "identity.entity.metadata.empty", "identity.entity.aliases.nope.name"),
        *("identity.entity.aliases.auth_userpass_1", "identity.entity.aliases.auth_userpass_1.bogus"),
        *("identity.groups.names.nope.id", "identity.groups.names.ops", "identity.groups.names.ops.custom_metadata.k"),
        *("identity.groups.bogus.g-1.name", "identity.entity.id.x"),
    ],
)
def test_what_names_nothing_covers_nothing(parameter: str) -> None:
    """A rule whose template has no value, or an empty one, is left out; the policy's others stay."""
    assert render_template(f"s/{{{{{parameter}}}}}*", _SUBJECT) is None
    policy = parse_policy(f'path "s/{{{{{parameter}}}}}*" {{ policy = "read" }}\npath "ok" {{ policy = "read" }}')
    assert [rule.path for rule in render_policy(policy, _SUBJECT).rules] == ["ok"]


def test_a_token_without_an_entity_has_no_templates() -> None:
    """Without a subject every template names nothing."""
    assert render_template("s/{{identity.entity.id}}", None) is None


@pytest.mark.parametrize("value", ["*", "+", "a/b", "a,b", "a+", "x*y"])
def test_values_that_would_widen_a_rule_are_refused(value: str) -> None:
    """A wildcard, a slash or a comma in a value ends the request, and the value itself isn't told."""
    subject = Subject("e", "n", {"k": value})
    with pytest.raises(TemplateRefused) as caught:
        render_template("s/{{identity.entity.metadata.k}}/x", subject)
    assert isinstance(caught.value, PermissionDenied)
    assert "forbidden value" in caught.value.text


def test_a_policy_may_opt_in() -> None:
    """The two opt-ins let wildcards and slashes pass, each only its own."""
    slash, star = Subject("e", "n", {"k": "a/b"}), Subject("e", "n", {"k": "a*"})
    text = "s/{{identity.entity.metadata.k}}"
    assert render_template(text, slash, allow_slashes=True) == "s/a/b"
    assert render_template(text, star, allow_wildcards=True) == "s/a*"
    with pytest.raises(TemplateRefused):
        render_template(text, slash, allow_wildcards=True)
    with pytest.raises(TemplateRefused):
        render_template(text, star, allow_slashes=True)


def test_a_rendered_rule_keeps_its_glob() -> None:
    """The `*` behind a template is the rule's own, and several templates may stand in one path."""
    text = 'path "s/{{identity.entity.metadata.team}}{{identity.entity.name}}*" { policy = "read" }'
    acl = Acl([render_policy(parse_policy(text), _SUBJECT)], 0.0)
    assert acl.capabilities("s/redbob/x") == ["list", "read"]
    assert acl.capabilities("s/red/x") == ["deny"]
