"""Which codes have counted already (pure).

A code is taken while its period is at most `skew` away from the present one.  So at any time at most 2 * `skew` + 1
periods have to be remembered, and one before them: one time in a million, the code of the next period is the same.

Source: RFC 6238, section 5.2
"""

from __future__ import annotations

from strongroom.crypto.mac import sha256
from strongroom.crypto.totp import code_of, step_of
from strongroom.engines.totp.records import TotpKey, UsedCodes


def with_use(used: UsedCodes | None, key: TotpKey, step: int, now: float) -> UsedCodes | None:
    """What is remembered when the code of a period counts; None if that code has counted before.

    Args:
        used: what is remembered of the key's name. step: the period. now: seconds since the epoch.
    """
    digest = _digest(key)
    if used is None or used.key_digest != digest:
        used = UsedCodes(key_digest=digest, steps=(), floor=0)
    code = code_of(key.key, step, key)
    if step < used.floor or any(code == code_of(key.key, each, key) for each in used.steps):
        return None
    floor = max(used.floor, step_of(now, key.period_s) - key.skew)
    steps = (*(each for each in used.steps if each >= floor - 1), step)
    return UsedCodes(key_digest=digest, steps=steps, floor=floor)


def forgettable_at(key: TotpKey, now: float) -> float:
    """The time from which on no code that has counted until now would be taken, in seconds since the epoch."""
    return now + (2 * key.skew + 2) * key.period_s


def _digest(key: TotpKey) -> bytes:
    """Tells keys apart whose codes differ.  Without the skew, which changes no code."""
    return sha256(f"{key.algorithm} {key.digits} {key.period_s} ".encode() + key.key)
