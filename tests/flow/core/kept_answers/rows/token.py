"""Lookups of tokens, and roles of tokens."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Row, Subject, World


async def prepare(world: World) -> None:
    """Another token, and a role."""
    auth = (await world.ok("POST", "auth/token/create", {"ttl": "1h", "explicit_max_ttl": "8h"})).body["auth"]
    world.names |= {"other": auth["client_token"], "accessor": auth["accessor"]}
    await world.ok("POST", "auth/token/roles/r", {"period": "1h"})


def _renewed(token: str, increment: str) -> tuple[str, str, dict[str, str]]:
    return ("POST", "auth/token/renew", {"token": token, "increment": increment})


SUBJECT = Subject(
    prepare,
    {
        "token read lookup": Row("auth/token/lookup", _renewed("{client}", "2h")),
        "token update lookup": Row("auth/token/lookup", _renewed("{other}", "3h"), {"token": "{other}"}),
        "token read lookup-self": Row("auth/token/lookup-self", _renewed("{client}", "4h")),
        "token update lookup-self": Row("auth/token/lookup-self", _renewed("{client}", "5h"), {}),
        "token update lookup-accessor": Row(
            "auth/token/lookup-accessor", _renewed("{other}", "6h"), {"accessor": "{accessor}"}
        ),
        "token list roles": Row("auth/token/roles", ("POST", "auth/token/roles/other", {})),
        "token read roles/{role_name}": Row("auth/token/roles/r", ("POST", "auth/token/roles/r", {"period": "2h"})),
    },
)
