"""Random texts and random trees against the parser of HCL and JSON."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.hcl import HclError, Item, Key, ListNode, Literal, ObjectNode, Position, format_policy, parse, plain
from strongroom.lib.hcl.lexer import Lexer
from tests.fuzz.effort import examples
from tests.fuzz.hcl.hcl_printing import print_document

_NOWHERE = Position(1, 1)
_FRAGMENTS = st.sampled_from(
    [
        *("path", '"a"', "{", "}", "[", "]", "=", ",", "\n", " ", "1", "-", "0x", "1e9", "true", "<<EOT\n", "EOT"),
        *("<<-EOT\n", "#", "//", "/*", "*/", '"', "\\", "${", "$", "'", "\r\n", ":", "null", "\ufeff", "\x00"),
        *("\ud800", "\u2028", ".", "e5", "07", "\\u0041"),
    ]
)
_GAPS = st.sampled_from([" ", " ", "\n", "\n\n\n", " # COMMENT-A\n", "\n// COMMENT-B\n", " /* COMMENT-C */ ", "/*\n*/"])
_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
_LITERALS = st.builds(
    Literal,
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    st.just(_NOWHERE),
)
_KEYS = st.builds(Key, _TEXTS, st.just(_NOWHERE))


def _objects(values: st.SearchStrategy[object]) -> st.SearchStrategy[ObjectNode]:
    plain_items = st.builds(Item, st.tuples(_KEYS), values)
    return st.builds(ObjectNode, st.lists(plain_items, max_size=4).map(tuple), st.just(_NOWHERE))


_NODES = st.recursive(
    _LITERALS,
    lambda inner: st.builds(ListNode, st.lists(inner, max_size=4).map(tuple), st.just(_NOWHERE)) | _objects(inner),
    max_leaves=12,
)
_ITEMS = st.builds(Item, st.tuples(_KEYS), _NODES) | st.builds(
    Item, st.lists(_KEYS, min_size=2, max_size=3).map(tuple), _objects(_NODES)
)
_DOCUMENTS = st.builds(ObjectNode, st.lists(_ITEMS, max_size=4).map(tuple), st.just(_NOWHERE))
_JSON = st.dictionaries(
    _TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
        max_leaves=10,
    ),
    max_size=4,
)


@given(st.lists(_FRAGMENTS, max_size=25).map("".join) | st.text(max_size=60))
@settings(max_examples=examples(400))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """No text raises anything but `HclError`, and its place lies in the text."""
    try:
        parse(text)
    except HclError as error:
        lines = text.split("\n")
        assert 1 <= error.pos.line <= len(lines)
        assert 1 <= error.pos.column <= len(lines[error.pos.line - 1]) + 1


@given(_DOCUMENTS)
@settings(max_examples=examples(150))
def test_printed_trees_parse_back(document: ObjectNode) -> None:
    """A tree that is printed and parsed is the same tree, repeated keys and order included."""
    assert parse(print_document(document)) == document


@given(_JSON)
@settings(max_examples=examples(150))
def test_json_agrees_with_the_standard_library(value: dict[str, object]) -> None:
    """A document without repeated keys gives what the standard library reads from it."""
    assert plain(parse(json.dumps(value))) == value
    assert plain(parse(json.dumps(value, indent=2, ensure_ascii=False))) == value


@given(st.lists(_FRAGMENTS, max_size=25).map("".join) | _DOCUMENTS.map(print_document))
@settings(max_examples=examples(400))
def test_formatting_changes_no_meaning(text: str) -> None:
    """What is formatted parses to the same tree, and formatting it again changes nothing."""
    try:
        before = parse(text)
    except HclError:
        return
    formatted = format_policy(text)
    assert parse(formatted) == before
    assert format_policy(formatted) == formatted


@given(st.data(), _DOCUMENTS.map(print_document))
@settings(max_examples=examples(150))
def test_formatting_keeps_every_comment(data: st.DataObject, text: str) -> None:
    """Blanks and comments put anywhere between tokens change no meaning, and no comment is lost."""
    tokens = list(Lexer(text).tokens())[:-1]
    gaps = data.draw(st.lists(_GAPS, min_size=len(tokens) + 1, max_size=len(tokens) + 1))
    untidy = gaps[0] + "".join(text[token.start : token.end] + gap for token, gap in zip(tokens, gaps[1:], strict=True))
    formatted = format_policy(untidy)
    assert parse(formatted) == parse(text)
    assert format_policy(formatted) == formatted
    assert [formatted.count(mark) for mark in ("COMMENT-A", "COMMENT-B", "COMMENT-C")] == [
        untidy.count(mark) for mark in ("COMMENT-A", "COMMENT-B", "COMMENT-C")
    ]
