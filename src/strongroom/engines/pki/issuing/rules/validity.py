"""From when until when a certificate is valid (p).

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.issuing.certificates import LATEST
from strongroom.engines.pki.issuing.rules.asked import Asked
from strongroom.engines.pki.issuing.rules.context import Context, IssuerEnd
from strongroom.engines.pki.issuing.rules.moments import moment, shown
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.durations import format_duration_s
from strongroom.lib.errors import InvalidRequest

PERMIT: Final = "permit"
FORBID: Final = "forbid"
DURATION: Final = "duration"
TTL_LIMITED: Final = "ttl-limited"
TRUNCATE: Final = "truncate"

_EARLIEST: Final = -631152000
"""1950-01-01, before which the forms of times in certificates are unclear."""


class Validity(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds since the epoch."""

    not_before: int
    not_after: int
    warnings: tuple[str, ...] = ()


def validity_of(role: RoleRecord, asked: Asked, context: Context) -> Validity:
    """From when until when a certificate is valid.

    Raises: `InvalidRequest` for times that the role, the mount or the issuer's end doesn't allow.
    """
    not_before = _not_before(role, asked, context)
    not_after, told = _not_after(role, asked, context)
    if context.issuer is not None:
        not_after, more = _within(context.issuer, not_after, int(context.now))
        told = (*told, *more)
    if not_before > not_after:
        raise InvalidRequest(
            f"The certificate's Not Before ({shown(not_before)}) is later than the certificate's Not After "
            f"({shown(not_after)})"
        )
    if not_before < _EARLIEST or not_after > LATEST:
        raise InvalidRequest(
            f"certificates say times from {shown(_EARLIEST)} to {shown(LATEST)}: not_before and not_after are between"
        )
    return Validity(not_before=not_before, not_after=not_after, warnings=told)


def _not_before(role: RoleRecord, asked: Asked, context: Context) -> int:
    backdated = int(context.now) - role.not_before_duration_s
    if asked.not_before and role.not_before_bound == FORBID:
        raise InvalidRequest("not_before_bound is set to forbid. not_before cannot be provided.")
    wanted = asked.not_before or role.not_before
    if not wanted:
        return backdated
    found = moment("not_before", wanted)
    if asked.not_before and role.not_before_bound == DURATION and found < backdated:
        raise InvalidRequest(
            f"not_before_bound is set to duration. Cannot satisfy request as it would result in notBefore of "
            f"{shown(found)} that is older than the allowed not_before_duration of "
            f"{format_duration_s(role.not_before_duration_s)}"
        )
    return found


def _not_after(role: RoleRecord, asked: Asked, context: Context) -> tuple[int, tuple[str, ...]]:
    """The end and warnings, without regard to the issuer's."""
    if asked.not_after and role.not_after_bound == FORBID:
        raise InvalidRequest("not_after_bound is set to forbid. not_after cannot be provided.")
    wanted = role.not_after or asked.not_after
    if wanted and asked.ttl_s:
        raise InvalidRequest(
            "Either ttl or not_after should be provided. Both should not be provided in the same request."
        )
    ttl_s, most_s, told = _ttl(role, asked, context)
    if not wanted:
        found = int(context.now) + ttl_s
    else:
        found, told = moment("not_after", wanted), ()
        if role.not_after and asked.not_after and moment("not_after", asked.not_after) != found:
            told = (f"not_after is {role.not_after} by the role, whatever a request says",)
    _check_bound(role, found, int(context.now), most_s)
    return found, told


def _ttl(role: RoleRecord, asked: Asked, context: Context) -> tuple[int, int, tuple[str, ...]]:
    """The time to live, the longest one, and warnings."""
    # The role's counts alone, if it has one: certificates outlive leases, whose limit the mount's is.
    most_s = role.max_ttl_s or context.max_ttl_s
    ttl_s = asked.ttl_s or role.ttl_s or context.default_ttl_s
    if ttl_s <= most_s:
        return ttl_s, most_s, ()
    told = (
        f'TTL "{format_duration_s(ttl_s)}" is longer than permitted maxTTL "{format_duration_s(most_s)}", '
        "so maxTTL is being used"
    )
    return most_s, most_s, (told,)


def _check_bound(role: RoleRecord, not_after: int, now: int, most_s: int) -> None:
    bound = role.not_after_bound
    if bound in {PERMIT, FORBID}:
        return
    if bound == TTL_LIMITED:
        if not_after > now + most_s:
            raise InvalidRequest(
                f"not_after_bound is set to ttl-limited. Cannot satisfy request as that would result in notAfter of "
                f"{shown(not_after)} that is beyond the TTL of {format_duration_s(most_s)}"
            )
    elif not_after > moment("not_after_bound", bound):
        raise InvalidRequest(
            f"not_after_bound is set to {bound}. Cannot statisfy request as that would result in notAfter of "
            f"{shown(not_after)} that is beyond the maximum timestamp of {bound}"
        )


def _within(issuer: IssuerEnd, not_after: int, now: int) -> tuple[int, tuple[str, ...]]:
    """The end of a certificate in view of its issuer's, and warnings."""
    if not_after <= issuer.not_after:
        return not_after, ()
    if issuer.behavior == PERMIT:
        return not_after, ()
    if issuer.behavior != TRUNCATE:
        why = (
            f"; issuer {issuer.name} has expired: rotate it, or choose another issuer_ref"
            if issuer.not_after <= now
            else "; ask for a shorter ttl, rotate the issuer, or set its leaf_not_after_behavior"
        )
        raise InvalidRequest(
            f"cannot satisfy request, as TTL would result in notAfter of {shown(not_after)} that is beyond the "
            f"expiration of the CA certificate at {shown(issuer.not_after)}{why}"
        )
    if issuer.not_after <= now:
        # The peer issues a certificate here that has expired already.
        raise InvalidRequest(
            f"issuer {issuer.name} expired at {shown(issuer.not_after)}; rotate or choose another issuer_ref"
        )
    told = (
        f"the certificate ends with its issuer {issuer.name} at {shown(issuer.not_after)}, before the "
        f"{shown(not_after)} that was asked for"
    )
    return issuer.not_after, (told,)
