"""`issuers/import` and `config/ca`: certificates and keys from elsewhere.

Source: https://openbao.org/api-docs/secret/pki/#import-ca-certificates-and-keys
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.issuers.imports import imported
from strongroom.engines.pki.paths.intermediate.generated import NOTHING_GIVEN
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Random, Request, Response, path


class BundleFields(Body, frozen=True):
    """What is imported."""

    pem_bundle: Annotated[
        str,
        Doc(
            description="Certificates of authorities and private keys without a passphrase, in PEM, in any order.",
            extra=SECRET,
        ),
    ] = ""
    certificate: Annotated[str, Doc(description="The same.", extra=SECRET)] = ""


class ImportPaths:
    """`issuers/import/cert`, `issuers/import/bundle`, `config/ca`"""

    random: Random

    @path.write("issuers/import/cert")
    async def import_certificates(self, request: Request, body: BundleFields) -> Response:
        """Takes certificates of authorities. Private keys among them are refused."""
        return await imported(request, _given(body), self.random, keys=False)

    @path.write("issuers/import/bundle")
    @path.write("config/ca")
    async def import_bundle(self, request: Request, body: BundleFields) -> Response:
        """Takes certificates of authorities and private keys."""
        return await imported(request, _given(body), self.random)


def _given(body: BundleFields) -> str:
    text = body.pem_bundle or body.certificate
    if not text:
        raise InvalidRequest(NOTHING_GIVEN)
    return text
