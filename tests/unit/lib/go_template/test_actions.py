"""Actions: text, trimming, comments, literals, pipelines, conditions."""

from __future__ import annotations

import pytest
from tests.unit.lib.go_template.rendering import rendered

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import parse


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain }} text", "plain }} text"),
        ("a {{ 3 }} b", "a 3 b"),
        ("a \n{{- 3 -}}\t b", "a3b"),
        ("{{-3}} {{- -3 -}} x", "-3-3x"),
        ("a {{/* a comment }} */}} b", "a  b"),
        ("a {{- /* a comment */ -}} b", "ab"),
        ('{{ "}}" }}', "}}"),
        (r'{{ "\x41\101\u00e4\U0001F600\"\\\n" }}', 'AAä😀"\\\n'),
        (r"{{ `raw\n` }}", "raw\\n"),
        ("{{ 0 }}{{ +5 }}{{ true }}{{ false }}", "05truefalse"),
        ("{{ 9223372036854775807 }}{{ -9223372036854775808 }}", "9223372036854775807-9223372036854775808"),
        ("{{.RoleName}}|{{ (.RoleName) }}|{{.Empty}}", "my_role|my_role|"),
        ("{{.IssueTimeSeconds}}", "1700000123"),
        ("{{ print\n1 }}", "1"),
        ("{{ 5 | random }}{{ (random 3) | truncate 2 }}", "0000000"),
        ("{{ .RoleName | len | random }}", "0000000"),
    ],
)
def test_actions_give_what_go_gives(text: str, result: str) -> None:
    """Text stays, comments vanish, and what is piped is the last argument."""
    assert rendered(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{if true}}a{{else}}b{{end}}", "a"),
        ("{{if .Empty}}a{{else}}b{{end}}", "b"),
        ("{{if 0}}a{{end}}", ""),
        ("{{if .Empty}}a{{else if eq .RoleName `x` `my_role`}}b{{else}}c{{end}}", "b"),
        ("{{if ne .Type `STS`}}a{{else if .Empty}}b{{else}}c{{end}}", "c"),
        ("{{if .RoleName}}{{if .Empty}}a{{else}}b{{end}}{{end}}c", "bc"),
        ("{{and true .RoleName `z`}}{{or false `` 0 `q`}}{{or .Empty .Empty}}", "zq"),
        ("{{and false (truncate 0 `x`)}}{{or true (truncate 0 `x`)}}", "falsetrue"),
        ("{{not 3}}{{not .Empty}}", "falsetrue"),
        ("{{len .Password}}{{.Password | len}}", "1212"),
        ("{{eq 1 1 `a`}}{{eq true true}}{{`a` | eq `a`}}", "truetruetrue"),
        ("{{lt 1 2}}{{gt 1 2}}{{le `a` `b`}}{{ge 1 1}}{{ne 1 2}}", "truefalsetruetruetrue"),
    ],
)
def test_conditions_choose_as_in_go(text: str, result: str) -> None:
    """A text that is empty is false, and `and` and `or` evaluate no more than they need."""
    assert rendered(text) == result


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ foo }}", 'function "foo" not defined'),
        ("{{", "unclosed action"),
        ("{{ 1", "unclosed action"),
        ("{{}}", "missing value for command"),
        ("{{ | print }}", "missing value"),
        ("{{ print | }}", "missing value"),
        ("{{ () }}", "missing value"),
        ("{{ (print }}", "unclosed left paren"),
        ("{{ print ) }}", "unexpected '\\)'"),
        ("{{ print(1) }}", "unexpected '\\('"),
        ('{{ "a""b" }}', "unexpected"),
        ("{{ .A.B }}", "unexpected '.'"),
        ("{{ . }}", "unexpected '.'"),
        ("{{ $x := 1 }}", "unexpected '\\$'"),
        ('{{ "a\nb" }}', "unexpected"),
        (r'{{ "\ud800" }}', "invalid escape"),
        (r'{{ "\q" }}', "invalid escape"),
        ("{{ 010 }}", "without a leading 0"),
        ("{{ 99999999999999999999 }}", "integer overflow"),
        ("{{ 1.5 }}", "unexpected '1'"),
        ('{{ "a" "b" }}', "can't give argument to non-function"),
        ('{{ "a" | "b" }}', "non executable command"),
        ("{{ /* a comment */ }}", "unexpected '/'"),
        ("{{/* a comment */ }}", "a comment has no end"),
        ("{{/* a comment", "a comment has no end"),
        ("{{else}}", "unexpected {{else}}"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{if true}}a", "unexpected EOF"),
        ("{{if true}}{{else}}{{else}}{{end}}", "expected end; found {{else}}"),
        ("{{if true}}{{end x}}", "unexpected operand behind end"),
        ("{{if true}}{{else x}}{{end}}", "unexpected operand behind else"),
        ("{{if}}a{{end}}", "missing value"),
        ("{{range .X}}{{end}}", "range isn't supported"),
        ('{{define "x"}}{{end}}', "define isn't supported"),
        ("\ud800", "it is not UTF-8"),
    ],
)
def test_what_is_no_template_is_refused_when_it_is_parsed(text: str, told: str) -> None:
    """The error begins as Vault's, and gives the place."""
    with pytest.raises(InvalidRequest, match=f"^unable to parse template: .*{told}"):
        parse(text)


