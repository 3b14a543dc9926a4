"""Errors and answers as HTTP: every error has its status, and none tells more than it may."""

from __future__ import annotations

import inspect
import json

import pytest

from strongroom.core.answer import Answer, Envelope
from strongroom.http import encode
from strongroom.http.application import encode_answer
from strongroom.http.errors import STATUS, status_of, text_of
from strongroom.lib import errors
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, StrongroomError) and value is not StrongroomError
]


def make(class_: type[StrongroomError]) -> StrongroomError:
    """An error of that class with a detail."""
    if class_ is errors.CommitUnknown:
        return errors.CommitUnknown("a text", revision_id=b"id", detail="canary-detail")
    if class_ is errors.OutOfRange:
        return errors.OutOfRange("canary-detail")
    return class_("a text", detail="canary-detail")


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__name__)
def test_every_error_has_a_status(class_: type[StrongroomError]) -> None:
    """The table names each class itself; faults of ours are 5xx, and no answer holds what is for the log."""
    assert class_ in STATUS
    error = make(class_)
    response = encode.failure(error)
    assert response.status == status_of(error) == STATUS[class_]
    assert "canary" not in response.body.decode()
    assert "errors" in json.loads(response.body)


@pytest.mark.parametrize("class_", [errors.StorageError, errors.CommitUnknown, errors.StorageFull])
def test_a_store_tells_clients_nothing(class_: type[StrongroomError]) -> None:
    """The text of a storage error may name hosts and files; the client reads a general one."""
    assert "a text" not in text_of(make(class_))


def test_a_fault_without_a_text_has_a_general_one() -> None:
    """5xx answers always say something, 4xx may say nothing."""
    assert text_of(errors.Internal()) == "internal error"
    assert json.loads(encode.failure(errors.NotFound()).body) == {"errors": []}


def test_who_has_to_authenticate_is_told_how() -> None:
    """401 has the challenge in `WWW-Authenticate`; without one there is no such field."""
    told = dict(encode.failure(errors.Unauthenticated("who?", challenge="Negotiate")).headers)
    assert told["WWW-Authenticate"] == "Negotiate"
    assert "WWW-Authenticate" not in dict(encode.failure(errors.Unauthenticated("who?")).headers)


def test_who_is_sent_away_is_told_for_how_long() -> None:
    """429 has `Retry-After`, in whole seconds and at least one."""
    for seconds, shown in ((0.2, "1"), (59.6, "60")):
        response = encode.failure(errors.RateLimited("later", retry_after_s=seconds))
        assert dict(response.headers)["Retry-After"] == shown


@pytest.mark.parametrize("class_", [errors.StorageError, errors.CommitUnknown, errors.Unavailable, errors.FeedTooOld])
def test_a_store_out_of_reach_is_a_503_that_says_when_to_ask_again(class_: type[StrongroomError]) -> None:
    """It is no fault of the server's, and passes: 503 with `Retry-After`, never 500."""
    response = encode.failure(make(class_))
    assert response.status == 503
    assert int(dict(response.headers)["Retry-After"]) >= 1


def test_a_full_store_says_when_to_ask_again() -> None:
    """507 has `Retry-After` too: an operator may be making room."""
    response = encode.failure(errors.StorageFull())
    assert response.status == 507
    assert int(dict(response.headers)["Retry-After"]) >= 1


def test_an_unknown_outcome_is_not_told_as_a_failure() -> None:
    """Whoever reads that nothing took effect may repeat what did."""
    assert "unknown" in text_of(errors.CommitUnknown(revision_id=b"id"))


def test_the_statuses_of_answers() -> None:
    """Nothing read is 404 with an empty list of errors, nothing written is 204, data is 200 in an envelope."""
    for operation, status in (
        (Operation.READ, 404),
        (Operation.LIST, 404),
        (Operation.SCAN, 404),
        (Operation.UPDATE, 204),
        (Operation.CREATE, 204),
        (Operation.DELETE, 204),
    ):
        response = encode_answer(Answer(request_id="r", operation=operation))
        assert response.status == status
        assert response.body == (b'{"errors":[]}\n' if status == 404 else b"")
    answered = encode_answer(Answer(request_id="r", operation=Operation.READ, response=Response(data={"a": 1})))
    assert (answered.status, json.loads(answered.body)["data"]) == (200, {"a": 1})
    assert dict(answered.headers)["Cache-Control"] == "no-store"


def test_whole_numbers_of_any_size_are_answered() -> None:
    """What a client stored comes back digit by digit, in every form of an answer."""
    big = {"n": 10**30}
    for response in (
        encode.encode(Envelope(request_id="r", data=big)),
        encode.encode_repeated(Envelope(request_id="r", data=big)),
        encode.flat(big),
    ):
        assert b"1" + b"0" * 30 in response.body
        json.loads(response.body)


def test_reprs_show_no_data() -> None:
    """What is on its way to a client isn't seen in a traceback or a log."""
    response = Response(data={"password": "canary"})
    answer = Answer(request_id="r", operation=Operation.READ, response=response, auth={"client_token": "canary"})
    assert "canary" not in repr(answer) + repr(answer.envelope())
