"""Tasks are asked for with all that a drafter needs, asked for again with what is wrong, and never break the prompt."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.conftest import DATA
from tests.roleplay.test_prompts import FORBIDDEN, HOSTILE, structure
from toolsim.apis.imported import ImportedTool, read_tools_file
from toolsim.base.text import HAN, LANGUAGES, Language
from toolsim.models.chat import ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.roleplay.tasker import TRIES, NoTask, think_up
from toolsim.scenario.simulated import occasion
from toolsim.scenario.toolbox import Handful, Toolbox

BOX = Toolbox(read_tools_file(DATA / "imported" / "parcels.json"))
HANDFUL = Handful(tuple(BOX.named(["hold_parcel", "track_parcel"])), BOX.named(["hold_parcel"])[0], 1)
GOOD: dict[str, Any] = {"message": "Keep PX-17 for 7 days, please.", "calls": [{"tool": "hold_parcel", "arguments": {"parcel_number": "PX-17", "days": 7}}]}  # fmt: skip
NAMED = {**GOOD, "message": "Please hold_parcel PX-17 for 7 days."}


def scripted(*answers: Any) -> ScriptedModel:
    """Make a model that drafts so."""
    return ScriptedModel([one if isinstance(one, str) else orjson.dumps(one).decode() for one in answers])


def text_of(request: ChatRequest) -> str:
    """Give the prompt of a request."""
    content: str = request.messages[-1]["content"]
    return content


async def test_a_good_draft_is_taken_at_once() -> None:
    model = scripted(GOOD)
    task = await think_up(HANDFUL, occasion("en-0", 1, "en"), model)
    assert task.message == GOOD["message"] and len(model.requests) == 1
    asked = text_of(model.requests[0])
    assert all(f'"name":"{tool.name}"' in asked for tool in HANDFUL.tools) and 'turns on "hold_parcel"' in asked


async def test_a_draft_that_breaks_a_rule_is_asked_for_again_with_what_is_wrong() -> None:
    model = scripted(NAMED, GOOD)
    task = await think_up(HANDFUL, occasion("en-0", 1, "en"), model)
    assert task.message == GOOD["message"]
    assert "message holds hold_parcel" in text_of(model.requests[1]) and NAMED["message"] in text_of(model.requests[1])
    assert "message holds" not in text_of(model.requests[0])
    assert model.requests[0].attempt != model.requests[1].attempt


async def test_a_draft_that_stays_wrong_is_told_by_its_codes() -> None:
    model = scripted(*[NAMED] * TRIES)
    with pytest.raises(NoTask) as none:
        await think_up(HANDFUL, occasion("en-0", 1, "en"), model)
    assert none.value.codes == ("task.names",) and len(model.requests) == TRIES


async def test_what_is_no_task_at_all_is_a_failure_of_the_model() -> None:
    with pytest.raises(ModelFailure) as failure:
        await think_up(HANDFUL, occasion("en-0", 1, "en"), scripted(*["I would rather not."] * 9))
    assert failure.value.kind is FailureKind.UNPARSED


async def test_problems_are_told_in_the_language_of_the_task() -> None:
    model = scripted(NAMED, *[GOOD] * 9)
    with pytest.raises(NoTask):
        await think_up(HANDFUL, occasion("zh-0", 1, "zh"), model)
    assert HAN.search(text_of(model.requests[1]).partition("问题：")[2])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("poison", HOSTILE)
async def test_descriptions_and_drafts_cannot_break_the_prompt(language: Language, poison: str) -> None:
    async def asked(text: str) -> list[str]:
        properties = {"note": {"type": "string", "description": f"What is noted. {text}", "default": text}}
        tool = ImportedTool(
            name="add_note",
            description=f"Adds a note. {text}",
            parameters={"type": "object", "properties": properties, "required": ["note"]},
            effect="WRITE",
        )
        draft = {"message": f"a_b {text}", "calls": [{"tool": "add_note", "arguments": {"note": text or "x", text: "y"}}]}
        model = scripted(*[draft] * TRIES)
        with pytest.raises(NoTask):
            await think_up(Handful((tool,), tool, 1), occasion("x-0", 1, language), model)
        assert all(len(request.messages) == 1 for request in model.requests)
        return [text_of(request) for request in model.requests]

    first, again, _ = await asked(poison)
    calm, calm_again, _ = await asked("calm")
    assert structure(first) == structure(calm) and not FORBIDDEN.search(first + again)
    assert set(structure(again)) == set(structure(calm_again))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_prompt_is_in_one_language_and_names_who_speaks(language: Language) -> None:
    at = occasion("x-0", 4, language)
    model = scripted(*[NAMED] * TRIES)
    with pytest.raises(NoTask):
        await think_up(HANDFUL, at, model)
    asked = text_of(model.requests[0])
    assert at.persona.label.say(language) in asked and at.weekday in asked and bool(HAN.search(asked)) is (language == "zh")
