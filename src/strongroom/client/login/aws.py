"""The proof of an identity of AWS: a signed request to its token service, or the document of an instance.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#authentication
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.client.login.error import LoginError
from strongroom.client.login.metadata import ask

SERVER_ID = "X-Vault-AWS-IAM-Server-ID"
_BODY = "Action=GetCallerIdentity&Version=2011-06-15"
_GLOBAL_REGION = "us-east-1"
_METADATA = "http://169.254.169.254"
_SESSION_S = "300"


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """An access key, with a session's token where it is a temporary one."""

    access: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)


def endpoint(region: str) -> str:
    """The token service's address for a region, the global one without.  (p)

    Raises: `LoginError` for what is no region's name.

    Source: https://docs.aws.amazon.com/general/latest/gr/sts.html
    """
    if not region:
        return "https://sts.amazonaws.com/"
    if not region.replace("-", "").isalnum() or not region.isascii():
        raise LoginError(f"region must be the name of a region, and not {region!r}")
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://sts.{region}.amazonaws.com{suffix}/"


def signed_request(keys: AwsKeys, url: str, region: str, server_id: str) -> dict[str, str]:
    """The parts of a signed request, as the server takes them.

    Args:
        url: the token service's, of `endpoint`.
        region: for which is signed; empty for the global one.
        server_id: the value of the header that the server asks for; empty for none.

    Raises: `LoginError`.
    """
    auth, request_type = _signer()
    from botocore.credentials import Credentials  # noqa: PLC0415 - an extra, and only this method needs it

    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    if server_id:
        headers[SERVER_ID] = server_id
    request = request_type(method="POST", url=url, data=_BODY, headers=headers)
    credentials = Credentials(keys.access, keys.secret, keys.session or None)
    auth(credentials, "sts", region or _GLOBAL_REGION).add_auth(request)
    sent = {name: [value] for name, value in request.headers.items()}
    return {
        "iam_http_request_method": "POST",
        "iam_request_url": _encoded(url),
        "iam_request_body": _encoded(_BODY),
        "iam_request_headers": _encoded(json.dumps(sent, sort_keys=True)),
    }


def _signer() -> tuple[Any, Any]:
    try:
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - as above
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above
    except ImportError as error:
        from strongroom.lib.extras import install_command  # noqa: PLC0415 - as above

        raise LoginError(f"botocore isn't installed, which signs the login. Run: {install_command('aws')}") from error
    return SigV4Auth, AWSRequest


def found_keys(instead: str) -> AwsKeys:
    """The keys that AWS's own programs would use here: of variables, profiles, the machine's role.

    Args:
        instead: what else could be done, for the error, as "give access_key and secret_key".

    Raises: `LoginError`.
    """
    _signer()
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    from botocore.session import Session  # noqa: PLC0415 - as above

    try:
        found = Session().get_credentials()
        frozen = found and found.get_frozen_credentials()
    except BotoCoreError as error:
        raise LoginError(f"AWS's credentials can't be had: {error}") from error
    if not frozen or not frozen.access_key:
        raise LoginError(
            f"there are no AWS credentials: {instead}, set AWS_PROFILE, or run this where the machine has a role"
        )
    return AwsKeys(frozen.access_key, frozen.secret_key, frozen.token or "")


def instance_document(environment: Mapping[str, str]) -> dict[str, str]:
    """The document about this instance, and its signature, as the server takes them.

    Args:
        environment: may name another address of the metadata service, as AWS's own libraries have it.

    Raises: `LoginError`.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
    """
    service = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "").rstrip("/") or _METADATA
    session = ask(
        f"{service}/latest/api/token",
        {"X-aws-ec2-metadata-token-ttl-seconds": _SESSION_S},
        "a session of the metadata service",
        verb="PUT",
    )
    headers = {"X-aws-ec2-metadata-token": session.strip()}
    about = f"{service}/latest/dynamic/instance-identity"
    return {
        "identity": _encoded(ask(f"{about}/document", headers, "the instance's document")),
        "signature": ask(f"{about}/signature", headers, "the signature of the instance's document"),
    }


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
