"""Calls to other systems: HTTP requests, what is kept of their answers, and how many may wait for one of them."""

from strongroom.lib.outgoing.breaker import Breakers, BreakerState
from strongroom.lib.outgoing.documents import Documents, State
from strongroom.lib.outgoing.http import Http, Reply, check_ca, check_url, json_object
from strongroom.lib.outgoing.kept import KeptHttp, UnansweredError
from strongroom.lib.outgoing.paging import next_page, same_origin
from strongroom.lib.outgoing.pooled import PooledHttp
from strongroom.lib.outgoing.slots import Slots
from strongroom.lib.outgoing.threads import Threads

__all__ = [
    "BreakerState",
    "Breakers",
    "Documents",
    "Http",
    "KeptHttp",
    "PooledHttp",
    "Reply",
    "Slots",
    "State",
    "Threads",
    "UnansweredError",
    "check_ca",
    "check_url",
    "json_object",
    "next_page",
    "same_origin",
]
