"""Certificates and one-time passwords for SSH."""

from strongroom.engines.ssh.engine import Ssh

__all__ = ["Ssh"]
