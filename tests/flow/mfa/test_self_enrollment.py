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


async def test_a_password_replaces_no_other_factor() -> None:
    """Where another method could prove the same, only who has no secret for it can enroll."""
    world = await World.start(enforced=False)
    wanted = {"issuer": "x", "enable_self_enrollment": True}
    other = (await world.node.ok("POST", f"{METHOD}totp", wanted)).data["method_id"]
    await world.enforce("e1", world.method, other, auth_method_accessors=[world.accessor])
    await world.enrolled("eva")
    required = (await world.login("eva")).body["auth"]["mfa_requirement"]
    assert not [one for one in required["mfa_constraints"]["e1"]["any"] if "self_enrollment_enabled" in one]
    assert (await enroll(world, required["mfa_request_id"], other)).status == 400
    id_ = (await world.login("bob")).body["auth"]["mfa_requirement"]["mfa_request_id"]
    scan(world, "bob", await enroll(world, id_, other))
    assert (await world.validate(id_, world.code("bob"), method=other)).status == 200


async def test_beside_another_system_nobody_enrolls() -> None:
    """Only that system knows who can prove the second factor there."""
    world = await World.start(enforced=False, enable_self_enrollment=True)
    settings = {"secret_key": "s", "integration_key": "i", "api_hostname": "api.example.com"}
    duo = (await world.node.ok("POST", f"{METHOD}duo", settings)).data["method_id"]
    await world.enforce("e1", world.method, duo, auth_method_accessors=[world.accessor])
    id_, offered = await begun(world)
    assert "self_enrollment_enabled" not in offered
    assert (await enroll(world, id_)).status == 400
    await world.enforce("e1", world.method, auth_method_accessors=[world.accessor])
    id_, offered = await begun(world)
    assert offered["self_enrollment_enabled"] is True
    assert (await enroll(world, id_)).status == 200


async def test_a_login_that_proves_only_this_enrolls_nobody() -> None:
    """A secret counts when its login is complete.  Else a password would put one in force beside another factor."""
    world = await World.start(enable_self_enrollment=True)
    other = (await world.node.ok("POST", f"{METHOD}totp", {"issuer": "x"})).data["method_id"]
    await world.enforce("e2", other, auth_method_accessors=[world.accessor])
    wanted = {"method_id": other, "mount_accessor": world.accessor, "alias_name": "eva"}
    own = pyotp.parse_uri((await world.node.ok("POST", f"{METHOD}totp/admin-generate", wanted)).data["url"])
    assert isinstance(own, pyotp.TOTP)
    id_, _ = await begun(world)
    scan(world, "eva", await enroll(world, id_))
    assert (await world.validate(id_, world.code("eva"))).status == 403
    world.node.clock.advance(30)
    later, offered = await begun(world)
    assert offered["self_enrollment_enabled"] is True
    assert "not present in entity" in (await world.validate(later, world.code("eva"))).error
    both = {world.method: [world.code("eva")], other: [own.at(int(world.node.clock.now()))]}
    proof = {"mfa_request_id": id_, "mfa_payload": both}
    assert (await world.node.ask("POST", "sys/mfa/validate", proof, token="")).status == 200
    later, offered = await begun(world)
    assert "self_enrollment_enabled" not in offered
