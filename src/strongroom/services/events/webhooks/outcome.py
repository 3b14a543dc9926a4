"""What becomes of a webhook by the answer to a post (pure)."""

from __future__ import annotations

from msgspec.structs import replace

from strongroom.barrier.due import retry_wait_s
from strongroom.services.events.webhooks.records import Progress, Webhook

GONE = 410
"""The target says that it wants no more.  Source: the specification of Standard Webhooks, section on statuses."""


def refusal(status: int) -> str:
    """Why an answer doesn't count as taken; empty if it does."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"it answered {status}: redirects aren't followed"
    return f"it answered {status}"


def taken(progress: Progress, cursor: str, now: float) -> Progress:
    """An event was taken."""
    return replace(
        progress,
        cursor=cursor,
        delivered=progress.delivered + 1,
        delivered_at=now,
        attempts=0,
        failing_since=0.0,
        next_attempt_at=0.0,
        error="",
    )


def failed(progress: Progress, hook: Webhook, reason: str, now: float, *, gone: bool = False) -> Progress:
    """A post failed.  It is repeated after ten seconds, then after longer and longer times, up to an hour.

    Args:
        gone: whether the target wants no more.
    """
    since = progress.failing_since or now
    return replace(
        progress,
        attempts=progress.attempts + 1,
        failing_since=since,
        next_attempt_at=now + retry_wait_s(progress.attempts, hook.revision),
        error=reason,
        disabled=gone or now - since >= hook.disable_after_s,
    )
