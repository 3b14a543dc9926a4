"""`config/rotate-root`: a new key for the user by whose key AWS is asked.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#rotate-root-credentials
"""

from __future__ import annotations

from strongroom.engines.aws import root_key
from strongroom.engines.aws.calls import AwsCalls
from strongroom.engines.aws.records import ROOT, ROTATION, RootConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, Response, path

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
        changed = root_key.with_key(config, made, request.now)
        request.view.write(ROOT, changed)
        request.view.delete(ROTATION)
        await request.schedule(request.now, RETIRE)
        return changed

    async def retire_root_key(self, request: Request) -> None:
        """Delete the key that a rotation has replaced.  Raises `UpstreamFailed`, and is called again."""
        config = await request.view.read(ROOT, RootConfig)
        if config is None or not config.old_access_key:
            return
        account = self.calls.account(config)
        request.once.outside(f"retire {account.digest}", lambda: root_key.retire(account, config))
        request.view.write(ROOT, root_key.without_old(config))
