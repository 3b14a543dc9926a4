"""`issuers` and `issuer/<ref>`: listing, reading, changing and deleting issuers.

Source: https://openbao.org/api-docs/secret/pki/#list-issuers
https://developer.hashicorp.com/vault/api-docs/secret/pki#update-issuer for `always_enforce_err`
https://registry.terraform.io/providers/hashicorp/vault/latest/docs/resources/pki_secret_backend_issuer for
`disable_name_constraint_checks`
"""

from __future__ import annotations

import bisect
from typing import Annotated

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.engines.pki.issuers import listing, rows, settings
from strongroom.engines.pki.issuers.fields import DeltaUrls, ListUrls, ResponderUrls
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.shown import shown
from strongroom.engines.pki.issuers.urls import FIELDS, cluster_of, warnings_of
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, CommaList, Doc, OneOf, Page, Request, Response, View, path

_MOST_ROLES = 1000
"""How many roles are looked at for a warning."""


class IssuerFields(Body, frozen=True):
    """How an issuer is used."""

    issuer_name: Annotated[str | None, Doc(description="The name of the issuer in this mount. Empty for none.")] = None
    leaf_not_after_behavior: Annotated[
        str | None,
        Doc(
            description="What becomes of certificates that would end after the issuer's: `err` (refused; the default), "
            "`truncate` (they end with it), `permit` (they don't), `always_enforce_err` (`err`, for authorities too)."
        ),
        OneOf("err", "truncate", "permit", "always_enforce_err"),
    ] = None
    manual_chain: Annotated[
        CommaList | None,
        Doc(
            description="The issuers of its chain, by id or name: itself first. Empty for what follows from the "
            "certificates."
        ),
    ] = None
    usage: Annotated[
        CommaList | None,
        Doc(
            description="What the issuer may be used for: `read-only`, `issuing-certificates`, `crl-signing`, "
            "`ocsp-signing`. All is the default."
        ),
    ] = None
    revocation_signature_algorithm: Annotated[
        str | None,
        Doc(
            description="How lists of revoked certificates are signed, such as `SHA256WithRSAPSS`. Empty for as usual."
        ),
    ] = None
    issuing_certificates: Annotated[
        CommaList | None, Doc(description="URLs of the issuer's certificate, in place of those of `config/urls`.")
    ] = None
    crl_distribution_points: ListUrls = None
    delta_crl_distribution_points: DeltaUrls = None
    ocsp_servers: ResponderUrls = None
    enable_aia_url_templating: Annotated[
        bool | None,
        Doc(
            description="Whether `{{issuer_id}}`, `{{cluster_path}}` and `{{cluster_aia_path}}` in these URLs are "
            "replaced. At first they aren't."
        ),
    ] = None
    disable_name_constraint_checks: Annotated[
        bool | None,
        Doc(
            description="Whether certificates are issued that clients refuse, since they break the name constraints of "
            "the issuer, or of an authority above it. At first they aren't."
        ),
    ] = None


class IssuerPaths:
    """`issuers` and `issuer/<ref>`"""

    @path.list_("issuers", unauthenticated=True, repeatable=True)
    async def list_issuers(self, request: Request, body: Page) -> Response:
        """Lists the ids of the issuers, with their names. Their certificates are public, and so is this."""
        about = await listing.of(request.view)
        ids = list(about)
        first = bisect.bisect_right(ids, body.after)
        found = ids[first:] if body.most is None else ids[first : first + body.most]
        if not found:
            raise NotFound
        return Response(data={"keys": found, "key_info": {id_: about[id_] for id_ in found}})

    @path.read("issuer/{issuer_ref}", repeatable=True)
    async def read_issuer(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer and its settings."""
        return Response(data=await shown(request.view, await rows.referred(request.view, issuer_ref)))

    @path.write("issuer/{issuer_ref}")
    async def write_issuer(self, request: Request, issuer_ref: str, body: IssuerFields) -> Response:
        """Sets how an issuer is used. Fields that are left out get their defaults."""
        issuer = await rows.referred(request.view, issuer_ref)
        fresh = IssuerRecord(
            id=issuer.id,
            certificate=issuer.certificate,
            serial=issuer.serial,
            key_id=issuer.key_id,
            name=issuer.name,
            usage=settings.default_usage(CaCertificate.load(issuer.certificate), revoked=bool(issuer.revoked_at)),
            revoked_at=issuer.revoked_at,
            not_after=issuer.not_after,
        )
        return await _changed(request, fresh, body, body.issuer_name or "")

    @path.patch("issuer/{issuer_ref}")
    async def patch_issuer(self, request: Request, issuer_ref: str, body: IssuerFields) -> Response:
        """Changes how an issuer is used. Fields that are left out stay."""
        issuer = await rows.referred(request.view, issuer_ref)
        return await _changed(request, issuer, body, issuer.name if body.issuer_name is None else body.issuer_name)

    @path.delete("issuer/{issuer_ref}")
    async def delete_issuer(self, request: Request, issuer_ref: str) -> Response:
        """Deletes an issuer. Its key stays. What it has issued stays valid, and can't be revoked by its own list."""
        view = request.view
        issuer = await rows.found(view, issuer_ref)
        if issuer is None:
            return Response()
        was_default = (await rows.config_of(view)).default == issuer.id
        await rows.remove(view, issuer)
        warnings = []
        if was_default:
            warnings.append(
                f"Deleted issuer {issuer.id} (via issuer_ref {issuer_ref}); this was the default issuer: requests have "
                "to name an issuer until another default is set at config/issuers."
            )
        if affected := await _roles_of(view, issuer, was_default=was_default):
            warnings.append(f"{affected} roles issue by it, and won't until their issuer_ref names another issuer")
        return Response(warnings=warnings)


async def _changed(request: Request, issuer: IssuerRecord, body: IssuerFields, name: str) -> Response:
    """Store an issuer with the settings of a request."""
    renamed = await rows.rename(request.view, issuer, name)
    changed = await settings.changed(
        request.view,
        renamed,
        behavior=body.leaf_not_after_behavior,
        chain=body.manual_chain,
        usage=body.usage,
        algorithm=body.revocation_signature_algorithm,
        templating=body.enable_aia_url_templating,
        unconstrained=body.disable_name_constraint_checks,
        urls={field: getattr(body, field) for field in FIELDS},
    )
    rows.keep(request.view, changed)
    warnings = warnings_of(changed.urls, await cluster_of(request.view))
    return Response(data=await shown(request.view, changed), warnings=warnings)


async def _roles_of(view: View, issuer: IssuerRecord, *, was_default: bool) -> int:
    """How many roles issue by an issuer, of the first ones of the mount."""
    references = {issuer.id, *filter(None, [issuer.name])} | ({"default"} if was_default else set())
    names = await view.list(role_rows.ROLES, limit=_MOST_ROLES)
    roles = [await role_rows.role_of(view, name) for name in names]
    return sum(role is not None and role.issuer_ref in references for role in roles)
