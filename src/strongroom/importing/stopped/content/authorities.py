"""Authorities of pki with their private keys, and the roles that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from strongroom.importing.inventory import Authority, Document, Found, Kind, Lack, Stage
from strongroom.importing.stopped.content.go_values import seconds
from strongroom.importing.stopped.content.place import Mount, Place

_USAGES: Final = {2: "issuing-certificates", 4: "crl-signing", 8: "ocsp-signing"}
_LEAVES: Final = {0: "err", 1: "truncate", 2: "permit"}
_REFERENCES: Final = ("issuing_certificates", "crl_distribution_points", "ocsp_servers")
_RENAMED: Final = {
    "allowed_domains_list": "allowed_domains",
    "key_usage_list": "key_usage",
    "extended_key_usage_list": "ext_key_usage",
    "ou_list": "ou",
    "organization_list": "organization",
    "issuer": "issuer_ref",
}
_DURATIONS: Final = {"ttl_duration": "ttl", "max_ttl_duration": "max_ttl", "not_before_duration": "not_before_duration"}
_LEFT_OUT: Final = frozenset({"lease", "lease_max", "ttl", "max_ttl", "allowed_base_domain"})
"""Old forms of what has another name by now."""
_EMPTY: Final[tuple[object, ...]] = (None, "", [])


def survey(place: Place, mount: Mount) -> Iterator[Found]:
    """The authorities and roles of a mount.  Certificates that were issued stay: clients have them."""
    for id_ in place.names(f"{mount.rows}config/issuer/"):
        load = partial(_authority, place, mount, id_)
        yield from place.found((Kind.PKI, mount.path, f"issuer/{id_}"), Stage.SETTINGS, mount.engine, load)
    for name in place.names(f"{mount.rows}role/"):
        load_role = partial(_role, place, mount, name)
        yield from place.found((Kind.ROLE, mount.path, f"roles/{name}"), Stage.ROLES, mount.engine, load_role)


def _authority(place: Place, mount: Mount, id_: str) -> Authority:
    issuer = place.document(f"{mount.rows}config/issuer/{id_}")
    key_id = str(issuer.get("key_id") or "")
    key = str(place.optional(f"{mount.rows}config/key/{key_id}").get("private_key") or "") if key_id else ""
    default = place.optional(f"{mount.rows}config/issuers").get("default")
    lost = Lack("private key", "it is held by another system", f"strongroom write {mount.path}config/keys …")
    return Authority(
        mount.path,
        str(issuer["certificate"]),
        key=key,
        name=str(issuer.get("name") or ""),
        is_default=default == id_,
        settings=_settings(issuer),
        lacks=(lost,) if key_id and "PRIVATE KEY" not in key else (),
    )


def _settings(issuer: Mapping[str, Any]) -> dict[str, Any]:
    usage = int(issuer.get("usage") or 0)
    names = ["read-only", *(name for bit, name in _USAGES.items() if usage & bit)]
    found: dict[str, Any] = {
        "leaf_not_after_behavior": _LEAVES.get(int(issuer.get("not_after_behavior") or 0), "err"),
        "usage": ",".join(sorted(names)),
    }
    places: Mapping[str, Any] = issuer.get("aia_uris") or {}
    found.update({name: places[name] for name in _REFERENCES if places.get(name)})
    if places.get("enable_templating"):
        found["enable_aia_url_templating"] = True
    return found


def _role(place: Place, mount: Mount, name: str) -> Document:
    stored = place.document(f"{mount.rows}role/{name}")
    body: dict[str, Any] = {}
    for field, value in stored.items():
        if field in _DURATIONS:
            body[_DURATIONS[field]] = seconds(value)
        elif field not in _LEFT_OUT and value not in _EMPTY:
            body[_RENAMED.get(field, field)] = value
    return Document(f"{mount.path}roles/{name}", body)
