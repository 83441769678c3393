"""Which models there are: tables of `toolsim.toml`, or specs such as `openai:NAME@BASE_URL`.

Keys come from the environment only. They stand in no record, and no message repeats what a file says in their place.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from toolsim.base.errors import Place, ToolsimError, UnknownName, near
from toolsim.base.registry import Registry
from toolsim.base.seeds import digest
from toolsim.models.budget import BudgetLimits
from toolsim.models.chat import ChatModel

OPENAI = "https://api.openai.com/v1"
DEFAULT_KEY = "OPENAI_API_KEY"
FILE = "toolsim.toml"

ToolFormat = Literal["native", "hermes", "python", "json"]
SchemaMode = Literal["native", "prompt"]

_SPEC = re.compile(r"(?P<backend>[a-z][a-z0-9_-]*):(?P<model>.+?)(?:@(?P<url>https?://\S+))?\Z")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class PriceList:
    """What tokens cost."""

    __pydantic_config__ = _STRICT
    prompt: Annotated[float, Field(ge=0)] = 0.0
    """Price of a million prompt tokens."""
    completion: Annotated[float, Field(ge=0)] = 0.0
    """Price of a million completion tokens."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One model and how it may be asked."""

    __pydantic_config__ = _STRICT
    model: str
    """Name at the endpoint."""
    base_url: str = OPENAI
    """Up to `/v1`."""
    backend: str = "openai"
    """Name in the registry of backends."""
    key_env: str | None = None
    """Environment variable that holds the key; "" for none. By default OPENAI_API_KEY, and none on loopback."""
    tools: ToolFormat = "native"
    """How tool calls are made: by the endpoint's own means, or written as text in one of the formats."""
    schema: SchemaMode = "prompt"
    """How a schema is imposed on answers: by the endpoint's response_format, or in the prompt."""
    temperature: Annotated[float, Field(ge=0)] | None = None
    """Replaces what requests ask for."""
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    """Replaces what requests ask for; models that think need more."""
    timeout: Annotated[float, Field(gt=0)] = 60.0
    """Seconds for one try."""
    concurrency: Annotated[int, Field(gt=0)] = 8
    """The most requests at once."""
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    """In any stretch of 60 seconds."""
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    """In any stretch of 60 seconds, prompt and answer together."""
    prices: PriceList = PriceList()
    """For accounts and budgets."""
    budget: BudgetLimits = BudgetLimits()
    """The most that a run may spend on this model."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further members of the request body, for what only this endpoint knows."""

    @property
    def identity(self) -> str:
        """How the model is named in records and cassettes: by what decides its answers, wherever it is served."""
        if not self.extra:
            return self.model
        return f"{self.model}+{digest(orjson.dumps(self.extra, option=orjson.OPT_SORT_KEYS))[:8]}"


Backend = Callable[[ModelConfig], ChatModel]
"""Opens a model, named by the configuration's identity; it reads the key by `read_key` and keeps it to itself."""

BACKENDS: Registry[Backend] = Registry("models")
"""Backends, also of other packages: entry points `toolsim.models`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The models of a `toolsim.toml`."""

    models: dict[str, ModelConfig] = field(default_factory=dict)
    """By the names that the file gives them."""

    def find(self, spec: str) -> ModelConfig:
        """Give the configuration that a name or a spec stands for.

        Raises:
            ToolsimError: the spec is none, or no model has that name.
        """
        if spec in self.models:
            return self.models[spec]
        match = _SPEC.match(spec)
        if not match:
            raise UnknownName("model", spec, [*self.models, "openai:NAME@BASE_URL"])
        config = ModelConfig(match["model"], match["url"] or OPENAI, match["backend"])
        check_url(config.base_url)
        return config


def load_settings(path: Path | None = None) -> Settings:
    """Read the models of a file; without a path those of `toolsim.toml` in this folder, if it is there.

    Raises:
        ToolsimError: the file is missing or says something it may not; with file and line.
    """
    if path is None:
        path = Path(FILE)
        if not path.is_file():
            return Settings()
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ToolsimError(f"cannot be read: {type(error).__name__}", Place(str(path), 0)) from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where[1]) if where else len(text.splitlines())
        raise ToolsimError("is not TOML", Place(str(path), line)) from None
    reader = _Reader(str(path), text)
    return Settings(reader.models(tables))


