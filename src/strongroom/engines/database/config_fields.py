"""The parameters of a connection.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#configure-connection
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.sdk import SECRET, CommaList, Doc
from strongroom.sdk.rotation import RotationFields

OWN = frozenset(
    {
        *("name", "plugin_name", "plugin_version", "verify_connection", "allowed_roles", "root_rotation_statements"),
        *("password_policy", "username", "password", "username_template", "terminate_sessions"),
        *("skip_static_role_import_rotation", *RotationFields.__struct_fields__),
    }
)
"""Parameters of the engine; all others are details for the driver."""


class ConfigFields(RotationFields, frozen=True):
    """How a database is reached; what isn't given stays."""

    plugin_name: Annotated[str | None, Doc(description="The kind of database.")] = None
    plugin_version: Annotated[str | None, Doc(description="Only the built-in version, which is empty.")] = None
    verify_connection: Annotated[
        bool | None, Doc(description="Log in before the connection is stored. True unless it is given.")
    ] = None
    allowed_roles: Annotated[
        CommaList | None, Doc(description="Names of roles that may use it, or patterns with *. Empty allows none.")
    ] = None
    root_rotation_statements: Annotated[
        list[str] | None, Doc(description="Statements that change the password of the user by whom users are made.")
    ] = None
    password_policy: Annotated[str | None, Doc(description="The policy that passwords are made by.")] = None
    username_template: Annotated[str | None, Doc(description="The template of user names.")] = None
    skip_static_role_import_rotation: Annotated[
        bool | None, Doc(description="Leave the passwords of users as they are when static roles take them over.")
    ] = None
    terminate_sessions: Annotated[
        bool | None,
        Doc(description="End a user's sessions before the revocation_statements of its role drop it."),
    ] = None
    username: Annotated[str | None, Doc(description="The user by whom other users are made.")] = None
    password: Annotated[str | None, Doc(description="The password of that user (`username`).", extra=SECRET)] = None

    # Details for drivers, which may know others. Those with a secret have to be here, or the audit log would show them.
    connection_url: Annotated[
        Any, Doc(description="The address, with {{username}} and {{password}} where they belong.", extra=SECRET)
    ] = None
    max_open_connections: Annotated[Any, Doc(description="The most connections of a process. 0 for 4.")] = None
    max_idle_connections: Annotated[
        Any, Doc(description="How many connections are kept. 0 for all of them, less for none.")
    ] = None
    max_connection_lifetime: Annotated[Any, Doc(description="How long a connection is used. 0 for ever.")] = None
    disable_escaping: Annotated[
        Any, Doc(description="Without effect: name and password aren't put into a text that needs escaping.")
    ] = None
    private_key: Annotated[Any, Doc(description="The key of the client certificate, in PEM.", extra=SECRET)] = None
    tls_certificate_key: Annotated[Any, Doc(description="Client certificate and key, in PEM.", extra=SECRET)] = None
    pem_bundle: Annotated[Any, Doc(description="Certificate, key and authorities, in PEM.", extra=SECRET)] = None
    pem_json: Annotated[Any, Doc(description="Certificate, key and authorities, in JSON.", extra=SECRET)] = None
    service_account_json: Annotated[Any, Doc(description="A key for Google's API.", extra=SECRET)] = None
