"""The parameters of a configuration, as requests give them.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#configuration-management
"""

from __future__ import annotations

from typing import Annotated

from strongroom.sdk import SECRET, Doc, Duration, OneOf
from strongroom.sdk.rotation import RotationFields


class ConfigFields(RotationFields, frozen=True):
    """How the directory is reached, and how it keeps passwords; what isn't given stays."""

    url: Annotated[
        str | None, Doc(description="Addresses of the directory, with commas between them: the next is for fail-over.")
    ] = None
    starttls: Annotated[bool | None, Doc(description="Begin TLS on connections to ldap:// addresses.")] = None
    insecure_tls: Annotated[
        bool | None, Doc(description="Don't check the directory's certificate. Unsafe: passwords can be read.")
    ] = None
    certificate: Annotated[
        str | None, Doc(description="The authorities to trust, in PEM, instead of the operating system's.")
    ] = None
    client_tls_cert: Annotated[str | None, Doc(description="The certificate to show to the directory, in PEM.")] = None
    client_tls_key: Annotated[str | None, Doc(description="Its key, in PEM.", extra=SECRET)] = None
    tls_min_version: Annotated[
        str | None, Doc(description="`tls10`, `tls11`, `tls12` or `tls13`."), OneOf("tls10", "tls11", "tls12", "tls13")
    ] = None
    tls_max_version: Annotated[
        str | None, Doc(description="`tls10`, `tls11`, `tls12` or `tls13`."), OneOf("tls10", "tls11", "tls12", "tls13")
    ] = None
    connection_timeout: Annotated[
        Duration | None, Doc(description="How long all addresses together may take to connect. 0 for 30 seconds.")
    ] = None
    request_timeout: Annotated[
        Duration | None, Doc(description="How long one piece of work may take of the directory. 0 for 90 seconds.")
    ] = None
    binddn: Annotated[
        str | None, Doc(description="The account that makes and changes others: a DN, or a name that it binds by.")
    ] = None
    bindpass: Annotated[str | None, Doc(description="Its password.", extra=SECRET)] = None
    userdn: Annotated[str | None, Doc(description="Where accounts of static roles and libraries are searched for.")] = (
        None
    )
    userattr: Annotated[
        str | None,
        Doc(
            description="The attribute that holds an account's name. Default: `cn`; `userPrincipalName` of `ad`, "
            "`racfid` of `racf`."
        ),
    ] = None
    upndomain: Annotated[str | None, Doc(description="The domain of names in `userPrincipalName`.")] = None
    schema: Annotated[
        str | None,
        Doc(description="How the directory keeps passwords: `openldap`, `ad` or `racf`."),
        OneOf("openldap", "ad", "racf"),
    ] = None
    credential_type: Annotated[
        str | None, Doc(description="For `racf`: `password`, or `phrase` for password phrases.")
    ] = None
    password_policy: Annotated[str | None, Doc(description="The policy by which passwords are generated.")] = None
    skip_static_role_import_rotation: Annotated[
        bool | None, Doc(description="Don't change the password of an account when its static role is created.")
    ] = None
    ttl: Annotated[
        Duration | None, Doc(description="How long secrets of dynamic roles live that have no `default_ttl`.")
    ] = None
    max_ttl: Annotated[Duration | None, Doc(description="The longest life of those without `max_ttl`.")] = None
