"""`sys/config/ui/custom-messages`, and what user interfaces read of it.

Source: https://developer.hashicorp.com/vault/api-docs/system/config-ui-custom-messages
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied
from strongroom.lib.instants import parse_instant
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, OneOf, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.interface import messages
from strongroom.services.interface.messages import MOST, Message
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.paths.ui import bearer_of

_TYPES = ("banner", "modal")
_SCHEMES = frozenset({"", "http", "https", "mailto"})
"""A message may be seen before anybody has logged in, so its link must not be a program."""
_LONGEST_TITLE: Final = 512
_LONGEST_BYTES: Final = 16 * 1024
_MOST_OPTIONS: Final = 32


class MessageBody(Body, frozen=True):
    """A message."""

    title: Annotated[str, Doc(description="The title of the message.")] = ""
    message: Annotated[str, Doc(description="The text of the message, in base64.")] = ""
    authenticated: Annotated[
        bool, Doc(description="Whether the message is shown after login. One that is shown before is public.")
    ] = True
    type: Annotated[str, Doc(description="`banner` or `modal`."), OneOf("banner", "modal")] = "banner"
    start_time: Annotated[str, Doc(description="From when on the message is shown (RFC 3339).")] = ""
    end_time: Annotated[str, Doc(description="Until when the message is shown (RFC 3339). Empty for no end.")] = ""
    link: Annotated[StringMap | None, Doc(description="One URL, by its title.")] = None
    options: Annotated[StringMap | None, Doc(description="Further properties for the user interface.")] = None


class FilterBody(Body, frozen=True):
    """Which messages to list."""

    active: Annotated[bool | None, Doc(description="Whether the message is shown now.")] = None
    authenticated: Annotated[bool | None, Doc(description="Whether the message is shown after login.")] = None
    type: Annotated[str, Doc(description="`banner` or `modal`."), OneOf("banner", "modal")] = ""


class MessagePaths(SystemEngine):
    """Messages to the users of a namespace."""

    @path.list_("config/ui/custom-messages")
    async def list_messages(self, request: Request, body: FilterBody) -> Response | None:
        """Lists the messages of the namespace."""
        if body.type not in {"", *_TYPES}:
            raise InvalidRequest(_bad_type(body.type))
        view = system(request)
        found = [
            each
            for each in await messages.all_of(view.txn, view.namespace.id)
            if body.active in {None, each.is_active(request.now)}
            and body.authenticated in {None, each.authenticated}
            and body.type in {"", _type(each)}
        ]
        info = {each.id: _listed(each) | {"active": each.is_active(request.now)} for each in found}
        return Response(data={"keys": list(info), "key_info": info}) if info else None

    @path.write("config/ui/custom-messages")
    async def create_message(self, request: Request, body: MessageBody) -> Response | None:
        """Creates a message."""
        view = system(request)
        if len(await messages.names(view.txn, view.namespace.id)) >= MOST:
            raise InvalidRequest(f"a namespace has at most {MOST} custom messages")
        message = _parsed(request.once("id", lambda: uuid4(view.services.random)), body)
        messages.write(view.txn, view.namespace.id, message)
        return Response(data=_shown(message, request.now))

    @path.read("config/ui/custom-messages/{id}")
    async def read_message(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads a message."""
        view = system(request)
        message = await messages.read(view.txn, view.namespace.id, id)
        return Response(data=_shown(message, request.now)) if message is not None else None

    @path.write("config/ui/custom-messages/{id}")
    async def update_message(self, request: Request, id: str, body: MessageBody) -> Response | None:  # noqa: A002
        """Replaces a message."""
        view = system(request)
        if await messages.read(view.txn, view.namespace.id, id) is None:
            raise NotFound("")
        message = _parsed(id, body)
        messages.write(view.txn, view.namespace.id, message)
        return Response(data=_shown(message, request.now))

    @path.delete("config/ui/custom-messages/{id}")
    async def delete_message(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes a message."""
        view = system(request)
        messages.delete(view.txn, view.namespace.id, id)
        return None

    @path.read("internal/ui/unauthenticated-messages", unauthenticated=True)
    async def public_messages(self, request: Request) -> Response | None:
        """Lists the messages that are shown before login, those of the namespaces above too."""
        return await _active(request, authenticated=False)

    @path.read("internal/ui/authenticated-messages", unauthenticated=True)
    async def inner_messages(self, request: Request) -> Response | None:
        """Lists the messages that are shown after login. Without a valid token there are none."""
        view = system(request)
        try:
            bearer = await bearer_of(view, request) if view.exchange.request.token else None
        except PermissionDenied:
            bearer = None
        if bearer is None or bearer.record.namespace not in view.namespace.lineage:
            return Response(data={"keys": [], "key_info": {}})
        return await _active(request, authenticated=True)


async def _active(request: Request, *, authenticated: bool) -> Response:
    view = system(request)
    found = [
        each
        for namespace in view.namespace.lineage
        for each in await messages.all_of(view.txn, namespace)
        if each.authenticated is authenticated and each.is_active(request.now)
    ]
    info = {each.id: {**_listed(each), **_content(each)} for each in found}
    return Response(data={"keys": list(info), "key_info": info})


def _parsed(id_: str, body: MessageBody) -> Message:
    """The message of a body.  Raises `InvalidRequest`."""
    if not body.title or len(body.title) > _LONGEST_TITLE:
        raise InvalidRequest(f"title is required, and has at most {_LONGEST_TITLE} characters")
    if body.type not in _TYPES:
        raise InvalidRequest(_bad_type(body.type))
    _check_text(body.message)
    starts_at = parse_instant(body.start_time)
    if starts_at is None:
        raise InvalidRequest("start_time is required, and is a time as RFC 3339 has it")
    ends_at = parse_instant(body.end_time) if body.end_time else 0.0
    if ends_at is None or 0 < ends_at <= starts_at:
        raise InvalidRequest("end_time is a time as RFC 3339 has it, after start_time")
    return Message(
        id=id_,
        title=body.title,
        text=body.message,
        starts_at=starts_at,
        ends_at=ends_at,
        authenticated=body.authenticated,
        modal=body.type == "modal",
        link=_link(body.link or {}),
        options=_options(body.options or {}),
    )


def _check_text(text: str) -> None:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("message is not valid base64") from error
    if not decoded or len(decoded) > _LONGEST_BYTES:
        raise InvalidRequest(f"message is required, and has at most {_LONGEST_BYTES} bytes")


def _link(link: dict[str, str]) -> dict[str, str]:
    if len(link) > 1:
        raise InvalidRequest("link holds one URL, by its title")
    for title, url in link.items():
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise InvalidRequest("the link's URL is not valid") from error
        if (
            scheme not in _SCHEMES
            or len(title) + len(url) > _LONGEST_BYTES
            or not url.isprintable()
            or url != url.strip()
        ):
            raise InvalidRequest("the link's URL is not valid: it begins with https, http or mailto")
    return link


def _options(options: dict[str, str]) -> dict[str, str]:
    if len(options) > _MOST_OPTIONS or sum(len(name) + len(value) for name, value in options.items()) > _LONGEST_BYTES:
        raise InvalidRequest(f"options has at most {_MOST_OPTIONS} entries")
    return options


def _bad_type(given: str) -> str:
    return f'type "{given[:64]}" is neither banner nor modal'


def _type(message: Message) -> str:
    return _TYPES[message.modal]


def _listed(message: Message) -> dict[str, Any]:
    return {
        "title": message.title,
        "type": _type(message),
        "authenticated": message.authenticated,
        "start_time": timestamp(message.starts_at),
        "end_time": timestamp(message.ends_at) if message.ends_at else None,
    }


def _content(message: Message) -> dict[str, Any]:
    return {"message": message.text, "link": message.link or None, "options": message.options or None}


def _shown(message: Message, now: float) -> dict[str, Any]:
    """A message as the API shows it, with its id and whether it is shown now."""
    return {"id": message.id, "active": message.is_active(now), **_listed(message), **_content(message)}
