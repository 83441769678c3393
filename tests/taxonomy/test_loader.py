"""Packs with mistakes are refused with one clear error: file, line, what was expected, a near match."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import PACKS
from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.taxonomy.loader import built_in, load

SOURCE = (PACKS / "others" / "workshop.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the test taxonomy and an empty place for a pack."""
    shutil.copy(PACKS / "taxonomy.yaml", tmp_path)
    for name in ("_pools.yaml", "_values.yaml", "_common.yaml"):
        shutil.copy(built_in() / name, tmp_path)
    (tmp_path / "others").mkdir()
    return tmp_path


def failure(folder: Path, old: str, new: str) -> str:
    """Change the test pack, load it, and give the error."""
    assert old in SOURCE, "the mistake cannot be planted"
    (folder / "others" / "workshop.yaml").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ToolsimError) as caught:
        Catalogue(load([folder])).check()
    return str(caught.value)


MISTAKES = [
    ("naming: camel", "naming: kamel", "there is no naming style 'kamel'; did you mean 'camel'?"),
    ("uses: [person", "uses: [persons", "there is no shared entity 'persons'; did you mean 'person'?"),
    ("operations:\n", "operation:\n", "the pack lacks 'operations'; is 'operation' meant to be it?"),
    ("naming: camel", "namings: camel", "the pack has no key 'namings'; did you mean 'naming'?"),
    ("known_as: [model, owner]", "known_as: [modell]", "'known_as' names 'modell', which entity 'bike' has not; did you mean 'model'?"),
    ("key: {bike_no: BK####}", "key: {bike_no: bk}", "the key format 'bk' must be capitals and then 2 to 10 #"),
    ("model: {text: [model, 车型], pick: bike_model}", "model: {txt: [model, 车型]}", "field 'model' must have one kind, not none; did you mean 'text'?"),
    ("model: {text: [model, 车型], pick: bike_model}", "model: {text: [model], pick: bike_model}", "must be a pair [English, Chinese], not a list of 1"),
    ("pick: bike_model}", "pick: bike_modell}", "picks from the unknown pool 'bike_modell'; did you mean 'bike_model'?"),
    ("{ref: person, is: [owner, 车主]}", "{ref: persn, is: [owner, 车主]}", "there is no entity 'persn'; did you mean 'person'?"),
    ("shifter: {value: shifter, optional: true}", "shifter: {value: gearing}", "values may not nest in a circle: gearing -> gearing"),
    ("shifter: {value: shifter, optional: true}", "shifter: {value: shiftr}", "there is no value 'shiftr'; did you mean 'shifter'?"),
    ("min: 22, max: 54", "min: 60, max: 54", "field 'front' has min 60 above max 54"),
    ("min: 22, max: 54", "mn: 22", "field 'front' has no key 'mn'; did you mean 'min'?"),
    ("min: 22, max: 54", "min: low", "'min' of field 'front' must be a number, not the text 'low'"),
    ("optional: true, prose: true", "optional: yes", "'optional' of field 'fault_note' must be true or false, not the text 'yes'"),
    ("auto: false}\n", "auto: 0}\n", "'auto' of field 'urgent' must be a flag, not the number 0"),
    ("scrapped: []}", "scrapped: [], lost: []}", "state 'lost' of field 'status' has no name"),
    ("broken: [in_repair, scrapped]", "broken: [scrapped]", "state 'in_repair' of field 'status' cannot be reached from 'ready'"),
    ("in_repair: [ready]", "in_repair: [redy]", "field 'status' has no state 'redy'; did you mean 'ready'?"),
    ("gearing.front > gearing.rear - 15", "gearing.frnt > 3", "this has no field 'frnt'; did you mean 'front'?"),
    ("getBike: {get: bike", "getBike: {gett: bike", "operation 'getBike' has no verb; did you mean 'get'?"),
    ("getBike: {get: bike", "getBike: {get: bikes", "there is no entity 'bikes'; did you mean 'bike'?"),
    ("also: [job]", "alsoo: [job]", "operation 'getBike' has no key 'alsoo'; did you mean 'also'?"),
    ("also: [job]", "also: [slot]", "'also' names 'slot', which has no ref to bike"),
    ("by: [model, status, pressure~", "by: [modl, status, pressure~", "bike has no field 'modl'; did you mean 'model'?"),
    ("by: [model, status, pressure~", "by: [model~, status, pressure~", "'model' is a text and takes no range (~)"),
    ("sort: [pressure, bought]", "sort: [model]", "'sort' names 'model', which has no order"),
    ("filters: [model, status, pressure, city]", "filters: [model, sttus]", "'shape' names 'sttus', which is no parameter left; did you mean 'status'?"),
    ("shape: {filters:", "shape: {filtrs:", "'filtrs' has no label"),
    ("show: [part, bike.model, price]", "show: [part, bike.modl]", "bike has no field 'modl'"),
    ("on: [pressure, credit], by", "on: [model], by", "'on' names 'model', which has no order"),
    ("stat: [sum, mean,", "stat: [summ, mean,", "there is no statistic 'summ'; did you mean 'sum'?"),
    ("with: [owner, model, bought, pressure, gearing]", "with: [owner, model, bought]", "would leave 'pressure' of bike empty"),
    ("with: [owner, model, bought, pressure, gearing]", "with: [ownr]", "there is no field of bike 'ownr'; did you mean 'owner'?"),
    ("when: bought <= today", "when: bougt <= today", "there is no 'bougt' here; did you mean 'bought'?"),
    ("when: bought <= today", "when: bought + 3", "use days_between, add_days"),
    ("fault: {not_bought:", "faults: {not_bought:", "has 'when' but no 'fault'"),
    ("set: {price: ", "set: {prise: ", "'set' names 'prise', which job has not; did you mean 'price'?"),
    ("batch: {jobs: [part, urgent]}", "batch: {jobs: [prt]}", "'batch' names 'prt', which is no parameter; did you mean 'part'?"),
    ("to: broken,", "to: broke,", "there is no state 'broke'; did you mean 'broken'?"),
    ("link: bike.helpers, as", "link: bike.owner, as", "'owner' is no list of refs"),
    ("addCredit: {adjust: bike.credit, add: amount", "addCredit: {adjust: bike.credit, add: amont", "the amount 'amont' is no number in 'given'; did you mean 'amount'?"),
    ("reserve: slot.free", "reserve: slot.fre", "there is no field of slot 'fre'; did you mean 'free'?"),
    ("reasons: {not_ready: [It is not ready., 车辆不可用。], soft", "reasons: {soft", "has 2 rules in 'when' but 1 in 'reasons'"),
    ('["True", low]]', '["km > 1", low]]', "must end with the rule True"),
    ('["km > 5000", high]', '["km > 5000", hgh]', "there is no outcome 'hgh'; did you mean 'high'?"),
    ('rule: "km / hours"', 'rule: "km / hour"', "there is no 'hour' here; did you mean 'hours'?"),
    ('rule: "speed < 15"', 'rule: "speed"', "gives number, but flag is wanted"),
    ("convert: {bar: [1, bar, 巴]", "convert: {bar: [0, bar, 巴]", "unit 'bar' has the factor 0"),
    ("over: days, ahead", "over: weeks, ahead", "'over' must be hours or days, not 'weeks'"),
    ("{bike.owner.name}, your", "{bike.ownr.name}, your", "bike has no field 'ownr'; did you mean 'owner'?"),
    ("span: [starts, minutes]", "span: [minutes]", "'span' needs a datetime or a date"),
    ("notify: bike.owner", "notify: bike.model", "does not lead to a person"),
    ("watch: bike.pressure", "watch: bike.model", "'model' is a text and no number"),
    ("call: settle_shared_costs", "call: settle_costs", "there is no hooks 'settle_costs'; did you mean 'settle_shared_costs'?"),
    ("getBike: {get: bike", "'get bike': {get: bike", "operation 'get bike' must be 1 to 64 of a-z"),
    ("getBike: {get: bike", "getBike: {is: [a, 甲], get: bike", "the key 'is' stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[m[1][:40] for m in MISTAKES])
def test_a_mistake_is_named_with_file_line_and_hint(folder: Path, old: str, new: str, message: str) -> None:
    error = failure(folder, old, new)
    assert message in error
    assert re.match(r".*workshop\.yaml:\d+: ", error)


def test_the_line_is_the_line_of_the_mistake(folder: Path) -> None:
    error = failure(folder, "watch: bike.pressure", "watch: bike.presure")
    line = next(i for i, text in enumerate(SOURCE.splitlines(), 1) if "watch: bike.pressure" in text)
    assert f"workshop.yaml:{line}: " in error


def test_a_pack_must_stand_where_its_name_says(folder: Path) -> None:
    (folder / "others" / "shop.yaml").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(ToolsimError, match="'pack' must be others/shop, as the file's path says, not 'others/workshop'"):
        load([folder])


def test_a_pack_must_be_in_the_taxonomy(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "workshop.yaml").write_text(SOURCE.replace("pack: others/", "pack: other/"), encoding="utf-8")
    with pytest.raises(ToolsimError, match="the taxonomy has no domain 'other'; did you mean 'others'"):
        load([folder])


def test_two_packs_may_not_share_an_operation_name(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "others" / "workshop.yaml").write_text(SOURCE, encoding="utf-8")
    more = tmp_path_factory.mktemp("more")
    tree = (PACKS / "taxonomy.yaml").read_text(encoding="utf-8").replace("workshop:", "garage:")
    (more / "taxonomy.yaml").write_text(tree, encoding="utf-8")
    (more / "others").mkdir()
    (more / "others" / "garage.yaml").write_text(SOURCE.replace("others/workshop", "others/garage"), encoding="utf-8")
    with pytest.raises(
        ToolsimError, match=r"garage.yaml:\d+: the operation 'getBike' is there twice; first in .*workshop.yaml:\d+"
    ):
        load([folder, more])


def test_the_same_pack_twice_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "others" / "workshop.yaml").write_text(SOURCE, encoding="utf-8")
    again = tmp_path_factory.mktemp("again")
    (again / "others").mkdir()
    (again / "others" / "workshop.yaml").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(ToolsimError, match="the pack 'others/workshop' is there twice"):
        load([folder, again])


def test_a_value_that_nothing_uses_is_checked_too(folder: Path) -> None:
    error = failure(folder, "  ride:\n", "  spare:\n    is: [spare, 备件]\n    size: {nmber: [size, 尺寸]}\n  ride:\n")
    assert "field 'size' must have one kind, not none; did you mean 'number'?" in error


def test_shared_things_are_not_put_in_place_of_others(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    more = tmp_path_factory.mktemp("more")
    (more / "_pools.yaml").write_text("pools:\n  city: [[Here, 此地]]\n", encoding="utf-8")
    with pytest.raises(ToolsimError, match="the shared pool 'city' is there already; choose another name"):
        load([folder, more])


def test_a_folder_without_packs_is_an_error(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ToolsimError, match=r"there is no pack in .*; packs stand at DOMAIN/SUBDOMAIN.yaml below it"):
        load([folder, tmp_path_factory.mktemp("empty")])


def test_an_unknown_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolsimError, match="there is no folder"):
        load([tmp_path / "nowhere"])


def test_the_tree_has_eight_domains_and_sixty_eight_subdomains() -> None:
    domains = load([built_in()]).domains
    assert list(domains) == ["technology", "finance", "entertainment", "society", "health", "culture", "environment", "others"]
    assert sum(len(domain.subdomains) for domain in domains.values()) == 68
    for domain in domains.values():
        for subdomain in domain.subdomains.values():
            assert subdomain.label.en and subdomain.label.zh and subdomain.scope.en and subdomain.scope.zh
