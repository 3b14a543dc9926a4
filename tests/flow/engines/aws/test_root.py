"""How AWS is reached, by whose key, and how that key is rotated."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from strongroom.lib.aws import AwsRefused, Call, Credentials, Target
from strongroom.lib.errors import Unreachable
from tests.flow.engines.aws.world import READ_ONLY, SECRET_KEY, World
from tests.sim.aws.moto import Moto


async def rooted(moto: Moto, *, keys: int = 1, **config: Any) -> tuple[World, tuple[str, str]]:
    """A server that asks as the user `vault`, and that user's first key."""
    iam = moto.client("iam")
    iam.create_user(UserName="vault")
    made = [iam.create_access_key(UserName="vault")["AccessKey"] for _ in range(keys)]
    first = (made[0]["AccessKeyId"], made[0]["SecretAccessKey"])
    world = await World.start(moto, access_key=first[0], secret_key=first[1], **config)
    world.server.clock.advance(time.time() - world.server.clock.now())  # the stand-in has the real time
    return world, first


def keys_of(world: World, user: str = "vault") -> set[str]:
    """The ids of a user's keys."""
    return {key["AccessKeyId"] for key in world.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}


async def test_the_configuration(moto: Moto) -> None:
    """What isn't given stays, the secret key is never shown, and the usual values are shown."""
    world = await World.start(moto)
    await world.ok("POST", "aws/config/root", {"region": "eu-west-1", "max_retries": 3})
    shown = (await world.ok("GET", "aws/config/root")).data
    assert shown["username_template"].startswith('{{ if (eq .Type "STS") }}')
    del shown["username_template"]
    assert shown == {
        "access_key": "AKIAADMIN",
        "region": "eu-west-1",
        "iam_endpoint": moto.url,
        "sts_endpoint": moto.url,
        "sts_region": "",
        "sts_fallback_endpoints": [],
        "sts_fallback_regions": [],
        "max_retries": 3,
        "role_arn": "",
        "identity_token_audience": "",
        "identity_token_ttl": 0,
        "rotation_period": 0,
        "rotation_schedule": "",
        "rotation_window": 0,
        "disable_automated_rotation": False,
    }


async def test_endpoints_without_a_scheme(moto: Moto) -> None:
    """They are taken, and shown as they were given."""
    world = await World.start(moto)
    await world.ok(
        "POST", "aws/config/root", {"iam_endpoint": "localhost", "sts_endpoint": "sts.eu-west-1.amazonaws.com"}
    )
    shown = (await world.ok("GET", "aws/config/root")).data
    assert (shown["iam_endpoint"], shown["sts_endpoint"]) == ("localhost", "sts.eu-west-1.amazonaws.com")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"iam_endpoint": "ftp://x"}, "iam_endpoint must be a URL"),
    ({"sts_endpoint": "https://u:p@x"}, "sts_endpoint must not hold a user's name"),
    ({"region": "evil.example.com/"}, "isn't the name of an AWS region"),
    ({"sts_fallback_endpoints": "https://a"}, "fallback endpoints and fallback regions must be the same length"),
    (
        {"sts_fallback_endpoints": "ftp://x", "sts_fallback_regions": "us-east-1"},
        "sts_fallback_endpoints must be a URL",
    ),
    (
        {"sts_fallback_endpoints": "https://a", "sts_fallback_regions": "x"},
        'sts_fallback_regions "x" isn\'t the name of an AWS region',
    ),
    ({"max_retries": -2}, "max_retries must be -1 or more"),
    ({"secret_key": ""}, "of no use without each other"),
    ({"identity_token_audience": "x"}, "identity_token_audience isn't supported"),
    ({"role_arn": "x"}, "role_arn isn't supported"),
    ({"username_template": "{{.Nothing}}"}, "Nothing"),
    ({"username_template": "{{"}, "template"),
]