def test_an_empty_template_is_missing() -> None:
    """As in Vault, whose engines put their default in its place before."""
    with pytest.raises(InvalidRequest, match=r"^missing template$"):
        parse("")


def test_an_error_names_line_and_column() -> None:
    """Both are counted from 1."""
    with pytest.raises(InvalidRequest, match='template:2:6: function "foo" not defined'):
        parse("first\nab{{ foo }}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ .Foo }}", "1:4: can't evaluate field Foo; there are [.]DisplayName,"),
        ("{{ truncate 0 .Password }}", "error calling truncate: max length must be > 0 but was 0$"),
        ("{{ truncate_sha256 8 .Password }}", "max length must be > 8 but was 8$"),
        ("{{ random }}", "wrong number of args: want 1 got 0$"),
        ("{{ random 1 2 }}", "wrong number of args: want 1 got 2$"),
        ('{{ random "x" }}', "expected int; got string$"),
        ("{{ truncate true .Password }}", "expected int; got bool$"),
        ("{{ uppercase 3 }}", "expected string; got int$"),
        ("{{ eq 1 .Password }}", "incompatible types"),
        ("{{ eq 1 true }}", "incompatible types"),
        ("{{ lt true true }}", "incompatible types"),
        ("{{ eq 1 }}", "want at least 2 got 1"),
        ("{{ not }}", "want 1 got 0"),
        ("{{ and }}", "want at least 1 got 0"),
        ("{{ len 3 }}", "len of a value that is not a text"),
        ("{{ .Password | utf16le }}", "base64 must follow utf16le"),
        (r'{{ "\xff" | timestamp }}', "not UTF-8"),
    ],
)
def test_what_has_no_result_is_refused_without_its_values(text: str, told: str) -> None:
    """The error begins as Vault's; a value in it could be a password."""
    with pytest.raises(InvalidRequest, match=f"^unable to apply template: .*{told}") as caught:
        rendered(text, Password="ä-canary")
    assert "canary" not in caught.value.text


def test_a_value_that_is_no_text_is_refused() -> None:
    """A lone surrogate has no bytes."""
    with pytest.raises(InvalidRequest, match="the value of RoleName is not UTF-8"):
        rendered("{{.RoleName}}", RoleName="\ud800")


def test_templates_are_equal_by_text_and_limit() -> None:
    """So a record that has one can be compared, and hashed."""
    assert parse("{{ 1 }}") == parse("{{ 1 }}")
    assert len({parse("{{ 1 }}"), parse("{{ 1 }}"), parse("{{1}}"), parse("{{ 1 }}", limit=9)}) == 3
