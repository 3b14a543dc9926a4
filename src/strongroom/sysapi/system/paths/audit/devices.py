"""`sys/audit`, `sys/audit-hash` and `sys/config/auditing`: the devices of the audit log, and its content."""

from __future__ import annotations

import base64
from typing import Annotated

from strongroom.audit.devices import DeviceRequest
from strongroom.audit.heads import checking
from strongroom.audit.outgoing.device import doubts
from strongroom.audit.records import AuditedHeader
from strongroom.audit.style import OPTIONS
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.engine import require
from strongroom.sdk.fields import SECRET, Body, Doc, StringMap
from strongroom.sdk.near_miss import Keys
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts.naming import check_name
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.mounting import folder


class AuditBody(Body, frozen=True):
    """A new audit device."""

    type: Annotated[str, Doc(description="The kind of device, for example `file`.")] = ""
    description: Annotated[str, Doc(description="A description for people.")] = ""
    options: Annotated[
        StringMap | None,
        Doc(description="Settings of the device, for example `file_path`."),
        Keys(OPTIONS, open=True),  # others are kept and shown
    ] = None
    local: Annotated[bool, Doc(description="Whether it is local to this cluster and not replicated.")] = False


class AuditHashBody(Body, frozen=True):
    """A text to look for in the log."""

    input: Annotated[str, Doc(description="The text to hash.", extra=SECRET)] = ""


class HeaderBody(Body, frozen=True):
    """Reads how a request header is shown in audit logs."""

    hmac: Annotated[bool, Doc(description="Whether the header's value is shown as a digest.")] = False


class AuditPaths(SystemEngine):
    """Audit devices."""

    @path.read("audit", sudo=True, root_only=True)
    async def list_audit(self, request: Request) -> Response | None:
        """Lists the audit devices."""
        view = system(request)
        data = {
            record.path: {
                "description": record.description,
                "local": record.local,
                "options": record.options,
                "path": record.path,
                "type": record.type,
            }
            for record in await view.services.audit.records(view.txn)
        }
        return Response(data=data, repeat=True)

    @path.write("audit/{path*:slashless}", sudo=True, root_only=True, event="audit/enable")
    async def enable_audit(self, request: Request, path: str, body: AuditBody) -> Response | None:
        """Enables an audit device. A test entry is written first, so settings that don't work are refused."""
        check_name(folder(path))
        view = system(request)
        wanted = DeviceRequest(folder(path), body.type, body.description, dict(body.options or {}), body.local)
        await view.services.audit.enable(view.txn, wanted, request.now)
        warnings = doubts(wanted.type, wanted.options)
        return Response(warnings=warnings) if warnings else None

    @path.delete("audit/{path*:slashless}", sudo=True, root_only=True, event="audit/disable")
    async def disable_audit(self, request: Request, path: str) -> Response | None:
        """Disables an audit device. Digests in its log can't be computed any more."""
        view = system(request)
        await view.services.audit.disable(view.txn, folder(path))
        return None

    @path.write("audit-hash/{path*:slashless}", root_only=True, computes=True)
    async def audit_hash(self, request: Request, path: str, body: AuditHashBody) -> Response | None:
        """Computes the digest that a device's log shows for a text."""
        view = system(request)
        text = require(body.input, 'the "input" parameter is empty')
        for sink in await view.services.audit.sinks(view.txn):
            if sink.record.path == folder(path):
                return Response(data={"hash": sink.channel.digest(text)}, repeat=True)
        raise InvalidRequest(f'unknown audit backend "{folder(path)}"')

    @path.read("internal/audit/chain/{path*:slashless}", sudo=True, root_only=True)
    async def read_chain(self, request: Request, path: str) -> Response | None:
        """What the log of a device is checked by: the key of its chain, and how far each writer was.

        A path may have had several devices.  A holder of the key can forge valid lines, but none before a line that the
        store knows.
        """
        view = system(request)
        found = await checking(view.txn, folder(path))
        if not found:
            raise InvalidRequest(f'unknown audit backend "{folder(path)}"')
        devices = [
            {
                "id": device.id,
                "former": device.former,
                "prefix": device.prefix,
                "chain_key": base64.b64encode(device.chain_key).decode(),
                "lost": device.lost,
                "heads": [
                    {"writer": head.writer, "sequence": head.sequence, "mac": head.mac.hex()} for head in device.heads
                ],
            }
            for device in found
        ]
        return Response(data={"devices": devices}, repeat=True)

    @path.read("config/auditing/request-headers", sudo=True, root_only=True)
    async def list_headers(self, request: Request) -> Response | None:
        """Lists the request headers that audit logs show."""
        view = system(request)
        headers = await view.services.audit.headers(view.txn)
        return Response(data={"headers": {n: {"hmac": header.hmac} for n, header in headers.items()}}, repeat=True)

    @path.read("config/auditing/request-headers/{header:lower}", sudo=True, root_only=True)
    async def read_header(self, request: Request, header: str) -> Response | None:
        """Reads how a request header is shown in audit logs."""
        view = system(request)
        found = (await view.services.audit.headers(view.txn)).get(header)
        if found is None:
            raise InvalidRequest("Could not find header in config")
        shown = request.written.get("header", header)  # clients look it up by the name that they sent
        return Response(data={shown: {"hmac": found.hmac}}, repeat=True)

    @path.write("config/auditing/request-headers/{header:lower}", sudo=True, root_only=True)
    async def write_header(self, request: Request, header: str, body: HeaderBody) -> Response | None:
        """Adds a request header to audit logs."""
        view = system(request)
        view.services.audit.set_header(view.txn, header, AuditedHeader(hmac=body.hmac))
        return None

    @path.delete("config/auditing/request-headers/{header:lower}", sudo=True, root_only=True)
    async def delete_header(self, request: Request, header: str) -> Response | None:
        """Removes a request header from audit logs."""
        view = system(request)
        view.services.audit.set_header(view.txn, header, None)
        return None
