"""Methods, secrets and enforcements: what is stored, shown, refused and deleted."""

from __future__ import annotations

import base64

import pyotp
import pytest

from tests.flow.mfa.world import METHOD, World
from tests.flow.node import TestNode
from tests.sim.mfa_providers.pingid import settings_file

DUO = {"secret_key": "canary-duo", "integration_key": "canary-key", "api_hostname": "duo.example.com"}
OKTA = {"org_name": "org", "api_token": "canary-okta"}


@pytest.mark.parametrize(
    ("type_", "body", "text"),
    [
        ("totp", {"issuer": "i", "key_size": 15}, "key_size must be between 16 and 128 bytes"),
        ("totp", {"issuer": "i", "key_size": 129}, "key_size must be between 16 and 128 bytes"),
        ("totp", {"issuer": "i", "period": "25h"}, "period must not be greater than 86400"),
        ("totp", {"issuer": "i", "qr_size": 2001}, "qr_size must not be greater than 2000"),
        ("totp", {"issuer": "i" * 129}, "issuer is longer than 128 bytes"),
        ("totp", {"issuer": "i", "method_name": "a:b"}, "method_name must not contain a comma or a colon"),
        (
            "totp",
            {"issuer": "i", "max_validation_attempts": 101},
            "max_validation_attempts must not be greater than 100",
        ),
        ("duo", {**DUO, "api_hostname": "evil.example/x?"}, "api_hostname is no host name"),
        ("duo", {**DUO, "api_hostname": "user@evil.example"}, "api_hostname is no host name"),
        ("duo", {**DUO, "username_format": "{{nobody}}"}, 'username_format has an unknown value "nobody"'),
        ("okta", {**OKTA, "org_name": "a.b"}, "org_name is no part of a host name"),
        ("okta", {**OKTA, "base_url": "https://x"}, "base_url is no host name"),
        ("pingid", {"settings_file_base64": base64.b64encode(b"token=canary").decode()}, "pingid settings file lacks"),
    ],
)
async def test_what_no_method_has(type_: str, body: dict[str, object], text: str) -> None:
    """It is refused when it is written, and nothing is stored."""
    node = await TestNode.start()
    answer = await node.ask("POST", METHOD + type_, body)
    assert answer.status == 400
    assert text in answer.error
    assert "canary" not in answer.error
    assert not [key for key in node.rows() if "/mfa/" in key]


async def test_no_answer_shows_a_secret() -> None:
    """Neither a read nor a listing, of no type, nor an error of a write."""
    node = await TestNode.start()
    bodies = {
        "duo": DUO,
        "okta": OKTA,
        "pingid": {"settings_file_base64": settings_file("ping.example.com")},
        "totp": {"issuer": "i"},
    }
    for type_, body in bodies.items():
        id_ = (await node.ok("POST", METHOD + type_, body)).data["method_id"]
        shown = await node.ok("GET", METHOD + id_)
        assert shown.data["type"] == type_
        for answer in (shown, await node.ok("GET", f"{METHOD}{type_}/{id_}"), await node.ok("LIST", METHOD + type_)):
            assert "canary" not in str(answer.body)
    assert "canary" not in str((await node.ok("LIST", METHOD.rstrip("/"))).body)


async def test_a_name_stands_for_one_method_of_a_type() -> None:
    """Writing it again changes that method; another type may have it too, and then the header needs the id."""
    world = await World.start()
    again = await world.node.ok("POST", f"{METHOD}totp", {"issuer": "new", "method_name": "main"})
    assert again.data["method_id"] == world.method
    other = (await world.node.ok("POST", f"{METHOD}totp", {"issuer": "x", "method_name": "other"})).data["method_id"]
    taken = await world.node.ask("POST", f"{METHOD}totp/{other}", {"issuer": "x", "method_name": "main"})
    assert (taken.status, taken.errors) == (400, ['another MFA method of type totp has the name "main"'])
    await world.node.ok("POST", f"{METHOD}totp/{other}", {"issuer": "x", "method_name": "renamed"})
    fresh = (await world.node.ok("POST", f"{METHOD}totp", {"issuer": "x", "method_name": "other"})).data["method_id"]
    assert fresh not in {other, world.method}


async def test_an_update_makes_no_method_and_no_other_type() -> None:
    """Of an id that doesn't exist, and of a method of another type."""
    world = await World.start()
    unknown = await world.node.ask("POST", f"{METHOD}totp/00000000-0000-0000-0000-000000000000", {"issuer": "x"})
    assert unknown.status == 400
    assert (await world.node.ask("POST", f"{METHOD}duo/{world.method}", DUO)).status == 400
    assert (await world.node.ok("GET", METHOD + world.method)).data["type"] == "totp"


