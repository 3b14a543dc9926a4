"""The chain through an audit log: what is written, and what whoever has no key can't do to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.audit import chain
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Verification
from tests.sim.audit_log import Written, faults

KEY = b"k" * 32
Lines = list[bytes]


def batches(*counts: int) -> Written:
    """As many lines of one writer in each write."""
    log = Written(KEY)
    for count in counts:
        log.write(count)
    return log


def test_what_was_written_verifies() -> None:
    """Lines of several writers, mixed as processes mix them, also within what was written together."""
    one, two = Written(KEY, "one"), Written(KEY, "two")
    for log in (one, two):
        log.write(1)
        log.write(3)
    mixed = [line for pair in zip(one.lines, two.lines, strict=True) for line in pair]
    assert faults(KEY, mixed) == []
    assert [json.loads(line)["chain"]["sequence"] for line in one.lines] == [1, 2, 3, 4]
    assert ["mac" in json.loads(line)["chain"] for line in one.lines] == [True, False, False, True]


def test_a_line_that_is_written_alone_is_as_it_always_was() -> None:
    """Logs that were written before lines had a MAC together go on, and still verify."""
    before = hmac.digest(KEY, b"a", "sha256")
    mac = hmac.digest(KEY, before + b'{"n":0}', "sha256")
    assert batches(1).lines == [b'{"n":0,"chain":{"writer":"a","sequence":1,"mac":"%b"}}\n' % mac.hex().encode()]


def test_the_key_is_made_from_that_of_the_device() -> None:
    """As it always was, and not the key of digests itself."""
    assert chain.key_of(b"d" * 32) == hmac.digest(b"d" * 32, b"strongroom audit chain", "sha256")


def test_anybody_with_the_key_can_check_lines_with_other_programs() -> None:
    """The MAC of several lines is over their text in the file, as openssl says."""
    log = batches(1, 3)
    text, _, rest = b"".join(log.lines[1:]).rpartition(b',"mac":"')
    said = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{KEY.hex()}"],
        input=text,
        capture_output=True,
        check=True,
    )
    assert said.stdout.split()[-1] == rest.removesuffix(b'"}}\n')
    assert json.loads(log.lines[3])["chain"]["previous"] == json.loads(log.lines[0])["chain"]["mac"]


def test_a_prefix_is_no_part_of_the_entry() -> None:
    """The device's prefix stands before each line and isn't covered, but has to be there."""
    log = Written(KEY, prefix=b"@cee: ")
    log.write(1)
    log.write(3)
    assert faults(KEY, log.lines, prefix=b"@cee: ") == []
    assert faults(KEY, log.lines) == [
        "1: a's line 1 is not what was written, or of another device",
        "4: a's lines 2 to 4 are not what was written",
    ]
    for number in range(4):
        for other in (b"", b"@CEE: "):
            changed = [other + line[6:] if at == number else line for at, line in enumerate(log.lines)]
            assert len(faults(KEY, changed, prefix=b"@cee: ")) == 1
    log.write(2, 1)
    key = ChainKey(KEY, b"@cee: ", {"a": log.chain.link})
    for end, problems in (
        (log.lines[4], []),
        (b"@CEE: " + log.lines[4][6:], ["a's line 5 is not the one that the store knows"]),
    ):
        assert [fault.problem for fault in Verification([key]).file([*log.lines[:4], end])] == problems


def test_another_key_verifies_nothing() -> None:
    """Whoever has no key can't make lines that fit."""
    assert len(faults(b"x" * 32, batches(1, 2, 1).lines)) == 3


def _without_mac(line: bytes) -> bytes:
    return re.sub(rb'(,"previous":"[0-9a-f]*")?,"mac":"[0-9a-f]*"', b"", line)


def _with_mac(line: bytes, mac: str) -> bytes:
    return _without_mac(line)[:-3] + b',"mac":"%b"}}\n' % mac.encode()


