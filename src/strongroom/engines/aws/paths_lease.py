"""`config/lease`: how long users live.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-lease
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.aws.records import LEASE, LeaseConfig
from strongroom.lib.durations import format_duration_s, parse_duration_s
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Request, Response, path

_MOST_S = 10 * 366 * 86400


class LeaseFields(Body, frozen=True):
    """How long users live."""

    lease: Annotated[str, Doc(description="How long a user lives if the lease isn't renewed, as `30m`.")] = ""
    lease_max: Annotated[str, Doc(description="How long it lives at the most, as `12h`.")] = ""


class LeasePaths:
    """`config/lease`"""

    @path.read("config/lease")
    async def read_lease(self, request: Request) -> Response:
        """Reads how long users live."""
        config = await request.view.read(LEASE, LeaseConfig)
        if config is None:
            raise NotFound
        shown = {"lease": format_duration_s(config.lease_s), "lease_max": format_duration_s(config.lease_max_s)}
        return Response(data=shown)

    @path.write("config/lease")
    async def write_lease(self, request: Request, body: LeaseFields) -> Response | None:
        """Sets how long users live."""
        config = LeaseConfig(lease_s=_seconds("lease", body.lease), lease_max_s=_seconds("lease_max", body.lease_max))
        request.view.write(LEASE, config)
        if 0 < config.lease_max_s < config.lease_s:
            return Response(warnings=["lease is longer than lease_max, which counts"])
        return None


def _seconds(name: str, text: str) -> int:
    if not text:
        raise InvalidRequest(f"'{name}' is a required parameter")
    try:
        seconds = parse_duration_s(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"Invalid {name}: {error.text}") from error
    if not 0 <= seconds <= _MOST_S:
        raise InvalidRequest(f"Invalid {name}: it must be from 0 to ten years")
    return seconds
