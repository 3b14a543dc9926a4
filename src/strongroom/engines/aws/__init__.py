"""Access keys of AWS: users of IAM, sessions of STS, and keys of users that exist already."""

from strongroom.engines.aws.engine import AwsEngine

__all__ = ["AwsEngine"]
