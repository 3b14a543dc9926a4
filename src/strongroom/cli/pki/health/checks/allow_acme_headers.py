"""Whether the mount may send the response headers that ACME needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.acme import is_enabled
from strongroom.cli.pki.health.advice import tuned
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.tuning import has_headers

_HEADERS = ("Replay-Nonce", "Link", "Location")


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    config = mount.read("config/acme")
    tune = mount.tune()
    if config.state == "denied":
        yield mount.refused(config)
    elif not is_enabled(config):
        yield Finding(Status.NOT_APPLICABLE, config.endpoint, "ACME is off, and nothing else needs its headers.")
    elif tune.state == "denied":
        yield mount.refused(tune)
    elif has_headers(tune.data.get("allowed_response_headers"), _HEADERS):
        text = f"allowed_response_headers has what ACME needs: {', '.join(_HEADERS)}."
        yield Finding(Status.OK, tune.endpoint, text)
    elif mount.sends("acme/new-nonce", "Replay-Nonce"):
        yield Finding(
            Status.OK,
            tune.endpoint,
            "The server answers by ACME with all headers, whatever allowed_response_headers says.",
        )
    else:
        given = list(tune.data.get("allowed_response_headers") or ())
        missing = [each for each in _HEADERS if not has_headers(given, [each])]
        text = (
            f"ACME is on, and its clients don't get {', '.join(missing)}: orders can't be made. "
            f"{tuned(mount.path, 'allowed-response-headers', [*given, *missing])}"
        )
        yield Finding(Status.WARNING, tune.endpoint, text)


CHECK = Check("allow_acme_headers", "1.14", "/{mount}/config/acme", _look)
