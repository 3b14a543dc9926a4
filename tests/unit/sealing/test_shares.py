"""Key shares: how they are collected, read and combined, and what a seal's row may and may not do."""

from __future__ import annotations

import asyncio
import base64
import itertools

import msgspec
import pytest

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing import shares
from strongroom.sealing.initialize import Initialized, InitRequest, initialize, seal_of
from strongroom.sealing.port import LocalPort, Progress
from strongroom.sealing.unseal import decode_share, submit
from strongroom.seals import shamir
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import FaultyStorage, Hold, Plan

ROOT_KEY = Secret(bytes(range(32)))


def test_shares_are_collected_to_the_threshold() -> None:
    """Each new share counts once, the last one completes them, and the collection begins anew under another name."""
    collection = shares.EMPTY
    for number, share in enumerate([b"a", b"b", b"a", b"b"]):
        step = shares.add(collection, share, 3, f"nonce {number}")
        collection = step.collection
        assert step.complete == ()
    assert (collection.nonce, collection.shares) == ("nonce 0", (b"a", b"b"))
    step = shares.add(collection, b"c", 3, "nonce 4")
    assert step.complete == (b"a", b"b", b"c")
    assert step.collection == shares.EMPTY
    assert shares.add(step.collection, b"a", 1, "nonce 5").complete == (b"a",)


def test_reprs_show_no_share() -> None:
    """Neither a collection nor a step nor a progress shows what was handed in."""
    step = shares.add(shares.Collection("n", (b"canary-one",)), b"canary-two", 2, "n")
    waiting = shares.add(shares.EMPTY, b"canary-three", 2, "n")
    shown = f"{step!r} {waiting!r} {Progress('n', 2, step.complete)!r} {InitRequest(1, 1, root_token='canary-root')!r}"
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("text", "share"),
    [("00ff10", b"\x00\xff\x10"), ("00FF10", b"\x00\xff\x10"), ("AP8Q", b"\x00\xff\x10"), ("", b"")],
)
def test_shares_come_in_two_forms(text: str, share: bytes) -> None:
    """Hexadecimal in either case, or base64."""
    assert decode_share(text) == share


@pytest.mark.parametrize("text", ["canary!", "0", "ä", "A===", "00 ff", "\x00"])
def test_other_forms_are_refused_without_being_quoted(text: str) -> None:
    """The error doesn't repeat what may be a share with a slip in it."""
    with pytest.raises(InvalidRequest) as caught:
        decode_share(text)
    assert caught.value.text == "'key' must be a valid hex or base64 string"


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (2, 2), (3, 2), (5, 3)])
def test_any_threshold_of_shares_opens(count: int, threshold: int) -> None:
    """Every choice of that many shares opens the seal; one less, or one of another seal among them, doesn't."""
    random = SystemRandom()
    record, parts = shamir.create(ROOT_KEY, count, threshold, random)
    _, foreign = shamir.create(ROOT_KEY, count, threshold, random)
    for chosen in itertools.combinations(parts, threshold):
        assert shamir.open_(record, [part.reveal() for part in chosen]) == ROOT_KEY
        wrong = [*chosen[:-1], foreign[0]]
        with pytest.raises((Tampered, InvalidRequest)):
            shamir.open_(record, [part.reveal() for part in wrong])
        if threshold > 1:
            with pytest.raises((Tampered, InvalidRequest)):
                shamir.open_(record, [part.reveal() for part in chosen[:-1]])
    assert all(len(part) == shamir.share_length(record) for part in parts)


@pytest.mark.parametrize(("count", "threshold"), [(0, 0), (1, 0), (-1, 1), (2, 1), (3, 4), (256, 2), (1, 2), (5, -1)])
def test_shapes_that_make_no_seal(count: int, threshold: int) -> None:
    """Among them one share's threshold for many shares: each of them would be the key."""
    with pytest.raises(InvalidRequest):
        shamir.create(ROOT_KEY, count, threshold, SystemRandom())


class _Node:
    """A store and the port of a node that is one process."""

    def __init__(self) -> None:
        self.random = SystemRandom()
        self.storage = InmemStorage(SetClock(), self.random)
        self.opened: list[Secret] = []
        self.port = LocalPort(self.random, self._open, self._close)

    async def _open(self, key: Secret) -> None:
        await Barrier.open(self.storage, key, self.random)
        self.opened.append(key)

    async def _close(self) -> None:
        self.opened.clear()

    async def start(self, count: int, threshold: int) -> Initialized:
        """Initialise the store."""
        await self.storage.start()
        return await initialize(self.storage, self.random, InitRequest(count, threshold))

    async def hand_in(self, text: str) -> None:
        """Submit a share as an operator does."""
        seal = await seal_of(self.storage)
        assert seal is not None
        await submit(self.storage, self.port, seal, text)


