"""`issuer/<ref>/resign-crls`, `issuer/<ref>/sign-revocation-list`: lists that the request describes.

Source: https://openbao.org/api-docs/secret/pki/#combine-crls-from-the-same-issuer
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.revocation_lists.signers import signer
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import CRL_SIGNING
from strongroom.engines.pki.issuing.rules.moments import CENTURY_S
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.revocation.resigning import Wanted, combined, described, described_extensions, signed
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Body, Doc, Duration, OneOf, Request, Response, path

_FORMATS = ("pem", "der")
Number = Annotated[int, Doc(description="The number of the list, which should grow with each.")]
_MOST_NUMBER = 1 << 63


class SignedListFields(Body, frozen=True):
    """What the list says besides its entries."""

    crl_number: Number = 0
    delta_crl_base_number: Annotated[
        int, Doc(description="The number of the complete list that this delta goes with; -1 for no delta.")
    ] = -1
    next_update: Annotated[Duration, Doc(description="How long the list is valid.")] = Duration(72 * 3600)
    format: Annotated[str, Doc(description="`pem`, or `der` for base64 of DER."), OneOf("pem", "der")] = "pem"


class ResignFields(SignedListFields, frozen=True):
    """Lists of the issuer."""

    crls: Annotated[list[str], Doc(description="Lists in PEM that the issuer's key has signed.")] = []


class SignRevocationListFields(SignedListFields, frozen=True):
    """The entries of the list."""

    revoked_certs: Annotated[
        Any,
        Doc(description="Maps of `serial_number`, `revocation_time` (RFC 3339) and `extensions` like the list's."),
    ] = None
    extensions: Annotated[Any, Doc(description="Maps of `id`, `value` (DER in base64) and `critical`.")] = None


class ResignCrlsPaths:
    """`issuer/<ref>/resign-crls`, `issuer/<ref>/sign-revocation-list`"""

    @path.write("issuer/{issuer_ref}/resign-crls", computes=True)
    async def resign_crls(self, request: Request, issuer_ref: str, body: ResignFields) -> Response:
        """Combines lists of one issuer, which several mounts have, into one."""
        return await _signed(request, issuer_ref, body, lambda issuer: combined(body.crls, issuer))

    @path.write("issuer/{issuer_ref}/sign-revocation-list", computes=True)
    async def sign_revocation_list(self, request: Request, issuer_ref: str, body: SignRevocationListFields) -> Response:
        """Signs a list with any entries. What is stored as revoked here has nothing to do with it."""
        more = described_extensions(body.extensions or [], "the list")
        listed = body.revoked_certs or []
        return await _signed(request, issuer_ref, body, lambda _: described(listed), more)


async def _signed(
    request: Request,
    reference: str,
    body: SignedListFields,
    entries: Callable[[Certificate], dict[int, bytes]],
    more: tuple[bytes, ...] = (),
) -> Response:
    if body.format not in _FORMATS:
        raise InvalidRequest(f"the format {body.format[:64]!r} is none of {', '.join(_FORMATS)}")
    if not 0 <= body.crl_number < _MOST_NUMBER or not -1 <= body.delta_crl_base_number < _MOST_NUMBER:
        raise InvalidRequest("crl_number must be 0 or more, and delta_crl_base_number -1 or more")
    if not 0 < body.next_update <= CENTURY_S:
        raise InvalidRequest("next_update must be more than 0, and at most a hundred years")
    issuer = await issuer_rows.referred(request.view, reference)
    if CRL_SIGNING not in issuer.usage or not issuer.key_id:
        raise InvalidRequest(f"the issuer {issuer.name or issuer.id} can't sign lists: it lacks its key, or the usage")
    certificate = certificate_of_der(issuer.certificate)
    key = await key_rows.loaded(request.view, issuer.key_id)
    signs = signer(key.loaded, issuer.revocation_signature_algorithm)
    wanted = Wanted(
        number=body.crl_number,
        base=body.delta_crl_base_number,
        now=request.now,
        lasts_s=body.next_update,
        more=more,
    )

    def work() -> str:
        return signed(wanted, list(entries(certificate).values()), certificate, signs, body.format)

    made = request.once.outside(f"list by {issuer.id}", lambda: GENERATION.make(work))
    return Response(data={"crl": made})
