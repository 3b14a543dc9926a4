"""Devices that the server's configuration makes, changes, takes over and removes."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from strongroom.audit import chain, devices, records
from strongroom.audit.devices import DeviceRequest
from strongroom.audit.records import AuditRecord, FormerDevice, Manifest
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest
from tests.unit.audit.auditing import Auditing, begun


def stanza(path: str, description: str = "", *, local: bool = False, **options: str) -> DeviceRequest:
    """A device as the configuration asks for it."""
    return DeviceRequest(path, "kept", description, options, local)


async def configure(auditing: Auditing, *stanzas: DeviceRequest, given_up: Collection[str] = ()) -> list[AuditRecord]:
    """What there is afterwards; the list agrees with it."""
    await transact(auditing.barrier, lambda txn: auditing.broker.configure(txn, stanzas, 1.0, given_up))
    found = await auditing.records()
    listed = await transact(auditing.barrier, lambda txn: txn.read(records.MANIFEST, Manifest))
    assert listed is not None
    assert listed.devices == {record.id: record.path for record in found}
    return found


async def former(auditing: Auditing) -> list[FormerDevice]:
    """The devices that were."""
    return await transact(auditing.barrier, devices.former)


async def test_a_stanza_makes_its_device_once() -> None:
    """As it stands there, marked as the configuration's; the same stanzas again change nothing, in any order."""
    auditing = await begun()
    first, second = stanza("b/", "about b", local=True, log_raw="true"), stanza("a/")
    made = await configure(auditing, first, second)
    shown = [(r.path, r.type, r.description, r.options, r.local, r.configured) for r in made]
    assert shown == [
        ("a/", "kept", "", {}, False, True),
        ("b/", "kept", "about b", {"log_raw": "true"}, True, True),
    ]
    assert len({made[0].id, made[1].id}) == len({made[0].salt, made[1].salt}) == 2
    assert await configure(auditing, second, first) == made
    assert await former(auditing) == []


@pytest.mark.parametrize(
    "changed",
    [
        stanza("a/", "other"),
        stanza("a/", "about", local=True),
        stanza("a/", "about", log_raw="true"),
    ],
)
async def test_a_stanza_that_changed_makes_another_device(changed: DeviceRequest) -> None:
    """With a key of its own; what the log of the former is checked by remains."""
    auditing = await begun()
    (before, other) = await configure(auditing, stanza("a/", "about"), stanza("b/"))
    (after, same) = await configure(auditing, changed, stanza("b/"))
    assert same == other
    assert (after.id == before.id, after.salt == before.salt) == (False, False)
    assert (after.type, after.description, after.options, after.local) == changed[1:]
    left = FormerDevice(id=before.id, path="a/", prefix="", chain_key=chain.key_of(before.salt))
    assert await former(auditing) == [left]


async def test_a_stanza_that_has_gone_takes_its_device_along() -> None:
    """And nobody else's: a device that was made by a request stays."""
    auditing = await begun()
    await auditing.enable("by-request/")
    await configure(auditing, stanza("a/"), stanza("b/"))
    left = await configure(auditing, stanza("b/"))
    assert [(record.path, record.configured) for record in left] == [("b/", True), ("by-request/", False)]
    assert [old.path for old in await former(auditing)] == ["a/"]


async def test_a_stanza_takes_the_path_of_whatever_is_there() -> None:
    """Even of a device that a request has made just like it, which a request could remove again."""
    auditing = await begun()
    await auditing.enable("a/")
    (before,) = await auditing.records()
    (after,) = await configure(auditing, DeviceRequest("a/", "kept", "about a/", {}, local=False))
    assert (after.configured, after.id == before.id) == (True, False)


async def test_what_the_configuration_has_made_no_request_removes() -> None:
    """Whoever may disable devices can't end the recording that the server's operator asked for."""
    auditing = await begun()
    await auditing.enable("b/")
    before = await configure(auditing, stanza("a/"))
    with pytest.raises(InvalidRequest, match="made by the server's configuration"):
        await auditing.disable("a/")
    assert await auditing.records() == before
    await auditing.disable("b/")
    assert [record.path for record in await auditing.records()] == ["a/"]


@pytest.mark.parametrize(
    ("given_up", "left"),
    [((), ["a/", "b/"]), (("a",), ["b/"]), (("/a/",), ["b/"]), (("a", "b/"), []), (("*",), []), (("c",), ["a/", "b/"])],
)
async def test_devices_can_be_given_up(given_up: tuple[str, ...], left: list[str]) -> None:
    """By their paths, with or without slashes, or all of them; others stay."""
    auditing = await begun()
    for path in ("a/", "b/"):
        await auditing.enable(path)
    assert [record.path for record in await configure(auditing, given_up=given_up)] == left


async def test_giving_up_spares_what_a_stanza_asks_for() -> None:
    """A device that the configuration wants and gives up is made by it."""
    auditing = await begun()
    before = await configure(auditing, stanza("a/"))
    assert await configure(auditing, stanza("a/"), given_up=("*",)) == before


@pytest.mark.parametrize(("given_up", "left"), [((), {"a/", "b/"}), (("b",), {"a/"}), (("*",), {"a/"})])
async def test_what_has_gone_from_the_store_is_missed_until_it_is_given_up(
    given_up: tuple[str, ...], left: set[str]
) -> None:
    """Only what the store lacks goes from the list: a device that is there keeps its place unless it is named."""
    auditing = await begun()
    await configure(auditing, stanza("a/"), stanza("b/"))
    record = (await auditing.records())[1]

    async def remove(txn: Transaction) -> None:
        txn.delete(records.DEVICES + record.id)

    await transact(auditing.barrier, remove)
    stanzas = [stanza("a/")]
    await transact(auditing.barrier, lambda txn: auditing.broker.configure(txn, stanzas, 1.0, given_up))
    listed = await transact(auditing.barrier, lambda txn: txn.read(records.MANIFEST, Manifest))
    assert listed is not None
    assert set(listed.devices.values()) == left
    assert await former(auditing) == []


async def test_a_list_begins_with_the_devices_that_are_there() -> None:
    """Of a store that is older than the list."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")

    async def begin(txn: Transaction) -> Manifest | None:
        txn.delete(records.MANIFEST)
        await devices.begin_list(txn)
        return await txn.read(records.MANIFEST, Manifest)

    listed = await transact(auditing.barrier, begin)
    assert listed == Manifest(devices={record.id: record.path for record in await auditing.records()})


async def test_a_device_is_unknown_until_it_was_disabled() -> None:
    """By its id."""
    auditing = await begun(prefixes=True)
    await auditing.enable("a/", prefix="> ")
    (record,) = await auditing.records()

    async def unknown(txn: Transaction) -> bool:
        return await devices.heads_counted(txn, Manifest(), record.id) is None

    assert await transact(auditing.barrier, unknown)
    await auditing.disable("a/")
    assert not await transact(auditing.barrier, unknown)
    (old,) = await former(auditing)
    assert (old.id, old.path, old.prefix) == (record.id, "a/", "> ")


async def test_without_a_list_there_is_nothing_to_check_against() -> None:
    """As in a store of development, where nothing lasts: the devices are those that are there."""
    auditing = await begun(listed=False)
    await auditing.enable("a/")

    async def remove(txn: Transaction) -> None:
        txn.delete(records.MANIFEST)

    await transact(auditing.barrier, remove)
    assert [sink.record.path for sink in await auditing.sinks()] == ["a/"]
