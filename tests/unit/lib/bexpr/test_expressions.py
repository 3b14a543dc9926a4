"""Expressions of filters: what they mean, what is refused, and that no text does anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.bexpr.expressions import MISSING
from strongroom.lib.bexpr.parser import parse, pointer
from strongroom.lib.errors import InvalidRequest

VALUES: dict[str, Any] = {
    "path": "secret/data/web",
    "operation": "read",
    "namespace": "",
    "mount_type": "kv",
    "count": 5,
    "rate": 0.5,
    "on": True,
    "list": ["a", "b"],
    "none": [],
    "deep": {"er": {"a/b": "x", "m~n": "y"}, "empty": {}},
}


def look(path: tuple[str, ...]) -> Any:
    """The value at a path."""
    value: Any = VALUES
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ('mount_type == "kv"', True),
        ("mount_type == kv", True),
        ("mount_type==kv", True),
        ("mount_type == `kv`", True),
        ('"/mount_type" == kv', True),
        ('mount_type != "kv"', False),
        ('namespace == ""', True),
        ("path == secret/data/web", True),
        ('path == "secret/data"', False),
        ('path contains "data"', True),
        ('"data" in path', True),
        ('"data" not in path', False),
        ('path not contains "data"', False),
        ('operation in ["read", "list"]', True),
        ("operation not in [update,`delete`]", True),
        ('path matches "^secret/.*web$"', True),
        ('path matches "data"', True),
        ('path not matches "^data"', True),
        ("namespace is empty", True),
        ("path is not empty", True),
        ("nothing is empty", True),
        ("none is empty", True),
        ("list is not empty", True),
        ('list contains "a"', True),
        ('"c" in list', False),
        ("count == 5", True),
        ('count == "5"', True),
        ("count == 5.0", False),
        ("count != 6", True),
        ("rate == 0.5", True),
        ("on == true", True),
        ("on == yes", False),
        ("deep.er is not empty", True),
        ('"/deep/er/a~1b" == x', True),
        ('"/deep/er/m~0n" == y', True),
        ('"/deep/empty" is empty', True),
        ("er in deep", True),
        ("nothing == x", False),
        ("nothing != x", True),
        ('nothing matches "x"', False),
        ("not operation == read", False),
        ("not not operation == read", True),
        ("operation == read and mount_type == kv", True),
        ("operation == list or mount_type == kv", True),
        ("operation == list and mount_type == kv or namespace is empty", True),
        ("operation == list and (mount_type == kv or namespace is empty)", False),
        ("operation == read and not mount_type == pki or path is empty", True),
        ("( ( operation == read ) )", True),
        (" \t\n operation\n==\tread ", True),
        ('operation == "\\x72ea\\u0064"', True),
        ('path == "a\\"b"', False),
    ],
)
def test_what_an_expression_means(text: str, true: bool) -> None:
    """As the documentation says: operators, precedence, names and pointers, texts in quotes of both kinds."""
    assert parse(text).holds(look) is true


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends where a value's name"),
        ("   ", "expression ends where"),
        ("path", "an operator"),
        ("path ==", "a value is expected"),
        ("path = x", "cannot be read, at character 6"),
        ("path == x y", '"y" at character 11'),
        ("path == x and", "expression ends where"),
        ("and == x", "needs a value's name"),
        ("(path == x", '")"'),
        ("path == x)", "or the end"),
        ('path == "x', "text without its end, at character 9"),
        ("path == `x", "text without its end"),
        ("path is x", '"empty"'),
        ("path is not x", '"empty"'),
        ('path in ["a"', '"]"'),
        ("path in []", "a value"),
        ('"x" == y', "needs a value's name"),
        ('"/a~2" == y', "no JSON pointer"),
        ("5 == path", "needs a value's name"),
        ('path == "\\q"', "unknown escape"),
        ('path matches "("', "regular expression of RE2"),
        ('path matches "' + "x" * 1001 + '"', "1000 characters"),
        ("path == 00", "cannot be read"),
        ('path == "web', "the expression has a text without its end, at character 9"),
        ("path", "the expression ends where an operator such as == is expected"),
        ("x" * 4097, "4096 characters"),
        ("(" * 40 + "path == x" + ")" * 40, "32 deep"),
        (" or ".join(["path == x"] * 129), "128 comparisons"),
        ("path == x && path == y", "cannot be read"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    """With the place and what was expected there, and beyond the limits."""
    with pytest.raises(InvalidRequest) as refused:
        parse(text)
    assert reason in refused.value.text
    assert len(refused.value.text) < 300


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), min_size=1, max_size=4))
def test_pointers(names: list[str]) -> None:
    """Names with any characters come through a pointer, as RFC 6901 writes them."""
    text = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    assert pointer(text) == tuple(names)
    parsed = parse(f"{json.dumps(text, ensure_ascii=False)} is empty") if _plain(text) else None
    assert parsed is None or list(parsed.paths()) == [tuple(names)]


def _plain(text: str) -> bool:
    """Whether JSON writes it as expressions do."""
    return all(" " <= sign < "\x7f" for sign in text)
