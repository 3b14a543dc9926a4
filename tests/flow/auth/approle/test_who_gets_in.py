"""Who gets in by approle: each constraint alone decides."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.auth.approle.logic import check_login, token_cidrs
from strongroom.auth.approle.records import Role, SecretId
from strongroom.lib.errors import InvalidCredentials, InvalidRequest, PermissionDenied, StrongroomError
from strongroom.sdk import TokenSettings
from strongroom.sdk.token_fields import address_allowed
from tests.flow.auth.approle.world import ADDRESS, World

HERE, AWAY = "192.0.2.0/24", "198.51.100.0/24"
NOW = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login, and what the role and the secret id say of it."""

    role_id: str = "app-id"
    secret_id: str = "right"
    role: tuple[tuple[str, Any], ...] = ()
    secret: tuple[tuple[str, Any], ...] = ()
    then: tuple[tuple[str, str, Any], ...] = ()
    """Requests between the secret id and the login."""
    later_s: float = 0.0


GOOD = Attempt(
    role=(
        ("secret_id_bound_cidrs", HERE),
        ("token_bound_cidrs", HERE),
        ("secret_id_num_uses", 2),
        ("secret_id_ttl", "1h"),
    ),
    secret=(("cidr_list", HERE), ("token_bound_cidrs", HERE), ("num_uses", 1), ("ttl", "10m")),
    later_s=599,
)
DESTROY = ("POST", "role/app/secret-id/destroy", {"secret_id": "right"})
BAD = {
    "another role id": (replace(GOOD, role_id="other-id"), 400),
    "an unknown role id": (replace(GOOD, role_id="App-Id"), 400),
    "no role id": (replace(GOOD, role_id=" "), 400),
    "another secret id": (replace(GOOD, secret_id="Right"), 400),
    "the secret id of another role": (replace(GOOD, secret_id="of-other"), 400),
    "no secret id": (replace(GOOD, secret_id=""), 400),
    "its time is up": (replace(GOOD, later_s=600), 400),
    "it is used up": (replace(GOOD, then=(("POST", "login", {"role_id": "app-id", "secret_id": "right"}),)), 400),
    "outside the blocks of the secret id": (replace(GOOD, secret=(("cidr_list", AWAY),), role=()), 400),
    "outside the secret id's blocks of tokens": (replace(GOOD, secret=(("token_bound_cidrs", AWAY),), role=()), 403),
    "outside the blocks of the role": (
        replace(GOOD, then=(("POST", "role/app", {"secret_id_bound_cidrs": AWAY}),)),
        400,
    ),
    "outside the role's blocks of tokens": (
        replace(GOOD, then=(("POST", "role/app", {"token_bound_cidrs": AWAY}),)),
        403,
    ),
    "the secret id is destroyed": (replace(GOOD, then=(DESTROY,)), 400),
    "the role is deleted": (replace(GOOD, then=(("DELETE", "role/app", None),)), 400),
    "the role is made again": (
        replace(GOOD, then=(("DELETE", "role/app", None), ("POST", "role/app", {"role_id": "app-id"}))),
        400,
    ),
    "the role id has changed": (replace(GOOD, then=(("POST", "role/app/role-id", {"role_id": "new-id"}),)), 400),
}


async def tried(attempt: Attempt) -> int:
    """The status of a login."""
    world = await World.start(**dict(attempt.role))
    await world.role("other", role_id="other-id")
    assert (await world.custom("of-other", "other")).status == 200
    assert (await world.custom("right", **dict(attempt.secret))).status == 200
    for method, path, body in attempt.then:
        assert (await world.ask(method, path, body)).status < 300
    world.clock.advance(attempt.later_s)
    return (await world.log_in(attempt.secret_id, attempt.role_id)).status


async def test_what_fits_everything_gets_in() -> None:
    """With every constraint set, at the last second and with the last use."""
    assert await tried(GOOD) == 200


@pytest.mark.parametrize("name", BAD)
async def test_each_constraint_alone_refuses(name: str) -> None:
    """One thing is wrong, all others are right."""
    attempt, status = BAD[name]
    assert await tried(attempt) == status


