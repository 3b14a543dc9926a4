"""Going round what waits to be cleared."""

from __future__ import annotations

from strongroom.core.clearing import Round

NAMES = [f"{number:03d}" for number in range(2 * Round.PAGE + 5)]


async def _names(after: str) -> list[str]:
    return [name for name in NAMES if name > after][: Round.PAGE]


async def test_a_turn_reaches_what_lies_before_where_it_began() -> None:
    """When everything to the end waits, the turn goes on from the start, and ends after one time round."""
    pieces, looked = Round(_names), list[str]()

    async def working(name: str) -> int:
        looked.append(name)
        return 1

    async def only_the_first(name: str) -> int:
        looked.append(name)
        return int(name == NAMES[0])

    assert await pieces.run_once(working) == Round.PAGE
    assert looked == NAMES[: Round.PAGE]
    looked.clear()
    assert await pieces.run_once(only_the_first) == 1
    assert looked == NAMES[Round.PAGE :] + NAMES[: Round.PAGE]


async def test_a_turn_ends_when_all_of_it_waits() -> None:
    """Nothing is to be done anywhere: 0, wherever the turn began."""
    pieces = Round(_names)

    async def waiting(name: str) -> int:
        return 0

    async def working(name: str) -> int:
        return 1

    assert await pieces.run_once(waiting) == 0
    await pieces.run_once(working)
    assert await pieces.run_once(waiting) == 0
