"""Users of IAM that exist already, whose keys are rotated."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from strongroom.lib.errors import Unreachable
from tests.flow.engines.aws.world import World
from tests.sim.aws.moto import ACCOUNT, Moto


async def with_user(moto: Moto, name: str = "ann") -> World:
    """A server, and a user of AWS; the clock shows the real time, as the stand-in's does."""
    world = await World.start(moto)
    world.server.clock.advance(time.time() - world.server.clock.now())
    world.iam.create_user(UserName=name)
    return world


def keys_of(world: World, user: str = "ann") -> set[str]:
    """The ids of a user's keys."""
    return {key["AccessKeyId"] for key in world.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}


async def creds(world: World, name: str = "r") -> dict[str, Any]:
    """The present key of a static role."""
    found: dict[str, Any] = (await world.ok("GET", f"aws/static-creds/{name}")).data
    return found


async def test_a_static_role_rotates_its_users_key(moto: Moto) -> None:
    """At once when it is made, then by its period; the key from before works for one period more; then it is gone."""
    world = await with_user(moto)
    given = {"username": "ann", "rotation_period": "1h"}
    made = (await world.ok("POST", "aws/static-roles/r", given)).data
    user_id = world.iam.get_user(UserName="ann")["User"]["UserId"]
    assert made.items() >= {"name": "r", "id": user_id, "username": "ann", "rotation_period": 3600}.items()
    first = await creds(world)
    assert first["ttl"] == 3600
    assert keys_of(world) == {first["access_key"]}
    keys = (first["access_key"], first["secret_key"], None)
    assert moto.client("sts", keys).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ann"
    world.server.clock.advance(1800)
    await world.server.work()
    assert (await creds(world))["access_key"] == first["access_key"]
    seen = [first["access_key"]]
    for _ in range(2):
        world.server.clock.advance(3600)
        await world.server.work()
        found = await creds(world)
        assert found["access_key"] not in seen
        assert keys_of(world) == {seen[-1], found["access_key"]}
        seen.append(found["access_key"])
    shown = (await world.ok("GET", "aws/static-roles/r")).data
    assert shown["next_vault_rotation"] > shown["last_vault_rotation"]
    assert (await world.ok("LIST", "aws/static-roles")).data["keys"] == ["r"]
    await world.ok("DELETE", "aws/static-roles/r")
    assert keys_of(world) == {seen[-2]}
    for path in ("static-roles/r", "static-creds/r"):
        assert (await world.ask("GET", f"aws/{path}")).status == 404
    assert (await world.server.scheduled("aws/")) == {}


async def test_the_oldest_key_makes_room(moto: Moto) -> None:
    """A user with two keys loses the older one, as documented."""
    world = await with_user(moto)
    old = [world.iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 60})
    kept = keys_of(world) - {(await creds(world))["access_key"]}
    assert len(kept) == 1
    assert kept < set(old)


async def test_a_rotation_by_hand_and_by_schedule(moto: Moto) -> None:
    """With a period of 0 nothing happens by itself; a schedule is one of five fields."""
    world = await with_user(moto)
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 0})
    first = await creds(world)
    assert "ttl" not in first
    world.server.clock.advance(86400)
    await world.server.work()
    assert (await creds(world)) == first
    await world.ok("POST", "aws/rotate-role/r")
    second = await creds(world)
    assert second["access_key"] != first["access_key"]
    await world.ok("POST", "aws/static-roles/r", {"rotation_schedule": "0 0 * * *"})
    assert 0 < (await creds(world))["ttl"] <= 86400
    world.server.clock.advance(86400)
    await world.server.work()
    assert (await creds(world))["access_key"] not in {first["access_key"], second["access_key"]}


async def test_what_a_static_role_needs(moto: Moto) -> None:
    """In Vault's words, where it has any; nothing is made in AWS."""
    world = await with_user(moto)
    world.iam.create_user(UserName="bob")
    for given, text in (
        ({"rotation_period": 60}, 'missing "username" parameter'),
        ({"username": "ann"}, 'missing "rotation_period" parameter'),
        (
            {"username": "ann", "rotation_period": 59},
            "role rotation period out of range: must be greater than 60.00 seconds",
        ),
        ({"username": "eve", "rotation_period": 60}, 'unable to validate username "eve"'),
        ({"username": "ann", "rotation_period": 60, "assume_role_arn": "x"}, "is no ARN"),
        ({"username": "ann", "rotation_period": 60, "rotation_window": "2h"}, "rotation_window"),
    ):
        refused = await world.ask("POST", "aws/static-roles/r", given)
        assert (refused.status, text in refused.error) == (400, True), (given, refused)
    assert keys_of(world) == set()
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 60})
    refused = await world.ask("POST", "aws/static-roles/r", {"username": "bob"})
    assert "keeps its user" in refused.error
    refused = await world.ask("POST", "aws/static-roles/s", {"username": "ANN", "rotation_period": 60})
    assert 'the static role "r" has the user' in refused.error
    assert (await world.ask("POST", "aws/rotate-role/s")).status == 400


