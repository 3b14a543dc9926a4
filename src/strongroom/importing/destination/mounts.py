"""The destination's mounts: which there are, of which type, and under which accessor."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from strongroom.importing.calling import Absent, Caller, Refused, Rejected
from strongroom.importing.destination.comparing import differing
from strongroom.importing.destination.standing import Presence, Standing
from strongroom.importing.inventory import MountPoint, engine_of

_LOCKOUT: Final = "user_lockout_config"
_AUTH: Final = "auth/"
_TUNING: Final = "/tune/"


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounts of all namespaces of the destination, kept while the import runs."""

    caller: Caller
    _known: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, namespace: str, path: str) -> Mapping[str, Any] | None:
        """A mount as the server shows it, None if there is none.

        Args:
            path: with the slash at its end, auth methods with `auth/` before.

        Raises: what `Caller.get` does.
        """
        with self._lock:
            if namespace not in self._known:
                self._known[namespace] = self._read(namespace)
            return self._known[namespace].get(path)

    def engine(self, namespace: str, path: str) -> str:
        """The type of what is mounted there, empty if nothing is."""
        mount = self.find(namespace, path)
        return engine_of(str(mount.get("type", "")), mount.get("options")) if mount is not None else ""

    def forget(self, namespace: str) -> None:
        """Ask the server anew, because something was mounted."""
        with self._lock:
            self._known.pop(namespace, None)

    def _read(self, namespace: str) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for path, prefix in (("sys/mounts", ""), ("sys/auth", _AUTH)):
            try:
                data = self.caller.get(namespace, path).get("data") or {}
            except Absent:
                continue  # the namespace isn't there yet
            found |= {f"{prefix}{name}": mount for name, mount in data.items()}
        return found


def types(caller: Caller) -> frozenset[tuple[bool, str]] | None:
    """The types that can be mounted, each with whether it is an auth method; None if the token may not ask."""
    try:
        catalog = caller.get("", "sys/plugins/catalog").get("data") or {}
    except (Refused, Absent):
        return None
    secret = {(False, str(name)) for name in catalog.get("secret") or ()}
    return frozenset(secret | {(True, str(name)) for name in catalog.get("auth") or ()} | {(False, "kv")})


def look(mounts: Mounts, namespace: str, mount: MountPoint) -> Standing:
    """What is mounted there."""
    there = mounts.find(namespace, mount.path)
    if there is None:
        return Standing(Presence.ABSENT)
    differences = differing(mount.config, there.get("config") or {})
    differences += differing(
        {"description": mount.description, "local": mount.local, "options": dict(mount.options)}, there
    )
    if engine_of(mount.type, mount.options) != mounts.engine(namespace, mount.path):
        differences.insert(0, "type")
    return Standing(Presence.OTHER if differences else Presence.SAME, tuple(differences))


def write(mounts: Mounts, namespace: str, mount: MountPoint) -> Standing:
    """Mount it, and look again.  Raises as `Caller.put`."""
    body = {
        "type": mount.type,
        "description": mount.description,
        "local": mount.local,
        "seal_wrap": mount.seal_wrap,
        "options": dict(mount.options),
        "config": _config(mount.config),
    }
    if mount.path.endswith(_TUNING):
        # The source's names may be hostile: this would change the mount `x/` instead of making `x/tune/`.
        raise Rejected("no mount can be called so: the path stands for the settings of another one")
    method = mount.path.startswith(_AUTH)
    table = "sys/auth" if method else "sys/mounts"
    mounts.caller.put(namespace, f"{table}/{mount.path.removeprefix(_AUTH if method else '').rstrip('/')}", body)
    mounts.forget(namespace)
    return look(mounts, namespace, mount)


def _config(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are written: those of lockouts are shown by other names than they are taken by."""
    config = {name: value for name, value in shown.items() if value is not None}
    if isinstance(lockout := config.pop(_LOCKOUT, None), Mapping):
        config[_LOCKOUT] = {
            name.removeprefix("user_"): value for name, value in lockout.items() if value not in ("0", 0)
        }
    return config
