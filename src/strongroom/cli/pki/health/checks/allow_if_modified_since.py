"""Whether clients can ask for authorities and lists only if these have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.tuning import has_headers

_CONDITION, _DATE = "If-Modified-Since", "Last-Modified"


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.tune()
    if reply.state == "denied":
        yield mount.refused(reply)
        return
    passed = list(reply.data.get("passthrough_request_headers") or ())
    sent = list(reply.data.get("allowed_response_headers") or ())
    if has_headers(passed, [_CONDITION]) and has_headers(sent, [_DATE]):
        text = f"{_CONDITION} reaches the mount, and {_DATE} its clients: who has the newest list gets none."
        yield Finding(Status.OK, mount.tune_endpoint, text)
    elif mount.sends("crl", "Last-Modified"):
        text = f"The server dates its lists by {_DATE} and minds {_CONDITION}, whatever the mount's settings say."
        yield Finding(Status.OK, mount.tune_endpoint, text)
    else:
        words = [f"-passthrough-request-headers={each}" for each in dict.fromkeys([*passed, _CONDITION])]
        words += [f"-allowed-response-headers={each}" for each in dict.fromkeys([*sent, _DATE])]
        text = f"Clients load lists again that they have. {command('secrets', 'tune', *words, mount.path)} spares that."
        yield Finding(Status.INFORMATIONAL, mount.tune_endpoint, text)


CHECK = Check("allow_if_modified_since", "1.12", "/sys/mounts/{mount}/tune", _look)
