"""Who gets in: each constraint of a role alone decides, whatever the others say."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.auth.jwt import Jwt
from strongroom.lib.errors import InvalidRequest, StrongroomError
from strongroom.sdk import Operation
from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.flow.auth.jwt.test_static_keys import log_in
from tests.flow.harness import Mounted

WRITE = Operation.UPDATE
HOME, AWAY = "10.1.2.3", "192.0.2.9"

CONSTRAINTS: dict[str, tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {
    # name: what the role demands, claims that fit, claims that don't
    "audience": ({"bound_audiences": "us,them"}, {"aud": ["x", "us"]}, [{"aud": "US"}, {"aud": []}, {}]),
    "subject": ({"bound_subject": "ann"}, {"sub": "ann"}, [{"sub": "Ann"}, {"sub": "ann "}]),
    "claim": ({"bound_claims": {"team": ["red", 7]}}, {"team": [7, "x"]}, [{"team": "7"}, {"team": None}, {}]),
    "nested": ({"bound_claims": {"/a/b": True}}, {"a": {"b": True}}, [{"a": {"b": 1}}, {"a/b": True}, {"/a/b": True}]),
}


async def prepared(names: tuple[str, ...]) -> Mounted:
    """A mount whose role has these constraints, and one of addresses."""
    mount = await Mounted.new(Jwt())
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())], "bound_issuer": "idp"})
    role: dict[str, Any] = {"role_type": "jwt", "user_claim": "sub", "token_bound_cidrs": "10.0.0.0/8"}
    for name in names:
        demanded = CONSTRAINTS[name][0]
        bound = {**role.get("bound_claims", {}), **demanded.get("bound_claims", {})}
        role |= demanded | ({"bound_claims": bound} if bound else {})
    await mount.ask(WRITE, "role/r", role)
    return mount


async def gets_in(mount: Mounted, claims: dict[str, Any], address: str = HOME) -> bool:
    """Whether a token with these claims logs in."""
    said = {"iss": "idp", "sub": "ann", "exp": int(mount.clock.now()) + 60, **claims}
    try:
        await log_in(mount, signed({name: value for name, value in said.items() if value is not ...}), address=address)
    except StrongroomError:
        return False
    return True


SETS = [names for size in range(len(CONSTRAINTS) + 1) for names in itertools.combinations(CONSTRAINTS, size)]


@pytest.mark.parametrize("names", SETS, ids="-".join)
async def test_each_constraint_alone_decides(names: tuple[str, ...]) -> None:
    """With all of them met, the token is let in; with any one of them not, it isn't."""
    mount = await prepared(names)
    good: dict[str, Any] = {}
    for name in names:
        good |= CONSTRAINTS[name][1]
    assert await gets_in(mount, good)
    for name in names:
        for wrong in CONSTRAINTS[name][2]:
            kept = {key: value for key, value in good.items() if key not in CONSTRAINTS[name][1]}
            assert not await gets_in(mount, {**kept, **wrong}), (name, wrong)
    assert not await gets_in(mount, good, AWAY)
    assert not await gets_in(mount, {**good, "iss": "other"})
    assert not await gets_in(mount, {**good, "exp": 1})
    assert not await gets_in(mount, {**good, "exp": ...})
    if "audience" not in names:
        assert not await gets_in(mount, {**good, "aud": "us"})
    if "subject" not in names:
        assert await gets_in(mount, {**good, "sub": "somebody"})
        assert not await gets_in(mount, {**good, "sub": ...})


TIMES = st.integers(-400, 400) | st.none()


@settings(max_examples=60, deadline=None)
@given(issued=TIMES, begins=TIMES, ends=TIMES, skew=st.sampled_from([0, -1, 30]))
def test_times(issued: int | None, begins: int | None, ends: int | None, skew: int) -> None:
    """A token is let in exactly between its times, with the leeway; one without any isn't."""

    async def attempt() -> bool:
        mount = await Mounted.new(Jwt())
        await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())], "bound_issuer": "idp"})
        role = {"role_type": "jwt", "user_claim": "sub", "bound_subject": "ann", "clock_skew_leeway": skew}
        await mount.ask(WRITE, "role/r", role)
        now = int(mount.clock.now())
        offsets = {"iat": issued, "nbf": begins, "exp": ends}
        return await gets_in(mount, {"exp": ..., **{n: now + o for n, o in offsets.items() if o is not None}})

    leeway = {0: 60, -1: 0, 30: 30}[skew]
    if issued is None and begins is None and ends is None:
        expected = False
    else:
        end = ends if ends is not None else max(o for o in (issued, begins) if o is not None) + 150
        begin = begins if begins is not None else issued if issued is not None else end - 150
        expected = begin <= leeway and -end <= leeway and (issued or 0) <= leeway
    assert asyncio.run(attempt()) == expected


CLAIMS_TOLD = [
    ({"iss": "idp/"}, 'claim: the token has "idp/", the mount has bound_issuer "idp"'),
    ({"iss": ...}, 'claim: the token has none, the mount has bound_issuer "idp"'),
    ({"sub": "Ann"}, 'claim: the token has "Ann"'),
    ({"iat": 2_000_000_000, "exp": 2_000_000_001}, "invalid issued at (iat) claim"),
    ({"nbf": 2_000_000_000, "exp": 2_000_000_001}, "invalid not before (nbf) claim"),
]


@pytest.mark.parametrize(("claims", "text"), CLAIMS_TOLD)
async def test_a_refusal_tells_what_the_token_has(claims: dict[str, Any], text: str) -> None:
    """Issuers that differ in a slash are found at a glance."""
    mount = await prepared(("subject",))
    said = {"iss": "idp", "sub": "ann", "exp": int(mount.clock.now()) + 60, **claims}
    with pytest.raises(InvalidRequest) as refused:
        await log_in(mount, signed({name: value for name, value in said.items() if value is not ...}), address=HOME)
    assert text in refused.value.text


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", " ")])
async def test_space_around_a_token(before: str, after: str) -> None:
    """It comes with a token that is read from a file, and means nothing."""
    mount = await prepared(("subject",))
    token = signed({"iss": "idp", "sub": "ann", "exp": int(mount.clock.now()) + 60})
    assert (await log_in(mount, f"{before}{token}{after}", address=HOME)).alias == "ann"
    with pytest.raises(InvalidRequest, match="missing token"):
        await log_in(mount, f"{before} {after}", address=HOME)


@pytest.mark.parametrize("name", ["r ", "a/b", "..", "ann@example.com", "r" * 600])
async def test_what_is_no_name_of_a_role(name: str) -> None:
    """It is a role that isn't there, and no path that isn't there."""
    mount = await prepared(("subject",))
    token = signed({"iss": "idp", "sub": "ann", "exp": int(mount.clock.now()) + 60})
    for where in ("login", "cel/login"):
        with pytest.raises(InvalidRequest, match="could not be found"):
            await mount.ask(WRITE, where, {"role": name, "jwt": token}, address=HOME)
