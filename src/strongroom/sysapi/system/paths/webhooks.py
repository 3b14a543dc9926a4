"""`sys/events/webhooks`: other systems that events are posted to.  No other server of this API has them."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.lib.outgoing.http import check_ca, check_url
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, CommaList, Doc, Duration
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.events import selection
from strongroom.services.events.filtering import filter_of
from strongroom.services.events.webhooks import service, signing
from strongroom.services.events.webhooks.records import DISABLE_AFTER_S, Progress, Webhook
from strongroom.services.tokens.logic import ROOT
from strongroom.sysapi.context import SystemEngine, presented, system

MOST_WEBHOOKS = 64
"""Each is a subscriber of its own in one process."""
_MOST_TYPES = 32
_MOST_POLICIES = 32
_MOST_URL = 2048
_NEW_SECRET_BYTES = 32
_DENIED = "a webhook may have only policies of the token that writes it"


class WebhookBody(Body, frozen=True):
    """What is posted where.  Fields that aren't given stay."""

    url: Annotated[str | None, Doc(description="Where events are posted.")] = None
    event_types: Annotated[CommaList | None, Doc(description="Types of events; `*` stands for any text.")] = None
    namespaces: Annotated[CommaList | None, Doc(description="Patterns of further namespaces.")] = None
    filter: Annotated[str | None, Doc(description="An expression that events have to meet.")] = None
    policies: Annotated[
        CommaList | None,
        Doc(description="The policies that say what the target may know. Those of the token, if none are given."),
    ] = None
    secret: Annotated[
        str | None,
        Doc(
            description="What posts are signed with: `whsec_` and 24 to 64 bytes in base64. Made if missing.",
            extra=SECRET,
        ),
    ] = None
    ca: Annotated[str | None, Doc(description="The certificate authorities of the target, in PEM.")] = None
    disable_after: Annotated[Duration | None, Doc(description="How long it may fail until it is disabled.")] = None


class WebhookPaths(SystemEngine):
    """`events/webhooks`"""

    async def webhook_exists(self, request: Request, name: str) -> bool:
        """Whether there is a webhook of that name."""
        return await service.read(system(request).txn, name) is not None

    @path.list_("events/webhooks", sudo=True, root_only=True)
    async def list_webhooks(self, request: Request) -> Response | None:
        """Lists the names of all webhooks."""
        names = await service.names(system(request).txn)
        return Response(data={"keys": names}) if names else None

    @path.read("events/webhooks/{name}", sudo=True, root_only=True)
    async def read_webhook(self, request: Request, name: str) -> Response | None:
        """Reads a webhook without its secret, and how far it has come."""
        txn = system(request).txn
        hook, progress = await service.read(txn, name), await service.progress(txn, name)
        if hook is None or progress is None:
            return None
        return Response(data=_shown(hook, progress))

    @path.write("events/webhooks/{name}", sudo=True, root_only=True, exists="webhook_exists")
    async def write_webhook(self, request: Request, name: str, body: WebhookBody) -> Response | None:
        """Creates or changes a webhook. One that was disabled is tried again."""
        check_segment_name(name)
        txn, before = system(request).txn, await service.read(system(request).txn, name)
        if before is None and len(await service.names(txn)) >= MOST_WEBHOOKS:
            raise InvalidRequest(f"{MOST_WEBHOOKS} webhooks at the most")
        made = b""
        if body.secret:
            key = signing.parse_secret(body.secret)
        elif before is not None:
            key = before.secret
        else:
            key = made = request.once("webhook secret", lambda: _random(request).bytes(_NEW_SECRET_BYTES))
        hook = Webhook(
            revision=request.once("webhook revision", lambda: uuid4(_random(request))),
            url=_url(body.url if body.url is not None else (before.url if before else "")),
            secret=key,
            types=_types(body, before),
            namespaces=_namespaces(body, before),
            filter=_filter(body, before),
            policies=_policies(request, body, before),
            ca_pem=_ca(body, before),
            disable_after_s=_disable_after(body, before),
        )
        await service.write(txn, name, hook, request.now)
        view = system(request)
        missing = await view.services.policies.missing(txn, view.namespace.id, set(hook.policies) - {ROOT})
        warnings = [f'there is no policy "{each}" yet: it lets the target know nothing' for each in sorted(missing)]
        data = {"generated_secret": signing.shown_secret(made)} if made else None
        return Response(data=data, warnings=warnings) if data or warnings else None

    @path.delete("events/webhooks/{name}", sudo=True, root_only=True)
    async def delete_webhook(self, request: Request, name: str) -> Response | None:
        """Deletes a webhook. What it had not delivered yet isn't delivered any more."""
        await service.remove(system(request).txn, name, request.now)
        return None


