"""The forwarder: writes entries from the spool to pipes and standard output.  Each node has one such process."""

from strongroom.audit.forwarding.forwarder import Forwarder

__all__ = ["Forwarder"]
