"""Why nothing in a log may match what was asked for (p)."""

from __future__ import annotations

from collections.abc import Iterator

from strongroom.inquiry.criteria import Criteria

OPERATIONS = ("create", "delete", "help", "list", "patch", "read", "renew", "revoke", "rollback", "scan", "update")
_OWN_SECTIONS = frozenset({"auth", "cubbyhole", "identity", "sys"})
_SECTIONS_OF_SECRETS = frozenset({"config", "data", "delete", "destroy", "metadata", "subkeys", "undelete"})


def notes(criteria: Criteria) -> Iterator[str]:
    """What a log writes otherwise than it was asked for, a note each."""
    for operation in criteria.operations:
        if operation not in OPERATIONS:
            yield f'Note: "{operation}" is no operation of a log. Those are {", ".join(OPERATIONS)}.'
    for name in criteria.names:
        if not set("-*?") & set(name) and name not in {"root", "token"}:
            yield (
                f'Note: the name of who logged in has its auth method in front, as "userpass-{name}". '
                f"-name='*-{name}' finds it for every method."
            )
    for path in criteria.paths:
        yield from _path(path)


def _path(path: str) -> Iterator[str]:
    bare = path.removeprefix("/").removeprefix("v1/")
    if bare != path:
        yield f'Note: paths in a log have neither a slash nor v1/ in front: "{bare}".'
    if "*" in bare[:-1]:
        meant = "/".join("+" if each == "*" else each for each in bare.split("/")[:-1])
        yield f'Note: * stands for any rest, at the end only; + for one segment: "{meant}/{bare.rpartition("/")[2]}".'
        return
    mount, _, rest = bare.partition("/")
    section = rest.partition("/")[0]
    if rest and mount not in _OWN_SECTIONS and section not in _SECTIONS_OF_SECRETS and section[:1] not in {"+", "*"}:
        yield f'Note: a secret of KV version 2 has data/ behind its mount in a log: "{mount}/data/{rest}".'
