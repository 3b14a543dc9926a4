"""The auth method userpass."""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import pytest

from strongroom.auth.userpass import Userpass
from strongroom.auth.userpass.records import User
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, UnsupportedPath
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted

READ, WRITE = Operation.READ, Operation.UPDATE
PASSWORD = "canary-password"


async def with_user(**settings: Any) -> Mounted:
    """A mount with the user ann."""
    mount = await Mounted.new(Userpass())
    await mount.ask(WRITE, "users/ann", {"password": PASSWORD, **settings})
    return mount


async def log_in(mount: Mounted, user: str = "ann", password: Any = PASSWORD, address: str = "10.0.0.1") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, f"login/{user}", {"password": password}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


async def test_login() -> None:
    """The right password, in whatever case the name is written, gives a login with the user's settings."""
    mount = await with_user(token_policies="One,two", token_ttl="10m")
    for name in ("ann", "ANN"):
        auth = await log_in(mount, name)
        assert (auth.alias, auth.metadata, auth.display_name) == ("ann", {"username": "ann"}, "ann")
        assert (auth.token.policies, auth.token.ttl_s) == (("one", "two"), 600)
    await mount.ask(WRITE, "users/ann", {"password": 5})
    assert (await log_in(mount, password="5")).alias == "ann"


async def test_wrong_passwords_and_unknown_users_are_told_alike() -> None:
    """The answer is the same, and so is the work done for it."""
    mount = await with_user()
    texts = set()
    for user, password in (("ann", "wrong"), ("nobody", PASSWORD), ("ann", PASSWORD + " ")):
        with pytest.raises(InvalidRequest) as refused:
            await log_in(mount, user, password)
        texts.add(refused.value.text)
    assert texts == {"invalid username or password"}
    with pytest.raises(InvalidRequest, match="missing password"):
        await log_in(mount, "ann", "")
    with pytest.raises(UnsupportedPath):
        await log_in(mount, "a@b")


async def test_the_same_work_for_unknown_users() -> None:
    """Refusing an unknown user takes about as much work as refusing a wrong password."""
    mount = await with_user()

    async def shortest_s(user: str) -> float:
        taken = []
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(InvalidRequest):
                await log_in(mount, user, "wrong")
            taken.append(time.process_time() - began)
        return min(taken)

    # A wide margin: what is to be told from each other is tens of milliseconds and none.
    assert 0.3 < await shortest_s("nobody") / await shortest_s("ann") < 3


async def test_bound_addresses() -> None:
    """A user bound to addresses gets in from nowhere else; who doesn't know the password isn't told so."""
    mount = await with_user(token_bound_cidrs="10.0.0.0/8")
    assert (await log_in(mount)).token.bound_cidrs == ("10.0.0.0/8",)
    for address in ("11.0.0.1", ""):
        with pytest.raises(PermissionDenied):
            await log_in(mount, address=address)
        with pytest.raises(InvalidRequest):
            await log_in(mount, password="wrong", address=address)


async def test_users_are_kept() -> None:
    """What isn't given stays; lists come in pages; removed users can't log in."""
    mount = await with_user(policies="a,b")
    assert await mount.exists("users/ann")
    assert not await mount.exists("users/bob")
    await mount.ask(WRITE, "users/Bob", {"password": "x"})
    await mount.ask(WRITE, "users/ann", {"token_ttl": "1h"})
    shown = await mount.data(READ, "users/ann")
    assert (shown["policies"], shown["token_policies"], shown["token_ttl"]) == (["a", "b"], ["a", "b"], 3600)
    assert await mount.data(Operation.LIST, "users") == {"keys": ["ann", "bob"]}
    assert await mount.data(Operation.LIST, "users", {"after": "ann", "limit": "1"}) == {"keys": ["bob"]}
    await mount.ask(Operation.DELETE, "users/ann")
    for operation, path, data in ((READ, "users/ann", {}), (Operation.LIST, "users", {"after": "bob"})):
        with pytest.raises(NotFound):
            await mount.ask(operation, path, data)
    with pytest.raises(InvalidRequest, match="invalid username or password"):
        await log_in(mount)


