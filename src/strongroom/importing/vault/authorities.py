"""Issuers of pki: certificates with their settings.  The API shows no private key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote

from strongroom.importing.inventory import Authority, Found, Kind, Lack, SourceFault, Stage
from strongroom.importing.vault.reading import Place, found

_SETTINGS = (
    "leaf_not_after_behavior",
    "usage",
    "revocation_signature_algorithm",
    "issuing_certificates",
    "crl_distribution_points",
    "delta_crl_distribution_points",
    "ocsp_servers",
    "enable_aia_url_templating",
)
_NO_KEY = (
    "the API shows no private key. The issuer comes with its certificate, for chains; it can't sign until its key is "
    "imported, if you have kept it"
)


def survey(place: Place, mount: str, engine: str) -> Iterator[Found]:
    """The issuers of a mount."""
    try:
        ids, told = place.listed(f"{mount}issuers")
    except SourceFault as error:
        yield place.unseen(Kind.PKI, mount, "issuers", error)
        return
    for id_ in ids:
        info = told.get(id_) or {}
        name = place.name(Kind.PKI, mount, f"issuer/{id_}")
        is_default = bool(info.get("is_default"))
        load = partial(_load, place, mount, id_, is_default=is_default)
        yield found(place, name, Stage.SETTINGS, engine, load)


def _load(place: Place, mount: str, id_: str, *, is_default: bool) -> Authority:
    issuer = place.data(f"{mount}issuer/{id_}")
    remedy = f"strongroom write {quote(mount)}issuers/import/bundle pem_bundle=@key-and-certificate.pem"
    return Authority(
        mount,
        str(issuer.get("certificate") or ""),
        name=str(issuer.get("issuer_name") or ""),
        is_default=is_default,
        settings={name: issuer[name] for name in _SETTINGS if issuer.get(name) not in (None, "", [])},
        lacks=(Lack("private key", _NO_KEY, remedy),) if issuer.get("key_id") else (),
    )
