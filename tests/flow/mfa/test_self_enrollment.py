"""Self-enrolment: who has no secret gets one during the login, and its first valid code makes it count."""

from __future__ import annotations

from typing import Any

import pyotp

from tests.flow.mfa.world import METHOD, World
from tests.flow.node import Answer

ENROLL = f"{METHOD}totp/self-enroll"


async def begun(world: World, user: str = "eva") -> tuple[str, dict[str, Any]]:
    """A login that waits: its id, and the method as it is offered."""
    wanted = (await world.login(user)).body["auth"]["mfa_requirement"]
    return wanted["mfa_request_id"], wanted["mfa_constraints"]["e1"]["any"][0]


async def enroll(world: World, id_: str, method: str = "") -> Answer:
    """Ask for a secret, without a token."""
    body = {"mfa_request_id": id_, "mfa_method_id": method or world.method}
    return await world.node.ask("POST", ENROLL, body, token="")


def scan(world: World, user: str, answer: Answer) -> None:
    """Scan the QR code."""
    app = pyotp.parse_uri(answer.data["url"])
    assert isinstance(app, pyotp.TOTP)
    world.apps[user] = app


async def test_the_first_login_enrolls_and_ends_with_a_token() -> None:
    """The secret counts from the first valid code on: the next login offers no enrolment, and its code counts."""
    world = await World.start(enable_self_enrollment=True)
    assert (await world.node.ok("GET", f"{METHOD}totp/{world.method}")).data["enable_self_enrollment"] is True
    id_, offered = await begun(world)
    assert offered["self_enrollment_enabled"] is True
    scan(world, "eva", await enroll(world, id_))
    assert (await world.validate(id_, world.code("eva"))).body["auth"]["client_token"]
    world.node.clock.advance(30)
    id_, offered = await begun(world)
    assert "self_enrollment_enabled" not in offered
    refused = await enroll(world, id_)
    assert refused.body["data"] is None
    assert refused.body["warnings"] == ['Entity already has a secret for MFA method "main"']
    assert (await world.validate(id_, world.code("eva"))).status == 200


async def test_without_a_valid_code_nothing_counts() -> None:
    """A wrong code leaves the secret pending; it can't be used by another login, nor by the header."""
    world = await World.start(enable_self_enrollment=True)
    id_, _ = await begun(world)
    scan(world, "eva", await enroll(world, id_))
    assert (await world.validate(id_, world.wrong("eva"))).status == 403
    other, offered = await begun(world)
    assert offered["self_enrollment_enabled"] is True
    refused = await world.validate(other, world.code("eva"))
    assert refused.status == 403
    assert 'MFA secret for method name "main" not present in entity' in refused.error
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 403
    assert (await world.validate(id_, world.code("eva"))).status == 200


async def test_a_later_enrolment_replaces_a_pending_secret() -> None:
    """A QR code that was lost is asked for again; the earlier one no longer counts."""
    world = await World.start(enable_self_enrollment=True)
    id_, _ = await begun(world)
    scan(world, "bob", await enroll(world, id_))
    scan(world, "eva", await enroll(world, id_))
    assert (await world.validate(id_, world.code("bob"))).status == 403
    assert (await world.validate(id_, world.code("eva"))).status == 200


async def test_an_administrator_replaces_a_pending_secret() -> None:
    """It is no secret yet; the administrator's counts at once."""
    world = await World.start(enable_self_enrollment=True)
    id_, _ = await begun(world)
    await enroll(world, id_)
    await world.enrolled("eva")
    assert (await world.validate(id_, world.code("eva"))).status == 200


async def test_a_method_that_doesn_t_allow_it_gives_no_secret() -> None:
    """Nor does a method that the login doesn't need, nor a login that doesn't exist or is over."""
    world = await World.start()
    id_, offered = await begun(world)
    assert "self_enrollment_enabled" not in offered
    refused = await enroll(world, id_)
    assert (refused.status, refused.errors) == (
        400,
        ["the MFA method doesn't allow self-enrollment for this login"],
    )
    wanted = {"issuer": "x", "enable_self_enrollment": True}
    other = (await world.node.ok("POST", f"{METHOD}totp", wanted)).data["method_id"]
    assert (await enroll(world, id_, other)).status == 400
    for wrong in ("", "nobody"):
        assert (await enroll(world, wrong, other)).status == 400
    await world.node.ok("POST", f"{METHOD}totp/{world.method}", wanted)
    assert (await enroll(world, id_)).status == 200
    world.node.clock.advance(300)
    assert (await enroll(world, id_)).errors == ["invalid request ID"]
