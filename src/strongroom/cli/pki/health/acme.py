"""What checks of ACME have in common, and whether a mount's directory can be reached."""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.mount import Mount, Reply

_MOST_BYTES = 64 * 1024
_TIMEOUT_S = 10.0
_NO_DIRECTORY = "what answers there is no directory of ACME"
_ENDPOINTS = ("newNonce", "newAccount", "newOrder")


def is_enabled(config: Reply) -> bool:
    """Whether the mount issues by ACME."""
    return config.data.get("enabled") is True


def directory_fault(mount: Mount, path: str) -> str:
    """Why ACME clients don't find the mount's directory; empty if they do.

    Args:
        path: what `config/cluster` says.
    """
    where = f"{mount.path}/config/cluster"
    if not path:
        url = f"https://HOST/v1/{mount.path}"
        return f"nobody is told under which URL the mount is reached: {command('write', where, f'path={url}')}"
    if urlsplit(path).scheme != "https":
        return f"the URL in {where}, {path}, isn't one of https, which clients of ACME insist on"
    directory = f"{path.rstrip('/')}/acme/directory"
    fault = _unreached(directory)
    if not fault:
        return ""
    return f"its directory isn't found at {directory}, which the path in {where} leads to: {fault}"


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
        return _NO_DIRECTORY
    whole = isinstance(document, dict) and all(name in document for name in _ENDPOINTS)
    return "" if whole else _NO_DIRECTORY
