"""Checking the files of a log, without a server."""

from __future__ import annotations

from strongroom.audit import chain
from strongroom.audit.strand import ChainKey
from strongroom.audit.verification import Summary, Verification
from strongroom.audit.writer import Writers
from strongroom.lib.rand import SystemRandom
from tests.sim.audit_log import Written

KEY = b"k" * 32


def written(
    writer: str, count: int, prefix: bytes = b"", key: bytes = KEY
) -> tuple[list[bytes], list[chain.ChainLink]]:
    """Lines of one writer, and its link after each."""
    log, links = Written(key, writer, prefix), []
    for _ in range(count):
        log.write(1)
        links.append(log.chain.link)
    return log.lines, links


def check(keys: list[ChainKey], *files: list[bytes], partial: bool = False) -> tuple[list[str], Summary]:
    """The problems of all lines, and what there is to say of the whole."""
    verification = Verification(keys, partial=partial)
    problems = [fault.problem for file in files for fault in verification.file(file)]
    return problems, verification.finish()


def test_several_devices_may_have_written_to_a_file() -> None:
    """One that was disabled and the next of the same path, each with a key and a prefix of its own."""
    one, links = written("a", 3, b"x: ")
    other, _ = written("b", 2, key=b"o" * 32)
    keys = [ChainKey(KEY, b"x: ", {"a": links[-1]}), ChainKey(b"o" * 32, b"", {})]
    problems, summary = check(keys, [*one, *other])
    assert problems == []
    assert (summary.lines, summary.writers, summary.unknown, summary.faults) == (5, 2, ("b",), ())


def test_a_cut_line_is_one_fault_however_many_have_ended_it() -> None:
    """Two processes that find it at the same moment both end it, so an empty line follows, which is none of the log."""
    lines, links = written("a", 3)
    cut = [lines[0], b'{"time":"20\n', b"\n", *lines[1:]]
    problems, summary = check([ChainKey(KEY, b"", {"a": links[-1]})], cut)
    assert problems == ["no entry with a link of the chain"]
    assert (summary.lines, summary.faults) == (4, ())


def test_a_changed_line_is_one_fault() -> None:
    """The lines that follow are told from it as it should have been."""
    lines, links = written("a", 5)
    lines[1] = lines[1].replace(b'"n":1', b'"n":7')
    problems, _ = check([ChainKey(KEY, b"", {"a": links[-1]})], lines)
    assert problems == ["a's line 2 is not what was written"]


def test_what_the_store_knows_can_not_be_forged_with_the_key() -> None:
    """Whoever has the key writes all lines anew, and the one that the store knows is another one."""
    _, links = written("a", 5)
    forging, forged = chain.Chain(KEY, "a"), []
    for number in (0, 1, 9, 3, 4):
        batch = forging.together([b'{"n":%d}' % number])
        forging.take(batch, 1)
        forged += batch.lines
    problems, _ = check([ChainKey(KEY, b"", {"a": links[3]})], forged)
    assert problems == ["a's line 4 is not the one that the store knows"]


def test_ends_and_writers_are_missed() -> None:
    """Beside what the store knows; with the older files elsewhere only the ends that are there."""
    lines, links = written("a", 5)
    keys = [ChainKey(KEY, b"", {"a": links[4], "gone": links[2]})]
    assert check(keys, lines[:3])[1].faults == (
        "a ends at line 3: it has written 5 at least",
        "gone is missing: it has written 3 lines at least",
    )
    problems, summary = check(keys, lines[2:], partial=True)
    assert (problems, summary.faults) == ([], ())
    assert check(keys, lines[2:])[0] == ["a begins at line 3: those before are in none of the files"]


def test_files_in_the_wrong_order_are_told() -> None:
    """A shell's `audit.log*` has the newest first."""
    lines, links = written("a", 4)
    problems, _ = check([ChainKey(KEY, b"", {"a": links[-1]})], lines[2:], lines[:2], partial=True)
    assert problems == ["a goes on at 1 after 4: lines come again, or the files aren't named oldest first"]


def test_an_earlier_device_whose_files_are_not_named_is_one_fault() -> None:
    """And says what to do: an operator sees from writers' names alone neither whose they are nor where to look."""
    lines, links = written("a", 2)
    _, old = written("b", 3, key=b"o" * 32)
    former = ChainKey(b"o" * 32, b"", {"b": old[-1], "c": old[0]}, former=True)
    keys = [ChainKey(KEY, b"", {"a": links[-1]}), former]
    [fault] = check(keys, lines)[1].faults
    assert fault.startswith("an earlier device of this path is missing, with 4 lines at least of 2 writers: name")
    assert check(keys, lines, partial=True)[1].faults == ()


def test_an_earlier_device_of_which_there_are_lines_is_missed_by_its_writers() -> None:
    """Its files were named, and lack something."""
    lines, links = written("a", 2)
    keys = [ChainKey(KEY, b"", {"a": links[-1], "gone": links[0]}, former=True)]
    assert check(keys, lines)[1].faults == ("gone is missing: it has written 1 lines at least",)


def test_lines_that_nothing_is_checked_by_are_told() -> None:
    """Without older files the first line of each writer may be changed, and one of a made-up writer put in."""
    lines, links = written("a", 5)
    made_up = b'{"n":0,"chain":{"writer":"evil","sequence":7,"mac":"' + b"0" * 64 + b'"}}'
    problems, summary = check([ChainKey(KEY, b"", {"a": links[-1]})], [*lines[2:], made_up], partial=True)
    assert (problems, summary.faults) == ([], ())
    assert summary.unchecked == ("a's line 3", "evil's line 7")
    assert summary.unknown == ("evil",)


def test_heads_that_the_store_has_lost_are_told() -> None:
    """Whoever removes their rows can't change how many there have to be."""
    lines, _ = written("a", 1)
    assert check([ChainKey(KEY, b"", {}, lost=2)], lines)[1].faults == ("the store has lost what it knew of 2 writers",)


def test_a_log_of_no_device_is_none() -> None:
    """Without any key nothing passes."""
    lines, _ = written("a", 1)
    assert check([], lines)[0] == ["the store knows no device at this path"]


def test_writers_know_their_own() -> None:
    """By the name alone; another store's, or one that was made up, isn't."""
    writers = Writers(b"key", "node 1/$x", SystemRandom())
    name = writers.new()
    assert writers.own(name)
    assert "$" not in name
    assert "/" not in name
    assert not Writers(b"other", "node", SystemRandom()).own(name)
    assert not writers.own("node-1-0123456789ab")
    assert not writers.own("")
