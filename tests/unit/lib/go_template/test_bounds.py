"""No template, however long or hostile, costs more than its share."""

from __future__ import annotations

import pytest
from tests.unit.lib.go_template.rendering import rendered

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import MOST_NAME_BYTES, MOST_TEMPLATE_BYTES, parse


def _piped(function: str, count: int) -> str:
    return "{{ `x`" + f" | {function}" * count + " }}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * (MOST_TEMPLATE_BYTES + 1), "longer than 8192 bytes"),
        ("ä" * (MOST_TEMPLATE_BYTES // 2 + 1), "longer than 8192 bytes"),
        ("{{" + "(" * 17 + "1" + ")" * 17 + "}}", "more than 16 parentheses"),
        ("{{if 1}}" * 17 + "{{end}}" * 17, "more than 16 conditions"),
        ("{{if 0}}" + "{{else if 0}}" * 16 + "{{end}}", "more than 16 conditions"),
        (_piped("print", 17), "more than 16 functions"),
    ],
)
def test_long_and_deep_templates_are_refused(text: str, told: str) -> None:
    """Before anything is evaluated."""
    with pytest.raises(InvalidRequest, match=f"unable to parse template: .*{told}"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ random 513 }}", "expected a length of 0 to 512"),
        ("{{ random -1 }}", "expected a length of 0 to 512"),
        ("{{ random 512 }}" * 9, f"more than {MOST_NAME_BYTES} bytes"),
        ("{{ `x`" + " | replace `` `xxxxxxxxxxxxxxx`" * 16 + "}}", "error calling replace: a text of more than"),
        ('{{ printf "' + "%512s" * 200 + '"' + ' "a"' * 200 + " }}", "error calling printf: a text of more than"),
        ('{{ printf "%513s" 1 }}', "a width of more than 512"),
        ('{{ printf "%.999s" "a" }}', "a width of more than 512"),
        ("{{ (random 512 | utf16le | utf16le | utf16le | utf16le) | sha256 | truncate 1 }}" * 100, "too many steps"),
    ],
)
def test_large_results_are_refused(text: str, told: str) -> None:
    """Also where a later function would shorten them."""
    with pytest.raises(InvalidRequest, match=f"unable to apply template: .*({told})"):
        rendered(text)


def test_the_limit_of_a_result_is_the_callers() -> None:
    """An LDAP entry may be longer than a name."""
    text = "{{ random 512 }}" * 9
    assert len(parse(text, limit=64 * 1024).render({}, random=bytes, now=0)) == 9 * 512
    with pytest.raises(InvalidRequest, match="the result has more than 4 bytes"):
        parse("éxyz", limit=4).render({}, random=bytes, now=0)


def test_the_deepest_template_fits_on_the_stack() -> None:
    """Each level of parentheses holds a whole pipeline."""
    text = "1"
    for _ in range(16):
        text = f"({text}{' | print' * 16})"
    assert rendered("{{ " + text + " }}") == "1"
    assert rendered("{{if 1}}" * 16 + "x" + "{{end}}" * 16) == "x"
