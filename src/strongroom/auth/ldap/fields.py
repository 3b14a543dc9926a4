"""The parameters of a configuration, as requests give them.

Source: https://developer.hashicorp.com/vault/api-docs/auth/ldap#configure-ldap
"""

from __future__ import annotations

from typing import Annotated

from strongroom.sdk import SECRET, Doc, Duration, OneOf, TokenFields


class DirectoryFields(TokenFields, frozen=True):
    """How the directory is reached, and where its users and groups are; what isn't given stays."""

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
        Duration | None, Doc(description="How long a login may take of the directory. 0 for 90 seconds.")
    ] = None
    max_page_size: Annotated[
        int | None, Doc(description="The number of entries to ask for at once. 0 asks for all.")
    ] = None
    dereference_aliases: Annotated[
        str | None, Doc(description="Whether searches follow aliases: `never`, `finding`, `searching` or `always`.")
    ] = None
    binddn: Annotated[str | None, Doc(description="The DN that searches for users and groups.")] = None
    bindpass: Annotated[str | None, Doc(description="Its password.", extra=SECRET)] = None
    userdn: Annotated[str | None, Doc(description="Where users are.")] = None
    userattr: Annotated[str | None, Doc(description="The attribute that holds a user's name.")] = None
    userfilter: Annotated[
        str | None, Doc(description="The filter that finds a user, with {{.UserAttr}} and {{.Username}}.")
    ] = None
    upndomain: Annotated[str | None, Doc(description="Log in as <name>@<this domain>.")] = None
    enable_samaccountname_login: Annotated[
        bool | None, Doc(description="With `upndomain`: users may give their sAMAccountName, too.")
    ] = None
    discoverdn: Annotated[bool | None, Doc(description="Search for users without a name and a password.")] = None
    deny_null_bind: Annotated[bool | None, Doc(description="Refuse empty passwords without asking.")] = None
    groupdn: Annotated[str | None, Doc(description="Where groups are. Empty looks for none.")] = None
    groupattr: Annotated[str | None, Doc(description="The attribute that holds a group's name.")] = None
    groupfilter: Annotated[
        str | None, Doc(description="The filter that finds a user's groups, with {{.UserDN}} and {{.Username}}.")
    ] = None
    allow_unbound_groupfilter: Annotated[
        bool | None, Doc(description="Take a group filter that finds the same groups for everybody.")
    ] = None
    anonymous_group_search: Annotated[
        bool | None, Doc(description="Search for groups without a name and a password.")
    ] = None
    use_token_groups: Annotated[
        bool | None, Doc(description="Take the groups from Active Directory's tokenGroups, nested ones included.")
    ] = None
    require_group_match: Annotated[
        bool | None, Doc(description="Refuse who has no settings here, and no group that has any.")
    ] = None
    case_sensitive_names: Annotated[
        bool | None, Doc(description="Tell names of users and groups apart that differ in case only.")
    ] = None
    username_as_alias: Annotated[
        bool | None, Doc(description="Make the user's name the alias, instead of the DN or the userPrincipalName.")
    ] = None
    use_pre111_group_cn_behavior: Annotated[
        bool | None, Doc(description="Read only CN in capital letters from DNs of groups.")
    ] = None
