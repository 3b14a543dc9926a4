"""What a server answers in recovery mode: the generation of its token, and rows of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from strongroom.__about__ import VERSION
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.mac import same, sha256
from strongroom.http import encode
from strongroom.http.decode import Call, Redirect, decode, token_in
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.options import ListenerOptions
from strongroom.lib import json_weight
from strongroom.lib.errors import (
    Internal,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RequestTooLarge,
    Sealed,
    StrongroomError,
    UnsupportedOperation,
)
from strongroom.lib.fault import where
from strongroom.lib.rand import Random
from strongroom.lib.turn import Turn
from strongroom.sdk.fields import fill
from strongroom.sdk.request import Operation
from strongroom.sealing.ceremonies import State
from strongroom.sealing.initialize import TOKEN_LENGTH, seal_of
from strongroom.sealing.recovery_token import Made, RecoveryToken
from strongroom.sealing.root_token import Generation
from strongroom.services import raw_rows
from strongroom.storage.base import Storage
from strongroom.sysapi.system.paths.raw import (
    ListRawBody,
    ReadRawBody,
    WriteRawBody,
    check_encoding,
    content_in,
    shown_in,
)
from strongroom.sysapi.system.paths.rekey import ShareBody
from strongroom.sysapi.system.paths.root_token import AttemptBody

log = structlog.get_logger("server.recovery")

_ATTEMPT: Final = "sys/generate-recovery-token/attempt"
_UPDATE: Final = "sys/generate-recovery-token/update"
_RAW: Final = "sys/raw"
_STATES: Final = frozenset({"sys/seal-status", "sys/health"})
_ELSEWHERE: Final = "the server is in recovery mode, and serves only sys/raw and sys/generate-recovery-token"
_STRANGERS_BYTES: Final = 2 * 1024 * 1024


class RecoveryApplication:
    """Serves the requests of all listeners in recovery mode.

    Args:
        options: of a listener, whose limits count for all. storage_type: for who asks for the state.
    """

    repeats = None

    def __init__(self, storage: Storage, random: Random, options: ListenerOptions, storage_type: str = "") -> None:
        self.turn = Turn()
        self._storage_type = storage_type
        self._storage = storage
        self._random = random
        self._options = options
        self._generation = RecoveryToken(storage, random)
        self._digest = b""
        """Of the token; empty while there is none."""
        self._barrier: Barrier | None = None

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        try:
            if json_weight.heavier(request.body, _STRANGERS_BYTES):
                self._require(token_in(request.headers))
            return await self._answer(decode(request, _STATES, self._options.json))
        except Redirect as redirect:
            return encode.redirect(redirect.location)
        except StrongroomError as error:
            if error.detail:
                log.warning("request failed", detail=error.detail)
            return encode.failure(error)
        except Exception as error:  # the listener relies on an answer
            log.error("request failed", detail=where(error))
            return encode.failure(Internal())

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Whether a client may send a large body: with the token.  Returns the refusal, or None."""
        try:
            self._require(token_in(headers))
        except StrongroomError:
            return encode.failure(RequestTooLarge("request body is too large for a request without a token"))
        return None

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The response to a request that the listener itself refuses."""
        return encode.error_body(status, [text])

    async def _answer(self, call: Call) -> HttpResponse:
        if call.path in _STATES:
            return await self._state(call)
        path = call.path.rstrip("/")
        if path == _ATTEMPT:
            return await self._attempt(call)
        if path == _UPDATE:
            return await self._update(call)
        if call.path == _RAW or call.path.startswith(f"{_RAW}/"):
            return await self._rows(call)
        raise Sealed(_ELSEWHERE)

    async def _state(self, call: Call) -> HttpResponse:
        """The state as load balancers and operators ask for it: sealed, and with 503 where that is what counts."""
        if call.operation is not Operation.READ:
            raise UnsupportedOperation("")
        seal = await seal_of(self._storage)
        body: dict[str, Any] = {
            "initialized": seal is not None,
            "sealed": True,
            "standby": True,
            "recovery_mode": True,
            "version": VERSION,
        }
        if call.path == "sys/health":
            return encode.flat(body, 503)
        outcome = (await self._generation.progress()).outcome if seal is not None else None
        return encode.flat(
            body
            | {
                "type": "shamir",
                "t": seal.threshold if seal is not None else 0,
                "n": seal.shares if seal is not None else 0,
                "progress": outcome.progress if outcome is not None else 0,
                "nonce": outcome.nonce if outcome is not None else "",
                "storage_type": self._storage_type,
            }
        )

    async def _attempt(self, call: Call) -> HttpResponse:
        match call.operation:
            case Operation.READ:
                return encode.flat(_shown(await self._generation.progress()))
            case Operation.UPDATE:
                body = fill(AttemptBody, call.data)
                return encode.flat(_shown(await self._generation.begin(body.otp, body.pgp_key)))
            case Operation.DELETE:
                self._generation.cancel()
                return encode.no_content()
        raise UnsupportedOperation("")

    async def _update(self, call: Call) -> HttpResponse:
        if call.operation is not Operation.UPDATE:
            raise UnsupportedOperation("")
        body = fill(ShareBody, call.data)
        if not body.key:
            raise InvalidRequest("'key' must be specified in request body as JSON")
        given, made = await self._generation.give(body.nonce, body.key)
        if made is not None:
            await self._open(made)
        return encode.flat(_shown(given) | {"otp_length": 0})

    async def _open(self, made: Made) -> None:
        """Let whoever has the token at the rows.  An earlier token ends."""
        if self._barrier is None:
            self._barrier = await Barrier.open(self._storage, made.root_key, self._random)
        self._digest = sha256(made.token.reveal())
        log.warning("a recovery token was made: its holder may read and change every row of the store")

    def _require(self, token: str) -> Barrier:
        """The open barrier.  Raises `PermissionDenied` for another token than the present one."""
        if self._barrier is None or not token or not same(sha256(token.encode()), self._digest):
            raise PermissionDenied("permission denied")
        return self._barrier

    async def _rows(self, call: Call) -> HttpResponse:
        barrier = self._require(call.token)
        if call.namespace:
            raise InvalidRequest("operation unavailable in namespaces")
        key = call.path.removeprefix(_RAW).removeprefix("/")
        # There is no audit log in recovery mode, because its devices are rows themselves.
        log.info("rows are asked for", operation=call.operation.value, key=key)
        match call.operation:
            case Operation.READ:
                return await self._read(barrier, key, fill(ReadRawBody, call.data))
            case Operation.LIST:
                return await self._list(barrier, key, fill(ListRawBody, call.data))
            case Operation.UPDATE:
                content = content_in(fill(WriteRawBody, call.data))
                await transact(barrier, lambda txn: raw_rows.write(txn, key, content))
                return encode.no_content()
            case Operation.DELETE:
                await transact(barrier, lambda txn: _delete(txn, key))
                return encode.no_content()
        raise UnsupportedOperation("")

    async def _read(self, barrier: Barrier, key: str, body: ReadRawBody) -> HttpResponse:
        check_encoding(body.encoding)
        content = await transact(barrier, lambda txn: raw_rows.read(txn, key))
        if content is None:
            raise NotFound("")
        return encode.flat(_enveloped({"value": shown_in(body, content)}))

    async def _list(self, barrier: Barrier, key: str, body: ListRawBody) -> HttpResponse:
        limit = body.limit or None
        found = await transact(barrier, lambda txn: raw_rows.names(txn, key, body.after, limit))
        if not found:
            raise NotFound("")
        return encode.flat(_enveloped({"keys": found}))


async def _delete(txn: Transaction, key: str) -> None:
    raw_rows.delete(txn, key)


def _enveloped(data: dict[str, Any]) -> dict[str, Any]:
    """Data in the envelope of the API, as the command line expects it."""
    return {"request_id": "", "lease_id": "", "renewable": False, "lease_duration": 0, "data": data, "auth": None}


def _shown(shown: Generation) -> dict[str, Any]:
    return {
        "started": shown.outcome.state is not State.ABSENT or bool(shown.encoded),
        "nonce": shown.outcome.nonce,
        "progress": shown.required if shown.encoded else shown.outcome.progress,
        "required": shown.required,
        "complete": bool(shown.encoded),
        "encoded_token": shown.encoded,
        "pgp_fingerprint": shown.wanted.fingerprint,
        "otp": shown.otp,
        "otp_length": TOKEN_LENGTH,
    }
