"""Answers tell what results hold in a person's words, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import pytest

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.text import HAN, LANGUAGES, Language, Text
from toolsim.taxonomy.declarations import Field, Kind, Pack
from toolsim.verbs.verb import make
from toolsim.wording.answer_flags import flag_said
from toolsim.wording.answer_words import article, counted, is_plural, plural
from toolsim.wording.answers import PARTS, Done, Teller, second_person
from toolsim.wording.pointing import Pointer
from toolsim.world.trial import valid_arguments
from toolsim.world.world import World, WorldPlan

RESIDUE = re.compile(
    r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|\bundefined\b|\b[a-z]+_[a-z_]+\b|  |,,|(?<!标)的的|，，|、、|、，|：。|，。|。。|\.\.|"
    r"\bthe (?:the|your|a)\b|\ban? (?:an?|the)\b|\bof you\b"
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
NAMELESS = ("session", "message", "alert")


def names_of(world: World, pack: Pack) -> dict[str, str]:
    """Name every row as the user would, turned round."""
    pointer = Pointer(world, pack, Random(0))
    return {
        key: second_person(pointer.key(entity, key), world.language)
        for entity in pack.entities.values()
        if entity.name not in NAMELESS
        for key in world.tables[entity.table]
    }


def done_in(world: World, api: Api, rng: Random) -> Done | None:
    """Make a call that the world accepts, and take it back."""
    arguments = valid_arguments(api, world, rng)
    if arguments is None:
        return None
    mark = world.mark()
    outcome = world.run(api, arguments)
    world.undo(mark)
    return Done(api, arguments, outcome.record())


# --- every API of every pack ---


def spellings(number: float) -> Iterator[str]:
    """Give the ways in which an answer may write a number of a result."""
    for value in (number, abs(number), number / 10_000, number / 60, number // 60, number % 12 or 12):
        yield f"{value:.6f}".rstrip("0").rstrip(".")


def label_numbers(api: Api) -> set[str]:
    """Collect the numbers that labels, units and phrases of a pack hold."""
    texts: list[str] = [unit.label.en + unit.label.zh for unit in api.operation.scale]

    def walk(field: Field) -> None:
        texts.extend((*field.label, *field.say.en, *field.say.zh, *(field.unit or ())))
        texts.extend(part for option in field.options for part in option.label)
        for inner in (*field.fields, *((field.item,) if field.item else ())):
            walk(inner)

    for entity in api.pack.entities.values():
        for field in entity.fields:
            walk(field)
    for field in (*api.prepared.params, *api.prepared.result, *api.operation.gives):
        walk(field)
    return {number.replace(",", "") for text in texts for number in NUMBER.findall(text)}


def supported(done: Done, names: Mapping[str, str], now: str) -> set[str]:
    """Collect the numbers that an answer may hold: those of result, arguments, names and clock, and counts of rows."""
    source = f"{json.dumps([done.arguments, done.result], ensure_ascii=False)} {' '.join(names.values())} {now}"
    out = label_numbers(done.api) | {"1"}
    for found in NUMBER.findall(source):
        for part in {found.replace(",", ""), *found.split(",")} - {""}:
            out.update([part, *spellings(float(part))])
    total = done.result.get(done.api.wire.rename("total"))
    out.update(str(total - shown) for shown in range(6) if isinstance(total, int))

    def count(value: Any) -> None:
        if isinstance(value, list):
            out.update(str(max(0, len(value) - shown)) for shown in (0, 3, 5))
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            count(inner)

    count(done.result)
    return out


def faults_of(text: str, language: Language, allowed: set[str]) -> list[str]:
    """Say what is wrong with an answer."""
    unquoted = re.sub(r"\"[^\"]*\"|“[^”]*”", "", text)
    out = [f"residue {match[0]!r}" for match in RESIDUE.finditer(text)]
    if HAN.search(unquoted) if language == "en" else not HAN.search(text):
        out.append("wrong script")
    if text[-1] not in '.!?。！？”"' and "\n" not in text:
        out.append("no end")
    if language == "zh" and "你" in unquoted:
        out.append("你 beside 您")
    return out + [f"unsupported {n}" for n in NUMBER.findall(text) if n.rstrip(",").replace(",", "") not in allowed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_of_every_api_hold_only_what_results_say(catalogue: Catalogue, packs: list[Pack], language: Language) -> None:
    wrong = []
    for pack in packs:
        plan = WorldPlan(catalogue, [pack])
        world = plan.world(41 if language == "en" else 42, language)
        names = names_of(world, pack)
        for api in catalogue.of(pack):
            rng = seeds.stream(1, "answer", api.name)
            if (done := done_in(world, api, rng)) is None:
                continue
            for known in (names, {}):
                teller = Teller(language, world.now, rng, known)
                allowed = supported(done, known, world.now)
                for text in (teller.tell([done]), teller.brief(done)):
                    wrong += [f"{api.name}: {fault}: {text}" for fault in faults_of(text, language, allowed)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_tell_rows_apart(catalogue: Catalogue, packs: list[Pack], language: Language) -> None:
    for pack in packs[:4]:
        world = WorldPlan(catalogue, [pack]).world(5, language)
        for api in catalogue.of(pack):
            if api.operation.verb != "find":
                continue
            rename = api.wire.rename
            outcome = world.run(api, {}) if not any(f.required for f in api.prepared.params) else None
            if outcome is None or outcome.result is None:
                continue
            items = outcome.result[rename("items")]
            options = Teller(language, world.now, Random(1), names_of(world, pack)).options(api, items)
            assert len(set(options)) == len(items), (api.name, options)
            assert not any(RESIDUE.search(option) for option in options)


# --- the test pack, verb by verb ---


@pytest.fixture
def bike(world: World) -> dict[str, Any]:
    """A bicycle with a known face, owned by the person whose session it is."""
    row = next(iter(world.rows("workshop.bike").values()))
    known = {
        **row,
        "model": "Heron",
        "owner": next(iter(world.rows("person"))),
        "status": "ready",
        "pressure": 3.0,
        "credit": 100.0,
    }
    world.replace("workshop.bike", row["bike_no"], known)
    return known


Told = Callable[..., set[str]]


@pytest.fixture
def told(world: World, workshop: Catalogue) -> Told:
    """Call an API and give the answers that different tellers find for it."""

    def tell(name: str, arguments: dict[str, Any]) -> set[str]:
        api = workshop.api(name)
        names = names_of(world, workshop.pack("workshop"))
        done = Done(api, arguments, world.call(name, arguments).record())
        return {Teller("en", world.now, Random(seed), names).tell([done]) for seed in range(40)}

    return tell


def test_every_verb_but_those_that_work_things_out_has_a_part_of_its_own(catalogue: Catalogue) -> None:
    verbs = {api.operation.verb for api in catalogue}
    assert verbs - set(PARTS) == {"compute", "analyze", "assess", "call"}


def test_a_move_tells_the_state_that_it_led_to(told: Told, bike: dict[str, Any]) -> None:
    answers = told("reportBroken", {"bikeNo": bike["bike_no"], "note": "chain"})
    assert "Your bicycle Heron is broken now." in answers
    assert all("your bicycle Heron" in text or text.startswith("Your bicycle Heron") for text in answers)


def test_an_adjustment_tells_what_is_and_what_was(told: Told, bike: dict[str, Any]) -> None:
    answers = told("addCredit", {"bikeNo": bike["bike_no"], "amount": 50})
    assert "The workshop credit of your bicycle Heron is 150 yuan now, up from 100 yuan." in answers


def test_an_update_tells_what_is_now(told: Told, bike: dict[str, Any]) -> None:
    answers = told("setPressure", {"bikeNo": bike["bike_no"], "pressure": 4.5})
    assert "The tyre pressure of your bicycle Heron is now 4.5 bar." in answers


def test_settings_are_told_in_full(told: Told, bike: dict[str, Any]) -> None:
    answers = told("configureGearing", {"bikeNo": bike["bike_no"], "gearing": {"front": 44, "rear": 20}})
    assert all("44 front teeth" in text and "20 rear teeth" in text for text in answers)


def test_a_new_row_comes_with_its_number(told: Told, bike: dict[str, Any], world: World) -> None:
    arguments = {"bike": bike["bike_no"], "starts": "2030-03-01T09:30", "minutes": 45}
    answers = told("scheduleRide", arguments)
    assert all(re.search(r"\bTR\d{4}\b", text) for text in answers)
    assert all("your bicycle Heron on 1 March 2030 at 9:30 am" in text for text in answers)


def test_a_deletion_is_told_plainly(told: Told, world: World) -> None:
    free = next(
        key for key in world.rows("workshop.bike") if all(row["bike"] != key for row in world.rows("workshop.job").values())
    )
    used = {row["bike"] for table in ("test_ride", "letter") for row in world.rows(f"workshop.{table}").values()}
    if free in used:
        pytest.skip("every bicycle is in use")
    assert any(text.endswith(" is gone.") for text in told("deleteBike", {"bikeNo": free}))


def test_a_find_counts_and_lists(told: Told, world: World) -> None:
    answers = told("findBikes", {"limit": 50})
    total = len(world.rows("workshop.bike"))
    assert all(f"{total} bicycles" in text for text in answers)
    assert all(text.count("\n- ") <= 6 for text in answers)
    if total > 5:
        assert all(re.search(rf"{total - 5} more|another {total - 5}", text) for text in answers)


def test_a_find_without_a_match_says_so(told: Told) -> None:
    answers = told("findBikes", {"filters": {"model": "no such model"}})
    assert "Nothing matches that." in answers


def test_a_check_says_yes_or_no_with_reasons(told: Told, bike: dict[str, Any], world: World) -> None:
    assert all(text.startswith("Yes, ") for text in told("checkRide", {"bikeNo": bike["bike_no"], "km": 20}))
    world.replace("workshop.bike", bike["bike_no"], {**bike, "pressure": 1.5, "status": "scrapped"})
    answers = told("checkRide", {"bikeNo": bike["bike_no"], "km": 100})
    assert all(text.endswith("It is not ready. The tyres are too soft.") for text in answers)


def test_a_figure_comes_first_and_flags_become_clauses(told: Told) -> None:
    answers = told("computeSpeed", {"km": 60, "hours": 3})
    assert "The speed is 20. It is not slow." in answers
    assert not any("slow:" in text or " no" in text.replace(" not", "") for text in answers)


def test_a_verdict_is_told_by_its_label(told: Told) -> None:
    assert "The wear is high." in told("assessWear", {"km": 6000, "rides": [{"km": 10, "hours": 1}]})


def test_a_conversion_names_both_units(told: Told) -> None:
    assert "2 bar is 200 kilopascal." in told("convertPressure", {"value": 2, "fromUnit": "bar", "toUnit": "kpa"})


def test_a_series_is_summed_up(told: Told, bike: dict[str, Any]) -> None:
    answers = told("readPressure", {"bikeNo": bike["bike_no"], "hours": 24})
    assert all(text.count(" bar") == 4 for text in answers)


def test_a_ranking_opens_with_the_first(told: Told, bike: dict[str, Any]) -> None:
    answers = told("rankBikes", {"on": "credit", "order": "lowest", "limit": 2})
    assert all("lowest" in text.lower() for text in answers)


def test_a_comparison_tells_what_differs(told: Told, world: World) -> None:
    keys = list(world.rows("workshop.bike"))[:2]
    assert all("workshop credit" in text for text in told("compareBikes", {"bikeNos": keys, "aspects": ["credit"]}))


def test_a_notice_tells_who_and_what(told: Told, bike: dict[str, Any], world: World) -> None:
    person = world.rows("person")[bike["owner"]]
    answers = told("notifyOwner", {"bikeNo": bike["bike_no"], "topic": "done", "channel": person["channels"][0]})
    assert all('"Your Heron is ready."' in text and "about the repair done" in text for text in answers)


def test_an_alert_tells_when_it_goes_off(told: Told, bike: dict[str, Any]) -> None:
    answers = told("watchPressure", {"bikeNo": bike["bike_no"], "condition": "below", "threshold": 2, "channel": "sms"})
    assert all("below 2 bar" in text and "a text message" in text.lower() for text in answers)
    assert any("That isn't the case yet." in text for text in answers)


def test_a_link_tells_both_sides(told: Told, bike: dict[str, Any], world: World) -> None:
    world.replace("workshop.bike", bike["bike_no"], {**bike, "helpers": []})
    helper = list(world.rows("person"))[1]
    answers = told("addHelper", {"bikeNo": bike["bike_no"], "helper": helper})
    assert all(world.rows("person")[helper]["name"] in text for text in answers)


def test_entries_of_a_batch_are_told_together(told: Told, bike: dict[str, Any], world: World) -> None:
    shared = {"bike": bike["bike_no"], "slot": next(iter(world.rows("workshop.slot")))}
    answers = told("createJobs", {"jobs": [{"part": "chain"}, {"part": "bell"}], **shared})
    assert all("2 repair jobs" in text and "chain" in text and "bell" in text for text in answers)


# --- several calls ---


def test_a_look_up_of_which_a_later_call_takes_something_is_told_too(
    world: World, workshop: Catalogue, bike: dict[str, Any]
) -> None:
    names = names_of(world, workshop.pack("workshop"))
    found = Done(workshop.api("findBikes"), {"limit": 50}, world.call("findBikes", {"limit": 50}).record())
    arguments = {"bikeNo": bike["bike_no"], "pressure": 4.5}
    pumped = Done(workshop.api("setPressure"), arguments, world.call("setPressure", arguments).record())
    text = Teller("en", world.now, Random(0), names).tell([found, pumped])
    assert "4.5 bar" in text and "bicycles" in text


def test_a_refusal_is_told_by_its_message_with_names(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    names = names_of(world, workshop.pack("workshop"))
    arguments = {"bikeNo": bike["bike_no"], "amount": 2000}
    refused = Done(workshop.api("useCredit"), arguments, world.call("useCredit", arguments).record())
    text = Teller("en", world.now, Random(0), names).tell([refused])
    assert refused.refused and refused.refused[1:-1] in text
    error = Done(refused.api, arguments, {"error": {"code": "x", "message": f"{bike['bike_no']} is on the list already."}})
    assert "your bicycle Heron is on the list already" in Teller("en", world.now, Random(0), names).brief(error)


def test_one_teller_opens_no_two_sentences_alike(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    names = names_of(world, workshop.pack("workshop"))
    calls = []
    for pressure in (4.0, 5.0):
        arguments = {"bikeNo": bike["bike_no"], "pressure": pressure}
        calls.append(Done(workshop.api("setPressure"), arguments, world.call("setPressure", arguments).record()))
    for seed in range(20):
        assert "Done" not in Teller("en", world.now, Random(seed), names).tell(calls)[5:]


# --- words ---


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        ("my savings account", "en", "your savings account"),
        ("me", "en", "you"),
        ("the payment for my parents", "en", "the payment for your parents"),
        ("the note “call me”", "en", "the note “call me”"),
        ("我的旅行账户", "zh", "您的旅行账户"),
        ("《我的家》这首曲目", "zh", "《我的家》这首曲目"),
    ],
)
def test_the_user_is_addressed(words: str, language: Language, said: str) -> None:
    assert second_person(words, language) == said


def test_labels_are_declined() -> None:
    assert plural("piece of evidence") == "pieces of evidence"
    assert plural("entry in the practice log") == "entries in the practice log"
    assert is_plural("minutes on the road") and not is_plural("sum of the weights")
    assert counted(1, "people who pay", "1") == "1 person who pays"
    assert counted(0, "bank account", "0") == "no bank accounts"
    assert (article("hour"), article("unit"), article("SMS")) == ("an hour", "a unit", "an SMS")


@pytest.mark.parametrize(
    ("en", "zh", "yes", "no"),
    [
        ("breakfast included", "是否含早餐", ("breakfast is included", "含早餐"), ("no breakfast is included", "不含早餐")),
        ("target met", "是否达标", ("the target is met", "达标"), ("the target is not met", "没有达标")),
        ("pays off", "是否划算", ("it pays off", "划算"), ("it does not pay off", "不划算")),
        (
            "wear a mask outside",
            "外出是否戴口罩",
            ("you should wear a mask outside", "外出戴口罩"),
            ("there is no need to wear a mask outside", "外出不必戴口罩"),
        ),
        ("balanced", "是否均衡", ("it is balanced", "均衡"), ("it is not balanced", "不均衡")),
    ],
)
def test_flags_become_clauses(en: str, zh: str, yes: tuple[str, str], no: tuple[str, str]) -> None:
    flag = make("x", Kind.FLAG, Text(en, zh))
    assert (flag_said(flag, True, "en"), flag_said(flag, True, "zh")) == yes
    assert (flag_said(flag, False, "en"), flag_said(flag, False, "zh")) == no
