"""Identifiers of orders: host names, wildcards and addresses (pure).

Source: RFC 8555, sections 7.1.3 and 7.1.4; RFC 8738
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import Identifier

MOST: Final = 100
"""Identifiers of one order."""
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_MOST_NAME: Final = 253


def identifiers(value: Any) -> tuple[Identifier, ...]:
    """The identifiers of a new order, each once and sorted.  Raises `Problem`."""
    if not isinstance(value, list) or not value:
        raise malformed('the order must have a list of "identifiers"')
    if len(value) > MOST:
        raise Problem("rejectedIdentifier", f"an order may have {MOST} identifiers, and this one has {len(value)}")
    found = {each.pair: each for each in map(_identifier, value)}
    return tuple(found[key] for key in sorted(found))


def _identifier(item: Any) -> Identifier:
    if not isinstance(item, dict) or not isinstance(item.get("value"), str):
        raise malformed('an identifier must have a text "type" and a text "value"')
    match item.get("type"):
        case "dns":
            return Identifier(type="dns", value=dns_name(item["value"]))
        case "ip":
            return Identifier(type="ip", value=address(item["value"]))
        case _:
            raise Problem("unsupportedIdentifier", "identifiers are of type dns or ip")


def dns_name(text: str) -> str:
    """A host name in lower case, perhaps with a wildcard as its first label.  Raises `Problem`."""
    name = text.lower()
    base = name.removeprefix("*.")
    if not base.isascii():
        raise _rejected(text, "is not ASCII: write an international name with its xn-- labels")
    if not base or len(name) > _MOST_NAME:
        raise _rejected(text, f"must have 1 to {_MOST_NAME} characters")
    if "*" in base:
        raise _rejected(text, "may have a wildcard only as its whole first label")
    if _is_address(base):
        raise _rejected(text, "is an address: order it as an identifier of type ip")
    for label in base.split("."):
        if _LABEL.fullmatch(label) is None:
            raise _rejected(text, "is no host name")
        if label.startswith("xn--"):
            _check_international(text, label)
    return name


def address(text: str) -> str:
    """An IP address in its usual form.  Raises `Problem`."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise _rejected(text, "is no IP address") from None
    if getattr(found, "scope_id", None):
        raise _rejected(text, "must not have a zone")
    return str(found)


def _is_address(text: str) -> bool:
    """Whether a name would be taken for an address: its last label is a number.  Source: RFC 3986, section 3.2.2"""
    last = text.rstrip(".").rpartition(".")[2]
    return last.isdigit() or ":" in text or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def _check_international(text: str, label: str) -> None:
    try:
        decoded = label[4:].encode().decode("punycode")
        again = "xn--" + decoded.encode("punycode").decode()
    except UnicodeError:
        raise _rejected(text, "has an xn-- label that stands for nothing") from None
    if decoded.isascii() or not decoded.isprintable() or again != label:
        raise _rejected(text, "has an xn-- label that stands for nothing")


def _rejected(text: str, reason: str) -> Problem:
    shown = text if text.isprintable() and len(text) <= _MOST_NAME else "an identifier"
    return Problem("rejectedIdentifier", f"{shown} {reason}")
