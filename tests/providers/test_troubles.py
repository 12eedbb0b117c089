"""Errors in all the forms in which servers describe them; their words are never passed on."""

import json
from typing import Any

import pytest

from frontdesk.interfaces import ErrorKind, HttpAnswer, ModelService
from frontdesk.outgoing import Outgoing
from frontdesk.providers.errors import failed
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.registry import KINDS, open_service

SECRET = "sk-secret and a customer's words"


def answer(status: int, body: Any, **headers: str) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    ("status", "body", "trouble", "permanent"),
    [
        (400, {"error": {"message": SECRET, "code": "context_length_exceeded"}}, ErrorKind.BAD_REQUEST, True),
        (400, {"error": SECRET}, ErrorKind.BAD_REQUEST, True),
        (400, {"error": {"code": "json_validate_failed", "message": SECRET}}, ErrorKind.NOT_JSON, False),
        (400, {"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}, ErrorKind.CONTENT_FILTER, True),
        (400, {"error": {"code": 400, "location": "Filtering Module - Input Filter"}}, ErrorKind.CONTENT_FILTER, True),
        (401, {"detail": SECRET}, ErrorKind.UNAUTHORISED, True),
        (403, b"", ErrorKind.UNAUTHORISED, True),
        (402, {}, ErrorKind.RATE_LIMITED, True),
        (404, {"error": None}, ErrorKind.SERVER_ERROR, True),
        (404, {"error": {"code": "model_not_found"}}, ErrorKind.BAD_REQUEST, True),
        (408, [], ErrorKind.TIMEOUT, False),
        (409, "x", ErrorKind.SERVER_ERROR, False),
        (413, {"error": {"code": ["x"]}}, ErrorKind.BAD_REQUEST, True),
        (422, {"detail": [{"msg": SECRET}]}, ErrorKind.BAD_REQUEST, True),
        (429, {"type": "error", "error": {"type": "rate_limit_error"}}, ErrorKind.RATE_LIMITED, False),
        (429, {"error": {"type": "insufficient_quota"}}, ErrorKind.RATE_LIMITED, True),
        (301, b"<html>", ErrorKind.SERVER_ERROR, True),
        (500, b"<html>", ErrorKind.SERVER_ERROR, False),
        (501, {}, ErrorKind.SERVER_ERROR, True),
        (529, {"type": "error", "error": {"type": "overloaded_error"}}, ErrorKind.SERVER_ERROR, False),
    ],
)
def test_every_answer_without_success_has_its_name(status: int, body: Any, trouble: ErrorKind, permanent: bool) -> None:
    failure = failed("main", answer(status, body))
    assert (failure.trouble, failure.permanent) == (trouble, permanent)
    assert "main" in str(failure)
    assert str(status) in str(failure)
    assert "customer" not in str(failure)


def test_how_long_to_wait_and_whether_at_all_is_read_from_the_headers() -> None:
    assert failed("m", answer(429, {}, retry_after_ms="1500", retry_after="9")).after_seconds == 1.5
    assert failed("m", answer(503, {}, retry_after="2")).after_seconds == 2
    assert failed("m", answer(503, {}, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")).after_seconds is None
    assert failed("m", answer(500, {}, x_should_retry="false")).permanent
    assert not failed("m", answer(400, {}, x_should_retry="true")).permanent


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "azure_openai", "key": "k"}, "base_url"),
        ({"kind": "azure_openai", "base_url": "https://a.example"}, "tenant"),
        ({"kind": "azure_openai", "base_url": "https://a.example", "tenant": "t"}, "client_id"),
        ({"kind": "sap_ai_core", "base_url": "https://a.example"}, "sign_in_url"),
        ({"kind": "openai", "key_env": "NOT_SET"}, "NOT_SET"),
        ({"kind": "openai", "base_url": "ftp://a.example"}, "address"),
        ({"kind": "anthropic", "key": "a\nb"}, "header"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_setting(options: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words) as caught:
        open_plainly(ServiceOptions(**options))
    assert "llm.services.main" in str(caught.value)


def open_plainly(options: ServiceOptions) -> ModelService:
    return open_service("main", options, lambda _, base, headers: Outgoing().client(base, headers), {})


def test_every_kind_that_can_be_set_can_be_made() -> None:
    assert set(KINDS) == set(ServiceOptions.__annotations__["kind"].__args__)
