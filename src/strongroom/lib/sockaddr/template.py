"""Evaluates an address template on a machine with these interfaces (pure)."""

from __future__ import annotations

import ipaddress

from strongroom.lib.sockaddr.functions import Addresses, function, makes_text
from strongroom.lib.sockaddr.interface import InterfaceAddress
from strongroom.lib.sockaddr.parser import Part, Pipeline, TemplateError, parse


def check(text: str) -> None:
    """Raise `TemplateError` for a template that no machine could evaluate."""
    for part in parse(text):
        if not isinstance(part, str):
            _check(part)


def _check(pipeline: Pipeline) -> None:
    for index, command in enumerate(pipeline):
        function(command.name, command.arguments, first=index == 0)
        last = index == len(pipeline) - 1
        if makes_text(command.name) is not last:
            problem = f"nothing behind {command.name}" if not last else f'attr "address" behind {command.name}'
            raise TemplateError(f"expected {problem}, found {'more' if not last else 'the end'}")


def evaluate(text: str, addresses: tuple[InterfaceAddress, ...]) -> str:
    """The text with each template replaced by its one address.

    An IPv6 address gets brackets if something follows it, such as a port.

    Raises: `TemplateError`, also if there is no such address, or more than one.
    """
    check(text)
    parts = parse(text)
    return "".join(
        part if isinstance(part, str) else _placed(_value(part, addresses), parts, index)
        for index, part in enumerate(parts)
    )


def _value(pipeline: Pipeline, addresses: Addresses) -> str:
    given: Addresses | str = addresses
    for index, command in enumerate(pipeline):
        given = function(command.name, command.arguments, first=not index).call(given, *command.arguments)
    values = str(given).split()
    shown = " | ".join(command.name for command in pipeline)
    if len(values) != 1:
        found = f"found {len(values)}: {', '.join(values[:8])}" if values else "found none"
        raise TemplateError(f"expected one address of this machine for {shown}, {found}")
    return values[0]


def _placed(value: str, parts: tuple[Part, ...], index: int) -> str:
    before, after = parts[index - 1] if index else "", parts[index + 1] if index + 1 < len(parts) else ""
    bare = ":" in value and _is_ipv6(value) and isinstance(after, str) and after.startswith(":")
    return f"[{value}]" if bare and not (isinstance(before, str) and before.endswith("[")) else value


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False
