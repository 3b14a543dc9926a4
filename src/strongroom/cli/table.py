"""Every command's name, one line about it, and the module that holds it.  (p)

Modules are imported only when their command runs: a cold start pays for one command, not for all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command's line in the table; `module` is below `strongroom.cli`, and lists the command by its full name."""

    summary: str
    module: str


COMMON = ("read", "write", "delete", "list", "login", "server", "status", "unwrap")
"""What the overview names first."""

GROUPS = {
    "audit": "Manage audit devices",
    "auth": "Manage auth methods",
    "break-glass": "Take back at once what somebody has got",
    "events": "Follow what happens",
    "import": "Move in from other servers",
    "kv": "Work with key/value secrets",
    "kv metadata": "Work with the settings and versions of key/value secrets",
    "lease": "Manage leases",
    "namespace": "Manage namespaces",
    "operator": "Operate a server",
    "operator raft snapshot": "Save and restore a server's store, by raft's names",
    "operator restore": "Look after a store that was restored",
    "operator region": "Keep a second region, and promote it",
    "operator snapshot": "Save and restore a server's store",
    "pki": "Examine and make certificate authorities",
    "plugin": "Look after the catalog of plugins",
    "policy": "Manage policies",
    "print": "Show what the command line uses",
    "secrets": "Manage secrets engines",
    "token": "Manage tokens",
    "transit": "Use a transit engine from the command line",
    "transit envelope": "Encrypt and decrypt files of any size",
}

