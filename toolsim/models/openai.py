"""Any OpenAI-compatible endpoint. Bodies are written here, so that the SDK has no schema to walk; it sends and judges the status.

The key lives in the SDK's client alone; what an endpoint says is cleared of it before it reaches a message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from toolsim.base.errors import ToolsimError
from toolsim.models.chat import ChatReply, ChatRequest, ChatTool
from toolsim.models.completion import read_completion
from toolsim.models.config import BACKENDS, ModelConfig, is_loopback, read_key
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.offered import PerTools

if TYPE_CHECKING:
    import openai

_LONGEST_MESSAGE = 300
_OPENAI_HOST = "api.openai.com"
_NO_KEY = "none"
_SHORTEST_KEY = 6
_SEEDS = 2**31


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint."""

    def __init__(self, config: ModelConfig, key: str) -> None:
        """Connect nothing yet.

        Raises:
            ToolsimError: the SDK is not installed.
        """
        self.name = config.identity
        self._config = config
        self._official = urlsplit(config.base_url).hostname == _OPENAI_HOST
        self._tools: PerTools[orjson.Fragment] = PerTools(_tools_json)
        self._send, self._client = _connect(config, key)
        self._clear: Callable[[str], str] = lambda text: text.replace(key, "***") if len(key) >= _SHORTEST_KEY else text

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send a request once.

        Raises:
            ModelFailure: by what went wrong.
        """
        data = await self._send(self._body(request), self._clear)
        try:
            return read_completion(data)
        except ModelFailure as failure:
            raise ModelFailure(failure.kind, self._clear(failure.message)) from None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    def _body(self, request: ChatRequest) -> bytes:
        body: dict[str, Any] = {
            "model": self._config.model,
            "messages": request.messages,
            "temperature": request.temperature,
            "max_completion_tokens" if self._official else "max_tokens": request.max_tokens,
        }
        if request.tools:
            body["tools"] = self._tools.of(request.tools)
        if request.seed is not None:
            body["seed"] = (request.seed + request.attempt) % _SEEDS
        if request.stop:
            body["stop"] = request.stop
        if request.answer_schema is not None:
            schema = {"name": "answer", "schema": request.answer_schema, "strict": _closed(request.answer_schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        try:
            return orjson.dumps(body | self._config.extra)
        except (orjson.JSONEncodeError, TypeError):
            raise ModelFailure(FailureKind.REFUSED, "the request cannot be written as JSON") from None


@BACKENDS.register("openai")
def open_openai(config: ModelConfig) -> OpenAIModel:
    """Open a model at an endpoint, with the key that the environment holds."""
    return OpenAIModel(config, read_key(config))


Send = Callable[[bytes, Callable[[str], str]], Any]


def _connect(config: ModelConfig, key: str) -> tuple[Send, openai.AsyncOpenAI]:
    """Make a client of the SDK, and a function that sends a body and gives the reply's bytes."""
    try:
        import aiohttp
        import httpx2
        import openai
    except ImportError:
        raise ToolsimError("models at endpoints need the OpenAI SDK", hint="pip install 'toolsim[models]'") from None
    http = openai.DefaultAioHttpClient(
        limits=httpx2.Limits(max_connections=config.concurrency + 1),
        follow_redirects=False,
        timeout=config.timeout,
        # no proxy leads back to this machine
        trust_env=not is_loopback(config.base_url),
    )
    client = openai.AsyncOpenAI(
        api_key=key or _NO_KEY,
        admin_api_key="",
        base_url=config.base_url,
        max_retries=0,
        timeout=config.timeout,
        http_client=http,
    )
    if urlsplit(config.base_url).hostname != _OPENAI_HOST:
        # what names an account at OpenAI is nobody else's business
        client.organization = client.project = None

    async def send(body: bytes, clear: Callable[[str], str]) -> bytes:
        try:
            response = await client.post("/chat/completions", content=body, cast_to=httpx2.Response)
        except openai.APIStatusError as error:
            raise _status_failure(error, clear) from None
        except openai.APIConnectionError as error:
            raise _connection_failure(error, config.timeout) from None
        except openai.OpenAIError as error:
            raise ModelFailure(FailureKind.REFUSED, clear(str(error))[:_LONGEST_MESSAGE]) from None
        except (httpx2.HTTPError, aiohttp.ClientError) as error:
            raise ModelFailure(FailureKind.CONNECTION, f"the reply broke off: {type(error).__name__}") from None
        return bytes(response.content)

    return send, client


def _connection_failure(error: openai.APIConnectionError, timeout: float) -> ModelFailure:
    # the transport calls a cut connection a timeout of connecting; the cause at the bottom tells the truth
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, TimeoutError):
        return ModelFailure(FailureKind.TIMEOUT, f"no answer within {timeout:g} s")
    return ModelFailure(FailureKind.CONNECTION, f"the connection failed: {type(cause).__name__}")


def _status_failure(error: openai.APIStatusError, clear: Callable[[str], str]) -> ModelFailure:
    status = error.status_code
    kind = FailureKind.REFUSED
    if status == 429 and error.code != "insufficient_quota":
        kind = FailureKind.RATE_LIMITED
    elif status == 408:
        kind = FailureKind.TIMEOUT
    elif status >= 500 or status == 409:
        kind = FailureKind.SERVER
    message = clear(error.message)[:_LONGEST_MESSAGE]
    return ModelFailure(kind, message, _retry_after(error.response.headers.get("retry-after")))


def _retry_after(header: str | None) -> float | None:
    """Read the seconds; dates are passed over, since no wall clock is read here."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _tools_json(tools: tuple[ChatTool, ...]) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps([{"type": "function", "function": tool.model_dump()} for tool in tools]))


def _closed(schema: Any) -> bool:
    """Whether a schema meets what strict mode asks: objects closed, all of their properties required."""
    if isinstance(schema, list):
        return all(map(_closed, schema))
    if not isinstance(schema, dict):
        return True
    properties = schema.get("properties")
    if schema.get("type") == "object" and not isinstance(properties, dict):
        return False
    if isinstance(properties, dict) and (
        schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties)
    ):
        return False
    return all(map(_closed, schema.values()))
