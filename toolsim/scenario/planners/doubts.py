"""Needs that the world leaves in doubt: words that fit several rows (ambiguous), calls that it refuses (fault)."""

from __future__ import annotations

from itertools import pairwise

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey, leaves
from toolsim.scenario.blueprint import Flaw, Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Called, Draft, Said, said
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.obstacles import FORM, find_repair, refusals, search_obstacle
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, opening
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.answers import second_person

_MOST_OPTIONS = 7
_ACCEPTED = 0.7
_MENDABLE = 0.4
"""Share of faults for which a repair is searched over the pack."""


def row_parameters(api: Api) -> list[Field]:
    """List the required parameters that name a row which a search of the pack can find, people aside."""
    found = {op.target for op in api.pack.operations.values() if op.verb == "find" and op.batch is None}
    return [f for f in api.prepared.params if f.required and f.kind is Kind.REF and f.of in found and f.of != "person"]


class Ambiguous:
    """Plans a need that names a row by its sort alone; the assistant looks, and asks which one is meant if there are several."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and any(self._listed(api, field) for field in row_parameters(api))

    def _listed(self, api: Api, field: Field) -> bool:
        """Tell whether a search without filters lists all rows that a parameter may name, and they are few."""
        entity, every = api.pack.entity(field.of), api.pack.operations.values()
        listing = any(op.verb == "find" and op.target == field.of and not op.need and op.batch is None for op in every)
        return listing and entity.rows <= _MOST_OPTIONS

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng = setting.world, setting.rng
        need = draw_need(setting.target, world, rng)
        field = rng.choice([field for field in row_parameters(need.api) if self._listed(need.api, field)])
        if need.flats[0][field.name] in [v for n, v in need.flats[0].items() if n != field.name]:
            raise PlanFailed("the row is named twice")
        draft, known = Draft(setting), Phraser(setting, by_key=False)
        refused = rivals(world, need, setting.catalogue.of(need.api.pack))
        request = Phraser(setting).discreet(need, offers, [field.name])
        turn = opening(draft, need, request)
        search, keys = self._search(draft, need, field)
        if len(keys) > 1:
            draft.move("which", about=keys)
            picked = known.named(need.api, need.flats[0], field.name)
            told = said(request, turn) | said(picked, draft.user("pick", setting.voice.say("pick", facts=picked.text)))
        else:
            told = said(request, turn)
        called = draft.call(need.api, need.arguments, told)
        draft.move("answer", [called.id])
        draft.flaw = Flaw(kind="ambiguous", call=called.id, paths=(field.name,), options=tuple(keys))
        tools = offers.choose(setting, [need.api, search.api], request.text, refused - {search.api.name})
        return draft.finish(tools, request.text, milestones=[called.id])

    def _search(self, draft: Draft, need: Need, field: Field) -> tuple[Called, list[str]]:
        """Look for all rows that the words fit: all of the sort that are the user's, where the rows have an owner."""
        entity, world = need.api.pack.entity(field.of), draft.world
        for api in draft.setting.catalogue.of(need.api.pack):
            if api.operation.verb != "find" or api.operation.target != field.of or api.wire.entry is not None:
                continue
            if any(f.required for f in api.prepared.params):
                continue
            keys = list(world.rows(entity.table))
            if len(keys) > _MOST_OPTIONS or need.flats[0][field.name] not in keys:
                continue
            if len({tuple(str(row.get(n)) for n in entity.known_as) for row in world.rows(entity.table).values()}) < len(keys):
                continue
            return draft.call(api, {}, {}), keys
        raise PlanFailed("no search shows the rows in doubt")


class Faulty:
    """Plans a need that the world refuses for a reason of its own: a rule, a state, a stock, a balance, a missing row."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and any(fault.code not in FORM for fault in api.prepared.faults)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        obstacle = search_obstacle(setting) if setting.rng.random() < _MENDABLE else None
        need, code = (obstacle.need, obstacle.code) if obstacle else self._refused(setting)
        draft, phraser = Draft(setting), Phraser(setting)
        repair = obstacle.repair if obstacle else find_repair(setting, need) if code != "not_found" else None
        request = phraser.discreet(need, offers)
        told = said(request, opening(draft, need, request))
        called = draft.call(need.api, need.arguments, told)
        draft.flaw = Flaw(kind="fault", call=called.id, rule=code)
        alike = frozenset(
            api.name for api in setting.catalogue.of(need.api.pack)
            if api is not need.api and api.effect is need.api.effect and api.operation.target == need.api.operation.target
        )  # fmt: skip
        if repair is None:
            draft.move("answer", [called.id])
            return draft.finish(offers.choose(setting, [need.api], request.text, alike), request.text, milestones=[called.id])
        milestones = self._mend(draft, need, repair, told, called)
        tools = offers.choose(setting, [need.api, repair.api], request.text, alike - {repair.api.name})
        return draft.finish(tools, request.text, milestones, list(pairwise(milestones)))

    def _mend(self, draft: Draft, need: Need, repair: Need, told: dict[LeafKey, Said], refused: Called) -> list[str]:
        """Let the assistant offer what the world allows, and mostly the user accept; give the milestones."""
        setting, phraser, voice = draft.setting, Phraser(draft.setting), draft.setting.voice
        draft.move("answer", [refused.id], text=second_person(phraser.offer(repair.api).text, setting.language))
        if setting.rng.random() > _ACCEPTED:
            return [refused.id]
        rows = {leaf.value: told[leaf.key] for leaf in leaves(need.api, need.arguments) if leaf.key in told and leaf.is_row}
        known = {leaf.key: rows[leaf.value] for leaf in leaves(repair.api, repair.arguments) if leaf.value in rows}
        missing = [name for name in repair.flats[0] if (name, 0, ()) not in known]
        text = voice.say("yes")
        if missing:
            facts = phraser.facts(repair.api, repair.flats[0], missing)
            known |= said(facts, len(draft.script))
            text = voice.follow(text, voice.stated(facts))
        draft.user("yes", text)
        mended = draft.call(repair.api, repair.arguments, known)
        done = draft.call(need.api, need.arguments, told)
        draft.move("answer", [mended.id, done.id])
        return [mended.id, done.id]

    def _refused(self, setting: Setting) -> tuple[Need, str]:
        """Find calls that are refused, and choose one; each reason has the same chance."""
        found: dict[str, Need] = {}
        for need, code in refusals(setting.target, setting):
            found.setdefault(code, need)
        if not found:
            raise PlanFailed(f"{setting.target.name} refuses nothing here")
        rare = [code for code in found if code != "not_found"]
        code = setting.rng.choice(rare or list(found))
        return found[code], code


PLANNERS.register("ambiguous")(Ambiguous())
PLANNERS.register("fault")(Faulty())
