"""A store on DynamoDB, for many machines."""

from strongroom.storage.dynamodb.messages import Table
from strongroom.storage.dynamodb.opening import DynamodbSettings, DynamodbStorage, dynamodb_service, open_dynamodb
from strongroom.storage.dynamodb.table import Reserved, described

__all__ = [
    "DynamodbSettings",
    "DynamodbStorage",
    "Reserved",
    "Table",
    "described",
    "dynamodb_service",
    "open_dynamodb",
]