_MODULES = {
    "api": {
        "read": "Read data or secrets",
        "write": "Write data, configuration or secrets",
        "patch": "Change parts of the data at a path",
        "delete": "Delete the data at a path",
        "list": "List names below a path",
        "scan": "List names below a path, at every depth",
    },
    "paths": {
        "unwrap": "Read the response in a wrapping token",
        "path-help": "Show the server's help for a path",
    },
    "status": {"status": "Show whether the server is sealed"},
    "version": {"version": "Show this program's version", "version-history": "Show which versions the server has run"},
    "login.command": {"login": "Log in and keep the token"},
    "completion.command": {"completion": "Print a script that completes commands in a shell"},
    "print_token": {"print token": "Print the token in use"},
    "server": {"server": "Start a server"},
    "agent.command": {"agent": "Start an agent, which logs in and keeps a token for programs"},
    "agent.generate_config": {"agent generate-config": "Write an agent's configuration"},
    "agent.proxy": {"proxy": "Start a proxy, which passes requests on and logs in for programs"},
    "kv.data": {
        "kv get": "Read a secret",
        "kv put": "Write a secret",
        "kv patch": "Change parts of a secret",
        "kv rollback": "Restore an earlier version of a secret",
    },
    "kv.versions": {
        "kv delete": "Delete versions of a secret, so that they can be undeleted",
        "kv undelete": "Undelete versions of a secret",
        "kv destroy": "Remove versions of a secret for good",
        "kv list": "List names of secrets",
        "kv scan": "List names of secrets, at every depth",
        "kv enable-versioning": "Convert a version 1 mount to version 2",
    },
    "kv.search": {"kv search": "Find secrets by name and custom metadata"},
    "kv.metadata": {
        "kv metadata get": "Show a secret's settings and versions",
        "kv metadata put": "Write a secret's settings",
        "kv metadata patch": "Change some of a secret's settings",
        "kv metadata delete": "Remove a secret with all its versions",
    },
    "secrets": {
        "secrets enable": "Mount a secrets engine",
        "secrets disable": "Unmount a secrets engine, with all its data",
        "secrets list": "List mounted secrets engines",
        "secrets tune": "Change a secrets engine's settings",
        "secrets move": "Move a secrets engine to another path",
    },
    "auth": {
        "auth enable": "Mount an auth method",
        "auth disable": "Unmount an auth method; its tokens are revoked",
        "auth list": "List mounted auth methods",
        "auth tune": "Change an auth method's settings",
        "auth move": "Move an auth method to another path",
        "auth help": "Show how to log in by an auth method",
    },
    "pki.health.command": {"pki health-check": "Check a pki mount against good practice"},
    "pki.issue": {
        "pki issue": "Make an intermediate authority, signed by an issuer of another mount",
        "pki reissue": "Make an intermediate authority like an existing one",
    },
    "pki.verify_sign": {"pki verify-sign": "Tell whether one certificate was issued by another"},
    "pki.list_intermediates": {"pki list-intermediates": "List the certificates that an issuer has issued"},
    "plugin": {
        "plugin list": "List the plugins that can be mounted",
        "plugin info": "Show a plugin's details",
        "plugin register": "Register a plugin in the catalog",
        "plugin deregister": "Take a plugin out of the catalog",
        "plugin reload": "Reload a plugin's mounts",
        "plugin reload-status": "Show the progress of a reload on all nodes",
    },
    "policy": {
        "policy read": "Print a policy",
        "policy write": "Upload a policy",
        "policy list": "List policies",
        "policy delete": "Delete a policy",
        "policy fmt": "Format a policy file in place",
    },
    "policies.explain": {"policy explain": "Explain why a request is allowed or denied"},
    "policies.lint": {"policy lint": "Tell what is likely wrong with a policy"},
    "policies.simulate": {"policy simulate": "Tell what a draft of a policy would change"},
    "policies.who_can": {"policy who-can": "List who is allowed a request"},
    "token": {
        "token create": "Create a token",
        "token lookup": "Show a token's properties",
        "token renew": "Renew a token",
        "token revoke": "Revoke a token and its children",
        "token capabilities": "Show what a token may do on a path",
    },
    "ssh.command": {"ssh": "Log in to a host by a signed key or a one-time password"},
    "ssh.helper.command": {"ssh-helper": "Check a one-time password, on the host that somebody logs in to"},
    "transit.imports": {
        "transit import": "Import a key from elsewhere",
        "transit import-version": "Import another version of an imported key",
    },
    "transit.envelope.command": {
        "transit envelope encrypt": "Encrypt files by data keys of the server",
        "transit envelope decrypt": "Decrypt files by data keys of the server",
        "transit envelope header": "Show the headers of encrypted files",
    },
    "audit.devices": {
        "audit enable": "Enable an audit device",
        "audit disable": "Disable an audit device",
        "audit list": "List audit devices",
    },
    "audit.query": {"audit query": "Find requests in an audit log"},
    "audit.verify": {"audit verify": "Check that an audit log is unchanged and complete"},
    "lease": {
        "lease lookup": "Show a lease's properties",
        "lease renew": "Renew a lease",
        "lease revoke": "Revoke leases",
    },
    "lease_search": {
        "lease list": "List leases below a path",
        "lease search": "Find leases by entity, account or age",
        "lease revoke-entity": "Revoke the leases of an entity",
    },
    "break_glass": {
        "break-glass revoke": "End everything that was issued to somebody",
        "break-glass status": "Show how far that is",
        "break-glass list": "List what was taken back",
        "break-glass lift": "Have things issued again",
        "break-glass cancel": "End one that was a mistake",
    },
    "namespace": {
        "namespace create": "Create a namespace",
        "namespace delete": "Delete a namespace",
        "namespace list": "List namespaces",
        "namespace scan": "List namespaces, at every depth",
        "namespace lookup": "Show a namespace",
        "namespace patch": "Change a namespace's metadata",
        "namespace seal": "Seal a namespace",
        "namespace unseal": "Give a namespace one of its key shares",
        "namespace seal-status": "Show whether a namespace is sealed",
        "namespace delete-sealed": "Delete a sealed namespace whose key shares are lost",
        "namespace lock": "Lock the API of a namespace",
        "namespace unlock": "Unlock the API of a namespace",
    },
    "importing.files": {"import files": "Import secrets from .env, JSON or an export of Bitwarden"},
    "importing.store": {"import store": "Import from the store of a stopped Vault or OpenBao"},
    "importing.vault": {"import vault": "Import what a running Vault or OpenBao holds"},
    "operator.init": {"operator init": "Initialize a server"},
    "operator.seal": {
        "operator unseal": "Give a key share to unseal a server",
        "operator seal": "Seal a server",
        "operator step-down": "Make the active node give up its place",
        "operator members": "List the nodes of the cluster",
        "operator key-status": "Show the encryption key in use",
        "operator rotate": "Take a new encryption key into use",
    },
    "operator.rekey": {
        "operator rekey": "Make new key shares",
        "operator rotate-keys": "Make new key shares, with a token that allows it",
    },
    "operator.diagnose": {
        "operator diagnose": "Check what would keep a server from starting",
        "operator validate-config": "Check a configuration file",
    },
    "operator.snapshot.items": {
        "operator snapshot read": "Read one secret as it was when a snapshot was taken",
        "operator snapshot recover": "Write one secret as it was when a snapshot was taken",
    },
    "operator.snapshot.commands": {
        "operator snapshot save": "Save a copy of the store, while the server runs",
        "operator snapshot inspect": "Show what a copy of the store is of",
        "operator snapshot verify": "Check every byte of a copy of the store",
        "operator snapshot restore": "Put a copy in the place of the store",
        "operator raft snapshot save": "Save a copy of the store, over an earlier one",
        "operator raft snapshot inspect": "Show what a copy of the store is of",
        "operator raft snapshot restore": "Put a copy in the place of the store",
    },
    "operator.migrate": {"operator migrate": "Move everything from one store to another"},
    "operator.restore": {
        "operator restore status": "Show what waits since a restore",
        "operator restore go": "Let leases end and credentials rotate again after a restore",
    },
    "operator.raft": {"operator raft": "Tell what is used in place of raft's commands"},
    "operator.region": {
        "operator region enable": "Let other regions follow this one",
        "operator region token": "Make a token by which one region may follow",
        "operator region join": "Follow another region",
        "operator region status": "Show what this region is, and how far behind",
        "operator region promote": "Make this follower the first region",
        "operator region former": "Show what the former first region has and this one lacks",
        "operator region demote": "Have this region serve nothing",
        "operator region leave": "Follow no more",
        "operator region revoke": "Revoke the certificate of a region that follows",
    },
    "operator.usage": {"operator usage": "Count the clients of some months"},
    "operator.root": {"operator generate-root": "Make a new root token from key shares"},
    "events": {"events subscribe": "Print events as they happen"},
    "monitor": {"monitor": "Follow a server's log"},
    "debug": {"debug": "Collect a server's state over time into an archive"},
}

