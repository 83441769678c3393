"""Runs in which models play: who is hired, what is kept, what ends a run, and that no key is anywhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from aiohttp import web

from tests.models.clocks import FakeClock
from tests.pipeline.staged import PAIR, config_of, endpoint, hiring_of, oracle_of, staged
from tests.roleplay.oracle import Oracle
from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.cli.main import main
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.store import STREAMS, USAGE, read_stream
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.config import BACKENDS
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import Progress
from toolsim.pipeline.patience import REFUSALS, EndpointGone, Patient
from toolsim.pipeline.recheck import recheck
from toolsim.pipeline.staff import CASSETTE, Hiring
from toolsim.roleplay.dialogue import Dialogue
from toolsim.roleplay.model_user import END
from toolsim.scenario.blueprint import Scenario
from toolsim.verbs.verb import Effect

CANARY = "sk-canary-3141592653589793"
REQUEST = ChatRequest(messages=({"role": "user", "content": "hi"},))
COUNT = 10


def streams(folder: Path) -> dict[str, bytes]:
    """Give what a run holds."""
    return {name: (folder / f"{name}.jsonl").read_bytes() for name in (*STREAMS, "journal", "usage")}


def hired_run(catalogue: Catalogue, folder: Path, model: ScriptedModel, casting: Casting = PAIR, **more: Any) -> Progress:
    """Make a run with a model of this process."""
    config = config_of(catalogue, COUNT, casting)
    with patch.object(BACKENDS, "get", lambda name: lambda config: model):
        return staged(catalogue, folder, config, hiring_of("http://127.0.0.1:9/v1", **({"attempts": COUNT} | more)))


@pytest.fixture(scope="module")
def plan(catalogue: Catalogue) -> tuple[RunConfig, Oracle]:
    config = config_of(catalogue, COUNT)
    return config, oracle_of(catalogue, config, COUNT)


@pytest.fixture(scope="module")
def made(catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of models that do all right."""
    folder = tmp_path_factory.mktemp("models") / "run"
    hired_run(catalogue, folder, plan[1].model())
    return folder


# --- roles ---


@pytest.mark.parametrize(
    "casting", [PAIR, Casting(user="m"), Casting(assistant="m"), Casting(polish="m")], ids=["both", "user", "assistant", "polish"]
)
def test_models_that_do_right_are_accepted_in_any_role(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path, casting: Casting
) -> None:
    assert hired_run(catalogue, tmp_path / "run", plan[1].model(), casting).accepted == COUNT
    sample = next(read_stream(tmp_path / "run", "samples", Sample))
    assert {role for role, name in sample.provenance.actors.items() if name in ("m", "oracle")} == set(casting.played)
    assert "models" in sample.label.method


def test_a_run_without_models_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    staged(catalogue, tmp_path / "run", config_of(catalogue, 2, Casting()), Hiring())
    assert "models" not in next(read_stream(tmp_path / "run", "samples", Sample)).label.method
    assert not (tmp_path / "run" / CASSETTE).exists()


def test_each_role_has_an_account_of_its_own(made: Path) -> None:
    usage = orjson.loads((made / USAGE).read_bytes())
    assert set(usage["by_stage"]) == {"m as assistant", "m as user"} and usage["accepted"] == COUNT
    assert usage["per_accepted"]["calls"] == sum(one["calls"] for one in usage["by_stage"].values()) / COUNT


# --- what is kept ---


def test_wrong_trajectories_are_kept_with_their_reasons(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path
) -> None:
    silent = plan[1].model(lambda request, reply: ChatReply(content="Done.") if request.tools else reply)
    progress = hired_run(catalogue, tmp_path / "run", silent)
    rejected = {one.id: one for one in read_stream(tmp_path / "run", "rejections", Rejection)}
    kept = {one.id for one in read_stream(tmp_path / "run", "dialogues", Dialogue)}
    assert progress.rejected["check"] and set(rejected) <= kept and all(one.reasons for one in rejected.values())


def test_trajectories_of_one_scenario_are_told_apart_by_number(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path
) -> None:
    wrong_first = plan[1].model(
        lambda request, reply: reply if not request.tools or request.attempt else ChatReply(content="No.")
    )
    hired_run(catalogue, tmp_path / "run", wrong_first, Casting(assistant="m", trajectories=3), attempts=30)
    dialogues = [one.id for one in read_stream(tmp_path / "run", "dialogues", Dialogue)]
    scenarios = {one.id for one in read_stream(tmp_path / "run", "scenarios", Scenario)}
    samples = {one.id for one in read_stream(tmp_path / "run", "samples", Sample)}
    assert len(set(dialogues)) == len(dialogues) and set(dialogues) <= scenarios and samples
    for slot in list(dict.fromkeys(one[:12] for one in dialogues))[:-1]:
        assert [one for one in dialogues if one[:12] == slot] == [slot, f"{slot}-1", f"{slot}-2"]


