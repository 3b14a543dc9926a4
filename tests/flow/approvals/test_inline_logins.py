"""A request that needs approval can't be made by a login that comes with it."""

from __future__ import annotations

from tests.flow.approvals.people import People
from tests.flow.core.test_inline_logins import headers


async def test_it_is_refused_because_nobody_could_come_back_for_it() -> None:
    """Its token is gone when the approval comes."""
    people = await People.start()
    login = headers("auth/userpass/login/rita", "pw")
    refused = await people.node.ask("GET", "kv/app", token="", headers=login)
    assert refused.status == 403
    assert "last use of its token" in refused.error
