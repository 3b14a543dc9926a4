"""What Kubernetes puts into a pod: the token of its service account, and the cluster's certificate authorities.

Both are exchanged while the pod runs, so they are read again: the token each minute, as Kubernetes advises.

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from strongroom.lib.kubernetes.addresses import base_url

FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TOKEN_S = 60.0
CA_S = 3600.0
_MOST_BYTES = 1024 * 1024


class LocalFiles:
    """The files of the pod that this process runs in, if it runs in one.

    Args:
        folder: where they are. clock: seconds, of a clock that never goes back.
    """

    def __init__(self, folder: Path = FOLDER, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    async def token(self) -> str:
        """The service account's token; empty outside a pod."""
        return await self._content("token", TOKEN_S)

    async def ca_cert(self) -> str:
        """The cluster's certificate authorities in PEM; empty outside a pod."""
        return await self._content("ca.crt", CA_S)

    async def _content(self, name: str, keep_s: float) -> str:
        kept = self._kept.get(name)
        if kept is not None and self._clock() - kept[0] < keep_s:
            return kept[1]
        content = await asyncio.to_thread(_read, self.folder / name)
        if content:  # what isn't there is looked for again
            self._kept[name] = (self._clock(), content)
        return content


def is_own_cluster(host: str, ca_pem: str, own_ca_pem: str) -> bool:
    """Whether only the pod's own cluster answers at `host`.  (p)

    Args:
        ca_pem: the authorities by which it is asked; empty for the pod's own, which `own_ca_pem` are.
    """
    # As texts: no two readers of PEM agree on which certificates a file holds.
    same = not ca_pem or ca_pem.split() == own_ca_pem.split()
    return same and bool(own_ca_pem) and urlsplit(base_url(host)).scheme == "https"


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""
