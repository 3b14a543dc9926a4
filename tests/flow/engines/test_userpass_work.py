"""The work of userpass logins: how much, how many at a time, and the same for everybody."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import os
import sys
import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from strongroom.auth.userpass import Userpass
from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.records import Imported, User
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, RateLimited
from strongroom.sdk import Operation
from tests.flow.harness import Mounted
from tests.flow.sysapi.system_server import Server

WRITE = Operation.UPDATE
WRONG = "invalid username or password"
needs_bcrypt = pytest.mark.skipif(importlib.util.find_spec("bcrypt") is None, reason="bcrypt is not installed")


def hashed(password: str, cost: int) -> str:
    """A bcrypt hash as another system would have made it."""
    salt = f"$2b${cost:02d}$N9qo8uLOickgx2ZMRZoMye".encode()
    return str(importlib.import_module("bcrypt").hashpw(password.encode(), salt).decode())


class Work:
    """What of scrypt and bcrypt was done, as their own libraries were called."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.scrypts = 0
        self.rounds = 0
        bcrypt = importlib.import_module("bcrypt")
        scrypt, hashpw, checkpw = hashlib.scrypt, bcrypt.hashpw, bcrypt.checkpw

        def counted_scrypt(*args: Any, **options: Any) -> bytes:
            self.scrypts += 1
            return scrypt(*args, **options)

        def counted_hash(password: bytes, salt: bytes) -> bytes:
            self.rounds += 2 ** int(salt.split(b"$")[2])
            return bytes(hashpw(password, salt))

        def counted_check(password: bytes, stored: bytes) -> bool:
            self.rounds += 2 ** int(stored.split(b"$")[2])
            return bool(checkpw(password, stored))

        patch.setattr(hashlib, "scrypt", counted_scrypt)
        patch.setattr(bcrypt, "hashpw", counted_hash)
        patch.setattr(bcrypt, "checkpw", counted_check)


async def log_in(mount: Mounted, user: str, password: str) -> bool:
    """Whether a login succeeds; it may only fail in one way."""
    try:
        await mount.ask(WRITE, f"login/{user}", {"password": password})
    except InvalidRequest as refused:
        assert refused.text == WRONG
        return False
    return True


@needs_bcrypt
async def test_every_login_takes_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """One scrypt, and as many rounds of bcrypt as the mount's costliest hash has, whoever logs in with whatever."""
    mount = await Mounted.new(Userpass())
    await mount.ask(WRITE, "users/ann", {"password": "right"})
    for name, cost in (("bob", 5), ("cyd", 7)):
        await mount.ask(WRITE, f"users/{name}", {"password_hash": hashed("right", cost)})
    work = Work(monkeypatch)
    for name in ("ann", "bob", "cyd", "nobody"):
        for password in ("right", "wrong"):
            work.scrypts = work.rounds = 0
            assert await log_in(mount, name, password) is (password == "right" and name != "nobody")
            assert (name, work.scrypts, work.rounds) == (name, 1, 2**7)
    for name in ("bob", "cyd"):
        await mount.ask(Operation.DELETE, f"users/{name}")
    work.scrypts = work.rounds = 0
    assert not await log_in(mount, "bob", "right")
    assert (work.scrypts, work.rounds) == (1, 2**7)  # that the hash has gone is told by no time either


