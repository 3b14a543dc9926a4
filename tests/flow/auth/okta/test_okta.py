"""The auth method okta."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strongroom.auth.okta import Okta as Method
from strongroom.auth.okta.api import Api
from strongroom.auth.okta.challenges import LIFE_S, answer_of, put
from strongroom.auth.okta.records import Config
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import (
    InvalidCredentials,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    StrongroomError,
    UnsupportedPath,
    UpstreamFailed,
)
from strongroom.lib.outgoing import Http
from strongroom.sdk import Auth, Operation, Response, View
from strongroom.sdk.token_fields import PoliciesChanged
from tests.flow.harness import Mounted
from tests.sim.okta import Okta, Person
from tests.sim.okta.stand_in import API_TOKEN, CODE
from tests.sim.tls_server import TlsServer, as_json, serving

READ, WRITE = Operation.READ, Operation.UPDATE
PUSH, TOTP = "push", "token:software:totp"
FACTORS = [(PUSH, "OKTA", "f1"), (TOTP, "OKTA", "f2")]


@dataclass
class World:
    """Okta with eva, and a mount that is configured for her organization."""

    okta: Okta
    server: TlsServer
    eva: Person
    mount: Mounted

    @classmethod
    async def new(cls, okta: Okta, server: TlsServer, **settings: Any) -> World:
        eva = Person("Eva@example.com", groups=["Engineering", "everyone"])
        okta.people.append(eva)
        ticks = iter(range(1000))
        api = Api(Http("Okta", context=server.context), pause_s=0, clock=lambda: float(next(ticks)))
        world = cls(okta, server, eva, await Mounted.new(Method(api)))
        # The loopback's address, as an organization below a domain.
        await world.write(org_name="127", base_url=f"0.0.1:{server.port}", api_token=API_TOKEN, **settings)
        return world

    async def write(self, **settings: Any) -> Any:
        """Write the configuration."""
        return await self.mount.ask(WRITE, "config", settings)

    async def answer(self, name: str = "eva@example.com", *, address: str = "", **body: Any) -> Response:
        """The answer to a login."""
        data = {"password": self.eva.password, **body}
        response = await self.mount.ask(WRITE, f"login/{name}", data, address=address)
        assert response is not None
        return response

    async def log_in(self, name: str = "eva@example.com", **body: Any) -> Auth:
        """The login."""
        auth = (await self.answer(name, **body)).auth
        assert auth is not None
        return auth

    async def refusal(self, name: str = "eva@example.com", **body: Any) -> StrongroomError | None:
        """The error of a login; None if it succeeds."""
        try:
            await self.log_in(name, **body)
        except StrongroomError as error:
            return error
        return None


@pytest.fixture
def okta() -> Okta:
    return Okta()


@pytest.fixture
def server(okta: Okta, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, okta) as server:
        yield server


async def test_login(okta: Okta, server: TlsServer) -> None:
    """A user gets the policies of the mount, of their groups at Okta and here, and of their own."""
    world = await World.new(okta, server, token_policies="base", token_ttl="10m")
    await world.mount.ask(WRITE, "groups/ENGINEERING", {"policies": "Dev"})
    await world.mount.ask(WRITE, "groups/local", {"policies": "loc"})
    await world.mount.ask(WRITE, "groups/other", {"policies": "no"})
    await world.mount.ask(WRITE, "users/EVA@example.com", {"groups": "local", "policies": "own"})
    auth = await world.log_in()
    assert (auth.alias, auth.display_name) == ("eva@example.com", "eva@example.com")
    assert auth.metadata == {"username": "eva@example.com", "policies": "base,dev,loc,own"}
    assert auth.token.policies == ("base", "dev", "loc", "own")
    assert (auth.token.ttl_s, auth.group_aliases, auth.renewable) == (600, ("Engineering", "everyone", "local"), True)


async def test_groups_and_people_of_look_alike_letters(okta: Okta, server: TlsServer) -> None:
    """Who may make groups at Okta, or choose a name there, gets nothing of another one but for the Kelvin sign."""
    world = await World.new(okta, server)
    await world.mount.ask(WRITE, "groups/k8s-admins", {"policies": "admin"})
    await world.mount.ask(WRITE, "users/karl@example.com", {"policies": "own"})
    world.eva.login, world.eva.groups = "\u212aarl@example.com", ["\u212a8s-Admins"]
    auth = await world.log_in("\u212aarl@example.com")
    assert (auth.alias, auth.token.policies) == ("\u212aarl@example.com", ())
    world.eva.login, world.eva.groups = "Karl@example.com", ["K8s-Admins"]
    assert (await world.log_in("karl@example.com")).token.policies == ("admin", "own")


async def test_the_alias_is_what_okta_says(okta: Okta, server: TlsServer) -> None:
    """However the name is typed, it is one alias: another would be another identity, with another second factor."""
    world = await World.new(okta, server)
    for typed in ("EVA@example.com", "Eva", "eva@EXAMPLE.com"):
        assert (await world.log_in(typed)).alias == "eva@example.com"


STATES: list[tuple[str, bool, bool]] = [
    ("SUCCESS", True, True),
    ("PASSWORD_WARN", True, True),
    ("PASSWORD_EXPIRED", False, True),
    ("MFA_ENROLL", False, True),
    ("MFA_ENROLL_ACTIVATE", False, True),
    ("MFA_REQUIRED", False, True),
    ("MFA_CHALLENGE", False, True),
    ("PASSWORD_RESET", False, False),
    ("RECOVERY", False, False),
    ("LOCKED_OUT", False, False),
    ("UNAUTHENTICATED", False, False),
    ("NEW_STATE", False, False),
]


@pytest.mark.parametrize(("status", "allowed", "bypassed"), STATES)
async def test_states(okta: Okta, server: TlsServer, status: str, allowed: bool, bypassed: bool) -> None:
    """What a right password leads to decides, and what the bypass passes over."""
    world = await World.new(okta, server)
    world.eva.status = status
    for bypass, expected in ((False, allowed), (True, bypassed)):
        await world.write(bypass_okta_mfa=bypass)
        error = await world.refusal()
        assert (error is None) is expected
        assert error is None or isinstance(error, PermissionDenied)


async def test_wrong_passwords(okta: Okta, server: TlsServer) -> None:
    """They count as failures of credentials; an empty one reaches nobody."""
    world = await World.new(okta, server)
    assert isinstance(await world.refusal(password="wrong"), InvalidCredentials)
    assert isinstance(await world.refusal("nobody"), InvalidCredentials)
    asked = len(server.asked)
    assert isinstance(await world.refusal(password=""), InvalidRequest)
    assert isinstance(await world.refusal(password="x" * 5000), InvalidRequest)
    assert isinstance(await world.refusal(totp="1" * 65), InvalidRequest)
    assert isinstance(await world.refusal(provider="x"), InvalidRequest)
    assert len(server.asked) == asked


async def test_addresses(okta: Okta, server: TlsServer) -> None:
    """A mount bound to addresses asks nobody about others."""
    world = await World.new(okta, server, token_bound_cidrs="10.0.0.0/8")
    assert await world.refusal(address="10.0.0.1") is None
    asked = len(server.asked)
    assert isinstance(await world.refusal(address="11.0.0.1"), PermissionDenied)
    assert len(server.asked) == asked


CODES: list[tuple[str, list[tuple[str, str, str]], dict[str, str], bool]] = [
    ("right", FACTORS, {"totp": CODE}, True),
    ("wrong", FACTORS, {"totp": "000000"}, False),
    ("no app", FACTORS[:1], {"totp": CODE}, False),
    ("of the provider", [*FACTORS, (TOTP, "GOOGLE", "f3")], {"totp": CODE, "provider": "google"}, True),
    ("of two providers", [*FACTORS, (TOTP, "GOOGLE", "f3")], {"totp": CODE}, False),
    ("of another provider", FACTORS, {"totp": CODE, "provider": "GOOGLE"}, False),
    ("nothing to push to", FACTORS[1:], {}, False),
    ("none at all", [], {"totp": CODE}, False),
]


@pytest.mark.parametrize(("factors", "body", "allowed"), [row[1:] for row in CODES], ids=[row[0] for row in CODES])
async def test_codes(
    okta: Okta, server: TlsServer, factors: list[tuple[str, str, str]], body: dict[str, str], allowed: bool
) -> None:
    """A code of the app that the user has, and of the provider that was named."""
    world = await World.new(okta, server)
    world.eva.status, world.eva.factors = "MFA_REQUIRED", factors
    assert (await world.refusal(**body) is None) is allowed


@pytest.mark.parametrize(
    ("states", "allowed"),
    [
        (["SUCCESS"], True),
        (["WAITING", "WAITING", "SUCCESS"], True),
        (["WAITING", "REJECTED"], False),
        (["WAITING", "TIMEOUT"], False),
        (["CANCELLED"], False),
        (["WAITING"] * 200, False),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_pushes(okta: Okta, server: TlsServer, states: list[str], allowed: bool) -> None:
    """What the phone says decides, and silence is no answer."""
    world = await World.new(okta, server)
    world.eva.status, world.eva.factors, okta.pushes = "MFA_REQUIRED", FACTORS, states
    error = await world.refusal()
    assert (error is None) is allowed
    assert error is None or isinstance(error, PermissionDenied)


async def test_the_number_to_choose(okta: Okta, server: TlsServer) -> None:
    """While a login waits, its nonce shows the number, in any process; afterwards nothing of it is left."""
    world = await World.new(okta, server)
    world.eva.status, world.eva.factors, okta.number = "MFA_REQUIRED", FACTORS, 42
    seen: list[Any] = []
    other = Mounted(Method(), world.mount.barrier, world.mount.clock)

    async def look(nonce: str) -> Any:
        try:
            return await other.data(READ, f"verify/{nonce}")
        except NotFound:
            return None

    api = world.mount.engine.api  # type: ignore[attr-defined]
    authenticate = api._authenticate

    async def watched(*arguments: Any) -> Any:
        state = await authenticate(*arguments)
        seen.append((await look("my-nonce"), await look("another")))
        return state

    api._authenticate = watched
    okta.pushes = ["WAITING", "WAITING", "SUCCESS"]
    await world.log_in(nonce="my-nonce")
    assert seen == [(None, None), (None, None), ({"correct_answer": 42}, None), ({"correct_answer": 42}, None)]
    assert await look("my-nonce") is None
    assert not [key for key in await world.mount.rows() if key.startswith("challenge/")]


async def test_a_failed_login_leaves_others_numbers(okta: Okta, server: TlsServer) -> None:
    """Who doesn't know a password writes nothing to the store, and hides nobody's number."""
    world = await World.new(okta, server)

    async def write(txn: Transaction) -> None:
        await put(View(txn, world.mount.prefix), "n", 7, world.mount.clock.now())

    await transact(world.mount.barrier, write)
    before = await world.mount.rows()
    assert isinstance(await world.refusal(nonce="n", password="wrong"), InvalidCredentials)
    assert await world.mount.rows() == before
    assert await world.mount.data(READ, "verify/n") == {"correct_answer": 7}


async def test_numbers_end(okta: Okta, server: TlsServer) -> None:
    """A number whose login died is shown no longer than a login may wait, and is cleared by a later one."""
    world = await World.new(okta, server)
    now = world.mount.clock.now()

    async def body(txn: Transaction) -> tuple[Any, Any]:
        view = View(txn, world.mount.prefix)
        return await answer_of(view, "n", now + LIFE_S - 1), await answer_of(view, "n", now + LIFE_S)

    async def write(txn: Transaction) -> None:
        await put(View(txn, world.mount.prefix), "n", 7, now)

    await transact(world.mount.barrier, write)
    assert await transact(world.mount.barrier, body) == (7, None)

    async def write_later(txn: Transaction) -> None:
        await put(View(txn, world.mount.prefix), "later", 8, now + LIFE_S)

    await transact(world.mount.barrier, write_later)
    assert len([key for key in await world.mount.rows() if key.startswith("challenge/")]) == 1


async def test_all_pages_count(okta: Okta, server: TlsServer) -> None:
    """Groups on later pages count."""
    world = await World.new(okta, server)
    okta.per_page, world.eva.groups = 2, [f"g{n}" for n in range(5)]
    assert (await world.log_in()).group_aliases == ("g0", "g1", "g2", "g3", "g4")


async def test_pages_elsewhere_are_not_fetched(okta: Okta, server: TlsServer) -> None:
    """The API's token isn't sent to another host that an answer names."""
    world = await World.new(okta, server)
    okta.per_page, okta.next_host = 1, f"https://127.0.0.2:{server.port}"
    assert isinstance(await world.refusal(), UpstreamFailed)


async def test_who_sees_which_secret(okta: Okta, server: TlsServer) -> None:
    """The password is sent without the API's token, and groups are asked for without the password."""
    world = await World.new(okta, server)
    await world.log_in()
    first, *others = server.asked
    assert "authorization" not in first.headers
    assert all(world.eva.password.encode() not in asked.body for asked in others)
    assert API_TOKEN not in repr(Config(org_name="x", api_token=API_TOKEN))
    shown = await world.mount.ask(READ, "config")
    assert API_TOKEN not in str(shown and shown.data)
    for secret in (API_TOKEN, world.eva.password):
        assert all(secret.encode() not in row for row in (await world.mount.rows()).values())


