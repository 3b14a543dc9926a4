"""`backup` and `restore`.

Source: https://openbao.org/api-docs/secret/transit/#backup-key
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.transit.keys import allowed, rows
from strongroom.engines.transit.lifecycle import deletion, timetable
from strongroom.engines.transit.moving import backups
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import (
    SECRET,
    Body,
    Doc,
    Random,
    Request,
    Response,
    check_segment_name,
    is_segment_name,
    path,
    replace,
    uuid4,
)


class RestoreFields(Body, frozen=True):
    """What to restore."""

    backup: Annotated[str, Doc(description="The backup, as `backup/<name>` answered it.", extra=SECRET)] = ""
    force: Annotated[bool, Doc(description="Whether a key of the same name is replaced.")] = False


class BackupPaths:
    """`backup/<name>`, `restore` and `restore/<name>`"""

    random: Random

    @path.read("backup/{name}")
    async def backup_key(self, request: Request, name: str) -> Response:
        """Returns a key with all its versions, in plain text.

        The key has to be exportable, and to allow plaintext backups.
        """
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest(f'key "{name}" not found')
        if not key.exportable:
            raise InvalidRequest(
                "exporting is disallowed on the policy; exportable=true at keys/<name>/config changes that, for good"
            )
        if not key.allow_plaintext_backup:
            raise InvalidRequest(
                "plaintext backup is disallowed on the policy; allow_plaintext_backup=true at keys/<name>/config "
                "changes that, for good"
            )
        allowed.check_operation(key, allowed.BACKUP)
        key = replace(key, backed_up_at=request.now, backed_up_version=key.latest_version)
        versions = {number: await rows.version_of(request.view, key, number) for number in rows.available(key)}
        rows.keep_key(request.view, name, key)
        return Response(data={"backup": await backups.written(name, key, versions)})

    @path.write("restore")
    async def restore_key(self, request: Request, body: RestoreFields) -> None:
        """Restores a key under the name that it had."""
        await self._restore(request, "", body)

    @path.write("restore/{name}")
    async def restore_key_as(self, request: Request, name: str, body: RestoreFields) -> None:
        """Restores a key under this name."""
        check_segment_name(name)
        await self._restore(request, name, body)

    async def _restore(self, request: Request, name: str, body: RestoreFields) -> None:
        if not body.backup:
            raise InvalidRequest("'backup' must be supplied")
        id_ = request.once("key id", lambda: uuid4(self.random))
        found = await backups.restored(body.backup, id_=id_, now=request.now)
        name = name or found.name
        if not is_segment_name(name):
            raise InvalidRequest("the backup has no name that a key may have: restore it as restore/<name>")
        allowed.check_type(await rows.config_of(request.view), found.key.type)
        before = await rows.key_of(request.view, name)
        if before is not None and not body.force:
            raise InvalidRequest(f'key "{name}" already exists')
        if before is not None:
            await deletion.remove(request, name, before)
        for number, version in found.versions.items():
            rows.keep_version(request.view, found.key, number, version)
        made_at = found.versions[found.key.latest_version].created_at
        rows.keep_key(request.view, name, await timetable.planned(request, name, found.key, made_at))
