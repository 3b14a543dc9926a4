"""What the broker's answers mean (p)."""

from __future__ import annotations

import base64
from typing import Any

from strongroom.engines.rabbitmq.records import Connection
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.redaction import Redaction

NAME = "RabbitMQ"
_ADMINISTRATOR = "administrator"
_NO_VHOST = "vhost_or_user_not_found"
_SHOWN = 256
_READ = 4096
"""A longer text isn't shown: where it was cut, a part of a secret could stay."""


def check_administrator(answer: Any, username: str) -> None:
    """Raise `UpstreamFailed` for an account that can't make users."""
    tags = answer.get("tags") if isinstance(answer, dict) else None
    listed = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    if _ADMINISTRATOR not in listed:
        raise UpstreamFailed(f'the user "{username}" of {NAME} has no tag "{_ADMINISTRATOR}", so it can\'t make users')


def tags_of(answer: Any) -> str:
    """The tags of a user, with commas.  Older brokers give them as a text.  Raises `UpstreamFailed`."""
    tags = answer.get("tags") if isinstance(answer, dict) else None
    if isinstance(tags, str):
        return tags
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        return ",".join(tags)
    raise UpstreamFailed(f"{NAME} gave no usable answer", detail="a user without tags")


def is_known(body: bytes) -> bool:
    """Whether a refusal with the status 401 is of somebody who has proved the password."""
    return reason_of(body).startswith("Not ")


def refusal(status: int, body: bytes, connection: Connection, what: str) -> UpstreamFailed:
    """The error for a request that the broker refused.

    Args:
        what: was asked for, for people: `the permissions for the virtual host "/"`.
    """
    if status == 401 and not is_known(body):
        return UpstreamFailed(
            f"{NAME} refused the user name or the password of this mount's connection", detail=f"{status} for {what}"
        )
    reason = reason_of(body)
    if reason == _NO_VHOST:
        return UpstreamFailed(f"{NAME} has no such virtual host: it refused {what}", detail=f"{status} {reason}")
    shown = Redaction(_secrets(connection)).text(reason)[:_SHOWN]
    return UpstreamFailed(f"{NAME} refused {what}: {shown or f'status {status}'}", detail=f"status {status}")


def _secrets(connection: Connection) -> list[str]:
    """What no error may repeat: the passwords, also as they are sent."""
    pairs = [f"{connection.username}:{password}" for password in connection.passwords]
    return [*connection.passwords, *(base64.b64encode(pair.encode()).decode() for pair in pairs)]


def reason_of(body: bytes) -> str:
    """Why the broker refused, in its words; empty if it doesn't say.

    For a pattern that is no regular expression, the reason is a list whose first item is a text.
    """
    try:
        answer = json.loads(body)
    except InvalidRequest:
        return ""
    reason = answer.get("reason") if isinstance(answer, dict) else None
    if isinstance(reason, list) and reason:
        reason = reason[0]
    return reason if isinstance(reason, str) and len(reason) <= _READ and reason.isprintable() else ""
