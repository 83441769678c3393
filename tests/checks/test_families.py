"""What single families do where planted faults do not reach: what they let through, and what they say of odd dialogues."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import pytest

from tests.checks.corpus import rounds
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import Language
from toolsim.checks.case import Case
from toolsim.checks.codes import CODES
from toolsim.checks.examine import examine
from toolsim.checks.finding import CHECKS
from toolsim.checks.mutations.edits import said, with_text
from toolsim.checks.mutations.plant import plant
from toolsim.roleplay.dialogue import Dialogue, FunctionCall, Message, ToolCall


@lru_cache(maxsize=1)
def good() -> tuple[Case, ...]:
    """Make good dialogues of all categories in both languages."""
    return tuple(one.case for one in next(rounds()) if one.case is not None)


def case_of(category: str, language: Language = "en") -> Case:
    """Give a good dialogue of a category."""
    return next(case for case in good() if case.dialogue.category == category and case.language == language)


def talk(catalogue: Catalogue, *messages: Message, language: Language = "en", tools: Iterable[str] = ()) -> Case:
    """Make the case of a dialogue that has neither scenario nor world."""
    dialogue = Dialogue(
        id="d", category="test", language=language, tools=tuple(tools), messages=messages, actors=(), events=(), digest=""
    )
    return Case(dialogue, catalogue)


def user(text: str) -> Message:
    return Message(role="user", content=text)


def assistant(text: str) -> Message:
    return Message(role="assistant", content=text)


def call(name: str, arguments: str, identity: str = "call_1") -> Message:
    return Message(role="assistant", tool_calls=(ToolCall(id=identity, function=FunctionCall(name=name, arguments=arguments)),))


def result(text: str, identity: str = "call_1") -> Message:
    return Message(role="tool", content=text, tool_call_id=identity)


def codes(family: str, case: Case) -> set[str]:
    """Run one family."""
    return {finding.code for finding in CHECKS.get(family)(case)}


# --- all families ---


def test_examining_leaves_the_world_as_it_was() -> None:
    for case in good():
        assert case.world is not None
        before = case.world.digest()
        list(examine(case))
        assert case.world.digest() == before


def test_all_findings_have_listed_codes_and_paths() -> None:
    for mutant in plant(case_of("agent.multi_step"), 3):
        for finding in mutant.findings:
            assert finding.code in CODES and finding.path.startswith("$") and finding.message


def test_mutants_do_not_depend_on_which_others_are_made() -> None:
    case = case_of("normal.atom.number")
    alone = [mutant.dialogue for mutant in plant(case, 3, ["number_wrong"])]
    assert alone == [mutant.dialogue for mutant in plant(case, 3) if mutant.mutation.name == "number_wrong"]


def test_a_broken_form_ends_the_examination() -> None:
    case = case_of("normal.atom.number")
    broken = with_text(case.dialogue, len(case.messages) - 1, "")
    assert {finding.family for finding in examine(Case(broken, case.catalogue, case.scenario, case.world))} == {"form"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_family_raises_on_a_dialogue_of_nothing(catalogue: Catalogue, language: Language) -> None:
    empty = talk(catalogue, language=language)
    assert {finding.code for family in CHECKS for finding in CHECKS.get(family)(empty)} == {"form.end", "form.no_user"}


# --- form ---


def test_results_may_come_in_any_order(workshop: Catalogue) -> None:
    both = tuple(ToolCall(id=name, function=FunctionCall(name="x", arguments="{}")) for name in ("a", "b"))
    calls = Message(role="assistant", tool_calls=both)
    case = talk(workshop, user("Hi."), calls, result("{}", "b"), result("{}", "a"), assistant("Done."))
    assert codes("form", case) == set()


def test_words_beside_a_call_are_no_second_turn(workshop: Catalogue) -> None:
    made = call("x", "{}").model_copy(update={"content": "One moment."})
    assert codes("form", talk(workshop, user("Hi."), made, result("{}"), assistant("Done."))) == set()


def test_equal_arguments_are_as_right_as_golds() -> None:
    case = case_of("normal.single_turn.single_function")
    scenario = case.scenario
    assert scenario is not None
    gold = scenario.calls[0]
    other = gold.model_copy(update={"arguments": {"other": 1}, "equals": (gold.arguments,)})
    listed = scenario.model_copy(update={"calls": (other,)})
    again = Case(case.dialogue, case.catalogue, listed, case.world)
    assert not {"milestones.missing", "milestones.extra"} & codes("milestones", again)
    assert codes("grounding", again) == set()


def test_another_person_of_the_system_message_is_not_meant() -> None:
    mutants = [mutant for case in good() for mutant in plant(case, 5, ["id_of_another_row"])]
    assert mutants and all("grounding" in mutant.families for mutant in mutants)


# --- answers ---


def told(catalogue: Catalogue, answer: str, shown: str = '{"total":2}', language: Language = "en") -> set[str]:
    """Give the codes for an answer to a call with some result."""
    messages = (user("Hi." if language == "en" else "你好。"), call("x", "{}"), result(shown), assistant(answer))
    return codes("answers", talk(catalogue, *messages, language=language))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("It costs 1,200.50 yuan.", '{"price":1200.5}'),
        ("It takes 2.5 hours.", '{"minutes":150}'),
        ("About 33.3 percent.", '{"share":33.333}'),
        ("It is on 3 October.", '{"day":"2026-10-03"}'),
        ("That is AB1234.", '{"id":"AB1234"}'),
        ("It is 3.5万 yuan.", '{"price":35000}'),
    ],
)
def test_figures_may_be_told_as_people_tell_them(workshop: Catalogue, answer: str, shown: str) -> None:
    assert told(workshop, answer, shown) == set()


@pytest.mark.parametrize(
    ("answer", "code"),
    [("It costs 1,201 yuan.", "answers.number"), ("That is AB1235.", "answers.id"), ("It is on 3 May.", "answers.date")],
)
def test_figures_that_stand_nowhere_are_found(workshop: Catalogue, answer: str, code: str) -> None:
    assert code in told(workshop, answer, '{"price":1200.5,"id":"AB1234","day":"2026-10-03"}')


def test_digits_of_an_id_support_no_number(workshop: Catalogue) -> None:
    assert told(workshop, "It costs 121 yuan.", '{"id":"EX0121"}') == {"answers.number"}


def test_chat_may_tell_what_no_result_supports(workshop: Catalogue) -> None:
    assert codes("answers", talk(workshop, user("How tall is it?"), assistant("It is 8,849 metres high."))) == set()


def test_a_deed_may_be_told_when_something_was_called(workshop: Catalogue) -> None:
    assert told(workshop, "Done, I've booked it.") == set()
    assert codes("answers", talk(workshop, user("Book it."), assistant("Done, I've booked it."))) == {"answers.claim"}


def test_an_example_of_an_id_may_stand_in_an_objection_and_an_unseen_id_may_not() -> None:
    case = next(c for c in good() if said(c, "reject") and c.scenario is not None)
    index, _, text = said(case, "reject")[0]
    assert case.world is not None
    seen = "".join(message.content or "" for message in case.messages)
    keys = [key for table in case.world.tables.values() for key in table if re.fullmatch(r"[A-Z]{1,5}\d{4,}", key)]
    key = next(key for key in keys if key not in seen)
    for example, wanted in (("QQ99999", False), (key, True)):
        changed = with_text(case.dialogue, index, f"{text} ({example})")
        assert ("answers.id" in codes("answers", Case(changed, case.catalogue, case.scenario, case.world))) is wanted


# --- language ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("帮我查一下Blue Lagoon的订单。", False),
        ("帮我查一下the status of my order吧。", True),
        ("Please check my order.", True),
        ("OK。", False),
    ],
)
def test_names_may_stand_in_chinese_and_clauses_may_not(workshop: Catalogue, text: str, found: bool) -> None:
    assert codes("language", talk(workshop, user(text), language="zh")) == ({"language.script"} if found else set())


def test_several_of_you_are_no_form_of_address(workshop: Catalogue) -> None:
    case = talk(workshop, user("你们几点开门？"), assistant("您好，九点。"), language="zh")
    assert codes("language", case) == set()


def test_what_a_result_shows_may_be_told_in_its_own_language(workshop: Catalogue) -> None:
    shown = (user("Who?"), call("x", "{}"), result('{"name":"王芳"}'), assistant("It is 王芳."))
    assert codes("language", talk(workshop, *shown)) == set()
    assert codes("language", talk(workshop, user("Who?"), assistant("It is 王芳."))) == {"language.script"}


# --- residue ---


@pytest.mark.parametrize(
    "text",
    [
        "None of them is free.",
        "I had had it.",
        "It's at www.example.com/get_file.",
        "Is that True?",
        "An hour, a union, a one-way trip.",
        "查一下保险标的的价值。",
        "Here they are:\n- the red one",
        "It costs $5.",
    ],
)
def test_good_english_and_chinese_leave_no_residue(workshop: Catalogue, text: str) -> None:
    assert codes("residue", talk(workshop, user(text), assistant(text))) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("金额是{amount}元。", "residue.template"),
        ("到期日due_date已过。", "residue.field"),
        ("结果是null的。", "residue.code"),
        ("It is None of your risk.", "residue.code"),
        ("The the end.", "residue.doubled"),
        ("It is ready , now.", "residue.space"),
        ("It takes 1 days.", "residue.number"),
        ("It breaks off in the", "residue.cut"),
    ],
)
def test_residue_is_found_beside_chinese_as_beside_latin_letters(workshop: Catalogue, text: str, code: str) -> None:
    assert code in codes("residue", talk(workshop, user("Hi."), assistant(text)))


def test_braces_that_the_world_holds_are_data(workshop: Catalogue) -> None:
    shown = (user("Hi."), call("x", "{}"), result('{"body":"Dear {name}"}'), assistant("It says Dear {name}."))
    assert codes("residue", talk(workshop, *shown)) == set()


# --- special, uniqueness ---


def test_a_rival_in_the_scenarios_own_tools_is_found() -> None:
    for examined in rounds():
        for case in (one.case for one in examined if one.case is not None):
            for mutant in plant(case, 5, ["rival_offered"]):
                assert case.scenario is not None
                scenario = case.scenario.model_copy(update={"tools": mutant.dialogue.tools})
                assert codes("uniqueness", Case(mutant.dialogue, case.catalogue, scenario, case.world)) == {"uniqueness.rival"}
                return
    raise AssertionError("no rival anywhere")


def test_an_equal_answer_that_is_not_listed_is_found() -> None:
    case = case_of("normal.single_turn.single_function")
    assert case.scenario is not None
    gold = case.scenario.calls[0].model_copy(update={"equals": ({"never": "so"},)})
    scenario = case.scenario.model_copy(update={"calls": (gold,)})
    assert "uniqueness.unlisted" in codes("uniqueness", Case(case.dialogue, case.catalogue, scenario, case.world))


def test_a_flaw_of_no_parameter_is_found() -> None:
    case = case_of("special.error_param")
    assert case.scenario is not None and case.scenario.flaw is not None
    flaw = case.scenario.flaw.model_copy(update={"paths": ("$.never",)})
    scenario = case.scenario.model_copy(update={"flaw": flaw})
    assert "special.flaw" in codes("special", Case(case.dialogue, case.catalogue, scenario, case.world))


def test_a_call_that_serves_nothing_is_redundant() -> None:
    case = case_of("normal.single_turn.single_function")
    assert case.scenario is not None
    script = tuple(
        step.model_copy(update={"calls": ()}) if step.role == "assistant" and step.kind == "answer" else step
        for step in case.scenario.script
    )
    scenario = case.scenario.model_copy(update={"milestones": (), "script": script})
    assert "replay.redundant" in codes("replay", Case(case.dialogue, case.catalogue, scenario, case.world))


def test_replay_needs_the_world() -> None:
    case = case_of("normal.single_turn.single_function")
    assert codes("replay", Case(case.dialogue, case.catalogue, case.scenario, None)) == set()
