"""Certificates that say what the certificate request says (p).

Source: https://openbao.org/api-docs/secret/pki/#sign-verbatim
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.issuing import extension_ids as ids
from strongroom.crypto.issuing.contents import Access, Draft, Raw
from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.crypto.issuing.usages import EXT_KEY_USAGES
from strongroom.engines.pki.issuing.rules import Usages, Validity, usages_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

_LIMITED: Final = frozenset(
    {ids.KEY_USAGE, ids.EXT_KEY_USAGE, ids.ALTERNATIVE_NAMES, ids.BASIC_CONSTRAINTS, ids.SUBJECT_KEY_ID}
)
"""What a request may have at all where parameters are limits."""
_OF_AUTHORITIES: Final = "key_cert_sign"
"""Without basic constraints too, OpenSSL before 3.0 takes a certificate with this for an authority's.

Source: RFC 5280, section 4.2.1.3
"""
_OURS: Final = frozenset({ids.BASIC_CONSTRAINTS, ids.SUBJECT_KEY_ID, ids.AUTHORITY_KEY_ID})
"""Extensions that aren't copied: who is an authority, and whose the signature is, isn't for the client to say."""
IGNORED_CONSTRAINTS: Final = "specified CSR contained a Basic Constraints extension that was ignored during issuance"
_NO_AUTHORITY: Final = "the key usage CertSign is for authorities alone, and was left out"
_NETSCAPE_TYPE: Final = "2.16.840.1.113730.1.1"
_NETSCAPE_AUTHORITIES: Final = 0x07
"""Bits of `_NETSCAPE_TYPE` for authorities of TLS, mail and code, which OpenSSL before 3.0 believes too."""
_ONE_BYTE_OF_BITS: Final = b"\x03\x02"
_NO_NETSCAPE: Final = "the Netscape certificate type is one of authorities, and was left out"
_OF_RESPONDERS: Final = EXT_KEY_USAGES["ocspsigning"]
"""Who has a certificate with it by an issuer says for that issuer which certificates are revoked.

Source: RFC 6960, section 4.2.2.2
"""
_NO_RESPONDER: Final = (
    "the extended key usage OCSPSigning is for the issuer's responders alone, and was left out: the ext_key_usage of "
    "the role in the path has to allow it"
)
_NOTHING_ELSE: Final = (
    "the extended key usage OCSPSigning is for the issuer's responders alone, and nothing else is wanted: the "
    "ext_key_usage of the role in the path has to allow it"
)


def check_limits(csr: CertificateRequest, allowed: Usages) -> None:
    """Raise `InvalidRequest` for a request with extensions or usages beyond those that parameters name."""
    unknown = sorted({each.oid for each in csr.extensions} - _LIMITED)
    if unknown:
        raise InvalidRequest(f"the CSR has extensions that restrict_csr_extensions doesn't allow: {', '.join(unknown)}")
    for what in ("key_usage", "ext_key_usage"):
        more = [each for each in getattr(csr, what) if each not in getattr(allowed, what)]
        if more:
            raise InvalidRequest(f"the CSR has a {what} that the parameters don't allow: {', '.join(more)}")


def is_responder(role: RoleRecord) -> bool:
    """Whether certificates of a role may answer OCSP for their issuer."""
    return _OF_RESPONDERS in usages_of(role).ext_key_usage


def draft_of(
    csr: CertificateRequest,
    serial: int,
    validity: Validity,
    usages: Usages,
    access: Access,
    *,
    may_respond: bool = False,
) -> tuple[Draft, tuple[str, ...]]:
    """What is signed, and warnings.

    Args:
        usages: what the certificate has where the request says nothing.
        may_respond: whether the certificate may answer OCSP for its issuer.

    Raises: `InvalidRequest` if it would be an authority's alone, or a responder's alone and may not.
    """
    there = {each.oid for each in csr.extensions}
    wanted = csr.key_usage if ids.KEY_USAGE in there else usages.key_usage
    kept = tuple(each for each in wanted if each != _OF_AUTHORITIES)
    if wanted and not kept:
        # Without the extension the key might be used for anything.
        raise InvalidRequest("the only key usage is CertSign, which is for authorities alone: see sign-intermediate")
    purposes = csr.ext_key_usage if ids.EXT_KEY_USAGE in there else usages.ext_key_usage
    allowed = tuple(each for each in purposes if may_respond or each != _OF_RESPONDERS)
    if purposes and not allowed:
        # Without the extension, the key might be used for anything.
        raise InvalidRequest(_NOTHING_ELSE)
    # As they stand in the request, unless some are left out.
    ours = (
        _OURS | ({ids.KEY_USAGE} if kept != wanted else set()) | ({ids.EXT_KEY_USAGE} if allowed != purposes else set())
    )
    draft = Draft(
        serial=serial,
        public=csr.public,
        not_before=validity.not_before,
        not_after=validity.not_after,
        subject=csr.subject,
        key_usage=() if ids.KEY_USAGE in there and kept == wanted else kept,
        ext_key_usage=() if ids.EXT_KEY_USAGE in there and allowed == purposes else allowed,
        basic_constraints=usages.basic_constraints,
        policies=() if ids.POLICIES in there else usages.policies,
        access=_without(access, there),
        subject_key_id=csr.subject_key_id,
        others=tuple(
            _kept(each, csr) for each in csr.extensions if each.oid not in ours and not _is_netscape_authority(each)
        ),
    )
    told = [
        *_warnings(csr, there, usages),
        *([] if kept == wanted else [_NO_AUTHORITY]),
        *([] if allowed == purposes else [_NO_RESPONDER]),
    ]
    return draft, tuple(told)


def _kept(extension: Raw, csr: CertificateRequest) -> Raw:
    """As it stands in the request.  But without a subject, clients have to understand the alternative names.

    Source: RFC 5280, section 4.2.1.6
    """
    if extension.oid == ids.ALTERNATIVE_NAMES and csr.is_nameless:
        return msgspec.structs.replace(extension, critical=True)
    return extension


def _warnings(csr: CertificateRequest, there: set[str], usages: Usages) -> tuple[str, ...]:
    told = []
    refused = csr.constraints is not None and (csr.constraints.authority or not usages.basic_constraints)
    if refused:
        told.append(IGNORED_CONSTRAINTS)
    if ids.AUTHORITY_KEY_ID in there:
        told.append("specified CSR contained an Authority Key Identifier extension that was ignored during issuance")
    if any(map(_is_netscape_authority, csr.extensions)):
        told.append(_NO_NETSCAPE)
    return tuple(told)


def _is_netscape_authority(extension: Raw) -> bool:
    """Whether an extension is the Netscape type with a bit of authorities, or written as no DER is."""
    if extension.oid != _NETSCAPE_TYPE:
        return False
    start, bits = extension.value[:-1], extension.value[-1:]
    return start[:-1] != _ONE_BYTE_OF_BITS or bool(bits[0] & _NETSCAPE_AUTHORITIES)


def _without(access: Access, there: set[str]) -> Access:
    """What the request says itself isn't said twice."""
    if ids.ISSUER_ACCESS in there:
        access = msgspec.structs.replace(access, issuing_certificates=(), ocsp_servers=())
    if ids.CRL_DISTRIBUTION_POINTS in there:
        access = msgspec.structs.replace(access, crl_distribution_points=())
    if ids.FRESHEST_CRL in there:
        access = msgspec.structs.replace(access, delta_crl_distribution_points=())
    return access
