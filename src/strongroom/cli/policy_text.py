"""Checking and laying out a policy file before it is written back.  (p)"""

from __future__ import annotations

from strongroom.lib.hcl import HclError, ObjectNode, parse
from strongroom.lib.hcl import format_policy as lay_out

_KEYS = frozenset(
    {
        "allowed_parameters",
        "capabilities",
        "comment",
        "control_group",
        "denied_parameters",
        "expiration",
        "list_scan_response_keys_filter_path",
        "max_wrapping_ttl",
        "mfa_methods",
        "min_wrapping_ttl",
        "pagination_limit",
        "policy",
        "required_parameters",
        "subscribe_event_types",
    }
)


class PolicyTextError(Exception):
    """The text is no policy."""


def format_policy(text: str) -> str:
    """The policy in the canonical layout, comments kept.  Raises `PolicyTextError`."""
    try:
        for block in parse(text).blocks("path", labels=1):
            _check(block.labels[0], block.body)
        return lay_out(text)
    except HclError as error:
        raise PolicyTextError(str(error)) from error


def _check(path: object, body: ObjectNode) -> None:
    unknown = [item for item in body.items if item.name not in _KEYS]
    if unknown:
        count = f"{len(unknown)} error{'s' if len(unknown) > 1 else ''} occurred:"
        lines = "".join(f'\t* invalid key "{item.name}" on line {item.pos.line}\n' for item in unknown)
        raise PolicyTextError(f'path "{path}": {count}\n{lines}\n')
