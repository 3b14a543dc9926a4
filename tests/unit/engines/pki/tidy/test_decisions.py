"""What a run removes, in which order, and what it counts of the rest."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.tidy.decisions import Entry, Fate, counted, fate, horizon, next_step
from strongroom.engines.pki.tidy.records import Counts, Work

END = 1_700_000_000
BUFFERS = {"safety_buffer": 100, "revoked_safety_buffer": 200}
STORE, REVOKED = {"tidy_cert_store": True}, {"tidy_revoked_certs": True}
BOTH = {**STORE, **REVOKED}


@pytest.mark.parametrize(
    ("work", "stored", "revoked", "age_s", "removed"),
    [
        (STORE, True, False, 100, (False, False)),
        (STORE, True, False, 101, (True, False)),
        (STORE, True, True, 101, (True, False)),
        (STORE, True, True, 999, (True, False)),
        (STORE, False, True, 999, (False, False)),
        (REVOKED, True, False, 999, (False, False)),
        (REVOKED, True, True, 200, (False, False)),
        (REVOKED, True, True, 201, (True, True)),
        (REVOKED, False, True, 201, (False, True)),
        (BOTH, True, True, 100, (False, False)),
        (BOTH, True, True, 101, (True, False)),
        (BOTH, True, True, 201, (True, True)),
        (BOTH, True, False, 201, (True, False)),
        (BOTH, False, False, 999, (False, False)),
        ({}, True, True, 999, (False, False)),
        (BOTH, True, True, -999, (False, False)),
    ],
)
def test_what_goes(work: dict[str, bool], stored: bool, revoked: bool, age_s: int, removed: tuple[bool, bool]) -> None:
    """Each after its own buffer; a certificate goes with its revocation, and a revocation never before its buffer."""
    entry = Entry(not_after=END, stored=stored, revoked=revoked)
    found = fate(entry, Work(**work, **BUFFERS), END + age_s)
    assert found == Fate(remove_stored=removed[0], remove_revoked=removed[1])
    assert found.leaves(entry) == ((stored and not removed[0]) or (revoked and not removed[1]))


@pytest.mark.parametrize(("work", "before"), [(STORE, 100), (REVOKED, 200), (BOTH, 100), ({}, END)])
def test_what_is_looked_at(work: dict[str, bool], before: int) -> None:
    """What ended before the shorter buffer, and nothing if nothing is to go."""
    assert horizon(Work(**work, **BUFFERS), END) == END - before


@pytest.mark.parametrize(
    ("work", "steps"),
    [
        ({}, ["repeats"]),
        (STORE, ["entries", "repeats", "kept"]),
        (REVOKED, ["entries", "repeats", "kept"]),
        ({"tidy_revoked_cert_issuer_associations": True}, ["associations", "repeats"]),
        ({"tidy_expired_issuers": True}, ["issuers", "repeats"]),
        ({"tidy_acme": True}, ["acme", "repeats"]),
    ],
)
def test_steps(work: dict[str, bool], steps: list[str]) -> None:
    """A run does what it is told to, in this order."""
    found = [next_step("", Work(**work))]
    while found[-1]:
        found.append(next_step(found[-1], Work(**work)))
    assert found == [*steps, ""]


KEPT = [(stored, revoked, later) for stored in (True, False) for revoked in (True, False) for later in (True, False)]


@pytest.mark.parametrize(("stored", "revoked", "later"), KEPT)
def test_what_is_counted(stored: bool, revoked: bool, later: bool) -> None:
    """Stored certificates and revocations, each by whether it has expired, and when the first of them may go."""
    entry = Entry(not_after=END, stored=stored, revoked=revoked)
    found = counted(Counts(), [entry], Work(**BOTH, **BUFFERS), END - 1 if later else END + 1)
    assert (found.kept_within_buffer, found.kept_not_expired) == (stored and not later, stored and later)
    assert (found.revoked_within_buffer, found.revoked_not_expired) == (revoked and not later, revoked and later)
    assert found.next_eligible_at == (END + 100 if stored else END + 200 if revoked else 0)


@pytest.mark.parametrize(("work", "at"), [(STORE, END + 100), (REVOKED, END + 200), ({}, 0), (BOTH, END + 100)])
def test_when_the_first_may_go(work: dict[str, bool], at: int) -> None:
    """By what the run removes; the earliest of several."""
    entries = [Entry(not_after=END + more, stored=True, revoked=True) for more in (50, 0, 70)]
    assert counted(Counts(), entries, Work(**work, **BUFFERS), END + 1).next_eligible_at == at
