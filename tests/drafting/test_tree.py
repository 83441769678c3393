"""The tree merges what chunks say, and families are chosen from all over it."""

from __future__ import annotations

from random import Random

from toolsim.drafting.tree import LONGEST_NAME, MOST_FUNCTIONS, MOST_TOPICS, Tree, choose


def topic(name: str, **families: list[str]) -> dict[str, object]:
    return {"name": name, "families": [{"name": family, "functions": functions} for family, functions in families.items()]}


def grown(*topics: dict[str, object]) -> Tree:
    tree = Tree()
    tree.add(topics)
    return tree


def test_names_that_differ_in_case_and_plural_are_one() -> None:
    tree = grown(topic("Reading rooms", seats=["book a seat"]), topic("reading room", Seat=["Book a seat!", "drop a seat"]))
    assert [t.name for t in tree.topics] == ["Reading rooms"]
    assert tree.topics[0].families == {"seats": ["book a seat", "drop a seat"]}


def test_sizes_are_bounded() -> None:
    tree = grown(*(topic(f"t{'x' * i}", f=[f"do {'y' * j}" for j in range(99)]) for i in range(1, 99)))
    assert len(tree.topics) == MOST_TOPICS
    assert all(len(f) == MOST_FUNCTIONS for t in tree.topics for f in t.families.values())
    assert len(grown(topic("z" * 900, f=[])).topics[0].name) == LONGEST_NAME


def test_names_hold_no_line_breaks() -> None:
    assert grown(topic("a\nb\u2028c\x00", f=[])).topics[0].name == "a b c"


def test_every_topic_comes_before_any_has_two() -> None:
    tree = grown(*(topic(f"topic {c}", **{f"{c}{i}": [f"{c} {i} {j}" for j in range(5)] for i in range(4)}) for c in "abc"))
    chosen = choose(tree, 6, 13, 8, Random(3))
    assert sorted(f.topic for f in chosen) == ["topic a", "topic a", "topic b", "topic b", "topic c", "topic c"]
    assert len({f.name for f in chosen}) == 6 and sum(f.operations for f in chosen) == 13
    for family in chosen:
        assert len(family.functions) + len(family.neighbours) == 8
        assert all(n[0] == family.name[0] for n in family.neighbours), "siblings come before the rest of the tree"
        assert not set(family.functions) & set(family.neighbours)


def test_choice_follows_the_seed() -> None:
    tree = grown(*(topic(f"topic {c}", **{f"{c}{i}": [f"{c} {i}"] for i in range(9)}) for c in "abcdef"))
    assert choose(tree, 5, 10, 8, Random(1)) == choose(tree, 5, 10, 8, Random(1))
    assert choose(tree, 5, 10, 8, Random(1)) != choose(tree, 5, 10, 8, Random(2))


def test_an_empty_tree_gives_no_families() -> None:
    assert choose(Tree(), 5, 10, 8, Random(1)) == []
