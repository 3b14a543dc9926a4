"""`root/generate` and `root/rotate`: authorities that sign themselves.

Source: https://openbao.org/api-docs/secret/pki/#generate-root
"""

from __future__ import annotations

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.contents import Access
from strongroom.crypto.issuing.signing import scheme
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.names import further
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers import drafts, written
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers import urls as issuer_urls
from strongroom.engines.pki.issuers.fields import RootFields
from strongroom.engines.pki.issuers.imports import new_issuer
from strongroom.engines.pki.issuers.keys import Chosen, chosen_key
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuing.signing import self_signed
from strongroom.engines.pki.roles.context import context_without_role
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, Response, View, path, uuid4

NEXT = "next"
"""The name of the issuer that is meant to follow the default one."""


class RootPaths:
    """`root/generate/<exported>`, `issuers/generate/root/<exported>`, `root/rotate/<exported>`"""

    random: Random

    @path.write("root/generate/{exported}")
    @path.write("issuers/generate/root/{exported}")
    async def generate_root(self, request: Request, exported: str, body: RootFields) -> Response:
        """Makes an authority that signs itself."""
        if body.issuer_name == "":
            raise InvalidRequest("expected non-empty issuer name")
        return await self._root(request, exported, body, body.issuer_name or "")

    @path.write("root/rotate/{exported}")
    async def rotate_root(self, request: Request, exported: str, body: RootFields) -> Response:
        """Makes an authority that `root/replace` will make the default. It is called `next` if nothing is."""
        name = body.issuer_name or ""
        if not name and await issuer_rows.found(request.view, NEXT) is None:
            name = NEXT
        return await self._root(request, exported, body, name)

    async def _root(self, request: Request, exported: str, body: RootFields, name: str) -> Response:
        view = request.view
        await issuer_rows.check_free(view, name)
        context = context_without_role(request)
        found, valid = drafts.named(body, context), drafts.validity(body, context)
        access, told = await _own_access(view)
        path_length = drafts.path_length(body.max_path_length)
        drafts.used(body)  # before a key is made for nothing
        chosen = await chosen_key(request, exported, body, self.random)
        serial = request.once("serial", lambda: serials.new(self.random))
        draft = drafts.draft_of(
            body, found, valid, serial=serial, public=chosen.key.public, path=path_length, access=access
        )
        der = self_signed(request, draft, chosen.key, body.signature_bits, pss=body.use_pss)
        algorithm = scheme(chosen.key, body.signature_bits, pss=body.use_pss).name
        id_ = request.once("issuer id", lambda: uuid4(self.random))
        issuer = new_issuer(CaCertificate.load(der), id_, chosen.record.id, name, algorithm)
        await issuer_rows.add(view, issuer)
        await issuer_rows.follow(view, issuer)
        record = CertificateRecord(
            certificate=der,
            issuer_id=issuer.id,
            not_after=issuer.not_after,
            issued_at=request.now,
            common_name=body.common_name,
            names=further(body.common_name, draft.names),
        )
        await certificate_rows.add(request, self.random, serial, record)
        warnings = [*valid.warnings, *drafts.nameless(draft), *told, *drafts.zero_path(path_length)]
        return Response(data=_shown(body, issuer, chosen), warnings=warnings)


async def _own_access(view: View) -> tuple[Access, list[str]]:
    """What a root's certificate says about where it is found, and warnings."""
    urls = await issuer_urls.urls_of(view)
    if not urls:
        return Access(), [issuer_urls.NO_URLS]
    if urls.enable_templating and issuer_urls.names_issuer(urls):
        # The certificate is part of what decides about its id being taken, so it can't hold the id.
        told = f"this root's own certificate has no URLs of config/urls, because it can't hold {issuer_urls.ISSUER_ID}"
        return Access(), [f"{told}; what it issues has them"]
    return issuer_urls.filled(urls, await issuer_urls.cluster_of(view), ""), []


def _shown(body: RootFields, issuer: IssuerRecord, chosen: Chosen) -> dict[str, object]:
    certificate = written.certificate(issuer.certificate, body.format)
    return {
        "certificate": chosen.before(body) + certificate,
        "expiration": issuer.not_after,
        "issuer_id": issuer.id,
        "issuer_name": issuer.name,
        "issuing_ca": certificate,
        "key_id": issuer.key_id,
        "key_name": chosen.record.name,
        "serial_number": issuer.serial,
        **chosen.shown(body),
    }
