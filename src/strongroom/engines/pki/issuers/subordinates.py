"""Certificates of other authorities, by certificate request: what is taken from the request (p).

Source: https://openbao.org/api-docs/secret/pki/#sign-intermediate
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from strongroom.crypto.issuing import extension_ids as ids
from strongroom.crypto.issuing.contents import Draft, Names, Raw
from strongroom.crypto.issuing.name_constraints import subject_names
from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.engines.pki.constraints.verdicts import DNS, Bounds, refusal
from strongroom.engines.pki.issuers.fields import SignIntermediateFields
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuing.rules.context import IssuerEnd
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

ALWAYS: Final = "always_enforce_err"
ISSUERS_OWN: Final = frozenset({ids.AUTHORITY_KEY_ID, ids.CRL_DISTRIBUTION_POINTS, ids.FRESHEST_CRL, ids.ISSUER_ACCESS})
"""What only the issuer knows: its key identifier, and where it and its lists are found."""
_DECIDED: Final = frozenset({*ISSUERS_OWN, ids.SUBJECT_KEY_ID, ids.KEY_USAGE, ids.EXT_KEY_USAGE, ids.BASIC_CONSTRAINTS})
_MOST_KEY_ID_BYTES: Final = 64


def end_of(issuer: IssuerRecord, *, enforced: bool) -> IssuerEnd:
    """What becomes of a certificate that would outlive the issuer.

    Args:
        enforced: whether the issuer's setting counts.  Otherwise the certificate ends with it.
    """
    behavior = issuer.leaf_not_after_behavior
    counts = enforced or behavior == ALWAYS
    return IssuerEnd(
        not_after=int(issuer.not_after),
        behavior=behavior if counts else "truncate",
        name=issuer.name or issuer.id,
    )


def key_id_of(body: SignIntermediateFields) -> bytes:
    """The subject key identifier that a request names; empty for the usual one.  Raises `InvalidRequest`."""
    text = body.skid.replace(":", "").replace("-", "")
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise InvalidRequest("cannot parse requested SKID value as hex") from error
    if len(found) > _MOST_KEY_ID_BYTES:
        raise InvalidRequest(f"a subject key identifier has at most {_MOST_KEY_ID_BYTES} bytes")
    return found


def without_own_name(draft: Draft, asked: Sequence[str], bounds: tuple[Bounds, ...]) -> tuple[Draft, list[str]]:
    """A draft whose common name isn't among the alternative names if clients would refuse it there, and warnings.

    Args:
        asked: the alternative names that were asked for: those stay.
        bounds: the name constraints of who signs.
    """
    name = subject_names(draft.subject).common_names[:1]
    if not bounds or not set(name) & set(draft.names.dns) - set(asked) or not refusal(bounds, DNS, name[0]):
        return draft, []
    names = replace(draft.names, dns=tuple(each for each in draft.names.dns if each != name[0]))
    warning = (
        f'the common name "{name[0]}" isn\'t among the alternative names, where the name constraints of the issuer or '
        "of an authority above it would make the certificate invalid"
    )
    return replace(draft, names=names), [warning]


def by_request(draft: Draft, csr: CertificateRequest) -> tuple[Draft, list[str]]:
    """A draft with the values of a certificate request, and warnings.

    The subject and extensions are taken as they stand.  Key usages are added.  That it is an authority, how many may
    stand below it, and what only the issuer knows isn't the request's matter.
    """
    own_constraints = bool(draft.constraints)
    kept: list[Raw] = []
    warnings: list[str] = []
    for each in csr.extensions:
        if each.oid == ids.NAME_CONSTRAINTS and own_constraints:
            warnings.append("the name constraints of the certificate request are left out: the parameters have others")
        elif each.oid not in _DECIDED:
            kept.append(each)
    if csr.constraints is not None and not csr.constraints.authority:
        warnings.append("the certificate request says that it isn't an authority's; the certificate says that it is")
    taken = replace(
        draft,
        subject=csr.subject,
        names=Names(),
        key_usage=tuple(dict.fromkeys((*draft.key_usage, *csr.key_usage))),
        ext_key_usage=tuple(dict.fromkeys((*draft.ext_key_usage, *csr.ext_key_usage))),
        subject_key_id=draft.subject_key_id or csr.subject_key_id,
        others=tuple(kept),
    )
    return taken, warnings
