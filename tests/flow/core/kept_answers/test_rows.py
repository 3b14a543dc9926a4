"""Each path that may be answered again: the answer is the usual one, and ends with whatever it was made of."""

from __future__ import annotations

import pytest

from strongroom.barrier.transaction import transact
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Operation
from strongroom.server import builtin
from tests.flow.core import repeats
from tests.flow.core.kept_answers.beside import entries, plain
from tests.flow.core.kept_answers.rows import SUBJECTS
from tests.flow.core.kept_answers.rows.world import ALL, POLICY, Row, World
from tests.flow.node import TestNode

_VERBS = {Operation.READ: "read", Operation.LIST: "list", Operation.SCAN: "scan", Operation.UPDATE: "update"}


def _declared(label: str, engine: Engine) -> set[str]:
    return {
        f"{label} {_VERBS[operation]} {route.pattern}"
        for route in engine.routes.routes
        for operation, declaration in route.by_operation.items()
        if declaration.repeatable and operation is not Operation.CREATE
    }


async def test_the_table_has_all() -> None:
    """Whatever is declared has a row, and the other way round."""
    node = await TestNode.start()
    found = set[str]()
    for (_, type_), engine in builtin.engines(()).items():
        if type_ != "generic":  # an old name of kv
            found |= _declared(type_, engine)
    found |= _declared("kv2", builtin.engines(())["secret", "kv"].variant({"version": "2"}))
    services = node.node.unsealed
    assert services is not None
    router = await transact(services.barrier, services.mounts.router)
    for entry in router.by_path.values():
        if entry.engine is not None:
            found |= _declared(entry.record.type, entry.engine)
    assert found == {key for subject in SUBJECTS.values() for key in subject.rows}


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_rows(subject: str) -> None:
    """See `_kept`, `_refused` and `_changed`."""
    world = await World.start(SUBJECTS[subject].prepare)
    for key, row in SUBJECTS[subject].rows.items():
        verb = key.split()[1]
        try:
            await _kept(world, row, verb)
            if not row.is_open:
                await _refused(world, row, verb)
            await _changed(world, row, verb)
        except Exception as error:
            error.add_note(key)
            raise


async def _kept(world: World, row: Row, verb: str) -> None:
    """The answer and its entries are the usual ones, on each node of the store."""
    world.node.clock.advance(0.37)  # nothing that a change began is a whole number of seconds away
    call = (*await row.asked(world, verb), "" if row.is_open else world.names["client"])
    ordinary = await world.node.ask(*call)
    assert ordinary.status == 200, ordinary
    written = entries(world.node)
    for node in (world.node, world.by):
        kept = await repeats.kept(node, *call)
        assert plain(kept) == plain(ordinary)
        if isinstance(ordinary.body, dict) and "request_id" in ordinary.body:
            assert kept.body["request_id"] not in {"", ordinary.body["request_id"]}
            assert node.recorder.entries[-1]["request"]["id"] == kept.body["request_id"]
        assert [entry["type"] for entry in written] == ["request", "response"]
        if node is world.node:
            assert entries(node) == written


async def _refused(world: World, row: Row, verb: str) -> None:
    """After a change of the policy, and after the token is revoked."""
    call = (*await row.asked(world, verb), world.names["client"])
    await repeats.kept(world.node, *call)
    await world.ok("PUT", POLICY, {"policy": f'{ALL}\npath "{call[1]}*" {{ capabilities = ["deny"] }}'})
    assert (await repeats.ask(world.node, *call)).status == 403
    await world.ok("PUT", POLICY, {"policy": ALL})
    await repeats.kept(world.node, *call)
    await world.ok("POST", "auth/token/revoke", {"token": world.names["client"]})
    assert (await repeats.ask(world.node, *call)).status == 403
    await world.client()


async def _changed(world: World, row: Row, verb: str) -> None:
    """After another node has changed something, the next answer says so."""
    call = (*await row.asked(world, verb), "" if row.is_open else world.names["client"])
    before = await repeats.kept(world.node, *call)
    await row.changed(world)
    after = await repeats.ask(world.node, *call)
    assert plain(after) != plain(before)
    assert plain(after) == plain(await world.by.ask(*call))
