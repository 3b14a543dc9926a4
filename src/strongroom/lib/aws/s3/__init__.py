"""Objects in S3, and in what speaks its protocol: put, read, list and remove them, and files of any size."""

from strongroom.lib.aws.s3.bucket import Bucket, bucket_at
from strongroom.lib.aws.s3.client import Absent, AlreadyThere, Listed, Page, S3Client, S3Object, Stored
from strongroom.lib.aws.s3.files import fetch_file, send_file

__all__ = [
    "Absent",
    "AlreadyThere",
    "Bucket",
    "Listed",
    "Page",
    "S3Client",
    "S3Object",
    "Stored",
    "bucket_at",
    "fetch_file",
    "send_file",
]
