"""Keys that are fetched: rotation, absence, several issuers, attacks on the fetching."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from strongroom.auth.jwt import Jwt
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.records import Config
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply
from strongroom.sdk import Operation
from tests.flow.auth.jwt.keys import as_json, ec_key, jwk, public_pem, raw, rsa_key, signed
from tests.flow.auth.jwt.test_static_keys import claims, log_in, with_role
from tests.flow.harness import Mounted
from tests.sim.identity_provider import Provider, serving

READ, WRITE = Operation.READ, Operation.UPDATE


class Ticking:
    """The clock of what is kept."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running provider."""
    with serving() as running:
        yield running


async def mounted(provider: Provider, clock: Ticking, **config: Any) -> Mounted:
    """A mount with its key set, and the role r."""
    mount = await Mounted.new(Jwt(KeySets(clock=clock)))
    provider.now = mount.clock.now()
    provider.claims = {"aud": "us"}
    await mount.ask(WRITE, "config", config or {"jwks_url": f"{provider.issuer}/keys"})
    await with_role(mount)
    return mount


async def test_a_rotated_key_is_found_at_once(provider: Provider) -> None:
    """An unknown key has the set fetched again, once the pause is over; the mount isn't written anew."""
    clock = Ticking()
    mount = await mounted(provider, clock)
    await log_in(mount, provider.token())
    provider.rotate("k2")
    with pytest.raises(InvalidRequest, match="signature"):
        await log_in(mount, provider.token())
    clock.now += 10
    assert (await log_in(mount, provider.token())).alias == "ann"
    assert provider.asked.count("/keys") == 2


async def test_a_written_configuration_has_the_keys_of_now(provider: Provider) -> None:
    """Who writes it isn't told of what was fetched before, nor held up by the pause: neither keys, nor an error."""
    clock = Ticking()
    for config in ({"jwks_url": f"{provider.issuer}/keys"}, {"oidc_discovery_url": provider.issuer}):
        mount = await mounted(provider, clock, **config)
        provider.rotate(f"of-{next(iter(config))}")
        await mount.ask(WRITE, "config", config)
        assert (await log_in(mount, provider.token())).alias == "ann"
        provider.away = True
        with pytest.raises(InvalidRequest, match="error checking"):
            await mount.ask(WRITE, "config", config)
        assert (await log_in(mount, provider.token())).alias == "ann"
        provider.away = False
        await mount.ask(WRITE, "config", config)


async def test_a_thousand_unknown_keys_are_fetched_once(provider: Provider) -> None:
    """Whoever makes up names of keys doesn't make this server ask."""
    clock = Ticking()
    mount = await mounted(provider, clock)
    clock.now += 10
    asked = provider.asked.count("/keys")
    stranger = rsa_key("stranger")

    async def attempt(number: int) -> None:
        with pytest.raises(InvalidRequest):
            await log_in(mount, signed(claims(mount), stranger, kid=f"made-up-{number}"))

    for begin in range(0, 1000, 100):
        await asyncio.gather(*(attempt(begin + number) for number in range(100)))
    assert provider.asked.count("/keys") - asked == 1
    assert (await log_in(mount, provider.token())).alias == "ann"


async def test_known_keys_serve_while_the_provider_is_away(provider: Provider) -> None:
    """For a day; the configuration says since when, and why."""
    clock = Ticking()
    mount = await mounted(provider, clock)
    data = await mount.data(READ, "config")
    assert (data["status"], data["last_error"]) == ("valid", "")
    assert data["last_fetch"].endswith("Z")
    provider.away = True
    clock.now += 23 * 3600
    assert (await log_in(mount, provider.token())).alias == "ann"
    clock.now += 60
    response = await mount.ask(READ, "config")
    assert response is not None
    assert response.data is not None
    assert "gave no usable answer" in response.data["last_error"]
    clock.now += 3600
    with pytest.raises(UpstreamFailed):
        await log_in(mount, provider.token())
    response = await mount.ask(READ, "config")
    assert response is not None
    assert response.data is not None
    assert response.data["status"] == "invalid"
    assert response.warnings


