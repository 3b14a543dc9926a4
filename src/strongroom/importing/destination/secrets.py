"""Secrets of kv 2: compared version by version, and written with their history in as many requests as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from strongroom.client.values import encode
from strongroom.importing.calling import Caller, Rejected
from strongroom.importing.destination.comparing import differing, is_past, same_data, same_moment, without_values
from strongroom.importing.destination.documents import read
from strongroom.importing.destination.standing import Presence, Standing
from strongroom.importing.inventory import Version, VersionedSecret

_VERSIONS_AT_ONCE: Final = 32
_BYTES_AT_ONCE: Final = 4 * 1024 * 1024
"""Of a request, by the text of its versions; below what servers and stores take.  One version may be larger."""


def look(caller: Caller, namespace: str, secret: VersionedSecret) -> Standing:
    """What is there of it.  Reads the source's versions as far as needed."""
    there = read(caller, namespace, f"{secret.mount}metadata/{secret.path}")
    if there is None:
        return Standing(Presence.ABSENT)
    differences = differing(secret.settings, there)
    if not same_moment(secret.created_time, str(there.get("created_time") or "")):
        differences.append("created_time")
    shown: dict[str, Any] = dict(there.get("versions") or {})
    current = int(there.get("current_version") or 0)
    coming, newest = iter(secret.versions), None
    for version in coming:
        if version.number > current and not differences and not shown:
            return Standing(Presence.BEHIND, rest=chain((version,), coming))
        newest = version if not version.destroyed else newest
        if not differences and (reason := _differs(caller, namespace, secret, version, shown)):
            differences.append(reason)
    differences += [f"version {number}" for number in shown]
    if not differences:
        return Standing(Presence.SAME)
    return Standing(Presence.OTHER, tuple(differences), newest=newest)


def _differs(caller: Caller, namespace: str, secret: VersionedSecret, version: Version, shown: dict[str, Any]) -> str:
    """What is other of one version, empty for nothing; takes it from those shown."""
    there: Mapping[str, Any] | None = shown.pop(str(version.number), None)
    label = f"version {version.number}"
    if there is None:
        return label
    if bool(there.get("destroyed")) != version.destroyed:
        return f"{label} destroyed"
    for name, time in (("created_time", version.created_time), ("deletion_time", version.deletion_time)):
        if not same_moment(time, str(there.get(name) or "")):
            return f"{label} {name}"
    if version.destroyed or is_past(version.deletion_time):
        return ""  # no server shows the data of a deleted version
    path = f"{secret.mount}data/{secret.path}"
    data = (caller.get(namespace, path, (("version", str(version.number)),)).get("data") or {}).get("data")
    return "" if same_data(data, version.data) else f"{label} data"


def write(caller: Caller, namespace: str, secret: VersionedSecret, standing: Standing) -> None:
    """Write what the destination lacks.  Raises as `Caller.put`."""
    behind = standing.presence is Presence.BEHIND
    after = _current(caller, namespace, secret) if behind else 0
    settings = {
        **secret.settings,
        "created_time": secret.created_time,
        "updated_time": secret.updated_time,
        "oldest_version": secret.oldest_version,
    }
    for part in _parts(standing.rest if behind else iter(secret.versions)):
        body = {**settings, "after": after, "versions": [_body(version) for version in part]}
        _put(caller, namespace, f"{secret.mount}import/{secret.path}", body)
        after = part[-1].number if part else after


def write_newest(caller: Caller, namespace: str, secret: VersionedSecret, standing: Standing) -> bool:
    """Add the newest value as a further version; False if the destination's newest is the same already."""
    if standing.newest is None:
        return False
    path = f"{secret.mount}data/{secret.path}"
    there = read(caller, namespace, path) or {}
    if same_data(there.get("data"), standing.newest.data):
        return False
    options = {"cas": _current(caller, namespace, secret)}
    _put(caller, namespace, path, {"data": standing.newest.data, "options": options})
    return True


def _put(caller: Caller, namespace: str, path: str, body: Mapping[str, Any]) -> None:
    try:
        caller.put(namespace, path, body)
    except Rejected as error:
        raise Rejected(without_values(str(error), body)) from None


def _current(caller: Caller, namespace: str, secret: VersionedSecret) -> int:
    there = read(caller, namespace, f"{secret.mount}metadata/{secret.path}") or {}
    return int(there.get("current_version") or 0)


def _body(version: Version) -> dict[str, Any]:
    body: dict[str, Any] = {"version": version.number, "created_time": version.created_time}
    if version.deletion_time:
        body["deletion_time"] = version.deletion_time
    return body | ({"destroyed": True} if version.destroyed else {"data": version.data})


def _parts(versions: Iterator[Version]) -> Iterator[list[Version]]:
    """The versions in parts that one request takes; one empty part if there are none."""
    part: list[Version] = []
    size, sent = 0, False
    for version in versions:
        weight = len(encode(version.data))
        if part and (len(part) == _VERSIONS_AT_ONCE or size + weight > _BYTES_AT_ONCE):
            yield part
            part, size, sent = [], 0, True
        part.append(version)
        size += weight
    if part or not sent:
        yield part
