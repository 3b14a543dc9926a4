"""A store in S3, for sites that have nothing else that many machines reach."""

import importlib.util

from strongroom.lib.errors import StorageError
from strongroom.lib.extras import install_command

if not all(importlib.util.find_spec(package) for package in ("botocore", "httpx")):
    raise StorageError(f"storage in S3 needs the packages botocore and httpx: {install_command('aws')}")

from strongroom.storage.s3.storage import Place, S3Storage

__all__ = ["Place", "S3Storage"]
