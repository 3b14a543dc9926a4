"""Answers of an earlier process that belong to tokens other than the one that this process has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from strongroom.agent.dependencies.dependency import secret
from strongroom.agent.dependencies.refreshing import Step
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.terms import Leased
from tests.conformance.agent.keeping import keeping, until
from tests.conformance.agent.world import World, world
from tests.unit.agent.serving.cache.keeping import Memory

LONG = secret("database/creds/long")
SHORT = secret("database/creds/short")
STATIC = secret("secret/taken")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests."""
    with world(tmp_path_factory.mktemp("taking")) as started:
        started.put_secret("taken", a="one")
        yield started


async def test_a_lease_of_a_login_that_was_replaced_goes_on(made: World) -> None:
    """Its token is still good: the credential is the same, and is renewed by whoever is logged in now."""
    memory = Memory()
    async with keeping(made, "7200s", kept=memory) as first:
        first.asking.want(SHORT, LONG)
        users = [await first.asking.answer(each) for each in (SHORT, LONG)]
    taken = len(made.leases("database/creds/long"))
    async with keeping(made, kept=memory) as second:
        second.asking.want(SHORT, LONG)
        assert [await second.asking.answer(each) for each in (SHORT, LONG)] == users
        state = second.asking.state(LONG)
        assert state.next is not None
        assert state.next.step is Step.RENEW
        before = second.asking.state(SHORT).answer
        assert before is not None
        await until(lambda: (found := second.asking.state(SHORT).answer) is not None and found.terms != before.terms)
        after = second.asking.state(SHORT).answer
        assert after is not None
        assert isinstance(after.terms, Leased)
        assert after.value == users[0]
        assert made.works(users[0].data)
    assert len(made.leases("database/creds/long")) == taken


async def test_a_dead_token_is_asked_for_once(made: World) -> None:
    """Its leases are fetched anew, each once, and what has no lease is the same before anybody is logged in."""
    memory = Memory()
    async with keeping(made, kept=memory) as first:
        first.asking.want(LONG, STATIC)
        old = await first.asking.answer(LONG)
        await first.asking.answer(STATIC)
        leases = set(made.leases("database/creds/long"))
        made.revoke(first.session.logins[0].token)
    await until(lambda: len(leases - set(made.leases("database/creds/long"))) > 0)
    async with keeping(made, kept=memory, logs_in=False) as second:
        second.asking.want(LONG, STATIC)
        static = await second.asking.answer(STATIC)
        assert isinstance(static, Secret)
        assert static.data["data"] == {"a": "one"}
        assert second.asking.state(LONG).answer is None
        await second.session.log_in()
        new = await second.asking.answer(LONG)
        assert new != old
        assert made.works(new.data)
    async with keeping(made, kept=memory) as third:
        third.asking.want(LONG)
        assert await third.asking.answer(LONG) == new
        third.dependencies.all_asked()
        await until(lambda: len(memory.kept) == 1)
