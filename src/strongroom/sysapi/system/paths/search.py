"""`sys/search`, which Vault doesn't have: finds secrets by name and custom metadata, never by value."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import SECRET, MountEntry
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.system.mounting import folder
from strongroom.sysapi.system.search import Wanted, search
from strongroom.sysapi.system.search_cursor import SearchCursors

_MOST = 1000
_TEXT_CHARACTERS = 256
_MOUNTS = 100


class SearchBody(Body, frozen=True):
    """What is looked for.  All that is given has to be met."""

    text: Annotated[
        str, Doc(description="A part of the name, or of a name or text of the custom metadata. Case doesn't matter.")
    ] = ""
    metadata: Annotated[
        StringMap, Doc(description="Names of custom metadata, with a part of the text that each has to have.")
    ] = StringMap({})
    mount: Annotated[CommaList, Doc(description="Paths of mounts. Without any, all are searched.")] = CommaList([])
    after: Annotated[str, Doc(description="Where to go on, as the answer before said.")] = ""
    limit: Annotated[int, Doc(description=f"The largest number of secrets to find; at most {_MOST}.")] = 100


class SearchPaths(SystemEngine):
    """`search`."""

    @path.write("search")
    async def search_secrets(self, request: Request, body: SearchBody) -> Response | None:
        """Finds secrets that the client may read, by name and custom metadata. Values aren't looked at."""
        if not 1 <= body.limit <= _MOST:
            raise InvalidRequest(f"limit has to be from 1 to {_MOST}")
        texts = (body.text, *body.metadata, *body.metadata.values())
        if not any(texts):
            raise InvalidRequest("text or metadata is needed")
        if any(len(text) > _TEXT_CHARACTERS for text in texts) or len(body.metadata) > _MOUNTS:
            raise InvalidRequest(f"what is looked for may have {_TEXT_CHARACTERS} characters")
        view = system(request)
        cursors = SearchCursors(view.services.barrier.keyring, view.namespace.id)
        after = cursors.open(body.after)
        wanted = Wanted(body.text.casefold(), {name: text.casefold() for name, text in body.metadata.items()})
        mounts = _mounts(view, list(body.mount))
        found = await request.once.wait("found", lambda: search(view, mounts, wanted, after, body.limit))
        info = {
            each.path: {"mount": each.mount, "name": each.name, "custom_metadata": each.metadata}
            for each in found.secrets
        }
        rest = cursors.seal(found.after) if found.after is not None else ""
        data: dict[str, Any] = {"keys": list(info), "key_info": info, "after": rest, "complete": not rest}
        return Response(data=data)


def _mounts(view: SystemView, wanted: list[str]) -> list[MountEntry]:
    """The mounts to search, by path.  Those that aren't there are as those that have nothing."""
    names = {folder(name) for name in wanted if name.strip("/")}
    entries = [entry for entry in view.router.by_path.values() if entry.record.table == SECRET and entry.engine]
    chosen = [entry for entry in entries if not names or entry.record.path in names]
    return sorted((entry for entry in chosen if not entry.record.locked_at), key=lambda entry: entry.record.path)
