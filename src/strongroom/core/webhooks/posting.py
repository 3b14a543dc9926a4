"""Posts one event to a target, whose address is judged first."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from strongroom.lib.errors import StrongroomError, Unreachable
from strongroom.lib.outgoing import names
from strongroom.lib.outgoing.http import CONNECT_S, Http, Reply
from strongroom.lib.outgoing.own_machine import is_own
from strongroom.lib.outgoing.ranges import is_in, special, within
from strongroom.services.events.webhooks.outcome import GONE, refusal
from strongroom.services.events.webhooks.records import Webhook

_TOTAL_S: Final = 15.0
_MOST_BYTES: Final = 64 * 1024


class Result(NamedTuple):
    """What a post came to."""

    reason: str = ""
    """Why the event wasn't taken; empty if it was."""
    gone: bool = False
    """Whether the target wants no more."""


class Poster:
    """Posts by HTTP, without a proxy, because a proxy would connect to addresses that nobody here has judged."""

    def __init__(self) -> None:
        self._http = Http("the webhook's target", total_s=_TOTAL_S, most_bytes=_MOST_BYTES)

    async def post(self, hook: Webhook, headers: Mapping[str, str], body: bytes, permitted: Iterable[str]) -> Result:
        """Post an event.

        Args:
            permitted: ranges of addresses of this machine, of its link and of clouds that may be asked all the same.
        """
        try:
            reply = await self._asked(hook, headers, body, tuple(permitted))
        except StrongroomError as error:
            return Result(error.text)
        return Result(refusal(reply.status), gone=reply.status == GONE)

    async def _asked(self, hook: Webhook, headers: Mapping[str, str], body: bytes, permitted: tuple[str, ...]) -> Reply:
        reason = "its name has no address"
        for address in await self._addresses(hook.url):
            refused = refused_address(address, permitted, own=is_own(address))
            if refused:
                reason = refused
                continue
            try:
                return await self._http.ask(
                    "POST", hook.url, headers=headers, content=body, ca_pem=hook.ca_pem, direct=True, at=address
                )
            except Unreachable as error:
                reason = error.text
        raise Unreachable(reason)

    async def _addresses(self, url: str) -> tuple[str, ...]:
        try:
            found = await names.addresses(url, within_s=CONNECT_S, direct=True)
        except (OSError, TimeoutError) as error:
            raise Unreachable("its name can't be resolved") from error
        return found or (urlsplit(url).hostname or "",)


def refused_address(text: str, permitted: Iterable[str], *, own: bool = False) -> str:
    """Why an address isn't posted to; empty if it is. (p)

    Args:
        own: whether this machine has it.  Its programs, and this server, may trust who comes from their own machine.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    for each in {address, within(address)}:
        kind = special(each) or ("local" if own and each == within(address) else "")
        if kind and not is_in(each, permitted):
            return f"it is at a {kind} address (webhook_permitted_ip_ranges of sys/config/events may permit it)"
    return ""
