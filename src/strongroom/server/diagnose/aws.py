"""Diagnosis of DynamoDB and S3, before the store there is opened; nothing is changed there."""

from __future__ import annotations

from typing import Final

from strongroom.lib.aws.s3 import S3Client
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, UpstreamFailed
from strongroom.lib.outgoing import PooledHttp
from strongroom.lib.rand import Random
from strongroom.server.config.config import StorageConfig
from strongroom.server.diagnose.places import in_clear
from strongroom.server.diagnose.result import Finding, fail, ok, text_of, warn
from strongroom.server.stores import StoreError, timeout_s
from strongroom.server.stores.aws import credentials
from strongroom.server.stores.dynamodb import settings_of
from strongroom.server.stores.s3 import bucket_of, path_of
from strongroom.storage.dynamodb import Table, described, dynamodb_service

_LEAST_WRITES: Final = 25
"""Units in a second.  A commit of three small rows takes ten, and logins make such commits."""

Judged = list[tuple[bool, Finding]]


async def check_dynamodb(config: StorageConfig, clock: Clock, random: Random) -> Judged:
    """What can be said of the table, each finding with whether the store may be opened."""
    name = "Check DynamoDB"
    try:
        settings = settings_of(config.options)
        service = dynamodb_service(settings, clock, random)
        try:
            table = await described(service, settings.table)
        finally:
            await service.close()
    except (StoreError, StorageError) as error:
        return [(False, _failed(name, error, config))]
    if table is None:
        text = f"There is no table {settings.table} in {settings.target.region} yet."
        return [(False, ok(name, f"{text} The server makes it at its first start."))]
    return [(True, finding) for finding in judge_table(name, table)] + _in_clear(name, settings.target.url)


def judge_table(name: str, table: Table) -> list[Finding]:
    """What the table's own settings say of how it is looked after."""
    units = table.provisioned_throughput
    paid = f"{units.read_capacity_units} and {units.write_capacity_units} units reserved" if table.reserved else ""
    text = f"The table is {table.table_status}, {table.table_size_bytes >> 20} MiB, {paid or 'paid by the request'}."
    found = [ok(name, text, facts={"status": table.table_status, "items": table.item_count})]
    if table.reserved and units.write_capacity_units < _LEAST_WRITES:
        text = f"{units.write_capacity_units} units of writing in a second are a few commits."
        found.append(warn(name, text, "Give the table more capacity, or pay it by the request."))
    if not table.deletion_protection_enabled:
        text = "The table has no protection against being deleted."
        found.append(warn(name, text, "Turn on its DeletionProtectionEnabled."))
    if table.replicas:
        text = "The table has replicas in other regions, which know nothing of transactions."
        found.append(warn(name, text, "Let all nodes use the same region, and nobody write in another."))
    return found


async def check_s3(config: StorageConfig) -> Judged:
    """What can be said of the bucket, each finding with whether the store may be opened."""
    name = "Check S3"
    options = config.options
    try:
        bucket, path = bucket_of(options), path_of(options)
        http = PooledHttp("S3", connections=1, total_s=timeout_s("s3", options))
        try:
            client = S3Client(bucket, credentials("s3", options), http, retries=1)
            page = await client.list(path, limit=1)
        finally:
            await http.close()
    except (StoreError, UpstreamFailed) as error:
        return [(False, _failed(name, error, config))]
    where = f"{bucket.name} in {bucket.target.region}" + (f", below {path}" if path else "")
    if not page.objects:
        text = f"The bucket {where} holds no store yet; the server makes it at its first start."
        return [(False, ok(name, text)), *_in_clear(name, bucket.target.url)]
    return [(True, ok(name, f"The bucket {where} can be listed.")), *_in_clear(name, bucket.target.url)]


def _failed(name: str, error: StoreError | StorageError | UpstreamFailed, config: StorageConfig) -> Finding:
    advice = f"Check the settings at {config.where}, the rights of the access key, and this machine's clock."
    return fail(name, text_of(error), advice, stops=True)


def _in_clear(name: str, url: str) -> Judged:
    return in_clear(name, [url], advice="Use https:// in endpoint.")
