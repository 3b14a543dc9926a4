"""`root/replace` and `DELETE root`.

Source: https://openbao.org/api-docs/secret/pki/#replace-root
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.paths.configuration import choose_default
from strongroom.engines.pki.paths.root.emptying import emptied
from strongroom.engines.pki.paths.root.generated import NEXT
from strongroom.sdk import Body, Doc, Request, Response, path


class ReplacedFields(Body, frozen=True):
    """What becomes the default."""

    default: Annotated[str, Doc(description="The new default issuer, by its id or its name.")] = NEXT


class RootReplacingPaths:
    """`root/replace` and `root`"""

    @path.write("root/replace")
    async def replace_root(self, request: Request, body: ReplacedFields) -> Response:
        """Makes another issuer the default."""
        return await choose_default(request.view, body.default)

    @path.delete("root", sudo=True)
    async def delete_root(self, request: Request) -> Response:
        """Deletes all issuers and all keys of the mount, some at a time. It can't be undone."""
        request.once.outside("empty the mount", lambda: emptied(request.view))
        return Response(
            warnings=["All keys and issuers of the mount are deleted. DELETE issuer/<ref> and key/<ref> delete one."]
        )
