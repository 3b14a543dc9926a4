"""Identity: the person or machine behind a login, whichever method it used."""

from strongroom.services.identity.records import AliasRecord, EntityRecord, GroupRecord
from strongroom.services.identity.service import IdentityService

__all__ = ["AliasRecord", "EntityRecord", "GroupRecord", "IdentityService"]
