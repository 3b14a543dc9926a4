"""Logins at a provider's page, beginning to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from strongroom.auth.jwt import Jwt, states
from strongroom.auth.jwt.keys import KeySets
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, PermissionDenied, RateLimited, UpstreamFailed
from strongroom.sdk import Auth, Operation, Response
from strongroom.sdk.schedule import CEILING
from tests.flow.harness import Mounted
from tests.sim.identity_provider import CLIENT, SECRET, Provider, serving

READ, WRITE = Operation.READ, Operation.UPDATE
BACK = "http://localhost:8250/oidc/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running provider."""
    with serving() as running:
        yield running


async def mounted(provider: Provider, config: dict[str, Any] | None = None, **role: Any) -> Mounted:
    """A mount that trusts it, with the role r."""
    mount = await Mounted.new(Jwt(KeySets(clock=lambda: 0.0)))
    provider.now = mount.clock.now()
    settings = {"oidc_discovery_url": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    await mount.ask(WRITE, "config", settings | (config or {}))
    await mount.ask(WRITE, "role/r", {"user_claim": "sub", "allowed_redirect_uris": BACK, **role})
    return mount


async def begin(mount: Mounted, **body: Any) -> dict[str, Any]:
    """What a login begins with."""
    return dict(await mount.data(WRITE, "oidc/auth_url", {"role": "r", "redirect_uri": BACK, **body}))


async def end(mount: Mounted, sent: dict[str, str], **body: str) -> Response:
    """The answer to what a browser brings back."""
    response = await mount.ask(READ, "oidc/callback", {**sent, **body}, address="10.0.0.1")
    assert response is not None
    return response


async def log_in(mount: Mounted, provider: Provider) -> Auth:
    """One login that succeeds."""
    response = await end(mount, provider.consent((await begin(mount))["auth_url"]))
    assert response.auth is not None, response.data
    return response.auth


def refusal(response: Response) -> str:
    """The error of a refused login."""
    assert response.status == 400
    assert response.auth is None
    assert response.data is not None
    return str(response.data["errors"][0])


async def test_a_code_gives_a_login(provider: Provider) -> None:
    """State, nonce and challenge are sent; the code is exchanged; userinfo counts beside signed claims."""
    provider.userinfo = {"team": "red", "aud": "another", "iss": "another"}
    mount = await mounted(
        provider, oidc_scopes="email,openid", claim_mappings={"team": "t", "iss": "i"}, bound_claims={"team": "red"}
    )
    url = (await begin(mount))["auth_url"]
    asked = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{provider.issuer}/authorize?")
    assert (asked["scope"], asked["code_challenge_method"], asked["client_id"]) == ("openid email", "S256", CLIENT)
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    response = await end(mount, provider.consent(url))
    assert response.auth is not None
    assert (response.auth.alias, response.auth.metadata) == ("ann", {"role": "r", "t": "red", "i": provider.issuer})


async def test_a_state_is_used_once(provider: Provider) -> None:
    """After a login that succeeded, and after one that failed; and nothing of it stays in the store."""
    mount = await mounted(provider)
    await begin(mount)  # which is counted, too
    before = set(await mount.rows())
    sent = provider.consent((await begin(mount))["auth_url"])
    assert (await end(mount, sent)).auth is not None
    with pytest.raises(InvalidRequest, match="Expired or missing OAuth state"):
        await end(mount, sent)
    sent = provider.consent((await begin(mount))["auth_url"])
    assert "invalid_grant" in refusal(await end(mount, sent, code="wrong"))
    with pytest.raises(InvalidRequest, match="Expired or missing OAuth state"):
        await end(mount, sent)
    assert set(await mount.rows()) == before


async def test_a_state_expires(provider: Provider) -> None:
    """After ten minutes it is worth nothing, and scheduled work deletes it."""
    mount = await mounted(provider)
    await begin(mount)  # which is counted, too
    before = set(await mount.rows())
    sent = provider.consent((await begin(mount))["auth_url"])
    (row,) = set(await mount.rows()) - before
    assert sent["state"] not in row
    mount.clock.advance(600)
    with pytest.raises(InvalidRequest, match="Expired or missing OAuth state"):
        await end(mount, sent)

    async def due(txn: Transaction) -> None:
        await mount.engine.due(mount.request(txn, READ, "", {}, ""), row, {})

    await transact(mount.barrier, due)
    assert set(await mount.rows()) == before


async def test_every_process_can_end_a_login(provider: Provider) -> None:
    """Another process, which knows nothing of it, ends it."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])
    other = Mounted(Jwt(KeySets()), mount.barrier, mount.clock)
    assert (await end(other, sent)).auth is not None


async def test_a_client_nonce_is_demanded_again(provider: Provider) -> None:
    """Whoever only sees the redirect can't end the login."""
    for given in ({}, {"client_nonce": "other"}):
        mount = await mounted(provider)
        sent = provider.consent((await begin(mount, client_nonce="mine"))["auth_url"])
        assert "invalid client_nonce" in refusal(await end(mount, sent, **given))
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount, client_nonce="mine"))["auth_url"])
    assert (await end(mount, sent, client_nonce="mine")).auth is not None


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "other"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "other"}, "audience is not this client"),
        ({"aud": [CLIENT, "other"]}, "several audiences"),
        ({"aud": []}, "no aud"),
        ({"azp": "other"}, "authorized party"),
        ({"iss": "https://other.example"}, "issuer"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "no exp"),
        ({"iat": None}, "no iat"),
        ({"sub": None}, "no sub"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_060}, "not yet valid"),
        ({"at_hash": "x"}, "at_hash"),
    ],
)
async def test_id_tokens_of_other_logins_are_refused(provider: Provider, claims: dict[str, Any], reason: str) -> None:
    """Each claim alone decides."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])
    provider.claims = claims
    assert reason in refusal(await end(mount, sent))
    provider.claims = {}
    assert (await log_in(mount, provider)).alias == "ann"


async def test_an_age_of_the_proof_may_be_demanded(provider: Provider) -> None:
    """With `max_age`, the provider is told, and its answer is checked."""
    mount = await mounted(provider, max_age=300)
    now = int(mount.clock.now())
    for at, good in ((None, False), (now - 1000, False), (now - 10, True)):
        url = (await begin(mount))["auth_url"]
        assert dict(parse_qsl(urlsplit(url).query))["max_age"] == "300"
        sent = provider.consent(url)
        provider.claims = {"auth_time": at}
        assert ((await end(mount, sent)).auth is not None) == good


async def test_what_bound_constraints_demand(provider: Provider) -> None:
    """Subject and audiences of the role count here too."""
    mount = await mounted(provider, bound_subject="eva")
    assert "bound subject" in refusal(await end(mount, provider.consent((await begin(mount))["auth_url"])))
    mount = await mounted(provider, bound_audiences="api")
    assert "does not match" in refusal(await end(mount, provider.consent((await begin(mount))["auth_url"])))
    provider.claims = {"aud": "api", "azp": CLIENT}
    assert (await log_in(mount, provider)).alias == "ann"


async def test_userinfo_of_another_user_is_not_believed(provider: Provider) -> None:
    """Nor is it believed where it can't be read; the login doesn't fail for that."""
    provider.userinfo = {"sub": "eva", "team": "red"}
    mount = await mounted(provider, claim_mappings={"team": "t"})
    assert (await log_in(mount, provider)).metadata == {"role": "r"}


async def test_redirect_uris(provider: Provider) -> None:
    """Exact, but for the port of a loopback address; the refusal names the URI and the role."""
    mount = await mounted(provider, allowed_redirect_uris=[BACK, "https://vault.example/ui/cb"])
    for good in (BACK, "http://localhost:1/oidc/callback", "https://vault.example/ui/cb"):
        assert (await begin(mount, redirect_uri=good))["auth_url"]
    for bad in (
        "http://127.0.0.1:8250/oidc/callback",
        "http://localhost:8250/oidc/callback/x",
        "https://localhost:8250/oidc/callback",
        "https://vault.example:444/ui/cb",
        "https://vault.example/ui/cb?x=1",
        "http://localhost:8250@evil.example/oidc/callback",
        "http://evil@localhost:8250/oidc/callback",
        "x",
    ):
        with pytest.raises(InvalidRequest, match='isn\'t in allowed_redirect_uris of role "r"') as refused:
            await begin(mount, redirect_uri=bad)
        assert bad in refused.value.text
    with pytest.raises(InvalidRequest, match="missing redirect_uri"):
        await begin(mount, redirect_uri="")


async def test_the_namespace_is_handed_on_in_the_state(provider: Provider) -> None:
    """One redirect URI serves all namespaces; without the setting, it stays in the URI."""
    mount = await mounted(provider)
    url = (await begin(mount, redirect_uri=f"{BACK}?namespace=team/a"))["auth_url"]
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["redirect_uri"] == BACK
    assert asked["state"].endswith(",ns=team/a")
    assert (await end(mount, provider.consent(url))).auth is not None
    mount = await mounted(provider, {"namespace_in_state": False}, allowed_redirect_uris=f"{BACK}?namespace=team")
    asked = dict(parse_qsl(urlsplit((await begin(mount, redirect_uri=f"{BACK}?namespace=team"))["auth_url"]).query))
    assert asked["redirect_uri"] == f"{BACK}?namespace=team"


async def test_a_form_post_is_kept_until_the_client_comes(provider: Provider) -> None:
    """The provider's answer is posted; a GET by the client ends the login."""
    for types in ("code", "id_token"):
        mount = await mounted(provider, {"oidc_response_mode": "form_post", "oidc_response_types": types})
        url = (await begin(mount, client_nonce="mine"))["auth_url"]
        assert dict(parse_qsl(urlsplit(url).query))["response_mode"] == "form_post"
        sent = provider.consent(url)
        page = await mount.ask(WRITE, "oidc/callback", sent)
        assert page is not None
        assert page.raw is not None
        assert b"postMessage" in page.raw.content
        handed_on = re.search(rb'"code": "(\w+)"', page.raw.content)
        assert handed_on is not None
        again = await mount.ask(WRITE, "oidc/callback", {**sent, "code": "other"})
        assert again is not None
        assert again.status == 400
        response = await end(mount, {"state": sent["state"], "code": handed_on[1].decode()}, client_nonce="mine")
        assert response.auth is not None