def _mac(line: bytes) -> str:
    return str(json.loads(line)["chain"]["mac"])


def _previous(line: bytes) -> str:
    return str(json.loads(line)["chain"]["previous"])


WRONG = "a's lines 2 to 5 are not what was written"
OPEN = "is its last, and no MAC covers it"


# Of a log with lines written 1, 4, 2 and 1 together: 1* 2 3 4 5* 6 7* 8*, where a star is a MAC.
@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (lambda log: [*log[:1], log[1].replace(b"1", b"9", 1), *log[2:]], [f"5: {WRONG}"]),
        (lambda log: [*log[:3], log[3].replace(b"3", b"9", 1), *log[4:]], [f"5: {WRONG}"]),
        (lambda log: [*log[:4], log[4].replace(b"4", b"9", 1), *log[5:]], [f"5: {WRONG}"]),
        (
            lambda log: [log[0], log[2], log[1], *log[3:]],
            ["2: a goes on at 3 after 1", "3: a goes on at 2 after 3", "4: a goes on at 4 after 2", "5: a's lines 4"],
        ),
        (
            # The entries of two lines change places, but not their numbers.
            lambda log: [log[0], log[1].replace(b"1", b"2", 1), log[2].replace(b"2", b"1", 1), *log[3:]],
            [f"5: {WRONG}"],
        ),
        (
            lambda log: log[:2] + log[3:],
            ["3: a goes on at 4 after 2; so a's line 2 can't be checked", "4: a's lines 4 to 5 can't be checked with"],
        ),
        (lambda log: log[:1] + log[5:], ["2: a goes on at 6 after 1"]),
        (
            lambda log: log[:2] + log[1:],
            ["3: a goes on at 2 after 2: lines come again, or the files aren't named oldest first; so a's line 2"],
        ),
        (lambda log: log[:4] + log[5:], ["5: a goes on at 6 after 4; so a's lines 2 to 4 can't be checked"]),
        (lambda log: [*log[:-1], _without_mac(log[-1])], [f"a's line 8 {OPEN}"]),
        (lambda log: log[:6], [f"a's line 6 {OPEN}"]),
        (lambda log: log[:4], ["a's lines 2 to 4 are its last, and no MAC covers them"]),
        (
            # Two writes become one.
            lambda log: [*log[:4], _without_mac(log[4]), *log[5:]],
            ["7: a's lines 2 to 7 are not what was written"],
        ),
        (
            lambda log: [*log[:4], _without_mac(log[4]), log[5], log[6].replace(*_other(_previous(log[6]), log[0]))],
            ["7: a's lines 2 to 7 are not what was written"],
        ),
        (lambda log: [_without_mac(log[0]), *log[1:]], ["5: a's lines 1 to 5 are not what was written"]),
        (lambda log: [*log[:6], _without_mac(log[6]), *log[7:]], ["8: a's lines 6 to 8 are not what was written"]),
        (
            # One becomes two.
            lambda log: [*log[:2], _with_mac(log[2], _mac(log[4])), *log[3:]],
            ["3: a's lines 2 to 3 are not what was written", "5: a's lines 4 to 5 are not what was written"],
        ),
        (
            lambda log: [*log[:1], _with_mac(log[1], _mac(log[0])), *log[2:]],
            ["2: a's line 2 is not what was written"],
        ),
        (
            # The MAC stands a line earlier, and the last line goes.
            lambda log: [*log[:3], log[3][:-3] + log[4][log[4].index(b',"previous"') :], *log[5:]],
            ["4: a's lines 2 to 4 are not what was written", "5: a goes on at 6 after 4"],
        ),
        (
            lambda log: [*log[:4], _with_mac(log[4], _mac(log[4])), *log[5:]],
            [f"5: {WRONG}"],
        ),
        (
            lambda log: [*log[:4], log[4].replace(*_other(_previous(log[4]), log[6])), *log[5:]],
            [f"5: {WRONG}"],
        ),
        (
            # What belongs to another place comes in this one's stead.
            lambda log: [*log[:1], _numbered(log[5], 2), _numbered(log[6], 3), *log[3:]],
            ["3: a's lines 2 to 3 are not what was written"],
        ),
        (
            lambda log: [line.replace(b'"writer":"a"', b'"writer":"b"') for line in log],
            [
                "1: b's line 1 is not what was written, or of another device",
                "5: b's lines 2 to 5 are not what was written",
                "7: b's lines 6 to 7 are not what was written",
            ],
        ),
        (
            # The number isn't covered by the MAC of a line that was written alone.
            lambda log: [*log[:7], _without_mac(log[7]), _numbered(log[7], 9)],
            ["9: a's lines 8 to 9 are not what was written"],
        ),
        (lambda log: [*log, _numbered(_without_mac(log[0]), 9)], [f"a's line 9 {OPEN}"]),
        (
            lambda log: [*log, _numbered(log[1], 1).replace(b'"writer":"a"', b'"writer":"b"')],
            [f"b's line 1 {OPEN}"],
        ),
    ],
)
def test_an_attack_shows(attack: Callable[[Lines], Lines], found: list[str]) -> None:
    """Where it is, without anything that the store knows of the log."""
    log = batches(1, 4, 2, 1).lines
    told = faults(KEY, attack(list(log)))
    assert [text.startswith(begin) for text, begin in zip(told, found, strict=False)] == [True] * len(found), told
    assert faults(KEY, log) == []


