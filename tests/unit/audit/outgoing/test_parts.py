"""Long lines in parts: what was split is put together, in any order, and every part fits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.audit.outgoing.parts import Joining, split

TEXT = st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",)), min_size=1, max_size=3000)


def join(parts: list[bytes]) -> list[bytes]:
    """The lines that parts are put together to."""
    return [line.rstrip(b"\n") for line in Joining().lines(part + b"\n" for part in parts) if line.strip()]


@given(st.lists(TEXT, min_size=1, max_size=4, unique=True), st.integers(120, 900), st.randoms())
def test_parts_make_the_lines_again(texts: list[str], most: int, random: object) -> None:
    """Whatever the line holds, mixed with parts of others and twice, none is longer than was asked for."""
    lines = [json.dumps({"x": text}, ensure_ascii=False).encode() for text in texts]
    parts = [part for line in lines for part in split(line, most)]
    assert all(len(part) <= most for part in parts)
    assert join(parts) == lines
    shuffled = [part for part in parts if part.startswith(b'{"part"')] * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(join(shuffled)) == sorted(line for line in lines if len(line) > most)


def test_the_form_of_a_part() -> None:
    """JSON with its number, how many there are, which line it is of, and its text."""
    first, *rest = split(b'{"x":"' + b"y" * 300 + b'"}', 200)
    found = json.loads(first)
    assert list(found) == ["part", "parts", "line", "text"]
    assert (found["part"], found["parts"]) == (1, 1 + len(rest))
    assert found["text"] == '{"x":"' + "y" * (len(found["text"]) - 6)
    assert 180 < len(first) <= 200
    assert split(b"{}", 2) == split(b"{}", 0) == [b"{}"]
    with pytest.raises(ValueError, match="no room"):
        split(b"x" * 100, 80)


def test_what_cannot_be_joined_stays_and_is_told() -> None:
    """A changed part, one that lies about its number, one that is no JSON, and lines that lack parts."""
    parts = split(b'{"x":"' + b"y" * 300 + b'"}', 200)
    changed = [parts[0].replace(b"yyy", b"zzz"), *parts[1:]]
    joining = Joining()
    assert [line.strip() for line in joining.lines(changed)][-1] == changed[-1]
    assert joining.missing == ()
    assert join([b'{"part":9,"parts":2,"line":"0123456789abcdef","text":"x"}']) != []
    assert join([b'{"part":1,"parts":2,"line":"0123456789abcdef","text":"']) != []
    joining = Joining()
    assert [line.strip() for line in joining.lines(parts[1:])] == [b""] * (len(parts) - 1)
    assert joining.missing == (f"{json.loads(parts[0])['line']}: {len(parts) - 1} of its {len(parts)} parts",)


def test_parts_that_never_come_fill_no_memory() -> None:
    """The oldest are given up."""
    joining = Joining(most_bytes=1000)
    for number in range(100):
        list(joining.lines([b'{"part":1,"parts":2,"line":"%016x","text":"%b"}' % (number, b"x" * 100)]))
    assert len(joining.missing) < 10