async def test_password_and_policies_alone() -> None:
    """Each can be changed by itself, for a user that there is."""
    mount = await with_user(token_policies="a")
    await mount.ask(WRITE, "users/ann/password", {"password": "new"})
    await mount.ask(WRITE, "users/ann/policies", {"policies": "b,c"})
    assert (await log_in(mount, password="new")).token.policies == ("b", "c")
    with pytest.raises(InvalidRequest):
        await log_in(mount)
    for path, data in (("password", {"password": "x"}), ("policies", {"policies": "x"})):
        with pytest.raises(InvalidRequest, match="username does not exist"):
            await mount.ask(WRITE, f"users/none/{path}", data)
    for data in ({}, {"password": ""}):
        with pytest.raises(InvalidRequest, match="must provide either password or password_hash"):
            await mount.ask(WRITE, "users/ann/password", data)
        with pytest.raises(InvalidRequest, match="must provide either password or password_hash"):
            await mount.ask(WRITE, "users/new", data)


async def test_renewal() -> None:
    """A renewal goes by the user's present times, and ends with the user or with other policies."""
    mount = await with_user(token_policies="one", token_ttl="10m")
    auth = await log_in(mount)
    await mount.ask(WRITE, "users/ann", {"token_ttl": "3m", "token_max_ttl": "4m"})
    renewed = await mount.renew(auth)
    assert (renewed.token.ttl_s, renewed.token.max_ttl_s) == (180, 240)
    await mount.ask(WRITE, "users/ann", {"token_policies": "two"})
    with pytest.raises(InvalidRequest, match="policies have changed"):
        await mount.renew(auth)
    await mount.ask(Operation.DELETE, "users/ann")
    with pytest.raises(InvalidRequest, match="no longer exists"):
        await mount.renew(auth)


async def test_passwords_are_not_in_the_store_or_shown() -> None:
    """No row holds the password, and nothing that is read or printed shows it or its hash."""
    mount = await with_user()
    rows = await mount.rows()
    assert PASSWORD.encode() not in b"".join(rows.values())
    assert "password" not in str(await mount.data(READ, "users/ann"))

    async def body(txn: Transaction) -> str:
        user = await txn.read(f"{mount.prefix}user/ann", User)
        assert user is not None
        assert user.scrypt is not None
        assert user.scrypt.digest
        return repr(user) + repr(user.scrypt)

    assert "digest" not in await transact(mount.barrier, body)


@pytest.mark.skipif(importlib.util.find_spec("bcrypt") is not None, reason="bcrypt is installed")
async def test_hashes_need_a_package() -> None:
    """Without the package that checks them, bcrypt hashes are refused at once, naming it."""
    mount = await Mounted.new(Userpass())
    hashed = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
    with pytest.raises(InvalidRequest, match="package 'bcrypt'"):
        await mount.ask(WRITE, "users/ann", {"password_hash": hashed})


@pytest.mark.skipif(importlib.util.find_spec("bcrypt") is None, reason="bcrypt is not installed")
async def test_hashes_instead_of_passwords() -> None:
    """A user made with a bcrypt hash logs in with the password that it was made of."""
    mount = await Mounted.new(Userpass())
    hashed = importlib.import_module("bcrypt").hashpw(PASSWORD.encode(), b"$2b$05$" + b"N9qo8uLOickgx2ZMRZoMye")
    await mount.ask(WRITE, "users/ann", {"password_hash": hashed.decode()})
    assert (await log_in(mount)).alias == "ann"
    with pytest.raises(InvalidRequest, match="invalid username or password"):
        await log_in(mount, password="wrong")
    await mount.ask(WRITE, "users/ann/password", {"password": "new"})
    assert (await log_in(mount, password="new")).alias == "ann"
