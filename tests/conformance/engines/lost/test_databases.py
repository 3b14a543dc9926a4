"""Databases whose way is cut: nothing is left behind in them, and each password is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.engines.lost import rounds, sides
from tests.conformance.engines.lost.rounds import Step, round_of
from tests.conformance.engines.lost.sides import Side
from tests.conformance.postgres import postgresql_server
from tests.sim import influxdb, redis

__all__ = ["postgresql_server"]

STEPS = (rounds.issue, rounds.renew, rounds.revoke, rounds.rotate_root, rounds.take_over, rounds.rotate)
SLOW = {("mariadb", rounds.take_over), ("influxdb", rounds.take_over), ("influxdb", rounds.rotate)}
"""What costs much, because logins do there, and shows no more than other databases do."""
PAIRS = [
    pytest.param(name, step, id=f"{name}-{step.__name__}")
    for name in ("postgresql", "mariadb", "redis", "influxdb")
    for step in STEPS
    if (name, step) not in SLOW
]


@pytest.fixture(scope="module")
def side(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """Each database in turn."""
    folder = tmp_path_factory.mktemp("server")
    match request.param:
        case "postgresql":
            yield sides.of_postgresql(request.getfixturevalue("postgresql_server"))
        case "mariadb":
            yield sides.of_mariadb(request.getfixturevalue("mariadb_server"))
        case "redis":
            with redis.run(folder, aclfile=True) as cache:
                yield sides.of_redis(cache)
        case _:
            with influxdb.run(folder) as metrics:
                metrics.query("CREATE DATABASE metrics")
                yield sides.of_influxdb(metrics)


@pytest.mark.parametrize(("side", "step"), PAIRS, indirect=["side"], scope="module")
async def test_each_question_is_lost(side: Side, step: Step) -> None:
    """Or its answer, in each step."""
    async with round_of(side) as one:
        await step(one)
