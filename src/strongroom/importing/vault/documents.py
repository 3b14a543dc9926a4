"""Documents of mounts, found and read by the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote
from typing import Any

from strongroom.importing.inventory import Document, Found, Lack, SourceFault, Vanished
from strongroom.importing.vault.layout import Documents, Layout
from strongroom.importing.vault.reading import Place, found

_HIDDEN = "no server shows it"
_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)
_ZERO = ("0", 0)


def survey(place: Place, mount: str, engine: str, layout: Layout) -> Iterator[Found]:
    """The documents of a mount."""
    for row in layout:
        if place.selection.wants(row.kind):
            yield from _of_row(place, mount, engine, row)


def _of_row(place: Place, mount: str, engine: str, row: Documents) -> Iterator[Found]:
    if row.folder:
        try:
            names, _ = place.listed(f"{mount}{row.folder}")
        except SourceFault as error:
            yield place.unseen(row.kind, mount, row.folder, error)
            return
        one_by_one = "{name}" in row.path
        paths = [
            (row.path.replace("{name}", name), row.write_path.replace("{name}", name))
            for name in (names if one_by_one else names[:1])
            if name not in row.built_in
        ]
    elif _is_there(place, f"{mount}{row.path}"):
        paths = [(row.path, row.write_path)]
    else:
        paths = []
    for path, write_path in paths:
        name = place.name(row.kind, mount, path)
        if row.reason:
            remedy = row.remedy.replace("{path}", quote(f"{mount}{path}"))
            yield Found(name, row.stage, engine, reason=row.reason, remedy=remedy)
        else:
            load = partial(_load, place, f"{mount}{path}", f"{mount}{write_path}" if write_path else "", row)
            yield found(place, name, row.stage, engine, load)


def _is_there(place: Place, path: str) -> bool:
    """Whether a mount has such settings; they are no secret's content, so the inventory may read them."""
    try:
        return any(value not in _EMPTY for value in place.data(path).values())
    except Vanished:
        return False
    except SourceFault as error:
        if error.ends:
            raise
        return True  # loading tells why it can't be read


def _load(place: Place, path: str, write_path: str, row: Documents) -> Document:
    data = {name: value for name, value in place.data(path).items() if name not in row.shown_only}
    inner = data.get(row.nested) if row.nested else None
    within = dict(inner) if isinstance(inner, dict) else {}
    fields = {name: value for name, value in data.items() if name != row.nested} | within
    body = {name: value for name, value in fields.items() if not (name in row.unset_by_0 and value in _ZERO)}
    lacks = tuple(
        Lack(name, _HIDDEN, f"strongroom write {quote(write_path or path)} {name}=-")
        for name, sign in row.hidden.items()
        if fields.get(name) in _EMPTY and (not sign or fields.get(sign) not in _EMPTY)
    )
    return Document(
        write_path or path,
        {**body, **row.added},
        read_path=path if write_path else "",
        shown={name: value for name, value in data.items() if name == row.nested or name in body},
        lacks=lacks,
    )
