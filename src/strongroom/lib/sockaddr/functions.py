"""The functions of address templates: their arguments, and their results for a list of addresses (pure).

Source: https://pkg.go.dev/github.com/hashicorp/go-sockaddr/template
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from strongroom.lib.sockaddr.interface import BLOCKS, FLAGS, InterfaceAddress
from strongroom.lib.sockaddr.parser import Argument, TemplateError

Addresses: TypeAlias = tuple[InterfaceAddress, ...]
_MAX_PATTERN: Final = 256
_TYPES: Final = {"ip": (4, 6), "ipv4": (4,), "ipv6": (6,)}
_SORTED: Final = "default,type,size"


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    arguments: tuple[type, ...]
    call: Callable[..., Addresses | str]
    """Gets the input addresses, then the arguments."""
    begins: bool = False
    """Whether it comes first in a pipeline, and so gets all addresses of the machine."""
    checks: Callable[..., object] | None = None
    """Raises `TemplateError` for invalid arguments."""


def _attribute(name: str) -> Callable[[InterfaceAddress], str]:
    attributes: Mapping[str, Callable[[InterfaceAddress], str]] = {
        "address": lambda each: each.address,
        "name": lambda each: each.name,
        "network": lambda each: str(each.ip.network),
        "string": lambda each: str(each.ip),
        "type": lambda each: f"IPv{each.ip.version}",
    }
    return attributes[_one_of("attribute", name, attributes)]


def _one_of(what: str, name: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    if name.lower() not in known:
        raise TemplateError(f'expected the {what} {", ".join(known)}, found "{name[:32]}"')
    return name.lower()


def _selector(name: str, value: str) -> Callable[[InterfaceAddress], bool]:
    """Whether an address is chosen by `include`."""
    chosen = _one_of("selector", name, ("address", "flag", "flags", "name", "network", "rfc", "size", "type"))
    match chosen:
        case "flag" | "flags":
            wanted = [_one_of("flag", flag, FLAGS) for flag in value.split("|")]
            return lambda each: all(each.has(flag) for flag in wanted)
        case "network":
            network = _network(value)
            return lambda each: each.ip.ip in network
        case "rfc":
            blocks = [block for number in value.split("|") for block in BLOCKS[_one_of("RFC", number, BLOCKS)]]
            return lambda each: each.within(tuple(blocks))
        case "size":
            if not re.fullmatch("/[0-9]{1,3}", value):
                raise TemplateError(f'expected a size such as "/24", found "{value[:32]}"')
            return lambda each: each.ip.network.prefixlen == int(value[1:])
        case "type":
            versions = [version for kind in value.split("|") for version in _TYPES[_one_of("type", kind, _TYPES)]]
            return lambda each: each.ip.version in versions
    pattern = _pattern(value)
    by = _attribute(chosen)
    return lambda each: pattern.search(by(each)) is not None


def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise TemplateError(f'expected a network such as "10.0.0.0/8", found "{value[:64]}"') from None


def _pattern(value: str) -> re.Pattern[str]:
    if len(value) > _MAX_PATTERN:
        raise TemplateError(f"expected a pattern of at most {_MAX_PATTERN} characters, found {len(value)}")
    try:
        return re.compile(value)
    except (re.error, OverflowError, RecursionError):
        raise TemplateError(f'expected a regular expression, found "{value[:64]}"') from None


def _sort_key(part: str) -> tuple[Callable[[InterfaceAddress], Any], bool]:
    keys: Mapping[str, Callable[[InterfaceAddress], Any]] = {
        "address": lambda each: (each.ip.version, int(each.ip.ip)),
        "default": lambda each: not each.default,
        "name": lambda each: each.name,
        "size": lambda each: each.ip.network.num_addresses,
        "type": lambda each: each.ip.version,
    }
    name = part.strip()
    return keys[_one_of("order", name.lstrip("+-"), keys)], name.startswith("-")


def _sort(given: Addresses, order: str) -> Addresses:
    found = list(given)
    for key, downward in reversed([_sort_key(part) for part in order.split(",")]):
        found.sort(key=key, reverse=downward)
    return tuple(found)


def _include(given: Addresses, name: str, value: str) -> Addresses:
    chosen = _selector(name, value)
    return tuple(each for each in given if chosen(each))


def _exclude(given: Addresses, name: str, value: str) -> Addresses:
    chosen = _selector(name, value)
    return tuple(each for each in given if not chosen(each))


def _default(given: Addresses) -> Addresses:
    return _sort(tuple(each for each in given if each.default), _SORTED)


def _reached(given: Addresses) -> Addresses:
    """The addresses that other machines can reach; those of the default route come first."""
    return _sort(_include(given, "flags", "forwardable|up"), _SORTED)


def _private(given: Addresses) -> Addresses:
    return _include(_reached(given), "rfc", "6890")


def _public(given: Addresses) -> Addresses:
    return _exclude(_reached(given), "rfc", "6890")


def _of_interface(given: Addresses, name: str) -> Addresses:
    return _sort(_include(given, "name", name), _SORTED)


def _first(given: Addresses) -> str:
    return given[0].address if given else ""


def _all(given: Addresses) -> str:
    return " ".join(each.address for each in given)


def _unique(given: Addresses, name: str) -> Addresses:
    by = _attribute(name)
    return tuple({by(each): each for each in reversed(given)}.values())[::-1]


def _attr(given: Addresses, name: str) -> str:
    by = _attribute(name)
    return by(given[0]) if given else ""


def _join(given: Addresses, name: str, between: str) -> str:
    by = _attribute(name)
    return between.join(by(each) for each in given)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "GetAllInterfaces": Function((), lambda given: given, begins=True),
    "GetDefaultInterfaces": Function((), _default, begins=True),
    "GetPrivateInterfaces": Function((), _private, begins=True),
    "GetPublicInterfaces": Function((), _public, begins=True),
    "GetPrivateIP": Function((), lambda given: _first(_private(given)), begins=True),
    "GetPrivateIPs": Function((), lambda given: _all(_private(given)), begins=True),
    "GetPublicIP": Function((), lambda given: _first(_public(given)), begins=True),
    "GetPublicIPs": Function((), lambda given: _all(_public(given)), begins=True),
    "GetInterfaceIP": Function(
        (str,), lambda given, name: _first(_of_interface(given, name)), begins=True, checks=_pattern
    ),
    "GetInterfaceIPs": Function(
        (str,), lambda given, name: _all(_of_interface(given, name)), begins=True, checks=_pattern
    ),
    "include": Function((str, str), _include, checks=_selector),
    "exclude": Function((str, str), _exclude, checks=_selector),
    "sort": Function((str,), _sort, checks=lambda order: [_sort_key(part) for part in order.split(",")]),
    "unique": Function((str,), _unique, checks=_attribute),
    "limit": Function((int,), lambda given, most: given[: max(most, 0)]),
    "offset": Function((int,), lambda given, first: given[first:]),
    "attr": Function((str,), _attr, checks=_attribute),
    "join": Function((str, str), _join, checks=lambda name, _: _attribute(name)),
}
_TEXT_MAKERS: Final = frozenset({"attr", "join"}) | {name for name in FUNCTIONS if name.endswith(("IP", "IPs"))}


def makes_text(name: str) -> bool:
    """Whether a function ends a pipeline, with a text."""
    return name in _TEXT_MAKERS


def function(name: str, arguments: tuple[Argument, ...], *, first: bool) -> Function:
    """The function of this name.

    Args:
        first: whether it is the first of its pipeline.

    Raises: `TemplateError` if there is none, or for invalid arguments.
    """
    found = FUNCTIONS.get(name)
    if found is None:
        raise TemplateError(f"expected a function of address templates ({', '.join(FUNCTIONS)}), found {name[:32]}")
    if found.begins is not first:
        raise TemplateError(f"expected {name} {'at the beginning' if found.begins else 'behind a list of interfaces'}")
    if tuple(type(argument) for argument in arguments) != found.arguments:
        wanted = ", ".join("a number" if kind is int else "a text" for kind in found.arguments) or "nothing"
        raise TemplateError(f"expected {wanted} after {name}, found {len(arguments)} arguments")
    if found.checks is not None:
        found.checks(*arguments)
    return found