def _random(request: Request) -> Any:
    return system(request).services.random


def _url(url: str) -> str:
    if not url:
        raise InvalidRequest("url is missing")
    if len(url) > _MOST_URL:
        raise InvalidRequest(f"url is longer than {_MOST_URL} characters")
    check_url(url, "url")
    return url


def _types(body: WebhookBody, before: Webhook | None) -> tuple[str, ...]:
    if body.event_types is None:
        return before.types if before is not None else ("*",)
    if not 0 < len(body.event_types) <= _MOST_TYPES:
        raise InvalidRequest(f"event_types must be 1 to {_MOST_TYPES} types")
    return tuple(map(selection.checked_type, body.event_types))


def _namespaces(body: WebhookBody, before: Webhook | None) -> tuple[str, ...]:
    if body.namespaces is None:
        return before.namespaces if before is not None else ()
    return selection.checked_namespaces(tuple(body.namespaces), "")


def _filter(body: WebhookBody, before: Webhook | None) -> str:
    if body.filter is None:
        return before.filter if before is not None else ""
    filter_of(body.filter)
    return body.filter


def _ca(body: WebhookBody, before: Webhook | None) -> str:
    if body.ca is None:
        return before.ca_pem if before is not None else ""
    check_ca(body.ca, "ca")
    return body.ca


def _disable_after(body: WebhookBody, before: Webhook | None) -> int:
    if body.disable_after is None:
        return before.disable_after_s if before is not None else DISABLE_AFTER_S
    return body.disable_after


def _policies(request: Request, body: WebhookBody, before: Webhook | None) -> tuple[str, ...]:
    """The policies that say what the target may know.

    Raises: `PermissionDenied` for one that the token doesn't have: it could learn by its own target what it may not.
    """
    own, grant = presented(request).record.policies, system(request).exchange.grant
    if body.policies is None:
        # Who changes the target would have another's policies tell him.
        wanted = before.policies if before is not None else own
    else:
        wanted = tuple(dict.fromkeys(name.strip().lower() for name in body.policies))
    if not 0 < len(wanted) <= _MOST_POLICIES:
        raise InvalidRequest(f"policies must be 1 to {_MOST_POLICIES} names")
    if not (grant is not None and grant.root) and (ROOT in wanted or not set(wanted) <= set(own)):
        raise PermissionDenied(_DENIED)
    return wanted


def _shown(hook: Webhook, progress: Progress) -> dict[str, Any]:
    status = "disabled" if progress.disabled else "failing" if progress.attempts else "active"
    return {
        "url": hook.url,
        "event_types": list(hook.types),
        "namespaces": list(hook.namespaces),
        "filter": hook.filter,
        "policies": list(hook.policies),
        "ca": hook.ca_pem,
        "disable_after": hook.disable_after_s,
        "status": status,
        "cursor": progress.cursor,
        "delivered": progress.delivered,
        "delivered_time": timestamp(progress.delivered_at) if progress.delivered_at else None,
        "attempts": progress.attempts,
        "next_attempt_time": timestamp(progress.next_attempt_at) if progress.next_attempt_at else None,
        "error": progress.error,
        "gaps": progress.gaps,
    }
