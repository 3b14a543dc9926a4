"""Configuration and users of radius, and who gets in."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.radius import Radius
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied
from strongroom.sdk import Operation
from tests.flow.auth.radius.mount import DELETE, LIST, PASSWORD, READ, WRITE, configured, log_in
from tests.flow.harness import Mounted
from tests.sim.radius.scripted import SECRET, scripted_radius


async def test_configuration_is_kept() -> None:
    """What isn't given stays, the secret is never shown, the host is in lower case."""
    mount = await Mounted.new(Radius())
    with pytest.raises(NotFound):
        await mount.data(READ, "config")
    assert not await mount.exists("config")
    await mount.ask(WRITE, "config", {"host": "Radius.Example", "secret": SECRET.decode()})
    assert await mount.exists("config")
    shown = await mount.data(READ, "config")
    assert {name: value for name, value in shown.items() if not name.startswith("token_")} == {
        "host": "radius.example",
        "port": 1812,
        "unregistered_user_policies": [],
        "dial_timeout": 10,
        "read_timeout": 10,
        "nas_port": 10,
        "nas_identifier": "",
        "require_message_authenticator": True,
        "username_as_typed": False,
    }
    await mount.ask(WRITE, "config", {"port": 1, "unregistered_user_policies": "B, a,,A", "token_ttl": "5m"})
    changed = await mount.data(READ, "config")
    assert changed == {**shown, "port": 1, "unregistered_user_policies": ["a", "b"], "token_ttl": 300}
    assert SECRET not in b"".join((await mount.rows()).values())


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"host": ""}, "`host` cannot be empty"),
    ({"host": "a b"}, "not a host name"),
    ({"host": "a" * 254}, "longer than 253"),
    ({"secret": ""}, "`secret` cannot be empty"),
    ({"secret": "s" * 1025}, "longer than 1024"),
    ({"secret": "\ud800"}, "not valid Unicode"),
    ({"port": 0}, "`port` is not between"),
    ({"port": 65536}, "`port` is not between"),
    ({"nas_port": -1}, "`nas_port` is not between"),
    ({"nas_port": 2**32}, "`nas_port` is not between"),
    ({"nas_identifier": "n" * 254}, "longer than 253"),
    ({"dial_timeout": 0}, "`dial_timeout` is not between"),
    ({"read_timeout": 0}, "`read_timeout` is not between"),
    ({"read_timeout": 61}, "`read_timeout` is not between"),
    ({"unregistered_user_policies": "root"}, "root policy"),
    ({"unregistered_user_policies": " ROOT"}, "root policy"),
    ({"unregistered_user_policies": "response-wrapping"}, "cannot assign"),
    ({"unregistered_user_policies": [f"p{n}" for n in range(513)]}, "more than 512"),
    ({"token_policies": "root"}, "root"),
]


@pytest.mark.parametrize(("given", "text"), REFUSED, ids=lambda value: str(value)[:40])
async def test_settings_that_cannot_work_are_refused(given: dict[str, Any], text: str) -> None:
    """The error names the setting, and the configuration stays as it was."""
    mount = await configured()
    before = await mount.rows()
    with pytest.raises(InvalidRequest, match=text):
        await mount.ask(WRITE, "config", given)
    assert await mount.rows() == before


async def test_users() -> None:
    """Users are one whatever case their name is written in; a write replaces the policies; lists come in pages."""
    mount = await configured()
    with pytest.raises(NotFound):
        await mount.ask(LIST, "users")
    await mount.ask(WRITE, "users/Ann", {"policies": "B,a"})
    assert await mount.exists("users/ANN")
    assert await mount.data(READ, "users/aNN") == {"policies": ["a", "b"]}
    await mount.ask(WRITE, "users/ann")
    assert await mount.data(READ, "users/ann") == {"policies": []}
    for name in ("user@realm.example", "domain\\eve", "host/a.example"):
        await mount.ask(WRITE, f"users/{name}", {"policies": "x"})
        assert await mount.data(READ, f"users/{name}") == {"policies": ["x"]}
    keys = ["ann", "domain\\eve", "host/", "user@realm.example"]
    assert await mount.data(LIST, "users") == {"keys": keys}
    assert await mount.data(LIST, "users", {"after": "ann", "limit": 1}) == {"keys": keys[1:2]}
    await mount.ask(DELETE, "users/ANN")
    with pytest.raises(NotFound):
        await mount.ask(READ, "users/ann")
    assert not await mount.exists("users/ann")


@pytest.mark.parametrize(
    "name",
    [
        *(" ann", "ann ", "a  b", "a\nb", "a\0b", "n" * 254, "\ud800", "a//b", "/a", "a/"),
        *("e\u0301va", "\uff41nn", "ann\ufe00", "a\u200bnn", "\u017fue"),
    ],
)
async def test_names_that_a_server_could_take_for_others(name: str) -> None:
    """They are refused everywhere, before a server is asked."""
    mount = await configured()
    with pytest.raises(InvalidRequest):
        await mount.ask(WRITE, f"users/{name}", {"policies": "x"})
    with pytest.raises(InvalidRequest):
        await mount.ask(WRITE, "login", {"username": name, "password": PASSWORD})


async def test_policies_that_no_login_gives() -> None:
    """Neither users nor the configuration can promise them."""
    mount = await configured()
    for policies in ("root", "a,Root ", "response-wrapping"):
        with pytest.raises(InvalidRequest):
            await mount.ask(WRITE, "users/ann", {"policies": policies})


