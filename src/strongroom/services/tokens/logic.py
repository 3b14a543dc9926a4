"""Decisions about tokens (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.lib.durations import format_duration_s
from strongroom.sdk.token_fields import normal_cidr

ROOT = "root"
DEFAULT = "default"
WRAPPING = "response-wrapping"


def clean_policies(names: Iterable[str], *, add_default: bool) -> tuple[str, ...]:
    """Policy names as a token stores them: lower case, trimmed, unique, sorted.  `root` replaces all others."""
    cleaned = {name.strip().lower() for name in names} - {""}
    if ROOT in cleaned:
        return (ROOT,)
    if add_default:
        cleaned.add(DEFAULT)
    return tuple(sorted(cleaned))


def short(seconds: int) -> str:
    """A duration as warnings show it: without trailing zero units."""
    text = format_duration_s(seconds)
    if text.endswith("m0s"):
        text = text[:-2]
    if text.endswith("h0m"):
        text = text[:-2]
    return text


def grant_ttl(
    *,
    wanted_s: int,
    default_s: int,
    max_s: int,
    explicit_max_s: int = 0,
    period_s: int = 0,
    lived_s: float = 0.0,
) -> tuple[int, list[str]]:
    """The time that a token or lease gets from now.

    Args:
        wanted_s: the requested time; 0 for the default. default_s: the mount's default. max_s: the mount's longest
        time, from the creation on; 0 for none. explicit_max_s: the token's own longest time, from the creation on; 0
        for none. period_s: for periodic tokens, the time that each renewal grants, whatever was requested. lived_s: the
        time since the creation.

    Returns: seconds, and warnings for the client.  Source: "Token time-to-live", Vault's concepts documentation.
    """
    warnings: list[str] = []
    if period_s:
        ttl = period_s
        most = min((limit for limit in (max_s, explicit_max_s) if limit), default=0)
        if most and period_s > most:
            warnings.append(
                f'period of "{short(period_s)}" exceeded the effective max_ttl of "{short(most)}"; '
                "period value is capped accordingly"
            )
            ttl = most
        ceiling = explicit_max_s
    else:
        ttl = wanted_s or default_s
        ceiling = min((limit for limit in (max_s, explicit_max_s) if limit), default=0)
    if ceiling:
        left = int(ceiling - lived_s)
        if ttl > left:
            warnings.append(
                f'TTL of "{short(ttl)}" exceeded the effective max_ttl of "{short(max(left, 0))}"; '
                "TTL value is capped accordingly"
            )
            ttl = max(left, 0)
    return ttl, warnings


def parse_cidrs(values: Iterable[str]) -> tuple[str, ...]:
    """Check and normalise addresses and networks.  Raises `InvalidRequest` naming the one that is neither."""
    return tuple(normal_cidr(value) for value in values)
