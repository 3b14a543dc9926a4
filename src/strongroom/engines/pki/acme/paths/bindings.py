"""`acme/new-eab` and `eab`: keys for external bindings, for who administers the mount.

Source: https://openbao.org/api-docs/secret/pki/#acme-external-account-bindings
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from strongroom.engines.pki.acme import eab, requests, rows
from strongroom.engines.pki.acme.directory import Place
from strongroom.engines.pki.acme.paths.places import everywhere
from strongroom.engines.pki.acme.records import BindingKey
from strongroom.engines.pki.issuing.rules import moments
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Page,
    Random,
    Request,
    Response,
    check_segment_name,
    path,
    uuid4,
)

_MOST_ALLOWED = 100


class BindingFields(Body, frozen=True):
    """A key for the binding of one account."""

    allowed_identifiers: Annotated[
        CommaList | None,
        Doc(
            description="What the account may order: names, addresses, patterns such as `*.example.com`. Empty for all."
        ),
    ] = None


class BindingPaths:
    """Keys for external bindings."""

    random: Random
    secret_answers: ClassVar[frozenset[str]] = frozenset({"key"})

    @everywhere(path.write, "new-eab")
    async def acme_new_binding(
        self, request: Request, body: BindingFields, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Makes a key by which one account can be made."""
        allowed = tuple(each.lower() for each in body.allowed_identifiers or () if each)
        if len(allowed) > _MOST_ALLOWED:
            raise InvalidRequest(f"allowed_identifiers may have {_MOST_ALLOWED} items")
        key_id = request.once("acme eab id", lambda: uuid4(self.random))
        key = eab.PREFIX + requests.encoded(request.once("acme eab key", lambda: self.random.bytes(eab.RANDOM_BYTES)))
        record = BindingKey(
            key=requests.decoded(key),
            directory=Place(issuer_ref, role).path,
            created_at=request.now,
            allowed_identifiers=allowed,
        )
        request.view.write(rows.BINDINGS + key_id, record)
        return Response(data={"id": key_id, **_shown(record), "key": key})

    @path.list_("eab")
    async def list_bindings(self, request: Request, body: Page) -> Response:
        """Lists the keys that bind no account yet."""
        ids = await request.view.list(rows.BINDINGS, after=body.after, limit=body.most)
        if not ids:
            raise NotFound
        found = {each: await request.view.read(rows.BINDINGS + each, BindingKey) for each in ids}
        return Response(
            data={"keys": ids, "key_info": {each: _shown(key) for each, key in found.items() if key is not None}}
        )

    @path.delete("eab/{key_id}")
    async def delete_binding(self, request: Request, key_id: str) -> Response:
        """Deletes a key that binds no account yet."""
        check_segment_name(key_id)
        if await request.view.read(rows.BINDINGS + key_id, BindingKey) is None:
            return Response(warnings=[f"No key id found with id: {key_id}"])
        request.view.delete(rows.BINDINGS + key_id)
        return Response()


def _shown(record: BindingKey) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key_type": "hs",
        "acme_directory": f"{record.directory}/directory",
        "created_on": moments.shown(record.created_at),
    }
    return {**shown, "allowed_identifiers": list(record.allowed_identifiers)} if record.allowed_identifiers else shown
