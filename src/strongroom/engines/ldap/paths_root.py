"""`rotate-root`: a new password for the account by which others are managed, which nobody else has.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#rotate-root-password
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from strongroom.engines.ldap import asking
from strongroom.engines.ldap.passwords import plain_password
from strongroom.engines.ldap.reaching import Reached, configured
from strongroom.engines.ldap.records import CONFIG, LdapConfig
from strongroom.lib.ldap import Directories, Session
from strongroom.sdk import Request, path
from strongroom.sdk.rotation import Kept, Place, Row, do_what_is_due, rotate

ROOT = "root"
"""The name of its scheduled work."""


class RootPaths:
    """`rotate-root`"""

    directories: Directories

    @path.write("rotate-root")
    async def rotate_root(self, request: Request) -> None:
        """Changes the password of `binddn` to one that nobody knows."""
        config = await configured(request.view)
        reached, row = Reached(request, self.directories, config), _row(request, config)
        made = {"password": await plain_password(request, config.password_policy)}
        version = request.once("version", lambda: config.root.version)
        dn = request.once.outside(f"root dn {config.binddn}", lambda: reached.use(_resolved(config), repeats=True))
        request.once.outside("rotate", lambda: rotate(row, reached.root_system(), version, made, request.now))
        request.view.write(CONFIG, replace(config, root_dn=dn))

    async def root_due(self, request: Request) -> None:
        """Rotate, or finish what has begun.  Raises `StrongroomError`, and is called again."""
        if await request.view.read(CONFIG, LdapConfig) is None:
            return
        config = await configured(request.view)
        reached, row = Reached(request, self.directories, config), _row(request, config)
        made = {"password": await plain_password(request, config.password_policy)}
        request.once.outside("due", lambda: do_what_is_due(row, reached.root_system(), made, request.now))


def _resolved(config: LdapConfig) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        asking.bind_as_root(session, config)
        return asking.root_dn(session, config)

    return work


def _row(request: Request, config: LdapConfig) -> Row[LdapConfig]:
    """Keeps the passwords of `binddn`, as long as that is the same."""

    def read(stored: LdapConfig) -> Kept | None:
        return Kept(stored.root, stored.rotation) if stored.binddn == config.binddn else None

    return Row(
        request=request,
        places=(Place(CONFIG, ROOT),),
        type=LdapConfig,
        read=read,
        write=lambda stored, account: replace(stored, root=account),
    )
