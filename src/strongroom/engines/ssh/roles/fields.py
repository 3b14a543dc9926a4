"""The fields of a role.

Source: https://openbao.org/api-docs/secret/ssh/#create-role
https://developer.hashicorp.com/vault/api-docs/secret/ssh#create-update-role
"""

from __future__ import annotations

from typing import Annotated

from strongroom.sdk import Body, Doc, Duration, JsonMap, OneOf


class RoleFields(Body, frozen=True):
    """A role.  What isn't given has its default, also in a role that exists."""

    key_type: Annotated[
        str, Doc(description="`ca` to sign certificates, or `otp` to make one-time passwords."), OneOf("ca", "otp")
    ] = ""
    default_user: Annotated[
        str,
        Doc(
            description="The user name for requests that name none; needed for type `otp`. For type `ca`, `*` stands "
            "for all names that `allowed_users` lists."
        ),
    ] = ""
    default_user_template: Annotated[
        bool, Doc(description="Whether `default_user` may have identity templates, such as `{{identity.entity.name}}`.")
    ] = False
    allowed_users: Annotated[
        str,
        Doc(
            description="User names that may be asked for, with commas between them; `*` for any. Empty: for type `ca` "
            "none, for type `otp` only `default_user`."
        ),
    ] = ""
    allowed_users_template: Annotated[bool, Doc(description="Whether `allowed_users` may have identity templates.")] = (
        False
    )
    allowed_domains: Annotated[
        str, Doc(description="Domains that host certificates may be for, with commas between them; `*` for any host.")
    ] = ""
    allowed_domains_template: Annotated[
        bool, Doc(description="Whether `allowed_domains` may have identity templates.")
    ] = False
    allow_bare_domains: Annotated[
        bool, Doc(description="Whether a host certificate may be for one of `allowed_domains` itself.")
    ] = False
    allow_subdomains: Annotated[
        bool, Doc(description="Whether a host certificate may be for a host below one of `allowed_domains`.")
    ] = False
    allow_user_certificates: Annotated[bool, Doc(description="Whether certificates of users are signed.")] = False
    allow_host_certificates: Annotated[bool, Doc(description="Whether certificates of hosts are signed.")] = False
    allow_empty_principals: Annotated[
        bool,
        Doc(
            description="Whether a certificate may have no principals: some servers take it for every user then, and "
            "OpenSSH from 10.3 on for none."
        ),
    ] = False
    allow_commas_in_identity_templates: Annotated[
        bool,
        Doc(description="Whether the value of a template in a list of users or domains may have commas: more names."),
    ] = False
    allow_wildcards_in_identity_templates: Annotated[
        bool, Doc(description="Whether the value of a template in a list of users or domains may have a `*`.")
    ] = False
    allow_user_key_ids: Annotated[bool, Doc(description="Whether the client may choose the key id.")] = False
    key_id_format: Annotated[
        str,
        Doc(
            description="The key id of certificates. `{{token_display_name}}`, `{{role_name}}` and "
            "`{{public_key_hash}}` are replaced. Empty for `vault-<display name>-<hash>`."
        ),
    ] = ""
    allowed_critical_options: Annotated[
        str, Doc(description="Critical options that may be asked for, with commas between them. Empty for any.")
    ] = ""
    allowed_extensions: Annotated[
        str, Doc(description="Extensions that may be asked for, with commas between them; `*` for any. Empty for none.")
    ] = ""
    default_critical_options: Annotated[
        JsonMap,
        Doc(
            description="Critical options of certificates for which none are asked. Those that "
            "`allowed_critical_options` leaves out of its list count for all certificates."
        ),
    ] = JsonMap({})
    default_extensions: Annotated[JsonMap, Doc(description="Extensions of certificates for which none are asked.")] = (
        JsonMap({})
    )
    default_extensions_template: Annotated[
        bool, Doc(description="Whether values of `default_extensions` may have identity templates.")
    ] = False
    allowed_user_key_lengths: Annotated[
        JsonMap,
        Doc(
            description="Types of keys that are signed, each with its length or a list of them: `rsa`, `ec` or "
            "`ecdsa`, `ed25519`, or OpenSSH's names. 0 where the type has one length. Empty for all."
        ),
    ] = JsonMap({})
    algorithm_signer: Annotated[
        str,
        Doc(
            description="How an RSA issuer signs: `rsa-sha2-256`, `rsa-sha2-512`, or `ssh-rsa` for servers before "
            "OpenSSH 7.2. Empty or `default` for `rsa-sha2-256`."
        ),
    ] = ""
    issuer_ref: Annotated[str, Doc(description="The issuer that signs: its id or name. Empty for the default.")] = ""
    ttl: Annotated[Duration, Doc(description="How long certificates last. 0 for the mount's default.")] = Duration(0)
    max_ttl: Annotated[
        Duration, Doc(description="How long a client may ask for at the most. 0 for the mount's limit.")
    ] = Duration(0)
    not_before_duration: Annotated[
        Duration, Doc(description="How long before now certificates begin, for clocks that are behind.")
    ] = Duration(30)
    port: Annotated[int, Doc(description="The port that is told with a one-time password; 0 for 22.")] = 0
    cidr_list: Annotated[
        str, Doc(description="Blocks of addresses that one-time passwords are made for, with commas between them.")
    ] = ""
    exclude_cidr_list: Annotated[
        str, Doc(description="Blocks of addresses in `cidr_list` that none are made for, with commas between them.")
    ] = ""
    allowed_hosts: Annotated[
        str,
        Doc(
            description="Host names that one-time passwords may be bound to, with commas between them: a name, "
            "`*.example.com` for all hosts below a domain, `*` for any."
        ),
    ] = ""
