"""The chain through an audit log."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strongroom.audit import chain

KEY = b"k" * 32


def written(count: int, writer: str = "node-1") -> list[bytes]:
    """So many lines of one writer."""
    link, lines = chain.start(KEY, writer), []
    for number in range(count):
        line, link = chain.append(KEY, link, writer, b'{"time":"t","number":%d}' % number)
        lines.append(line)
    return lines


def test_what_was_written_verifies() -> None:
    """Lines of several writers, mixed as processes mix them, have no fault; the last links are told."""
    one, two = written(3, "one"), written(2, "two")
    verified = chain.verify(KEY, [one[0], two[0], one[1], one[2], two[1]])
    assert verified.faults == ()
    assert {name: link.sequence for name, link in verified.writers.items()} == {"one": 3, "two": 2}


def test_a_prefix_is_no_part_of_the_entry() -> None:
    """The device's prefix stands before each line and isn't covered."""
    assert chain.verify(KEY, [b"@cee: " + line for line in written(3)], prefix=b"@cee: ").faults == ()
    assert len(chain.verify(KEY, written(3), prefix=b"@cee: ").faults) == 3


def test_another_key_verifies_nothing() -> None:
    """Whoever has no key can't make lines that fit."""
    assert len(chain.verify(b"x" * 32, written(3)).faults) == 3


@given(st.data())
def test_any_change_shows(data: st.DataObject) -> None:
    """A byte changed, a line dropped (but the last), doubled or moved: there is a fault at that place or after it."""
    lines = written(5)
    index = data.draw(st.integers(0, 4))
    kind = data.draw(st.sampled_from(["byte", "drop", "double", "swap"]))
    if kind == "byte":
        at = data.draw(st.integers(0, len(lines[index]) - 1))
        value = data.draw(st.integers(0, 255).filter(lambda byte: byte not in {lines[index][at], 0x0A}))
        lines[index] = lines[index][:at] + bytes([value]) + lines[index][at + 1 :]
    elif kind == "drop":
        del lines[min(index, 3)]
    elif kind == "double":
        lines.insert(index, lines[index])
    else:
        other = (index + 1) % 5
        lines[index], lines[other] = lines[other], lines[index]
    assert chain.verify(KEY, lines).faults


def test_a_line_cut_off_by_a_full_disk_is_one_fault() -> None:
    """The writer goes on with the same number, so everything after the fragment verifies."""
    lines = written(3)
    verified = chain.verify(KEY, [lines[0], lines[1][:20], lines[1], lines[2]])
    assert [fault.line for fault in verified.faults] == [2]