async def test_without_a_token_of_the_api(okta: Okta, server: TlsServer) -> None:
    """Only the groups of the mount count, tokens can't be renewed, and who configures it is told."""
    world = await World.new(okta, server)
    response = await world.write(api_token="")
    assert "tokens can't be renewed" in response.warnings[0]
    await world.mount.ask(WRITE, "users/eva@example.com", {"groups": "a,b"})
    auth = await world.log_in()
    assert (auth.group_aliases, auth.renewable) == (("a", "b"), False)
    with pytest.raises(InvalidRequest, match="without an api_token"):
        await world.mount.renew(auth)


async def test_answers_that_are_none(okta: Okta, server: TlsServer) -> None:
    """Answers that the API doesn't document let nobody in."""
    world = await World.new(okta, server)
    nameless = {"status": "SUCCESS", "_embedded": {"user": {"id": "x", "profile": {}}}}
    strange = {"status": "SUCCESS", "_embedded": {"user": {"id": "../x", "profile": {"login": "eva"}}}}
    for answer in ({}, [], {"status": 1}, {"status": "SUCCESS"}, nameless, strange):
        okta.override = as_json(answer)
        assert isinstance(await world.refusal(), UpstreamFailed)
    for status in (302, 404, 429, 500):
        okta.override = as_json({"status": "SUCCESS"}, status)
        assert isinstance(await world.refusal(), UpstreamFailed)