@needs_bcrypt
async def test_without_imported_hashes_there_is_no_bcrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount that has never had one pays for scrypt alone."""
    mount = await Mounted.new(Userpass())
    await mount.ask(WRITE, "users/ann", {"password": "right"})
    work = Work(monkeypatch)
    assert await log_in(mount, "ann", "right")
    assert not await log_in(mount, "nobody", "right")
    assert (work.scrypts, work.rounds) == (2, 0)


@needs_bcrypt
@pytest.mark.parametrize(("cost", "taken"), [(12, True), (13, False), (31, False)])
async def test_a_hash_has_a_highest_cost(monkeypatch: pytest.MonkeyPatch, cost: int, taken: bool) -> None:
    """Neither taken when it is given nor begun with when it is stored already."""
    stored = f"$2b${cost:02d}$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"

    mount = await Mounted.new(Userpass())
    if taken:
        await mount.ask(WRITE, "users/ann", {"password_hash": stored})
    else:
        with pytest.raises(InvalidRequest, match=f"bcrypt cost of {cost} exceeds maximum cost of 12"):
            await mount.ask(WRITE, "users/ann", {"password_hash": stored})

    async def store(txn: Transaction) -> None:
        txn.write(f"{mount.prefix}user/old", User(bcrypt=stored))
        txn.write(f"{mount.prefix}imported", Imported(bcrypt_cost=cost))

    await transact(mount.barrier, store)
    work = Work(monkeypatch)
    assert not await log_in(mount, "old", "wrong")
    assert (work.scrypts, work.rounds) == (1, 2**12)


@pytest.mark.parametrize(("length", "taken"), [(4096, True), (4097, False)])
async def test_a_password_has_a_length(length: int, taken: bool) -> None:
    """Longer ones are refused before anything is hashed, alike for everybody."""
    mount = await Mounted.new(Userpass())
    password = "é" + "x" * (length - 2)
    await mount.ask(WRITE, "users/ann", {"password": "short"})
    if taken:
        await mount.ask(WRITE, "users/bob", {"password": password})
        assert await log_in(mount, "bob", password)
        return
    for path in ("users/bob", "users/ann/password", "login/ann", "login/nobody"):
        with pytest.raises(InvalidRequest, match="longer than 4096 bytes"):
            await mount.ask(WRITE, path, {"password": password})


async def test_as_many_logins_wait_as_may() -> None:
    """One is worked on and two wait; the next is told to come later, and once there is room the next gets in."""
    hashing, blocked = Hashing(at_once=1, logins_waiting=2), threading.Event()
    mount = await Mounted.new(Userpass(hashing=hashing))
    await mount.ask(WRITE, "users/ann", {"password": "right"})
    holding = asyncio.ensure_future(hashing.for_login(blocked.wait))
    waiting = [asyncio.ensure_future(log_in(mount, "ann", "right")) for _ in range(2)]
    try:
        while hashing.waiting.now < 3:
            await asyncio.sleep(0)
        with pytest.raises(RateLimited) as refused:
            await mount.ask(WRITE, "login/ann", {"password": "right"})
        assert refused.value.retry_after_s > 0
        assert (hashing.waiting.now, hashing.waiting.refused) == (3, 1)
        # Who administers isn't locked out by them.
        changing = asyncio.ensure_future(mount.ask(WRITE, "users/bob", {"password": "new"}))
        while hashing.waiting.now < 4:
            await asyncio.sleep(0)
    finally:
        blocked.set()
    assert await holding
    assert await asyncio.gather(*waiting) == [True, True]
    await changing
    assert await log_in(mount, "bob", "new")
    assert (hashing.waiting.now, hashing.waiting.refused) == (0, 1)


async def test_a_client_that_goes_does_not_make_room() -> None:
    """The place of a login is taken until its work ends, however many clients hang up and come again."""
    hashing, blocked = Hashing(at_once=1, logins_waiting=1), threading.Event()
    begun = threading.Event()

    def work() -> bool:
        begun.set()
        return blocked.wait()

    try:
        gone = asyncio.ensure_future(hashing.for_login(work))
        while not begun.is_set():
            await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert hashing.waiting.now == 1
        queued = asyncio.ensure_future(hashing.for_login(work))
        while hashing.waiting.now < 2:
            await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            await hashing.for_login(work)
        queued.cancel()  # nothing was begun for it
        await asyncio.gather(queued, return_exceptions=True)
        assert hashing.waiting.now == 1
    finally:
        blocked.set()


async def test_a_flood_is_answered_with_429_and_leaves_others_alone() -> None:
    """A refused login is told when to come again and is counted in the metrics; requests with a token go on."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    services = server.node.unsealed
    assert services is not None
    engine = (await transact(services.barrier, services.mounts.router)).by_path["auth/userpass/"].engine
    assert isinstance(engine, Userpass)
    blocked = threading.Event()
    flood: list[asyncio.Future[bool]] = []
    try:
        with pytest.raises(RateLimited) as caught:
            while True:
                flood.append(asyncio.ensure_future(engine.hashing.for_login(blocked.wait)))
                await asyncio.sleep(0)
                if flood[-1].done():
                    await flood.pop()
        assert caught.value.retry_after_s == 2
        refused = await server.ask("POST", "auth/userpass/login/ann", {"password": "right"}, token="")
        assert refused.status == 429
        assert refused.error.startswith("too many logins at once, try again later (")
        assert refused.error.endswith(" of a process at the most, which is fixed)")
        await server.ok("GET", "auth/token/lookup-self")
        shown = (await server.ok("GET", "sys/metrics")).body
        own = [
            each for kind in ("Gauges", "Counters") for each in shown[kind] if each["Labels"].get("type") == "userpass"
        ]
        numbers = {each["Name"]: each.get("Value", each.get("Count")) for each in own}
        assert numbers["vault.core.logins_waiting"] == len(flood)
        assert numbers["vault.core.logins_refused_total"] == 2
    finally:
        blocked.set()
    await asyncio.gather(*flood)
    await server.ok("POST", "auth/userpass/login/ann", {"password": "right"}, token="")


async def test_a_digest_has_a_salt_of_128_bits_of_its_own() -> None:
    """Two users with one password have different digests.  Source: NIST SP 800-132, section 5.1."""
    mount = await Mounted.new(Userpass())
    found = []
    for name in ("ann", "bob"):
        await mount.ask(WRITE, f"users/{name}", {"password": "one"})
        user = await transact(mount.barrier, lambda txn, name=name: txn.read(f"{mount.prefix}user/{name}", User))  # type: ignore[misc]
        assert user is not None
        assert user.scrypt is not None
        found.append(user.scrypt)
    assert [len(each.salt) for each in found] == [16, 16]
    assert (found[0].salt != found[1].salt, found[0].digest != found[1].digest) == (True, True)


@pytest.mark.usefixtures("whole_passwords")
async def test_a_digest_is_scrypts() -> None:
    """Another library makes the same of the password, with the salt and the costs that stand beside the digest."""
    mount = await Mounted.new(Userpass())
    await mount.ask(WRITE, "users/ann", {"password": "right"})
    user = await transact(mount.barrier, lambda txn: txn.read(f"{mount.prefix}user/ann", User))
    assert user is not None
    assert user.scrypt is not None
    stored = user.scrypt
    made = Scrypt(salt=stored.salt, length=32, n=stored.cost, r=stored.block, p=stored.parallel).derive(b"right")
    assert (stored.digest, stored.cost, stored.block, stored.parallel) == (made, 2**15, 8, 1)
    assert await log_in(mount, "ann", "right")
    assert not await log_in(mount, "ann", "wrong")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
async def test_hashing_steps_back_behind_everything_else() -> None:
    """Its thread has a lower priority than the rest of the process, which keeps its own."""

    def mine() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = mine()
    assert (await Hashing(1).for_login(mine), mine()) == (min(19, before + 2), before)
