"""The auth method `cert`."""

from __future__ import annotations

from strongroom.auth.cert.paths_certs import RolePaths
from strongroom.auth.cert.paths_config import ConfigPaths
from strongroom.auth.cert.paths_crls import ListPaths
from strongroom.auth.cert.paths_login import LoginPaths
from strongroom.auth.cert.records import ROLES, Role
from strongroom.auth.cert.responders import Responders
from strongroom.auth.cert.revocation import Lists
from strongroom.sdk import AuthMethod, Waiting
from strongroom.sdk.hands_out import by_settings


class Cert(RolePaths, ListPaths, ConfigPaths, LoginPaths, AuthMethod):
    """Clients who log in with the certificate of their TLS connection.

    Args:
        lists: fetches CRLs. responders: asks OCSP responders.  All mounts of the process share both.
    """

    type = "cert"
    hands_out = (by_settings("cert", ROLES, Role),)

    def __init__(self, lists: Lists | None = None, responders: Responders | None = None) -> None:
        self.lists = lists or Lists()
        self.responders = responders or Responders()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for an OCSP responder."""
        now, refused = self.responders.waiting
        return Waiting(now=now, refused=refused)
