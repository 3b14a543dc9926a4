"""Advisories about second factors of logins."""

from __future__ import annotations

import pytest

from strongroom.engines.totp import Totp
from strongroom.testing import PluginServer
from tests.flow.mfa.world import World


async def test_cve_2025_6014_no_spelling_of_a_code_counts_again() -> None:
    """There spaces in a code made it another one, which was taken again (engine totp; CVE-2025-55000 too).

    Here only the digits themselves are a code, and what is remembered is the period, not the text.
    """
    server = await PluginServer.start(Totp)
    await server.ok("POST", "totp/keys/k", {"key": "JBSWY3DPEHPK3PXP"})
    code = (await server.ok("GET", "totp/code/k")).data["code"]
    assert (await server.ok("POST", "totp/code/k", {"code": code})).data == {"valid": True}
    for spelling in (f" {code}", f"{code} ", f"{code[:3]} {code[3:]}", f"{code}\n", f"+{code}", f"0{code}"):
        refused = await server.ask("POST", "totp/code/k", {"code": spelling})
        assert (refused.status, refused.error) == (400, "invalid number of digits for the code"), spelling
    assert "code already used" in (await server.ask("POST", "totp/code/k", {"code": code})).error


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


@pytest.mark.parametrize("spelling", ["EVA", "Eva", "eva ", " eva", "eva%20", "%20Eva"])
async def test_cve_2025_6013_no_spelling_of_a_name_skips_the_second_factor(spelling: str) -> None:
    """There another spelling of a name logged in as another entity, which no enforcement named (LDAP).

    Here whoever logs in by a password is the same entity under every spelling of the name that is taken.
    """
    world = await World.start(enforced=False)
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    await world.enforce("e1", identity_entity_ids=[entity])
    answer = await world.login(spelling)
    assert answer.status != 200 or answer.body["auth"]["client_token"] == ""
    known = (await world.node.ok("LIST", "identity/entity/id")).data["keys"]
    assert known == [entity]
