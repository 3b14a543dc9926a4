"""What templates may cost.  A test that doesn't end shows that a limit comes too late."""

from __future__ import annotations

import pytest

from strongroom.template import Limits, parse
from strongroom.template.errors import LimitReached, TemplateError
from strongroom.template.function import Function
from tests.unit.template.functions.around import FixedSurroundings
from tests.unit.template.oracle_functions import executed

DEFINES = "".join(
    f'{{{{define "t{number}"}}}}{{{{template "t{number + 1}"}}}}{{{{template "t{number + 1}"}}}}{{{{end}}}}'
    for number in range(60)
)
LONG = '{{$x := printf "é%999999d" 1}}'
LIST = "{{$l := list" + " 1" * 3_000 + "}}"
SMALL = Limits(steps=50_000, text_bytes=1_100_000, output_bytes=2_500_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{range 1000000000000}}x{{end}}", "more than 50000 steps"),
        ("{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}", "more than 50000 steps"),
        (DEFINES + '{{define "t60"}}x{{end}}{{template "t0"}}', "more than 50000 steps"),
        ('{{define "a"}}{{template "a" .}}{{end}}{{template "a"}}', "more than 100 levels in one another"),
        ('{{define "a"}}{{executeTemplate "a" .}}{{end}}{{template "a"}}', "in one another"),
        ('{{define "a"}}{{print (print (executeTemplate "a" .))}}{{end}}{{template "a"}}', "in one another"),
        ('{{executeTemplate "n"}}', "in one another"),
        ('{{$x := "0123456789"}}{{range 100}}{{$x = print $x $x}}{{end}}', "a text of more than 1100000 bytes"),
        ('{{$x := "0123456789"}}{{range 100}}{{$x = printf "%s%s" $x $x}}{{end}}', "a text of more than"),
        ('{{$x := "<<<<<<<<<<"}}{{range 100}}{{$x = js $x $x}}{{end}}', "more than"),
        ('{{range 100}}{{printf "%999999d" 1}}{{end}}', "a result of more than 2500000 bytes"),
        ('{{range 10000}}{{$x := printf "%*d" 999999 1}}{{end}}', "more than 50000 steps"),
        ("{{$x := list 1}}{{range 60}}{{$x = list $x $x}}{{end}}{{$x}}", "more than 50000 steps"),
        ("{{$x := list 1}}{{range 200}}{{$x = list $x}}{{end}}{{$x}}", "more than 100 levels in one another"),
        (LONG + "{{range 10000}}{{$y := len $x}}{{end}}", "more than 50000 steps"),
        (LONG + "{{range 10000}}{{$y := $x | len}}{{end}}", "more than 50000 steps"),
        (LONG + "{{range 10000}}{{$y := eq $x $x}}{{end}}", "more than 50000 steps"),
        (LONG + '{{range 10000}}{{$y := printf "%q" $x}}{{end}}', "more than 50000 steps"),
        (LIST + "{{range 10000}}{{$y := slice $l 1}}{{end}}", "more than 50000 steps"),
        (LIST + "{{range 10000}}{{$y := anys $l}}{{end}}", "more than 50000 steps"),
    ],
)
def test_a_template_that_costs_too_much_is_stopped(text: str, reason: str) -> None:
    """Whatever it spends on: steps, depth, a text on the way, the result."""
    with pytest.raises(LimitReached, match=reason):
        executed(text, limits=SMALL)


def test_calls_that_cost_too_much_time_are_stopped() -> None:
    """A call may be one step and compute for long, so the time is looked at before each."""
    with pytest.raises(LimitReached, match="more than 0 seconds of computing"):
        executed('x{{print "y"}}', limits=Limits(seconds=0.0))
    assert executed("x", limits=Limits(seconds=0.0)) == "x"


def test_a_limit_names_the_place() -> None:
    """The error says where the template was."""
    with pytest.raises(LimitReached) as raised:
        executed('x\n{{range 100}}{{printf "%999999d" 1}}{{end}}')
    assert raised.value.text.startswith('template: n:2:15: executing "n" at <{{printf "%999999d" 1}}>: a result of')


@pytest.mark.parametrize("text", ["x" * 101, "é" * 51, "{{/*" + "x" * 100 + "*/}}"])
def test_a_text_may_be_too_long_to_be_read(text: str) -> None:
    """It is measured in bytes."""
    with pytest.raises(LimitReached, match="a template of more than 100 bytes"):
        executed(text, limits=Limits(template_bytes=100))


@pytest.mark.parametrize(
    "text",
    [
        "{{/* */}}" * 20_000,
        "{{if 0}}" + "{{else if 0}}" * 5_000 + "{{end}}",
        "{{with 0}}" + "{{else with 0}}" * 5_000 + "{{end}}",
        "".join(f"{{{{$a{number} := 1}}}}" for number in range(5_000)) + "{{$a0}}" * 5_000,
        "{{" + "9" * 500_000 + "}}",
        "{{0x" + "f" * 500_000 + "}}",
        "{{1." + "9" * 500_000 + "}}",
        "{{1e" + "9" * 500_000 + "}}",
        "{{0x1." + "f" * 500_000 + "p1}}",
        "{{1" + "_1" * 200_000 + "}}",
        '{{"' + "\\x41" * 50_000 + '"}}',
        '{{"' + "\\a" * 400_000,
        "{{'" + "a" * 800_000,
        "{{" + " " * 800_000 + "}}",
        "\n" * 800_000 + "{{.x.y",
        "a" + " " * 800_000 + "b{{- 1}}",
        ("  {{- 1 -}}  ") * 5_000,
        "{{.a" + ".a" * 20_000 + "}}",
        '{{printf "' + "%[" * 100_000 + '"}}',
    ],
    ids=lambda text: text[:24],
)
def test_a_long_text_is_read_at_once(text: str) -> None:
    """No text makes the parser look at it again and again."""
    try:
        executed(text)
    except TemplateError as error:
        assert not isinstance(error, LimitReached)


def test_a_function_that_calls_itself_too_often_is_a_limit() -> None:
    """A value that is too deep for some function raises nothing but `LimitReached`."""

    def descend(depth: int = 0) -> int:
        return descend(depth + 1)

    template = parse("{{descend}}", name="n", functions={"descend": Function(descend)})
    with pytest.raises(LimitReached, match="too many calls in one another"):
        template.execute(None, FixedSurroundings())