@pytest.mark.parametrize(
    "settings",
    [
        {"org_name": ""},
        {"org_name": "a.b"},
        {"org_name": "evil.com/"},
        {"base_url": "evil.com/x"},
        {"base_url": "okta.com@evil.com"},
        {"base_url": "okta.com:"},
        {"base_url": "okta.com:0"},
        {"base_url": "https://okta.com"},
        {"api_token": "a\nb"},
        {"org_name": "other"},
        {"production": False},
    ],
    ids=str,
)
async def test_bad_configurations_change_nothing(okta: Okta, server: TlsServer, settings: dict[str, Any]) -> None:
    """Names that lead elsewhere are refused, and so is another host for a token that nobody can read."""
    world = await World.new(okta, server)
    with pytest.raises(InvalidRequest):
        await world.write(**settings)
    assert await world.refusal() is None


async def test_configuration() -> None:
    """Old names work, and what isn't given stays."""
    mount = await Mounted.new(Method())
    with pytest.raises(InvalidRequest, match="org_name is missing"):
        await mount.ask(WRITE, "config", {})
    with pytest.raises(InvalidRequest, match="not configured"):
        await mount.ask(WRITE, "login/eva", {"password": "x"})
    await mount.ask(WRITE, "config", {"organization": "acme", "token": "t", "production": False, "ttl": "1h"})
    await mount.ask(WRITE, "config", {"token_policies": "x"})
    shown = await mount.data(READ, "config")
    assert (shown["org_name"], shown["organization"], shown["production"], shown["ttl"]) == (
        "acme",
        "acme",
        False,
        3600,
    )
    assert (shown["bypass_okta_mfa"], shown["token_policies"]) == (False, ["x"])
    response = await mount.ask(WRITE, "config", {"bypass_okta_mfa": True})
    assert response is not None
    assert "MFA bypass is configured" in response.warnings[0]