async def test_a_client_may_post_the_answer_itself(provider: Provider) -> None:
    """It proves by its nonce, or by the code, that it is the one that the answer came to."""
    for types, nonce in (("code", "mine"), ("id_token", "mine"), ("code", "")):
        mount = await mounted(provider, {"oidc_response_mode": "form_post", "oidc_response_types": types})
        sent = provider.consent((await begin(mount, client_nonce=nonce))["auth_url"])
        await mount.ask(WRITE, "oidc/callback", {**sent, "client_nonce": nonce})
        sent.pop("id_token", None)
        assert (await end(mount, sent, client_nonce=nonce)).auth is not None


@pytest.mark.parametrize("nonce", ["theirs", ""])
@pytest.mark.parametrize("types", ["code", "id_token"])
async def test_who_led_the_browser_to_the_provider_does_not_get_its_login(
    provider: Provider, types: str, nonce: str
) -> None:
    """A stranger begins a login and sends the link to somebody who is signed in at the provider.

    That browser posts the provider's answer here.  The stranger knows state and nonce, and still ends nothing.
    """
    for code in ("no_code", "", "other"):
        mount = await mounted(provider, {"oidc_response_mode": "form_post", "oidc_response_types": types})
        sent = provider.consent((await begin(mount, client_nonce=nonce))["auth_url"])
        await mount.ask(WRITE, "oidc/callback", sent)
        response = await end(mount, {"state": sent["state"], "code": code}, client_nonce=nonce)
        assert "another browser" in refusal(response)