async def test_what_cannot_work_is_refused(moto: Moto) -> None:
    """And changes nothing."""
    world = await World.start(moto)
    before = (await world.ok("GET", "aws/config/root")).data
    for given, text in REFUSED:
        refused = await world.ask("POST", "aws/config/root", given)
        assert (refused.status, text in refused.error) == (400, True), (given, refused)
    assert (await world.ok("GET", "aws/config/root")).data == before


async def test_names_by_a_template(moto: Moto) -> None:
    """A name that is too long is an error and isn't shortened; what a template can't do is told when it is written."""
    world = await World.start(moto)
    template = '{{if eq .Type "STS"}}s-{{random 8}}{{else}}{{.DisplayName}}+{{.PolicyName}}-{{random 10}}{{end}}'
    found = await world.ok("POST", "aws/config/root", {"username_template": template})
    assert found.body["warnings"] == [
        "username_template gives 172 characters for names of 80 characters; AWS takes 64 (IAM)"
    ]
    await world.role("a@b", credential_type="iam_user", policy_arns=READ_ONLY)
    await world.ok("GET", "aws/creds/a@b")
    (name,) = world.users()
    assert name[:-10] == "token+a@b-"
    long = "x" * 60
    await world.role(long, credential_type="iam_user")
    refused = await world.ask("GET", f"aws/creds/{long}")
    expected = "the username generated by the template exceeds the IAM username length limits of 64 chars"
    assert (refused.status, refused.error) == (400, expected)
    found = await world.ok("POST", "aws/config/root", {"username_template": "{{.PolicyName}}"})
    assert "0 random characters" in found.body["warnings"][0]
    assert world.users() == {name}


async def test_rotation(moto: Moto) -> None:
    """The new key is in use, and when AWS takes it the old one is deleted; what was issued before is still revoked."""
    world, (old, _) = await rooted(moto)
    await world.role()
    lease = (await world.ok("GET", "aws/creds/app")).lease_id
    new = (await world.ok("POST", "aws/config/rotate-root")).data["access_key"]
    assert (await world.ok("GET", "aws/config/root")).data["access_key"] == new != old
    assert keys_of(world) == {old, new}
    await world.server.work()
    assert keys_of(world) == {new}
    world.api.asked.clear()
    await world.revoke(lease)
    assert world.users() == {"vault"}
    assert {key for _, key in world.api.asked} == {new}


async def test_the_old_key_is_used_until_aws_knows_the_new_one(moto: Moto) -> None:
    """So nothing fails in the seconds after a rotation, and the old key isn't deleted too early."""
    world, (old, _) = await rooted(moto)
    await world.role()
    known: list[str] = [old]

    async def slow(call: Call, key: Credentials, target: Target) -> None:
        if key.access_key not in known:
            raise AwsRefused(call.action, "InvalidClientTokenId", 403)

    world.api.meanwhile = slow
    new = (await world.ok("POST", "aws/config/rotate-root")).data["access_key"]
    await world.server.work()
    assert keys_of(world) == {old, new}
    await world.ok("GET", "aws/creds/app")
    refused = await world.ask("POST", "aws/config/rotate-root")
    assert (refused.status, "isn't over" in refused.error) == (400, True)
    known.append(new)
    world.server.clock.advance(3600)
    await world.server.work()
    assert keys_of(world) == {new}


async def test_a_user_with_two_keys(moto: Moto) -> None:
    """Can't be given a third: the error names the key that is in the way, and nothing is deleted."""
    world, (old, _) = await rooted(moto, keys=2)
    (other,) = keys_of(world) - {old}
    refused = await world.ask("POST", "aws/config/rotate-root")
    assert refused.status == 400
    assert 'the user "vault" has two access keys' in refused.error
    assert other in refused.error
    assert old not in refused.error
    assert keys_of(world) == {old, other}


