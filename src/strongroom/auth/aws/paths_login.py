"""Logging in.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#login
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.auth.aws import login_ec2, login_iam
from strongroom.auth.aws.cloud import Cloud
from strongroom.auth.aws.iam_request import Given
from strongroom.auth.aws.login_ec2 import GivenDocument
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path


class LoginFields(Body, frozen=True):
    """A signed request to STS, or an identity document of an instance."""

    role: Annotated[str, Doc(description="The role. The principal's name or the instance's image by default.")] = ""
    iam_http_request_method: Annotated[str, Doc(description="`POST` or `GET`.")] = ""
    iam_request_url: Annotated[str, Doc(description="The URL of the signed request, in base64.", extra=SECRET)] = ""
    iam_request_body: Annotated[str, Doc(description="Its body, in base64.")] = ""
    iam_request_headers: Annotated[
        Any, Doc(description="Its headers: an object, or its JSON in base64.", extra=SECRET)
    ] = None
    identity: Annotated[str, Doc(description="The identity document, in base64.")] = ""
    signature: Annotated[str, Doc(description="Its RSA signature, in base64.", extra=SECRET)] = ""
    pkcs7: Annotated[str, Doc(description="The identity document with its signature, as PKCS#7.", extra=SECRET)] = ""
    nonce: Annotated[str | None, Doc(description="What the instance proves itself by later.", extra=SECRET)] = None


class LoginPaths:
    """`login`"""

    cloud: Cloud
    random: Random

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in as a principal of IAM or as an instance."""
        of_iam = any(
            (body.iam_http_request_method, body.iam_request_url, body.iam_request_body, body.iam_request_headers)
        )
        of_ec2 = any((body.identity, body.signature, body.pkcs7))
        if of_iam and of_ec2:
            raise InvalidRequest("supplied auth values for both ec2 and iam auth types")
        if of_iam:
            given = Given(
                body.iam_http_request_method, body.iam_request_url, body.iam_request_body, body.iam_request_headers
            )
            return Response(auth=await login_iam.log_in(self.cloud, request, body.role, given))
        if of_ec2:
            document = GivenDocument(body.identity, body.signature, body.pkcs7, body.nonce)
            return Response(auth=await login_ec2.log_in(self.cloud, self.random, request, body.role, document))
        raise InvalidRequest("didn't supply required authentication values")
