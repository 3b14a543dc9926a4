"""The configuration of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/jwt#configure
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from strongroom.auth.jwt import settings
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.providers import Providers
from strongroom.auth.jwt.records import Config
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import SECRET, Body, CommaList, Doc, JsonMap, OneOf, Request, Response, path

CONFIG = "config"


class ConfigFields(Body, frozen=True):
    """The whole configuration; what isn't given is unset."""

    oidc_discovery_url: Annotated[str, Doc(description="The provider's issuer, which describes itself there.")] = ""
    oidc_discovery_ca_pem: Annotated[str, Doc(description="Certificate authorities to trust there, in PEM.")] = ""
    oidc_client_id: Annotated[str, Doc(description="This server's client id at the provider.")] = ""
    oidc_client_secret: Annotated[str, Doc(description="The secret of that client.", extra=SECRET)] = ""
    oidc_response_mode: Annotated[
        str, Doc(description="How the provider answers: `query` or `form_post`."), OneOf("query", "form_post")
    ] = ""
    oidc_response_types: Annotated[
        CommaList | None, Doc(description="What the provider answers with: `code`, `id_token`.")
    ] = None
    jwks_url: Annotated[str, Doc(description="The address of a JSON Web Key Set.")] = ""
    jwks_ca_pem: Annotated[str, Doc(description="Certificate authorities to trust there, in PEM.")] = ""
    jwks_pairs: Annotated[
        Any, Doc(description="Several key sets: objects with `jwks_url`, `jwks_ca_pem` and `bound_issuer`.")
    ] = None
    jwt_validation_pubkeys: Annotated[CommaList | None, Doc(description="Public keys in PEM.")] = None
    bound_issuer: Annotated[str, Doc(description="The issuer (`iss`) that a token must have.")] = ""
    jwt_supported_algs: Annotated[CommaList | None, Doc(description="The only algorithms that are accepted.")] = None
    default_role: Annotated[str, Doc(description="The role of a login that names none.")] = ""
    provider_config: Annotated[JsonMap | None, Doc(description="Settings for one provider.", extra=SECRET)] = None
    override_allowed_server_names: Annotated[
        CommaList | None, Doc(description="Kept for clients that send it. It has no effect.")
    ] = None
    unsupported_critical_cert_extensions: Annotated[
        CommaList | None, Doc(description="Kept for clients that send it. It has no effect.")
    ] = None
    namespace_in_state: Annotated[
        bool | None, Doc(description="Take the namespace out of the redirect URI, and hand it on in the state.")
    ] = None
    skip_jwks_validation: Annotated[
        bool, Doc(description="Store the configuration even if the provider can't be reached now.")
    ] = False


class ConfigPaths:
    """`config`"""

    keys: KeySets
    providers: Providers
    random: Random

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without its secrets, and how the last fetching of keys ended."""
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise NotFound
        failure = await self._checked(request, config)
        data = {
            **_shown(config),
            "provider_config": self.providers.shown(config),
            **self._state(config, request.now),
            "status": "invalid" if failure else "valid",
        }
        return Response(data=data, warnings=[f"failed to fetch the keys: {failure.text}"] if failure else [])

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Replaces the configuration."""
        before = await request.view.read(CONFIG, Config)
        revision = request.once("revision of the configuration", lambda: uuid4(self.random))
        config = _config(body, before, revision)
        settings.check(config)
        self.providers.check(config)
        warnings = settings.warnings_of(config)
        if not config.jwt_validation_pubkeys:
            failure = await self._checked(request, config, anew=True)
            if failure is not None:
                what = "oidc discovery URL" if config.oidc_discovery_url else "jwks URL"
                text = f"error checking {what}: {failure.text}"
                if not body.skip_jwks_validation:
                    raise InvalidRequest(text, detail=failure.detail)
                warnings.append(text)
        request.view.write(CONFIG, config)
        return Response(warnings=warnings) if warnings else None

    async def _checked(self, request: Request, config: Config, *, anew: bool = False) -> StrongroomError | None:
        """The error in which fetching all keys ended, `anew` whatever is kept; None if it succeeded."""
        if config.jwt_validation_pubkeys:
            return None
        try:
            request.once.outside(f"check {config.revision}", lambda: self.keys.check(config, anew=anew))
        except StrongroomError as error:
            return error
        return None

    def _state(self, config: Config, now: float) -> dict[str, Any]:
        """When keys were fetched last, and why they weren't."""
        states = self.keys.states(config)
        times = [state.fetched_ago_s for state in states.values() if state.fetched_ago_s is not None]
        at = datetime.datetime.fromtimestamp(now - min(times), datetime.UTC) if times else None
        errors = [f"{url}: {state.last_error}" for url, state in states.items() if state.last_error]
        return {
            "last_fetch": at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None,
            "last_error": "; ".join(errors),
        }


async def configuration(
    request: Request, refusal: str = "could not load configuration: the mount has none yet, write its config"
) -> Config:
    """The mount's configuration.  Raises `InvalidRequest` if there is none."""
    config = await request.view.read(CONFIG, Config)
    if config is None:
        raise InvalidRequest(refusal)
    return config


_PLAIN = (
    "bound_issuer", "jwks_ca_pem", "jwks_url", "oidc_client_id", "oidc_discovery_ca_pem", "oidc_discovery_url",
    "oidc_response_mode",
)  # fmt: skip
_LISTS = (
    "jwt_supported_algs",
    "jwt_validation_pubkeys",
    "oidc_response_types",
    "override_allowed_server_names",
    "unsupported_critical_cert_extensions",
)


def _config(body: ConfigFields, before: Config | None, revision: str) -> Config:
    in_state = body.namespace_in_state
    if in_state is None:
        in_state = before.namespace_in_state if before is not None else True
    if not isinstance(body.jwks_pairs, list | None):
        raise InvalidRequest("invalid jwks_pairs: it is not a list of objects")
    given: dict[str, Any] = {name: getattr(body, name) for name in _PLAIN}
    given |= {name: tuple(getattr(body, name) or ()) for name in _LISTS}
    return Config(
        **given,
        default_role=body.default_role.lower(),
        oidc_client_secret=body.oidc_client_secret,
        jwks_pairs=settings.pairs_of(body.jwks_pairs or []),
        provider_config=body.provider_config or {},
        namespace_in_state=in_state,
        revision=revision,
    )


def _shown(config: Config) -> dict[str, Any]:
    pairs = [
        {name: getattr(pair, name) for name in ("jwks_url", "jwks_ca_pem", "bound_issuer")}
        for pair in config.jwks_pairs
    ]
    return {
        **{name: getattr(config, name) for name in _PLAIN},
        **{name: list(getattr(config, name)) for name in _LISTS},
        "default_role": config.default_role,
        "jwks_pairs": pairs,
        "namespace_in_state": config.namespace_in_state,
    }
