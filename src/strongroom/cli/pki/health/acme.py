"""What checks of ACME have in common, and whether a mount's directory can be reached."""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from strongroom.cli.pki.health.finding import Finding
from strongroom.cli.pki.health.mount import Mount, Reply

_MOST_BYTES = 64 * 1024
_TIMEOUT_S = 10.0
_ENDPOINTS = ("newNonce", "newAccount", "newOrder")


def is_enabled(config: Reply) -> bool:
    """Whether the mount issues by ACME."""
    return config.data.get("enabled") is True


def denied(mount: Mount, reply: Reply, consequence: str) -> Finding:
    """The finding that a configuration may not be read."""
    return mount.insufficient(
        reply.endpoint,
        "Token lacks permission to read the tune endpoint for this mount.",
        "No token available, unable to read the tune endpoint for this mount.",
        consequence,
    )


def directory_fault(mount: Mount, path: str) -> str:
    """Why ACME clients don't find the mount's directory; empty if they do.

    Args:
        path: what `config/cluster` says.
    """
    where = f"/{mount.path}/config/cluster"
    if not path:
        return f"'path' field not configured within {where}"
    if urlsplit(path).scheme != "https":
        return f"the configured 'path' field in {where} was not using an https scheme"
    directory = f"{path.rstrip('/')}/acme/directory"
    fault = _unreached(directory)
    if not fault:
        return ""
    configured = f"using configured 'path' field (\"{path}\") in {where}"
    return f"{configured} failed to reach the ACME directory: {directory}: {fault}"


def _unreached(directory: str) -> str:
    from http.client import HTTPException  # noqa: PLC0415 - few mounts have ACME
    from urllib.error import HTTPError  # noqa: PLC0415
    from urllib.request import urlopen  # noqa: PLC0415

    # Whether this is the server is no matter here: nothing secret is sent, and of the answer nothing is used.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urlopen(directory, timeout=_TIMEOUT_S, context=context) as answer:  # noqa: S310 - https, as was checked
            document: Any = json.loads(answer.read(_MOST_BYTES))
    except HTTPError as error:
        return f"{error.code} {error.reason}"
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error))
    except ValueError:
        return "what answers is no ACME directory"
    whole = isinstance(document, dict) and all(name in document for name in _ENDPOINTS)
    return "" if whole else "what answers is no ACME directory"
