"""Advisories about second factors of logins."""

from __future__ import annotations

from tests.flow.mfa.world import World


async def test_cve_2025_6015_no_spelling_of_a_code_evades_the_limits() -> None:
    """There spaces in a code made it another one: it was taken again, and failures were counted apart.

    Here a code is a period, whatever stands around it, and failures belong to the entity and the method.
    """
    world = await World.start()
    await world.enrolled("eva")
    code = world.code("eva")
    assert (await world.login("eva", f"main: {code} ")).status == 200
    spellings = (code, f" {code}", f"passcode={code}", f"passcode= {code}")
    for spelling in spellings:
        refused = await world.validate(await world.request_id("eva"), spelling)
        assert "code already used" in refused.error, spelling
    for spelling in (code[:3] + " " + code[3:], world.wrong("eva") + " "):
        await world.validate(await world.request_id("eva"), spelling)
    world.node.clock.advance(29)
    refused = await world.validate(await world.request_id("eva"), world.code("eva", 1))
    assert "maximum TOTP validation attempts" in refused.error
