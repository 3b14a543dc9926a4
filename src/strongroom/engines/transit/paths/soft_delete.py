"""`keys/<name>/soft-delete` and `soft-delete-restore`: keys that nobody may use for the time being.

Source: https://openbao.org/api-docs/secret/transit/#soft-delete-key
"""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.shown import shown
from strongroom.engines.transit.lifecycle.deletion import set_soft_deleted
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, Response, check_segment_name, path


class SoftDeletePaths:
    """`keys/<name>/soft-delete` and `keys/<name>/soft-delete-restore`"""

    @path.delete("keys/{name}/soft-delete")
    async def soft_delete_key(self, request: Request, name: str) -> Response:
        """Refuses every use of a key, and its rotations, until it is restored."""
        return await _set(request, name, to=True, already="key was already marked as soft deleted")

    @path.write("keys/{name}/soft-delete-restore")
    async def restore_soft_deleted_key(self, request: Request, name: str) -> Response:
        """Lets a key that was soft-deleted be used again."""
        return await _set(request, name, to=False, already="key was already restored")


async def _set(request: Request, name: str, *, to: bool, already: str) -> Response:
    check_segment_name(name)
    key = await rows.key_of(request.view, name)
    if key is None:
        raise InvalidRequest("key not found")
    if key.soft_deleted is to:
        return Response(data=await shown(request.view, name, key), warnings=[already])
    key = await set_soft_deleted(request, name, key, to=to)
    return Response(data=await shown(request.view, name, key))
