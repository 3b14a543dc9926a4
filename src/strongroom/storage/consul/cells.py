"""`Cells` on Consul: a cell is a key, its version is the index at which it was last modified.

Source: https://developer.hashicorp.com/consul/api-docs/txn, https://developer.hashicorp.com/consul/api-docs/kv
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from strongroom.lib.errors import StorageError
from strongroom.lib.outgoing import Reply
from strongroom.lib.secret import Secret
from strongroom.storage.conditional.cells import Capacity, Cell, ClockOffset, Guard, Names, UnclearError
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.consul.messages import Answer, Stored, decode, encode
from strongroom.storage.consul.names import ESCAPE_LENGTH, key_of, name_of
from strongroom.storage.keys import name_below

_OPERATIONS: Final = 64
"""Of one transaction, in all versions."""
_REQUEST_BYTES: Final = 380_000
"""Three quarters of Consul's `txn_max_req_len`, because values are sent in base64."""
_OVERHEAD: Final = 56
_OK, _NOT_FOUND, _CONFLICT = 200, 404, 409
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 413, 429})
"""What the agent answers before anything happens."""


class ConsulCells:
    """The keys below a path.

    Args:
        endpoints: the agents.
        path: what all keys begin with; ends in `/`.
        token: of an ACL with `key_prefix "PATH" { policy = "write" }`; empty without ACLs.
        datacenter: empty for the agent's own.
    """

    def __init__(self, endpoints: Endpoints, path: str, token: Secret, datacenter: str) -> None:
        self._endpoints = endpoints
        self._path = path
        self._token = token
        self._datacenter = {"dc": datacenter} if datacenter else {}
        self.capacity = Capacity(
            cells=_OPERATIONS - 1,
            bytes=_REQUEST_BYTES,
            overhead=_OVERHEAD + len(path.encode()),
            value_bytes=_REQUEST_BYTES,
            reads=_OPERATIONS,
            atomic=True,
            name_weight=ESCAPE_LENGTH,
        )

    async def start(self) -> None:
        """Look whether Consul is suitable, and whether the path is this store's.  Raises `StorageError`."""
        stored = await self._transaction([self._get("head")])
        if stored is None:
            raise StorageError("the storage needs Consul 1.10 or newer, which has the verb get-or-empty")
        if not stored:  # what a token mustn't see is left out
            raise StorageError(f"Consul refuses the token of the storage the rights that it needs below {self._path!r}")
        if not stored[0].modify_index and await self._keys("", "/"):
            # A first commit of another node writes the head together with the rest.
            again = await self._transaction([self._get("head")])
            if again is None or not again[0].modify_index:
                raise StorageError(
                    f"Consul has something else below {self._path!r}; choose another path for the storage"
                )

    async def close(self) -> None:
        """Close all connections."""
        await self._endpoints.close()

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells that exist, in one transaction."""
        if not names:
            return {}
        found = await self._transaction([self._get(name) for name in names])
        if found is None or len(found) != len(names):
            raise StorageError("the store failed", detail="Consul gave no usable answer: keys are missing")
        return {
            name: Cell(stored.value or b"", stored.modify_index)
            for name, stored in zip(names, found, strict=True)
            if stored.modify_index
        }

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """Write all cells in one transaction."""
        operations: list[dict[str, Any]] = []
        if guard is not None:
            operations.append(_condition(self._key(guard.name), guard.version))
        for name, value in changes.items():
            key = self._key(name)
            operations.append({"Verb": "delete", "Key": key} if value is None else _set(key, value))
        found = await self._transaction(operations, guarded=guard is not None, writes=True)
        if found is None:
            return 0
        index = max((stored.modify_index for stored in found), default=0)
        if guard is not None and not index:
            raise UnclearError("the store failed", detail="Consul gave no usable answer: it has no index")
        return index or 1

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments below `prefix`.  Consul gives them all, and nothing with them."""
        keys = await self._keys(prefix, "/")
        names = sorted({name_below(prefix, key) for key in keys})
        return Names([name for name in names if name > after][:limit])

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below `prefix`, as its remainder.  Consul gives them all."""
        rests = sorted(key[len(prefix) :] for key in await self._keys(prefix, ""))
        return Names([rest for rest in rests if rest > after][:limit])

    def clock_offset(self) -> ClockOffset | None:
        """By the agent's `Date`."""
        return self._endpoints.clock_offset

    async def _keys(self, prefix: str, separator: str) -> list[str]:
        """All names below `prefix`, cut after the next separator."""
        query = {"keys": "true", "consistent": "true", **self._datacenter}
        if separator:
            query["separator"] = separator
        path = f"/v1/kv/{quote(self._key(prefix))}?{urlencode(query)}"
        reply = await self._endpoints.ask("GET", path, headers=self._headers(), content=None, repeatable=True)
        if reply.status == _NOT_FOUND:
            return []
        if reply.status != _OK:
            raise self._error(reply, repeatable=True)
        try:
            return [name_of(key[len(self._path) :]) for key in decode(reply.body, list[str])]
        except UnicodeDecodeError as error:
            raise StorageError("the store failed", detail="Consul has a key that isn't of this storage") from error

    async def _transaction(
        self, operations: list[dict[str, Any]], *, guarded: bool = False, writes: bool = False
    ) -> list[Stored] | None:
        """What the operations gave; None if one failed, of those that write only the condition.

        Args:
            guarded: whether the first one is a condition.
        """
        query = {"consistent": "true", **self._datacenter}
        path = f"/v1/txn?{urlencode(query)}"
        reply = await self._endpoints.ask(
            "PUT", path, headers=self._headers(), content=encode(operations), repeatable=not writes
        )
        if reply.status not in (_OK, _CONFLICT):
            raise self._error(reply, repeatable=not writes)
        try:
            answer = decode(reply.body, Answer)
        except StorageError as error:
            if not writes:
                raise
            raise UnclearError(error.text, detail=error.detail) from error
        if reply.status == _OK:
            return [result.kv for result in answer.results or () if result.kv is not None]
        faults = answer.errors or []
        if writes and not faults:
            raise UnclearError("the store failed", detail="Consul gave no usable answer: a refusal without a reason")
        if writes and (not guarded or any(fault.op_index for fault in faults)):
            told = "; ".join(fault.what for fault in faults)
            raise StorageError("the store failed", detail=f"Consul refused a transaction: {told}")
        return None

    def _error(self, reply: Reply, *, repeatable: bool) -> StorageError:
        told = reply.body[:200].decode("utf-8", "replace").strip()
        detail = f"Consul: status {reply.status}: {told}"
        if reply.status in _REFUSED:
            return StorageError("the store failed", detail=detail)
        self._endpoints.turn_away()
        kind = StorageError if repeatable else UnclearError
        return kind("the store failed", detail=detail)

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        if len(self._token):
            headers["x-consul-token"] = self._token.reveal().decode("latin-1")
        return headers

    def _get(self, name: str) -> dict[str, Any]:
        return {"Verb": "get-or-empty", "Key": self._key(name)}

    def _key(self, name: str) -> str:
        return self._path + key_of(name)


def _condition(key: str, version: int) -> dict[str, Any]:
    if not version:
        return {"Verb": "check-not-exists", "Key": key}
    return {"Verb": "check-index", "Key": key, "Index": version}


def _set(key: str, value: bytes) -> dict[str, Any]:
    return {"Verb": "set", "Key": key, "Value": value}
