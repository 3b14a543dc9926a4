"""`creds`, `verify` and `lookup`: passwords for one login each.

Source: https://openbao.org/api-docs/secret/ssh/#generate-ssh-credentials
"""

from __future__ import annotations

from typing import Annotated, Final

from strongroom.engines.ssh.otp import addresses, rows, rules
from strongroom.engines.ssh.otp.records import OtpRecord
from strongroom.engines.ssh.roles import rows as role_rows
from strongroom.engines.ssh.roles.records import OTP
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Lease, Random, Request, Response, check_segment_name, path, uuid4

_ECHO: Final = "verify-echo-request"
"""What helpers on hosts send to learn whether the server answers."""
_NOT_FOUND: Final = "OTP not found"


class CredentialFields(Body, frozen=True):
    """Where the client wants to log in."""

    ip: Annotated[str, Doc(description="The address of the host.")] = ""
    username: Annotated[str, Doc(description="The user there. Empty for the role's `default_user`.")] = ""
    host: Annotated[
        str,
        Doc(
            description="The name of the host: the password is good only there. It needs `allowed_hosts` of the role. "
            "With it, `ip` may be left out."
        ),
    ] = ""


class VerifyFields(Body, frozen=True):
    """A password that somebody has typed on a host."""

    otp: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""
    host: Annotated[
        str, Doc(description="The name of the host that asks. A password that is bound to a host name needs it.")
    ] = ""


class LookupFields(Body, frozen=True):
    """A host."""

    ip: Annotated[str, Doc(description="The address of the host.")] = ""


class CredentialPaths:
    """`creds/<role>`, `verify` and `lookup`"""

    random: Random

    @path.write("creds/{role}")
    async def make_credentials(self, request: Request, role: str, body: CredentialFields) -> Response:
        """Makes a password for one login on a host."""
        check_segment_name(role)
        record = await role_rows.role_of(request.view, role)
        if record is None:
            raise InvalidRequest(f'Role "{role}" not found')
        rules.check_type(record, role)
        username = rules.username(record, body.username)
        zero_address = await role_rows.zero_address_of(request.view)
        ip, host = rules.target(record, role, body.ip, body.host, zero_address.roles if zero_address else ())
        otp = request.once("otp", lambda: uuid4(self.random))
        digest = rows.digest_of(otp)
        lasts_s = request.mount.default_lease_ttl_s
        made = OtpRecord(username=username, ip=ip, role=role, expires_at=request.now + lasts_s, host=host)
        rows.keep(request.view, digest, made)
        data = {"key_type": OTP, "key": otp, "username": username, "ip": ip, "port": record.port}
        if host:
            data["host"] = host
        lease = Lease(
            ttl_s=lasts_s, renewable=False, internal={"digest": digest}, group=f"role/{role}"[: Lease.GROUP_CHARACTERS]
        )
        return Response(data=data, lease=lease)

    @path.write("verify", unauthenticated=True)
    async def verify(self, request: Request, body: VerifyFields) -> Response:
        """Uses up a password, and tells for whom it was made. Hosts ask this."""
        if body.otp == _ECHO:
            return Response(data={"message": "verify-echo-response"})
        digest = rows.digest_of(body.otp)
        found = await rows.otp_of(request.view, digest)
        if found is None:
            raise InvalidRequest(_NOT_FOUND)
        # Of two hosts that ask at once, one commits, and the other begins again and finds nothing.
        rows.remove(request.view, digest)
        if found.expires_at <= request.now:
            raise InvalidRequest(_NOT_FOUND)
        if found.host and _host(body.host) != found.host:
            return _refused(found)
        data = {"username": found.username, "ip": found.ip, "role_name": found.role}
        if found.host:
            data["host"] = found.host
        return Response(data=data)

    @path.write("lookup", computes=True)
    async def lookup(self, request: Request, body: LookupFields) -> Response:
        """Lists the roles that make passwords for an address."""
        if not body.ip:
            raise InvalidRequest("Missing ip")
        ip = addresses.address(body.ip)
        found = []
        for name in await request.view.list(role_rows.ROLES):
            role = await role_rows.role_of(request.view, name)
            if role is not None and role.key_type == OTP and addresses.serves(role, ip):
                found.append(name)
        zero_address = await role_rows.zero_address_of(request.view)
        found += [name for name in (zero_address.roles if zero_address else ()) if name not in found]
        return Response(data={"roles": found or None})


def _host(name: str) -> str:
    """The host that asks, in the form that passwords have it; empty for what is no host name."""
    try:
        return addresses.host_name(name)
    except InvalidRequest:
        return ""


def _refused(found: OtpRecord) -> Response:
    """The answer to a host that a password isn't for.

    The password is used up nevertheless, as this response commits: the host has seen it, and must not use it elsewhere.
    """
    text = f'this OTP is for the host "{found.host}", and the host that asks is another one or sent no name'
    return Response(data={"errors": [text]}, flat=True, status=400)
