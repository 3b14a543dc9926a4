"""`sys/policies/password`: how passwords that engines generate are composed."""

from __future__ import annotations

from typing import Annotated

from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.passwords import OF_POLICIES, OF_RULES, generate, parse_password_policy
from strongroom.sdk import near_miss, path
from strongroom.sdk.fields import Body, Doc, Normal
from strongroom.sdk.passwords import PasswordPolicyRecord
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.policy_text import decoded

_MOST_NAMES, _LONGEST_NAME = 8, 64
"""Of a warning."""


class PasswordPolicyBody(Body, frozen=True):
    """A password policy."""

    policy: Annotated[str, Doc(description="The rules in HCL or JSON, also in base64."), Normal(decoded)] = ""


class PasswordPaths(SystemEngine):
    """Password policies."""

    @path.list_("policies/password")
    async def list_password_policies(self, request: Request) -> Response | None:
        """Lists the names of all password policies."""
        names = await system(request).txn.scan(_place(request))
        return Response(data={"keys": names}) if names else None

    @path.read("policies/password/{name*}/generate")
    async def generate_password(self, request: Request, name: str) -> Response | None:
        """Generates a password that meets a policy."""
        policy = parse_password_policy((await _read(request, name)).text)
        random = system(request).services.random
        password = request.once("password", lambda: generate(policy, random.bytes))
        return Response(data={"password": password})

    @path.read("policies/password/{name*}")
    async def read_password_policy(self, request: Request, name: str) -> Response | None:
        """Reads a password policy."""
        return Response(data={"policy": (await _read(request, name)).text})

    @path.write("policies/password/{name*}")
    async def write_password_policy(self, request: Request, name: str, body: PasswordPolicyBody) -> Response | None:
        """Creates or replaces a password policy. A password is generated once to test it."""
        if not body.policy:
            raise InvalidRequest("missing policy")
        view = system(request)
        text = decoded(body.policy)
        policy = parse_password_policy(text)
        request.once("trial", lambda: generate(policy, view.services.random.bytes))
        view.txn.write(_place(request) + name, PasswordPolicyRecord(text=text))
        warnings = _warnings(policy.ignored)
        return Response(warnings=warnings) if warnings else None

    @path.delete("policies/password/{name*}")
    async def delete_password_policy(self, request: Request, name: str) -> Response | None:
        """Deletes a password policy."""
        system(request).txn.delete(_place(request) + name)
        return None


def _warnings(ignored: tuple[str, ...]) -> list[str]:
    """What is likely to be a mistake: passwords don't meet a demand that nothing reads."""
    if not ignored:
        return []
    names = " ".join(name[:_LONGEST_NAME] for name in ignored[:_MOST_NAMES])
    told = f"the password policy has names that nothing reads, so passwords don't follow them: {names}"
    return [told, *near_miss.suggestions(ignored, OF_POLICIES | OF_RULES)]


def _place(request: Request) -> str:
    return keys.password_policies(system(request).namespace.id)


async def _read(request: Request, name: str) -> PasswordPolicyRecord:
    record = await system(request).txn.read(_place(request) + name, PasswordPolicyRecord)
    if record is None:
        raise NotFound("policy does not exist")
    return record