async def test_users_and_groups() -> None:
    """Names are of one spelling; lists come in pages; what no login gives is refused."""
    mount = await Mounted.new(Method())
    for kind in ("users", "groups"):
        with pytest.raises(NotFound):
            await mount.ask(Operation.LIST, kind)
        for name in ("Dev Ops", "a@b"):
            await mount.ask(WRITE, f"{kind}/{name}", {"policies": "B,a"})
        assert (await mount.data(READ, f"{kind}/DEV OPS"))["policies"] == ["a", "b"]
        assert await mount.data(Operation.LIST, kind) == {"keys": ["a@b", "dev ops"]}
        assert await mount.data(Operation.LIST, kind, {"after": "a@b", "limit": 1}) == {"keys": ["dev ops"]}
        assert await mount.exists(f"{kind}/a@b")
        with pytest.raises(InvalidRequest):
            await mount.ask(WRITE, f"{kind}/a@b", {"policies": "root"})
        for name in (" a", "a\n", "x" * 600):
            with pytest.raises(UnsupportedPath):
                await mount.ask(WRITE, f"{kind}/{name}", {})
        await mount.ask(Operation.DELETE, f"{kind}/a@b")
        with pytest.raises(NotFound):
            await mount.ask(READ, f"{kind}/a@b")