async def test_the_root_user_is_no_static_role(moto: Moto) -> None:
    """Rotating it here would break every other call."""
    iam = moto.client("iam")
    iam.create_user(UserName="vault")
    key = iam.create_access_key(UserName="vault")["AccessKey"]
    world = await World.start(moto, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    refused = await world.ask("POST", "aws/static-roles/r", {"username": "vault", "rotation_period": 60})
    assert (refused.status, "is the user of config/root" in refused.error) == (400, True)


async def test_another_user_of_the_same_name(moto: Moto) -> None:
    """Gets no key: the id has changed. The role says why it isn't rotated."""
    world = await with_user(moto)
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 60})
    first = await creds(world)
    world.iam.delete_access_key(UserName="ann", AccessKeyId=first["access_key"])
    world.iam.delete_user(UserName="ann")
    world.iam.create_user(UserName="ann")
    world.server.clock.advance(61)
    await world.server.work()
    assert keys_of(world) == set()
    state = (await world.ok("GET", "aws/static-roles/r")).data["rotation_state"]
    assert state == {"attempts": 1, "last_error": 'the user "ann" is gone, or is another one by now'}
    refused = await world.ask("POST", "aws/static-roles/r", {"rotation_period": 120})
    assert (refused.status, "its id has changed" in refused.error) == (400, True)


async def test_a_key_whose_answer_was_lost_is_deleted(moto: Moto) -> None:
    """By the next attempt, which comes by itself; the key before stays."""
    world = await with_user(moto)
    world.server.clock.advance(-3601)  # it shows the real time, as AWS's does, when the rotation is due
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 3600})
    first = await creds(world)
    world.api.losing["CreateAccessKey"] = Unreachable("AWS did not answer in time")
    world.server.clock.advance(3601)
    await world.server.work()
    assert len(keys_of(world)) == 2
    assert (await creds(world))["access_key"] == first["access_key"]
    world.api.losing.clear()
    for _ in range(5):  # again and again, until it can't be that another process is about to store it
        world.server.clock.advance(40)
        await world.server.work()
    second = await creds(world)
    assert keys_of(world) == {first["access_key"], second["access_key"]}


async def test_a_user_of_another_account(moto: Moto) -> None:
    """Is reached by a role there, which is assumed with the name and the id that are configured."""
    world = await with_user(moto)
    other = "arn:aws:iam::210987654321:role/vault"
    session = moto.client("sts").assume_role(RoleArn=other, RoleSessionName="test")["Credentials"]
    there = moto.client("iam", (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]))
    there.create_user(UserName="far")
    given = {
        "username": "far",
        "rotation_period": 60,
        "assume_role_arn": other,
        "assume_role_session_name": "rotation",
        "external_id": "canary-external",
    }
    await world.ok("POST", "aws/static-roles/r", given)
    assert world.api.actions.count("AssumeRole") == 2  # one to look at the user, one to rotate its key
    said = world.api.parameters("AssumeRole")
    assert (said["RoleSessionName"], said["ExternalId"]) == ("rotation", "canary-external")
    found = there.list_access_keys(UserName="far")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in found] == [(await creds(world))["access_key"]]


async def test_a_static_role_is_deleted_while_aws_is_away(moto: Moto) -> None:
    """The answer warns, and its key is deleted as soon as that can be done."""
    world = await with_user(moto)
    await world.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 60})
    world.api.failing["DeleteAccessKey"] = Unreachable("AWS did not answer in time")
    found = await world.ok("DELETE", "aws/static-roles/r")
    assert "is tried again" in found.body["warnings"][0]
    await world.server.work()
    assert len(keys_of(world)) == 1
    world.api.failing.clear()
    world.server.clock.advance(60)
    await world.server.work()
    assert keys_of(world) == set()


async def test_two_roles_at_once_for_one_user(moto: Moto) -> None:
    """One of them is made; the other leaves no key behind, which a role of another user could hand out."""
    world = await with_user(moto)
    world.iam.create_user(UserName="low")
    given = {"username": "ann", "rotation_period": "1h"}
    answers = await asyncio.gather(*(world.ask("POST", f"aws/static-roles/{name}", given) for name in "ab"))
    assert sorted(answer.status for answer in answers) == [200, 400]
    made, lost = "ab" if answers[0].status == 200 else "ba"
    assert keys_of(world) == {(await creds(world, made))["access_key"]}
    assert (await world.ask("GET", f"aws/static-creds/{lost}")).status == 404
    await world.ok("POST", f"aws/static-roles/{lost}", {**given, "username": "low"})
    assert keys_of(world, "low") == {(await creds(world, lost))["access_key"]}
