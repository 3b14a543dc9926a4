"""When a challenge is tried, and what becomes of it."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.acme.challenges.attempts import begun, ended, is_due
from strongroom.engines.pki.acme.challenges.outcome import Failed
from strongroom.engines.pki.acme.records import Challenge
from strongroom.engines.pki.acme.states import IllegalMove
from strongroom.sdk import replace

NOW = 1_700_000_000.0
NEW = Challenge(type="http-01", token="t")
TRIED = replace(NEW, status="processing", attempts=1, next_at=NOW)
AWAY, WRONG = Failed("connection", "away"), Failed("unauthorized", "another file", final=True)


@pytest.mark.parametrize(
    ("status", "next_at", "answered", "due"),
    [
        ("pending", 0.0, True, True),
        ("pending", 0.0, False, False),
        ("processing", NOW, False, True),
        ("processing", NOW, True, True),
        ("processing", NOW + 0.1, True, False),
        ("valid", 0.0, True, False),
        ("invalid", 0.0, True, False),
    ],
)
def test_when_it_is_tried(status: str, next_at: float, answered: bool, due: bool) -> None:
    """First when the client says so, and then when the pause is over; never after it was decided."""
    assert is_due(replace(NEW, status=status, next_at=next_at), NOW, answered=answered) == due


def test_another_attempt_waits_for_one_under_way() -> None:
    """Half a minute, in which its process has either ended it or died."""
    assert begun(NEW, NOW) == replace(NEW, status="processing", attempts=1, next_at=NOW + 30)
    assert begun(TRIED, NOW) == replace(TRIED, attempts=2, next_at=NOW + 30)


@pytest.mark.parametrize(("attempts", "pause_s"), [(1, 2), (2, 4), (3, 8), (4, 16)])
def test_pauses_grow(attempts: int, pause_s: int) -> None:
    """Each attempt that fails for now doubles the pause before the next one."""
    found = ended(replace(TRIED, attempts=attempts), AWAY, NOW)
    assert (found.status, found.next_at, found.error) == ("processing", NOW + pause_s, AWAY.document())


@pytest.mark.parametrize(("attempts", "failure"), [(5, AWAY), (1, WRONG)])
def test_what_ends_it(attempts: int, failure: Failed) -> None:
    """The fifth failure, or one that no other attempt would mend."""
    found = ended(replace(TRIED, attempts=attempts), failure, NOW)
    assert (found.status, found.error) == ("invalid", failure.document())


def test_what_proves_it() -> None:
    """The time is kept, and the error of an earlier attempt is gone."""
    found = ended(replace(TRIED, error=AWAY.document()), None, NOW)
    assert (found.status, found.validated_at, found.error) == ("valid", NOW, {})


@pytest.mark.parametrize("status", ["pending", "valid", "invalid"])
def test_only_an_attempt_under_way_ends(status: str) -> None:
    """A challenge that isn't being tried stays as it is."""
    with pytest.raises(IllegalMove):
        ended(replace(NEW, status=status), None, NOW)
