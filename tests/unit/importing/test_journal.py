"""The file that says what an import has done."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.importing.inventory import Kind, Lack, Name, Outcome, State
from strongroom.importing.journal import JournalFault, open_journal

KV = Name(Kind.KV, "team/", "secret/", "a b/ü")
MOUNT = Name(Kind.MOUNT, "", "secret/", "")


def test_what_was_kept_is_known_again(tmp_path: Path) -> None:
    """Outcomes with all they say, and mounts that were begun."""
    path = tmp_path / "journal"
    outcome = Outcome(KV, State.PARTLY, "a reason", (Lack("x", "y", "z"),), "a remedy")
    with open_journal(path, "s", "d") as journal:
        assert not journal.is_done(KV)
        journal.making(MOUNT)
        journal.add(outcome)
    with open_journal(path, "s", "d") as journal:
        assert journal.outcomes == {KV: outcome}
        assert journal.made == {MOUNT}
        assert journal.is_done(KV)
        assert not journal.is_done(MOUNT)


def test_what_failed_is_not_done(tmp_path: Path) -> None:
    """It is tried again, and the last outcome counts."""
    path = tmp_path / "journal"
    with open_journal(path, "s", "d") as journal:
        journal.add(Outcome(KV, State.FAILED))
    with open_journal(path, "s", "d") as journal:
        assert not journal.is_done(KV)
        journal.add(Outcome(KV, State.IMPORTED))
    with open_journal(path, "s", "d") as journal:
        assert journal.is_done(KV)


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_torn_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    """What a killed process has begun to write is forgotten, and what follows is whole."""
    path = tmp_path / "journal"
    with open_journal(path, "s", "d") as journal:
        journal.add(Outcome(MOUNT, State.IMPORTED))
        journal.add(Outcome(KV, State.IMPORTED))
    path.write_bytes(path.read_bytes()[:-cut])
    with open_journal(path, "s", "d") as journal:
        assert journal.is_done(MOUNT)
        assert not journal.is_done(KV)
        journal.add(Outcome(KV, State.SAME))
    with open_journal(path, "s", "d") as journal:
        assert journal.outcomes[KV].state is State.SAME


def test_a_journal_torn_in_its_first_line_begins_anew(tmp_path: Path) -> None:
    """A process that was killed at once has done nothing."""
    path = tmp_path / "journal"
    path.write_text('{"journal": 1, "sou')
    with open_journal(path, "s", "d") as journal:
        journal.add(Outcome(KV, State.IMPORTED))
    with open_journal(path, "s", "d") as journal:
        assert journal.is_done(KV)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"journal": 1, "source": "other", "destination": "d"}\n', "another import, whose source is other"),
        ('{"journal": 1, "source": "s", "destination": "other"}\n', "another import, whose destination is other"),
        ("{}\n", "line 1 is none of a journal"),
        ("[]\n", "line 1 is none of a journal"),
        ('{"journal": 1, "source": "s", "destination": "d"}\nx\n', "line 2 is none"),
        ('{"journal": 1, "source": "s", "destination": "d"}\n{"kind": "nothing"}\n', "line 2 is none"),
    ],
)
def test_what_is_no_journal_of_this_import_is_refused(tmp_path: Path, text: str, error: str) -> None:
    """And the file stays as it is."""
    path = tmp_path / "journal"
    path.write_text(text)
    with pytest.raises(JournalFault, match=error), open_journal(path, "s", "d"):
        pass
    assert path.read_text() == text


def test_only_one_uses_it(tmp_path: Path) -> None:
    """A second import with the same journal is refused while the first runs."""
    path = tmp_path / "journal"
    with open_journal(path, "s", "d"), pytest.raises(JournalFault, match="another import uses it"):
        with open_journal(path, "s", "d"):
            pass


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Also where it was there before; and it is no link to somewhere else."""
    path = tmp_path / "journal"
    path.touch(0o644)
    with open_journal(path, "s", "d"):
        assert path.stat().st_mode & 0o777 == 0o600
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(JournalFault), open_journal(link, "s", "d"):
        pass


def test_without_a_file_nothing_is_kept() -> None:
    """An import without a journal compares instead."""
    with open_journal(None, "s", "d") as journal:
        journal.making(MOUNT)
        journal.add(Outcome(KV, State.IMPORTED))
        assert not journal.is_done(KV)
