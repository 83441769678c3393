"""Faults in language and finish: the other language, 您 beside 你, texts cut short, slots, field names and doubled words."""

from __future__ import annotations

import re
from random import Random

from toolsim.base.text import HAN
from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import pick, texts, with_text
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue

_USER = {"en": "请帮我办一下这件事，谢谢。", "zh": "Could you please see to this for me today?"}
_ASSISTANT = {"en": "好的，已经按要求查过了。", "zh": "I had a look, and this is how things stand at the moment."}
_TRANSLATES = re.compile(r"\b(?:Chinese|Mandarin)\b|英语|英文|翻译")
_CLAUSE = {"en": "（仅供参考）", "zh": " as far as I can tell from here "}


def _appended(case: Case, rng: Random, role: str, tail: str) -> Dialogue | None:
    way = pick(rng, texts(case, role))
    return with_text(case.dialogue, way[0], f"{way[1]}{'' if case.language == 'zh' else ' '}{tail}") if way else None


@fault("user_in_the_other_language", "a turn of the user is in the other language", "language")
def user_in_the_other_language(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, texts(case, "user"))
    return with_text(case.dialogue, way[0], _USER[case.language]) if way else None


@fault("answer_in_the_other_language", "the assistant answers in the other language", "language")
def answer_in_the_other_language(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, texts(case, "assistant"))
    return with_text(case.dialogue, way[0], _ASSISTANT[case.language]) if way else None


@fault("clause_in_the_other_language", "a clause of the other language stands in a text", "language")
def clause_in_the_other_language(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, texts(case, rng.choice(("user", "assistant"))))
    # Small talk about the other language may hold words of it.
    if way is None or (not case.calls and any(_TRANSLATES.search(text) for _, text in texts(case, "user"))):
        return None
    index, text = way
    return with_text(case.dialogue, index, text[:-1] + _CLAUSE[case.language] + text[-1:])


@fault("address_mixed", "the assistant says 您 here and 你 there", "language")
def address_mixed(case: Case, rng: Random) -> Dialogue | None:
    if case.language == "en":
        return None
    ways = [(i, text) for i, text in texts(case, "assistant") if "您" in re.sub("“[^”]*”", "", text)]
    others = [(i, text) for i, text in texts(case, "user") if "您" in re.sub("“[^”]*”", "", text)]
    if not ways and not others:
        return None
    index, text = texts(case, "assistant")[-1]
    return with_text(case.dialogue, index, text + "这样你看行吗？")


@fault("cut_short", "the last message breaks off", "residue")
def cut_short(case: Case, rng: Random) -> Dialogue | None:
    index, text = texts(case, "assistant")[-1]
    last = text.rstrip().splitlines()[-1]
    # A line of a list has no stop at its end; that it lacks a word cannot be seen.
    if re.match(r"\s*[-•*]", last) or len(last) < 6:
        return None
    cut = text.rstrip()[: -rng.randint(2, 4)].rstrip()
    return with_text(case.dialogue, index, cut) if cut[-1].isalnum() else None


@fault("slot_left", "a slot of a template stands in a text", "residue")
def slot_left(case: Case, rng: Random) -> Dialogue | None:
    slot = rng.choice(("{amount}", "<name>", "%s", "$city"))
    return _replaced(case, rng, slot)


def _replaced(case: Case, rng: Random, new: str) -> Dialogue | None:
    """Put something in the place of a word, or between two characters of a Chinese text."""
    way = pick(rng, texts(case, rng.choice(("user", "assistant"))))
    if way is None:
        return None
    index, text = way
    if case.language == "zh":
        places = [n for n in range(1, len(text)) if HAN.match(text[n]) and HAN.match(text[n - 1])]
        place = pick(rng, places)
        return None if place is None else with_text(case.dialogue, index, text[:place] + new + text[place:])
    word = pick(rng, [*re.finditer(r"(?<=[^.?!] )[a-z]{2,}(?= )", text)])
    return with_text(case.dialogue, index, text[: word.start()] + new + text[word.end() :]) if word else None


@fault("field_name_left", "a field name of the API stands in a text", "residue")
def field_name_left(case: Case, rng: Random) -> Dialogue | None:
    return _replaced(case, rng, rng.choice(("due_date", "sort_order", "accountNo", "max_price")))


@fault("program_value_left", "a value of the program stands in a text", "residue")
def program_value_left(case: Case, rng: Random) -> Dialogue | None:
    return _replaced(case, rng, rng.choice(("None", "null", "undefined", "NaN", "True")))


@fault("word_doubled", "a word is written twice", "residue")
def word_doubled(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, texts(case, rng.choice(("user", "assistant"))))
    if way is None:
        return None
    index, text = way
    if case.language == "zh":
        place = pick(rng, [n + 1 for n, c in enumerate(text[:-1]) if c in "的，。、" and text[n - 1 : n] not in ("标", "目")])
        return None if place is None else with_text(case.dialogue, index, text[:place] + text[place - 1] + text[place:])
    word = pick(rng, [m for m in re.finditer(r"(?<= )[a-z]{2,}(?= )", text) if m[0] not in ("had", "that")])
    return with_text(case.dialogue, index, text[: word.end()] + f" {word[0]}" + text[word.end() :]) if word else None


@fault("space_misplaced", "a space stands before a mark", "residue")
def space_misplaced(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, [(i, t) for i, t in texts(case, "assistant") if re.search(r"\w[,.](?: |$)", t)])
    return with_text(case.dialogue, way[0], re.sub(r"(\w)([,.])(?= |$)", r"\1 \2", way[1], count=1)) if way else None


@fault("article_wrong", "an English article does not fit its word", "residue")
def article_wrong(case: Case, rng: Random) -> Dialogue | None:
    if case.language == "zh":
        return None
    way = pick(rng, texts(case, "assistant"))
    return with_text(case.dialogue, way[0], way[1] + " That is an piece of news.") if way else None


@fault("plural_wrong", "one of something is told in the plural", "residue")
def plural_wrong(case: Case, rng: Random) -> Dialogue | None:
    return _appended(case, rng, "assistant", "It takes 1 days.") if case.language == "en" else None
