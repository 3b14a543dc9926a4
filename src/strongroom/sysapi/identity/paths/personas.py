"""`persona`: the oldest form of aliases."""

from __future__ import annotations

from typing import Annotated

from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.identity.listing import Page
from strongroom.sysapi.identity.paths import aliases
from strongroom.sysapi.identity.paths.aliases import AliasBody


class PersonaBody(Body, frozen=True):
    """The settings of a persona."""

    name: Annotated[str, Doc(description="The name in the auth method.")] = ""
    mount_accessor: Annotated[str, Doc(description="Accessor of the auth mount.")] = ""
    entity_id: Annotated[str, Doc(description="Id of the entity. Without it, a new entity is made.")] = ""
    metadata: Annotated[
        StringMap | None, Doc(description="Accepted for compatibility and ignored. Logins set an alias's metadata.")
    ] = None

    @property
    def alias(self) -> AliasBody:
        """The same as the body of an alias."""
        return AliasBody(name=self.name, mount_accessor=self.mount_accessor, canonical_id=self.entity_id)


class NewPersonaBody(PersonaBody, frozen=True):
    """The same with an id."""

    id: Annotated[str, Doc(description="Id of an existing persona, which is changed.")] = ""


class PersonaPaths(SystemEngine):
    """Personas, which are aliases."""

    @path.write("persona")
    async def write_persona(self, request: Request, body: NewPersonaBody) -> Response | None:
        """Creates an alias, or changes the one with this id, or with this name in the mount."""
        return await (aliases.change(request, body.id, body.alias) if body.id else aliases.put(request, body.alias))

    @path.list_("persona/id")
    async def list_personas(self, request: Request, body: Page) -> Response:
        """Lists the ids of aliases, with name, mount and entity."""
        return await aliases.list_all(request, body)

    @path.read("persona/id/{id}", repeatable=True)
    async def read_persona(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads an alias by its id."""
        return await aliases.show(request, id)

    @path.write("persona/id/{id}")
    async def write_persona_by_id(
        self,
        request: Request,
        id: str,  # noqa: A002
        body: PersonaBody,
    ) -> Response | None:
        """Changes the given settings of an alias."""
        return await aliases.change(request, id, body.alias)

    @path.delete("persona/id/{id}")
    async def delete_persona(self, request: Request, id: str) -> Response | None:  # noqa: A002
        """Deletes an alias. Its entity stays."""
        await aliases.remove(request, id)
        return None
