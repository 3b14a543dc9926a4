"""`sys/rekey/*` and `sys/rotate/root*`: new key shares, a new root key.

Two families of endpoints for one attempt: the older answers without the envelope and may be opened to clients without
a token by a listener; the newer never is.
Source: https://developer.hashicorp.com/vault/api-docs/system/rekey, https://openbao.org/api-docs/system/rotate/root
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.engine import require
from strongroom.sdk.fields import SECRET, Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sealing import rekey, root_key
from strongroom.sealing.ceremonies import State
from strongroom.sealing.openings import REKEY
from strongroom.sealing.rekey import Rekey, Rekeying
from strongroom.sealing.words import LEGACY, ROTATION, Words
from strongroom.sysapi.context import SystemEngine, system

"""The listener's setting that serves these paths without a token."""
_KEY_REQUIRED = "'key' must be specified in request body as JSON"


class RekeyBody(Body, frozen=True):
    """What shares are wanted."""

    secret_shares: Annotated[int, Doc(description="How many key shares to make.")] = 0
    secret_threshold: Annotated[int, Doc(description="How many of the key shares are needed to unseal.")] = 0
    pgp_keys: Annotated[CommaList | None, Doc(description="One PGP key per share, in base64.")] = None
    backup: Annotated[bool, Doc(description="Whether to keep a backup of the encrypted shares.")] = False
    require_verification: Annotated[
        bool, Doc(description="Whether the new shares have to be provided once before they replace the old ones.")
    ] = False
    stored_shares: Annotated[int, Doc(description="Not used.")] = 0


class ShareBody(Body, frozen=True):
    """A key share."""

    key: Annotated[str, Doc(description="One share, in hexadecimal or base64.", extra=SECRET)] = ""
    nonce: Annotated[str, Doc(description="The nonce of the attempt that the share is for.")] = ""


