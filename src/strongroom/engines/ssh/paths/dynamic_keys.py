"""`tidy/dynamic-keys`: keys of a role type that was removed from Vault before this server began.

Source: https://openbao.org/api-docs/secret/ssh/#tidy-dynamic-host-keys
"""

from __future__ import annotations

from strongroom.sdk import Request, Response, path


class DynamicKeyPaths:
    """`tidy/dynamic-keys`"""

    @path.delete("tidy/dynamic-keys")
    async def tidy_dynamic_keys(self, request: Request) -> Response:
        """Removes keys of type `dynamic`, of which there are none here."""
        return Response(data={"message": "Removed 0 of 0 host keys."})