@pytest.mark.parametrize("lost", [True, False])
async def test_a_rotation_that_breaks_off_is_taken_up(moto: Moto, lost: bool) -> None:
    """The key whose secret got lost is deleted at the next rotation; nothing else of the user's is."""
    world, (old, _) = await rooted(moto)
    if lost:
        world.api.losing["CreateAccessKey"] = Unreachable("AWS did not answer in time")
    else:
        world.api.failing["CreateAccessKey"] = Unreachable("AWS did not answer in time")
    assert (await world.ask("POST", "aws/config/rotate-root")).status == 502
    assert len(keys_of(world)) == (2 if lost else 1)
    assert (await world.ok("GET", "aws/config/root")).data["access_key"] == old
    world.api.losing.clear()
    world.api.failing.clear()
    if lost:  # the other one may be about to store it
        refused = await world.ask("POST", "aws/config/rotate-root")
        assert (refused.status, "another rotation" in refused.error) == (502, True)
        world.server.clock.advance(120)
    new = (await world.ok("POST", "aws/config/rotate-root")).data["access_key"]
    assert keys_of(world) == {old, new}
    await world.server.work()
    assert keys_of(world) == {new}


async def test_a_key_of_somebody_else_is_no_leftover(moto: Moto) -> None:
    """One that was made an hour after a rotation had broken off stays, and is named."""
    world, (old, _) = await rooted(moto)
    world.server.clock.advance(-3600)
    world.api.failing["CreateAccessKey"] = Unreachable("AWS did not answer in time")
    assert (await world.ask("POST", "aws/config/rotate-root")).status == 502
    world.api.failing.clear()
    world.server.clock.advance(3600)
    other = world.iam.create_access_key(UserName="vault")["AccessKey"]["AccessKeyId"]
    refused = await world.ask("POST", "aws/config/rotate-root")
    assert (refused.status, other in refused.error) == (400, True)
    assert keys_of(world) == {old, other}


async def test_the_first_key_written_again_does_not_replace_a_rotated_one(moto: Moto) -> None:
    """As tools do that apply their configuration again: the rest of it counts, and the answer says so."""
    world, (old, secret) = await rooted(moto)
    await world.role()
    new = (await world.ok("POST", "aws/config/rotate-root")).data["access_key"]
    await world.server.work()
    again = {"access_key": old, "secret_key": secret, "region": "eu-west-1"}
    found = await world.ok("POST", "aws/config/root", again)
    assert "are ignored" in found.body["warnings"][0]
    shown = (await world.ok("GET", "aws/config/root")).data
    assert (shown["access_key"], shown["region"]) == (new, "eu-west-1")
    await world.ok("GET", "aws/creds/app")


async def test_another_key_replaces_a_rotated_one_if_aws_takes_it(moto: Moto) -> None:
    """One that AWS doesn't know is ignored, one that it can't judge now is refused, one that it takes is used."""
    world, _ = await rooted(moto)
    new = (await world.ok("POST", "aws/config/rotate-root")).data["access_key"]
    await world.server.work()

    async def knowing(call: Call, key: Credentials, target: Target) -> None:
        if key.access_key == "AKIAWRONG":
            raise AwsRefused(call.action, "InvalidClientTokenId", 403)

    world.api.meanwhile = knowing
    found = await world.ok("POST", "aws/config/root", {"access_key": "AKIAWRONG", "secret_key": "x"})
    assert "AWS doesn't take them" in found.body["warnings"][0]
    world.api.failing["GetCallerIdentity"] = Unreachable("AWS did not answer in time")
    refused = await world.ask("POST", "aws/config/root", {"access_key": "AKIAOTHER", "secret_key": "x"})
    assert refused.status == 502
    assert (await world.ok("GET", "aws/config/root")).data["access_key"] == new
    world.api.failing.clear()
    await world.ok("POST", "aws/config/root", {"access_key": "AKIAOTHER", "secret_key": "x"})
    assert (await world.ok("GET", "aws/config/root")).data["access_key"] == "AKIAOTHER"


