"""Calls to other systems: HTTP requests, and how many may wait for one of them."""

from strongroom.lib.outgoing.http import Http, Reply, json_object
from strongroom.lib.outgoing.slots import Slots

__all__ = ["Http", "Reply", "Slots", "json_object"]
