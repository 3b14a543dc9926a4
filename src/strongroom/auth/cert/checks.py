"""What a role may be, and what its author should know (p)."""

from __future__ import annotations

from datetime import UTC, datetime

from strongroom.auth.cert.constraints import check_metadata_extensions, check_required_extensions
from strongroom.auth.cert.identity import ALIAS_SOURCES, BINDINGS
from strongroom.auth.cert.records import Role
from strongroom.crypto import chains
from strongroom.crypto.certificates import Certificate, certificates_of_pem
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url
from strongroom.sdk import Mount

MOST_CERTIFICATES = 64
_MOST_RETRIES = 10
_MOST_RESPONDERS = 16
_LISTS = (
    "allowed_names",
    "allowed_common_names",
    "allowed_dns_sans",
    "allowed_email_sans",
    "allowed_uri_sans",
    "allowed_organizational_units",
    "allowed_organizations",
    "required_extensions",
)


def check(role: Role, mount: Mount, now: float) -> list[str]:
    """The warnings about a role that is going to be stored.

    Raises: `InvalidRequest` for one that nobody could log in by, or that isn't what it seems.
    """
    for field in _LISTS:
        limits.check_names(field, getattr(role, field) or ())
    limits.check_names("allowed_metadata_extensions", role.allowed_metadata_extensions or (), limits.PAIRS - 5)
    limits.check_name("display_name", role.display_name)
    check_required_extensions(role.required_extensions or ())
    check_metadata_extensions(role.allowed_metadata_extensions or ())
    _check_choices(role)
    _check_ocsp(role)
    certificates = _certificates(role)
    return [*_about_times(role, mount), *_about(certificates, now)]


def _check_choices(role: Role) -> None:
    if role.alias_name_source not in ALIAS_SOURCES:
        raise InvalidRequest(f"alias_name_source must be one of {', '.join(ALIAS_SOURCES)}")
    if role.binding and role.binding not in BINDINGS:
        raise InvalidRequest(f"binding must be empty or one of {', '.join(BINDINGS)}")


def _check_ocsp(role: Role) -> None:
    limits.check_names("ocsp_servers_override", role.ocsp_servers_override or (), _MOST_RESPONDERS)
    for url in role.ocsp_servers_override or ():
        check_url(url, "ocsp_servers_override")
    if not 0 <= role.ocsp_max_retries <= _MOST_RETRIES:
        raise InvalidRequest(f"ocsp_max_retries must be from 0 to {_MOST_RETRIES}")
    if role.ocsp_ca_certificates.strip():
        try:
            certificates_of_pem(role.ocsp_ca_certificates)
        except InvalidRequest as error:
            raise InvalidRequest(f"failed to parse ocsp_ca_certificates: it {error.text}") from error


def _certificates(role: Role) -> tuple[Certificate, ...]:
    try:
        certificates = certificates_of_pem(role.certificate)
    except InvalidRequest as error:
        raise InvalidRequest(f"failed to parse certificate: it {error.text}") from error
    if len(certificates) > MOST_CERTIFICATES:
        raise InvalidRequest(f"certificate holds more than {MOST_CERTIFICATES} certificates")
    for each in certificates:
        if each.weakness:
            raise InvalidRequest(f"certificate: {chains.shown(each)} {each.weakness}")
        if not each.is_ca and not each.is_for_clients:
            raise InvalidRequest(
                "nonCA certificates should have TLS client authentication set as an extended key usage"
            )
    return certificates


def _about_times(role: Role, mount: Mount) -> list[str]:
    token, default_s, max_s = role.token, mount.default_lease_ttl_s, mount.max_lease_ttl_s
    told = (
        (token.ttl_s > default_s, "ttl", token.ttl_s, "current mount/system default", default_s),
        (token.max_ttl_s > max_s, "max_ttl", token.max_ttl_s, "current mount/system default", max_s),
        (token.period_s > max_s, "period", token.period_s, "the backend's maximum TTL", max_s),
    )
    return [
        f"Given {name} of {given} seconds is greater than {bound} of {bound_s} seconds"
        for over, name, given, bound, bound_s in told
        if over
    ]


def _about(certificates: tuple[Certificate, ...], now: float) -> list[str]:
    told = []
    for each in certificates:
        name = chains.shown(each)
        if times := each.valid_at(now):
            told.append(f"The certificate {name} {times} ({_date(each)}): nobody can log in by it at that time.")
        if each.is_ca and not each.is_for_clients:
            told.append(f"The extended key usage of {name} lacks client authentication: nobody can log in by it.")
        if each.is_ca and not each.is_self_issued and not any(chains.may_have_issued(i, each) for i in certificates):
            told.append(
                f"The issuer of {name} ({each.issuer_text[:256]}) isn't among the certificates: {name} is trusted by "
                "itself."
            )
    if not certificates[0].is_ca and any(each.is_ca for each in certificates):
        told.append("The authorities behind the client's certificate aren't trusted: only that certificate gets in.")
    return told


def _date(certificate: Certificate) -> str:
    times = (datetime.fromtimestamp(each, UTC).isoformat() for each in (certificate.not_before, certificate.not_after))
    return " to ".join(times)
