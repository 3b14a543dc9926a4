"""Logging in a pod by the token of its service account.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/kubernetes/
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.credential_file import CredentialFile
from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import option, read, text

_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - the path of a file


@dataclass(frozen=True, slots=True)
class KubernetesOptions:
    """`config` of `method "kubernetes"`."""

    role: str = option(text)
    token_path: str = option(text, _TOKEN)


class Kubernetes(Plain):
    """Logs in by the token that the cluster puts into the pod, as it is at that time."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(KubernetesOptions, basis.given)
        self._mount = basis.mount
        self._role = options.role
        self._file = CredentialFile(options.token_path or _TOKEN, "service account's token")

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        return LoginRequest(f"{self._mount}/login", {"jwt": await self._file.read(), "role": self._role})
