"""Finds the public keys that may have signed a token, and has them prove it.

Key sets and descriptions of providers are kept per process.  A token with an unknown key has them fetched again, once,
and not more often than the pause of `Documents` allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from strongroom.auth.jwt.discovery import Discovered, described
from strongroom.auth.jwt.pod import Pod, PodHttp
from strongroom.auth.jwt.records import Config
from strongroom.crypto.public_keys import ALGORITHMS, PublicKey, Token, key_of_pem, keys_of_set, parse
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, StrongroomError, Tampered, UpstreamFailed
from strongroom.lib.outgoing import Documents, Http, Reply, Slots, State

Keys = tuple[PublicKey, ...]
NAME = "the identity provider"
TOTAL_S = 10.0
_TARGET_S = 25.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a key set comes from."""

    url: str
    ca_pem: str = ""
    issuer: str = ""
    """The only issuer whose tokens these keys prove; empty for all that no other source is bound to."""
    by_pod: bool = False
    """Whether it is asked in the name of this server's pod."""


class KeySets:
    """The key sets of one process, of all mounts together.

    Args:
        http: asks providers. pod: where this server runs. pauses: how long documents are kept, for tests.
    """

    def __init__(self, http: Http | None = None, pod: Pod | None = None, **pauses: Any) -> None:
        self.http = http or Http(NAME, total_s=TOTAL_S)
        self.slots = Slots(NAME)
        self._sets: Documents[Keys] = Documents(self.http, _key_set, **pauses)
        self._descriptions: Documents[Discovered] = Documents(self.http, described, **pauses)
        self._pod = pod or Pod()
        by_pod = PodHttp("the cluster", self._pod, total_s=TOTAL_S)
        self._cluster_sets: Documents[Keys] = Documents(by_pod, _key_set, **pauses)
        self._cluster_descriptions: Documents[Discovered] = Documents(by_pod, described, **pauses)

    async def described(self, config: Config, *, anew: bool = False) -> Discovered:
        """What the provider says of itself; `anew` whatever is kept.

        Raises: `UpstreamFailed`, `InvalidRequest` if it is another's.
        """
        url, ca_pem = config.oidc_discovery_url, config.oidc_discovery_ca_pem
        found = None if anew else self._descriptions.ready(discovery_url(url), ca_pem)
        if found is None:
            async with self.slots.place(url, total_s=_TARGET_S):
                ask = self._descriptions.renewed if anew else self._descriptions.get
                found = await ask(discovery_url(url), ca_pem)
        if found.issuer.rstrip("/") != url.rstrip("/"):
            raise InvalidRequest(
                f'issuer did not match the returned issuer, expected "{url}" got "{found.issuer[:200]}"'
            )
        return found

    async def proved(self, config: Config, text: str) -> Mapping[str, Any]:
        """What a token says, once a key of the configuration has proved it.

        Raises: `InvalidRequest` for a token that none has signed, `UpstreamFailed` if the keys can't be fetched.
        """
        algorithms = config.jwt_supported_algs or ALGORITHMS
        try:
            token = parse(text)
            if config.jwt_validation_pubkeys:
                return token.claims(map(_static_key, config.jwt_validation_pubkeys), algorithms)
            if token.algorithm not in algorithms:  # nothing has to be fetched to refuse it
                return token.claims((), algorithms)
            issuer = token.unproved_claims().get("iss")
            return await self._proved_by(token, _vouching(await self.sources(config), issuer), algorithms)
        except Tampered as error:
            raise InvalidRequest(f"error validating token: error verifying token signature: {error.text}") from error

    async def proved_by_provider(
        self, config: Config, found: Discovered, text: str, algorithms: Collection[str]
    ) -> Mapping[str, Any]:
        """What a token of the provider says.  Raises as `proved` does."""
        source = Source(found.jwks_uri, config.oidc_discovery_ca_pem, found.issuer)
        try:
            return await self._proved_by(parse(text), [source], algorithms)
        except Tampered as error:
            raise InvalidRequest(f"Token verification failed. {error.text}") from error

    async def _proved_by(self, token: Token, sources: list[Source], algorithms: Collection[str]) -> Mapping[str, Any]:
        """The claims, by the first source whose key fits.  Sources are asked at the same time."""
        if not sources:
            raise Tampered("no key set is bound to the issuer of the token")
        found = await asyncio.gather(
            *(self.keys(source, _holding(token)) for source in sources), return_exceptions=True
        )
        failure: StrongroomError | None = None
        for keys in found:
            if isinstance(keys, StrongroomError):
                failure = keys
            elif isinstance(keys, BaseException):
                raise keys
            else:
                try:
                    return token.claims(keys, algorithms)
                except Tampered as error:
                    failure = failure or error
        assert failure is not None
        raise failure

    async def sources(self, config: Config, *, anew: bool = False) -> list[Source]:
        """Where the keys of a configuration come from; `anew` whatever is kept.  Raises as `described` does."""
        if config.jwks_pairs:
            return [Source(pair.jwks_url, pair.jwks_ca_pem, pair.bound_issuer) for pair in config.jwks_pairs]
        if config.jwks_url:
            return [Source(config.jwks_url, config.jwks_ca_pem)]
        if config.trusts_own_cluster:
            # Its issuer may have another address than its API: the authority vouches for who answers.
            ca_pem, url = await self._pod.authority(), discovery_url(self._pod.address)
            ask = self._cluster_descriptions.renewed if anew else self._cluster_descriptions.get
            found = await ask(url, ca_pem)
            return [Source(found.jwks_uri, ca_pem, found.issuer, by_pod=True)]
        found = await self.described(config, anew=anew)
        return [Source(found.jwks_uri, config.oidc_discovery_ca_pem, found.issuer)]

    async def keys(self, source: Source, holds: Callable[[Keys], bool] = lambda _: True) -> Keys:
        """The keys of a source.  Raises `UpstreamFailed`."""
        sets = self._sets_of(source)
        known = sets.ready(source.url, source.ca_pem, holds=holds)
        if known is not None:  # without a place: tokens of unknown keys may have taken all of them
            return known
        async with self.slots.place(source.url, total_s=_TARGET_S):
            return await sets.get(source.url, source.ca_pem, holds=holds)

    async def check(self, config: Config, *, anew: bool = False) -> None:
        """Have every key set of a configuration; `anew` whatever is kept.

        Raises: `UpstreamFailed`, `InvalidRequest` if one is unusable.
        """
        have = self._renew if anew else self.keys
        await asyncio.gather(*(have(source) for source in await self.sources(config, anew=anew)))

    async def _renew(self, source: Source) -> Keys:
        async with self.slots.place(source.url, total_s=_TARGET_S):
            return await self._sets_of(source).renewed(source.url, source.ca_pem)

    def _sets_of(self, source: Source) -> Documents[Keys]:
        return self._cluster_sets if source.by_pod else self._sets

    def states(self, config: Config) -> dict[str, State]:
        """What became of the attempts to fetch the configuration's documents, by their addresses."""
        if config.jwks_pairs:
            return {pair.jwks_url: self._sets.state(pair.jwks_url, pair.jwks_ca_pem) for pair in config.jwks_pairs}
        if config.jwks_url:
            return {config.jwks_url: self._sets.state(config.jwks_url, config.jwks_ca_pem)}
        if not config.oidc_discovery_url:
            return {}
        url, ca_pem = discovery_url(config.oidc_discovery_url), config.oidc_discovery_ca_pem
        states = {url: self._descriptions.state(url, ca_pem)}
        known = self._descriptions.known(url, ca_pem)
        if known is not None:
            states[known.jwks_uri] = self._sets.state(known.jwks_uri, ca_pem)
        return states


def discovery_url(base: str) -> str:
    """Where a provider describes itself.

    Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest
    """
    return base.rstrip("/") + "/.well-known/openid-configuration"


def _vouching(sources: list[Source], issuer: Any) -> list[Source]:
    """The sources whose keys prove the tokens of an issuer: those that are bound to it, else those that are to none."""
    bound = [source for source in sources if source.issuer and source.issuer == issuer]
    return bound or [source for source in sources if not source.issuer]


@lru_cache(1024)
def _static_key(pem: str) -> PublicKey:
    """A configured key.  Reading one takes longer than a signature."""
    return key_of_pem(pem)


def _holding(token: Token) -> Callable[[Keys], bool]:
    """Whether keys can prove the token: they have its key's name, or, if it names none, one of them fits."""

    def holds(keys: Keys) -> bool:
        if token.kid:
            return any(not key.kid or key.kid == token.kid for key in keys)
        try:
            token.claims(keys)
        except Tampered:
            return False
        return True

    return holds


def _key_set(reply: Reply) -> Keys:
    try:
        return keys_of_set(json.loads(reply.body))
    except InvalidRequest as error:
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail=error.text) from error
