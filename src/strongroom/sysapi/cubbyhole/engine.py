"""`cubbyhole/`: a place to keep things that belongs to one token and ends with it."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.tokens.service import require_service
from strongroom.sysapi.context import SystemEngine, system

_ONLY_SERVICE = "cubbyhole operations are only supported by 'service' type tokens"


class CubbyholeRecord(SecretRecord, frozen=True, tag="cubbyhole"):
    """What a token keeps at one path."""

    body: bytes
    """The JSON object that was written."""

    def __repr__(self) -> str:
        return "CubbyholeRecord()"


def _place(request: Request) -> str:
    bearer = system(request).known.bearer
    if bearer is None:
        raise InvalidRequest("client token empty")
    require_service(bearer.record, _ONLY_SERVICE)
    return f"{keys.CUBBYHOLES}{bearer.record.key}/data/"


class Cubbyhole(SystemEngine):
    """The cubbyhole mount."""

    type = "cubbyhole"

    @path.list_("{name**}")
    async def list_names(self, request: Request, name: str) -> Response | None:
        """List the names below a folder."""
        names = await system(request).txn.list(
            _place(request) + (name if not name or name.endswith("/") else name + "/")
        )
        return Response(data={"keys": names}) if names else None

    @path.read("{name*}")
    async def read(self, request: Request, name: str) -> Response | None:
        """Read what is kept at a path."""
        record = await system(request).txn.read(_place(request) + name, CubbyholeRecord)
        return Response(data=json.loads(record.body)) if record is not None else None

    async def is_there(self, request: Request, name: str) -> bool:
        """Whether something is kept at a path."""
        return await system(request).txn.read(_place(request) + name, CubbyholeRecord) is not None

    @path.write("{name*}", exists="is_there", takes_anything=True)
    async def write(self, request: Request, name: str) -> Response | None:
        """Keep an object at a path."""
        if not request.data:
            raise InvalidRequest("missing data fields")
        system(request).txn.write(_place(request) + name, CubbyholeRecord(body=json.dumps(request.data)))
        return None

    @path.delete("{name*}")
    async def delete(self, request: Request, name: str) -> Response | None:
        """Forget what is kept at a path."""
        system(request).txn.delete(_place(request) + name)
        return None
