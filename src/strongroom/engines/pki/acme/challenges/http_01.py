"""The challenge http-01: the host serves a file.

Source: RFC 8555, section 8.3
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final
from urllib.parse import urljoin, urlsplit

import structlog

from strongroom.engines.pki.acme.challenges.names import vetted
from strongroom.engines.pki.acme.challenges.outcome import Failed, shortened
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply, check_url

log = structlog.get_logger("pki.acme")

_MOST_REDIRECTS: Final = 10
_MOST_BYTES: Final = 64 * 1024
_TOTAL_S: Final = 8.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200


async def prove(identifier: Identifier, token: str, expected: str, config: AcmeConfig, ports: Ports) -> None:
    """Raise `Failed` unless the host serves what is expected.

    Redirects are followed, and each host that one leads to is judged like the first.  Certificates of https aren't
    verified: that the client gets one is what all this is for.
    """
    host = f"[{identifier.value}]" if ":" in identifier.value else identifier.value
    port = "" if ports.http == 80 else f":{ports.http}"
    first = f"http://{host}{port}/.well-known/acme-challenge/{token}"
    reply = await _asked(first, config)
    if reply.status not in _REDIRECTS:
        _check(first, reply, expected)
        return
    target = _next(first, reply, ports)
    try:
        _check(*await _followed(target, config, ports), expected)
    except Failed as error:
        # What a redirect leads to may be meant for this server alone.  Who ordered the name learns nothing of it:
        # neither whether it is there, nor what it answers.
        log.info("the redirect of a challenge led astray", url=first, target=target, problem=error.detail)
        text = f'{first} redirects to {target}, which didn\'t lead to the file with "{expected}"'
        raise Failed("unauthorized", text) from error


async def _followed(target: str, config: AcmeConfig, ports: Ports) -> tuple[str, Reply]:
    """The address and the answer at the end of the redirects.  Raises `Failed`."""
    url = target
    for _ in range(_MOST_REDIRECTS - 1):
        reply = await _asked(url, config)
        if reply.status not in _REDIRECTS:
            return url, reply
        url = _next(url, reply, ports)
    raise Failed("connection", f"more than {_MOST_REDIRECTS} redirects were met", final=True)


def _check(url: str, reply: Reply, expected: str) -> None:
    if reply.status != _OK:
        raise Failed("unauthorized", f"{url} answers with status {reply.status}")
    found = reply.body.decode("utf-8", "replace").rstrip()
    if found != expected:
        text = f'{url} serves "{shortened(found)}", and "{expected}" was expected'
        raise Failed("unauthorized", text, final=True)


def _next(url: str, reply: Reply, ports: Ports) -> str:
    """Where a redirect leads.  Raises `Failed` for what isn't followed: other schemes, other ports."""
    location = urljoin(url, reply.headers.get("location", ""))
    try:
        check_url(location, "it")
    except InvalidRequest as error:
        raise Failed("connection", f"{url} redirects elsewhere, and {error.text}", final=True) from None
    parts = urlsplit(location)
    if (parts.port or {"http": ports.http, "https": ports.tls}[parts.scheme]) not in {ports.http, ports.tls}:
        raise Failed("connection", f"{url} redirects to another port than {ports.http} and {ports.tls}", final=True)
    return location


async def _asked(url: str, config: AcmeConfig) -> Reply:
    http, problem = await _http(), "the host has no address"
    for address in await vetted(urlsplit(url).hostname or "", config):
        try:
            return await http.ask("GET", url, headers={"user-agent": "strongroom-acme"}, direct=True, at=address)
        except Unreachable as error:
            problem = error.detail or f"{address}: {error.text}"
        except UpstreamFailed as error:
            raise Failed("connection", f"{url}: {error.detail or error.text}", final=True) from error
    raise Failed("connection", problem)


_shared: dict[str, Http] = {}


async def _http() -> Http:
    """The client of this process: its context isn't one that verifies."""
    if "http" not in _shared:
        context = await asyncio.to_thread(ssl.create_default_context)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        _shared["http"] = Http("the host", total_s=_TOTAL_S, most_bytes=_MOST_BYTES, context=context)
    return _shared["http"]