async def test_renewal(okta: Okta, server: TlsServer) -> None:
    """A renewal asks Okta again, without a password: for the account, the name, the groups' policies."""
    world = await World.new(okta, server, token_ttl="10m")
    await world.mount.ask(WRITE, "groups/engineering", {"policies": "dev"})
    auth = await world.log_in()
    assert world.eva.password not in str(auth.internal)
    await world.write(token_ttl="3m")
    renewed = await world.mount.renew(auth)
    assert (renewed.token.ttl_s, renewed.group_aliases) == (180, ("Engineering", "everyone"))
    world.eva.groups = []
    with pytest.raises(InvalidRequest, match="policies have changed"):
        await world.mount.renew(auth)
    world.eva.groups, world.eva.login = ["Engineering"], "eve@example.com"
    with pytest.raises(InvalidRequest, match="another name"):
        await world.mount.renew(auth)
    world.eva.login = "eva@example.com"
    for account in ("SUSPENDED", "DEPROVISIONED", "LOCKED_OUT", "STAGED"):
        world.eva.account = account
        with pytest.raises(InvalidRequest, match="may not log in"):
            await world.mount.renew(auth)
    okta.people.clear()
    with pytest.raises(InvalidRequest, match="the user is gone"):
        await world.mount.renew(auth)


async def test_who_matches_nothing(okta: Okta, server: TlsServer) -> None:
    """With `require_group_match`, a group of this server has to be theirs, unless the mount has settings for them."""
    world = await World.new(okta, server, require_group_match=True, token_policies="base")
    assert (await world.log_in()).group_required
    for key in ("groups/engineering", "users/eva@example.com"):
        await world.mount.ask(WRITE, key, {})
        assert not (await world.log_in()).group_required
        await world.mount.ask(Operation.DELETE, key)
    await world.write(require_group_match=False)
    assert not (await world.log_in()).group_required


async def test_a_renewal_that_keeps_policies_has_the_present_groups(okta: Okta, server: TlsServer) -> None:
    """Where the mount keeps or narrows policies at a renewal, memberships are still those of now."""
    world = await World.new(okta, server)
    await world.mount.ask(WRITE, "groups/engineering", {"policies": "dev"})
    auth = await world.log_in()
    world.eva.groups = []
    with pytest.raises(PoliciesChanged) as changed:
        await world.mount.renew(auth)
    assert changed.value.auth.group_aliases == ()


async def test_a_factor_of_another_user_proves_nothing(okta: Okta, server: TlsServer) -> None:
    """The answer to the factor has to be about who gave the password."""
    world = await World.new(okta, server)
    world.eva.status, world.eva.factors, okta.pushes = "MFA_REQUIRED", FACTORS, ["WAITING", "SUCCESS"]

    def becomes_another() -> None:
        okta.people.append(Person("max@example.com", id="00u2"))
        world.eva.id, world.eva.login = "00u2", "max@example.com"

    okta.asked_of_phone = becomes_another
    api = world.mount.engine.api  # type: ignore[attr-defined]
    authenticate = api._authenticate

    async def without_state(config: Config, path: str, body: dict[str, str]) -> Any:
        return await authenticate(config, path, {**body, "stateToken": f"state-{world.eva.id}"})

    api._authenticate = without_state
    assert isinstance(await world.refusal(), UpstreamFailed)
