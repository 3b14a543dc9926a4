"""Header fields: what a cache may keep, and how a client that isn't trusted is told to prove itself."""

from __future__ import annotations

import base64
import re

from strongroom.sysapi.identity.oidc.userinfo import _challenge
from tests.flow.oidc.node import started


async def test_what_may_be_cached_says_so_once() -> None:
    """Discovery and keys may be kept, by one header field; answers with codes and tokens may not."""
    node, person = await started()
    for path in ("identity/oidc", "identity/oidc/provider/p"):
        found = await node.ok("GET", f"{path}/.well-known/openid-configuration", token="")
        assert found.headers["Cache-Control"] == "max-age=3600"
        kept = await node.ok("GET", f"{path}/.well-known/keys", token="")
        age = re.fullmatch(r"max-age=(\d+)", kept.headers["Cache-Control"])
        assert age is not None
        assert 0 < int(age[1]) <= 1800
    refused = await node.ask("POST", "identity/oidc/provider/p/token", {}, token="")
    assert (refused.headers["Cache-Control"], refused.headers["Pragma"]) == ("no-store", "no-cache")
    assert (await node.ok("GET", "identity/oidc/token/r", token=person)).headers["Cache-Control"] == "no-store"


async def test_a_copy_of_the_keys_ends_before_it_lacks_one() -> None:
    """No copy outlives the next rotation, and none outlives a retired key."""
    node, _ = await started()
    await node.ok("POST", "identity/oidc/key/k/rotate", {"verification_ttl": "5m"})
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=300"
    node.clock.advance(301)
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=1800"
    node.clock.advance(86400 - 301 - 60)
    kept = await node.ok("GET", "identity/oidc/.well-known/keys", token="")
    assert kept.headers["Cache-Control"] == "max-age=60"


async def test_who_is_not_trusted_is_told_the_scheme() -> None:
    """`Basic` to a client that has used it, `Bearer` with the reason for an access token, and nothing to others."""
    node, _ = await started()
    where = "identity/oidc/provider/p"
    basic = {"authorization": "Basic " + base64.b64encode(b"nosuch:secret").decode()}
    refused = await node.ask("POST", f"{where}/token", {}, token="", headers=basic)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Basic")
    refused = await node.ask("POST", f"{where}/token", {"client_id": "nosuch"}, token="")
    assert (refused.status, "WWW-Authenticate" in refused.headers) == (401, False)
    refused = await node.ask("GET", f"{where}/userinfo", token="", headers={"authorization": "bearer x"})
    assert refused.headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token",error_description="access token is malformed or invalid"'
    )
    refused = await node.ask("GET", f"{where}/userinfo", token="")
    assert (refused.status, refused.body["error_description"]) == (401, "access token must be sent as a Bearer token")


def test_a_challenge_holds_what_a_header_can_hold() -> None:
    """The name of a claim ends no line and no quotation."""
    (_, challenge), *_ = _challenge('claim "\r\nX: \\имя"').headers
    assert challenge == 'Bearer error="invalid_token",error_description="claim ???X: ?????"'