def _other(mac: str, line: bytes) -> tuple[bytes, bytes]:
    return mac.encode(), _mac(line).encode()


def _numbered(line: bytes, sequence: int) -> bytes:
    return re.sub(rb'"sequence":\d+', b'"sequence":%d' % sequence, line)


def test_without_the_older_files_one_line_of_a_writer_can_not_be_checked_at_the_most() -> None:
    """Whoever takes many MACs away gains nothing: a MAC of several lines is checked by itself."""
    key, lines = ChainKey(KEY, b"", {}), batches(2, 1, 1, 1, 3, 1).lines[2:]

    def check(lines: Lines) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
        checking = Verification([key], partial=True)
        problems = [fault.problem for fault in checking.file(lines)]
        summary = checking.finish()
        return problems, summary.unchecked, summary.faults

    assert check(lines) == ([], ("a's line 3",), ())
    assert check(lines[3:]) == ([], (), ())
    later = ", or the first of them are in an earlier file"
    assert check([*map(_without_mac, lines[:2]), *lines[2:]]) == (
        [f"a's lines 3 to 5 are not what was written{later}"],
        (),
        (),
    )
    assert check(lines[4:]) == ([f"a's lines 7 to 8 are not what was written{later}"], (), ())
    assert check(lines[5:]) == (
        ["a's line 8 is not what was written, or belongs to lines in an earlier file"],
        (),
        (),
    )
    assert check(lines[4:5]) == ([], (), (f"a's line 7 {OPEN}",))
    other = [_with_mac(lines[2], "0" * 64), *lines[3:]]
    assert check(other) == (["a's lines 6 to 8 are not what was written"], ("a's line 5",), ())
    changed = [line.replace(b'"n":6', b'"n":9') for line in lines[3:]]
    assert check(changed)[0] == [f"a's lines 6 to 8 are not what was written{later}"]


writes = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.booleans()), min_size=1, max_size=8)


@given(writes)
def test_what_a_device_took_verifies(given_writes: list[tuple[int, int, bool]]) -> None:
    """Also when it took only a part again and again, and in whatever file the rest stands; the head is of the end."""
    log = Written(KEY)
    heads = [log.chain.link]
    for count, taken, apart in given_writes:
        log.write(count, min(count, taken), apart=apart)
        heads.append(log.chain.link)
    for head in heads[1:]:
        checking = Verification([ChainKey(KEY, b"", {"a": head})])
        assert [fault for line in log.lines for fault in checking.file([line])] == []
        open_ = _open_lines(log.lines)
        proven = head is heads[-1] or not open_ or head.sequence >= len(log.lines)
        assert (checking.finish().faults == ()) is proven
    log.write(2)
    assert faults(KEY, log.lines) == []


