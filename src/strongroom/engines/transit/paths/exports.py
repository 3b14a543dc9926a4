"""`export`: keys in plain text.

Source: https://openbao.org/api-docs/secret/transit/#export-key
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.moving import exporting
from strongroom.engines.transit.moving.versions import exported_versions
from strongroom.engines.transit.pauses import Pauses
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, Doc, OneOf, Request, Response, check_segment_name, path


class ExportFields(Body, frozen=True):
    """In which form."""

    format: Annotated[
        str,
        Doc(
            description="`raw`, `der` or `pem`. Empty for the usual form of the type: base64 of symmetric and Ed25519 "
            "keys, PKCS#1 or SEC 1 in PEM of others."
        ),
        OneOf("raw", "der", "pem"),
    ] = ""


class ExportPaths:
    """`export/<kind>/<name>` and below."""

    @path.read("export/{type}/{name}")
    async def export_key(self, request: Request, type: str, name: str, body: ExportFields) -> Response:  # noqa: A002 - the API's name
        """Returns all versions of a key that may decrypt or verify."""
        check_segment_name(name)
        return await _exported(request, type, name, "", body.format)

    @path.read("export/{type}/{name}/{version}")
    async def export_version(
        self,
        request: Request,
        type: str,  # noqa: A002 - the name in the API
        name: str,
        version: str,
        body: ExportFields,
    ) -> Response:
        """Returns one version of a key: its number, or `latest`."""
        check_segment_name(name)
        return await _exported(request, type, name, version, body.format)


async def _exported(request: Request, kind: str, name: str, version: str, form: str) -> Response:
    exporting.check_kind(kind)
    key = await rows.key_of(request.view, name)
    if key is None:
        raise NotFound
    exporting.check(key, kind, form)
    keys, pauses = {}, Pauses()
    for number in exported_versions(key, version):
        row = await rows.version_of(request.view, key, number)
        keys[str(number)] = exporting.exported(key, row, kind, form)
        await pauses.take()
    return Response(data={"name": name, "type": key.shown_type, "keys": keys})
