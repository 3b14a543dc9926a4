"""`config/lease`: how long users live.

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#configure-lease
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.rabbitmq.records import LEASE, LeaseSettings
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, Doc, Duration, Request, Response, path


class LeaseFields(Body, frozen=True):
    """Times of leases.  A write replaces both."""

    ttl: Annotated[Duration, Doc(description="How long a user lives. Default: what the mount says.")] = Duration(0)
    max_ttl: Annotated[
        Duration, Doc(description="How long it lives at most, with all renewals. Default: what the mount says.")
    ] = Duration(0)


class LeasePaths:
    """`config/lease`"""

    @path.read("config/lease")
    async def read_lease(self, request: Request) -> Response:
        """Reads the times of leases."""
        lease = await request.view.read(LEASE, LeaseSettings)
        if lease is None:
            raise NotFound
        return Response(data={"ttl": lease.ttl_s, "max_ttl": lease.max_ttl_s})

    @path.write("config/lease")
    async def write_lease(self, request: Request, body: LeaseFields) -> Response | None:
        """Configures the times of leases that are made from now on."""
        request.view.write(LEASE, LeaseSettings(ttl_s=body.ttl, max_ttl_s=body.max_ttl))
        if body.max_ttl and body.ttl > body.max_ttl:
            return Response(warnings=["ttl is greater than max_ttl, which ends every lease"])
        return None
