"""Names that the server knows: mounts, what is below them, policies, and so on, as far as the token may list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from strongroom.cli.failure import Failure
from strongroom.cli.flags import Parsed
from strongroom.cli.invocation import Invocation
from strongroom.cli.terminal import standard
from strongroom.client.client import Client
from strongroom.client.errors import ClientError, ResponseError

_TIMEOUT_S = 1.0
_KV2 = ("data/", "metadata/", "delete/", "undelete/", "destroy/", "config")


class Names:
    """Asks the server that the command line and the environment name; whatever fails gives no names.

    Args:
        parsed: the flags so far.
        environment: the process's environment.
    """

    def __init__(self, parsed: Parsed, environment: Mapping[str, str]) -> None:
        self._call = Invocation(parsed, "table", terminal=standard(colour=False), environment=environment)
        self._client: Client | None = None
        self._silent = False
        self._tables: dict[str, Any] | None = None

    def _ask(self, path: str, *, listing: bool) -> dict[str, Any]:
        if self._silent:
            return {}
        try:
            if self._client is None:
                settings = replace(self._call.settings(), timeout_s=_TIMEOUT_S, max_retries=0, wrap_ttl="")
                self._client = Client(settings)
            answer = self._client.list(path) if listing else self._client.read(path)
        except (Failure, ClientError) as error:
            # Who didn't answer once is not waited for again; who refused may answer the next question.
            self._silent = not isinstance(error, ResponseError)
            return {}
        data = answer.get("data") if isinstance(answer, dict) else None
        return data if isinstance(data, dict) else {}

    def _keys(self, path: str) -> list[str]:
        keys = self._ask(path, listing=True).get("keys")
        return [str(key) for key in keys] if isinstance(keys, list) else []

    def _below(self, place: str, prefix: str, shown: str) -> list[str]:
        """The names in the folder that `prefix` is in, each with what stands before it on the command line."""
        folder = prefix[: prefix.rfind("/") + 1]
        return [f"{shown}{folder}{key}" for key in self._keys(f"{place}{folder}")]

    def _mounts(self, kind: str) -> dict[str, dict[str, Any]]:
        if self._tables is None:
            self._tables = self._ask("sys/internal/ui/mounts", listing=False)
        found = self._tables.get(kind)
        return {path: mount for path, mount in found.items() if isinstance(mount, dict)} if found else {}

    def secrets_mounts(self, _: str) -> list[str]:
        """Where secrets engines are mounted."""
        return list(self._mounts("secret"))

    def auth_mounts(self, _: str) -> list[str]:
        """Where auth methods are mounted."""
        return list(self._mounts("auth"))

    def kv_mounts(self, _: str) -> list[str]:
        """Where kv engines are mounted."""
        return [path for path, mount in self._mounts("secret").items() if mount.get("type") in {"kv", "generic"}]

    def policies(self, _: str) -> list[str]:
        """The names of policies."""
        return self._keys("sys/policies/acl")

    def token_roles(self, _: str) -> list[str]:
        """The names of roles that tokens are created by."""
        return self._keys("auth/token/roles")

    def audit_devices(self, _: str) -> list[str]:
        """Where audit devices are."""
        return list(self._ask("sys/audit", listing=False))

    def namespaces(self, prefix: str) -> list[str]:
        """The names of namespaces."""
        return self._below("sys/namespaces/", prefix, "")

    def leases(self, prefix: str) -> list[str]:
        """The ids of leases, by their paths."""
        return self._below("sys/leases/lookup/", prefix, "")

    def secrets_types(self, _: str) -> list[str]:
        """The types of secrets engines."""
        return self._keys("sys/plugins/catalog/secret")

    def auth_types(self, _: str) -> list[str]:
        """The types of auth methods."""
        return self._keys("sys/plugins/catalog/auth")

    def audit_types(self, _: str) -> list[str]:
        """The types of audit devices."""
        return ["file", "socket", "syslog"]

    def shells(self, _: str) -> list[str]:
        """The shells that there is a script for."""
        return ["bash", "fish", "zsh"]

    def paths(self, prefix: str) -> list[str]:
        """Paths of the API: mounts, then what is below one."""
        mounts = {**self._mounts("secret"), **{f"auth/{path}": mount for path, mount in self._mounts("auth").items()}}
        mount = _longest(mounts, prefix)
        if not mount:
            return [*mounts, "sys/"]
        rest = prefix.removeprefix(mount)
        if _version(mounts[mount]) != 2:
            return self._below(mount, rest, mount)
        branch, slash, below = rest.partition("/")
        if not slash:
            return [f"{mount}{each}" for each in _KV2]
        return self._below(f"{mount}metadata/", below, f"{mount}{branch}/") if f"{branch}/" in _KV2 else []

    def kv_paths(self, prefix: str) -> list[str]:
        """Paths of secrets as the `kv` commands take them: with the mount before them, or below that of `-mount`."""
        mounts = {path: mount for path, mount in self._mounts("secret").items() if path in set(self.kv_mounts(""))}
        given = self._call.flags.text("mount").strip("/")
        mount = f"{given}/" if given else _longest(mounts, prefix)
        if not mount:
            return list(mounts)
        shown = "" if given else mount
        versioned = _version(mounts.get(mount, {})) == 2
        return self._below(f"{mount}metadata/" if versioned else mount, prefix.removeprefix(shown), shown)


def _longest(mounts: Mapping[str, Any], prefix: str) -> str:
    return max((mount for mount in mounts if prefix.startswith(mount)), key=len, default="")


def _version(mount: Mapping[str, Any]) -> int:
    options = mount.get("options")
    return 2 if isinstance(options, dict) and options.get("version") == "2" else 1
