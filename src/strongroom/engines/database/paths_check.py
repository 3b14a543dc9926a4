"""`config/:name/check`: whether a connection's user has the rights that it needs."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import usernames
from strongroom.engines.database.connections import connection_named, connection_of_lease
from strongroom.engines.database.driver import PASSWORD, Account, Credential
from strongroom.engines.database.probing import LEFT_S, PROBE, Probe, probed
from strongroom.engines.database.records import ROLES, Role
from strongroom.engines.database.sessions import Sessions
from strongroom.engines.database.statements import decoded
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Random, Request, Response, View, path

_USUAL = Role(db_name="")


class CheckFields(Body, frozen=True):
    """What is tried."""

    role: Annotated[
        str, Doc(description="The role by whose statements the user is made. Without one, a user without rights is.")
    ] = ""


class CheckPaths:
    """`config/:name/check`"""

    sessions: Sessions
    random: Random

    @path.write("config/{name}/check")
    async def check_config(self, request: Request, name: str, body: CheckFields) -> Response:
        """Makes a user, logs in with it and drops it. Tells what failed, and which rights are missing."""
        reached = await connection_named(request.view, name)
        connection = reached.connection
        role = await request.view.read(ROLES + body.role, Role) if body.role else _USUAL
        if role is None or (body.role and role.db_name != name):
            raise InvalidRequest(f'there is no role "{body.role[:100]}" of this connection')
        if role.credential_type != PASSWORD:
            raise InvalidRequest("only roles whose users have passwords can be checked")
        driver = self.sessions.driver_of(connection.plugin)
        template = connection.username_template or driver.username_template(connection.plugin)
        values = {"DisplayName": "check", "RoleName": body.role or "check"}
        username = request.once(
            f"username {connection.revision}",
            lambda: usernames.new_name(template, values, self.random, request.now, usernames.longest(driver)),
        )
        policy = role.credential_config.get("password_policy") or connection.password_policy
        credential = Credential(password=await request.password(policy))
        probe = Probe(
            account=Account(username, credential, request.now + LEFT_S),
            creation=decoded(role.creation_statements),
            rollback=decoded(role.rollback_statements),
            revocation=decoded(role.revocation_statements),
        )
        left = f"{PROBE}/{connection.id}/{username}"
        view, mount, at = request.view, request.mount.id, request.now + LEFT_S

        async def note(apart: View) -> None:
            # Stored before the user is made, so that it is dropped also if this process dies.
            await apart.schedule(mount).put(at, left, {"connection": name, "id": connection.id, "username": username})

        async def work(session: Any) -> dict[str, Any]:
            await view.apart(note)
            return await probed(session, probe)

        data = reached.ask(request, self.sessions, f"probe {username}", work)
        dropped = all(step["ok"] for step in data["steps"] if "dropped" in step["step"])
        if dropped:
            await request.unschedule(left)
        return Response(data=data)

    async def drop_probe(self, request: Request, data: dict[str, Any]) -> None:
        """Drop a probe user that was left."""
        reached = await connection_of_lease(request.view, data["connection"], data["id"])
        username = data["username"]
        reached.ask(request, self.sessions, f"drop {username}", lambda session: session.drop(username, ()))
