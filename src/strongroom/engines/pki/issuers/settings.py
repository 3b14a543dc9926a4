"""How an issuer is used: what a request changes of it.

Source: https://openbao.org/api-docs/secret/pki/#update-issuer
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.engines.pki.issuers import urls as issuer_urls
from strongroom.engines.pki.issuers.records import CRL_SIGNING, ISSUING, OCSP_SIGNING, READ_ONLY, USAGES, IssuerRecord
from strongroom.engines.pki.issuers.rows import referred
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

BEHAVIORS: Final = ("err", "truncate", "permit", "always_enforce_err")
ALGORITHMS: Final = {
    "rsa": (
        "SHA256WithRSA",
        "SHA384WithRSA",
        "SHA512WithRSA",
        "SHA256WithRSAPSS",
        "SHA384WithRSAPSS",
        "SHA512WithRSAPSS",
    ),
    "ec": ("ECDSAWithSHA256", "ECDSAWithSHA384", "ECDSAWithSHA512"),
    "ed25519": ("PureEd25519",),
}
"""Names of signature algorithms by the type of key, as Go has them."""
_OTHER_NAMES: Final = {"ed25519": "PureEd25519"}
SELF: Final = "self"
"""In a chain, the issuer whose chain it is."""
_MOST: Final = 64
"""Certificates of a chain.  Few clients take more than ten."""


async def changed(
    view: View,
    issuer: IssuerRecord,
    *,
    behavior: str | None,
    chain: list[str] | None,
    usage: list[str] | None,
    algorithm: str | None,
    templating: bool | None,
    unconstrained: bool | None,
    urls: Mapping[str, list[str] | None],
) -> IssuerRecord:
    """An issuer with the settings of a request.  None leaves a setting.

    Args:
        unconstrained: whether certificates are issued that break name constraints.

    Raises: `InvalidRequest` for a setting that there can't be.
    """
    found = replace(issuer, urls=issuer_urls.changed(issuer.urls, templating=templating, **urls))
    if behavior is not None:
        if behavior not in BEHAVIORS:
            raise InvalidRequest(
                "Unknown value for field `leaf_not_after_behavior`. Possible values are "
                + ", ".join(f"`{each}`" for each in BEHAVIORS)
            )
        found = replace(found, leaf_not_after_behavior=behavior)
    if usage is not None:
        found = replace(found, usage=usages_of(usage, issuer))
    if algorithm is not None:
        found = replace(found, revocation_signature_algorithm=algorithm_of(issuer, algorithm))
    if unconstrained is not None:
        found = replace(found, disable_name_constraint_checks=unconstrained)
    if chain is not None:
        found = replace(found, manual_chain=await _chain(view, issuer, chain))
    return found


def default_usage(certificate: CaCertificate, *, revoked: bool = False) -> tuple[str, ...]:
    """What an issuer is used for when nobody says it (p).

    All that its certificate says; but nothing is issued by a revoked one any more.
    """
    lacking = {ISSUING} if revoked else set()
    return tuple(each for each in USAGES if each not in {*lacking, *_lacking(certificate)})


def _lacking(certificate: CaCertificate) -> dict[str, str]:
    """Usages for which no client would take the certificate, and the key usage that it lacks."""
    found = {}
    if not certificate.may_sign_certificates:
        found[ISSUING] = "CertSign"
    if not certificate.may_sign_lists:
        found[CRL_SIGNING] = "CRLSign"
    return found


def usages_of(given: list[str], issuer: IssuerRecord) -> tuple[str, ...]:
    """What an issuer may be used for, reading always included (p).  Raises `InvalidRequest` for another word."""
    found = {READ_ONLY, *filter(None, given)}
    if unknown := found.difference(USAGES):
        raise InvalidRequest(
            f"Unable to parse specified usages: {sorted(unknown)} - valid values are {','.join(sorted(USAGES))}"
        )
    if issuer.revoked_at and ISSUING in found:
        raise InvalidRequest(
            "This issuer was revoked; unable to modify its usage to include certificate signing again."
        )
    for usage, bit in _lacking(CaCertificate.load(issuer.certificate)).items():
        if usage in found:
            raise InvalidRequest(
                f"This issuer's underlying certificate lacks the {bit} KeyUsage value; unable to set {usage} on this "
                "issuer as a result."
            )
    return tuple(each for each in (READ_ONLY, ISSUING, CRL_SIGNING, OCSP_SIGNING) if each in found)


def algorithm_of(issuer: IssuerRecord, name: str) -> str:
    """The name of a signature algorithm as Go has it; empty for an empty one (p).

    Raises: `InvalidRequest` for one that there isn't, or that the issuer's key can't have.
    """
    if not name:
        return ""
    wanted = _OTHER_NAMES.get(name.lower(), name).lower()
    every = {each.lower(): (kind, each) for kind, names in ALGORITHMS.items() for each in names}
    if wanted not in every:
        raise InvalidRequest(f"Unknown signature algorithm value: {name[:64]} - valid values are {', '.join(every)}")
    kind, found = every[wanted]
    own = CaCertificate.load(issuer.certificate).key_type
    if kind != own:
        raise InvalidRequest(f"an issuer with a key of type {own} can't sign with {found}")
    return found


async def _chain(view: View, issuer: IssuerRecord, given: list[str]) -> tuple[str, ...]:
    references = list(filter(None, given))
    if not references:
        return ()
    if len(references) > _MOST:
        raise InvalidRequest(f"a chain has at most {_MOST} issuers")
    ids = [issuer.id if each == SELF else (await referred(view, each)).id for each in references]
    if ids[0] != issuer.id:
        raise InvalidRequest(f"expected first cert in chain to be a self-reference, but was: {references[0]}/{ids[0]}")
    if len(ids) != len(set(ids)):
        raise InvalidRequest("an issuer stands in its chain twice")
    return tuple(ids)