def test_a_second_right_trajectory_repeats_the_first(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path
) -> None:
    hired_run(catalogue, tmp_path / "run", plan[1].model(), Casting(assistant="m", trajectories=2), attempts=20)
    for one in read_stream(tmp_path / "run", "rejections", Rejection):
        assert one.stage != "duplicate" or one.reasons == (one.id[:12],)


def test_what_models_played_is_checked_again_as_it_was(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path
) -> None:
    def freely(request: ChatRequest, reply: ChatReply) -> ChatReply:
        return reply.model_copy(update={"calls": reply.calls * 2}) if _reads(catalogue, reply) else reply

    hired_run(catalogue, tmp_path / "run", plan[1].model(freely))
    checked = list(recheck(tmp_path / "run", catalogue, (), 1))
    assert checked and not any(one.findings for one in checked)


# --- going on, and playing again ---


def test_a_replay_needs_no_endpoint_and_gives_the_same_bytes(catalogue: Catalogue, made: Path, tmp_path: Path) -> None:
    asked = ScriptedModel(lambda request: ModelFailure(FailureKind.REFUSED, "nobody may ask"))
    hired_run(catalogue, tmp_path / "again", asked, replay=True, cassette=made / CASSETTE)
    assert streams(tmp_path / "again") == streams(made) and not asked.requests


def test_a_replay_without_a_recording_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(ToolsimError, match="nothing can be replayed"):
        hired_run(catalogue, tmp_path / "run", ScriptedModel([]), replay=True)


def test_a_recording_that_is_too_short_ends_the_replay(catalogue: Catalogue, made: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    short.write_bytes(b"".join((made / CASSETTE).read_bytes().splitlines(keepends=True)[:12]))
    progress = hired_run(catalogue, tmp_path / "run", ScriptedModel([]), replay=True, cassette=short, attempts=0)
    assert progress.spent and any(
        "model.unrecorded" in one.reasons for one in read_stream(tmp_path / "run", "rejections", Rejection)
    )


def test_a_run_that_has_ended_asks_nothing_more(catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path) -> None:
    lazy = lambda request, reply: ChatReply(content="No.") if request.tools else reply  # noqa: E731
    hired_run(catalogue, tmp_path / "run", plan[1].model(lazy))
    before, model = streams(tmp_path / "run"), plan[1].model(lazy)
    hired_run(catalogue, tmp_path / "run", model)
    assert streams(tmp_path / "run") == before and not model.requests


def test_accounts_are_right_however_often_a_run_is_stopped(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], made: Path, tmp_path: Path
) -> None:
    left = [30]

    def tired(request: ChatRequest, reply: ChatReply) -> ChatReply:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return reply

    for _ in range(20):
        try:
            hired_run(catalogue, tmp_path / "run", plan[1].model(tired))
            break
        except KeyboardInterrupt:
            left[0] = 30
    assert streams(tmp_path / "run") == streams(made)
    again, once = (orjson.loads((folder / USAGE).read_bytes()) for folder in (tmp_path / "run", made))
    assert again["by_stage"] == once["by_stage"] and again["per_accepted"] == once["per_accepted"]


# --- endpoints that are gone ---


def test_a_model_that_refuses_everything_ends_the_run_with_its_words(catalogue: Catalogue, tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: ModelFailure(FailureKind.REFUSED, "there is no model 'm'"))
    with pytest.raises(EndpointGone, match="there is no model 'm'"):
        hired_run(catalogue, tmp_path / "run", model, attempts=0)
    assert not list(read_stream(tmp_path / "run", "rejections", Rejection))


async def test_an_endpoint_that_is_down_is_waited_for() -> None:
    clock = FakeClock()
    model = Patient(ScriptedModel([*[ModelFailure(FailureKind.DEAD, "down", 30.0)] * 3, "back"]), clock)
    assert (await clock.run(model.complete(REQUEST))).content == "back" and clock.time == 90.0


async def test_an_endpoint_that_stays_down_ends_the_run() -> None:
    clock = FakeClock()
    model = Patient(ScriptedModel(lambda request: ModelFailure(FailureKind.DEAD, "down", 30.0)), clock, 100.0)
    with pytest.raises(EndpointGone, match="down"):
        await clock.run(model.complete(REQUEST))
    assert clock.time == 120.0


async def test_a_refusal_after_an_answer_befalls_its_own_dialogue_only() -> None:
    model = Patient(ScriptedModel(["fine", *[ModelFailure(FailureKind.REFUSED, "too long")] * 2 * REFUSALS]))
    await model.complete(REQUEST)
    for _ in range(2 * REFUSALS):
        with pytest.raises(ModelFailure):
            await model.complete(REQUEST)


