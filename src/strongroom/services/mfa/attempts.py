"""How often an entity may fail with a method (pure).

After the most failures in a row the method is blocked for the entity: for one period, then for twice as long each time,
up to an hour.  A success begins anew.  The times come from the store's clock.
"""

from __future__ import annotations

import msgspec

from strongroom.crypto.totp import CodeSettings, code_of
from strongroom.services.mfa.records import Tries

LONGEST_BLOCK_S = 3600


def wait_s(tries: Tries, now: float) -> float:
    """How long the entity is still blocked; 0 if it isn't."""
    return max(0.0, tries.blocked_until - now)


def failed(tries: Tries, *, most: int, period_s: int, now: float) -> Tries:
    """With one failure more.

    Args:
        most: the failures that block. period_s: how long the first block lasts.
    """
    failures = tries.failures + 1
    if failures < most:
        return msgspec.structs.replace(tries, failures=failures)
    lasts_s = max(period_s, min(period_s << min(tries.blocks, 20), LONGEST_BLOCK_S))
    return msgspec.structs.replace(tries, failures=0, blocks=tries.blocks + 1, blocked_until=now + lasts_s)


def is_used(tries: Tries, step: int, key: bytes, settings: CodeSettings) -> bool:
    """Whether the code of a period counts no more: because of this period or a later one, or as the last that counted.

    One time in a million, two periods have the same code.
    """
    if step <= tries.last_step:
        return True
    is_near = step - tries.last_step <= 2 * settings.skew + 1
    return is_near and code_of(key, step, settings) == code_of(key, tries.last_step, settings)


def succeeded(tries: Tries, step: int | None = None) -> Tries:
    """With a success.

    Args:
        step: the period of the code that counted.  Later, only codes of later periods count, whatever the clock says.
    """
    return Tries(last_step=tries.last_step if step is None else max(step, tries.last_step))
