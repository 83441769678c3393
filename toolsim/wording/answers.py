"""The assistant's answers: what API calls came to, told as a good assistant would, with nothing that the results do not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.wire import RESULTS
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Entity, Field
from toolsim.taxonomy.rules import Row
from toolsim.verbs.verb import row_fields
from toolsim.wording import answer_changes as changes
from toolsim.wording import answer_figures as figures
from toolsim.wording import answer_lists as lists
from toolsim.wording import answer_texts as texts
from toolsim.wording.answer_changes import Part, Told
from toolsim.wording.answer_facts import Speaker, canonical, wire_name
from toolsim.wording.answer_words import led, paragraph, second_person, sentence

__all__ = ["Done", "Teller", "second_person"]

PARTS: dict[str, Part] = {
    "get": lists.get,
    "find": lists.find,
    "rank": lists.rank,
    "compare": lists.compare,
    "measure": lists.measure,
    "create": changes.create,
    "schedule": changes.schedule,
    "reserve": changes.reserve,
    "update": changes.update,
    "configure": changes.configure,
    "delete": changes.delete,
    "link": changes.link,
    "move": changes.move,
    "adjust": changes.adjust,
    "transfer": changes.transfer,
    "draft": texts.draft,
    "report": texts.report,
    "notify": texts.notify,
    "watch": texts.watch,
    "check": figures.check,
    "convert": figures.convert,
    "series": figures.series,
}
"""How each verb is told; what is not here is told as figures that were worked out."""

_KEY = re.compile(r"\b[A-Z]{1,4}-?\d{2,}\b", re.ASCII)
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d)?")
_MAKING = frozenset({"create", "schedule", "reserve"})


@dataclass(frozen=True, slots=True)
class Done:
    """A call and what came of it."""

    api: Api
    arguments: dict[str, Any]
    """In wire form."""
    result: dict[str, Any]
    """In wire form, as the tool message holds it; `{"error": {...}}` when the call was refused."""

    @property
    def refused(self) -> str:
        """What the API said when it refused; empty when it did not."""
        error = self.result.get("error")
        return str(error["message"]) if isinstance(error, dict) and "message" in error else ""


class Teller:
    """Tells what calls came to, in one language and as seen from one moment."""

    def __init__(self, language: Language, now: str, rng: Random, names: Mapping[str, str]) -> None:
        self.language: Language = language
        self._speaker = Speaker(language, now, rng, names)

    def tell(self, done: Sequence[Done]) -> str:
        """Tell of some calls in one answer."""
        sentences: list[str] = []
        for index, one in enumerate(done):
            if one.refused:
                others = "fault_first" if _repaired(one, done[index + 1 :]) else "fault_of_several"
                act = others if len(done) > 1 else "fault"
                sentences.append(self._fault(act, one))
            else:
                sentences += self._sentences(one, len(done) > 1)
        return paragraph(sentences, self.language)

    def brief(self, done: Done) -> str:
        """Tell the outcome of one call in one sentence."""
        if done.refused:
            return sentence(self._fault("fault", done), self.language)
        return paragraph(self._sentences(done, True)[:1], self.language)

    def options(self, api: Api, items: Sequence[dict[str, Any]]) -> list[str]:
        """Describe rows of a search by what tells them apart."""
        s, entity = self._speaker, api.pack.entity(api.operation.target)
        fields = _listed(api, entity)
        rows = [canonical(fields, item, api.pack.naming) for item in items]
        for most in (0, 1, 2, 3):
            out = lists.describe_rows(s, entity, fields, rows, most, numbered=False, listed_under=True)
            if len(set(out)) == len(out):
                return [_bracketed(row) for row in out] if s.zh else out
        out = lists.describe_rows(s, entity, fields, rows, 1)
        return [_bracketed(row) for row in out] if s.zh else out

    def message(self, done: Done) -> str:
        """Give what a refusal says, with names for the numbers that the user never speaks of, and days as people say them."""
        message = _KEY.sub(lambda match: self._speaker.names.get(match[0], match[0]), done.refused)
        if self.language == "en":
            message = _DAY.sub(lambda match: self._speaker.moment(match[0]), message.replace("you is ", "you are "))
            message = message[:1].upper() + message[1:].replace("“", '"').replace("”", '"')
        return _spoken_zh(message, self._speaker) if self.language == "zh" else message

    def _fault(self, act: str, done: Done) -> str:
        return led(self._speaker.line(act, message=self.message(done)))

    def _sentences(self, done: Done, short: bool) -> list[str]:
        tolds = list(_decoded(done, short))
        verb = done.api.operation.verb
        if len(tolds) > 1 and verb in _MAKING:
            return changes.several_made(self._speaker, tolds)
        part = PARTS.get(verb, figures.think)
        return [text for told in tolds for text in part(self._speaker, told)]


_STATE_ZH = re.compile("当前状态为“(.+?)”，无法执行此操作")
_MOMENT_ZH = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2})?")


def _spoken_zh(message: str, speaker: Speaker) -> str:
    """Say what a refusal says as a person would: states and moments in plain words."""
    message = _STATE_ZH.sub(r"它现在是“\1”，这一步做不了", message)
    return _MOMENT_ZH.sub(lambda match: speaker.moment(match[0].replace(" ", "T")), message)


def _bracketed(row: str) -> str:
    """Put what tells a row apart in brackets, so that rows can stand side by side."""
    name, comma, rest = row.partition("，")
    if name.endswith("）") and comma:
        return f"{name[:-1]}，{rest}）"
    return f"{name}（{rest}）" if comma else row


def _decoded(done: Done, short: bool) -> Iterator[Told]:
    api, naming = done.api, done.api.pack.naming
    flats = api.wire.decode(done.arguments)
    results = [done.result] if api.wire.entry is None else done.result[wire_name(naming, RESULTS)]
    for flat, result in zip(flats, results, strict=True):
        row: Row = canonical(api.prepared.result, result, naming)
        yield Told(api, {**_defaults(api), **flat}, row, short or len(flats) > 1)


def _defaults(api: Api) -> Row:
    return {field.name: field.auto for field in api.prepared.params if field.auto is not None}


def _listed(api: Api, entity: Entity) -> tuple[Field, ...]:
    for field in api.prepared.result:
        if field.name == "items" and field.item is not None:
            return field.item.fields
    return row_fields(entity)


def _repaired(one: Done, later: Sequence[Done]) -> bool:
    return any(other.api is one.api and not other.refused for other in later)
