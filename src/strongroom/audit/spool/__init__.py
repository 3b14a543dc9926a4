"""The spool: files in which entries wait for the node's forwarder.  Only it writes to pipes and standard output."""

from strongroom.audit.spool.device import SpoolDevice
from strongroom.audit.spool.spool import Spool

__all__ = ["Spool", "SpoolDevice"]