async def test_consent_is_asked_only_of_who_posts_the_answer(provider: Provider) -> None:
    """In the mode `direct` nobody else is shown what confirms the login, neither before the post nor after it."""
    mount = await mounted(provider, {"oidc_response_mode": "form_post"}, callback_mode="direct")
    started = await begin(mount, client_nonce="theirs")
    found = re.compile(rb'name="confirmation" value="(\w+)"')

    async def asked(verb: Operation, **body: str) -> tuple[str, bytes]:
        page = await mount.ask(verb, "oidc/callback", {"state": started["state"], **body})
        assert page is not None
        assert page.raw is not None
        shown = found.search(page.raw.content)
        return shown[1].decode() if shown else "", page.raw.content

    early, _ = await asked(READ)
    posted, _ = await asked(WRITE, **provider.consent(started["auth_url"]))
    assert posted != early
    for guess in ("", early):
        assert (await asked(READ, code="no_code", confirmation=guess))[0] == ""
        with pytest.raises(InvalidRequest, match=r"^authorization_pending$"):
            await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "theirs"})
    assert b"Signed in" in (await asked(READ, code="no_code", confirmation=posted))[1]


async def test_a_form_post_is_refused_where_it_is_not_asked_for(provider: Provider) -> None:
    """Whoever makes a browser post here changes nothing."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])
    response = await mount.ask(WRITE, "oidc/callback", sent)
    assert response is not None
    assert response.status == 405
    assert (await end(mount, sent)).auth is not None


async def test_a_direct_callback_asks_for_consent(provider: Provider) -> None:
    """A link that somebody else sent ends no login; the confirmed one is fetched once, by whoever has the nonce."""
    mount = await mounted(provider, callback_mode="direct")
    with pytest.raises(InvalidRequest, match="missing client_nonce"):
        await begin(mount)
    started = await begin(mount, client_nonce="mine")
    assert started["poll_interval"] == "5"
    sent = provider.consent(started["auth_url"])
    for body in ({}, {"confirmation": "1"}):
        page = await end(mount, sent, **body)
        assert page.raw is not None
        assert b"Confirm the login" in page.raw.content
        with pytest.raises(InvalidRequest, match=r"^authorization_pending$"):
            await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})
    assert page.raw is not None
    found = re.search(rb'name="confirmation" value="(\w+)"', page.raw.content)
    assert found is not None
    done = await end(mount, sent, confirmation=found[1].decode())
    assert done.raw is not None
    assert b"Signed in" in done.raw.content
    assert done.auth is None
    response = await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})
    assert response is not None
    assert response.auth is not None
    assert (response.auth.alias, response.auth.metadata) == ("ann", {"role": "r"})
    with pytest.raises(InvalidRequest, match="Expired or missing"):
        await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})


async def test_a_changed_configuration_ends_what_waits_to_be_fetched(provider: Provider) -> None:
    """What a provider proved that isn't trusted any more gives no token."""
    mount = await mounted(provider, callback_mode="direct", oidc_disable_confirmation=True)
    started = await begin(mount, client_nonce="mine")
    assert (await end(mount, provider.consent(started["auth_url"]))).raw is not None
    settings = {"oidc_discovery_url": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    await mount.ask(WRITE, "config", settings)
    response = await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})
    assert response is not None
    assert "configuration has changed" in refusal(response)


