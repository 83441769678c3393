"""Requests tell every argument once and literally, by what rows are known as, in a mood of their own, and leave no residue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.text import HAN, LANGUAGES, Language, Phrases, Text
from toolsim.taxonomy.declarations import Field, Kind, Pack
from toolsim.verbs.verb import Args, make
from toolsim.wording import flags, joints
from toolsim.wording.moods import Mood, mood
from toolsim.wording.pointing import Pointer
from toolsim.wording.requests import Phrasing, Request
from toolsim.wording.samples import sample_requests
from toolsim.world.trial import valid_arguments
from toolsim.world.world import World, WorldPlan

RESIDUE = re.compile(
    r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|\bundefined\b|\b[a-z]+_[a-z_]+\b|  |,,|的的|，，|、、|、，|，、|[?？。]$"
    r"|\bthe (?:the|an?|my)\b|\ba a\b|\bby by\b|: (?:yes|no)(?:[,;]|$)|\bme's|““|\bcurrently currently\b"
)
WORLDS = 2


def said(world: World, workshop: Catalogue, name: str, *flats: dict[str, Any], seed: int = 0) -> str:
    return Phrasing(world, workshop.api(name), Random(seed)).request(list(flats)).text


def ways(world: World, workshop: Catalogue, name: str, *flats: dict[str, Any]) -> set[str]:
    return {said(world, workshop, name, *flats, seed=seed) for seed in range(30)}


def leaves(field: Field, value: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Give every leaf of a value that is not at its default."""
    if field.kind is Kind.LIST:
        assert field.item is not None
        for index, item in enumerate(value):
            yield from leaves(field.item, item, (*steps, index))
    elif field.kind is Kind.VALUE:
        for inner in field.fields:
            if inner.name in value and inner.auto != value[inner.name]:
                yield from leaves(inner, value[inner.name], (*steps, inner.name))
    else:
        yield steps, value


def to_tell(api: Api, flats: list[Args]) -> Counter[str]:
    """Count the leaves that a request has to tell."""
    batch = api.operation.batch
    out: Counter[str] = Counter()
    for entry, flat in enumerate(flats):
        for field in api.prepared.params:
            varies = batch is not None and (not batch.members or field.name in batch.members)
            if field.name in flat and flat[field.name] != field.auto and (entry == 0 or varies):
                out.update(f"{field.name} {entry} {steps} {leaf!r}" for steps, leaf in leaves(field, flat[field.name]))
    return out


def literal(request: Request) -> bool:
    return all(told.words in request.text for told in request.told)


def calls(catalogue: Catalogue, pack: Pack, language: Language) -> Iterator[tuple[Api, World, list[Args], Random]]:
    plan = WorldPlan(catalogue, [pack])
    for index in range(WORLDS):
        world = plan.world(seeds.derive(5, "requests", index), language)
        for api in catalogue.of(pack):
            rng = seeds.stream(5, "requests", api.name, index)
            arguments = valid_arguments(api, world, rng)
            if arguments is not None:
                yield api, world, api.wire.decode(arguments), rng


@pytest.fixture
def bike(world: World) -> dict[str, Any]:
    """A bicycle with a known face, owned by the person whose session it is."""
    me = next(iter(world.rows("person")))
    row = next(iter(world.rows("workshop.bike").values()))
    known = {**row, "model": "Heron", "owner": me}
    world.replace("workshop.bike", row["bike_no"], known)
    return known


