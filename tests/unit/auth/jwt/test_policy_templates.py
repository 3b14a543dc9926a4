"""Names of policies made of claims."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.jwt import policy_templates
from strongroom.lib.errors import InvalidRequest

SAID: dict[str, Any] = {
    "env": "prod",
    "id": 5,
    "half": 1.5,
    "on": True,
    "sub": {"a": "x"},
    "list": ["p", "q"],
    "no": None,
}


@pytest.mark.parametrize(
    ("template", "policies"),
    [
        ("plain", ("plain",)),
        ("project_{{.id}}/env_{{.env}}", ("project_5/env_prod",)),
        ("{{ .half }}-{{.on}}", ("1.5-true",)),
        ("{{.sub.a}}", ("x",)),
        ('{{if eq "prod" .env}}deploy-{{.id}}{{end}}', ("deploy-5",)),
        ('{{if eq "test" .env}}deploy{{end}}', ()),
        ('{{if eq .env "test" "prod"}}yes{{else}}no{{end}}', ("yes",)),
        ('{{if eq .env "a"}}a{{else if eq .env "prod"}}p{{else}}n{{end}}', ("p",)),
        ('{{if ne nil (index . "none")}}x{{end}}', ()),
        ('{{if ne nil (index . "env")}}{{.env}}{{end}}', ("prod",)),
        ("{{index .list 1}}", ("q",)),
        ("{{.env | uppercase}}-{{.env | truncate 2}}", ("PROD-pr",)),
        ('{{replace "r" "-" .env}}', ("p-od",)),
        ("{{if and .on (not .no)}}a{{end}}{{if or .no .on}}b{{end}}", ("ab",)),
        ("a {{- .env -}} b", ("aprodb",)),
        ("{{`raw`}}{{len .list}}", ("raw2",)),
        (r'{{"a\"b"}}', ('a"b',)),
    ],
)
def test_templates(template: str, policies: tuple[str, ...]) -> None:
    """What is empty is left out."""
    policy_templates.check([template])
    assert policy_templates.policies([template, template], SAID) == policies


@pytest.mark.parametrize(
    "template",
    [
        "{{.env", "{{", "{{}}", "{{end}}", "{{if .env}}", "{{else}}", "{{nothing .env}}", "{{.env .id}}", "{{(.env}}",
        '{{"a}}', "{{.env | .id}}", "{{if}}x{{end}}", "{{range .list}}{{end}}", "{{$x := 1}}", "{{" + "(" * 100 + "}}",
        "{{if .a}}" * 100, "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_template(template: str) -> None:
    """It is refused when the role is written."""
    with pytest.raises(InvalidRequest, match=r"failed to parse template policy \[0\]"):
        policy_templates.check([template])


@pytest.mark.parametrize(
    "template",
    [
        "{{.none}}",
        "{{.sub}}",
        "{{.list}}",
        "{{.no}}",
        "{{.env.x}}",
        '{{index .env "a"}}',
        "{{index .list 9}}",
        "{{eq .env}}",
    ],
)
def test_what_claims_do_not_give(template: str) -> None:
    """It is a refusal of the login, and never a policy without the missing part."""
    with pytest.raises(InvalidRequest, match=r"failed to template policy \[0\]"):
        policy_templates.policies([template], SAID)


@pytest.mark.parametrize(
    "template", ['{{replace "a" .long .long}}', "{{.long}}" * 400, '{{len (replace "" .long .long)}}']
)
def test_claims_do_not_grow_without_end(template: str) -> None:
    """A token chooses what is replaced by what; their product would take the memory of the server."""
    with pytest.raises(InvalidRequest, match=r"failed to template policy \[0\]: it gives more than"):
        policy_templates.policies([template], {"long": "a" * 5000})


@given(st.text('{}.ab "|()ifelsndq-', max_size=60))
def test_any_text_is_a_template_or_refused(template: str) -> None:
    """Never another error."""
    with contextlib.suppress(InvalidRequest):
        policy_templates.policies([template], {"a": "b", "b": [1]})
