"""How the pipeline would decide on a request that nobody has made."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.sdk.fields import Field
from strongroom.sdk.request import Operation
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.approvals import Demand
from strongroom.services.exchange import ApiRequest
from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.policy.acl import Decision
from strongroom.services.policy.explanation import Other
from strongroom.services.policy.shortfalls import Sent, shortfalls


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on one request, and what it was made by."""

    operation: Operation
    """`create` or `update` for a write, by whether there is something already."""
    namespace: Namespace = ROOT
    path: str
    """In its canonical form, relative to the namespace."""
    mount: str = ""
    """Full path of the mount in its namespace; empty if no mount serves the path."""
    route: str = ""
    """The pattern of the route, after the mount's path; empty if the mount serves no such request."""
    full_path: str = ""
    """From the root namespace on, in the form that rules are compared in."""
    form: Form = PLAIN
    """The form that rules are converted to."""
    own: Decision | None = None
    """What the rules say of this path alone."""
    others: tuple[Other, ...] = ()
    """Other paths of the same object, and what is decided on each."""
    decision: Decision | None = None
    """None if no policies were asked."""
    allowed: bool = False
    needs_no_token: bool = False
    needs_sudo: bool = False
    demand: Demand | None = None
    """The approvals that the request would have to wait for."""
    fields: dict[str, Field] = {}
    """The declared parameters of the route."""
    stated: dict[str, str] = {}
    """The values of parameters that stand in the path."""
    refusal: str = ""
    """Why it is refused before any policy is asked, or what is wrong with it besides."""


def reasons_of(seen: Foreseen, sent: Sent) -> list[str]:
    """Why a request is refused, or what to know besides.  No text holds a value of the request."""
    if seen.needs_no_token:
        return ["the path needs no token"]
    reasons = [seen.refusal] if seen.refusal else []
    decision = seen.decision
    if decision is None:
        return reasons
    if decision.root:
        return [*reasons, "the policy root allows everything"]
    overruling = [other for other in seen.others if other.overrules]
    if seen.own is not None and seen.own.allowed and not decision.allowed and overruling:
        return [*reasons, *(f'"{other.path}" is another path of the same, and is denied' for other in overruling)]
    return reasons + shortfalls(decision, seen.operation, sent, needs_sudo=seen.needs_sudo)


def asking(
    operation: Operation,
    path: str,
    *,
    namespace: str,
    now: float,
    data: dict[str, Any] | None = None,
    wrap_ttl_s: int = 0,
) -> ApiRequest:
    """A request that nobody makes.

    Args:
        path: relative to the namespace; for a listing with a slash at its end.
        namespace: its path.
        now: seconds since the epoch.
    """
    return ApiRequest(
        id="",
        operation=operation,
        path=path,
        data=data or {},
        token="",
        wrap_ttl_s=wrap_ttl_s,
        headers={},
        address="",
        port=0,
        received_at=now,
        namespace=namespace,
    )
