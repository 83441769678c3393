"""Every kind of mistake is found, and told with its line and a way forward."""

from __future__ import annotations

import pytest

from tests.drafting.conftest import FRAGMENTS
from toolsim.apis.catalogue import Catalogue
from toolsim.drafting.bench import Bench
from toolsim.drafting.compose import Base, compose
from toolsim.drafting.fragment import parse
from toolsim.drafting.twins import Twins, bare_name
from toolsim.drafting.workplace import Workplace

BASE = Base("culture/libraries", "snake")


def text_of(family: str, old: str = "", new: str = "") -> str:
    assert old in FRAGMENTS[family]
    return compose(BASE, [parse(FRAGMENTS[family].replace(old, new))])


@pytest.mark.parametrize("family", FRAGMENTS)
def test_good_families_pass(bench: Bench, family: str) -> None:
    assert bench.trial(text_of(family), ()).problems == ()


def test_three_families_make_a_whole_pack(bench: Bench) -> None:
    tried = bench.trial(compose(BASE, [parse(text) for text in FRAGMENTS.values()]), ())
    assert not tried.problems and not tried.shares and len(tried.apis) == 15


MISTAKES = {
    "an unknown entity": ("seats", "{ref: reading_seat,", "{ref: reading_seet,", "load", "did you mean 'reading_seat'?"),
    "an unknown shared entity": ("seats", "uses: [person]", "uses: [persn]", "load", "did you mean 'person'?"),
    "an unknown pool": ("seats", "pick: seat_spot", "pick: seat_spots", "load", "seat_spot"),
    "an unknown name in a rule": ("fees", "this.owed < 20", "this.owd < 20", "load", "owed"),
    "a missing fault": ("holds", "    fault: {line_too_long: [Too many readers wait for it already., 排队的读者太多了。]}\n", "", "load", "fault"),
    "one language": ("fees", "is: [reader's pass, 读者证]", "is: [reader's pass]", "load", "pair"),
    "the wrong style": ("fees", "find_reader_passes", "FindReaderPasses", "lint", "naming style snake"),
    "an unknown slot": ("fees", "take {paid} off", "take {payd} off", "lint", "unknown slot {payd}"),
    "Chinese in English": ("fees", "[reader's pass, 读者证]", "[reader 证 pass, 读者证]", "lint", "holds Chinese"),
    "no way to a row": ("fees", "find: reader_pass\n    by: [holder, owed~, kind]", "get: reader_pass", "lint", "reader_pass"),
    "an operation that never succeeds": ("holds", "book.waiting < 20", "book.waiting < 0", "try", "never succeeds"),
}  # fmt: skip


@pytest.mark.parametrize("family,old,new,stage,said", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_found(bench: Bench, family: str, old: str, new: str, stage: str, said: str) -> None:
    problems = bench.trial(text_of(family, old, new), ()).problems
    assert {problem.stage for problem in problems} == {stage}
    assert any(said in problem.message for problem in problems)
    placed = [problem for problem in problems if problem.line]
    assert placed and all(str(p).startswith(f"culture/libraries.yaml:{p.line}: ") and p.source for p in placed)
    assert "/tmp" not in "".join(map(str, problems))


def test_mistakes_in_several_operations_show_at_once(bench: Bench) -> None:
    text = text_of("fees").replace("this.owed < 20", "this.owd < 20").replace("b.worth", "b.wort")
    assert len(bench.trial(text, ()).problems) == 2


@pytest.mark.parametrize(
    "text",
    ["", "pack: culture/libraries\n", "operations: {}", "pack: culture/libraries\noperations: {}\n", "[" * 40, "pack: a/b\n"],
)
def test_what_is_no_pack_is_told_and_breaks_nothing(bench: Bench, text: str) -> None:
    tried = bench.trial(text, ())
    assert not tried.apis and (tried.problems or not tried.apis)


@pytest.mark.parametrize(
    "rule",
    [
        "9**9**9**9 > 0",
        "(" * 300 + "1" + ")" * 300,
        "sum(a.owed * b.owed for a in rows.reader_pass for b in rows.reader_pass for c in rows.reader_pass) >= 0",
        "'x' * 99999999 == 'y'",
        "__import__('os')",
        "this.__class__",
    ],
)
def test_hostile_rules_are_refused_or_bounded(bench: Bench, rule: str) -> None:
    tried = bench.trial(text_of("fees", "by_card or paid <= 100", rule), ())
    assert tried.problems


def rewritten(
    operation: str, description: str = "Find where in the reading room one may sit with a laptop., 查哪里能带电脑坐。"
) -> str:
    return f"operations:\n  {operation}\n    is: [{description}]\n    ask: [[a seat please, some seat], [要个座位, 来个位子]]\n"


TWINS = {
    "name": ("findReadingSeat:\n    find: reading_seat\n    by: [spot]", "has the same name as 'find_reading_seats' of culture/libraries"),
    "shape": ("look_for_a_chair:\n    find: reading_seat\n    by: [floor~, socket, quiet]\n    sort: [floor]", "does the same as 'find_reading_seats' of culture/libraries"),
}  # fmt: skip


@pytest.mark.parametrize("operation,said", TWINS.values(), ids=TWINS.keys())
def test_twins_are_named(bench: Bench, operation: str, said: str) -> None:
    seats = parse(FRAGMENTS["seats"])
    text = compose(BASE, [seats, parse(rewritten(operation))])
    problems = bench.trial(text, list(seats.section("operations"))).problems
    assert any(problem.stage == "twin" and said in problem.message for problem in problems)


def test_a_description_like_one_of_the_pool_is_refused(bench: Bench, opened: Workplace) -> None:
    other = next(iter(opened.pool))
    en = other.operation.description.en.replace("the", "thé", 1)
    text = compose(
        BASE,
        [
            parse(FRAGMENTS["seats"]),
            parse(rewritten("list_odd_chairs:\n    rank: reading_seat\n    on: floor", f'"{en}", 查哪里能带电脑坐。')),
        ],
    )
    problems = bench.trial(text, list(parse(FRAGMENTS["seats"]).section("operations"))).problems
    assert any(f"is described like {other.name!r} of {other.pack.name} (en, 0.9" in problem.message for problem in problems)


def test_the_pool_is_almost_free_of_twins(catalogue: Catalogue) -> None:
    twins, found = Twins(()), []
    for api in catalogue:
        if twins.twin(api):
            found.append(api.name)
        twins.add(api)
    assert len(found) <= 10, found


def test_styles_do_not_hide_a_name(catalogue: Catalogue) -> None:
    assert bare_name(catalogue.api("Clinic_convertHba1c")) == "convert hba1c"
