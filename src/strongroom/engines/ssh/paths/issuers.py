"""`issuers`, `issuer/<ref>` and `config/issuers`: several key pairs in one mount.

Source: https://openbao.org/api-docs/secret/ssh/#list-issuers
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.ssh.issuers import rows
from strongroom.engines.ssh.issuers.fields import IssuerFields, NamedIssuerFields
from strongroom.engines.ssh.issuers.making import make
from strongroom.engines.ssh.issuers.records import IssuerRecord
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Page, Random, RawBody, Request, Response, check_segment_name, path, replace

_SET_DEFAULT = Annotated[bool, Doc(description="Whether it becomes the default issuer.")]


class ImportFields(NamedIssuerFields, frozen=True):
    """A key pair, its name, and whether it becomes the default."""

    set_default: _SET_DEFAULT = False


class NamedImportFields(IssuerFields, frozen=True):
    """The same, with the name in the path."""

    set_default: _SET_DEFAULT = False


class IssuerNameFields(Body, frozen=True):
    """The settings of an issuer."""

    issuer_name: Annotated[
        str | None, Doc(description="A name for the issuer: unique in the mount, and not `default`.")
    ] = None


class DefaultFields(Body, frozen=True):
    """Which issuer is the default."""

    default: Annotated[str, Doc(description="The id or the name of the default issuer.")] = ""


class IssuerPaths:
    """`issuers`, `issuers/import`, `issuer/<ref>` and `config/issuers`"""

    random: Random

    @path.list_("issuers")
    async def list_issuers(self, request: Request, body: Page) -> Response:
        """Lists the ids of all issuers, with names and public keys."""
        found = await rows.page_of(request.view, body.after, body.most)
        if not found:
            raise NotFound
        default = (await rows.config_of(request.view)).default
        info = {
            issuer.id: {
                "is_default": issuer.id == default,
                "issuer_name": issuer.name,
                "public_key": issuer.public_key,
            }
            for issuer in found
        }
        return Response(data={"keys": list(info), "key_info": info})

    @path.write("issuers/import")
    async def import_issuer(self, request: Request, body: ImportFields) -> Response:
        """Makes or imports an issuer."""
        issuer, warnings = await make(request, body, body.issuer_name, self.random, default=body.set_default)
        return Response(data=shown(issuer), warnings=warnings)

    @path.write("issuers/import/{issuer_name}")
    async def import_named_issuer(self, request: Request, issuer_name: str, body: NamedImportFields) -> Response:
        """Makes or imports an issuer, and gives it a name."""
        check_segment_name(issuer_name)
        issuer, warnings = await make(request, body, issuer_name, self.random, default=body.set_default)
        return Response(data=shown(issuer), warnings=warnings)

    @path.read("issuer/{issuer_ref}")
    async def read_issuer(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer."""
        check_segment_name(issuer_ref)
        return Response(data=shown(await rows.referred(request.view, issuer_ref)))

    @path.write("issuer/{issuer_ref}")
    async def write_issuer(self, request: Request, issuer_ref: str, body: IssuerNameFields) -> Response:
        """Changes the name of an issuer."""
        check_segment_name(issuer_ref)
        issuer = await rows.referred(request.view, issuer_ref)
        if body.issuer_name is None:
            return Response(data=shown(issuer))
        if not body.issuer_name:
            raise InvalidRequest("expected non-empty issuer name")
        return Response(data=shown(await rows.rename(request.view, issuer, body.issuer_name)))

    @path.delete("issuer/{issuer_ref}")
    async def delete_issuer(self, request: Request, issuer_ref: str) -> Response | None:
        """Deletes an issuer. What it has signed stays valid on hosts that trust it."""
        check_segment_name(issuer_ref)
        try:
            issuer = await rows.referred(request.view, issuer_ref)
        except InvalidRequest:
            return None  # there is none to delete
        if not await rows.remove(request.view, issuer):
            return None
        text = (
            f"Deleted issuer {issuer.id} (via issuer_ref {issuer_ref}); this was configured as the default issuer. "
            "Operations without an explicit issuer will not work until a new default is configured."
        )
        return Response(warnings=[text])

    @path.read("issuer/{issuer_ref}/public_key", unauthenticated=True, repeatable=True)
    async def read_issuer_public_key(self, request: Request, issuer_ref: str) -> Response:
        """Returns the public key of an issuer, as hosts read it."""
        check_segment_name(issuer_ref)
        return await public_key(request, issuer_ref)

    @path.read("config/issuers")
    async def read_default(self, request: Request) -> Response:
        """Reads which issuer is the default."""
        issuer = await rows.referred(request.view, rows.DEFAULT)
        return Response(data={"default": issuer.id})

    @path.write("config/issuers")
    async def write_default(self, request: Request, body: DefaultFields) -> Response:
        """Changes which issuer is the default."""
        if body.default in ("", rows.DEFAULT):
            raise InvalidRequest("invalid issuer specification; must be non-empty and can't be 'default'.")
        issuer = await rows.referred(request.view, body.default)
        config = await rows.config_of(request.view)
        rows.keep_config(request.view, replace(config, default=issuer.id))
        warnings = []
        if config.default not in ("", issuer.id):
            resolved = f" (resolved to {issuer.id})" if body.default != issuer.id else ""
            warnings.append(
                f"Previous default ({config.default}) has been updated with the issuer '{body.default}'{resolved}"
            )
        return Response(data={"default": issuer.id}, warnings=warnings)


def shown(issuer: IssuerRecord) -> dict[str, Any]:
    """An issuer as clients read it."""
    return {"issuer_id": issuer.id, "issuer_name": issuer.name, "public_key": issuer.public_key}


async def public_key(request: Request, reference: str) -> Response:
    """The public key of an issuer, without an envelope."""
    issuer = await rows.referred(request.view, reference)
    return Response(raw=RawBody(issuer.public_key.encode(), "text/plain"))
