"""`config/keys`, `config/issuers`, `config/urls` and `config/cluster`.

Source: https://openbao.org/api-docs/secret/pki/#set-issuers-configuration
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers import urls
from strongroom.engines.pki.issuers.fields import DeltaUrls, ListUrls, ResponderUrls
from strongroom.engines.pki.issuers.records import ClusterConfig, Urls, UrlsPart
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.references import DEFAULT
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, CommaList, Doc, Request, Response, View, path, replace


class KeysFields(Body, frozen=True):
    """Settings about all keys."""

    default: Annotated[str, Doc(description="The default key, by its id or its name.")] = ""


class IssuersFields(Body, frozen=True):
    """Settings about all issuers."""

    default: Annotated[str, Doc(description="The default issuer, by its id or its name.")] = ""
    default_follows_latest_issuer: Annotated[
        bool | None, Doc(description="Whether each new issuer becomes the default. At first it doesn't.")
    ] = None


class UrlsFields(Body, frozen=True):
    """What certificates say of issuers that have no URLs of their own."""

    issuing_certificates: Annotated[CommaList | None, Doc(description="URLs of the issuer's certificate.")] = None
    crl_distribution_points: ListUrls = None
    delta_crl_distribution_points: DeltaUrls = None
    ocsp_servers: ResponderUrls = None
    enable_templating: Annotated[
        bool | None,
        Doc(
            description="Whether `{{issuer_id}}`, `{{cluster_path}}` and `{{cluster_aia_path}}` in URLs are replaced. "
            "At first they aren't."
        ),
    ] = None


class ClusterFields(Body, frozen=True):
    """Where this mount is reached."""

    path: Annotated[str | None, Doc(description="The URL of this mount, as clients reach it.")] = None
    aia_path: Annotated[
        str | None, Doc(description="The URL at which relying parties find certificates and lists of this mount.")
    ] = None


class ConfigurationPaths:
    """`config/keys`, `config/issuers`, `config/urls` and `config/cluster`"""

    @path.read("config/keys")
    async def read_keys_config(self, request: Request) -> Response:
        """Reads which key is the default."""
        return Response(data={"default": (await key_rows.config_of(request.view)).default})

    @path.write("config/keys")
    async def write_keys_config(self, request: Request, body: KeysFields) -> Response:
        """Chooses the default key."""
        if body.default in {"", DEFAULT}:
            raise InvalidRequest("Invalid key specification; must be non-empty and can't be 'default'.")
        key = await key_rows.referred(request.view, body.default)
        key_rows.keep_config(request.view, replace(await key_rows.config_of(request.view), default=key.id))
        return Response(data={"default": key.id})

    @path.read("config/issuers")
    async def read_issuers_config(self, request: Request) -> Response:
        """Reads which issuer is the default."""
        return await _shown_config(request.view)

    @path.write("config/issuers")
    async def write_issuers_config(self, request: Request, body: IssuersFields) -> Response:
        """Chooses the default issuer."""
        return await choose_default(request.view, body.default, body.default_follows_latest_issuer)

    @path.read("config/urls")
    async def read_urls(self, request: Request) -> Response:
        """Reads what certificates say of issuers that have no URLs of their own."""
        return Response(data=_shown_urls(await urls.urls_of(request.view)))

    @path.write("config/urls")
    async def write_urls(self, request: Request, body: UrlsFields) -> Response:
        """Changes what certificates say of issuers that have no URLs of their own. Fields that are left out stay."""
        changed = urls.changed(
            await urls.urls_of(request.view),
            templating=body.enable_templating,
            **{field: getattr(body, field) for field in urls.FIELDS},
        )
        request.view.write(urls.URLS, Urls(urls=changed))
        warnings = urls.warnings_of(changed, await urls.cluster_of(request.view))
        return Response(data=_shown_urls(changed), warnings=warnings)

    @path.read("config/cluster")
    async def read_cluster(self, request: Request) -> Response:
        """Reads where this mount is reached."""
        cluster = await urls.cluster_of(request.view)
        return Response(data={"path": cluster.path, "aia_path": cluster.aia_path})

    @path.write("config/cluster")
    async def write_cluster(self, request: Request, body: ClusterFields) -> Response:
        """Changes where this mount is reached. Fields that are left out stay."""
        given = {field: value for field in ("path", "aia_path") if (value := getattr(body, field)) is not None}
        for field, value in given.items():
            if not urls.is_url(value):
                raise InvalidRequest(f"invalid, non-URL {field} given to cluster: {value[:256]}")
        cluster: ClusterConfig = replace(await urls.cluster_of(request.view), **given)
        request.view.write(urls.CLUSTER, cluster)
        return Response(data={"path": cluster.path, "aia_path": cluster.aia_path})


async def choose_default(view: View, reference: str, follows: bool | None = None) -> Response:
    """Make an issuer the default.  Raises `InvalidRequest` if there is none, or the mount doesn't have its key."""
    if reference in {"", DEFAULT}:
        raise InvalidRequest("Invalid issuer specification; must be non-empty and can't be 'default'.")
    issuer = await issuer_rows.referred(view, reference)
    config = await issuer_rows.config_of(view)
    follows = config.default_follows_latest_issuer if follows is None else follows
    issuer_rows.keep_config(view, replace(config, default=issuer.id, default_follows_latest_issuer=follows))
    answer = await _shown_config(view)
    if not issuer.key_id:
        answer.warnings = ["This mount doesn't have the key of this issuer: it can't issue certificates."]
    return answer


async def _shown_config(view: View) -> Response:
    config = await issuer_rows.config_of(view)
    return Response(
        data={
            "default": config.default,
            "default_follows_latest_issuer": config.default_follows_latest_issuer,
        }
    )


def _shown_urls(found: UrlsPart) -> dict[str, object]:
    shown: dict[str, object] = {field: list(getattr(found, field)) for field in urls.FIELDS}
    return {**shown, "enable_templating": found.enable_templating}
