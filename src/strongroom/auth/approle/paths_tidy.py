"""Clearing expired secret ids at once.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#tidy-tokens
"""

from __future__ import annotations

from strongroom.auth.approle import expiry
from strongroom.sdk import Request, Response, path

STARTED = (
    "Tidy operation successfully started. Any information from the operation will be printed to the server's logs."
)


class TidyPaths:
    """`tidy/secret-id`"""

    @path.write("tidy/secret-id")
    async def tidy(self, request: Request) -> Response:
        """Clears expired secret ids now. The server does so by itself, some minutes after they have expired."""
        await expiry.tidy(request)
        return Response(status=202, warnings=[STARTED])
