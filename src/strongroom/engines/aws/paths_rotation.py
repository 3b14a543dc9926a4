"""`config/rotate-root`: a new key for the user by whose key AWS is asked.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#rotate-root-credentials
"""

from __future__ import annotations

import msgspec

from strongroom.engines.aws import root_key
from strongroom.engines.aws.calls import AwsCalls
from strongroom.engines.aws.paths_root import ROTATE_ROOT
from strongroom.engines.aws.records import ROOT, ROTATION, RootConfig
from strongroom.engines.aws.times import postponed, wake
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, Response, path
from strongroom.sdk.rotation import next_time

RETIRE = "retire-root-key"
_EMPTY = "Cannot call config/rotate-root when either access_key or secret_key is empty"
_UNDER_WAY = "the last rotation isn't over: AWS doesn't take the new key everywhere yet, so the old one still exists"


class RotationPaths:
    """`config/rotate-root`"""

    calls: AwsCalls

    @path.write("config/rotate-root")
    async def rotate_root(self, request: Request) -> Response:
        """Replaces the access key by a new one, which only this server knows."""
        config = await self.rotated(request)
        return Response(data={"access_key": config.access_key})

    async def rotated(self, request: Request) -> RootConfig:
        """The configuration with a new key, which is stored.  Raises `InvalidRequest`, `UpstreamFailed`."""
        config = await request.view.read(ROOT, RootConfig)
        if config is None:
            raise InvalidRequest("no configuration found for config/root")
        if not (config.access_key and config.secret_key):
            raise InvalidRequest(_EMPTY)
        if config.old_access_key:
            raise InvalidRequest(_UNDER_WAY)
        account = self.calls.account(config)
        work = lambda: root_key.new_key(account, request.view, config.access_key, request.now)  # noqa: E731
        made = request.once.outside(f"new root key {account.digest}", work)
        next_at = next_time(config.rotation, request.now, request.now)
        changed = root_key.with_key(msgspec.structs.replace(config, next_rotation_at=next_at), made, request.now)
        await wake(request, ROTATE_ROOT, next_at)
        request.view.write(ROOT, changed)
        request.view.delete(ROTATION)
        await request.schedule(request.now, RETIRE)
        return changed

    async def rotate_root_when_due(self, request: Request) -> None:
        """Rotate as it is configured.  Raises what `rotated` does, and is called again."""
        config = await request.view.read(ROOT, RootConfig)
        if config is None:
            return
        later = postponed(config.rotation, config.next_rotation_at, request.now)
        if later is None:
            await self.rotated(request)
            return
        if later != config.next_rotation_at:
            request.view.write(ROOT, msgspec.structs.replace(config, next_rotation_at=later))
        if later:
            await request.schedule(later, ROTATE_ROOT)

    async def retire_root_key(self, request: Request) -> None:
        """Delete the key that a rotation has replaced.  Raises `UpstreamFailed`, and is called again."""
        config = await request.view.read(ROOT, RootConfig)
        if config is None or not config.old_access_key:
            return
        account = self.calls.account(config)
        request.once.outside(f"retire {account.digest}", lambda: root_key.retire(account, config))
        request.view.write(ROOT, root_key.without_old(config))