class RekeyPaths(SystemEngine):
    """New key shares, by those who hold the present ones."""

    @path.read("rekey/init", opened_by=REKEY, root_only=True)
    async def read_rekey(self, request: Request) -> Response | None:
        """Status of a rekey of the key shares."""
        return _flat(_legacy_state(await _progress(request)))

    @path.write("rekey/init", opened_by=REKEY, root_only=True)
    async def begin_rekey(self, request: Request, body: RekeyBody) -> Response | None:
        """Starts a rekey of the key shares."""
        if body.pgp_keys and len(body.pgp_keys) != body.secret_shares:
            raise InvalidRequest("incorrect number of PGP keys for rekey")
        return _flat(_legacy_state(await _begin(request, body, LEGACY)))

    @path.delete("rekey/init", opened_by=REKEY, root_only=True)
    async def cancel_rekey(self, request: Request) -> Response | None:
        """Cancels the attempt and discards the shares that were given so far."""
        await _rekey(request, LEGACY).cancel()
        return None

    @path.write("rekey/update", opened_by=REKEY, root_only=True)
    async def update_rekey(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one of the current key shares. The last one needed creates the new ones."""
        require(body.key, _KEY_REQUIRED)
        given = await _give(request, body, LEGACY)
        return _flat(_legacy_state(given) if given.made is None else _legacy_done(given))

    @path.read("rekey/verify", opened_by=REKEY, root_only=True)
    async def read_rekey_verification(self, request: Request) -> Response | None:
        """Status of the verification of the new key shares."""
        return _flat(await _verification(request, LEGACY))

    @path.write("rekey/verify", opened_by=REKEY, root_only=True)
    async def verify_rekey(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one of the new key shares. The last one puts them in force."""
        require(body.key, _KEY_REQUIRED)
        return _flat(await _verify(request, body, LEGACY))

    @path.delete("rekey/verify", opened_by=REKEY, root_only=True)
    async def restart_rekey_verification(self, request: Request) -> Response | None:
        """Restarts the verification of the new key shares."""
        return _flat(await _verify_anew(request, LEGACY))

    @path.read("rekey/backup", root_only=True)
    async def read_rekey_backup(self, request: Request) -> Response | None:
        """Reads the backup of the encrypted key shares."""
        return await _backup(request)

    @path.delete("rekey/backup", root_only=True)
    async def delete_rekey_backup(self, request: Request) -> Response | None:
        """Deletes the backup of the encrypted key shares."""
        rekey.forget_backup(system(request).txn)
        return None


class RootRotationPaths(SystemEngine):
    """The same with a token always, and a new root key without shares."""

    @path.write("rotate/root", sudo=True, root_only=True)
    async def rotate_root(self, request: Request) -> Response | None:
        """Replaces the root key. The key shares stay valid."""
        view = system(request)
        await root_key.rotate(view.txn, view.services.random, request.now)
        return None

    @path.read("rotate/root/init", root_only=True)
    async def read_root_rotation(self, request: Request) -> Response | None:
        """Status of a rekey of the key shares."""
        return Response(data=_state(await _progress(request)))

    @path.write("rotate/root/init", root_only=True)
    async def begin_root_rotation(self, request: Request, body: RekeyBody) -> Response | None:
        """Starts a rekey of the key shares."""
        return Response(data=_state(await _begin(request, body, ROTATION)))

    @path.delete("rotate/root/init", root_only=True)
    async def cancel_root_rotation(self, request: Request) -> Response | None:
        """Cancels the attempt and discards the shares that were given so far."""
        await _rekey(request, LEGACY).cancel()
        return None

    @path.write("rotate/root/update", root_only=True)
    async def update_root_rotation(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one of the current key shares. The last one needed creates the new ones."""
        _require_both(body)
        given = await _give(request, body, ROTATION)
        return Response(data=_state(given) if given.made is None else _done(given))

    @path.read("rotate/root/verify", root_only=True)
    async def read_root_verification(self, request: Request) -> Response | None:
        """Status of the verification of the new key shares."""
        return Response(data=await _verification(request, ROTATION))

    @path.write("rotate/root/verify", root_only=True)
    async def verify_root_rotation(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one of the new key shares. The last one puts them in force."""
        _require_both(body)
        return Response(data=await _verify(request, body, ROTATION))

    @path.delete("rotate/root/verify", root_only=True)
    async def restart_root_verification(self, request: Request) -> Response | None:
        """Restarts the verification of the new key shares."""
        return Response(data=await _verify_anew(request, ROTATION))

    @path.read("rotate/root/backup", root_only=True)
    async def read_root_backup(self, request: Request) -> Response | None:
        """Reads the backup of the encrypted key shares."""
        return await _backup(request)

    @path.delete("rotate/root/backup", root_only=True)
    async def delete_root_backup(self, request: Request) -> Response | None:
        """Deletes the backup of the encrypted key shares."""
        rekey.forget_backup(system(request).txn)
        return None


def _flat(data: dict[str, Any]) -> Response:
    return Response(data=data, flat=True)


def _require_both(body: ShareBody) -> None:
    require(body.key, "missing required field 'key'")
    require(body.nonce, "missing required field 'nonce'")


def _rekey(request: Request, words: Words) -> Rekey:
    view = system(request)
    return Rekey(view.txn, view.services.port, view.services.random, request.now, words)


async def _progress(request: Request) -> Rekeying:
    return await _rekey(request, LEGACY).progress()


async def _begin(request: Request, body: RekeyBody, words: Words) -> Rekeying:
    wanted = rekey.RekeyRequest(
        shares=body.secret_shares,
        threshold=body.secret_threshold,
        pgp_keys=tuple(body.pgp_keys or ()),
        backup=body.backup,
        verify=body.require_verification,
    )
    return await _rekey(request, words).begin(wanted)


async def _give(request: Request, body: ShareBody, words: Words) -> Rekeying:
    return await _rekey(request, words).give(body.nonce, body.key)


async def _verification(request: Request, words: Words) -> dict[str, Any]:
    shown = await _progress(request)
    if shown.wanted is None:
        raise InvalidRequest(words.not_configured)
    return _verification_state(shown)


async def _verify(request: Request, body: ShareBody, words: Words) -> dict[str, Any]:
    given = await _rekey(request, words).verify(body.nonce, body.key)
    if given.verified:
        return {"nonce": given.outcome.verification_nonce, "complete": True}
    return _verification_state(given)


async def _verify_anew(request: Request, words: Words) -> dict[str, Any]:
    return _verification_state(await _rekey(request, words).verify_anew())


async def _backup(request: Request) -> Response:
    record = await rekey.backup(system(request).txn)
    data = {"nonce": record.nonce, "keys": record.keys, "keys_base64": record.keys_base64}
    return Response(data=data, repeat=True)


def _legacy_state(shown: Rekeying) -> dict[str, Any]:
    wanted, outcome = shown.wanted, shown.outcome
    out: dict[str, Any] = {
        "nonce": outcome.nonce,
        "started": wanted is not None,
        "t": wanted.threshold if wanted is not None else 0,
        "n": wanted.shares if wanted is not None else 0,
        "progress": outcome.progress,
        "required": shown.required,
        "pgp_fingerprints": _fingerprints(shown),
        "backup": wanted is not None and wanted.backup,
        "verification_required": wanted is not None and wanted.verify,
    }
    if outcome.verification_nonce:
        out["verification_nonce"] = outcome.verification_nonce
    return out


def _legacy_done(given: Rekeying) -> dict[str, Any]:
    out = _done(given)
    if not out["verification_nonce"]:
        del out["verification_nonce"]
    return out


def _state(shown: Rekeying) -> dict[str, Any]:
    wanted, outcome = shown.wanted, shown.outcome
    if wanted is None:
        return {"started": False, "t": 0, "n": 0, "required": shown.required}
    out: dict[str, Any] = {
        "nonce": outcome.nonce,
        "started": True,
        "t": wanted.threshold,
        "n": wanted.shares,
        "progress": outcome.progress,
        "required": shown.required,
        "verification_required": wanted.verify,
        "verification_nonce": outcome.verification_nonce,
    }
    if wanted.pgp_keys:
        out |= {"pgp_fingerprints": _fingerprints(shown), "backup": wanted.backup}
    return out


def _done(given: Rekeying) -> dict[str, Any]:
    """The only answer with the new shares in it."""
    wanted, made = given.wanted, given.made
    if wanted is None or made is None:
        raise InvalidRequest(ROTATION.absent)
    return {
        "nonce": given.outcome.nonce,
        "complete": True,
        "keys": made.hexadecimal(),
        "keys_base64": made.base64(),
        "pgp_fingerprints": _fingerprints(given),
        "backup": wanted.backup,
        "verification_required": wanted.verify,
        "verification_nonce": given.outcome.verification_nonce,
    }


def _verification_state(shown: Rekeying) -> dict[str, Any]:
    wanted, outcome = shown.wanted, shown.outcome
    return {
        "nonce": outcome.verification_nonce,
        "started": outcome.state is State.VERIFYING,
        "t": wanted.threshold if wanted is not None else 0,
        "n": wanted.shares if wanted is not None else 0,
        "progress": outcome.verification_progress,
    }


def _fingerprints(shown: Rekeying) -> list[str] | None:
    return list(shown.wanted.fingerprints) or None if shown.wanted is not None else None
