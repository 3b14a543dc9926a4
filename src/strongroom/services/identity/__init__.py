"""Identity: the person or machine behind a login, whichever method it used."""

from strongroom.services.identity.records import AliasRecord, EntityRecord, GroupRecord
from strongroom.services.identity.service import IdentityService
from strongroom.services.identity.standing import Standing

__all__ = ["AliasRecord", "EntityRecord", "GroupRecord", "IdentityService", "Standing"]