def read_key(config: ModelConfig) -> str:
    """Read a model's key from the environment; "" where none is needed.

    Raises:
        ToolsimError: the variable is not set, or holds what can be no key.
    """
    variable = config.key_env
    if variable is None:
        variable = "" if is_loopback(config.base_url) else DEFAULT_KEY
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ToolsimError(f"the model {config.model!r} needs a key, and the variable {variable} is not set")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ToolsimError(f"the variable {variable} holds characters that no key has")
    return key


def is_loopback(url: str) -> bool:
    """Whether an endpoint is on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def check_url(url: str, place: Place | None = None) -> None:
    """Refuse what is no address of an endpoint, and addresses that carry secrets.

    Raises:
        ToolsimError: without the address, since it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ToolsimError("base_url is no http address", place, "such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ToolsimError("base_url may hold neither a password nor a query", place, "put the key into the environment")


_CONFIG = TypeAdapter(ModelConfig)
_KNOWN = [f.name for f in fields(ModelConfig)]
_NESTED = {"prices": [f.name for f in fields(PriceList)], "budget": [f.name for f in fields(BudgetLimits)]}


class _Reader:
    """Turns tables into configurations and finds the lines of mistakes."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def models(self, tables: dict[str, Any]) -> dict[str, ModelConfig]:
        for name in tables:
            if name != "models" and "'models'" in near(name, ["models"]) and near(name, ["models"]).startswith("did"):
                raise ToolsimError(f"there is no table {name!r}", self._place((name,)), near(name, ["models"]))
        models = tables.get("models", {})
        if not isinstance(models, dict):
            raise ToolsimError("models must be a table", self._place(("models",)), "write [models.NAME]")
        return {name: self._model(name, table) for name, table in models.items()}

    def _model(self, name: str, table: Any) -> ModelConfig:
        path = ("models", name)
        if not isinstance(table, dict):
            raise ToolsimError(f"models.{name} must be a table", self._place(path), "write [models.NAME]")
        for key in table:
            if key not in _KNOWN:
                raise ToolsimError(f"a model has no key {key!r}", self._place((*path, key)), _hint(key, _KNOWN))
        try:
            config = _CONFIG.validate_json(orjson.dumps(table), strict=True)
        except ValidationError as error:
            raise self._mistake(path, error) from None
        except (orjson.JSONEncodeError, TypeError):
            raise ToolsimError("holds a value that JSON cannot hold", self._place(path)) from None
        check_url(config.base_url, self._place((*path, "base_url")))
        if config.key_env and not _VARIABLE.match(config.key_env):
            hint = "name a variable in capitals, such as OPENAI_API_KEY; the key itself stays in the environment"
            raise ToolsimError("key_env is no name of an environment variable", self._place((*path, "key_env")), hint)
        return config

    def _mistake(self, path: tuple[str, ...], error: ValidationError) -> ToolsimError:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        loc = tuple(str(part) for part in first["loc"])
        place = self._place((*path, *loc))
        if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            return ToolsimError(f"there is no key {loc[-1]!r} here", place, _hint(loc[-1], _NESTED.get(loc[0], _KNOWN)))
        if first["type"] in ("missing", "missing_argument"):
            return ToolsimError(f"the key {'.'.join(loc)!r} is missing", self._place(path))
        message = str(first["msg"])
        return ToolsimError(f"{'.'.join(loc)}: {message[:1].lower()}{message[1:]}", place)

    def _place(self, path: tuple[str, ...]) -> Place:
        """Find the line of a key, or of the nearest table around it."""
        table: tuple[str, ...] = ()
        best, depth = 0, 0
        for number, line in enumerate(self._lines, 1):
            if header := re.match(r"\s*\[+\s*([^\[\]#]+?)\s*\]+", line):
                table = _names(header[1])
                here = table
            elif key := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
                here = (*table, *_names(key[1]))
            else:
                continue
            shared = min(len(here), len(path))
            if here[:shared] == path[:shared] and shared > depth:
                best, depth = number, shared
        return Place(self._file, best)


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _hint(key: str, known: list[str]) -> str:
    if re.search(r"(?i)key|secret|password|auth", key) or key in ("token", "bearer"):
        return "keys stay in the environment; name the variable with key_env"
    return near(key, known)
