"""`revoke` and `krl`: what no host lets in any more."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from strongroom.crypto.mac import sha256
from strongroom.crypto.ssh import public_keys
from strongroom.engines.ssh.certificates import rows as certificate_rows
from strongroom.engines.ssh.revocation import lists, revoking, rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, RawBody, Request, Response, path

_ONE = "exactly one of serial_number, key_id and public_key is needed"


class RevokeFields(Body, frozen=True):
    """What is revoked.  Exactly one of these."""

    serial_number: Annotated[str, Doc(description="The serial number of a certificate, as `sign` has answered it.")] = (
        ""
    )
    key_id: Annotated[str, Doc(description="The key id of certificates. All that are signed so far are revoked.")] = ""
    public_key: Annotated[
        str,
        Doc(
            description="A public key. It is revoked with all its certificates, and gets no new ones. That of an "
            "authority revokes all that it has signed."
        ),
    ] = ""


class RestoreFields(Body, frozen=True):
    """The key that was revoked by mistake."""

    public_key: Annotated[str, Doc(description="The public key.")] = ""


class RevocationPaths:
    """`revoke`, `restore` and `krl`"""

    request_headers: ClassVar[frozenset[str]] = frozenset({"if-none-match"})

    @path.write("revoke")
    async def revoke_certificates(self, request: Request, body: RevokeFields) -> Response:
        """Revokes certificates, by their number, key id or key."""
        if sum(map(bool, (body.serial_number, body.key_id, body.public_key))) != 1:
            raise InvalidRequest(_ONE)
        if body.public_key:
            digest = public_keys.parse(body.public_key).digest
            rows.revoke_key(request.view, digest, request.now)
            return Response(data={"revocation_time": int(request.now), "key_hash": digest})
        if body.key_id:
            count, more = await revoking.revoke_all(request, certificate_rows.by_key_id(body.key_id))
            if not count:
                raise InvalidRequest("no certificate in force has this key id")
            data: dict[str, Any] = {"revocation_time": int(request.now), "revoked": count}
            return Response(data=data, warnings=[revoking.MORE] if more else [])
        return await self._revoke_one(request, body.serial_number)

    async def _revoke_one(self, request: Request, text: str) -> Response:
        serial = certificate_rows.read_serial(text)
        record = await certificate_rows.certificate_of(request.view, serial)
        if record is None:
            raise InvalidRequest(
                "this mount has no certificate with this serial number: it never had, or it has expired"
            )
        before = await rows.revoked_at(request.view, serial)
        at = request.now if before is None else before
        rows.revoke(request.view, serial, at)
        warnings = ["the certificate has expired already"] if record.valid_before <= request.now else []
        return Response(data={"revocation_time": int(at), "revoked": 1}, warnings=warnings)

    @path.write("restore")
    async def restore_key(self, request: Request, body: RestoreFields) -> None:
        """Takes back the revocation of a public key. Certificates that were revoked by themselves stay so."""
        digest = public_keys.parse(body.public_key).digest
        if await rows.key_revoked_at(request.view, digest) is None:
            raise InvalidRequest("this public key isn't revoked")
        rows.restore_key(request.view, digest)

    @path.read("krl", unauthenticated=True)
    async def read_list(self, request: Request) -> Response:
        """Returns the list of what was revoked, as `sshd` reads it by `RevokedKeys`."""
        content = await lists.current(request.view, request.now)
        tag = f'"{sha256(content).hex()}"'
        headers = (("ETag", tag), ("Cache-Control", "no-cache"))
        if tag in request.headers.get("if-none-match", ""):
            return Response(raw=RawBody(b"", "application/octet-stream"), status=304, headers=headers)
        return Response(raw=RawBody(content, "application/octet-stream"), headers=headers)
