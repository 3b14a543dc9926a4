"""Lines that a check of the log misses or does not believe."""

from __future__ import annotations

import pytest

from strongroom.audit import chain
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Fault, Verification
from tests.unit.audit.test_audit_verification import KEY, check, written

OTHER = b"o" * 32


_AGAIN = ": lines come again, or the files aren't named oldest first"


# The last one would have a terminal do what whoever wrote it into the log wants.
STRAY = b'{"a":1,"chain":{"writer":"a\x1b[2J","sequence":3,"mac":"' + b"0" * 64 + b'"}}'


@pytest.mark.parametrize(
    "line",
    [
        b" ",
        b"no json",
        b'{"time":"x"}',
        b'{"a":1,"chain":{"writer":"a","sequence":0}}',
        b'{"a":1,"chain":{"writer":"a","sequence":02}}',
        b'{"a":1,"chain":{"writer":"a","sequence":2,"previous":"' + b"0" * 64 + b'"}}',
        b'{"a":1,"chain":{"writer":"a","sequence":2,"mac":""}}',
        STRAY,
    ],
)
def test_what_has_no_link_is_a_fault(line: bytes) -> None:
    """Counted as a line, and nobody's."""
    lines, links = written("a", 2)
    verification = Verification([ChainKey(KEY, b"", {"a": links[1]})])
    found = list(verification.file([lines[0], line + b"\n", lines[1]]))
    assert found == [Fault(2, "no entry with a link of the chain")]
    summary = verification.finish()
    assert (summary.lines, summary.writers, summary.unknown, summary.faults) == (3, 1, (), ())
    assert chain.parse(line) is None
    assert chain.writer_of(line) == ""


@pytest.mark.parametrize(
    ("order", "problems"),
    [
        ([0, 1, 3, 4], ["a goes on at 4 after 2"]),
        ([0, 1, 1, 2], [f"a goes on at 2 after 2{_AGAIN}"]),
        ([0, 2, 1, 3], ["a goes on at 3 after 1", f"a goes on at 2 after 3{_AGAIN}", "a goes on at 4 after 2"]),
        ([0, 1, 2, 0], [f"a goes on at 1 after 3{_AGAIN}"]),
    ],
)
def test_a_gap_is_told_where_it_is(order: list[int], problems: list[str]) -> None:
    """Lines that are missing, doubled or out of order; what follows is told from the line that is there."""
    lines, _ = written("a", 5)
    found, summary = check([ChainKey(KEY, b"", {})], [lines[number] for number in order])
    assert (found, summary.unchecked) == (problems, ())


def test_a_first_line_that_no_device_has_written() -> None:
    """It is told, whether the store knows the writer or not, and the next is told from it."""
    lines, links = written("a", 2, key=b"x" * 32)
    for keys in ([ChainKey(KEY, b"", {"a": links[1]})], [ChainKey(KEY, b"", {}), ChainKey(OTHER, b"", {})]):
        problems, _ = check(keys, lines)
        assert problems[0] == "a's line 1 is not what was written, or of another device"
        assert problems[1:] == ["a's line 2 is not what was written"]


def test_a_writer_is_of_the_device_whose_key_fits() -> None:
    """Unless the store says whose it is."""
    lines, links = written("a", 2, key=OTHER)
    assert check([ChainKey(KEY, b"", {}), ChainKey(OTHER, b"", {})], lines)[0] == []
    assert check([ChainKey(KEY, b"", {"a": links[1]}), ChainKey(OTHER, b"", {})], lines)[0][0].startswith(
        "a's line 1 is not"
    )


def test_with_older_files_elsewhere_a_line_is_still_not_changed() -> None:
    """Where a writer begins nothing can be told of its first line; from the second on everything can."""
    lines, links = written("a", 5)
    assert check([ChainKey(KEY, b"", {})], lines[2:], partial=True)[0] == []
    lines[3] = lines[3].replace(b'"n":3', b'"n":7')
    assert check([ChainKey(KEY, b"", {})], lines[2:], partial=True)[0] == ["a's line 4 is not what was written"]
    first, _ = written("b", 1, key=b"x" * 32)
    problems = check([ChainKey(KEY, b"", {})], first, partial=True)[0]
    assert problems == ["b's line 1 is not what was written, or of another device"]
    forged = lines[2].replace(b'"n":2', b'"n":8')
    assert check([ChainKey(KEY, b"", {"a": links[2]})], [forged], partial=True)[0] == []


def test_a_head_is_compared_with_the_line_of_its_number_alone() -> None:
    """Also where that is the first of the files."""
    lines, links = written("a", 4)
    wrong = chain.ChainLink(3, bytes(32))
    assert check([ChainKey(KEY, b"", {"a": wrong})], lines)[0] == ["a's line 3 is not the one that the store knows"]
    assert check([ChainKey(KEY, b"", {"a": wrong})], lines[2:], partial=True)[0] == [
        "a's line 3 is not the one that the store knows"
    ]
    assert check([ChainKey(KEY, b"", {"a": links[1]})], lines)[0] == []


def test_a_line_without_its_prefix_is_not_what_was_written() -> None:
    """Nor one with another."""
    lines, links = written("a", 1, b"> ")
    key = ChainKey(KEY, b"> ", {"a": links[0]})
    assert check([key], lines)[0] == []
    for line in (lines[0][2:], b"< " + lines[0][2:], b"> " + lines[0]):
        assert check([key], [line])[0] == ["a's line 1 is not what was written, or of another device"]


def test_files_go_on_from_one_another() -> None:
    """A rotated log is one, and each file has its own numbers of lines; a writer may be known and another not."""
    lines, links = written("a", 4)
    other, _ = written("b", 1)
    verification = Verification([ChainKey(KEY, b"", {"a": links[3], "c": links[0]})])
    assert list(verification.file(lines[:2])) == []
    assert list(verification.file([*other, *lines[3:]])) == [Fault(2, "a goes on at 4 after 2")]
    summary = verification.finish()
    assert (summary.lines, summary.writers, summary.unknown) == (4, 2, ("b",))
    assert summary.faults == ("c is missing: it has written 1 lines at least",)
    assert repr(ChainKey(KEY, b"", {})) == "ChainKey(…)"


def test_writers_that_the_store_does_not_know_are_told_in_order() -> None:
    """Each once."""
    names = [f"w{number}" for number in range(9, 0, -1)]
    lines = [line for name in names for line in written(name, 2)[0]]
    assert check([ChainKey(KEY, b"", {})], lines)[1].unknown == tuple(sorted(names))
