"""`code`: the codes of a key, made and checked.

Source: https://developer.hashicorp.com/vault/api-docs/secret/totp#generate-code
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto import totp
from strongroom.engines.totp import rows
from strongroom.engines.totp.records import UsedCodes
from strongroom.engines.totp.used import with_use
from strongroom.lib.durations import format_duration_s
from strongroom.sdk import SECRET, Body, Doc, InvalidRequest, Request, Response, path


class CodeFields(Body, frozen=True):
    """A code."""

    code: Annotated[str, Doc(description="The code that somebody's app shows.", extra=SECRET)] = ""


class CodePaths:
    """`code/<name>`."""

    @path.read("code/{name}")
    async def read_code(self, request: Request, name: str) -> Response:
        """Makes the present code of a key, and tells until when it is the present one."""
        key = await rows.usable(request.view, name)
        step = totp.step_of(request.now, key.period_s)
        return Response(
            data={
                "code": totp.code_of(key.key, step, key),
                "expire_time": (step + 1) * key.period_s,
                "generated": int(request.now),
                "period": format_duration_s(key.period_s),
            }
        )

    @path.write("code/{name}")
    async def check_code(self, request: Request, name: str, body: CodeFields) -> Response:
        """Checks a code. Each counts once, on whatever node."""
        rows.check_name(name)
        if not body.code:
            raise InvalidRequest("the code value is required")
        key = await rows.usable(request.view, name)
        if len(body.code.encode("utf-8", "surrogatepass")) != key.digits:
            raise InvalidRequest("invalid number of digits for the code")
        step = totp.matching_step(body.code, key.key, key, request.now)
        if step is None:
            return Response(data={"valid": False})
        used = with_use(await request.view.read(rows.USED + name, UsedCodes), key, step, request.now)
        if used is None:
            raise InvalidRequest("code already used; wait until the next time period")
        request.view.write(rows.USED + name, used)
        return Response(data={"valid": True})