async def test_a_failed_direct_callback_is_told_to_the_client(provider: Provider) -> None:
    """The browser sees a page, and the client that waits gets the reason."""
    mount = await mounted(provider, callback_mode="direct", oidc_disable_confirmation=True)
    started = await begin(mount, client_nonce="mine")
    page = await end(mount, {"state": started["state"], "error": "access_denied", "error_description": "<b>"})
    assert page.status == 400
    assert page.raw is not None
    assert b"access_denied" in page.raw.content
    response = await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})
    assert response is not None
    assert "access_denied" in refusal(response)


async def test_a_wrong_nonce_ends_the_waiting(provider: Provider) -> None:
    """There is one attempt to guess it."""
    mount = await mounted(provider, callback_mode="direct", oidc_disable_confirmation=True)
    started = await begin(mount, client_nonce="mine")
    assert (await end(mount, provider.consent(started["auth_url"]))).raw is not None
    response = await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "other"})
    assert response is not None
    assert "invalid client_nonce" in refusal(response)
    with pytest.raises(InvalidRequest, match="Expired or missing"):
        await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})


async def test_a_device_waits_for_its_user(provider: Provider) -> None:
    """No redirect URI is needed; the provider is asked at its own pace; a code can't be brought to it."""
    mount = await mounted(provider, callback_mode="device", allowed_redirect_uris="")
    started = await begin(mount, client_nonce="mine", redirect_uri="")
    assert started["auth_url"] == f"{provider.issuer}/activate"
    assert (started["user_code"], started["poll_interval"]) == ("ABCD", "1")
    with pytest.raises(InvalidRequest, match="Expired or missing"):
        await end(mount, {"state": started["state"], "code": "x"})
    body = {"state": started["state"], "client_nonce": "mine"}
    response = await mount.ask(WRITE, "oidc/poll", body)
    assert response is not None
    assert refusal(response) == "authorization_pending"
    with pytest.raises(InvalidRequest, match=r"^slow_down$"):
        await mount.ask(WRITE, "oidc/poll", body)
    provider.approved = True
    mount.clock.advance(1)
    provider.claims = {"aud": "other"}
    response = await mount.ask(WRITE, "oidc/poll", body)
    assert response is not None
    assert "audience" in refusal(response)
    provider.claims = {}
    started = await begin(mount, client_nonce="mine")
    response = await mount.ask(WRITE, "oidc/poll", {"state": started["state"], "client_nonce": "mine"})
    assert response is not None
    assert response.auth is not None
    assert response.auth.alias == "ann"


