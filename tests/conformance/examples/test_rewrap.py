"""The example `encrypted_columns`: after a rotation all rows get the new version, whatever happens meanwhile."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.conformance.examples.shop import EXAMPLE, IN_THE_BATCH, Shop
from tests.conformance.program import Program, environment


def test_all_rows_get_the_latest_version(shop: Shop) -> None:
    """Each row has the version that the key has, its texts, and other ciphertexts; versions 1 and 2 aren't needed."""
    people = shop.fill(130)
    before = shop.stored()
    shop.run("rotate")
    shop.run("rotate")
    progress = shop.run("rewrap", "--rows", "50").stderr.splitlines()
    counts = [line.partition("] ")[2] for line in progress]
    assert counts[:4] == [f"{done} of 130 rows have version 3" for done in (0, 50, 100, 130)]
    assert progress[1] == f"[{'#' * 15}{'.' * 25}] {counts[1]}"
    assert shop.versions() == {3: 130}
    texts = {text for _, *texts in [*before, *shop.stored()] for text in texts}
    assert len(texts) == 4 * 130
    shop.ask("POST", f"transit/keys/{shop.name}/config", {"min_decryption_version": 3})
    assert shop.shown() == people


def test_a_second_time_changes_nothing(shop: Shop) -> None:
    """What has the latest version isn't touched."""
    shop.fill(20)
    shop.run("rotate")
    shop.run("rewrap")
    stored = shop.sql("SELECT *, xmin::text FROM customers ORDER BY id")
    shop.run("rewrap")
    assert shop.sql("SELECT *, xmin::text FROM customers ORDER BY id") == stored


def test_a_terminal_has_a_bar(shop: Shop) -> None:
    """Each state overwrites the one before, and the last one stays."""
    shop.fill(100)
    shop.run("rotate")
    ours, theirs = pty.openpty()
    command = [sys.executable, EXAMPLE / "customers.py", "rewrap", "--rows", "50"]
    done = subprocess.run(command, check=False, env=environment(shop.directory, shop.settings), stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert f"\r[{'#' * 20}{'.' * 20}] 50 of 100 rows have version 2\r[{'#' * 40}] 100 of 100" in shown
    assert shown.endswith(" 100 of 100 rows have version 2\r\r\n")


def test_an_empty_table_is_done(shop: Shop) -> None:
    """No row is no mistake."""
    shop.run("rotate")
    assert "0 of 0 rows" in shop.run("rewrap").stderr


def test_rows_that_cannot_be_decrypted_stay(shop: Shop) -> None:
    """They are named, keep their ciphertexts, and stop no other row, not even of their batch; nor the program's end."""
    people = shop.fill(30)
    shop.sql("UPDATE customers SET email = iban WHERE id IN (7, 8, 30)")
    broken = [row for row in shop.stored() if row[0] in (7, 8, 30)]
    shop.run("rotate")
    done = shop.run("rewrap", "--rows", "2", status=1)
    left = [line for line in done.stderr.splitlines() if "left as it was" in line]
    assert [line.split()[1] for line in left] == ["7", "8", "30"]
    assert [row for row in shop.stored() if row[0] in (7, 8, 30)] == broken
    assert shop.versions() == {1: 3, 2: 27}
    assert shop.shown(status=1) == {number: person for number, person in people.items() if number not in (7, 8, 30)}


def test_several_at_once(shop: Shop) -> None:
    """Of three that have all read the same rows, one is killed: the others end well, and each row is right."""
    people = shop.fill(300)
    shop.run("rotate")
    with shop.holding(IN_THE_BATCH):
        first = shop.start("rewrap", "--rows", "40")
        shop.wait_for_sessions(1, "wait_event = 'advisory'")
        others = [shop.start("rewrap", "--rows", rows) for rows in ("40", "70")]
        shop.wait_for_sessions(3, "wait_event_type = 'Lock'")
        shop.run("change", "5", given="new,5@example.org,DE5\n")
        first.kill()
    _end_well(others)
    assert shop.versions() == {2: 300}
    assert shop.shown() == {**people, 5: ["new", "5@example.org", "DE5"]}


def test_a_rotation_meanwhile(shop: Shop) -> None:
    """A key that is rotated while the rows are encrypted anew: all get the version that it has in the end."""
    people = shop.fill(300)
    shop.run("rotate")
    with shop.holding(IN_THE_BATCH):
        program = shop.start("rewrap", "--rows", "50")
        shop.wait_for_sessions(1, "wait_event = 'advisory'")
        assert shop.versions() == {1: 200, 2: 100}
        shop.run("rotate")
    _end_well([program])
    assert shop.versions() == {3: 300}
    assert shop.shown() == people


@pytest.mark.parametrize("rows", ["0", "-1", "many"])
def test_a_batch_has_rows(shop: Shop, rows: str) -> None:
    """A batch without rows would never end."""
    assert "usage:" in shop.run("rewrap", "--rows", rows, status=2).stderr


def _end_well(programs: list[Program]) -> None:
    for program in programs:
        assert program.wait() == 0, program.log_text()
