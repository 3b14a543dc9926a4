"""Second factors that another system checks."""

from strongroom.services.mfa.drivers.driver import Driver, Question
from strongroom.services.mfa.drivers.duo import Duo
from strongroom.services.mfa.drivers.okta import Okta
from strongroom.services.mfa.drivers.outgoing import Outgoing
from strongroom.services.mfa.drivers.pingid import PingId
from strongroom.services.mfa.records import DUO, OKTA, PINGID

DRIVERS: dict[str, Driver] = {DUO: Duo(), OKTA: Okta(), PINGID: PingId()}

__all__ = ["DRIVERS", "Driver", "Outgoing", "Question"]
