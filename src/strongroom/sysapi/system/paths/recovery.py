"""`sys/rekey-recovery-key/*`, `sys/rotate/recovery/*`: shares for a seal that opens by itself; there is none.

Source: https://developer.hashicorp.com/vault/api-docs/system/rekey-recovery-key
"""

from __future__ import annotations

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.engine import require
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sealing.openings import REKEY
from strongroom.sealing.unseal import decode_share
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.system.paths.rekey import RekeyBody, ShareBody

_UNSUPPORTED = "recovery rekeying not supported"
_NO_BACKUP = "no backed-up keys found"


class RecoveryPaths(SystemEngine):
    """Recovery keys: this server's seal opens by the key shares themselves, so there are none."""

    @path.read("rekey-recovery-key/init", opened_by=REKEY, root_only=True)
    async def read_recovery_rekey(self, request: Request) -> Response | None:
        """Status of a rekey of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_UNSUPPORTED)

    @path.write("rekey-recovery-key/init", opened_by=REKEY, root_only=True)
    async def begin_recovery_rekey(self, request: Request, body: RekeyBody) -> Response | None:
        """Starts a rekey of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_UNSUPPORTED)

    @path.delete("rekey-recovery-key/init", opened_by=REKEY, root_only=True)
    async def cancel_recovery_rekey(self, request: Request) -> Response | None:
        """Cancels a rekey of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_UNSUPPORTED)

    @path.write("rekey-recovery-key/update", opened_by=REKEY, root_only=True)
    async def update_recovery_rekey(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one recovery key. This server has no recovery keys."""
        decode_share(require(body.key, "'key' must be specified in request body as JSON"))
        raise InvalidRequest(_UNSUPPORTED)

    @path.read("rekey-recovery-key/verify", opened_by=REKEY, root_only=True)
    async def read_recovery_verification(self, request: Request) -> Response | None:
        """Status of the verification of new recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_UNSUPPORTED)

    @path.write("rekey-recovery-key/verify", opened_by=REKEY, root_only=True)
    async def verify_recovery_rekey(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one new recovery key for verification. This server has no recovery keys."""
        decode_share(require(body.key, "'key' must be specified in request body as JSON"))
        raise InvalidRequest(_UNSUPPORTED)

    @path.delete("rekey-recovery-key/verify", opened_by=REKEY, root_only=True)
    async def restart_recovery_verification(self, request: Request) -> Response | None:
        """Restarts the verification of new recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_UNSUPPORTED)

    @path.read("rekey/recovery-key-backup", root_only=True)
    async def read_recovery_backup(self, request: Request) -> Response | None:
        """Reads the backup of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_NO_BACKUP)

    @path.delete("rekey/recovery-key-backup", root_only=True)
    async def delete_recovery_backup(self, request: Request) -> Response | None:
        """Deletes the backup of the recovery keys. This server has no recovery keys."""
        return None

    @path.read("rotate/recovery/init", root_only=True)
    async def read_recovery_rotation(self, request: Request) -> Response | None:
        """Status of a rekey of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest("unable to look up config: recovery not supported")

    @path.write("rotate/recovery/init", root_only=True)
    async def begin_recovery_rotation(self, request: Request, body: RekeyBody) -> Response | None:
        """Starts a rekey of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest("recovery keys not supported")

    @path.delete("rotate/recovery/init", root_only=True)
    async def cancel_recovery_rotation(self, request: Request) -> Response | None:
        """Cancels a rekey of the recovery keys. This server has no recovery keys."""
        return None

    @path.write("rotate/recovery/update", root_only=True)
    async def update_recovery_rotation(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one recovery key. This server has no recovery keys."""
        _require_share(body)
        raise InvalidRequest("no rotation in progress")

    @path.read("rotate/recovery/verify", root_only=True)
    async def read_recovery_rotation_verification(self, request: Request) -> Response | None:
        """Status of the verification of new recovery keys. This server has no recovery keys."""
        raise InvalidRequest("no rotation configuration found")

    @path.write("rotate/recovery/verify", root_only=True)
    async def verify_recovery_rotation(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one new recovery key for verification. This server has no recovery keys."""
        _require_share(body)
        raise InvalidRequest("no rotation in progress")

    @path.delete("rotate/recovery/verify", root_only=True)
    async def restart_recovery_rotation_verification(self, request: Request) -> Response | None:
        """Restarts the verification of new recovery keys. This server has no recovery keys."""
        raise InvalidRequest("no rotation configuration found")

    @path.read("rotate/recovery/backup", root_only=True)
    async def read_recovery_rotation_backup(self, request: Request) -> Response | None:
        """Reads the backup of the recovery keys. This server has no recovery keys."""
        raise InvalidRequest(_NO_BACKUP)

    @path.delete("rotate/recovery/backup", root_only=True)
    async def delete_recovery_rotation_backup(self, request: Request) -> Response | None:
        """Deletes the backup of the recovery keys. This server has no recovery keys."""
        return None


def _require_share(body: ShareBody) -> None:
    decode_share(require(body.key, "missing required field 'key'"))
    require(body.nonce, "missing required field 'nonce'")
