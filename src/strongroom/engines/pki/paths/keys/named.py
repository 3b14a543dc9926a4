"""`keys` and `key/<ref>`: listing, reading, renaming and deleting keys.

Source: https://openbao.org/api-docs/secret/pki/#list-keys
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.crypto.issuing.extensions import key_id
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.keys import rows
from strongroom.engines.pki.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Page, Request, Response, path


class KeyFields(Body, frozen=True):
    """What can be changed of a key."""

    key_name: Annotated[str, Doc(description="The name of the key in this mount. Empty for none.")] = ""


class KeyPaths:
    """`keys` and `key/<ref>`"""

    @path.list_("keys")
    async def list_keys(self, request: Request, body: Page) -> Response:
        """Lists the ids of the keys, with their names."""
        ids = await request.view.list(rows.KEYS, body.after, body.most)
        default = (await rows.config_of(request.view)).default
        found = [key for id_ in ids if (key := await rows.key_of(request.view, id_)) is not None]
        if not found:
            raise NotFound
        about = {key.id: {"is_default": key.id == default, "key_name": key.name} for key in found}
        return Response(data={"keys": list(about), "key_info": about})

    @path.read("key/{key_ref}")
    async def read_key(self, request: Request, key_ref: str) -> Response:
        """Reads what kind of key it is. The private key never leaves the mount."""
        key = await rows.referred(request.view, key_ref)
        return Response(data={**_shown(key), "subject_key_id": key_id(key.public).hex(":")})

    @path.write("key/{key_ref}")
    async def write_key(self, request: Request, key_ref: str, body: KeyFields) -> Response:
        """Gives a key another name."""
        key = await rows.referred(request.view, key_ref)
        return Response(data=_shown(await rows.rename(request.view, key, body.key_name)))

    @path.delete("key/{key_ref}")
    async def delete_key(self, request: Request, key_ref: str) -> Response | None:
        """Deletes a key that no issuer has. It can't be undone."""
        key = await rows.found(request.view, key_ref)
        if key is None:
            return None
        for issuer in await issuer_rows.with_key(request.view, key.public, most=1):
            raise InvalidRequest(f"Failed to Delete Key.  Key in Use by Issuer: {issuer.id}")
        was_default = (await rows.config_of(request.view)).default == key.id
        await rows.remove(request.view, key)
        if not was_default:
            return None
        return Response(
            warnings=[
                f"Deleted key {key.id} (via key_ref {key_ref}); this was the default key: requests have to name a key "
                "until another default is set at config/keys."
            ]
        )


def _shown(key: KeyRecord) -> dict[str, Any]:
    return {"key_id": key.id, "key_name": key.name, "key_type": key.type}
