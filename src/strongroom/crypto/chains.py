"""Chains from a client's certificate to one that is trusted.

The paths are searched here, because there may be several, of which one may hold a certificate that is revoked.  Each is
then verified by OpenSSL: signatures, times, constraints on authorities and names.  `cryptography.x509.verification`
demands a subject alternative name and an extended key usage, which many clients' certificates lack.

Source: RFC 5280, section 6
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from OpenSSL import crypto

from strongroom.crypto.certificates import Certificate

MOST_SENT = 16
"""Certificates that a client may show.  Real chains have two to four."""
_MOST_PATHS = 16
_MOST_BEGINNINGS = 256
"""Authorities of one name make their number grow beyond all bounds."""

Path = tuple[Certificate, ...]


def beginnings(leaf: Certificate, sent: Sequence[Certificate]) -> tuple[Path, ...]:
    """The ways from the leaf through the authorities that a client has shown, the shortest first.

    They depend on the client alone, so one search serves whoever is trusted.

    Args:
        sent: what else the client has shown, in whatever order.
    """
    authorities = list({each.der: each for each in sent if each.is_ca}.values())
    found: list[Path] = [(leaf,)]
    for path in found:  # which grows meanwhile
        if len(found) >= _MOST_BEGINNINGS:
            break
        found += [(*path, each) for each in authorities if may_have_issued(each, path[-1]) and each not in path]
    return tuple(found[:_MOST_BEGINNINGS])


def paths(begun: Sequence[Path], trusted: Collection[Certificate]) -> Iterator[Path]:
    """The paths to a trusted certificate, by names and key identifiers alone, the shortest first.

    Args:
        begun: `beginnings` of the client's. trusted: the certificates whose issuers don't matter.
    """
    count = 0
    for path in begun:
        ends: list[Path] = [path] if len(path) == 1 and path[0] in trusted else []
        ends += [(*path, each) for each in trusted if may_have_issued(each, path[-1]) and each not in path]
        for end in ends:
            yield end
            count += 1
            if count == _MOST_PATHS:
                return


def may_have_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether names and key identifiers say so."""
    if not issuer.is_ca or issuer.subject != certificate.issuer:
        return False
    wanted, has = certificate.authority_key_id, issuer.subject_key_id
    return not wanted or not has or wanted == has


def has_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether the signature says so."""
    try:
        certificate.x509.verify_directly_issued_by(issuer.x509)
    except Exception:
        return False
    return True


def fault(path: Path, now: float) -> str:
    """Why a path proves nothing at a time; empty if the leaf may act as a client of TLS.

    Args:
        path: from the leaf to the trusted certificate. now: seconds since the epoch.
    """
    for each in path:
        # The last one is trusted whoever has signed it.
        if weakness := each.weakness or (each.weak_signature if each != path[-1] else ""):
            return f"the certificate {shown(each)} {weakness}"
        if times := each.valid_at(now):
            return f"the certificate {shown(each)} {times}"
        if not each.is_for_clients:
            return f"the extended key usage of the certificate {shown(each)} doesn't allow clients"
    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(datetime.fromtimestamp(now, UTC))
    try:
        # OpenSSL refuses some certificates that the other parser has read.
        store.add_cert(crypto.X509.from_cryptography(path[-1].x509))
        between = [crypto.X509.from_cryptography(each.x509) for each in path[1:-1]]
        context = crypto.X509StoreContext(store, crypto.X509.from_cryptography(path[0].x509), between)
        context.verify_certificate()
    except crypto.X509StoreContextError as error:
        return str(error)
    except crypto.Error:
        return "it can't be verified"
    return ""


def shown(certificate: Certificate) -> str:
    """How texts name a certificate."""
    name = certificate.common_name[:64]
    return f'"{name}"' if name.isprintable() and name else f"with the serial number {certificate.serial_number}"
