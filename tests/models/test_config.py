"""Configurations are read strictly, mistakes are told with their line, and keys stay in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolsim.base.errors import ToolsimError
from toolsim.models.config import OPENAI, ModelConfig, Settings, load_settings, read_key

CANARY = "sk-canary-0123456789abcdef"
WHOLE = """
[models.judge]
model = "qwen3"
base_url = "http://127.0.0.1:8000/v1"
key_env = "QWEN_KEY"
tools = "hermes"
schema = "native"
temperature = 0.7
max_tokens = 2048
timeout = 30
concurrency = 64
requests_per_minute = 600
tokens_per_minute = 1e6
prices = {prompt = 0.5, completion = 1.5}

[models.judge.budget]
calls = 1000
money = 5

[models.judge.extra]
chat_template_kwargs = {enable_thinking = false}
"""


def load(tmp_path: Path, text: str) -> Settings:
    """Read a configuration."""
    path = tmp_path / "toolsim.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def mistake(tmp_path: Path, text: str) -> str:
    """Tell what is wrong with a configuration."""
    with pytest.raises(ToolsimError) as caught:
        load(tmp_path, text)
    return str(caught.value).removeprefix(str(tmp_path / "toolsim.toml"))


def test_all_keys_are_read(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE).models["judge"]
    assert (config.tools, config.timeout, config.prices.completion, config.budget.calls) == ("hermes", 30.0, 1.5, 1000)
    assert config.extra == {"chat_template_kwargs": {"enable_thinking": False}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[models.a]\nmodel = "x"\ntols = "json"', ":3: a model has no key 'tols'; did you mean 'tools'?"),
        ('[models.a]\nmodel = "x"\ntools = "xml"', ":3: tools: input should be 'native', 'hermes', 'python' or 'json'"),
        ('[models.a]\nmodel = "x"\n\nconcurrency = "4"', ":4: concurrency: input should be a valid integer"),
        ('[models.a]\nmodel = "x"\nconcurrency = 0', ":3: concurrency: input should be greater than 0"),
        ("[models.a]\ntimeout = 5", ":1: the key 'model' is missing"),
        ('[models.a]\nmodel = "x"\n[models.a.budget]\ncals = 1', ":4: there is no key 'cals' here; did you mean 'calls'?"),
        ('[models.b]\nmodel = "y"\n[model.a]\nmodel = "x"', ":3: there is no table 'model'; did you mean 'models'?"),
        (
            '[models.a]\nmodel = "x"\nbase_url = "localhost:8000"',
            ":3: base_url is no http address; such as http://127.0.0.1:8000/v1",
        ),
        ('[models.a]\nmodel = "x"\n[models.b', ":3: is not TOML"),
        ("models = 3", ":1: models must be a table; write [models.NAME]"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    assert mistake(tmp_path, text) == message


def test_other_tables_are_none_of_our_business(tmp_path: Path) -> None:
    assert load(tmp_path, "[run]\ncount = 3").models == {}


def test_without_a_file_there_are_no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().models == {}


@pytest.mark.parametrize(
    ("spec", "model", "url"),
    [
        ("openai:gpt-5", "gpt-5", OPENAI),
        ("openai:qwen3:8b@http://127.0.0.1:11434/v1", "qwen3:8b", "http://127.0.0.1:11434/v1"),
        ("openai:@cf/meta/llama@https://example.org/v1", "@cf/meta/llama", "https://example.org/v1"),
    ],
)
def test_specs_name_model_and_endpoint(spec: str, model: str, url: str) -> None:
    config = Settings().find(spec)
    assert (config.backend, config.model, config.base_url) == ("openai", model, url)


def test_an_unknown_name_gets_a_near_one(tmp_path: Path) -> None:
    with pytest.raises(ToolsimError, match="did you mean 'judge'"):
        load(tmp_path, WHOLE).find("juge")


def test_what_decides_answers_decides_the_identity() -> None:
    plain, other = ModelConfig("m"), ModelConfig("m", extra={"top_k": 1})
    assert plain.identity == ModelConfig("m", "http://127.0.0.1:1/v1").identity == "m"
    assert other.identity not in ("m", ModelConfig("m", extra={"top_k": 2}).identity)


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f" {CANARY}\n")
    monkeypatch.setenv("OTHER_KEY", "other")
    assert read_key(ModelConfig("m")) == CANARY
    assert read_key(ModelConfig("m", key_env="OTHER_KEY")) == "other"


def test_loopback_gets_no_key_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    local = "http://127.0.0.1:8000/v1"
    assert read_key(ModelConfig("m", local)) == ""
    assert read_key(ModelConfig("m", local, key_env="OPENAI_API_KEY")) == CANARY


def test_a_missing_key_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ToolsimError, match="OPENAI_API_KEY is not set"):
        read_key(ModelConfig("m"))


@pytest.mark.parametrize(
    "line",
    [
        f'api_key = "{CANARY}"',
        f'key_env = "{CANARY}"',
        f'base_url = "https://user:{CANARY}@example.org/v1"',
        f'base_url = "https://example.org/v1?key={CANARY}"',
        f'base_url = "https://example.org:{CANARY}/v1"',
        f'tools = "{CANARY}"',
        f'temperature = "{CANARY}"',
        f'budget = "{CANARY}"',
        f'key = "{CANARY}',
    ],
)
def test_no_message_repeats_a_key_that_stands_in_the_file(tmp_path: Path, line: str) -> None:
    assert "canary" not in mistake(tmp_path, f'[models.a]\nmodel = "x"\n{line}\n')


def test_no_message_repeats_a_key_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{CANARY} {CANARY}")
    with pytest.raises(ToolsimError) as caught:
        read_key(ModelConfig("m"))
    assert "canary" not in str(caught.value)
