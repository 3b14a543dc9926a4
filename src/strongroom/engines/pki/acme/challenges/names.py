"""Looks up names that a stranger has chosen, by the mount's resolver or that of the operating system.

Source: RFC 8555, section 8.4
"""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any, Final

from strongroom.engines.pki.acme.challenges.outcome import Failed
from strongroom.engines.pki.acme.challenges.ranges import refusal
from strongroom.engines.pki.acme.records import AcmeConfig
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command

LOOKUP_S: Final = 5.0
_MOST_ADDRESSES: Final = 4
_MOST_TEXTS: Final = 64


async def vetted(host: str, config: AcmeConfig) -> tuple[str, ...]:
    """The addresses of a host that challenges may be answered from; connect to these and no others.

    A second look-up could lead elsewhere, so what was judged is what is dialled.

    Args:
        host: a name, or an address.

    Raises: `Failed` if there is none.
    """
    found = await _addresses(host, config.dns_resolver)
    refused = {each: reason for each in found if (reason := refusal(each, config))}
    allowed = tuple(each for each in found if each not in refused)[:_MOST_ADDRESSES]
    if not allowed:
        address, reason = next(iter(refused.items()))
        raise Failed("connection", f"{host} has the address {address}, which is not asked: {reason}", final=True)
    return allowed


async def texts(name: str, resolver: str) -> tuple[str, ...]:
    """The TXT records of a name.  Raises `Failed` if there are none."""
    answer = await _asked(name, "TXT", resolver)
    return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in list(answer)[:_MOST_TEXTS])


async def _addresses(host: str, resolver: str) -> tuple[str, ...]:
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return await _looked_up(host, resolver)


async def _looked_up(host: str, resolver: str) -> tuple[str, ...]:
    """The addresses of a name, each once.  Raises `Failed` if there is none."""
    found: list[str] = []
    failed: Failed | None = None
    for kind in ("A", "AAAA"):
        try:
            found += [each.address for each in await _asked(host, kind, resolver)]
        except Failed as error:
            failed = failed or error
    if not found:
        raise failed or Failed("dns", f"{host} has no address")
    return tuple(dict.fromkeys(found))


async def _asked(name: str, kind: str, resolver: str) -> Any:
    dns = _library()
    asking = dns.asyncresolver.Resolver(configure=not resolver)
    if resolver:
        host, _, port = resolver.rpartition(":")
        asking.nameservers = [host.strip("[]")]
        asking.port = int(port)
    asking.lifetime = LOOKUP_S
    try:
        return await asking.resolve(name, kind, search=False)
    except dns.resolver.NXDOMAIN:
        raise Failed("dns", f"{name} does not exist") from None
    except dns.resolver.NoAnswer:
        raise Failed("dns", f"{name} has no {kind} record") from None
    except dns.exception.Timeout:
        raise Failed("dns", f"the name servers did not answer for {name} in time") from None
    except dns.exception.DNSException as error:
        raise Failed("dns", f"the look-up of {kind} records of {name} failed: {type(error).__name__}") from None


@cache
def _library() -> Any:
    """The DNS library, imported when it is first needed.  Raises `UpstreamFailed` if it isn't installed."""
    try:
        import dns.asyncresolver  # noqa: PLC0415 - an optional package
    except ImportError as error:
        text = "this server can't look up names for ACME, because a package is missing: its log says which"
        raise UpstreamFailed(text, detail=install_command("dns")) from error
    import dns  # noqa: PLC0415

    return dns
