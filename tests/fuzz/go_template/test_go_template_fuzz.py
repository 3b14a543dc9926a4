"""Random texts and random templates against the parser and the evaluator."""

from __future__ import annotations

import contextlib
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import MOST_NAME_BYTES, parse
from tests.fuzz.effort import examples

_FRAGMENTS = st.sampled_from(
    [
        *("{{", "{{- ", "}}", " -}}", "{{/*", "*/", "if ", "else ", "end", "|", "(", ")", ".A", ".B", " ", "\n", "-"),
        *("printf ", '"%s-%q%5d%"', "print ", "random ", "truncate ", "truncate_sha256 ", "replace ", "sha256", "uuid"),
        *(
            "base64",
            "utf16le",
            "uppercase",
            "lowercase",
            "timestamp ",
            "unix_time",
            "eq ",
            "and ",
            "or ",
            "not ",
            "len ",
        ),
        *("0", "9", "-1", "512", "99999999999999999999", '"a"', '"', "`", "`Jan _2 .000`", "\\", r'"\xff\u00e9"', "é"),
        *("true", "$x", "\x00", "\ud800", "٣", "range "),
    ]
)
_PIPED = st.sampled_from(
    [
        *(
            "truncate 9",
            "truncate_sha256 12",
            "uppercase",
            "lowercase",
            "sha256",
            "base64",
            "replace `a` `é`",
            "print 1",
        ),
        *('printf "%s-%q" "x"', 'printf "%7s"', 'printf "%x"', "utf16le | base64", "replace `` `.`"),
    ]
)
_FIRST = st.sampled_from([".A", ".B", "random 12", "uuid", "unix_time", "`é`", 'printf "%s.%s" .A (random 9)'])
_TEMPLATES = st.builds(
    lambda first, piped: "{{ " + " | ".join([first, *piped]) + " }}", _FIRST, st.lists(_PIPED, max_size=5)
)
_VALUES = st.fixed_dictionaries({"A": st.text(max_size=20), "B": st.text(max_size=20)})


@given(st.lists(_FRAGMENTS, max_size=25).map("".join) | st.text(max_size=60), _VALUES)
@settings(max_examples=examples(400))
def test_any_text_gives_a_result_or_is_refused(text: str, values: dict[str, str]) -> None:
    """Nothing raises anything but `InvalidRequest`, and no result is longer than its limit."""
    with contextlib.suppress(InvalidRequest):
        template = parse(text)
        assert len(template.render(values, random=random.Random(0).randbytes, now=1.5).encode()) <= MOST_NAME_BYTES
        assert template.random_characters(values) >= 0


@given(_TEMPLATES, _VALUES)
@settings(max_examples=examples(200))
def test_what_counts_as_random_differs(text: str, values: dict[str, str]) -> None:
    """A result with four random characters or more is another one each time, and one without any is the same."""
    with contextlib.suppress(InvalidRequest):
        template = parse(text)
        results = {template.render(values, random=random.Random(seed).randbytes, now=1.5) for seed in range(3)}
        left = template.random_characters(values)
        assert len(results) == 3 if left >= 4 else left > 0 or len(results) == 1 or "sha256" in text or "base64" in text
