"""The forwarder: brings entries from the spool to pipes and standard output, one process for each node."""

from strongroom.audit.forwarding.forwarder import Forwarder

__all__ = ["Forwarder"]