async def test_another_providers_answer_is_refused(provider: Provider) -> None:
    """A redirect that names its provider has to name this one."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])
    assert "another provider" in refusal(await end(mount, sent, iss="https://other.example"))
    mount = await mounted(provider, {"oidc_response_mode": "form_post"})
    sent = provider.consent((await begin(mount, client_nonce="mine"))["auth_url"])
    for issuer, status in (("https://other.example", 400), (provider.issuer, 0)):
        page = await mount.ask(WRITE, "oidc/callback", {**sent, "iss": issuer})
        assert page is not None
        assert page.status == status


async def test_a_changed_configuration_ends_what_began_under_the_old_one(provider: Provider) -> None:
    """The code would go to another provider."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])
    settings = {"oidc_discovery_url": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    await mount.ask(WRITE, "config", settings)
    assert "configuration has changed" in refusal(await end(mount, sent))


async def test_addresses(provider: Provider) -> None:
    """The client that ends a login has to be where the role lets it in; it may come again from there."""
    mount = await mounted(provider, token_bound_cidrs="192.0.2.0/24")
    sent = provider.consent((await begin(mount))["auth_url"])
    with pytest.raises(PermissionDenied):
        await end(mount, sent)
    response = await mount.ask(READ, "oidc/callback", sent, address="192.0.2.7")
    assert response is not None
    assert response.auth is not None


async def test_who_may_begin(provider: Provider) -> None:
    """Roles of signed tokens don't, nor do mounts without a client."""
    mount = await mounted(provider)
    await mount.ask(WRITE, "role/j", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "a"})
    with pytest.raises(InvalidRequest, match="signed tokens only"):
        await begin(mount, role="j")
    with pytest.raises(InvalidRequest, match="oidc role_type is not allowed"):
        await mount.ask(WRITE, "login", {"role": "r", "jwt": provider.token()})
    await mount.ask(WRITE, "config", {"oidc_discovery_url": provider.issuer})
    with pytest.raises(InvalidRequest, match="not configured"):
        await begin(mount)