_LEGACY = (
    "auth-disable",
    "auth-enable",
    "audit-disable",
    "audit-enable",
    "audit-list",
    "capabilities",
    "generate-root",
    "init",
    "key-status",
    "methods",
    "mount",
    "mount-tune",
    "mounts",
    "policies",
    "policy-delete",
    "policy-write",
    "rekey",
    "remount",
    "renew",
    "revoke",
    "rotate",
    "seal",
    "step-down",
    "token-create",
    "token-lookup",
    "token-renew",
    "token-revoke",
    "unmount",
    "unseal",
)

COMMANDS = {name: CommandEntry(line, module) for module, lines in _MODULES.items() for name, line in lines.items()}
"""Today's commands, by their full name."""

LEGACY = frozenset(_LEGACY)
"""The names that commands had until 2018; `legacy` turns them into today's."""


def children(group: str) -> dict[str, str]:
    """The names one level below a group (empty: at the top), sorted, each with its line."""
    prefix = f"{group} " if group else ""
    found: dict[str, str] = {}
    for name, line in [*GROUPS.items(), *((name, entry.summary) for name, entry in COMMANDS.items())]:
        rest = name.removeprefix(prefix)
        if name.startswith(prefix) and rest and " " not in rest:
            found[rest] = line
    return dict(sorted(found.items()))
