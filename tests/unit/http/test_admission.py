"""Which connections stay when there are many, and whose are counted together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from strongroom.http.addresses import parse_networks
from strongroom.http.admission import crowded
from strongroom.http.forwarded import ForwardedRules
from strongroom.http.listening import REASONS, Listening
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.proxy_protocol import ProxyBehavior, ProxyRules
from strongroom.http.settings import ListenerConfig, ListenerLimits
from strongroom.http.wire import Wire
from strongroom.lib.turn import Turn

BALANCER, CLIENT, OTHER = "192.0.2.1", "198.51.100.7", "198.51.100.8"
ALL = "too many connections ({most} of a process at the most, which is fixed)"
OF_ADDRESS = "too many connections of this address (max_connections_per_address)"
HEADER = f"PROXY TCP4 {CLIENT} 203.0.113.1 4711 8200\r\n".encode()


class Nobody:
    """An application that nothing reaches."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.repeats = None

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Never called."""
        raise NotImplementedError

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Never called."""
        raise NotImplementedError


class Line(asyncio.Transport):
    """A connected transport that carries nothing."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever written."""


class One:
    """A connection that waits until some time, or for which something is being done."""

    def __init__(self, until: float | None) -> None:
        self.until = until
        self.aborted = False

    def sweep(self, now: float) -> None:
        """Nothing."""

    def wind_down(self) -> None:
        """Nothing."""

    def waiting_until(self) -> float | None:
        """That time."""
        return self.until

    def abort(self) -> None:
        """Noted."""
        self.aborted = True


class Door:
    """A listener and who has come."""

    def __init__(self, loop: asyncio.AbstractEventLoop, config: ListenerConfig) -> None:
        self.listening = Listening(Nobody(), config, loop, None)

    def wire(self, address: str) -> Wire:
        """The bytes of a connection from an address; empty for a Unix socket."""
        extra = {"peername": (address, 4711) if address else "", "sockname": ("203.0.113.1", 8200)}
        proxy = self.listening.config.proxy
        return Wire(Line(extra), tls=None, proxy=proxy, high_water=1)

    def enter(self, address: str, until: float | None = None, header: bytes = b"") -> tuple[One, str | None]:
        """A newcomer, and why it can't stay; it goes then."""
        one, wire = One(until), self.wire(address)
        self.listening.connections.add(one)
        reason = crowded(self.listening, one, wire)
        if header and reason is None:
            assert wire.unwrap(header) == b""
            reason = crowded(self.listening, one, wire)
        if reason is not None:
            self.listening.connections.remove(one)
        return one, reason

    @property
    def refusals(self) -> dict[str, int]:
        """What has struck so far."""
        return {name: count for name, count in self.listening.refusals.items() if count}

    def of(self, *addresses: str) -> list[int]:
        """How many are counted of each."""
        return [self.listening.connections.of(address) for address in addresses]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that nothing runs in."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def door(
    loop: asyncio.AbstractEventLoop,
    most: int,
    per_address: int,
    proxy: ProxyRules | None = None,
    forwarded: ForwardedRules | None = None,
) -> Door:
    """A listener with limits."""
    limits = ListenerLimits(max_connections=most, max_connections_per_address=per_address)
    return Door(loop, ListenerConfig(limits=limits, proxy=proxy, forwarded=forwarded))


def test_there_is_room_up_to_the_limit_and_then_for_none_but_by_displacing(loop: asyncio.AbstractEventLoop) -> None:
    """The last of the limit still stays; one more does when another only waits, which goes, and else it does not."""
    at = door(loop, 2, 2)
    busy, reason = at.enter(CLIENT)
    waiting, again = at.enter(OTHER, 5.0)
    assert (reason, again, at.refusals) == (None, None, {})
    _, reason = at.enter(BALANCER)
    assert (reason, busy.aborted, waiting.aborted) == (None, False, True)
    assert at.refusals == {"waiting_connection": 1}
    _, reason = at.enter(OTHER)
    assert reason == ALL.format(most=2)
    assert at.refusals == {"waiting_connection": 1, "connections": 1}
    assert at.of(CLIENT, OTHER, BALANCER) == [1, 0, 1]


