"""`keys`: the keys whose codes are made or checked.

Source: https://developer.hashicorp.com/vault/api-docs/secret/totp#create-key
"""

from __future__ import annotations

import asyncio
from typing import Any

from strongroom.crypto import totp
from strongroom.engines.totp import base32, rows
from strongroom.engines.totp.making import KeyFields, settings_of
from strongroom.engines.totp.records import TotpKey
from strongroom.lib.qr_codes import barcode
from strongroom.sdk import NotFound, Page, Random, Request, Response, listed, path, replace


class KeyPaths:
    """`keys` and below."""

    random: Random

    @path.list_("keys")
    async def list_keys(self, request: Request, body: Page) -> Response:
        """Lists the names of keys."""
        return listed(await request.view.list(rows.KEYS, after=body.after, limit=body.most))

    @path.read("keys/{name}")
    async def read_key(self, request: Request, name: str) -> Response:
        """Reads how the codes of a key are made. The key itself is never shown."""
        rows.check_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise NotFound
        return Response(
            data={
                "account_name": key.account_name,
                "algorithm": key.algorithm,
                "digits": key.digits,
                "issuer": key.issuer,
                "period": key.period_s,
            }
        )

    @path.write("keys/{name}")
    async def write_key(self, request: Request, name: str, body: KeyFields) -> Response | None:
        """Creates or replaces a key. The answer shows a generated one, once."""
        rows.check_name(name)
        made = settings_of(body)
        if not body.generate:
            request.view.write(rows.KEYS + name, made)
            return None
        key = replace(made, key=request.once("key", lambda: self.random.bytes(body.key_size)))
        request.view.write(rows.KEYS + name, key)
        return Response(data=await _shown(request, key, body.qr_size)) if body.exported else None

    @path.delete("keys/{name}")
    async def delete_key(self, request: Request, name: str) -> None:
        """Deletes a key."""
        rows.check_name(name)
        await rows.delete(request, name)


async def _shown(request: Request, key: TotpKey, pixels: int) -> dict[str, Any]:
    """A generated key, as apps read it."""
    url = totp.url_of(base32.written(key.key), key.issuer, key.account_name, key)
    if not pixels:
        return {"url": url}
    drawn = await request.once.wait("barcode", lambda: asyncio.to_thread(barcode, url, pixels))
    return {"barcode": drawn, "url": url}