def _open_lines(lines: Lines) -> int:
    """How many lines at the end have no MAC."""
    return next((number for number, line in enumerate(reversed(lines)) if b'"mac"' in line), len(lines))


@given(writes, st.data())
def test_any_change_shows(given_writes: list[tuple[int, int, bool]], data: st.DataObject) -> None:
    """Whatever is done to the lines: if they aren't those that the writer wrote, there is a fault."""
    log = Written(KEY)
    for count, taken, apart in given_writes:
        log.write(count, min(count, taken), apart=apart)
    lines = list(log.lines)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        match data.draw(st.sampled_from(["byte", "insert", "drop", "double", "swap", "strip", "link", "mac", "cut"])):
            case "byte":
                at = data.draw(st.integers(0, len(line) - 2))
                value = data.draw(st.integers(0, 255).filter(lambda byte: byte != 0x0A))
                lines[index] = line[:at] + bytes([value]) + line[at + 1 :]
            case "insert":
                at = data.draw(st.integers(0, len(line) - 2))
                lines[index] = line[:at] + data.draw(st.sampled_from([b"0", b" ", b"}", b'"'])) + line[at:]
            case "drop" if len(lines) > 1:
                del lines[index]
            case "double":
                lines.insert(other, line)
            case "swap":
                lines[index], lines[other] = lines[other], line
            case "strip":
                lines[index] = _without_mac(line)
            case "link":
                lines[index] = line.partition(b',"chain"')[0] + b"".join(lines[other].partition(b',"chain"')[1:])
            case "mac":
                mac = re.search(rb'"mac":"([0-9a-f]{64})"', lines[other])
                lines[index] = _with_mac(line, mac[1].decode()) if mac else line
            case _:
                lines = lines[: index + 1]
    checking = Verification([ChainKey(KEY, b"", {"a": log.chain.link})])
    found = list(checking.file(lines))
    assert bool(found or checking.finish().faults) is (lines != log.lines)


@given(st.lists(st.binary(max_size=200) | st.from_regex(chain._LINK), max_size=5))
def test_any_bytes_are_lines_or_none(lines: Lines) -> None:
    """Nothing that stands in a file stops a check, and nothing of it passes."""
    checking = Verification([ChainKey(KEY, b"> ", {}), ChainKey(KEY, b"", {})])
    found = list(checking.file(lines))
    assert found or not any(line.rstrip(b"\n") for line in lines) or checking.finish().faults
    for line in lines:
        parsed = chain.parse(line)
        assert (parsed.writer if parsed is not None else "") == chain.writer_of(line)


def test_a_line_cut_off_by_a_full_disk_is_one_fault() -> None:
    """The writer goes on with the same number, so everything after the fragment verifies."""
    log = Written(KEY)
    log.write(1)
    log.write(3, 2)
    taken = len(log.lines)
    log.write(2)
    lines = [*log.lines[:taken], log.lines[taken][:20], *log.lines[taken:]]
    assert faults(KEY, lines) == ["4: no entry with a link of the chain"]


def test_lines_without_a_mac_take_no_memory() -> None:
    """A disk that stays full takes a part of one batch after the other; what is kept of them is a digest."""
    log = Written(KEY)
    for _ in range(50):
        log.write(3, 2)
    since = hmac.new(KEY, b"".join(log.lines), hashlib.sha256)
    since.update(hmac.digest(KEY, b"a", "sha256").hex().encode())
    assert (log.chain.link.sequence, log.chain.link.mac) == (100, since.digest())
    assert repr(log.chain.link) == "ChainLink(sequence=100)"
    log.write(1)
    assert faults(KEY, log.lines) == []
