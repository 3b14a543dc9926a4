"""`sys/batch`, which Vault doesn't have: many reads in one request."""

from __future__ import annotations

import asyncio
import base64
from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.exchange import ApiRequest
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.reentry import Inner, Served, text_of

MOST = 100
"""Requests of one batch."""
ANSWER_BYTES = 16 * 1024 * 1024
"""What the answers of one batch may take together.  They are in memory until the client has read them."""
_AT_ONCE = 8
_METHODS = {"read": "GET", "list": "LIST", "scan": "SCAN"}
_KNOWN = frozenset({"path", "operation", "data"})
_JSON = "application/json"
_OWN = "sys/batch"


class BatchBody(Body, frozen=True):
    """The requests."""

    requests: Annotated[
        Any,
        Doc(
            description=f"Up to {MOST} objects with `path`, `operation` (`read`, `list` or `scan`; `read` without it) "
            "and `data` (the parameters of a query)."
        ),
    ] = None


class BatchPaths(SystemEngine):
    """`batch`."""

    @path.write("batch")
    async def read_batch(self, request: Request, body: BatchBody) -> Response | None:
        """Does many reads, each as if it had come alone: with its own status, and its own entries in the audit log."""
        view, wanted = system(request), _wanted(body.requests)
        answers = request.once.outside("batch", lambda: _served(view, wanted))
        content = msgspec.json.encode(
            {"request_id": request.request_id, "data": {"responses": [msgspec.Raw(answer) for answer in answers]}}
        )
        return Response(raw=RawBody(content + b"\n", _JSON))


def _wanted(items: Any) -> list[Inner]:
    """The requests of a batch.  Raises `InvalidRequest` that names the one which is wrong."""
    if not items or not isinstance(items, list):
        raise InvalidRequest("requests is empty, or no list")
    if len(items) > MOST:
        raise InvalidRequest(f"a batch has {MOST} requests at the most, and this one has {len(items)}")
    return [_inner(number, item) for number, item in enumerate(items)]


def _inner(number: int, item: Any) -> Inner:
    where = f"requests[{number}]"
    if not isinstance(item, dict) or not isinstance(item.get("path"), str) or not item["path"].strip("/"):
        raise InvalidRequest(f"{where} is no object with a path")
    if unknown := sorted(item.keys() - _KNOWN):
        raise InvalidRequest(f"{where} has {unknown[0][:60]!r}, which is neither path, operation nor data")
    method = _METHODS.get(str(item.get("operation") or "read"))
    if method is None:
        raise InvalidRequest(f"{where}: operation has to be read, list or scan: a batch changes nothing")
    data = item.get("data") or {}
    if not isinstance(data, dict) or not all(isinstance(value, str | int | float) for value in data.values()):
        raise InvalidRequest(f"{where}: data has to be an object of texts, numbers and truth values")
    target = item["path"].removeprefix("/").removeprefix("v1/")
    if target.rstrip("/").endswith(_OWN):
        raise InvalidRequest(f"{where} is a batch itself")
    return Inner(method=method, path=target, query={name: text_of(value) for name, value in data.items()})


async def _served(view: SystemView, wanted: list[Inner]) -> list[bytes]:
    """The answers as JSON, in order.  Once they take too much, those that are left aren't asked."""
    outer = msgspec.structs.replace(view.exchange.request, namespace=view.namespace.path.strip("/"))
    answers: list[bytes] = []
    taken = 0
    for begin in range(0, len(wanted), _AT_ONCE):
        group = wanted[begin : begin + _AT_ONCE]
        if taken > ANSWER_BYTES:
            answers += [_refused(f"the answers before this one take more than {ANSWER_BYTES} bytes")] * len(group)
            continue
        for served in await asyncio.gather(*(_one(view, outer, inner) for inner in group)):
            taken += len(served)
            answers.append(served)
    return answers


async def _one(view: SystemView, outer: ApiRequest, inner: Inner) -> bytes:
    served = await view.services.reentry(outer, inner)
    if served.is_stream:
        return _refused("this answer has no end, and can't be in a batch")
    return _shown(served)


def _shown(served: Served) -> bytes:
    if not served.body:
        return msgspec.json.encode({"status": served.status, "body": None})
    if served.content_type == _JSON:
        return msgspec.json.encode({"status": served.status, "body": msgspec.Raw(served.body.strip())})
    content = base64.b64encode(served.body).decode()
    return msgspec.json.encode(
        {"status": served.status, "body": None, "content": content, "content_type": served.content_type}
    )


def _refused(text: str) -> bytes:
    return msgspec.json.encode({"status": 400, "body": {"errors": [text]}})