async def test_a_provider_that_is_away_can_be_configured(provider: Provider) -> None:
    """With `skip_jwks_validation` it is a warning, without it a refusal; logins work once it is back."""
    clock = Ticking()
    mount = await mounted(provider, clock)
    provider.away = True
    for config in ({"jwks_url": f"{provider.issuer}/other"}, {"oidc_discovery_url": provider.issuer}):
        with pytest.raises(InvalidRequest, match="error checking"):
            await mount.ask(WRITE, "config", config)
    clock.now += 10
    response = await mount.ask(WRITE, "config", {"oidc_discovery_url": provider.issuer, "skip_jwks_validation": True})
    assert response is not None
    assert response.warnings[0].startswith("error checking oidc discovery URL")
    provider.away = False
    clock.now += 10
    assert (await log_in(mount, provider.token())).alias == "ann"


async def test_a_provider_has_to_be_who_it_was_asked_as(provider: Provider) -> None:
    """A description of another issuer is refused, and a token of another issuer too."""
    clock = Ticking()
    mount = await mounted(provider, clock, oidc_discovery_url=provider.issuer)
    assert (await log_in(mount, provider.token())).alias == "ann"
    provider.claims = {"aud": "us", "iss": "https://other.example"}
    with pytest.raises(InvalidRequest, match="bound to the issuer"):
        await log_in(mount, provider.token())
    provider.description = {"issuer": "http://other.example"}
    clock.now += 700
    with pytest.raises(InvalidRequest, match="issuer did not match"):
        await mount.ask(WRITE, "config", {"oidc_discovery_url": provider.issuer})


async def test_a_key_vouches_for_its_own_issuer_only() -> None:
    """Of several key sets with keys of one name, each proves the tokens of its issuer."""
    with serving(Provider(kid="a")) as one, serving() as other:
        clock = Ticking()
        other.keys = {"k1": rsa_key("other")}
        pairs = [{"jwks_url": f"{each.issuer}/keys", "bound_issuer": each.issuer} for each in (one, other)]
        mount = await mounted(one, clock, jwks_pairs=pairs)
        other.now = one.now
        for each in (one, other):
            each.claims = {"aud": "us"}
            assert (await log_in(mount, each.token())).alias == "ann"
        other.claims = {"aud": "us", "iss": one.issuer}
        with pytest.raises(InvalidRequest, match="signature"):
            await log_in(mount, other.token())
        one.claims = {"aud": "us", "iss": "https://nobody.example"}
        with pytest.raises(InvalidRequest, match="no key set is bound to the issuer"):
            await log_in(mount, one.token())
        one.away, one.claims, other.claims = True, {"aud": "us"}, {"aud": "us"}
        clock.now += 25 * 3600
        assert (await log_in(mount, other.token())).alias == "ann"
        with pytest.raises(UpstreamFailed):
            await log_in(mount, one.token())


async def test_a_set_without_an_issuer_does_not_prove_anothers_tokens() -> None:
    """An issuer that a set is bound to is proved by that set; one without takes all the rest."""
    with serving() as bound, serving() as free:
        free.keys = {"k1": rsa_key("free")}
        pairs = [
            {"jwks_url": f"{free.issuer}/keys"},
            {"jwks_url": f"{bound.issuer}/keys", "bound_issuer": bound.issuer},
        ]
        mount = await mounted(bound, Ticking(), jwks_pairs=pairs)
        free.now, free.claims = bound.now, {"aud": "us"}
        for each in (bound, free):
            assert (await log_in(mount, each.token())).alias == "ann"
        free.claims = {"aud": "us", "iss": bound.issuer}
        with pytest.raises(InvalidRequest, match="signature"):
            await log_in(mount, free.token())


