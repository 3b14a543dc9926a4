"""`byok-export`: keys that leave encrypted, for a key of another server.

Source: https://openbao.org/api-docs/secret/transit/#securely-export-key
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from strongroom.crypto.asymmetric import wrapping
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import EXPORT, check_operation
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.moving.versions import exported_versions
from strongroom.engines.transit.pauses import Pauses
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Request, Response, check_segment_name, path


class WrappedExportFields(Body, frozen=True):
    """How the key is wrapped."""

    hash: Annotated[
        str, Doc(description="The hash function of RSA-OAEP: `SHA1`, `SHA224`, `SHA256`, `SHA384` or `SHA512`.")
    ] = "SHA256"


class WrappedExportPaths:
    """`byok-export/<destination>/<source>` and below."""

    @path.read("byok-export/{destination}/{source}")
    async def export_wrapped(
        self, request: Request, destination: str, source: str, body: WrappedExportFields
    ) -> Response:
        """Returns all versions of a key, each wrapped for an RSA key.

        The destination is the wrapping key of another mount or server, whose public key was imported here.
        """
        return await _wrapped(request, destination, source, "", body.hash)

    @path.read("byok-export/{destination}/{source}/{version}")
    async def export_wrapped_version(
        self, request: Request, destination: str, source: str, version: str, body: WrappedExportFields
    ) -> Response:
        """Returns one version of a key, wrapped for an RSA key: its number, or `latest`."""
        return await _wrapped(request, destination, source, version, body.hash)


async def _wrapped(request: Request, destination: str, source: str, version: str, hash_name: str) -> Response:
    check_segment_name(destination)
    check_segment_name(source)
    target = await rows.usable(request.view, destination, "no such destination key to export to")
    key = await rows.usable(request.view, source, "no such source key for export")
    if not key.exportable:
        raise InvalidRequest("key is not exportable; exportable=true at keys/<name>/config changes that, for good")
    check_operation(key, EXPORT)
    wrapping_key = (await loaded(request.view, target, target.latest_version)).cryptor
    if not isinstance(wrapping_key, RsaKey):
        raise InvalidRequest(f"the destination has to be an RSA key, and is of type {target.type}")
    keys, pauses = {}, Pauses()
    for number in exported_versions(key, version):
        row = await rows.version_of(request.view, key, number)
        if not row.private:
            raise InvalidRequest(f"version {number} has only a public key")
        keys[str(number)] = b64encode(wrapping.wrap(wrapping_key, row.private, hash_name)).decode("ascii")
        await pauses.take()
    return Response(data={"name": source, "type": key.shown_type, "keys": keys})
