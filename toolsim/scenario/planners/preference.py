"""A request that leans on a stored profile: some values are not said, but stand among thirty or more facts about the person."""

from __future__ import annotations

import re
from typing import Any

from toolsim.apis.api import Api
from toolsim.base.text import Text
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft, said
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.offers import Offers
from toolsim.scenario.personas import profile_facts
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, reasons
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.wording import values
from toolsim.wording.answer_labels import asks
from toolsim.wording.readings import means

_STORED = frozenset({Kind.ENUM, Kind.TIME, Kind.WHOLE, Kind.NUMBER, Kind.DURATION, Kind.MANY})
_NOT_HABITS = frozenset({"sort_by", "topic", "condition", "statistic", "on", "from_unit", "to_unit", "value", "digits"})
_ONCE = re.compile(
    r"\b(?:reason|cause|ground|so far|pulse|breaths|amount|mark|score|number of|cost of|paid|year|outcome|verdict|state|result)\b"
)
"""Labels of what belongs to one case, and so to nobody's profile."""
_SETTLED = re.compile(
    r"\b(?:caps?|limits?|budget|tolerance|target|goal|allowance|margin|threshold|servings|guests|people|quality|ahead|minimum)\b"
)
"""Labels of figures that people settle on once and for all."""
_LONGEST = 4
"""Words of a label that a person would say with `my usual`."""
_FACTS = 26
_DECOYS = 6
_PERSON = Text("person", "个人")
_OCCUPATION = Text("occupation", "职业")


class Preference:
    """Plans one call of which one or two values stand in the profile."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and any(_storable(field) for field in api.prepared.params)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng, fields = setting.world, setting.rng, setting.target.prepared.params
        need = draw_need(setting.target, world, rng, lambda flats: any(_storable(f) and f.name in flats[0] for f in fields))
        stored = [field for field in fields if _storable(field) and field.name in need.flats[0]]
        stored = rng.sample(stored, min(len(stored), rng.choice((1, 1, 2))))
        draft = Draft(setting)
        draft.profile = self._profile(setting, need, stored, draft)
        refused = rivals(world, need, setting.catalogue.of(need.api.pack))
        request = Phraser(setting).discreet(need, offers, [field.name for field in stored])
        text = setting.voice.ask(request, reasons(need, setting), last=False)
        label = values.join([field.label.say(setting.language) for field in stored], setting.language)
        text = setting.voice.follow(text, setting.voice.say("as_usual", label=label))
        called = draft.call(need.api, need.arguments, said(request, draft.user("request", text)))
        draft.move("answer", [called.id])
        return draft.finish(offers.choose(setting, [need.api], request.text, refused), request.text)

    def _profile(self, setting: Setting, need: Need, stored: list[Field], draft: Draft) -> dict[str, dict[str, Any]]:
        """Write the profile: the person, habits of all kinds, and what a service of this kind has stored."""
        language, rng = setting.language, setting.rng
        pack = need.api.pack
        domain, _, subdomain = pack.name.partition("/")
        section = setting.catalogue.taxonomy.domains[domain].subdomains[subdomain].label.say(language)
        own = {field.label.say(language): self._shown(setting, field, need.flats[0][field.name]) for field in stored}
        if len(own) < len(stored):
            raise PlanFailed("two values with one label")
        decoys = self._decoys(setting, need, set(own))
        kept = list({**own, **decoys}.items())
        rng.shuffle(kept)
        profile: dict[str, dict[str, Any]] = {_PERSON.say(language): self._person(setting)}
        for fact in sorted(rng.sample(profile_facts(), _FACTS), key=lambda fact: fact.section.en):
            label = fact.label.say(language)
            if label not in own and label not in decoys:
                profile.setdefault(fact.section.say(language), {})[label] = fact.draw(rng, language)
        profile[section] = dict(kept)
        for field in stored:
            label = field.label.say(language)
            draft.profiled[field.name, 0, ()] = f"{section} / {label}"
        return profile

    def _shown(self, setting: Setting, field: Field, value: Any) -> str:
        """Write a value as a profile holds it; it must read back as the same value."""
        text = values.plain(field, value, setting.world.now, setting.language, setting.rng)
        if not means(field, value, text, setting.world.now, setting.language):
            raise PlanFailed("the value has no plain form")
        return text

    def _person(self, setting: Setting) -> dict[str, Any]:
        row, language = setting.world.tables.get("person", {}).get(setting.me), setting.language
        facts: dict[str, Any] = {_OCCUPATION.say(language): setting.persona.label.say(language)}
        if row is not None:
            entity = setting.world.plan.entities["person"]
            facts |= {
                f.label.say(language): row[f.name] for f in entity.fields if f.name in ("name", "born", "phone", "email", "city")
            }
        return facts

    def _decoys(self, setting: Setting, need: Need, taken: set[str]) -> dict[str, str]:
        """Store further habits of the same kind of service, none of which the call takes."""
        language, rng = setting.language, setting.rng
        labels = taken | {field.label.say(language) for field in need.api.prepared.params}
        fields = [f for op in need.api.pack.operations.values() for f in (*op.given, *op.inputs) if f.kind is Kind.ENUM]
        rng.shuffle(fields)
        out: dict[str, str] = {}
        for field in fields:
            label = field.label.say(language)
            if label not in labels and len(out) < _DECOYS:
                out.setdefault(label, rng.choice(field.options).label.say(language))
        return out


def _storable(field: Field) -> bool:
    label = field.label.en
    if len(label.split()) > _LONGEST or field.name in _NOT_HABITS or asks(label) or _ONCE.search(label):
        return False
    if field.kind in NUMERIC and not _SETTLED.search(label):
        return False
    return field.kind in _STORED and (field.required or field.kind in (Kind.ENUM, Kind.TIME))


PLANNERS.register("preference")(Preference())
