"""The header `X-Vault-MFA` proves the second factor with the login itself."""

from __future__ import annotations

import pytest

from tests.flow.mfa.test_two_phases import waiting
from tests.flow.mfa.world import METHOD, World


@pytest.mark.parametrize("form", ["{id}:{code}", "{id}:passcode={code}", "main:{code}", "main:passcode={code}"])
async def test_forms_of_the_header(form: str) -> None:
    """The method by id or name, the code plain or named."""
    world = await World.start()
    await world.enrolled("eva")
    answer = await world.login("eva", form.format(id=world.method, code=world.code("eva")))
    assert answer.body["auth"]["policies"] == ["default"]
    assert answer.body["warnings"] is None
    assert not waiting(world)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("main:{wrong}", 403),
        ("main", 403),
        ("other:{code}", 403),
        ("main:{code}, main:{code}", 403),
        ("main:", 400),
        (":{code}", 400),
        (", ".join(f"m{number}:1" for number in range(33)), 400),
        ("main:" + "1" * 257, 400),
    ],
)
async def test_what_is_refused(header: str, status: int) -> None:
    """Whatever doesn't prove the method gives no token and leaves nothing waiting."""
    world = await World.start()
    await world.enrolled("eva")
    answer = await world.login("eva", header.format(wrong=world.wrong("eva"), code=world.code("eva")))
    assert answer.status == status
    assert not waiting(world)
    if status == 403:
        assert answer.errors == ["permission denied"]


async def test_a_wrong_password_is_told_first() -> None:
    """No code is looked at, and none is used up."""
    world = await World.start()
    await world.enrolled("eva")
    mfa = {"x-vault-mfa": "main:" + world.code("eva")}
    wrong = await world.node.ask("POST", "auth/userpass/login/eva", {"password": "no"}, token="", headers=mfa)
    assert (wrong.status, wrong.errors) == (400, ["invalid username or password"])
    assert (await world.login("eva", mfa["x-vault-mfa"])).status == 200


async def test_every_enforcement_has_to_be_satisfied() -> None:
    """A method that several demand is proved once for all; a demand without a proof leaves no token."""
    world = await World.start()
    main = await world.enrolled("eva")
    first = world.method
    made = await world.node.ok("POST", f"{METHOD}totp", {"issuer": "other", "method_name": "other"})
    world.method = made.data["method_id"]
    other = await world.enrolled("eva")
    await world.enforce("e2", first, world.method, auth_method_types=["userpass"])
    assert (await world.login("eva", "main:" + main.at(int(world.node.clock.now())))).status == 200
    await world.enforce("e3", world.method, auth_method_types=["userpass"])
    world.node.clock.advance(30)
    assert (await world.login("eva", "main:" + main.at(int(world.node.clock.now())))).status == 403
    world.node.clock.advance(30)
    now = int(world.node.clock.now())
    assert (await world.login("eva", "main:" + main.at(now), "other:" + other.at(now))).status == 200


async def test_without_an_enforcement_the_header_is_ignored() -> None:
    """A login that needs no second factor takes whatever is in it."""
    world = await World.start(enforced=False)
    assert (await world.login("eva", "nobody:1")).body["auth"]["client_token"]


async def test_the_answer_may_be_wrapped() -> None:
    """As that of any login."""
    world = await World.start()
    await world.enrolled("eva")
    wrapped = await world.login("eva", "main:" + world.code("eva"), **{"x-vault-wrap-ttl": "60"})
    assert wrapped.body["auth"] is None
    opened = await world.node.ok("POST", "sys/wrapping/unwrap", token=wrapped.body["wrap_info"]["token"])
    assert opened.body["auth"]["client_token"]
