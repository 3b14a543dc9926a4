"""Claims about what people write: selectors, rules, names and labels are what Kubernetes takes, or are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.kubernetes import names, rules, selectors, syntax
from strongroom.engines.kubernetes.records import CLUSTER_ROLE, ROLE
from strongroom.lib.errors import InvalidRequest

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["matchLabels", "matchExpressions", "key", "operator", "values", "rules", "verbs"])
            | st.text(max_size=9),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
POD = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}


@pytest.mark.parametrize(
    ("expression", "labels", "matches"),
    [
        ({"key": "a", "operator": "In", "values": ["b", "c"]}, {"a": "c"}, True),
        ({"key": "a", "operator": "In", "values": ["b"]}, {"a": "x"}, False),
        ({"key": "a", "operator": "In", "values": ["b"]}, {}, False),
        ({"key": "a", "operator": "NotIn", "values": ["b"]}, {"a": "b"}, False),
        ({"key": "a", "operator": "NotIn", "values": ["b"]}, {"a": "x"}, True),
        ({"key": "a", "operator": "NotIn", "values": ["b"]}, {}, True),
        ({"key": "a", "operator": "Exists"}, {"a": ""}, True),
        ({"key": "a", "operator": "Exists", "values": []}, {}, False),
        ({"key": "a", "operator": "DoesNotExist"}, {"a": ""}, False),
        ({"key": "a", "operator": "DoesNotExist"}, {"b": ""}, True),
    ],
)
def test_expressions(expression: dict[str, Any], labels: dict[str, str], matches: bool) -> None:
    """As Kubernetes evaluates them, alone and beside a label that has to match too."""
    demands = selectors.requirements(json.dumps({"matchExpressions": [expression]}))
    assert selectors.matches(demands, labels) is matches
    demands = selectors.requirements(json.dumps({"matchLabels": {"z": "1"}, "matchExpressions": [expression]}))
    assert selectors.matches(demands, {**labels, "z": "1"}) is matches
    assert not selectors.matches(demands, labels)


def test_no_selector_matches_nothing() -> None:
    """In Kubernetes it would match everything."""
    assert selectors.requirements("") == selectors.requirements(" \n") == ()
    assert not selectors.matches((), {"a": "b"})


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "null",
        "nope",
        "[]",
        "a: &a b\nc: *a",
        "{",
        "a:\n\t- b",
        "matchLabels: {}",
        '{"matchLables": {"a": "b"}}',
        '{"matchLabels": {"a": 1}}',
        '{"matchLabels": {"a b": "c"}}',
        '{"matchLabels": ["a"]}',
        '{"matchExpressions": [{"key": "a", "operator": "Ni", "values": ["b"]}]}',
        '{"matchExpressions": [{"key": "a", "operator": "In"}]}',
        '{"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}',
        '{"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]}',
        '{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}',
        '{"matchExpressions": [{"key": "", "operator": "Exists"}]}',
        '{"matchExpressions": [{"key": "a", "operator": "Exists", "value": "b"}]}',
        '{"matchExpressions": ["a"]}',
        '{"matchExpressions": {}, "x": 1}',
        json.dumps({"matchExpressions": [{"key": "a", "operator": "Exists"}] * 65}),
        " " * selectors.MOST_BYTES + "a",
    ],
)
def test_selectors_that_are_refused(text: str) -> None:
    """What would match everything, what can't be evaluated, and what is too long."""
    with pytest.raises(InvalidRequest, match=selectors.FIELD):
        selectors.requirements(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (json.dumps({"rules": [POD]}), ROLE),
        ("rules:\n- apiGroups: [apps]\n  resources: [deployments]\n  verbs: [get]\n  resourceNames: [a]\n", ROLE),
        (json.dumps({"apiVersion": "v1", "kind": "Role", "metadata": {"name": "x"}, "rules": [POD]}), ROLE),
        ('{"rules": [{"nonResourceURLs": ["/healthz"], "verbs": ["get"]}]}', CLUSTER_ROLE),
        ('{"rules": []}', ROLE),
    ],
)
def test_rules(text: str, kind: str) -> None:
    """In JSON and YAML, also those of a whole manifest."""
    assert all(each["verbs"] for each in rules.rules_of(text, kind))


