"""Whether clients can ask for authorities and lists only if these have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.tuning import denied, has_headers


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.tune()
    if reply.state == "denied":
        yield denied(mount)
        return
    asks = has_headers(reply.data.get("passthrough_request_headers"), ["If-Modified-Since"])
    if asks and has_headers(reply.data.get("allowed_response_headers"), ["Last-Modified"]):
        yield Finding(
            Status.OK,
            mount.tune_endpoint,
            "Mount allows the If-Modified-Since request header and Last-Modified response header.",
        )
    elif mount.sends("crl", "Last-Modified"):
        text = "The server knows If-Modified-Since and sends Last-Modified whatever the mount says."
        yield Finding(Status.OK, mount.tune_endpoint, text)
    else:
        yield Finding(
            Status.INFORMATIONAL,
            mount.tune_endpoint,
            "Mount hasn't enabled If-Modified-Since Request or Last-Modified Response headers; consider enabling these "
            "headers to allow clients to fetch CAs and CRLs only when they've changed, reducing total bandwidth.",
        )


CHECK = Check("allow_if_modified_since", "Vault 1.12+", "/sys/mounts/{mount}/tune", _look)
