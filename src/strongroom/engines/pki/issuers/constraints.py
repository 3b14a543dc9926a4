"""Name constraints: which names an authority may issue certificates for (p).

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from strongroom.crypto.issuing.contents import NameConstraints
from strongroom.engines.pki.issuers.fields import ConstraintFields
from strongroom.lib.errors import InvalidRequest

_DOMAIN = re.compile(
    r"\.?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
)
_MAILBOX = re.compile(r"[!#-'*+/-9=?A-Z^-~-]{1,64}")
_MOST: Final = 256
_MOST_CHARACTERS: Final = 254


def constraints_of(given: ConstraintFields) -> NameConstraints:
    """The constraints that a request asks for.  Raises `InvalidRequest` for one that no verifier would understand."""
    return NameConstraints(
        permitted_dns=_domains(given.permitted_dns_domains, "permitted_dns_domains"),
        excluded_dns=_domains(given.excluded_dns_domains, "excluded_dns_domains"),
        permitted_ips=_ranges(given.permitted_ip_ranges, "permitted_ip_ranges"),
        excluded_ips=_ranges(given.excluded_ip_ranges, "excluded_ip_ranges"),
        permitted_emails=_emails(given.permitted_email_addresses, "permitted_email_addresses"),
        excluded_emails=_emails(given.excluded_email_addresses, "excluded_email_addresses"),
        permitted_uris=_domains(given.permitted_uri_domains, "permitted_uri_domains"),
        excluded_uris=_domains(given.excluded_uri_domains, "excluded_uri_domains"),
    )


def _items(given: list[str] | None, field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(filter(None, given or ())))
    if len(found) > _MOST:
        raise InvalidRequest(f"{field} has more than {_MOST} items")
    return found


def _domains(given: list[str] | None, field: str) -> tuple[str, ...]:
    found = _items(given, field)
    for each in found:
        if not _is_domain(each):
            raise InvalidRequest(
                f'{field}: "{each[:256]}" is no domain; write example.com for it and all below, .example.com for all '
                "below, and no wildcards"
            )
    return found


def _ranges(given: list[str] | None, field: str) -> tuple[str, ...]:
    return tuple(_range(each, field) for each in _items(given, field))


def _range(text: str, field: str) -> str:
    try:
        if "/" not in text:
            raise ValueError(text)
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise InvalidRequest(
            f"{field}: ranges are written as 10.0.0.0/8 or 2001:db8::/32, a single address as 10.1.2.3/32"
        ) from error


def _emails(given: list[str] | None, field: str) -> tuple[str, ...]:
    found = _items(given, field)
    for each in found:
        mailbox, at, domain = each.rpartition("@")
        if (at and (not _MAILBOX.fullmatch(mailbox) or domain.startswith("."))) or not _is_domain(domain):
            raise InvalidRequest(
                f'{field}: "{each[:256]}" is no constraint of e-mail addresses; write me@example.com for one mailbox, '
                "example.com for all of a host, .example.com for all hosts below"
            )
    return found


def _is_domain(text: str) -> bool:
    return len(text) <= _MOST_CHARACTERS and _DOMAIN.fullmatch(text) is not None
