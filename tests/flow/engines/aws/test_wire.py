"""AWS fails as it does on the wire: connections are cut, requests throttled, answers broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.engines.aws.world import UNDONE_S, World
from tests.sim.answering import Answering, Asked, answering
from tests.sim.aws.moto import Moto
from tests.sim.cutting_proxy import CuttingProxy


@pytest.mark.parametrize("passes_on", [True, False])
async def test_a_connection_is_cut(moto: Moto, passes_on: bool) -> None:
    """Before AWS has got the request for a key, or with its answer: no user is left."""
    async with CuttingProxy(int(moto.url.rpartition(":")[2])) as proxy:
        world = await World.start(moto, iam_endpoint=f"http://127.0.0.1:{proxy.port}")
        await world.role()
        proxy.cut_at(b"Action=CreateAccessKey", passes_on=passes_on)
        refused = await world.ask("GET", "aws/creds/app")
        assert (refused.status, refused.error) == (502, "AWS cannot be reached")
        assert proxy.cuts == 1
        (name,) = world.users()
        assert len(world.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]) == passes_on
        world.server.clock.advance(UNDONE_S)
        await world.server.work()
        assert world.users() == set()


def error(code: str) -> bytes:
    """The body of an error."""
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>".encode()


def playing(server: Answering, answers: list[tuple[int, Any]]) -> None:
    """Answer with these, and then as STS does."""

    def answer(asked: Asked) -> tuple[int, Any]:
        good = (
            b"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
            b"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></AssumeRoleResult>"
            b"</AssumeRoleResponse>"
        )
        return answers.pop(0) if answers else (200, good)

    server.table["POST /"] = answer


FAILURES: list[tuple[list[tuple[int, Any]], int, str]] = [
    ([(500, b""), (503, error("ServiceUnavailable"))], 200, ""),
    ([(400, error("Throttling"))] * 2, 200, ""),
    ([(400, error("Throttling"))] * 3, 502, "AWS refused AssumeRole: Throttling"),
    ([(403, error("AccessDenied"))], 502, "AWS refused AssumeRole: AccessDenied"),
    ([(403, error("ExpiredToken"))], 502, "AWS refused AssumeRole: ExpiredToken"),
    ([(200, b"<AssumeRoleResponse><Assume")], 502, "AWS gave no usable answer"),
    ([(200, b"<AssumeRoleResponse/>")], 502, "AWS gave no usable answer"),
    ([(200, b"<html>")], 502, "AWS gave no usable answer"),
    ([(302, b"")], 502, "AWS refused AssumeRole: Unknown"),
]


async def test_answers_that_are_none(moto: Moto) -> None:
    """What passes is tried again; what doesn't is an error that says what AWS was asked for."""
    with answering() as server:
        world = await World.start(moto, sts_endpoint=server.url)
        await world.role(credential_type="assumed_role", role_arns="arn:aws:iam::123456789012:role/x")
        for answers, status, text in FAILURES:
            playing(server, list(answers))
            found = await world.ask("GET", "aws/sts/app")
            assert found.status == status, (answers, found)
            assert not text or found.error == text


async def test_a_list_without_an_end(moto: Moto) -> None:
    """Neither many pages nor long ones fill the memory."""
    world = await World.start(moto)
    arn = "arn:aws:iam::123456789012:role/x"
    await world.role(credential_type="assumed_role", role_arns=arn, iam_groups="g")
    item = "<member><PolicyArn>arn:aws:iam::aws:policy/x</PolicyArn></member>"
    for items, pages in ((1, 20), (1500, 2), (3000, 1)):
        page = (
            "<ListAttachedGroupPoliciesResponse><ListAttachedGroupPoliciesResult><IsTruncated>true</IsTruncated>"
            f"<Marker>m</Marker><AttachedPolicies>{item * items}</AttachedPolicies>"
            "</ListAttachedGroupPoliciesResult></ListAttachedGroupPoliciesResponse>"
        )
        with answering() as server:
            server.table["POST /"] = (200, page.encode())
            await world.ok("POST", "aws/config/root", {"iam_endpoint": server.url})
            refused = await world.ask("GET", "aws/sts/app")
            assert (refused.status, refused.error) == (502, "AWS gave no usable answer")
            assert len(server.asked) == pages