async def test_a_store_is_initialised_once() -> None:
    """Of several initialisations at the same time one succeeds, the store is its, and later ones are refused."""
    node = _Node()
    await node.storage.start()
    made = await asyncio.gather(
        *(initialize(node.storage, node.random, InitRequest(1, 1)) for _ in range(4)), return_exceptions=True
    )
    (winner,) = [one for one in made if isinstance(one, Initialized)]
    refused = [one for one in made if isinstance(one, InvalidRequest)]
    assert [one.text for one in refused] == ["Vault is already initialized"] * 3
    with pytest.raises(InvalidRequest):
        await initialize(node.storage, node.random, InitRequest(1, 1))
    await node.hand_in(winner.shares.hexadecimal()[0])
    assert len(node.opened) == 1


@pytest.mark.parametrize("call", ["get_many", "commit"])
async def test_an_initialisation_that_comes_second_is_told_so(call: str) -> None:
    """Another process initialises the store while this one is about to read, or to write: no share is handed out."""
    node, hold = _Node(), Hold()
    await node.storage.start()
    slow = FaultyStorage(node.storage, Plan(**{call: [hold]}))
    second = asyncio.create_task(initialize(slow, node.random, InitRequest(1, 1)))
    await hold.reached.wait()
    first = await initialize(node.storage, node.random, InitRequest(1, 1))
    hold.released.set()
    with pytest.raises(InvalidRequest, match="already initialized"):
        await second
    await node.hand_in(first.shares.hexadecimal()[0])
    assert len(node.opened) == 1


async def test_unsealing_takes_the_threshold_in_either_form() -> None:
    """Hexadecimal and base64 shares mix; resetting forgets those handed in."""
    node = _Node()
    made = await node.start(5, 3)
    await node.hand_in(made.shares.hexadecimal()[0])
    await node.hand_in(made.shares.base64()[1])
    await node.port.reset()
    await node.hand_in(made.shares.hexadecimal()[2])
    assert (await node.port.progress()).count == 1
    await node.hand_in(made.shares.base64()[3])
    assert node.opened == []
    await node.hand_in(made.shares.hexadecimal()[4])
    assert len(node.opened) == 1
    assert (await node.port.progress()).count == 0


async def test_whoever_writes_the_store_cannot_open_it() -> None:
    """A seal row with a lower threshold, another wrap or garbage in it opens nothing, and raises what is expected."""
    node = _Node()
    made = await node.start(3, 2)
    seal = await seal_of(node.storage)
    assert seal is not None
    own, parts = shamir.create(Secret(bytes(32)), 1, 1, node.random)
    forged = [
        (msgspec.structs.replace(seal, threshold=0), made.shares.hexadecimal()[0]),
        (msgspec.structs.replace(seal, shares=1, threshold=1), made.shares.hexadecimal()[0][:64]),
        (
            msgspec.structs.replace(seal, wrapped_root_key=own.wrapped_root_key, threshold=1),
            made.shares.hexadecimal()[0],
        ),
        (msgspec.structs.replace(seal, wrapped_root_key=b""), made.shares.hexadecimal()[0]),
        (own, parts[0].reveal().hex()),
    ]
    for record, share in forged:
        await node.storage.commit({}, {keys.seal("shamir"): msgspec.json.encode(record)}, {})
        with pytest.raises(InvalidRequest):
            for text in (share, *made.shares.hexadecimal()[1:]):
                await node.hand_in(text)
        assert node.opened == []
        await node.port.reset()
    for garbage in (b"", b"{}", b"\xff", b'{"type":"shamir","shares":"many"}'):
        await node.storage.commit({}, {keys.seal("shamir"): garbage}, {})
        with pytest.raises(Tampered):
            await seal_of(node.storage)


async def test_the_store_of_a_new_installation_holds_no_secret() -> None:
    """Neither the root token nor a share, in any form, lies in the rows that an initialisation writes."""
    node = _Node()
    made = await node.start(3, 2)
    rows = (await node.storage.get_many((await node.storage.scan("")).names)).entries
    seen = b"\n".join([*(key.encode() for key in rows), *(row.value for row in rows.values())])
    for secret in (made.root_token, *made.shares.keys):
        for form in (secret.reveal(), secret.reveal().hex().encode(), base64.b64encode(secret.reveal())):
            assert form not in seen
    assert made.root_token.reveal().decode() not in repr(made)
