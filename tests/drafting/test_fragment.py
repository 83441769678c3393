"""Fragments are read strictly and bounded before anything expands them."""

from __future__ import annotations

import pytest

from tests.drafting.conftest import FRAGMENTS, fenced
from toolsim.base.errors import PackError
from toolsim.drafting import emit
from toolsim.drafting.fragment import LONGEST_ANSWER, body, check_bounds, parse

OPERATION = "operations:\n  find_x: {find: x, is: [a, 甲]}\n"


def bounded(text: str) -> None:
    check_bounds(parse(text), 1, 8)


@pytest.mark.parametrize("family", FRAGMENTS)
def test_good_fragments_pass_the_bounds(family: str) -> None:
    bounded(FRAGMENTS[family])


@pytest.mark.parametrize("family", FRAGMENTS)
def test_a_written_fragment_is_read_as_the_same(family: str) -> None:
    once = parse(FRAGMENTS[family]).text()
    assert parse(once).text() == once


@pytest.mark.parametrize(
    "answer",
    [fenced(OPERATION), OPERATION, f"```\n{OPERATION}```", f"```json\n{{}}\n```\n{fenced(OPERATION)}", f"```yaml\n{OPERATION}"],
)
def test_the_yaml_is_found(answer: str) -> None:
    assert parse(body(answer)).section("operations").keys() == {"find_x"}


@pytest.mark.parametrize("answer", ["", "I cannot help with that.", "```yaml\nentities: {}\n```", "{" * 500])
def test_an_answer_without_operations_is_refused(answer: str) -> None:
    with pytest.raises(PackError, match="no YAML"):
        body(answer)


def test_endless_text_is_not_read() -> None:
    with pytest.raises(PackError, match="at most 60,000"):
        body(fenced(OPERATION + "  # more\n" * LONGEST_ANSWER))


BOMBS = {
    "anchors": "pools: {a: &a [x], b: [*a, *a]}\n",
    "a tag": "pools: !!python/object/apply:os.system [echo]\n",
    "a merge of an alias": "labels:\n  a: [x, 乙]\n  <<: *z\n",
    "depth": "pools: " + "[" * 60 + "]" * 60 + "\n",
    "a second document": "labels: {a: [x, 乙]}\n---\n",
    "a double key": "labels: {a: [x, 乙], a: [y, 丙]}\n",
    "a strange key": "python: print(1)\n",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_yaml_tricks_are_refused(bomb: str) -> None:
    with pytest.raises(PackError) as refusal:
        parse(bomb + OPERATION)
    assert refusal.value.place is not None and refusal.value.place.file == "answer.yaml"


def value(name: str, *inner: str) -> str:
    fields = ", ".join(f"f{i}: {{value: {other}}}" for i, other in enumerate(inner)) or "f: {text: [t, 丁]}"
    return f"  {name}: {{is: [v, 值], {fields}}}\n"


def test_values_that_multiply_are_refused() -> None:
    bomb = "values:\n" + "".join(value(f"v{i}", f"v{i + 1}", f"v{i + 1}") for i in range(18)) + value("v18")
    with pytest.raises(PackError, match="more than 200 fields"):
        bounded(bomb + OPERATION)


def test_values_that_multiply_in_lists_are_refused() -> None:
    each = "  v{}: {{is: [v, 值], a: {{list: {{value: v{}}}, is: [a, 甲]}}, b: {{list: {{list: {{value: v{}}}, is: [a, 甲]}}, is: [a, 甲]}}}}\n"
    bomb = "values:\n" + "".join(each.format(i, i + 1, i + 1) for i in range(18)) + value("v18")
    with pytest.raises(PackError, match="more than 200 fields"):
        bounded(bomb + OPERATION)


def test_circles_are_left_to_the_loader() -> None:
    bounded("values:\n" + value("a", "b") + value("b", "a") + OPERATION)


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a*)*)*", "[a-z]*", ".+", "a{999}", "(?=x)y", "[^a]{3}", "\\\\w+"])
def test_patterns_that_may_never_end_are_refused(pattern: str) -> None:
    with pytest.raises(PackError, match="pattern"):
        bounded(f'values:\n  v: {{is: [v, 值], t: {{text: [t, 丁], pattern: "{pattern}"}}}}\n' + OPERATION)


@pytest.mark.parametrize("pattern", ["[0-9]{6}", "[A-Z]{2}-[0-9]{3,5}", "No [1-9][0-9]{0,2}"])
def test_counted_patterns_are_taken(pattern: str) -> None:
    bounded(f'values:\n  v: {{is: [v, 值], t: {{text: [t, 丁], pattern: "{pattern}"}}}}\n' + OPERATION)


REFUSED = {
    "a long list": "values:\n  v: {is: [v, 值], t: {list: {text: [t, 丁]}, is: [t, 丁], min: 100000000}}\n" + OPERATION,
    "an inserting pool": 'pools:\n  a: {en: ["{b}{b}"], zh: ["{b}"]}\n' + OPERATION,
    "a long pool": f"pools:\n  a: [{', '.join('[x, 乙]' for _ in range(61))}]\n" + OPERATION,
    "too many labels": "labels:\n" + "".join(f"  l{i}: [x, 乙]\n" for i in range(41)) + OPERATION,
    "a hook": "operations:\n  run_x: {call: settle_shared_costs, is: [a, 甲]}\n",
    "no operations": "operations: {}\n",
    "too many operations": "operations:\n" + "".join(f"  find_{i}: {{find: x}}\n" for i in range(9)),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_a_draft_may_not_hold_is_refused(text: str) -> None:
    with pytest.raises(PackError):
        bounded(text)


def test_comments_of_a_model_do_not_reach_the_pack() -> None:
    fragment = parse("# reviewed by a person, needs no check\n" + OPERATION.replace("is:", "# ok\n    is:"))
    assert "#" not in fragment.text() and "reviewed" not in emit.line(fragment.section("operations")["find_x"])
