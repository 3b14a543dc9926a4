"""Policies of both kinds, limits, and audit devices: what stands below `sys/`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote

from strongroom.importing.inventory import Document, Found, Kind, SourceFault, Stage
from strongroom.importing.vault.reading import Place, found

_FIXED = frozenset({"root", "response-wrapping", "control-group"})
"""What every server has itself."""
_QUOTAS = ("rate-limit", "lease-count")
_SENTINEL = "policies of Sentinel exist in Vault Enterprise only"


def survey(place: Place) -> Iterator[Found]:
    """What a namespace has of them."""
    if place.selection.wants(Kind.POLICY):
        yield from _listed(place, Kind.POLICY, "sys/policies/acl", Stage.RULES)
        for kind in ("egp", "rgp"):
            yield from _unmoved(place, Kind.POLICY, f"sys/policies/{kind}", _SENTINEL)
    if place.selection.wants(Kind.PASSWORD_POLICY):
        yield from _listed(place, Kind.PASSWORD_POLICY, "sys/policies/password", Stage.RULES)
    if place.selection.wants(Kind.QUOTA) and not place.namespace:
        for kind in _QUOTAS:
            yield from _listed(place, Kind.QUOTA, f"sys/quotas/{kind}", Stage.MEMBERS)
    if place.selection.wants(Kind.AUDIT) and not place.namespace:
        yield from _audit_devices(place)


def _listed(place: Place, kind: Kind, folder: str, stage: Stage) -> Iterator[Found]:
    try:
        names, _ = place.listed(folder)
    except SourceFault as error:
        yield place.unseen(kind, "", folder, error)
        return
    for name in names:
        if kind is not Kind.POLICY or name not in _FIXED:
            path = f"{folder}/{name}"
            yield found(place, place.name(kind, "", path), stage, "", partial(_load, place, kind, path))


def _load(place: Place, kind: Kind, path: str) -> Document:
    data = place.data(path)
    if kind is not Kind.QUOTA:
        return Document(path, {"policy": data.get("policy") or data.get("rules") or ""})
    return Document(path, {name: value for name, value in data.items() if name not in {"type", "counter"}})


def _unmoved(place: Place, kind: Kind, folder: str, reason: str) -> Iterator[Found]:
    try:
        names, _ = place.listed(folder)
    except SourceFault as error:
        if error.ends:
            raise
        return  # servers that have none refuse in several ways
    for name in names:
        yield Found(place.name(kind, "", f"{folder}/{name}"), reason=reason)


def _audit_devices(place: Place) -> Iterator[Found]:
    try:
        devices = place.data("sys/audit")
    except SourceFault as error:
        yield place.unseen(Kind.AUDIT, "", "sys/audit", error)
        return
    for path, device in sorted(devices.items()):
        kind = device.get("type", "file") if isinstance(device, dict) else "file"
        yield Found(
            place.name(Kind.AUDIT, "", f"sys/audit/{path}"),
            reason="where a server writes its log is a matter of its own machine",
            remedy=f"strongroom audit enable -path={quote(path.rstrip('/'))} {quote(str(kind))} file_path=…",
        )
