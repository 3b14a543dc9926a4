"""An STS that hangs, and a configuration that changes meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from strongroom.auth.aws.cloud import Cloud
from strongroom.lib.errors import InvalidRequest
from tests.flow.auth.aws.mounts import WRITE, log_in, mounted, user
from tests.sim.answering import Asked, answering
from tests.sim.aws.moto import Moto
from tests.sim.aws.signed import login

AT_ONCE, LOGINS = 16, 20


async def test_it_delays_only_its_own_logins(moto: Moto) -> None:
    """Where all places before one address are taken, logins by another one go on."""
    arn, keys = user(moto, "web")
    cloud, loop = Cloud(), asyncio.get_running_loop()
    released, full = threading.Event(), asyncio.Event()
    with answering() as stuck:

        def hang(_: Asked) -> tuple[int, Any]:
            if len(stuck.asked) == AT_ONCE:
                loop.call_soon_threadsafe(full.set)
            released.wait(60)
            return 403, b"<r><Error><Code>Late</Code></Error></r>"

        stuck.table["POST /"] = hang
        slow = await mounted(moto, cloud, sts_endpoint=stuck.url)
        quick = await mounted(moto, cloud)
        await quick.ask(WRITE, "role/web", {"bound_iam_principal_arn": arn})
        waiting = [asyncio.create_task(log_in(slow, login(keys))) for _ in range(LOGINS)]
        try:
            await full.wait()
            assert (await log_in(quick, login(keys))).display_name == "web"
            assert cloud.api.slots.taken == LOGINS
        finally:
            released.set()
            ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(each, InvalidRequest) and "Late" in each.text for each in ended)
    assert cloud.api.slots.taken == 0


async def test_a_change_meanwhile_asks_again(moto: Moto) -> None:
    """What the former STS said of a caller isn't believed once another one is configured."""
    arn, _ = user(moto, "web")
    loop = asyncio.get_running_loop()
    released, asked = threading.Event(), asyncio.Event()
    answer = (
        "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult>"
        f"<Arn>{arn}</Arn><UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>"
    )
    with answering() as former:

        def say(_: Asked) -> tuple[int, Any]:
            loop.call_soon_threadsafe(asked.set)
            released.wait(60)
            return 200, answer.encode()

        former.table["POST /"] = say
        mount = await mounted(moto, sts_endpoint=former.url)
        binding = {"bound_iam_principal_arn": arn, "resolve_aws_unique_ids": False}
        await mount.ask(WRITE, "role/web", binding)
        _, others = user(moto, "other")
        running = asyncio.create_task(log_in(mount, login(others, role="web")))
        try:
            await asked.wait()
            await mount.ask(WRITE, "config/client", {"sts_endpoint": moto.url})
        finally:
            released.set()
        with pytest.raises(InvalidRequest, match='user/other" does not belong'):
            await running