async def test_what_cannot_be_rotated(moto: Moto) -> None:
    """Nothing that is configured, or the machine's own credentials."""
    world = await World.start(moto, access_key="", secret_key="")
    refused = await world.ask("POST", "aws/config/rotate-root")
    expected = "Cannot call config/rotate-root when either access_key or secret_key is empty"
    assert (refused.status, refused.error) == (400, expected)
    await world.server.mount("aws", "other")
    refused = await world.ask("POST", "other/config/rotate-root")
    assert (refused.status, refused.error) == (400, "no configuration found for config/root")
    assert (await world.ask("GET", "other/config/root")).status == 404


async def test_how_long_users_live(moto: Moto) -> None:
    """As durations in Go's form; both are needed."""
    world = await World.start(moto)
    assert (await world.ask("GET", "aws/config/lease")).status == 404
    for given, text in (
        ({"lease_max": "1h"}, "'lease' is a required parameter"),
        ({"lease": "1h"}, "'lease_max' is a required parameter"),
        ({"lease": "x", "lease_max": "1h"}, "Invalid lease: "),
        ({"lease": "1h", "lease_max": "-1h"}, "Invalid lease_max: "),
    ):
        refused = await world.ask("POST", "aws/config/lease", given)
        assert (refused.status, text in refused.error) == (400, True), refused
    await world.ok("POST", "aws/config/lease", {"lease": "30m", "lease_max": "12h"})
    assert (await world.ok("GET", "aws/config/lease")).data == {"lease": "30m0s", "lease_max": "12h0m0s"}
    await world.role()
    lease = (await world.ok("GET", "aws/creds/app")).lease_id
    renewed = await world.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": "24h"})
    assert renewed.body["lease_duration"] == 12 * 3600


async def test_no_secret_is_stored_in_clear(moto: Moto) -> None:
    """Nor is any in an answer of the configuration."""
    world = await World.start(moto)
    assert SECRET_KEY not in repr(await world.ok("GET", "aws/config/root"))


async def test_the_root_key_is_rotated_by_itself(moto: Moto) -> None:
    """By a period; not while it is disabled; a key of the machine can't be."""
    world, (old, _) = await rooted(moto)
    await world.ok("POST", "aws/config/root", {"rotation_period": "1h"})
    shown = (await world.ok("GET", "aws/config/root")).data
    assert (shown["rotation_period"], shown["disable_automated_rotation"]) == (3600, False)
    world.server.clock.advance(3601)
    await world.server.work()
    new = (await world.ok("GET", "aws/config/root")).data["access_key"]
    assert new != old
    assert keys_of(world) == {new}
    await world.ok("POST", "aws/config/root", {"disable_automated_rotation": True})
    world.server.clock.advance(7200)
    await world.server.work()
    assert (await world.ok("GET", "aws/config/root")).data["access_key"] == new
    refused = await world.ask("POST", "aws/config/root", {"rotation_period": 60, "rotation_schedule": "* * * * *"})
    assert (refused.status, "mutually exclusive" in refused.error) == (400, True)
    await world.ok("POST", "aws/config/root", {"rotation_period": 0})
    assert await world.server.scheduled("aws/") == {}
    refused = await world.ask(
        "POST",
        "aws/config/root",
        {"access_key": "", "secret_key": "", "rotation_period": 60, "disable_automated_rotation": False},
    )
    assert (refused.status, refused.error) == (400, "there is no access_key to rotate")


async def test_two_rotations_at_once(moto: Moto) -> None:
    """Neither takes the other's key away: the one goes through, or both; what is in use afterwards works."""
    world, _ = await rooted(moto)
    await world.role()
    other = await world.server.peer()
    requests = [server.ask("POST", "aws/config/rotate-root") for server in (world.server, other)]
    answers = await asyncio.gather(*requests)
    assert any(answer.status == 200 for answer in answers)
    world.server.clock.advance(600)
    await world.server.work()
    used = (await world.ok("GET", "aws/config/root")).data["access_key"]
    assert used in keys_of(world)
    world.api.asked.clear()
    await world.ok("GET", "aws/creds/app")
    assert {key for _, key in world.api.asked} == {used}
