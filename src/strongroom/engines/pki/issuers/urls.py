"""What certificates say about where to find their issuer's certificate, its lists and its responders.

Source: https://openbao.org/api-docs/secret/pki/#set-urls
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from strongroom.crypto.issuing.contents import Access
from strongroom.engines.pki.issuers.records import ClusterConfig, IssuerRecord, Urls, UrlsPart
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

URLS: Final = "config/urls"
CLUSTER: Final = "config/cluster"
FIELDS: Final = ("issuing_certificates", "crl_distribution_points", "delta_crl_distribution_points", "ocsp_servers")
ISSUER_ID: Final = "{{issuer_id}}"
_CLUSTER_PATH: Final = "{{cluster_path}}"
_CLUSTER_AIA_PATH: Final = "{{cluster_aia_path}}"
_SETTINGS: Final = {_CLUSTER_PATH: "path", _CLUSTER_AIA_PATH: "aia_path"}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[!-~]+")
_MOST_CHARACTERS: Final = 2083
_MOST: Final = 32
NO_URLS: Final = (
    "certificates will not say where the issuer's certificate, its revocation lists and its responders are found: "
    "set the URLs at config/urls, or at the issuer"
)


async def urls_of(view: View) -> UrlsPart:
    """The URLs of issuers that have none of their own."""
    return (await view.read(URLS, Urls) or Urls()).urls


async def cluster_of(view: View) -> ClusterConfig:
    """Where this mount is reached."""
    return await view.read(CLUSTER, ClusterConfig) or ClusterConfig()


async def access_of(view: View, issuer: IssuerRecord) -> Access:
    """What certificates of an issuer say.  Raises `InvalidRequest` if a template can't be filled in."""
    urls = issuer.urls or await urls_of(view)
    return filled(urls, await cluster_of(view), issuer.id)


def filled(urls: UrlsPart, cluster: ClusterConfig, issuer_id: str) -> Access:
    """URLs with the values of their templates, if they are some (p).

    Raises: `InvalidRequest` for a value that isn't configured, and for what is no URL then.
    """
    if not urls.enable_templating:
        return _access(urls)
    values = {ISSUER_ID: issuer_id, _CLUSTER_PATH: cluster.path, _CLUSTER_AIA_PATH: cluster.aia_path}
    done = {field: tuple(_filled(text, values) for text in getattr(urls, field)) for field in FIELDS}
    found: UrlsPart = replace(UrlsPart(), **done)
    check(found)
    return _access(found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if name in text and not value:
            raise InvalidRequest(
                "unable to template AIA URLs as we lack local cluster address information "
                f"({_SETTINGS.get(name, name)}): set it at config/cluster"
            )
        text = text.replace(name, value)
    return text


def names_issuer(urls: UrlsPart) -> bool:
    """Whether a URL holds the id of the issuer."""
    return any(ISSUER_ID in text for field in FIELDS for text in getattr(urls, field))


def check(urls: UrlsPart) -> None:
    """Raise `InvalidRequest` unless all are URLs.  Those with templates are checked when these are filled in."""
    for field in FIELDS:
        given = getattr(urls, field)
        if len(given) > _MOST:
            raise InvalidRequest(f"{field} has more than {_MOST} URLs")
        for url in given:
            if len(url) > _MOST_CHARACTERS or not (urls.enable_templating or is_url(url)):
                raise InvalidRequest(
                    f"invalid URL found in Authority Information Access (AIA) parameter {field}: {url[:256]}"
                )


def is_url(text: str) -> bool:
    """Whether a text can be a URL: a scheme, a host, no blanks, ASCII."""
    return _URL.fullmatch(text) is not None


def warnings_of(urls: UrlsPart, cluster: ClusterConfig) -> list[str]:
    """Why certificates with these URLs couldn't be issued now."""
    if not urls.enable_templating:
        return []
    try:
        filled(urls, cluster, "00000000-0000-4000-8000-000000000000")
    except InvalidRequest as error:
        return [f"issuance may fail: {error.text}"]
    return []


def changed(urls: UrlsPart, *, templating: bool | None, **given: list[str] | None) -> UrlsPart:
    """URLs with those of a request in place of their own.

    Args:
        templating: None to leave it. given: by the names of the fields; None leaves a field.

    Raises: `InvalidRequest` as `check` does.
    """
    lists = {field: tuple(filter(None, value)) for field in FIELDS if (value := given.get(field)) is not None}
    found: UrlsPart = replace(urls, **lists)
    if templating is not None:
        found = replace(found, enable_templating=templating)
    check(found)
    return found


def _access(urls: UrlsPart) -> Access:
    return Access(**{field: getattr(urls, field) for field in FIELDS})
