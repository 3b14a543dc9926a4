"""The auth method of principals and instances of AWS."""

from strongroom.auth.aws.method import Aws

__all__ = ["Aws"]
