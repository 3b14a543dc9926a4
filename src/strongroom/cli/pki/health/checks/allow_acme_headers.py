"""Whether the mount may send the response headers that ACME needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.acme import denied, is_enabled
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.tuning import has_headers

_HEADERS = ("Replay-Nonce", "Link", "Location")


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    config = mount.read("config/acme")
    tune = mount.tune()
    if config.state == "denied":
        without = "Without read access to ACME configuration, this health check is unable to function."
        yield denied(mount, config, without)
    elif not is_enabled(config):
        text = "ACME is not enabled, no additional response headers required."
        yield Finding(Status.NOT_APPLICABLE, config.endpoint, text)
    elif tune.state == "denied":
        without = "Without access to mount tune information, this health check is unable to function."
        yield denied(mount, tune, without)
    elif has_headers(tune.data.get("allowed_response_headers"), _HEADERS):
        text = "Mount has enabled 'Replay-Nonce', 'Link', 'Location' response headers."
        yield Finding(Status.OK, tune.endpoint, text)
    elif mount.sends("acme/new-nonce", "Replay-Nonce"):
        yield Finding(Status.OK, tune.endpoint, "The server sends the headers of ACME whatever the mount says.")
    else:
        text = (
            "Mount hasn't enabled 'Replay-Nonce', 'Link', 'Location' response headers, these are required for ACME to "
            "function."
        )
        yield Finding(Status.WARNING, tune.endpoint, text)


CHECK = Check("allow_acme_headers", "Vault 1.14+", "/{mount}/config/acme", _look)
