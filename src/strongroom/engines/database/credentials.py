"""What users log in with: passwords, RSA keys, client certificates.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#credential_config
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.crypto.client_credentials import (
    RSA_BITS,
    AuthorityUnusable,
    ClientAuthority,
    ClientCertificate,
    KeyKind,
    new_rsa_pair,
)
from strongroom.engines.database.driver import CLIENT_CERTIFICATE, PASSWORD, RSA_PRIVATE_KEY, Credential
from strongroom.engines.database.usernames import template_of
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request
from strongroom.sdk.coercion import FieldError, to_int, to_text

TYPES = (PASSWORD, RSA_PRIVATE_KEY, CLIENT_CERTIFICATE)
FAILED = "credential_config validation failed: "
_FORMATS = ("pkcs8",)
_NAMES = {
    PASSWORD: ("password_policy",),
    RSA_PRIVATE_KEY: ("key_bits", "format"),
    CLIENT_CERTIFICATE: (
        *("common_name_template", "ca_cert", "ca_private_key", "key_type", "key_bits", "signature_bits"),
    ),
}
SECRETS = frozenset({"ca_private_key"})
_NUMBERS = frozenset({"key_bits", "signature_bits"})
_MOST_BYTES = 64 * 1024


class Issuance(msgspec.Struct, frozen=True):
    """A new credential, and what is shown of it once."""

    credential: Credential
    shown: dict[str, str]

    def __repr__(self) -> str:
        return f"Issuance({self.credential.type})"


def merged(type_: str, before: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration after a request's change.  Raises `InvalidRequest`.  (p)

    A configuration that is given replaces the one before, so that what it no longer names is gone: else nobody could
    take a policy away, and Terraform would plan to do so for ever.  Secrets stay, because no read shows them.

    Args:
        given: None if the request says nothing.
    """
    if given is None:
        return checked(type_, before)
    return checked(type_, {**{name: before[name] for name in SECRETS & before.keys()}, **given})


def checked(type_: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a type of credential, with what isn't given.  Raises `InvalidRequest`.  (p)"""
    if type_ not in TYPES:
        raise InvalidRequest(f'invalid credential_type "{type_[:64]}"')
    config: dict[str, Any] = {}
    try:
        for name in _NAMES[type_]:
            if given.get(name) is not None:
                config[name] = to_int(given[name]) if name in _NUMBERS else to_text(given[name])
                limits.check_name(name, str(config[name]), _MOST_BYTES)
    except FieldError as error:
        raise InvalidRequest(f"{FAILED}{name}: {error}") from error
    if type_ == RSA_PRIVATE_KEY:
        config = {"key_bits": config.get("key_bits") or RSA_BITS[0], "format": config.get("format") or _FORMATS[0]}
        if config["key_bits"] not in RSA_BITS:
            raise InvalidRequest(f"{FAILED}invalid key_bits: {config['key_bits']}")
        if config["format"] not in _FORMATS:
            raise InvalidRequest(f"{FAILED}invalid format: {config['format'][:64]}")
    if type_ == CLIENT_CERTIFICATE:
        _check_authority(config)
    return config


def _check_authority(config: Mapping[str, Any]) -> None:
    try:
        _kind(config)
        _authority(config)
    except (ValueError, AuthorityUnusable) as error:
        raise InvalidRequest(f"{FAILED}{error}") from error
    if config.get("common_name_template"):
        template_of(config["common_name_template"], "common_name_template")


def _kind(config: Mapping[str, Any]) -> KeyKind:
    return KeyKind(config.get("key_type", ""), config.get("key_bits", 0), config.get("signature_bits", 0))


def _authority(config: Mapping[str, Any]) -> ClientAuthority:
    return ClientAuthority(config.get("ca_cert", ""), config.get("ca_private_key", ""))


def unknown(type_: str, given: Mapping[str, Any]) -> list[str]:
    """The names in a configuration that nothing reads.  (p)"""
    return sorted(set(given) - set(_NAMES[type_]))


class Maker(msgspec.Struct, frozen=True):
    """Makes credentials of one type.

    Args:
        policy: the password policy of the connection, where the configuration has none.
    """

    type: str
    config: Mapping[str, Any]
    policy: str
    random: Random

    async def make(self, request: Request, username: str, values: Mapping[str, str], expires_at: float) -> Issuance:
        """A new credential, the same in all attempts of a request.

        Args:
            values: for the template of common names.

        Raises: `InvalidRequest`.
        """
        if self.type == RSA_PRIVATE_KEY:
            pair = request.once.outside("rsa pair", lambda: asyncio.to_thread(new_rsa_pair, self.config["key_bits"]))
            credential = Credential(RSA_PRIVATE_KEY, public_key=pair.public)
            return Issuance(credential, {"rsa_private_key": pair.private})
        if self.type == CLIENT_CERTIFICATE:
            return self._certificate(request, username, values, expires_at)
        password = await request.password(self.config.get("password_policy") or self.policy)
        return Issuance(Credential(password=password), {"password": password})

    def _certificate(self, request: Request, username: str, values: Mapping[str, str], expires_at: float) -> Issuance:
        config = self.config
        text = config.get("common_name_template")
        if text:
            template = template_of(text, "common_name_template")
            name = request.once(
                f"common name {text}",
                lambda: template.render(values, random=self.random.bytes, now=request.now),
            )
        else:
            name = username

        def issue() -> ClientCertificate:
            try:
                return _authority(config).issue(name, _kind(config), request.now, expires_at)
            except AuthorityUnusable as error:
                raise InvalidRequest(f"the client certificate can't be issued: {error}") from error

        made = request.once.outside(f"certificate of {name}", lambda: asyncio.to_thread(issue))
        return Issuance(
            Credential(CLIENT_CERTIFICATE, subject=made.subject),
            {
                "client_certificate": made.certificate,
                "private_key": made.private,
                "private_key_type": config["key_type"],
            },
        )