async def test_a_method_in_use_stays() -> None:
    """While an enforcement names it; deleted, it leaves no secret that counts."""
    world = await World.start()
    await world.enrolled("eva")
    refused = await world.node.ask("DELETE", f"{METHOD}totp/{world.method}")
    assert refused.status == 400
    assert "still used by an enforcement" in refused.error
    await world.node.ok("DELETE", "identity/mfa/login-enforcement/e1")
    await world.node.ok("DELETE", f"{METHOD}totp/{world.method}")
    assert (await world.node.ask("GET", METHOD + world.method)).status == 404
    assert [key for key in world.node.rows() if f"rubble/mfa-{world.method}" in key]


async def test_a_secret_is_shown_once() -> None:
    """By the entity itself; the second time there is a warning, until an administrator destroys the secret."""
    world = await World.start(enforced=False)
    rules = f'path "{METHOD}totp/generate" {{ capabilities = ["update"] }}'
    await world.node.ok("PUT", "sys/policies/acl/gen", {"policy": rules})
    await world.node.ok("POST", "auth/userpass/users/eva", {"token_policies": ["gen"]})
    auth = (await world.login("eva")).body["auth"]
    token, wanted = auth["client_token"], {"method_id": world.method}
    first = await world.node.ok("POST", f"{METHOD}totp/generate", wanted, token)
    assert set(first.data) == {"barcode", "url"}
    assert base64.b64decode(first.data["barcode"]).startswith(b"\x89PNG")
    again = await world.node.ok("POST", f"{METHOD}totp/generate", wanted, token)
    assert (again.body["data"], again.body["warnings"]) == (None, ['Entity already has a secret for MFA method "main"'])
    about = {**wanted, "entity_id": auth["entity_id"]}
    assert (await world.node.ok("POST", f"{METHOD}totp/admin-generate", about)).body["data"] is None
    await world.node.ok("POST", f"{METHOD}totp/admin-destroy", about)
    second = await world.node.ok("POST", f"{METHOD}totp/admin-generate", about)
    old, new = pyotp.parse_uri(first.data["url"]), pyotp.parse_uri(second.data["url"])
    assert old.secret != new.secret


async def test_the_largest_secret_has_a_qr_code() -> None:
    """With an issuer of the most bytes, each of which takes three characters, and the longest key."""
    world = await World.start(enforced=False, issuer="ä" * 64, key_size=128, qr_size=2000)
    app = await world.enrolled("eva")
    assert app.issuer == "ä" * 64


async def test_without_a_size_there_is_no_qr_code() -> None:
    """The URL is there all the same."""
    world = await World.start(enforced=False, qr_size=0)
    wanted = {"method_id": world.method, "mount_accessor": world.accessor, "alias_name": "eva"}
    shown = (await world.node.ok("POST", f"{METHOD}totp/admin-generate", wanted)).data
    assert (shown["barcode"], shown["url"][:15]) == ("", "otpauth://totp/")


async def test_a_secret_before_any_login() -> None:
    """By the auth method and the name there: the first login of this user has the second factor."""
    world = await World.start()
    await world.enrolled("bob")
    assert (await world.login("bob", "main:" + world.code("bob"))).status == 200


@pytest.mark.parametrize(
    "about",
    [
        {"mount_accessor": "auth_userpass_none", "alias_name": "eva"},
        {"mount_accessor": "{accessor}"},
        {"alias_name": "eva"},
        {"mount_accessor": "{accessor}", "alias_name": "eva", "entity_id": "e"},
    ],
)
async def test_no_secret_for_nobody(about: dict[str, str]) -> None:
    """Half an alias, an alias of no mount, and two entities at once are refused, and make no entity."""
    world = await World.start()
    filled = {name: value.format(accessor=world.accessor) for name, value in about.items()}
    answer = await world.node.ask("POST", f"{METHOD}totp/admin-generate", {"method_id": world.method, **filled})
    assert answer.status == 400
    assert (await world.node.ask("LIST", "identity/entity/id")).status == 404


async def test_a_secret_keeps_its_settings() -> None:
    """A change of the method concerns later secrets only."""
    world = await World.start()
    await world.enrolled("eva")
    await world.node.ok("POST", f"{METHOD}totp/{world.method}", {"issuer": "x", "digits": 8, "algorithm": "SHA512"})
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    await world.enrolled("bob")
    assert len(world.code("bob")) == 8
    assert (await world.login("bob", "main:" + world.code("bob"))).status == 200


async def test_whom_enforcements_concern() -> None:
    """By accessor, by type, by entity; others log in by their password alone."""
    world = await World.start(enforced=False)
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    for of in (
        {"identity_entity_ids": [entity]},
        {"auth_method_types": ["userpass"]},
        {"auth_method_accessors": [world.accessor]},
    ):
        await world.enforce("e1", **of)
        assert (await world.login("eva")).body["auth"]["client_token"] == ""
        others = (await world.login("bob")).body["auth"]["client_token"]
        assert bool(others) == ("identity_entity_ids" in of)
        await world.node.ok("DELETE", "identity/mfa/login-enforcement/e1")
        assert (await world.login("eva")).body["auth"]["client_token"]


