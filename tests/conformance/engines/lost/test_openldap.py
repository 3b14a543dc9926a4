"""A directory whose way is cut, in the middle of LDIF too: nothing is left behind, and each password is known."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.engines.lost import rounds
from tests.conformance.engines.lost.directories import of_slapd
from tests.conformance.engines.lost.rounds import round_of
from tests.sim import slapd


async def test_each_question_is_lost(tmp_path: Path) -> None:
    """Or its answer, in each step."""
    with slapd.run(tmp_path) as server:
        for step in (rounds.issue, rounds.revoke, rounds.take_over, rounds.rotate):
            async with round_of(of_slapd(server)) as one:
                await step(one)
