"""What proves a second factor stands in no log, no audit entry and no row as it is."""

from __future__ import annotations

import base64
import json

from structlog.testing import capture_logs

from strongroom.services.mfa.credentials import Credentials
from strongroom.services.mfa.records import DuoSettings, OktaSettings, PingIdSettings, TotpSecret, TotpSettings
from tests.flow.mfa.test_self_enrollment import begun, enroll, scan
from tests.flow.mfa.world import METHOD, World
from tests.flow.node import TestNode


async def test_neither_codes_nor_secrets_are_audited() -> None:
    """Of both phases, of the header, of an enrolment, and of secrets that administrators make."""
    world = await World.start(enable_self_enrollment=True)
    await world.node.audited()
    headers = {"hmac": False}
    await world.node.ok("PUT", "sys/config/auditing/request-headers/x-vault-mfa", headers)
    with capture_logs() as logs:
        id_, _ = await begun(world)
        shown = await enroll(world, id_)
        scan(world, "eva", shown)
        wrong, code = world.wrong("eva"), world.code("eva")
        await world.validate(id_, wrong)
        token = (await world.validate(id_, code)).body["auth"]["client_token"]
        await world.login("eva", f"main:{wrong}")
        await world.enrolled("bob")
    written = json.dumps([*world.node.recorder.entries, *logs], default=str)
    for secret in (wrong, code, id_, token, shown.data["barcode"], shown.data["url"], world.apps["eva"].secret):
        assert secret not in written
    assert world.apps["bob"].secret not in written


async def test_the_answer_of_the_second_phase_is_audited_as_a_login() -> None:
    """With the policies and the entity of the token, and its digest."""
    world = await World.start()
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    await world.node.audited()
    auth = (await world.validate(id_, world.code("eva"))).body["auth"]
    _, entry = world.node.recorder.entries
    assert entry["request"]["path"] == "sys/mfa/validate"
    found = entry["auth"]
    assert (found["policies"], found["entity_id"]) == (auth["policies"], auth["entity_id"])
    assert found["client_token"].startswith("hmac-sha256:")
    assert entry["response"]["auth"] == found


async def test_a_login_that_waits_is_audited_without_a_token() -> None:
    """As the reference server writes it: neither token nor policies, and no id."""
    world = await World.start()
    await world.node.audited()
    await world.request_id("eva")
    _, entry = world.node.recorder.entries
    assert entry["auth"] == entry["response"]["auth"] == {"token_type": "default"}
    assert entry["response"]["warnings"]


async def test_a_refusal_is_audited_too() -> None:
    """Both entries, the second with an error."""
    world = await World.start()
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    await world.node.audited()
    await world.validate(id_, world.wrong("eva"))
    first, second = world.node.recorder.entries
    assert "error" not in first
    assert second["error"]


def test_nothing_shows_itself() -> None:
    """The `repr` of what holds secrets."""
    things = [
        Credentials({"m": ("canary",)}),
        DuoSettings(api_hostname="h", integration_key="i", secret_key="canary"),
        OktaSettings(org_name="o", api_token="canary"),
        PingIdSettings(key=b"canary", token="canary", org_alias="a", idp_url="", admin_url="", authenticator_url=""),
        TotpSecret(key=b"canary", settings=TotpSettings(issuer="i")),
    ]
    assert "canary" not in repr(things)


async def test_rows_are_encrypted() -> None:
    """Neither secrets, nor settings, nor logins that wait are read off the store."""
    node = await TestNode.start()
    duo = {"secret_key": "canary-duo", "integration_key": "i", "api_hostname": "duo.example.com"}
    await node.ok("POST", f"{METHOD}duo", duo)
    world = await World.start()
    await world.enrolled("eva")
    await world.request_id("eva")
    key = base64.b32decode(world.apps["eva"].secret)
    for rows in (node.rows(), world.node.rows()):
        assert not [name for name, value in rows.items() if key in value or b"canary" in value]
