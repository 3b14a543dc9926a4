"""Answers and claims of kinds that nobody expects are refused, or passed over, and don't fail otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.azure.tokens import judged as judged_azure
from strongroom.auth.gcp.google import Google
from strongroom.auth.gcp.records import GcpConfig, GcpRole
from strongroom.auth.gcp.tokens import judged as judged_gcp
from strongroom.auth.github.logic import hidden_organizations
from strongroom.auth.okta.api import Api
from strongroom.auth.okta.records import Config
from strongroom.crypto.public_keys import keys_of_set
from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply
from tests.sim.answering import answering
from tests.sim.issuer import Issuer

ODD: list[Any] = [None, [], {}, [{}], 10**30, -1, 1.5, "x"]
"""Those that can't be hashed among them."""


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_claims_and_keys(odd: Any) -> None:
    """One odd key hides no other, and no odd claim counts."""
    good = Issuer("k").jwk
    assert [key.kid for key in keys_of_set({"keys": [{**good, "kty": odd}, good]})] == ["k"]
    claims = {"iss": "i", "aud": "a", "oid": "o", "exp": 100, "hasgroups": odd}
    assert not judged_azure(claims, "i", "a", 10).too_many_groups
    with pytest.raises(InvalidRequest, match="claim iss"):
        judged_gcp({"sub": "1", "iss": odd, "aud": "vault/r"}, GcpRole("", "iam"), "r", 10, by_google=True)


def test_ids_of_thousands_of_digits() -> None:
    """They are no ids, and Python refuses to read them."""
    assert hidden_organizations("partial-results; organizations=" + "9" * 5000 + ", 7") == {7}


@pytest.mark.parametrize("odd", [*ODD, 10**400, True], ids=lambda odd: str(odd)[:20])
async def test_answers(odd: Any) -> None:
    """A token of an odd life isn't taken, and a user of an odd state isn't let in."""
    token = "/computeMetadata/v1/instance/service-accounts/default/token"

    class Odd(Http):
        async def ask(self, *_: Any, **__: Any) -> Reply:
            return Reply(200, {}, b"{}")

        def decoded(self, _: Reply) -> Any:
            return {"id": "u", "status": odd}

    with pytest.raises(PermissionDenied):
        await Api(Odd("Okta")).present(Config(org_name="x", api_token="t"), "u")
    with answering() as server:
        server.table[f"GET {token}"] = {"access_token": "t", "expires_in": odd}
        google = Google(metadata_url=server.url)
        if odd == 1:
            assert await google._bearer(GcpConfig()) == "t"
        else:
            with pytest.raises(UpstreamFailed):
                await google._bearer(GcpConfig())
