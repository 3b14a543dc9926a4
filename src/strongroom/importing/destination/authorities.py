"""Issuers of pki: imported by certificate and key, found by certificate, because ids and names are others here."""

from __future__ import annotations

from typing import Any

from strongroom.importing.calling import Absent, Caller, Rejected
from strongroom.importing.destination.comparing import differing, without_values
from strongroom.importing.destination.documents import read
from strongroom.importing.destination.standing import Presence, Standing
from strongroom.importing.inventory import Authority


def look(caller: Caller, namespace: str, authority: Authority) -> Standing:
    """What is there of it."""
    issuer = _find(caller, namespace, authority)
    if issuer is None:
        return Standing(Presence.ABSENT)
    differences = differing({**authority.settings, "issuer_name": authority.name}, issuer)
    if authority.key and not issuer.get("key_id"):
        differences.append("private key")
    if authority.is_default and _default(caller, namespace, authority.mount) != issuer["issuer_id"]:
        differences.append("default")
    return Standing(Presence.OTHER if differences else Presence.SAME, tuple(differences))


def write(caller: Caller, namespace: str, authority: Authority) -> None:
    """Import it, and give it its name and settings.  Raises as `Caller.put`."""
    bundle = "\n".join(filter(None, (authority.key.strip(), authority.certificate.strip()))) + "\n"
    kind = "bundle" if authority.key else "cert"
    try:
        caller.put(namespace, f"{authority.mount}issuers/import/{kind}", {"pem_bundle": bundle})
    except Rejected as error:
        raise Rejected(without_values(str(error), {"key": authority.key})) from None
    issuer = _find(caller, namespace, authority)
    if issuer is None:
        raise Rejected("the certificate was taken, and is no issuer")
    settings: dict[str, Any] = dict(authority.settings)
    if authority.name:
        settings["issuer_name"] = authority.name
    if settings:
        caller.put(namespace, f"{authority.mount}issuer/{issuer['issuer_id']}", settings)
    if authority.is_default:
        caller.put(namespace, f"{authority.mount}config/issuers", {"default": issuer["issuer_id"]})


def _find(caller: Caller, namespace: str, authority: Authority) -> dict[str, Any] | None:
    try:
        ids = (caller.list(namespace, f"{authority.mount}issuers").get("data") or {}).get("keys") or ()
    except Absent:
        return None
    for id_ in ids:
        issuer = read(caller, namespace, f"{authority.mount}issuer/{id_}")
        if issuer is not None and str(issuer.get("certificate", "")).split() == authority.certificate.split():
            return issuer
    return None


def _default(caller: Caller, namespace: str, mount: str) -> str:
    return str((read(caller, namespace, f"{mount}config/issuers") or {}).get("default") or "")
