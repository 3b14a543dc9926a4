"""Diagnosis of a listener's TLS: files that belong together, dates, chain, strength."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from OpenSSL import SSL, crypto

from strongroom.crypto.pem_blocks import CONTENT
from strongroom.http.settings import ListenerError, TlsSettings
from strongroom.http.tls import load_context
from strongroom.server.certificates.settings import uses_acme
from strongroom.server.config.config import Listener
from strongroom.server.diagnose.acme import check_acme
from strongroom.server.diagnose.result import Finding, Status, fail, ok, skipped, warn
from strongroom.server.plan import PlanError, listener_config

NAME: Final = "Check Listener TLS"
_SOON: Final = timedelta(days=30)
_LEAST_RSA_BITS: Final = 2048
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_WEAK_HASHES: Final = ("md5", "sha1")
_ALTERNATIVE_NAMES: Final = "2.5.29.17"
_BASIC_CONSTRAINTS: Final = "2.5.29.19"
_COMMON_NAME: Final = re.compile(r"(?:^|,)CN=((?:[^,\\]|\\.)*)")
"""In a name as RFC 4514 writes it."""
_PEM: Final = re.compile(rf"-----BEGIN CERTIFICATE-----{CONTENT}-----END CERTIFICATE-----".encode())
_ADVICE: Final = "Correct the file or the setting; a running server takes new files on SIGHUP."


def check_tls(listener: Listener, now: datetime) -> Finding:
    """Everything about the TLS of one listener, at this time (in UTC)."""
    shown = f"{listener.where}: listener at {listener.address}"
    if listener.type == "unix" and listener.tls_disable:
        return skipped(NAME, f"{shown}: a Unix socket needs no TLS.")
    if listener.tls_disable:
        return warn(
            NAME,
            f"{shown}: TLS is disabled.",
            "Tokens and secrets pass in clear. Set tls_cert_file and tls_key_file, unless a proxy on this machine "
            "ends TLS before it.",
        )
    if uses_acme(listener):
        return check_acme(NAME, listener, now)
    try:
        settings = listener_config(listener).tls
        if settings is None:
            return skipped(NAME, f"{shown}: no TLS.")
        load_context(settings)
    except (PlanError, ListenerError) as error:
        return fail(NAME, f"{shown}: {error}", _ADVICE)
    chain = read_chain(settings.cert_file)
    problem, advice = _expired(chain, now)
    if problem:
        return fail(NAME, f"{shown}: {problem}", advice)
    found = [*_dates(chain, now), *_strength(chain), *_names(chain[0]), *_order(chain, now), *_settings(settings, now)]
    facts = {
        "subject": _subject(chain[0]),
        "not_after": _ends(chain[0]).isoformat(),
        "certificates": str(len(chain)),
    }
    if found:
        return Finding(
            NAME,
            Status.WARN,
            warnings=tuple(f"{shown}: {problem}" for problem, _ in found),
            advice=" ".join(dict.fromkeys(advice for _, advice in found)),
            facts=facts,
        )
    left = _ends(chain[0]) - now
    return ok(NAME, f"{shown}: {_subject(chain[0])}, {left.days} days left, {_trust(chain)}.", facts=facts)


def read_chain(path: Path) -> list[crypto.X509]:
    """The certificates of a PEM file, in their order.  Raises `OSError`, or `crypto.Error` for a malformed one."""
    return [crypto.load_certificate(crypto.FILETYPE_PEM, pem) for pem in _PEM.findall(path.read_bytes())]


def _expired(chain: list[crypto.X509], now: datetime) -> tuple[str, str]:
    for certificate in chain:
        if _ends(certificate) <= now:
            ended = _ends(certificate).date()
            return f"the certificate of {_subject(certificate)} expired on {ended}", "Renew it, then send SIGHUP."
        if _begins(certificate) > now:
            begins = _begins(certificate).date()
            return (
                f"the certificate of {_subject(certificate)} isn't valid before {begins}",
                "Check this machine's clock, or wait.",
            )
    return "", ""


def _dates(chain: list[crypto.X509], now: datetime) -> list[tuple[str, str]]:
    found = []
    for certificate in chain:
        ends = _ends(certificate)
        # A program renews short-lived certificates, in the last third of their lifetime.
        soon = min(_SOON, (ends - _begins(certificate)) / 3)
        if ends - now < soon:
            text = f"the certificate of {_subject(certificate)} expires on {ends.date()}"
            found.append((text, "Renew it now, then send SIGHUP to the server."))
    return found


def _strength(chain: list[crypto.X509]) -> list[tuple[str, str]]:
    found = []
    for certificate in chain:
        inner = certificate.to_cryptography()
        key = inner.public_key()
        bits = getattr(key, "key_size", None)
        # Keys on elliptic curves are shorter.
        if bits is not None and bits < _LEAST_RSA_BITS and not hasattr(key, "curve"):
            found.append((f"the key of {_subject(certificate)} has {bits} bits", "Use RSA of 2048 bits, or P-256."))
        curve = getattr(getattr(key, "curve", None), "name", "")
        if curve and curve not in _CURVES:
            text = f"the key of {_subject(certificate)} is on the curve {curve}, which most clients refuse"
            found.append((text, "Use P-256."))
        hashed = inner.signature_hash_algorithm
        if hashed is not None and hashed.name in _WEAK_HASHES and not _self_issued(certificate):
            text = f"the certificate of {_subject(certificate)} is signed with {hashed.name}"
            found.append((text, "Have it signed anew, with SHA-256."))
    return found


def _names(leaf: crypto.X509) -> list[tuple[str, str]]:
    extensions = {extension.oid.dotted_string: extension.value for extension in leaf.to_cryptography().extensions}
    found = []
    if _ALTERNATIVE_NAMES not in extensions:
        text = "the certificate has no alternative names (SAN), which clients compare"
        found.append((text, "Have it issued with subjectAltName."))
    if getattr(extensions.get(_BASIC_CONSTRAINTS), "ca", False):
        text = "the first certificate of the file is an authority's, not a server's"
        found.append((text, "Put the server's own certificate first, the authority's only in the clients' trust."))
    return found


def _order(chain: list[crypto.X509], now: datetime) -> list[tuple[str, str]]:
    """Each certificate has to be signed by the next one."""
    for certificate, issuer in pairwise(chain):
        if not _signed(certificate, issuer, now):
            text = f"{_subject(certificate)} isn't signed by the certificate that follows it, {_subject(issuer)}"
            return [(text, "Order tls_cert_file: the server's certificate, then each one's issuer.")]
    return []


def _signed(certificate: crypto.X509, issuer: crypto.X509, now: datetime) -> bool:
    store = crypto.X509Store()
    store.add_cert(issuer)
    store.set_time(now)
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    return _verifies(store, certificate, [])


def _trust(chain: list[crypto.X509]) -> str:
    """Whether the chain leads to an authority that this machine trusts."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_default_verify_paths()
    store = context.get_cert_store()
    if store is not None and _verifies(store, chain[0], chain[1:]):
        return "trusted by this machine"
    if _self_issued(chain[0]):
        return "self-signed: clients need it as -ca-cert"
    return f"clients need the authority {_issuer(chain[-1])}"


