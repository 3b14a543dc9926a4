"""`cubbyhole/`: a place to keep things that belongs to one token and ends with it."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens.service import require_service
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.wrapping.records import WrappedRecord, wrapped_key

_ONLY_SERVICE = "cubbyhole operations are only supported by 'service' type tokens"
_OLD_WAY = (
    "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it "
    "provides additional security checks and other benefits."
)
_NO_ENVELOPE = "this response has no envelope and can't be shown here: open it with sys/wrapping/unwrap"


class CubbyholeRecord(SecretRecord, frozen=True, tag="cubbyhole"):
    """A token's data at one path."""

    body: bytes
    """The JSON object that was written."""

    def __repr__(self) -> str:
        return "CubbyholeRecord()"


class CubbyholeMark(Record, frozen=True, tag="cubbyhole-mark"):
    """Tells that a token keeps something in the cubbyhole of a namespace below its own."""


def _place(request: Request) -> str:
    record = presented(request).record
    require_service(record, _ONLY_SERVICE)
    return keys.cubbyhole(record.key, system(request).namespace.id) + "data/"


def _require_name(name: str) -> None:
    if not name:
        raise InvalidRequest("missing path")


class Cubbyhole(SystemEngine):
    """The cubbyhole mount."""

    type = "cubbyhole"

    @path.list_("{name**}")
    async def list_names(self, request: Request, name: str) -> Response | None:
        """Lists the names below a folder."""
        names = await system(request).txn.list(
            _place(request) + (name if not name or name.endswith("/") else name + "/")
        )
        return Response(data={"keys": names}) if names else None

    @path.read("{name**}")
    async def read(self, request: Request, name: str) -> Response | None:
        """Reads the object at a path."""
        _require_name(name)
        place, txn = _place(request), system(request).txn
        wrapping = wrapped_key(presented(request).record.key)
        if name == "response" and (wrapped := await txn.read(wrapping, WrappedRecord)) is not None:
            # How wrapping tokens were opened before there was sys/wrapping/unwrap.
            if wrapped.content_type:
                raise InvalidRequest(_NO_ENVELOPE)
            txn.delete(wrapping)
            return Response(data={"response": wrapped.body.decode()}, warnings=[_OLD_WAY])
        record = await txn.read(place + name, CubbyholeRecord) if not name.endswith("/") else None
        return Response(data=json.loads(record.body)) if record is not None else None

    async def is_there(self, request: Request, name: str) -> bool:
        """Whether something is kept at a path."""
        if not name or name.endswith("/"):
            return False
        place, txn = _place(request), system(request).txn
        if name == "response" and await txn.read(wrapped_key(presented(request).record.key), WrappedRecord) is not None:
            return True
        return await txn.read(place + name, CubbyholeRecord) is not None

    @path.write("{name**}", exists="is_there", takes_anything=True)
    async def write(self, request: Request, name: str) -> Response | None:
        """Stores an object at a path."""
        _require_name(name)
        if not request.data:
            raise InvalidRequest("missing data fields")
        view, key = system(request), presented(request).record.key
        if view.namespace.id != keys.namespace_of(key):
            view.txn.write(keys.cubbyholes_below(key) + view.namespace.id, CubbyholeMark())
        view.txn.write(_place(request) + name, CubbyholeRecord(body=json.dumps(request.data)))
        return None

    @path.delete("{name**}")
    async def delete(self, request: Request, name: str) -> Response | None:
        """Deletes the object at a path."""
        place = _place(request)
        if name and not name.endswith("/"):
            system(request).txn.delete(place + name)
        return None