async def test_key_sets_without_issuers_are_all_tried() -> None:
    """As Vault's pairs are; one that is away doesn't hinder the others."""
    with serving() as one, serving() as other:
        clock = Ticking()
        other.keys = {"k1": rsa_key("other")}
        mount = await mounted(one, clock, jwks_pairs=[{"jwks_url": f"{each.issuer}/keys"} for each in (one, other)])
        other.now, other.claims = one.now, {"aud": "us"}
        for each in (one, other):
            assert (await log_in(mount, each.token())).alias == "ann"
        one.away = True
        clock.now += 25 * 3600
        assert (await log_in(mount, other.token())).alias == "ann"


async def test_a_key_set_of_a_megabyte_and_more_is_no_key_set(provider: Provider) -> None:
    """Nor is what isn't JSON, or has no keys."""
    clock = Ticking()
    mount = await mounted(provider, clock)
    for document in (b" " * 2_000_000, b"<html>", {"keys": {}}, [], {"keys": [{}] * 300}):
        clock.now += 700
        provider.key_set = lambda document=document: document  # type: ignore[method-assign,assignment,misc]
        with pytest.raises(InvalidRequest, match="error checking jwks URL"):
            await mount.ask(WRITE, "config", {"jwks_url": f"{provider.issuer}/keys?{len(str(document))}"})


def by_hmac(said: dict[str, Any]) -> str:
    """A token signed with the text of the public key as a shared secret."""
    token = raw(b'{"alg":"HS256"}', as_json(said), b"")
    digest = hmac.digest(public_pem(rsa_key()).encode(), token.rstrip(".").encode(), "sha256")
    return raw(b'{"alg":"HS256"}', as_json(said), digest)


@pytest.mark.parametrize(
    "forge",
    [
        lambda said: raw(b'{"alg":"none"}', as_json(said), b""),
        lambda said: raw(b'{"alg":"nOnE"}', as_json(said)),
        lambda said: raw(b"{}", as_json(said)),
        by_hmac,
        lambda said: signed(said, ec_key(), "ES256"),
        lambda said: signed(said, crit=["x"], x=1),
        lambda said: signed(said) + ".x",
        lambda said: signed(said)[:-2],
        lambda said: signed({**said, "pad": "x" * 80_000}),
        lambda said: signed(said, rsa_key("other"), jwk=jwk(rsa_key("other"), "k")),
        lambda said: signed(said, rsa_key("other"), jku="https://evil.example", x5u="https://evil.example"),
        lambda _: raw(b'{"alg":"RS256"}', b"[" * 100_000),
        lambda _: "…" * 100,
        lambda _: "\x00.\x00.\x00",
    ],
)
async def test_forged_tokens_are_refused_clearly(forge: Any) -> None:
    """Whatever the token says of its keys and algorithm."""
    mount = await Mounted.new(Jwt())
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())]})
    await with_role(mount)
    with pytest.raises(InvalidRequest, match="error validating token"):
        await log_in(mount, forge(claims(mount)))


async def test_unknown_keys_take_no_place_from_known_ones(provider: Provider) -> None:
    """While the provider hangs, and more strangers wait than may, who has a token of a known key gets in."""

    class Hanging(Http):
        hangs = False

        async def ask(self, verb: str, url: str, **options: Any) -> Reply:
            if self.hangs:
                await asyncio.Event().wait()
            return await super().ask(verb, url, **options)

    http, clock = Hanging("the identity provider"), Ticking()
    keys, config = KeySets(http, clock=clock), Config(jwks_url=f"{provider.issuer}/keys")
    await keys.proved(config, provider.token())
    http.hangs = True
    clock.now += 10
    made_up = signed({}, rsa_key("stranger"), kid="made-up")
    strangers = [asyncio.create_task(keys.proved(config, made_up)) for _ in range(300)]
    while not keys.slots.refused:
        await asyncio.sleep(0.01)
    for age_s in (0, 700):  # the set is old, too
        clock.now += age_s
        assert (await asyncio.wait_for(keys.proved(config, provider.token()), 1))["sub"] == "ann"
    for stranger in strangers:
        stranger.cancel()
    await asyncio.gather(*strangers, return_exceptions=True)