@pytest.mark.parametrize("kind", [FailureKind.SERVER, FailureKind.TIMEOUT, FailureKind.UNPARSED])
def test_a_failure_of_a_model_rejects_its_dialogue_by_kind(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path, kind: FailureKind
) -> None:
    def failing(request: ChatRequest, reply: ChatReply) -> Any:
        return ModelFailure(kind, "no") if request.tools else reply

    with patch("toolsim.pipeline.staff.open_model", lambda name, *rest: _Plain(plan[1].model(failing))):
        hired_run(catalogue, tmp_path / "run", ScriptedModel([]))
    reasons = {one.reasons for one in read_stream(tmp_path / "run", "rejections", Rejection) if one.stage == "play"}
    assert reasons == {(f"model.{kind}: no" if kind is FailureKind.UNPARSED else f"model.{kind}",)}


class _Plain(ScriptedModel):
    """A model that is open already."""

    def __init__(self, inner: ScriptedModel) -> None:
        super().__init__(inner._answer, inner.name)

    async def aclose(self) -> None:
        """Close nothing."""


def _reads(catalogue: Catalogue, reply: ChatReply) -> bool:
    """Tell whether a reply calls and changes nothing."""
    return bool(reply.calls) and all(catalogue.api(call.name).effect is Effect.READ for call in reply.calls)


# --- keys ---


@pytest.fixture
def gossip() -> Iterator[str]:
    """An endpoint that repeats the key in everything it says."""
    ready, over, urls = threading.Event(), threading.Event(), []

    async def answer(request: web.Request) -> web.Response:
        key = request.headers["Authorization"]
        return web.json_response({"error": {"message": f"the key {key} is wrong: {key.removeprefix('Bearer ')}"}}, status=401)

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        urls.append(f"http://127.0.0.1:{runner.addresses[0][1]}/v1")
        ready.set()
        await asyncio.to_thread(over.wait)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    ready.wait(10)
    yield urls[0]
    over.set()
    thread.join(10)


def everything(folder: Path) -> bytes:
    """Give all bytes below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_key_is_in_any_file_of_a_run(
    catalogue: Catalogue,
    plan: tuple[RunConfig, Oracle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    caplog.set_level("DEBUG")
    with endpoint(plan[1]) as there:
        staged(catalogue, tmp_path / "run", config_of(catalogue, COUNT), hiring_of(there.url, COUNT, key_env="CANARY_KEY"))
        assert any(CANARY in str(headers) for headers in there.mock.counts.headers)
    assert CANARY.encode() not in everything(tmp_path) and CANARY not in caplog.text


def test_no_key_is_in_the_errors_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gossip: str, catalogue: Catalogue
) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    (tmp_path / "toolsim.toml").write_text(f'[models.m]\nmodel = "m"\nbase_url = "{gossip}"\nkey_env = "CANARY_KEY"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("toolsim.cli.generate.open_catalogue", lambda folders: catalogue)
    monkeypatch.setattr("sys.argv", ["toolsim", "generate", "--count", "5", "--user", "m", "--assistant", "m", "--out", "run"])
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()
    assert left.value.code == 2 and "refuses every request" in told.err and CANARY not in told.err + told.out
    assert CANARY.encode() not in everything(tmp_path)


@pytest.mark.parametrize(
    ("said", "code"), [("Hm.", "fidelity.untold"), ("And one more thing, never mind what.", "fidelity.endless")]
)
def test_a_user_who_leaves_the_script_is_told_by_what_is_amiss(
    catalogue: Catalogue, plan: tuple[RunConfig, Oracle], tmp_path: Path, said: str, code: str
) -> None:
    def astray(request: ChatRequest, reply: ChatReply) -> ChatReply:
        begun = any(message["role"] == "assistant" for message in request.messages)
        wrong = not request.tools and (reply.content == END if code.endswith("endless") else not begun)
        return reply.model_copy(update={"content": said}) if wrong else reply

    hired_run(catalogue, tmp_path / "run", plan[1].model(astray), Casting(user="m"))
    reasons = [reason for one in read_stream(tmp_path / "run", "rejections", Rejection) for reason in one.reasons]
    assert any(reason.startswith(f"{code}: ") for reason in reasons)
    assert not any(reason.startswith("Unseen") for reason in reasons)


def test_each_sample_says_what_it_took(made: Path) -> None:
    samples = list(read_stream(made, "samples", Sample))
    assert samples and all(set(sample.usage) == {"user", "assistant"} for sample in samples)
    for role in ("user", "assistant"):
        spent = orjson.loads((made / USAGE).read_bytes())["by_stage"][f"m as {role}"]["calls"]
        assert sum(sample.usage[role].calls for sample in samples) == spent, "all were accepted"
