"""Rubrics: from the general to the particular, strict, and there for every category."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolsim.base.errors import PackError
from toolsim.base.folders import shipped
from toolsim.base.text import HAN
from toolsim.jury.rubric import rubric_for
from toolsim.scenario.categories import categories

ONE = 'question: ["Q {0}?", "问{0}？"]\n    passes: ["yes", "是"]\n    fails: ["no", "否"]\n    weight: 1\n'


def lay(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def criterion(key: str) -> str:
    return f"  {key}:\n    {ONE.format(key)}"


def test_a_category_without_files_of_its_own_is_asked_the_general_criteria() -> None:
    assert rubric_for("foreign") == rubric_for("no.such") == rubric_for("default")
    assert "stops_in_time" in rubric_for("special.error_param").keys


def test_the_particular_takes_the_place_of_the_general_and_leaves_criteria_out(tmp_path: Path) -> None:
    lay(tmp_path, "default", "pass_mark: 0.8\ncriteria:\n" + criterion("a") + criterion("b"))
    lay(tmp_path, "special", "criteria:\n" + criterion("c"))
    lay(
        tmp_path,
        "special.x",
        'without: [a]\npass_mark: 0.5\ncriteria:\n  b:\n    question: ["New?", "新？"]\n    passes: [y, 是]\n    fails: [n, 否]\n    weight: 2\n    fatal: true\n',
    )
    found = rubric_for("special.x", tmp_path)
    assert found.keys == ("b", "c") and found.pass_mark == 0.5
    assert found.criteria[0].question.zh == "新？" and found.criteria[0].fatal
    assert rubric_for("special.y", tmp_path).keys == ("a", "b", "c") and rubric_for("special.y", tmp_path).pass_mark == 0.8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("criteria:\n  a:\n    question: [Q, 问]\n    passes: [y, 是]\n    fails: [n, 否]\n", "needs a weight above 0"),
        ("criteria:\n  a:\n    question: [Q]\n", "pair"),
        (
            "criteria:\n  a:\n    weigth: 1\n    question: [Q, 问]\n    passes: [y, 是]\n    fails: [n, 否]\n    weight: 1\n",
            "did you mean 'weight'",
        ),
        ("without: [q]\n", "no criterion 'q' to leave out"),
        ("pass_mark: 1.5\n", "at most 1"),
        ("criterion: {}\n", "did you mean 'criteria'"),
    ],
)
def test_mistakes_name_file_and_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PackError, match=message) as caught:
        rubric_for("x", lay(tmp_path, "default", text))
    assert "default" in str(caught.value)


@pytest.mark.parametrize("category", sorted(categories()))
def test_every_category_can_fail_by_something_fatal(category: str) -> None:
    rubric = rubric_for(category)
    assert any(criterion.fatal for criterion in rubric.criteria) and len(rubric.criteria) >= 8
    assert all(HAN.search(text.zh) and not HAN.search(text.en) for c in rubric.criteria for text in (c.question, c.passes))


def test_every_file_is_of_a_category_or_family() -> None:
    families = {".".join(name.split(".")[:n]) for name in categories() for n in range(1, 4)}
    assert {path.stem for path in (shipped("scenarios") / "rubrics").glob("*.yaml")} <= families | {"default"}