def test_an_address_has_room_up_to_its_own_limit(loop: asyncio.AbstractEventLoop) -> None:
    """It displaces its own waiting connections, never those of others, and IPv6 counts by the network."""
    at = door(loop, 100, 2)
    stranger, _ = at.enter(OTHER, 1.0)
    for until in (None, 9.0):
        assert at.enter(CLIENT, until)[1] is None
    assert at.refusals == {}
    assert at.enter(CLIENT)[1] is None
    assert at.refusals == {"waiting_connection": 1}
    assert at.enter(CLIENT)[1] == OF_ADDRESS
    assert at.refusals == {"waiting_connection": 1, "connections_per_address": 1}
    assert not stranger.aborted
    assert at.of(CLIENT, OTHER) == [2, 1]
    seen = [at.enter(f"2001:db8::{number}")[1] for number in (1, 2, 3)]
    assert seen == [None, None, OF_ADDRESS]
    assert at.enter("2001:db8:0:1::1")[1] is None


def test_whoever_has_no_address_is_counted_nowhere(loop: asyncio.AbstractEventLoop) -> None:
    """On a Unix socket only the limit for all applies."""
    at = door(loop, 4, 1)
    assert [at.enter("")[1] for _ in range(5)] == [None] * 4 + [ALL.format(most=4)]
    assert at.of("") == [0]


@pytest.mark.parametrize(
    ("behavior", "authorized", "address", "header", "counted"),
    [
        (ProxyBehavior.USE_ALWAYS, (), BALANCER, b"", []),
        (ProxyBehavior.USE_ALWAYS, (), BALANCER, HEADER, [CLIENT]),
        (ProxyBehavior.ALLOW_AUTHORIZED, (BALANCER,), BALANCER, HEADER, [CLIENT]),
        (ProxyBehavior.ALLOW_AUTHORIZED, (BALANCER,), BALANCER, b"PROXY UNKNOWN\r\n", []),
        (ProxyBehavior.ALLOW_AUTHORIZED, (BALANCER,), OTHER, HEADER, [OTHER]),
        (ProxyBehavior.ALLOW_AUTHORIZED, (CLIENT, BALANCER), BALANCER, HEADER, [CLIENT]),
    ],
)
def test_behind_a_proxy_the_client_is_counted(
    loop: asyncio.AbstractEventLoop,
    behavior: ProxyBehavior,
    authorized: tuple[str, ...],
    address: str,
    header: bytes,
    counted: list[str],
) -> None:
    """Once its header has come; the proxy itself isn't, neither before nor when it speaks for itself."""
    at = door(loop, 100, 1, proxy=ProxyRules(behavior=behavior, authorized=parse_networks(authorized)))
    for expected in (None, OF_ADDRESS if counted else None):
        assert at.enter(address, header=header)[1] == expected
    everybody = (BALANCER, CLIENT, OTHER)
    assert at.of(*everybody) == [int(one in counted) for one in everybody]


def test_a_proxy_that_forwards_requests_is_not_counted(loop: asyncio.AbstractEventLoop) -> None:
    """Whoever `X-Forwarded-For` is believed from has the requests of many; all others are counted."""
    at = door(loop, 100, 1, forwarded=ForwardedRules(authorized=parse_networks([BALANCER])))
    assert [at.enter(BALANCER)[1] for _ in range(3)] == [None] * 3
    assert [at.enter(CLIENT)[1] for _ in range(2)] == [None, OF_ADDRESS]


def test_every_reason_has_a_number_from_the_beginning(loop: asyncio.AbstractEventLoop) -> None:
    """Metrics show 0 before anything has struck."""
    assert door(loop, 1, 1).listening.refusals == dict.fromkeys(REASONS, 0)
