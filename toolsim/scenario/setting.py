"""The setting of one scenario: a world as seeded, the person in it, and the API that the dialogue should turn on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import Language, Text
from toolsim.scenario.categories import Category
from toolsim.scenario.personas import Persona, fitting, personas
from toolsim.taxonomy.declarations import Pack
from toolsim.taxonomy.rules import Row
from toolsim.wording.values import WEEKDAYS
from toolsim.wording.voice import Voice
from toolsim.world.world import World

_SYSTEM = Text(
    "You are the assistant of a service and may use its tools. It is {weekday}, {now} local time. You are talking with {name}"
    " ({key}).{contacts}",
    "你是一项服务的助手，可以使用它提供的工具。现在是当地时间{now}，{weekday}。与你对话的是{name}（{key}）。{contacts}",
)
_CONTACTS = Text(" Their contacts: {people}.", "其联系人有：{people}。")
_ZH_DAYS = "一二三四五六日"


class PlanFailed(Exception):
    """No scenario of this kind can be made here; the reason is data for the run's statistics."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a planner works from."""

    id: str
    seed: int
    catalogue: Catalogue
    world: World
    category: Category
    target: Api
    rng: Random
    persona: Persona
    me: str
    people: Mapping[str, str]
    """Name -> key of each person whom the system message names."""
    context: str
    voice: Voice = field(repr=False)

    @property
    def language(self) -> Language:
        """The dialogue's language."""
        return self.world.language

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs that the world holds."""
        return self.world.plan.packs

    def said_as(self, key: str) -> str:
        """Tell whether the system message gives a person's key, by giving the name; empty if not."""
        return next((name for name, there in self.people.items() if there == key), "")


def make_setting(
    identity: str, seed: int, catalogue: Catalogue, world: World, category: Category, target: Api, rng: Random
) -> Setting:
    """Find out who speaks and what the assistant is told at the beginning."""
    session = next(iter(world.tables.get("session", {}).values()), None)
    rows = world.tables.get("person", {})
    me = session["person"] if session else next(iter(rows), "")
    persona = fitting(personas(), _age(rows.get(me), world.now), rng)
    people = {row["name"]: key for key, row in rows.items()}
    voice = Voice(world.language, persona.manner, persona.you, persona.slips, rng)
    return Setting(identity, seed, catalogue, world, category, target, rng, persona, me, people, _context(world, me), voice)


def _age(person: Row | None, now: str) -> int:
    if person is None:
        return 40
    return int((date.fromisoformat(now[:10]) - date.fromisoformat(person["born"])).days / 365.25)


def _context(world: World, me: str) -> str:
    """Write the system message: the time, who speaks, and whom they know."""
    language, rows = world.language, world.tables.get("person", {})
    day = datetime.fromisoformat(world.now).weekday()
    weekday = WEEKDAYS[day] if language == "en" else f"星期{_ZH_DAYS[day]}"
    mark = ", " if language == "en" else "、"
    others = mark.join(
        f"{row['name']} {key}" if language == "en" else f"{row['name']}（{key}）" for key, row in rows.items() if key != me
    )
    contacts = _CONTACTS.say(language).format(people=others) if others else ""
    name = rows[me]["name"] if me in rows else {"en": "a guest", "zh": "访客"}[language]
    now = world.now.replace("T", " ")
    return _SYSTEM.say(language).format(weekday=weekday, now=now, name=name, key=me, contacts=contacts).replace(" ()", "")