def test_rows_are_pointed_at_by_what_they_are_known_as(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    pack = workshop.pack("workshop")
    pointer = Pointer(world, pack, Random(0))
    assert pointer.key(pack.entity("bike"), bike["bike_no"]) == "my bicycle Heron"
    me = world.rows("person")[bike["owner"]]
    other = Pointer(world, pack, Random(0))
    other.me = "somebody else"
    assert other.key(pack.entity("bike"), bike["bike_no"]) == f"{me['name']}'s bicycle Heron"
    assert other.key(pack.entity("person"), bike["owner"]) == me["name"]
    assert pointer.key(pack.entity("bike"), "BK0000").endswith("BK0000")


def test_rows_read_off_a_paper_are_named_by_their_key(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    pack, key = workshop.pack("workshop"), bike["bike_no"]
    said = {Pointer(world, pack, Random(seed), by_key=True).key(pack.entity("bike"), key) for seed in range(20)}
    assert said == {f"bicycle {key}", f"bicycle number {key}", f"my bicycle Heron ({key})"}
    assert Pointer(world, pack, Random(0), by_key=True).key(pack.entity("person"), bike["owner"]) == "me"


def test_slots_hold_values_in_words(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    texts = ways(world, workshop, "setPressure", {"bike_no": bike["bike_no"], "pressure": 4.5})
    assert texts == {"set my bicycle Heron to 4.5 bar", "I pumped my bicycle Heron to 4.5 bar"}


def test_ranges_and_filters_become_clauses(world: World, workshop: Catalogue) -> None:
    text = said(world, workshop, "findBikes", {"status": "ready", "pressure_min": 2.0, "pressure_max": 3.5})
    assert "currently ready" in text
    assert "tyre pressure between 2 and 3.5 bar" in text


def test_how_to_answer_is_said_last(world: World, workshop: Catalogue) -> None:
    for text in ways(world, workshop, "findBikes", {"status": "ready", "sort_by": "bought", "limit": 3}):
        assert text.endswith("sorted by day of purchase, at most 3 of them")


def test_defaults_are_left_unsaid(world: World, workshop: Catalogue) -> None:
    request = Phrasing(world, workshop.api("findBikes"), Random(0)).request(
        [{"status": "broken", "limit": 10, "descending": False}]
    )
    assert [told.name for told in request.told] == ["status"]


def test_entries_of_a_batch_are_all_told(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    slot = next(iter(world.rows("workshop.slot")))
    shared = {"bike": bike["bike_no"], "slot": slot}
    api = workshop.api("createJobs")
    request = Phrasing(world, api, Random(0)).request([{**shared, "part": "chain"}, {**shared, "part": "bell"}])
    assert [told.entry for told in request.told if told.name == "part"] == [0, 1]
    assert "chain" in request.text
    assert "bell" in request.text


def test_what_is_left_out_is_not_told(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    phrasing = Phrasing(world, workshop.api("setPressure"), Random(0))
    args = {"bike_no": bike["bike_no"], "pressure": 4.5}
    request = phrasing.request([args], leave_out=["bike_no"])
    assert [told.name for told in request.told] == ["pressure"]
    assert "Heron" not in request.text
    assert phrasing.bare().told == ()


def test_facts_are_told_by_themselves(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    phrasing = Phrasing(world, workshop.api("setPressure"), Random(0))
    args = {"bike_no": bike["bike_no"], "pressure": 4.5}
    assert phrasing.facts(args, ["pressure"]).text == "4.5 bar"
    both = phrasing.facts(args, list(args), entry=2)
    assert both.text == "my bicycle Heron and 4.5 bar"
    assert [(told.name, told.entry) for told in both.told] == [("bike_no", 2), ("pressure", 2)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leaf_is_told_once_and_literally(catalogue: Catalogue, packs: list[Pack], language: Language) -> None:
    wrong = []
    for pack in packs:
        for api, world, flats, rng in calls(catalogue, pack, language):
            for by_key in (False, True):
                request = Phrasing(world, api, rng, by_key).request(flats)
                told = Counter(f"{t.name} {t.entry} {t.steps} {t.value!r}" for t in request.told)
                foreign = bool(HAN.search(request.text)) == (language == "en")
                if told != to_tell(api, flats) or not literal(request) or RESIDUE.search(request.text) or foreign:
                    wrong.append(f"{api.name}: {request.text}")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_requests_with_gaps_and_facts_read_well(catalogue: Catalogue, packs: list[Pack], language: Language) -> None:
    wrong = []
    for pack in packs:
        for api, world, flats, rng in calls(catalogue, pack, language):
            phrasing = Phrasing(world, api, rng)
            names = rng.sample(list(flats[0]), min(len(flats[0]), rng.randint(1, 3)))
            made = [phrasing.request(flats, names), phrasing.bare(), *([phrasing.facts(flats[0], names)] if names else [])]
            left = {told.name for told in made[0].told} & set(names)
            for request in made:
                if left or not request.text.strip() or not literal(request) or RESIDUE.search(request.text):
                    wrong.append(f"{api.name} {names}: {request.text}")
    assert wrong == []


MOODS = {
    Mood.IMPERATIVE: (
        "freeze {account} until {until}", "please correct {claim}, it should be {clauses}", "order the tasks {clauses} by {on}",
        "let me know by {channel} when {slot} is full", "do the check-in on {flight_booking}", "have {document} reviewed by {judge}",
        "have the room for {room_booking} laid out {clauses}", "water {field} with {volume}", "price {fare} {clauses}",
        "report a claim for {cause}", "call off {meeting}, {reason}", "show me what {customer} has, and how much it is",
        "track {cold_store} for {hours}", "top up {wallet} with {amount}", "hold {shipment} until {until}",
    ),
    Mood.QUESTION: (
        "how much is in {account}", "which cards {clauses} are there?", "any tickets left for {exhibition}",
        "can I still get in on {day}", "I've got {cash}, how long can I rent {instrument}", "do we have any fields {clauses}",
        "going by {on}, which tasks {clauses} lead the list", "for the accounts {clauses}, what's the {statistic}?",
        "cut or wait with {moisture} moisture?", "is it safe with {wind}", "do {hold_minutes} at {core} count as pasteurised",
        "what does it come to", "would {room} do for {people}", "haven't we got a report {clauses} already?",
    ),
    Mood.STATEMENT: (
        "I need the {statistic} of the payments {clauses}", "{allergy} again, note it", "{owner} wants a new account",
        "there's a new plan for {exhibition}, make it {clauses}", "let's cook {recipe}", "no more of {standing_order} before {until}",
        "can I dispute {claimed}? I spotted it on {noticed_on}", "from now on {plan} should be {clauses}", "price of {meeting}: {rate}",
        "water need of {field} with roots at {depth}", "machine list {clauses}", "the wallet of {owner} is empty",
    ),
}  # fmt: skip
ZH_MOODS = {
    Mood.IMPERATIVE: (
        "帮我把{account}冻到{until}", "把{clauses}付款列一下", "查一下{clauses}卡片", "给{customer}改一下提醒", "看看{account}还有多少钱",
        "麻烦约一下{doctor}", "按{on}给{clauses}项目排个序", "统计一下{clauses}的合计", "取消{meeting}，{reason}", "从{a}转{amount}到{b}",
    ),
    Mood.QUESTION: (
        "{account}里还有多少钱", "有没有{clauses}房间", "{card}能不能用", "哪些是{clauses}展柜", "这样可以吗", "{flight}什么时候起飞",
        "{people}开会要{device}，{room}行吗", "{allowance}还能展几天", "月供多少，{months}个月",
    ),
    Mood.STATEMENT: (
        "我想把{account}注销", "{customer}的资料变了，改一下", "现在{city}下雨", "{card}不要了", "卡丢了", "以后{plan}改成{clauses}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("language", "moods"), [("en", MOODS), ("zh", ZH_MOODS)])
def test_moods_follow_from_the_words(language: Language, moods: dict[Mood, tuple[str, ...]]) -> None:
    found = {phrase: mood(phrase, language) for phrases in moods.values() for phrase in phrases}
    assert found == {phrase: kind for kind, phrases in moods.items() for phrase in phrases}


@pytest.mark.parametrize(
    ("phrase", "value", "no"),
    [
        (Phrases(("with breakfast",), ("含早餐的",)), False, ("without breakfast", "不含早餐的")),
        (Phrases(("that prints in colour",), ("能彩印的",)), False, ("that doesn't print in colour", "不能彩印的")),
        (Phrases(("checked by someone",), ("别人复核过的",)), True, ("checked by someone", "别人复核过的")),
        (Phrases(("with papers",), ("有凭证的",)), False, ("without papers", "没有凭证的")),
        (Phrases(("signed",), ("已经签字的",)), False, ("not signed", "还没签字的")),
    ],
)
def test_flags_are_said_as_facts(phrase: Phrases, value: bool, no: tuple[str, str]) -> None:
    field = make("x", Kind.FLAG, Text("x", "是否甲"), say=phrase)
    assert (flags.say(field, value, "en", Random(0)), flags.say(field, value, "zh", Random(0))) == no


def test_pieces_fit_each_other() -> None:
    assert joints.insert_en("on {}", "tomorrow") == "tomorrow"
    assert joints.insert_en("for {} months", "1") == "for 1 month"
    assert joints.insert_en("the next {} days", "3 days") == "the next 3 days"
    assert joints.insert_zh("{}张的", "21以上") == "21张以上的"
    assert joints.insert_zh("{}前要的", "昨天以前") == "昨天前要的"
    assert joints.without_unit("2 bar", "3.5 bar", "en") == "2"
    assert joints.counted_zh("银行卡") == "一张银行卡"


def test_the_same_seed_says_the_same(catalogue: Catalogue, packs: list[Pack]) -> None:
    plan = WorldPlan(catalogue, [packs[0]])
    api = catalogue.of(packs[0])[5]
    assert list(sample_requests(plan, api, 4, "zh", 3)) == list(sample_requests(plan, api, 4, "zh", 3))
