"""Claims about label selectors: a slip must not let every namespace in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.kubernetes.selectors import labels_of
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize("text", ['{"matchLabels": {"a": "b"}}', "matchLabels:\n  a: b\n", "{matchLabels: {a: b}}"])
def test_json_and_yaml(text: str) -> None:
    """Both are read."""
    assert labels_of(text) == {"a": "b"}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "null",
        "[]",
        "a",
        "}{",
        '{"matchLabels": {}}',
        '{"matchLabels": null}',
        '{"matchLabels": {"a": 1}}',
        "matchLabels: {a: true}",
        '{"matchLabel": {"a": "b"}}',
        '{"matchLabels": {"a": "b"}, "matchExpressions": []}',
        "matchLabels: &x {a: b}\nmore: *x",
        "!!python/object/apply:os.system ['true']",
        "a: b\n---\nc: d\n",
        '{"matchLabels": ' + '{"a": ' * 5000,
        "x" * 20_000,
    ],
)
def test_what_is_refused(text: str) -> None:
    """What demands no label, what isn't supported, and what can't be read."""
    with pytest.raises(InvalidRequest):
        labels_of(text)


@given(st.text(max_size=60) | st.text("{}[]:\"',&*!-? \nabmatchLabels", max_size=60))
def test_any_text(text: str) -> None:
    """Any text is labels, or a clear error."""
    try:
        labels = labels_of(text)
    except InvalidRequest:
        return
    assert all(isinstance(value, str) for value in labels.values())
    assert bool(labels) is bool(text.strip())


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), min_size=1, max_size=5))
def test_labels_come_back(labels: dict[str, str]) -> None:
    """The labels that a selector in JSON demands."""
    assert labels_of(json.dumps({"matchLabels": labels})) == labels
