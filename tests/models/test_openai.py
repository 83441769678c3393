"""Endpoints are asked as they expect it, and what they say is understood, or blamed on the right cause."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatReply, ChatRequest, ChatTool
from toolsim.models.completion import read_completion, split_thinking
from toolsim.models.config import ModelConfig, Settings
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.models.mock.server import Mock, serve
from toolsim.models.open_model import Surroundings, open_model
from toolsim.models.openai import OpenAIModel
from toolsim.models.retry import RetryPolicy

CANARY = "sk-canary-0123456789abcdef"
TOOL = ChatTool(
    name="get_weather",
    description="Tell the weather of a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def saying(text: str, **rest: Any) -> ChatRequest:
    """Make a request that says something."""
    return ChatRequest(messages=({"role": "user", "content": text},), **rest)


@pytest.fixture
async def mock() -> AsyncIterator[Mock]:
    """An endpoint that keeps what it is asked."""
    async with serve(MockSettings(retry_after=7, hang=60), keep=True) as endpoint:
        yield endpoint


@pytest.fixture
async def model(mock: Mock) -> AsyncIterator[OpenAIModel]:
    """A model at that endpoint, without retries."""
    made = OpenAIModel(ModelConfig("m", mock.base_url, timeout=0.5, extra={"top_k": 3}), CANARY)
    yield made
    await made.aclose()


async def test_an_answer_comes_back(model: OpenAIModel) -> None:
    reply = await model.complete(saying("mock:say Fine."))
    assert (reply.content, reply.finish) == ("Fine.", "stop")
    assert reply.usage.prompt_tokens > 10


async def test_the_body_holds_what_was_asked(mock: Mock, model: OpenAIModel) -> None:
    await model.complete(saying("Hi 你好", tools=(TOOL,), temperature=0.5, seed=10, attempt=2, stop=("x",), max_tokens=9))
    function = {"name": TOOL.name, "description": TOOL.description, "parameters": TOOL.parameters}
    assert mock.counts.bodies == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "Hi 你好"}],
            "temperature": 0.5,
            "max_tokens": 9,
            "tools": [{"type": "function", "function": function}],
            "seed": 12,
            "stop": ["x"],
            "top_k": 3,
        }
    ]


@pytest.mark.parametrize("closed", [True, False])
async def test_a_schema_is_strict_where_it_can_be(mock: Mock, model: OpenAIModel, closed: bool) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": not closed}
    await model.complete(saying("Hi", answer_schema=schema))
    form = mock.counts.bodies[0]["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": closed}}


async def test_the_key_goes_to_the_endpoint_and_the_account_does_not(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    model = OpenAIModel(ModelConfig("m", mock.base_url), CANARY)
    await model.complete(saying("Hi"))
    await model.aclose()
    assert mock.counts.headers[0]["Authorization"] == f"Bearer {CANARY}"
    assert "org-1" not in mock.counts.headers[0].values()


async def test_native_calls_come_back(model: OpenAIModel) -> None:
    call = {"name": "get_weather", "arguments": {"city": "Oslo"}}
    reply = await model.complete(saying(f"mock:call {json.dumps(call)}\nmock:call {json.dumps(call)}", tools=(TOOL,)))
    assert [(made.name, json.loads(made.arguments)) for made in reply.calls] == [("get_weather", {"city": "Oslo"})] * 2
    assert len({made.id for made in reply.calls}) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMITED, FailureKind.RATE_LIMITED),
        (Fault.SERVER, FailureKind.SERVER),
        (Fault.HANG, FailureKind.TIMEOUT),
        (Fault.DROPPED, FailureKind.CONNECTION),
        (Fault.TRUNCATED, FailureKind.MALFORMED),
    ],
)
async def test_failures_are_told_apart(model: OpenAIModel, fault: Fault, kind: FailureKind) -> None:
    with pytest.raises(ModelFailure) as caught:
        await model.complete(saying(f"mock:fault {fault}"))
    assert caught.value.kind is kind
    assert caught.value.retry_after == (7.0 if fault is Fault.RATE_LIMITED else None)


async def test_a_wrong_request_is_refused(model: OpenAIModel) -> None:
    with pytest.raises(ModelFailure) as caught:
        await model.complete(saying("mock:fault no_such_fault"))
    assert caught.value.kind is FailureKind.REFUSED


async def test_nobody_at_the_endpoint_is_a_failed_connection() -> None:
    model = OpenAIModel(ModelConfig("m", "http://127.0.0.1:9/v1"), "")
    with pytest.raises(ModelFailure) as caught:
        await model.complete(saying("Hi"))
    await model.aclose()
    assert caught.value.kind is FailureKind.CONNECTION


def completion(message: dict[str, Any], **choice: Any) -> ChatReply:
    """Read a reply with one message."""
    return read_completion(json.dumps({"choices": [{"message": message, **choice}]}).encode())


@pytest.mark.parametrize(
    "message",
    [
        {"content": "Yes.", "reasoning_content": "Hm."},
        {"content": "Yes.", "reasoning": "Hm."},
        {"content": "<think>\nHm.\n</think>\n\nYes."},
        {"content": "Hm.</think>Yes."},
    ],
)
def test_thinking_is_kept_apart(message: dict[str, Any]) -> None:
    reply = completion(message)
    assert (reply.content, reply.reasoning) == ("Yes.", "Hm.")


def test_thinking_that_never_ends_is_no_answer() -> None:
    assert split_thinking("<think>Hm, and so on") == ("Hm, and so on", "")


def test_tags_within_an_answer_are_left_alone() -> None:
    assert split_thinking("Write <think>so</think>.") == ("", "Write <think>so</think>.")


def test_arguments_that_are_no_text_become_json() -> None:
    reply = completion({"tool_calls": [{"function": {"name": "now", "arguments": {"a": 1}}}, {"function": {"name": "now"}}]})
    assert [(call.id, call.arguments) for call in reply.calls] == [("call_0", '{"a":1}'), ("call_1", "{}")]
    assert reply.finish == "tool_calls"


def test_content_in_parts_is_joined() -> None:
    assert completion({"content": [{"type": "text", "text": "Yes"}, {"type": "text", "text": "."}]}).content == "Yes."


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "null", "{}", '{"choices": []}', '{"choices": [{}]}', '{"choices": [{"message": {"tool_calls": [1]}}]}',
     '{"error": {"message": "out of memory"}}', '{"choices": [{"message": {"tool_calls": [{"function": {"name": 3}}]}}]}'],
)  # fmt: skip
def test_what_is_no_completion_is_malformed(body: str) -> None:
    with pytest.raises(ModelFailure) as caught:
        read_completion(body.encode())
    assert caught.value.kind is FailureKind.MALFORMED


@pytest.fixture
async def impatient() -> AsyncIterator[Mock]:
    """An endpoint that asks nobody to wait."""
    async with serve(MockSettings(retry_after=0, hang=60), keep=True) as endpoint:
        yield endpoint


async def test_a_key_appears_nowhere(
    impatient: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mock = impatient
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MOCK_KEY", CANARY)
    config = ModelConfig("m", mock.base_url, key_env="MOCK_KEY", timeout=0.5)
    cassette = Cassette(tmp_path / "calls.jsonl", Mode.RECORD)
    said = []
    async with open_model("m", Settings({"m": config}), cassette, Surroundings(policy=RetryPolicy(tries={}))) as model:
        said.append((await model.complete(saying("Hi"))).model_dump_json())
        for fault in Fault:
            try:
                await model.complete(saying(f"mock:fault {fault}"))
            except ModelFailure as failure:
                said += ["".join(traceback.format_exception(failure)), repr(failure)]
        said += [repr(model), repr(vars(model)), model.name, repr(config)]
    cassette.close()
    said += [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*")] + [caplog.text]
    assert len(mock.counts.headers) == 1 + len(Fault) and all(CANARY in str(headers) for headers in mock.counts.headers)
    assert not [text for text in said if "canary" in text]


@asynccontextmanager
async def endpoint(answer: Callable[[web.Request], web.Response]) -> AsyncIterator[OpenAIModel]:
    """A model at an endpoint that answers in its own way."""

    async def handle(request: web.Request) -> web.Response:
        return answer(request)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model = OpenAIModel(ModelConfig("m", f"http://127.0.0.1:{runner.addresses[0][1]}/v1"), CANARY)
    yield model
    await model.aclose()
    await runner.cleanup()


async def fails(answer: Callable[[web.Request], web.Response]) -> ModelFailure:
    """Ask an endpoint that fails."""
    async with endpoint(answer) as model:
        with pytest.raises(ModelFailure) as caught:
            await model.complete(saying("Hi"))
    return caught.value


@pytest.mark.parametrize(("status", "kind"), [(401, FailureKind.REFUSED), (200, FailureKind.MALFORMED)])
async def test_a_key_that_the_endpoint_repeats_is_struck_out(status: int, kind: FailureKind) -> None:
    def scold(request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": f"bad key {request.headers['Authorization']}"}}, status=status)

    failure = await fails(scold)
    assert "bad key Bearer ***" in str(failure) and CANARY not in str(failure)
    assert failure.kind is kind


async def test_requests_to_this_machine_pass_by_proxies(monkeypatch: pytest.MonkeyPatch, mock: Mock) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    model = OpenAIModel(ModelConfig("m", mock.base_url), "")
    assert (await model.complete(saying("mock:say Fine."))).content == "Fine."
    await model.aclose()


async def test_tools_are_serialised_once_in_a_dialogue(model: OpenAIModel, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def dump(tool: ChatTool) -> dict[str, Any]:
        written.append(tool.name)
        return {"name": tool.name}

    monkeypatch.setattr(ChatTool, "model_dump", dump)
    for text in ("One", "Two", "Three"):
        await model.complete(saying(text, tools=(TOOL,)))
    assert written == ["get_weather"]


async def test_an_exhausted_account_is_no_rate_limit() -> None:
    error = {"message": "You exceeded your quota", "code": "insufficient_quota"}
    failure = await fails(lambda request: web.json_response({"error": error}, status=429))
    assert failure.kind is FailureKind.REFUSED


async def test_the_key_follows_no_redirection() -> None:
    asked = []

    def redirect(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(status=307, headers={"Location": "/v1/chat/completions?again"})

    assert (await fails(redirect)).kind is FailureKind.REFUSED
    assert asked == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(status=503, text="<html>overloaded</html>"), FailureKind.SERVER),
        (web.Response(status=408), FailureKind.TIMEOUT),
        (web.Response(status=404, text="no such model"), FailureKind.REFUSED),
        (web.Response(status=200, text="<html>hello</html>", content_type="text/html"), FailureKind.MALFORMED),
    ],
)
async def test_strange_answers_have_their_kind(answer: web.Response, kind: FailureKind) -> None:
    assert (await fails(lambda request: answer)).kind is kind
