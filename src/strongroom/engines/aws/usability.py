"""Waits until AWS knows a new key everywhere that it is asked.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

import asyncio

from strongroom.engines.aws.calls import UNKNOWN_KEY, AwsAccount
from strongroom.lib.aws import AwsRefused, Credentials
from strongroom.lib.errors import Unreachable

IN_A_ROW = 3
"""AWS's answers come from several places, which learn of a key one after the other."""
PAUSE_S = 1.0
NOT_YET = "AWS doesn't know the new key everywhere yet: requests with it may be refused for some seconds more"


async def wait_until_usable(account: AwsAccount, key: Credentials, wait_s: int) -> tuple[str, ...]:
    """Warnings: none if STS has taken the key some times running, within `wait_s` seconds."""
    try:
        async with asyncio.timeout(wait_s):
            await _taken(account, key)
    except (TimeoutError, Unreachable, AwsRefused):
        return (NOT_YET,)
    return ()


async def _taken(account: AwsAccount, key: Credentials) -> None:
    by_key = account.by(key)
    good = 0
    while good < IN_A_ROW:
        try:
            await by_key.sts("GetCallerIdentity")
        except AwsRefused as error:
            if error.code not in UNKNOWN_KEY:
                raise
            good = 0
            await account.calls.api.pause(PAUSE_S)
        else:
            good += 1
