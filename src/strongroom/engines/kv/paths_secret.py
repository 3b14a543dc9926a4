"""Version 1: secrets without versions.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1
"""

from __future__ import annotations

from strongroom.engines.kv import events, logic
from strongroom.engines.kv.names import MAX_STORED_BYTES
from strongroom.engines.kv.paging import scanned
from strongroom.engines.kv.records import PlainSecret
from strongroom.engines.kv.secrets import PLAIN
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Page, Request, Response, listed, path


class SecretPaths:
    """`<path>`"""

    async def secret_exists(self, request: Request, path: str) -> bool:
        """Whether there is a secret of that name."""
        return _is_name(path) and await request.view.read(PLAIN + path, PlainSecret) is not None

    @path.read("{path**}", repeatable=True)
    async def read_secret(self, request: Request, path: str) -> Response:
        """Reads a secret."""
        row = await request.view.read(PLAIN + path, PlainSecret) if _is_name(path) else None
        if row is None:
            raise NotFound
        data = json.loads(row.data)
        return Response(data=data, hint_ttl_s=logic.lease_hint_s(data, request.mount.default_lease_ttl_s))

    @path.write("{path**}", exists="secret_exists", takes_anything=True)
    async def write_secret(self, request: Request, path: str) -> None:
        """Stores a secret. Every field of the request becomes a field of the secret."""
        if not path:
            raise InvalidRequest("missing path")
        if not _is_name(path):
            raise InvalidRequest("cannot write to a path ending in '/'")
        if len(path.encode()) > MAX_STORED_BYTES:
            raise InvalidRequest(
                f"the path of the secret is too long ({MAX_STORED_BYTES} bytes at the most, which is fixed)"
            )
        if not request.data:
            raise InvalidRequest("missing data fields")
        request.view.write(PLAIN + path, PlainSecret(data=json.dumps(request.data), written_at=request.now))
        events.told_plain(request, "write", path)

    @path.delete("{path**}")
    async def delete_secret(self, request: Request, path: str) -> None:
        """Deletes a secret."""
        if _is_name(path):
            request.view.delete(PLAIN + path)
            events.told_plain(request, "delete", path)

    @path.list_("{path**}", repeatable=True)
    async def list_secrets(self, request: Request, path: str, body: Page) -> Response:
        """Lists the names in a folder; folders end in `/`."""
        return listed(logic.page(await request.view.list(PLAIN + path), body.after, body.limit))

    @path.scan("{path**}", repeatable=True)
    async def scan_secrets(self, request: Request, path: str, body: Page) -> Response:
        """Lists every secret below a folder."""
        return scanned(logic.page(await request.view.scan(PLAIN + path), body.after, body.limit))


def _is_name(path: str) -> bool:
    return bool(path) and not path.endswith("/")
