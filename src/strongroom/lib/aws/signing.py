"""Signs requests to AWS, by the signer of AWS's own library.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from strongroom.lib.aws.credentials import Credentials
from strongroom.lib.aws.endpoints import Target
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command

S3 = "s3"
"""The one service whose paths are signed as they are, and that wants a digest of the body among the headers."""


class Message(msgspec.Struct, frozen=True):
    """A request that isn't signed yet."""

    verb: str
    url: str
    headers: Mapping[str, str] = {}
    content: bytes = b""

    def __repr__(self) -> str:
        return f"Message({self.verb})"


async def ready() -> None:
    """Import the signer, off the loop, because that reads hundreds of files.  Raises `UpstreamFailed` without it."""
    if not _library.cache_info().currsize:
        await asyncio.to_thread(_library)


def signed(target: Target, credentials: Credentials, message: Message) -> dict[str, str]:
    """The headers of the signed request.  Raises `UpstreamFailed` if the package for it isn't installed."""
    auth, auth_of_s3, request, keys = _library()
    outgoing = request(method=message.verb, url=message.url, data=message.content, headers=dict(message.headers))
    held = keys(credentials.access_key, credentials.secret_key, credentials.session_token or None)
    signer = auth_of_s3 if target.service == S3 else auth
    signer(held, target.service, target.region).add_auth(outgoing)
    return dict(outgoing.headers.items())


@cache
def _library() -> tuple[Any, Any, Any, Any]:
    """The signer of AWS's own library, imported when it is first needed."""
    try:
        from botocore.auth import S3SigV4Auth, SigV4Auth  # noqa: PLC0415 - an optional package
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415
        from botocore.credentials import Credentials as Keys  # noqa: PLC0415
    except ImportError as error:
        text = "this server can't sign requests to AWS, because a package is missing: its log says which"
        raise UpstreamFailed(text, detail=install_command("aws")) from error
    return SigV4Auth, S3SigV4Auth, AWSRequest, Keys
