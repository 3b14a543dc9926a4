"""The cluster that this server runs in, as the place where keys come from.

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import Http, Reply

FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_HOST, _PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"


class Pod:
    """The pod of this server.  The address is the environment's, so that no request can choose who vouches.

    Args:
        environment: of the process. folder: where the service account is.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, folder: Path = FOLDER) -> None:
        self._environment = os.environ if environment is None else environment
        self._folder = folder

    @property
    def address(self) -> str:
        """Of the cluster's API.  Raises `InvalidRequest` outside a cluster."""
        host, port = self._environment.get(_HOST, ""), self._environment.get(_PORT, "")
        if not (host and port):
            raise InvalidRequest(
                f"invalid provider_config: the provider kubernetes needs {_HOST} and {_PORT}, as a pod has them"
            )
        try:
            shown = f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
        except ValueError:
            shown = host
        return f"https://{shown}:{port}"

    async def authority(self) -> str:
        """The cluster's certificate authority, in PEM.  Raises `InvalidRequest` if there is none."""
        return await asyncio.to_thread(self._read, "ca.crt")

    async def token(self) -> str:
        """The pod's own token, which the cluster renews in the file.  Raises `InvalidRequest` if there is none."""
        return (await asyncio.to_thread(self._read, "token")).strip()

    def _read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest(f"invalid provider_config: the pod has no {name}") from error


class PodHttp(Http):
    """Requests in the name of the pod."""

    def __init__(self, name: str, pod: Pod, *, total_s: float) -> None:
        super().__init__(name, total_s=total_s)
        self._pod = pod

    async def ask(self, verb: str, url: str, **options: Any) -> Reply:
        """Send one request, with the pod's token."""
        headers = {**(options.pop("headers", None) or {}), "authorization": f"Bearer {await self._pod.token()}"}
        return await super().ask(verb, url, headers=headers, **options)
