"""DynamoDB as its documentation describes it: a transaction is written item by item, and single reads see that.

Stand-ins write a transaction at once, so nothing that depends on one under way can be tried there.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation
"""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from strongroom.lib.outgoing import Reply
from strongroom.storage.conditional.cells import ClockOffset, UnclearError

_KEYS = ("p", "k")
_LONG = 30
Key = tuple[str, str]
TABLE = {
    "TableStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "k", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in _KEYS],
}


class SlowTransactions:
    """A table, asked as `Endpoints` asks a server.

    Args:
        seed: of the pauses between two items.
        step_s: the longest such pause.

    Attributes:
        items: what single reads see.
        lost: actions whose next answer is lost, after they were carried out.
        refused: what the next requests of an action get instead, as status and body.
        asked: the actions so far.
        most_read: items that one answer has at the most.
        head_last: whether transactions write the head after all others, and long after.
    """

    clock_offset: ClockOffset | None = None

    def __init__(self, seed: int = 0, step_s: float = 0.01) -> None:
        self.items: dict[Key, dict[str, Any]] = {}
        self.lost: list[str] = []
        self.refused: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.asked: list[str] = []
        self.most_read = 1000
        self.head_last = False
        self._prepared: set[Key] = set()
        self._done: set[str] = set()
        self._random = random.Random(seed)
        self._step_s = step_s

    async def close(self) -> None:
        """Nothing is open."""

    async def ask(self, verb: str, path: str, *, headers: Any, content: bytes, repeatable: bool) -> Reply:
        """One request, carried out in a task of its own: it goes on when whoever asked is gone."""
        action = {name.lower(): value for name, value in headers.items()}["x-amz-target"].partition(".")[2]
        self.asked.append(action)
        if self.refused.get(action):
            status, body = self.refused[action].pop(0)
            return Reply(status, {}, json.dumps(body).encode())
        working = asyncio.create_task(getattr(self, f"_{action}")(json.loads(content)))
        status, body = await asyncio.shield(working)
        if action in self.lost:
            self.lost.remove(action)
            raise UnclearError("the store failed", detail="no answer")
        return Reply(status, {}, json.dumps(body).encode())

    async def _DescribeTable(self, message: Any) -> tuple[int, Any]:
        return 200, {"Table": TABLE}

    async def _GetItem(self, message: Any) -> tuple[int, Any]:
        await self._pass()
        item = self.items.get(_key(message["Key"]))
        return 200, {"Item": item} if item else {}

    async def _BatchGetItem(self, message: Any) -> tuple[int, Any]:
        ((table, wanted),) = message["RequestItems"].items()
        found = []
        for key in wanted["Keys"][: self.most_read]:
            await self._pass()
            found += [self.items[_key(key)]] if _key(key) in self.items else []
        rest = wanted["Keys"][self.most_read :]
        left = {table: {**wanted, "Keys": rest}} if rest else {}
        return 200, {"Responses": {table: found}, "UnprocessedKeys": left}

    async def _TransactGetItems(self, message: Any) -> tuple[int, Any]:
        await self._pass()
        keys = [_key(each["Get"]["Key"]) for each in message["TransactItems"]]
        if self._prepared & set(keys):
            return _cancelled(["TransactionConflict" if key in self._prepared else "None" for key in keys])
        return 200, {"Responses": [{"Item": self.items[key]} if key in self.items else {} for key in keys]}

    async def _Query(self, message: Any) -> tuple[int, Any]:
        values = message["ExpressionAttributeValues"]
        kind, low = values[":kind"]["S"], values[":low"]["S"]
        high = values[":high"]["S"] if ":high" in values else "\U0010ffff" * 300
        after = message["ExclusiveStartKey"]["k"]["S"] if "ExclusiveStartKey" in message else ""
        found: list[Any] = []
        while len(found) < min(message["Limit"], self.most_read):
            await self._pass()
            rest = sorted(key for key in self.items if key[0] == kind and low <= key[1] <= high and key[1] > after)
            if not rest:
                return 200, {"Items": found}
            found.append(self.items[rest[0]])
            after = rest[0][1]
        return 200, {"Items": found, "LastEvaluatedKey": {"p": {"S": kind}, "k": {"S": after}}}

    async def _PutItem(self, message: Any) -> tuple[int, Any]:
        self.items[_key(message["Item"])] = message["Item"]
        return 200, {}

    async def _DeleteItem(self, message: Any) -> tuple[int, Any]:
        self.items.pop(_key(message["Key"]), None)
        return 200, {}

    async def _TransactWriteItems(self, message: Any) -> tuple[int, Any]:
        if message["ClientRequestToken"] in self._done:
            return 200, {}
        actions = [next(iter(each.values())) for each in message["TransactItems"]]
        keys = [_key(action.get("Item") or action["Key"]) for action in actions]
        if self._prepared & set(keys):
            return _cancelled(["TransactionConflict" if key in self._prepared else "None" for key in keys])
        if not all(map(self._holds, actions)):
            return _cancelled(["None" if self._holds(action) else "ConditionalCheckFailed" for action in actions])
        self._prepared |= set(keys)
        order = list(zip(keys, actions, strict=True))
        self._random.shuffle(order)
        if self.head_last:
            order.sort(key=lambda each: each[0][0] == "head")
        for key, action in order:
            if self.head_last and key[0] == "head":
                await asyncio.sleep(_LONG * self._step_s)
            await self._pass()
            if "Item" in action:
                self.items[key] = action["Item"]
            else:
                self.items.pop(key, None)
            self._prepared.discard(key)
        self._done.add(message["ClientRequestToken"])
        return 200, {}

    def _holds(self, action: Any) -> bool:
        if "ConditionExpression" not in action:
            return True
        found = self.items.get(_key(action["Item"]))
        if "ExpressionAttributeValues" not in action:
            return found is None
        return found is not None and found["n"] == action["ExpressionAttributeValues"][":seen"]

    async def _pass(self) -> None:
        await asyncio.sleep(self._random.random() * self._step_s)


def _key(item: Any) -> Key:
    return item["p"]["S"], item["k"]["S"]


def _cancelled(reasons: list[str]) -> tuple[int, Any]:
    name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    return 400, {"__type": name, "CancellationReasons": [{"Code": code} for code in reasons]}
