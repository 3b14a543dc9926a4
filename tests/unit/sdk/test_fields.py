"""Fields of a request, from the loose JSON that clients send."""

from __future__ import annotations

from strongroom.sdk.fields import to_list


def test_a_deeply_nested_text_is_no_list() -> None:
    """A text that only looks like a JSON list, however deeply nested, is a text and not a fault of the server."""
    deep = "[" * 100_000
    assert to_list(deep) == [deep]
    assert to_list(deep + "]" * 100_000) == [deep + "]" * 100_000]
    assert to_list('["a", "b"]') == ["a", "b"]
