"""`config/ca` and `public_key`: the default issuer.

Source: https://openbao.org/api-docs/secret/ssh/#submit-ca-information
"""

from __future__ import annotations

from strongroom.engines.ssh.issuers import clearing, rows
from strongroom.engines.ssh.issuers.fields import NamedIssuerFields
from strongroom.engines.ssh.issuers.making import make
from strongroom.engines.ssh.paths.issuers import public_key, shown
from strongroom.sdk import Random, Request, Response, path


class AuthorityPaths:
    """`config/ca` and `public_key`"""

    random: Random

    @path.read("config/ca", repeatable=True)
    async def read_authority(self, request: Request) -> Response:
        """Reads the public key of the default issuer."""
        return Response(data=shown(await rows.referred(request.view, rows.DEFAULT)))

    @path.write("config/ca")
    async def write_authority(self, request: Request, body: NamedIssuerFields) -> Response:
        """Makes or imports an issuer, and makes it the default."""
        issuer, warnings = await make(request, body, body.issuer_name, self.random, default=True)
        return Response(data=shown(issuer), warnings=warnings)

    @path.delete("config/ca")
    async def delete_authorities(self, request: Request) -> Response | None:
        """Deletes all issuers. What they have signed stays valid on hosts that trust them."""
        count = await clearing.delete_all(request)
        if not count:
            return None
        return Response(warnings=[f"Deleted {count} issuers, including default issuer if configured."])

    @path.read("public_key", unauthenticated=True, repeatable=True)
    async def read_public_key(self, request: Request) -> Response:
        """Returns the public key of the default issuer, as hosts read it."""
        return await public_key(request, rows.DEFAULT)
