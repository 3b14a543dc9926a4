"""Templates in Jinja's language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency, certificate, names, secret
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Static
from strongroom.agent.rendering.execution import Attempt, NotRendered, Place, attempt
from strongroom.agent.rendering.jinja import jinja_template
from strongroom.server.config.reader import Where
from strongroom.template.values import Number

TEMPLATE = Template(Where("test", 1), engine="jinja")
DATA = {"user": "ada", "port": Number("5432"), "ratio": Number("1.5"), "tags": ["a", "b"], "password": "hunter2"}
APP = Secret("r", "lease/1", 60, True, DATA, [], None, None)
KNOWN: dict[Dependency, Any] = {
    secret("kv1/app"): APP,
    secret("pki/issue/web", {"common_name": "a", "ttl": "60", "x": "true"}): APP,
    names("kv1"): ["one", "two"],
    certificate("pki/issue/web", {"common_name": "a"}, "/x"): Pems("CERT", "KEY", "CA", ("CA",), 0, 1),
}


def _attempt(text: str, template: Template = TEMPLATE) -> Attempt:
    known = {asked: State(Answer(value, Static())) for asked, value in KNOWN.items()}
    return attempt(jinja_template(template, text), known.get, Place("/x", "", {"HOME": "/root"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ secret('kv1/app').data.user }}\n", "ada\n"),
        ("{{ secret('kv1/app').data['port'] + 1 }}", "5433"),
        ("{{ secret('kv1/app').data.ratio * 2 }}", "3.0"),
        ("{{ secret('kv1/app').lease_id }} {{ secret('kv1/app').lease_duration }}", "lease/1 60"),
        ("{% for tag in secret('kv1/app').data.tags %}<{{ tag }}>{% endfor %}", "<a><b>"),
        ("{% set app = secret('kv1/app') %}{{ app.data.user | upper }}", "ADA"),
        ("{{ secret('pki/issue/web', common_name='a', ttl=60, x=True).data.user }}", "ada"),
        ("{{ secrets('kv1') | join(',') }}", "one,two"),
        ("{{ pki_cert('pki/issue/web', common_name='a').cert }}", "CERT"),
        ("{{ pki_cert('pki/issue/web', common_name='a').ca_chain[0] }}", "CA"),
        ("{{ env('HOME') }} {{ env('NONE', 'x') }}", "/root x"),
        ("{{ secret('kv1/app').data | tojson }}",
         '{"password": "hunter2", "port": 5432, "ratio": 1.5, "tags": ["a", "b"], "user": "ada"}'),
        ("{{ 'a' | b64encode }} {{ 'YQ==' | b64decode }} {{ 'a' | sha256 }}",
         "YQ== a ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("a &lt; b < c ü", "a &lt; b < c ü"),
    ],
)  # fmt: skip
def test_values_are_found(text: str, expected: str) -> None:
    """Secrets, certificates, names, variables and filters; nothing is escaped."""
    assert _attempt(text).text == expected


def test_one_execution_finds_all_that_is_lacking() -> None:
    """Whatever is read of a secret that isn't known yet is empty."""
    made = _attempt(
        "{{ secret('a').data.x.y }}{% for z in secret('b').data %}{{ z.q }}{% endfor %}{{ pki_cert('c').key }}"
    )
    assert made.lacking == {secret("a"), secret("b"), certificate("c", {}, "/x")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ secret('kv1/app').data.nope }}", "no attribute 'nope'"),
        ("{{ secret('kv1/app').nope }}", "no attribute 'nope'"),
        ("{{ env('NONE') }}", "the environment has no variable NONE"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ 1 / 0 }}", "an expression raises ZeroDivisionError"),
        ("{{ secret('kv1/app').data.password | int(default=1) / 0 }}", "ZeroDivisionError"),
        ("{{ secret('kv1/app').data.password.encode().hex.__self__ }}", "unsafe|no attribute"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ 'x' | b64decode }}", "b64decode: this is no text in base64"),
        ("{% include 'x' %}", "an expression raises TypeError"),
    ],
)
def test_faults_say_what_is_wrong_and_show_no_secret(text: str, expected: str) -> None:
    """A missing key is always an error, as is everything that the sandbox forbids."""
    with pytest.raises(NotRendered, match=expected) as raised:
        _attempt(text)
    assert "hunter2" not in str(raised.value)


def test_a_fault_of_the_syntax_has_its_line() -> None:
    """What is no template is told before anything is asked for."""
    with pytest.raises(NotRendered, match="line 2: "):
        _attempt("a\n{{ b c }}")


def test_other_delimiters() -> None:
    """The delimiters of the configuration are those of expressions."""
    other = replace(TEMPLATE, left_delimiter="<<", right_delimiter=">>")
    assert _attempt("{{ a }} << env('HOME') >>", other).text == "{{ a }} /root"