def _verifies(store: crypto.X509Store, certificate: crypto.X509, between: list[crypto.X509]) -> bool:
    try:
        crypto.X509StoreContext(store, certificate, between).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


def _settings(settings: TlsSettings, now: datetime) -> list[tuple[str, str]]:
    found = []
    if settings.min_version in {"tls10", "tls11"}:
        found.append((f"tls_min_version is {settings.min_version}", "Use tls12 or tls13 (RFC 8996)."))
    weak = [suite for suite in settings.cipher_suites if "CBC" in suite or suite.startswith(("TLS_RSA_", "AES"))]
    if weak:
        text = f"tls_cipher_suites allows {', '.join(weak)}"
        found.append((text, "Leave tls_cipher_suites out: the default has strong ones only (RFC 9325)."))
    if settings.client_ca_file is not None:
        for authority in read_chain(settings.client_ca_file):
            if _ends(authority) <= now:
                text = f"tls_client_ca_file: the authority {_subject(authority)} has expired"
                found.append((text, "Replace it: no client certificate that it signed is accepted."))
    return found


def _begins(certificate: crypto.X509) -> datetime:
    return certificate.to_cryptography().not_valid_before_utc


def _ends(certificate: crypto.X509) -> datetime:
    return certificate.to_cryptography().not_valid_after_utc


def _subject(certificate: crypto.X509) -> str:
    """The common name, or all of the subject where it has none."""
    return _common_name(certificate.to_cryptography().subject.rfc4514_string())


def _issuer(certificate: crypto.X509) -> str:
    return _common_name(certificate.to_cryptography().issuer.rfc4514_string())


def _common_name(name: str) -> str:
    found = _COMMON_NAME.search(name)
    return found.group(1) if found else name


def _self_issued(certificate: crypto.X509) -> bool:
    inner = certificate.to_cryptography()
    return inner.issuer == inner.subject
