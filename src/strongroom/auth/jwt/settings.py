"""Checks configurations (p)."""

from __future__ import annotations

from typing import Any

from strongroom.auth.jwt.records import Config, JwksPair
from strongroom.crypto.public_keys import ALGORITHMS, key_of_pem
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_ca, check_url

QUERY, FORM_POST = "query", "form_post"
CODE, ID_TOKEN = "code", "id_token"
MOST_PAIRS = 100
MOST_KEYS = 256
_PAIR = {"jwks_url", "jwks_ca_pem", "bound_issuer"}
EXACTLY_ONE = (
    "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs', 'oidc_discovery_url', or 'provider_config' "
    "must be set"
)


def check(config: Config) -> None:
    """Raise `InvalidRequest` for a configuration that can't be used."""
    sources = (config.jwt_validation_pubkeys, config.jwks_url, config.jwks_pairs, config.oidc_discovery_url)
    if sum(map(bool, (*sources, config.trusts_own_cluster))) != 1:
        raise InvalidRequest(EXACTLY_ONE)
    if bool(config.oidc_client_id) != bool(config.oidc_client_secret):
        raise InvalidRequest("both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC")
    if config.oidc_client_id and not config.oidc_discovery_url:
        raise InvalidRequest("'oidc_discovery_url' must be set for OIDC")
    if ".well-known/openid-configuration" in config.oidc_discovery_url:
        raise InvalidRequest("'oidc_discovery_url' contains '.well-known' component")
    if config.jwks_pairs and config.jwks_ca_pem:
        raise InvalidRequest("CA PEMs must be provided as part of the 'jwks_pairs' when using multiple JWKS URLs")
    if config.jwks_pairs and config.bound_issuer:
        raise InvalidRequest("Bound issuer is not supported for use with 'jwks_pairs'")
    _check_addresses(config)
    if len(config.jwt_validation_pubkeys) > MOST_KEYS:
        raise InvalidRequest(f"jwt_validation_pubkeys has more than {MOST_KEYS} keys")
    for pem in config.jwt_validation_pubkeys:
        try:
            key_of_pem(pem)
        except InvalidRequest as error:
            raise InvalidRequest(f"error parsing public key: {error.text}") from error
    for algorithm in config.jwt_supported_algs:
        if algorithm not in ALGORITHMS:
            raise InvalidRequest(f'invalid jwt_supported_algs: unsupported signing algorithm "{algorithm}"')
    _check_response(config)
    limits.check_name("bound_issuer", config.bound_issuer)
    limits.check_name("default_role", config.default_role)


def warnings_of(config: Config) -> list[str]:
    """What whoever writes the configuration should know."""
    without_effect = ("override_allowed_server_names", "unsupported_critical_cert_extensions")
    return [
        f"{name} has no effect here: the provider's certificate has to be valid for the host of its address"
        for name in without_effect
        if getattr(config, name)
    ]


def _check_response(config: Config) -> None:
    if not set(config.oidc_response_types) <= {CODE, ID_TOKEN}:
        shown = " ".join(config.oidc_response_types)
        raise InvalidRequest(f"invalid response_types [{shown}]. 'code' and 'id_token' are allowed")
    if config.oidc_response_mode not in {"", QUERY, FORM_POST}:
        raise InvalidRequest(f'invalid response_mode: "{config.oidc_response_mode}"')
    if ID_TOKEN in config.oidc_response_types and config.oidc_response_mode != FORM_POST:
        raise InvalidRequest("query response_mode may not be used with an id_token response_type")


def _check_addresses(config: Config) -> None:
    addresses = {
        "jwks_url": (config.jwks_url, config.jwks_ca_pem),
        "oidc_discovery_url": (config.oidc_discovery_url, config.oidc_discovery_ca_pem),
    }
    for name, (url, ca_pem) in addresses.items():
        if url:
            check_url(url, name)
            check_ca(ca_pem, name.replace("_url", "_ca_pem"))
    for index, pair in enumerate(config.jwks_pairs):
        check_url(pair.jwks_url, f"jwks_url of jwks_pairs[{index}]")
        check_ca(pair.jwks_ca_pem, f"jwks_ca_pem of jwks_pairs[{index}]")


def pairs_of(given: list[Any]) -> tuple[JwksPair, ...]:
    """Key sets as a request names them.  Raises `InvalidRequest`."""
    if len(given) > MOST_PAIRS:
        raise InvalidRequest(f"invalid jwks_pairs: there are more than {MOST_PAIRS}")
    pairs = []
    for index, item in enumerate(given):
        if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
            raise InvalidRequest(f"invalid jwks_pairs: item {index} is not an object of texts")
        if unknown := sorted(item.keys() - _PAIR):
            raise InvalidRequest(f"invalid jwks_pairs: item {index} has the unknown key {unknown[0]!r}")
        if not item.get("jwks_url"):
            raise InvalidRequest(f"invalid jwks_pairs: item {index} has no jwks_url")
        pairs.append(JwksPair(**item))
    return tuple(pairs)