async def test_without_bind_secret_id_only_addresses_decide() -> None:
    """No secret id is asked for, and a wrong one doesn't matter; the address always does."""
    world = await World.start()
    for field in ("secret_id_bound_cidrs", "token_bound_cidrs"):
        await world.role("open", role_id="open-id", bind_secret_id=False, **{field: HERE})
        for secret_id in ("", "any"):
            assert (await world.log_in(secret_id, "open-id")).status == 200
            assert (await world.log_in(secret_id, "open-id", "198.51.100.1")).status in {400, 403}
            assert (await world.log_in(secret_id, "open-id", "")).status in {400, 403}
    await world.role("open", bind_secret_id=True)
    assert (await world.log_in("", "open-id")).status == 400


async def test_addresses_are_told_only_to_who_has_the_secret_id() -> None:
    """A wrong one gets the same answer from anywhere; the right one from elsewhere is told which address counted."""
    world = await World.start(secret_id_bound_cidrs=AWAY)
    secret = await world.secret_id()
    wrong = await world.log_in("wrong")
    assert (wrong.status, wrong.error) == (400, "invalid role or secret ID")
    right = await world.log_in(secret["secret_id"])
    assert right.error == f'source address "{ADDRESS}" (TCP peer) is outside secret_id_bound_cidrs of the role'
    body = {"role_id": "app-id", "secret_id": secret["secret_id"]}
    named = await world.ask("POST", "login", body, token="", headers={"x-forwarded-for": "198.51.100.1"})
    assert named.error.startswith(
        f'source address "{ADDRESS}" (TCP peer; X-Forwarded-For ignored: the peer is no authorized proxy) is outside'
    )


@dataclass(frozen=True, slots=True)
class Client:
    """Who logs in."""

    address: str
    source: str = "somebody"


BLOCKS = st.lists(st.sampled_from((HERE, AWAY, "192.0.2.7/32", "0.0.0.0/0", "2001:db8::/32")), max_size=2)
SECRETS = st.builds(
    SecretId,
    accessor=st.just("accessor"),
    role=st.just("id"),
    created_at=st.just(0.0),
    changed_at=st.just(0.0),
    expires_at=st.sampled_from((0.0, NOW - 1, NOW, NOW + 1)),
    cidrs=BLOCKS.map(tuple),
    token_bound_cidrs=BLOCKS.map(tuple),
)


def naive(role: Role, secret: SecretId | None, address: str) -> type[StrongroomError] | None:
    """What is expected, written down once more."""
    if role.bind_secret_id and (secret is None or 0 < secret.expires_at <= NOW):
        return InvalidCredentials
    where = [role.secret_id_bound_cidrs, *([secret.cidrs] if secret else [])]
    if not all(address_allowed(address, blocks) for blocks in where):
        return InvalidRequest
    tokens = [role.token.bound_cidrs, *([secret.token_bound_cidrs] if secret else [])]
    return None if all(address_allowed(address, blocks) for blocks in tokens) else PermissionDenied


@settings(max_examples=400, deadline=None)
@given(
    bind=st.booleans(),
    of_role=BLOCKS,
    of_tokens=BLOCKS,
    secret=st.none() | SECRETS,
    address=st.sampled_from((ADDRESS, "192.0.2.8", "198.51.100.1", "2001:db8::1", "")),
)
def test_decisions_agree_with_a_naive_model(
    bind: bool, of_role: list[str], of_tokens: list[str], secret: SecretId | None, address: str
) -> None:
    """For all combinations; and a token works where its client is, and nowhere that the role forbids."""
    secret = secret if bind else None
    role = Role(
        name="app",
        id="id",
        digest_key=b"",
        role_id="app-id",
        bind_secret_id=bind,
        secret_id_bound_cidrs=tuple(of_role),
        token=TokenSettings(bound_cidrs=tuple(of_tokens)),
    )
    expected = naive(role, secret, address)
    if expected is not None:
        with pytest.raises(expected):
            check_login(role, secret, Client(address), NOW)
        return
    check_login(role, secret, Client(address), NOW)
    bound = token_cidrs(role, secret)
    assert address_allowed(address, bound)
    limits = [role.token.bound_cidrs, secret.token_bound_cidrs if secret else ()]
    assert bool(bound) == any(limits)
    for other, blocks in itertools.product(("192.0.2.8", "198.51.100.1", "203.0.113.1", "2001:db8::1"), limits):
        assert address_allowed(other, blocks) or not address_allowed(other, bound)
