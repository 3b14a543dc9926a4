"""Decides whether another connection may stay: the limits for all connections and for one address."""

from __future__ import annotations

from strongroom.http.addresses import contains
from strongroom.http.crowd import origin
from strongroom.http.listening import Connection, Listening
from strongroom.http.wire import Wire


def crowded(listening: Listening, connection: Connection, wire: Wire) -> str | None:
    """Why a connection can't stay; None if it can.  Idle connections may have been ended for it.

    Args:
        connection: one of the listener's; it is counted for its address from now on.
        wire: its bytes, which know its address.
    """
    limits, crowd = listening.config.limits, listening.connections
    if len(crowd) > limits.max_connections and not _displaces(listening, connection, ""):
        listening.refusals["connections"] += 1
        return f"too many connections ({limits.max_connections} of a process at the most, which is fixed)"
    where = _counted_origin(listening, wire)
    if where:
        crowd.place(connection, where)
        if crowd.of(where) > limits.max_connections_per_address and not _displaces(listening, connection, where):
            listening.refusals["connections_per_address"] += 1
            return "too many connections of this address (max_connections_per_address)"
    return None


def _displaces(listening: Listening, connection: Connection, where: str) -> bool:
    gone = listening.connections.make_room(connection, where)
    listening.refusals["waiting_connection"] += gone
    return gone > 0


def _counted_origin(listening: Listening, wire: Wire) -> str:
    """The address that the connection counts for; empty if it isn't counted, or if a PROXY header may still come.

    A proxy's own connection, such as a load balancer's health check, isn't counted.
    """
    if not wire.address:
        return ""
    proxy, forwarded = listening.config.proxy, listening.config.forwarded
    if proxy is not None and not wire.told and (wire.awaits_header or contains(proxy.authorized, wire.address)):
        return ""
    if forwarded is not None and contains(forwarded.authorized, wire.address):
        return ""
    return origin(wire.address)
