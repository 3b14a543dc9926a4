"""The context of system paths: more than other engines see."""

from __future__ import annotations

from typing import cast

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Request
from strongroom.sdk.view import View
from strongroom.services.exchange import Exchange
from strongroom.services.mounts import Router
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import Bearer
from strongroom.sysapi.services import Services


class SystemView(View):
    """The view that only system engines are given: the whole transaction, and who is asking."""

    __slots__ = ("exchange", "router", "services", "txn")

    def __init__(self, txn: Transaction, prefix: str, exchange: Exchange, router: Router, services: Services) -> None:
        super().__init__(txn, prefix)
        self.txn = txn
        self.services = services
        self.exchange = exchange
        self.router = router

    @property
    def namespace(self) -> Namespace:
        """The namespace that the request works in."""
        return self.exchange.namespace


class SystemEngine(Engine):
    """Base of the engines behind system mounts."""

    type = ""
    changes_others = False


def system(request: Request) -> SystemView:
    """The system view of a request that reached a system engine."""
    return cast(SystemView, request.view)


def presented(request: Request) -> Bearer:
    """The token that the request came with; every path has one that isn't declared as unauthenticated."""
    bearer = system(request).exchange.bearer
    if bearer is None:
        raise PermissionDenied("permission denied")
    return bearer


def is_last_use(request: Request) -> bool:
    """Whether the token that the request came with ends with it: to clients it is then no token any more."""
    return bool(presented(request).record.num_uses) and not system(request).exchange.remaining_uses