async def test_login() -> None:
    """The user's own policies come beside everybody's; the path or the body has the name."""
    async with scripted_radius() as server:
        settings = {"token_policies": "all", "token_ttl": "10m", "unregistered_user_policies": "guest"}
        mount = await configured(server.port, **settings)
        await mount.ask(WRITE, "users/ann", {"policies": "own"})
        for path, data in (("login/Ann", {}), ("login", {"username": "ANN"}), ("login/ann", {"username": "Ann"})):
            response = await mount.ask(WRITE, path, {**data, "password": PASSWORD})
            assert response is not None
            assert response.auth is not None
            auth = response.auth
            assert (auth.alias, auth.display_name, auth.token.policies) == ("ann", "ann", ("all", "own"))
            assert auth.metadata == {"username": "ann", "policies": "own"}
            assert (auth.token.ttl_s, auth.renewable) == (600, True)
            assert PASSWORD not in str(auth.internal)
        guest = await log_in(mount, "bob")
        assert (guest.token.policies, guest.metadata["policies"]) == (("all", "guest"), "guest")
        await mount.ask(WRITE, "users/bob", {})
        assert (await log_in(mount, "bob")).token.policies == ("all",)


SHUT: list[tuple[dict[str, Any], str, type[Exception], str]] = [
    ({}, "10.0.0.1", InvalidRequest, "username cannot be empty"),
    ({"username": "ann"}, "10.0.0.1", InvalidRequest, "password cannot be empty"),
    ({"username": "ann", "password": ""}, "10.0.0.1", InvalidRequest, "password cannot be empty"),
    ({"username": "ann", "password": None}, "10.0.0.1", InvalidRequest, "password cannot be empty"),
    ({"username": "ann", "password": "p" * 129}, "10.0.0.1", InvalidRequest, "longer than the 128 bytes"),
    ({"username": "ann", "password": "ü" * 65}, "10.0.0.1", InvalidRequest, "longer than the 128 bytes"),
    ({"username": "ann", "password": PASSWORD + "\0"}, "10.0.0.1", InvalidRequest, "NUL"),
    ({"username": "ann", "password": "\ud800"}, "10.0.0.1", InvalidRequest, "not valid Unicode"),
    ({"username": "ann", "password": PASSWORD}, "11.0.0.1", PermissionDenied, "permission denied"),
    ({"username": "ann", "password": PASSWORD}, "", PermissionDenied, "permission denied"),
]


@pytest.mark.parametrize(("data", "address", "error", "text"), SHUT, ids=lambda value: str(value)[:30])
async def test_who_gets_nowhere(data: dict[str, Any], address: str, error: type[Exception], text: str) -> None:
    """Each of these alone keeps a login from the server, which would have accepted it."""
    async with scripted_radius() as server:
        mount = await configured(server.port, token_bound_cidrs="10.0.0.0/8")
        assert (await log_in(mount)).alias == "ann"
        asked = len(server.requests)
        with pytest.raises(error, match=text):
            await mount.ask(WRITE, "login", data, address=address)
        assert len(server.requests) == asked


async def test_two_names() -> None:
    """A body that names another user than the path is refused: rules are about the path's."""
    mount = await configured()
    with pytest.raises(InvalidRequest, match="names something else than the path"):
        await mount.ask(WRITE, "login/ann", {"username": "bob", "password": PASSWORD})


async def test_a_mount_that_is_not_configured() -> None:
    """Nobody gets in, and the answer says why."""
    mount = await Mounted.new(Radius())
    with pytest.raises(InvalidRequest, match="radius backend not configured"):
        await mount.ask(WRITE, "login/ann", {"password": PASSWORD})


async def test_renewal() -> None:
    """Present times; refused when the policies would be others now, whether the user's or the mount's changed."""
    async with scripted_radius() as server:
        mount = await configured(server.port, unregistered_user_policies="guest", token_policies="all")
        await mount.ask(WRITE, "users/ann", {"policies": "own"})
        ann, guest = await log_in(mount), await log_in(mount, "bob")
        asked = len(server.requests)
        await mount.ask(WRITE, "config", {"token_ttl": "7m", "token_max_ttl": "8m", "token_period": "9m"})
        for auth in (ann, guest):
            token = (await mount.renew(auth)).token
            assert (token.ttl_s, token.max_ttl_s, token.period_s) == (420, 480, 540)
        await mount.ask(DELETE, "users/ann")
        with pytest.raises(InvalidRequest, match="policies have changed"):
            await mount.renew(ann)
        await mount.ask(WRITE, "users/ann", {"policies": "own"})
        assert (await mount.renew(ann)).alias == "ann"
        await mount.ask(WRITE, "config", {"unregistered_user_policies": "x"})
        with pytest.raises(InvalidRequest, match="policies have changed"):
            await mount.renew(guest)
        await mount.ask(WRITE, "config", {"token_policies": "y"})
        with pytest.raises(InvalidRequest, match="policies have changed"):
            await mount.renew(ann)
        assert len(server.requests) == asked  # the password isn't kept, so that nobody can ask


@pytest.mark.parametrize(
    ("path", "data", "name"),
    [
        ("login/Ann", {}, "ann"),
        ("login", {"username": "ANN"}, "ann"),
        ("login", {}, ""),
        ("login", {"username": 5}, "5"),
        ("login", {"username": ["ann"]}, ""),
        ("login/a//b", {}, ""),
    ],
)
async def test_the_name_that_failures_count_under(path: str, data: dict[str, Any], name: str) -> None:
    """It is the alias that the login would get; of what can't be a name there is none."""
    mount = await configured()

    async def told() -> str:
        async def body(txn: Transaction) -> str:
            request = mount.request(txn, Operation.UPDATE, path, data, "")
            match = mount.engine.routes.find(Operation.UPDATE, path)
            assert isinstance(mount.engine, Radius)
            return await mount.engine.login_name(request, match)

        return await transact(mount.barrier, body)

    assert await told() == name