@pytest.mark.parametrize(
    "rule",
    [
        {},
        "x",
        {**POD, "verbs": []},
        {**POD, "verbs": "list"},
        {**POD, "verbs": [1]},
        {**POD, "verb": ["list"]},
        {"verbs": ["list"], "resources": ["pods"]},
        {"verbs": ["list"], "apiGroups": [""]},
        {"verbs": ["get"], "nonResourceURLs": ["/x"]},
    ],
)
def test_rules_that_are_refused(rule: Any) -> None:
    """A slip would make a role that allows less than was meant, or that the API refuses when a token is wanted."""
    with pytest.raises(InvalidRequest, match=rules.FIELD):
        rules.rules_of(json.dumps({"rules": [rule]}), ROLE)


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"rulez": []}', '{"rules": {}}', json.dumps({"rules": [POD] * 257})]
)
def test_texts_that_are_no_rules(text: str) -> None:
    """Nor is a role without rules made by a slip."""
    with pytest.raises(InvalidRequest, match=rules.FIELD):
        rules.rules_of(text, ROLE)
    with pytest.raises(InvalidRequest, match="both resources and nonResourceURLs"):
        rules.rules_of(json.dumps({"rules": [{**POD, "nonResourceURLs": ["/x"]}]}), CLUSTER_ROLE)


@given(ANY_JSON.map(json.dumps) | st.text(max_size=60))
def test_no_text_breaks_them(text: str) -> None:
    """It is understood, or refused."""
    for understand in (selectors.requirements, lambda text: rules.rules_of(text, CLUSTER_ROLE)):
        try:
            understand(text)
        except InvalidRequest as error:
            assert error.text


@pytest.mark.parametrize("name", ["a", "a-b.c", "0", "a" * 253])
def test_names_of_objects(name: str) -> None:
    """RFC 1123's subdomains."""
    assert syntax.is_object_name(name)


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a..b", "a/b", "a\n", "é", "a" * 254])
def test_names_that_are_none(name: str) -> None:
    """Of objects or of namespaces."""
    assert not syntax.is_object_name(name)
    assert not syntax.is_namespace(name)


def test_other_names() -> None:
    """Namespaces have no dots and 63 characters at most; roles may be called almost anything."""
    assert (syntax.is_namespace("a" * 63), syntax.is_namespace("a" * 64), syntax.is_namespace("a.b")) == (
        True,
        False,
        False,
    )
    assert all(map(syntax.is_role_name, ("system:view", "A b")))
    assert not any(map(syntax.is_role_name, ("", ".", "..", "a/b", "a%2Fb", "a\n", "a" * 254)))


@pytest.mark.parametrize("name", ["a", "example.com/A_b.c", "a" * 63])
def test_labels(name: str) -> None:
    """A name with or without a domain; of annotations the values are free."""
    syntax.check_labels("extra_labels", {name: "", "b": "A-b_c.1"})
    syntax.check_annotations("extra_annotations", {name: "any text: \n!"})


@pytest.mark.parametrize(
    "labels", [{"": "a"}, {"a b": "c"}, {"/a": "b"}, {"UP.com/a": "b"}, {"a" * 64: "b"}, {"a": "-b"}, {"a": "b" * 64}]
)
def test_labels_that_are_refused(labels: dict[str, str]) -> None:
    """Those that the API refuses."""
    with pytest.raises(InvalidRequest, match="extra_labels"):
        syntax.check_labels("extra_labels", labels)


def test_generated_names() -> None:
    """Vault's usual form, with what Kubernetes doesn't take replaced; those of few random characters get some more."""
    drawn = bytes(range(248)) * 9

    def name(template: str, display_name: str = "Ldap-Ann_x", role: str = "My_Role") -> str:
        return names.new_name(template, display_name, role, lambda count: drawn[:count], 1_700_000_000.0)

    usual = name("")
    assert usual.startswith("v-ldap-ann-my-role-1700000000-")
    assert len(usual) <= 62
    assert syntax.is_object_name(usual)
    assert name("{{.RoleName | lowercase}}", role="App") == "app-01234567"
    assert name("x-{{random 8 | lowercase}}") == "x-01234567"
    for template in ("{{.DisplayName}}", "a_b-{{random 9}}", '{{ printf "%s" .RoleName }}'):
        with pytest.raises(InvalidRequest, match="name_template gave"):
            name(template)
    assert names.check_template("") == names.check_template("{{random 8}}") == []
    assert "so 8 are put behind each name" in names.check_template("{{.RoleName}}")[0]
    for wrong in ("{{", "{{.Nope}}", "{{nope}}"):
        with pytest.raises(InvalidRequest, match="unable to initialize name template"):
            names.check_template(wrong)


def test_what_every_token_needs_is_read_once() -> None:
    """YAML takes long to read, and whoever may ask for tokens would keep this server busy with it."""
    text = "rules:\n" + "- {verbs: [get], apiGroups: ['*'], resources: [a]}\n" * 90
    assert rules.rules_of(text, ROLE) is rules.rules_of(text, ROLE)
    selector = "matchLabels: {" + ", ".join(f"a{at}: b" for at in range(40)) + "}"
    assert selectors.requirements(selector) is selectors.requirements(selector)