async def test_a_provider_that_takes_secrets_in_the_body_only(provider: Provider) -> None:
    """The client's secret goes where the provider says that it takes it."""
    provider.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    mount = await mounted(provider)
    assert (await log_in(mount, provider)).alias == "ann"


async def test_tokens_of_the_provider_are_shown_only_where_the_role_says_so(provider: Provider) -> None:
    """In the token's metadata, and never in the alias's."""
    mount = await mounted(provider, oauth2_metadata="access_token,refresh_token")
    auth = await log_in(mount, provider)
    assert auth.metadata == {"role": "r", "oauth2_access_token": "access", "oauth2_refresh_token": ""}
    assert auth.alias_metadata == {"role": "r"}


async def test_the_clients_secret_is_nowhere(provider: Provider) -> None:
    """Neither in the configuration's answer nor in rows in clear, nor in a refusal."""
    mount = await mounted(provider)
    assert SECRET not in str(await mount.data(READ, "config"))
    assert all(SECRET.encode() not in row for row in (await mount.rows()).values())
    provider.description = {}
    await mount.ask(
        WRITE,
        "config",
        {"oidc_discovery_url": provider.issuer, "oidc_client_id": "other", "oidc_client_secret": SECRET},
    )
    sent = provider.consent((await begin(mount))["auth_url"])
    assert SECRET not in refusal(await end(mount, sent))


async def test_logins_under_way_are_bounded(provider: Provider) -> None:
    """Whoever begins too many is refused clearly; those that are under way end, and make room."""
    mount = await mounted(provider)
    sent = provider.consent((await begin(mount))["auth_url"])

    async def fill(txn: Transaction, numbers: range) -> None:
        request = mount.request(txn, READ, "", {}, "")
        for number in numbers:
            await request.schedule(request.now + 600, f"login/{number}")

    room = CEILING - 2  # the login, and the count of its address
    for first in range(0, room, 1000):
        await transact(mount.barrier, partial(fill, numbers=range(first, min(first + 1000, room))))
    with pytest.raises(RateLimited):
        await begin(mount)
    assert (await end(mount, sent)).auth is not None
    assert (await begin(mount))["auth_url"]


async def test_one_address_can_not_take_all_logins(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever floods is refused, an IPv6 network as a whole; others go on; and it ends."""
    monkeypatch.setattr(states, "MOST_OF_ONE", 3)
    mount = await mounted(provider)

    async def from_(address: str) -> None:
        await mount.ask(WRITE, "oidc/auth_url", {"role": "r", "redirect_uri": BACK}, address=address)

    for flood in (["10.0.0.1"] * 3, [f"2001:db8::{number}" for number in range(3)], [""] * 3):
        for address in flood:
            await from_(address)
        with pytest.raises(RateLimited, match="from this address"):
            await from_(flood[-1])
    asked = len(provider.asked)
    await mount.ask(WRITE, "role/r", {"callback_mode": "device", "user_claim": "sub"})
    with pytest.raises(RateLimited, match="from this address"):
        await mount.ask(WRITE, "oidc/auth_url", {"role": "r", "client_nonce": "n"}, address="10.0.0.1")
    assert len(provider.asked) == asked
    await mount.ask(WRITE, "role/r", {"user_claim": "sub"})
    for other in ("10.0.0.2", "2001:db8:0:1::1"):
        await from_(other)
    mount.clock.advance(600)
    await from_("10.0.0.1")


async def test_a_device_is_led_to_a_page_of_the_web_only(provider: Provider) -> None:
    """Clients open what they are given."""
    mount = await mounted(provider, callback_mode="device", allowed_redirect_uris="")
    for address in ("file:///etc/passwd", "javascript:alert(1)", "", 5, None):
        provider.device = {"verification_uri": address}
        with pytest.raises(UpstreamFailed, match="no usable answer"):
            await begin(mount, client_nonce="mine")
    provider.device = {"verification_uri_complete": "https://idp.example/?code=ABCD"}
    started = await begin(mount, client_nonce="mine")
    assert started["auth_url"] == "https://idp.example/?code=ABCD"
    assert "user_code" not in started