async def test_groups_count() -> None:
    """An enforcement of a group concerns whom the identity service counts among its members."""
    world = await World.start(enforced=False)
    entity = (await world.login("eva")).body["auth"]["entity_id"]
    inner = await world.node.ok("POST", "identity/group", {"name": "inner", "member_entity_ids": [entity]})
    outer = {"name": "outer", "member_group_ids": [inner.body["data"]["id"]]}
    group = await world.node.ok("POST", "identity/group", outer)
    await world.enforce("e1", identity_group_ids=[group.body["data"]["id"]])
    assert (await world.login("eva")).body["auth"]["client_token"] == ""
    assert (await world.login("bob")).body["auth"]["client_token"]


async def test_a_deleted_entity_leaves_nothing() -> None:
    """Its secret and its tries are gone, whichever way it was deleted."""
    for path in ("identity/entity/id/{}", "identity/entity/batch-delete"):
        world = await World.start()
        await world.enrolled("eva")
        await world.login("eva", "main:" + world.wrong("eva"))
        entity = await _entity(world, "eva")
        assert len([key for key in world.node.rows() if key.endswith(entity) and "/mfa/" in key]) == 2
        if "{}" in path:
            await world.node.ok("DELETE", path.format(entity))
        else:
            await world.node.ok("POST", path, {"entity_ids": [entity]})
        assert not [key for key in world.node.rows() if key.endswith(entity) and "/mfa/" in key]


async def test_a_merge_keeps_a_secret() -> None:
    """The one that remains gets the secret, if it has none; where both have one, the request has to say so."""
    world = await World.start()
    await world.enrolled("eva")
    eva = await _entity(world, "eva")
    bob, ann = [(await world.node.ok("POST", "identity/entity", {"name": name})).data["id"] for name in ("bob", "ann")]
    await world.node.ok("POST", "identity/entity/merge", {"from_entity_ids": [eva], "to_entity_id": bob})
    assert (await world.login("eva", "main:" + world.code("eva"))).body["auth"]["entity_id"] == bob
    admin = {"method_id": world.method, "entity_id": ann}
    await world.node.ok("POST", "identity/mfa/method/totp/admin-generate", admin)
    merge = {"from_entity_ids": [bob], "to_entity_id": ann}
    refused = await world.node.ask("POST", "identity/entity/merge", merge)
    assert (refused.status, "conflicting MFA config ID" in refused.body["errors"][0]) == (400, True)
    await world.node.ok("POST", "identity/entity/merge", {**merge, "force": True})
    assert (await world.login("eva", "main:" + world.code("eva", 1))).status == 403  # it is ann's secret now


async def test_a_merge_ends_no_enforcement() -> None:
    """What concerned an entity concerns the one that it was merged into, also after a second merge."""
    world = await World.start(enforced=False)
    await world.enrolled("eva")
    eva = await _entity(world, "eva")
    await world.enforce("e1", identity_entity_ids=[eva])
    for name in ("boss", "chief"):
        to = (await world.node.ok("POST", "identity/entity", {"name": name})).data["id"]
        merge = {"from_entity_ids": [await _entity(world, "eva")], "to_entity_id": to}
        await world.node.ok("POST", "identity/entity/merge", merge)
        assert (await world.login("eva")).body["auth"]["client_token"] == ""
        shown = (await world.node.ok("GET", "identity/mfa/login-enforcement/e1")).data
        assert shown["identity_entity_ids"] == [to]


async def test_a_merge_of_a_disabled_entity_ends_no_enforcement() -> None:
    """Its alias logs in as the remaining one from then on, and has to prove what it had to."""
    world = await World.start(enforced=False)
    await world.login("eva")
    eva = await _entity(world, "eva")
    await world.enforce("e1", identity_entity_ids=[eva])
    await world.node.ok("POST", f"identity/entity/id/{eva}", {"disabled": True})
    boss = (await world.node.ok("POST", "identity/entity", {"name": "boss"})).data["id"]
    await world.node.ok("POST", "identity/entity/merge", {"from_entity_ids": [eva], "to_entity_id": boss})
    assert (await world.login("eva")).body["auth"]["client_token"] == ""


async def test_a_merge_makes_no_code_valid_again() -> None:
    """What was tried with a secret moves with it: codes that have counted, and a block."""
    world = await World.start(max_validation_attempts=1)
    await world.enrolled("eva")
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 200
    boss, chief = [
        (await world.node.ok("POST", "identity/entity", {"name": name})).data["id"] for name in ("boss", "chief")
    ]
    merge = {"from_entity_ids": [await _entity(world, "eva")], "to_entity_id": boss}
    await world.node.ok("POST", "identity/entity/merge", merge)
    assert (await world.login("eva", "main:" + world.code("eva"))).status == 403
    await world.node.ok("POST", "identity/entity/merge", {"from_entity_ids": [boss], "to_entity_id": chief})
    assert (await world.login("eva", "main:" + world.code("eva", 1))).status == 403


async def _entity(world: World, user: str) -> str:
    wanted = {"alias_name": user, "alias_mount_accessor": world.accessor}
    return str((await world.node.ok("POST", "identity/lookup/entity", wanted)).data["id"])
