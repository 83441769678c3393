"""The rule language is small, typed and safe: it never raises anything but its own error, and runs nothing unlisted."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.base.errors import Place, RuleError
from toolsim.base.text import Text
from toolsim.taxonomy.declarations import Entity, Field, Kind, Option, Rule
from toolsim.taxonomy.rules import Env, Row, Scope, Type, compile_rule
from toolsim.taxonomy.rules.functions import FUNCTIONS
from toolsim.taxonomy.rules.types import DATE, DATETIME, FLAG, NUMBER, TEXT, TIME, WHOLE, list_of

HERE = Place("pack.yaml", 5)
NOTHING = Text("", "")


def field(name: str, kind: Kind, **options: Any) -> Field:
    return Field(name, kind, NOTHING, HERE, **options)


STATUS = field("status", Kind.ENUM, options=(Option("open", NOTHING), Option("shut", NOTHING)))
OWNER = Entity("owner", "owner", NOTHING, "owner_id", "OW##", ("name",), (field("name", Kind.TEXT),), (), 3, HERE)
LOAN = Entity(
    "loan",
    "loan",
    NOTHING,
    "loan_id",
    "LN##",
    ("owner",),
    (field("owner", Kind.REF, of="owner"), field("left", Kind.NUMBER), STATUS, field("note", Kind.TEXT, optional=True)),
    (),
    3,
    HERE,
)
ENTITIES = {"owner": OWNER, "loan": LOAN}


class Tables:
    """Two owners, two loans."""

    now = "2026-03-01T09:30"
    tables: ClassVar[dict[str, dict[str, Row]]] = {
        "owner": {"OW01": {"owner_id": "OW01", "name": "Ann"}, "OW02": {"owner_id": "OW02", "name": "Bo"}},
        "loan": {
            "LN01": {"loan_id": "LN01", "owner": "OW01", "left": 10.0, "status": "open"},
            "LN02": {"loan_id": "LN02", "owner": "OW02", "left": 30.0, "status": "shut", "note": "late"},
        },
    }

    def rows(self, table: str) -> dict[str, Row]:
        return self.tables[table]


NAMES: dict[str, Type] = {
    "this": Type("row", entity="loan"),
    "loan": Type("key", entity="loan"),
    "n": WHOLE,
    "x": NUMBER,
    "s": TEXT,
    "ok": FLAG,
    "day": DATE,
    "at": DATETIME,
    "clock": TIME,
    "xs": list_of(NUMBER),
    "tags": list_of(TEXT),
}


def env() -> Env:
    tables = Tables()
    values: Env = {"this": tables.tables["loan"]["LN01"], "loan": "LN02", "n": 3, "x": 2.5, "s": "Hi", "ok": True}
    values |= {"day": "2026-03-04", "at": "2026-03-04T23:30", "clock": "23:45", "xs": [1.0, 2.0, 4.0], "tags": ["a", "b"]}
    return values | {"$": tables}


def run(source: str) -> Any:
    return compile_rule(Rule(source, HERE), Scope(NAMES, ENTITIES)).run(env())


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", 7),
        ("-n // 2", -2),
        ("2 ** 10", 1024.0),
        ("n if ok else 0", 3),
        ("1 < n <= 3", True),
        ("not ok or n == 3", True),
        ("s + '!'", "Hi!"),
        ("'i' in s", True),
        ("this.owner.name", "Ann"),
        ("loan.left", 30.0),
        ("loan.owner == this.owner", False),
        ("this == loan", False),
        ("this.note", None),
        ("has(this.note) or has(loan.note)", True),
        ("this.note == None", True),
        ("this.status in ['open', 'shut']", True),
        ("sum(l.left for l in rows.loan if l.status == 'open')", 10.0),
        ("count([l for l in rows.loan for m in rows.loan if l != m])", 2),
        ("this in rows.loan", True),
        ("max(l.left for l in rows.loan)", 30.0),
        ("round(2.675, 2)", 2.68),
        ("round(1.005, 2)", 1.01),
        ("round(-2.5)", -3),
        ("floor(2.7) + ceil(2.1)", 5),
        ("mean(xs)", 7 / 3),
        ("median(xs)", 2.0),
        ("round(stdev(xs), 3)", 1.528),
        ("slope(xs)", 1.5),
        ("percentile(xs, 50)", 2.0),
        ("percentile(xs, 90)", 3.6),
        ("clip(9, 1, 5)", 5),
        ("first(tags)", "a"),
        ("join(tags, '/')", "a/b"),
        ("days_between(today, day)", 3),
        ("minutes_between(now, at)", 5160),
        ("add_days(day, -4)", "2026-02-28"),
        ("add_minutes(at, 45)", "2026-03-05T00:15"),
        ("add_minutes(clock, 30)", "00:15"),
        ("date_of(at)", "2026-03-04"),
        ("time_of(at)", "23:30"),
        ("hour(at) + weekday(day) + month(day) + year(day)", 23 + 3 + 3 + 2026),
        ("min(day, today)", "2026-03-01"),
        ("all(x1 > 0 for x1 in xs) and not any(x2 > 9 for x2 in xs)", True),
        ("lower(s)", "hi"),
        ("len(tags) + len(s)", 4),
    ],
)
def test_rules_give_what_they_say(source: str, value: Any) -> None:
    assert run(source) == value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("this.ballance", "this has no field 'ballance'"),
        ("this.lefft > 1", "did you mean 'left'"),
        ("nn + 1", "there is no 'nn' here; did you mean 'n'?"),
        ("this.status == 'opne'", "there is no code 'opne'; did you mean 'open'?"),
        ("summ(xs)", "there is no function 'summ'; did you mean 'sum'?"),
        ("rows.laon", "there is no entity 'laon'; did you mean 'loan'?"),
        ("day + 1", "use days_between, add_days"),
        ("s < 'a'", "has no order"),
        ("n == s", "cannot be compared"),
        ("1 if ok else 'a'", "the two sides of 'if'"),
        ("not n", "a condition is wanted"),
        ("mean(tags)", "mean takes a list of numbers"),
        ("days_between(n, day)", "takes date or datetime"),
        ("", "is not an expression"),
        ("a b", "is not an expression"),
        ("().__class__", "has no field '__class__'"),
        ("this.__class__", "this has no field '__class__'"),
        ("xs[0]", "Subscript is not part"),
        ("lambda: 1", "Lambda is not part"),
        ("f'{n}'", "JoinedStr is not part"),
        ("{1: 2}", "Dict is not part"),
        ("(n := 2)", "NamedExpr is not part"),
        ("s.upper()", "only the functions of the rule language"),
        ("max(*xs)", "Starred is not part"),
        ("n << 2", "LShift is not part"),
        ("s * 99999", "one cannot calculate with text and whole"),
        ("b'x'", "is not part"),
        ("1j", "is not part"),
        ("1e400", "not a number below 1e15"),
        ("[n for n in xs]", "the loop name 'n' is taken"),
        ("[a for a, b in xs]", "a loop takes one plain name"),
        ("-" * 60 + "1", "nests deeper than 40 levels"),
        ("1+" * 700 + "1", "at most 1200"),
        ("(" * 300 + "1" + ")" * 300, "is not an expression"),
        ("rows", "'rows' needs an entity"),
    ],
)
def test_wrong_rules_are_refused_at_load_with_place_and_hint(source: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(Rule(source, HERE), Scope(NAMES, ENTITIES))
    assert str(caught.value).startswith("pack.yaml:5: rule ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "n % 0", "9 ** 9 ** 9", "(0 - 8) ** 0.5", "1e14 * 1e14", "sqrt(0 - 1)", "log(0)", "exp(999)", "mean([])", "this.note + 'x'",
     "add_days(day, 1e14)", "max(l.left for l in rows.loan if l.left > 99)", "stdev([1])"],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_a_rule_error(source: str) -> None:
    with pytest.raises(RuleError):
        run(source)


def test_an_expected_type_is_held() -> None:
    with pytest.raises(RuleError, match="gives a number, but a whole one is wanted; use round, floor or ceil"):
        compile_rule(Rule("n / 2", HERE), Scope(NAMES), WHOLE)
    with pytest.raises(RuleError, match="gives text, but flag is wanted"):
        compile_rule(Rule("s", HERE), Scope(NAMES), FLAG)
    with pytest.raises(RuleError, match="gives 'opne'; did you mean 'open'"):
        compile_rule(Rule("'opne' if ok else 'shut'", HERE), Scope(NAMES), Type("text", codes=("open", "shut")))


def test_a_runaway_loop_is_stopped() -> None:
    many = "count([a for a in xs for b in xs for c in xs])"
    tables = env() | {"xs": [1.0] * 100}
    with pytest.raises(RuleError, match="more than 20000 steps"):
        compile_rule(Rule(many, HERE), Scope(NAMES)).run(tables)


LEAVES = st.sampled_from(["1", "0", "2.5", "n", "x", "s", "'a'", "ok", "None", "True", "this", "loan", "day", "at", "xs", "tags", "rows.loan", "today", "this.left", "loan.note", "[]"])  # fmt: skip


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "in", "and", "or"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3)).map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]} for item in {t[1]} if ok]"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda e: f"(not {e})"),
        inner.map(lambda e: f"(-{e})"),
        st.tuples(inner, st.sampled_from(["left", "owner", "name", "__class__", "note"])).map(lambda t: f"{t[0]}.{t[1]}"),
    )


@given(st.recursive(LEAVES, grown, max_leaves=12))
@settings(max_examples=600, deadline=None)
def test_any_expression_gives_a_value_or_a_rule_error(source: str) -> None:
    try:
        value = run(source)
    except RuleError:
        return
    assert value is None or isinstance(value, bool | int | float | str | list | dict)
    if isinstance(value, int | float):
        assert abs(value) < 1e16


@given(st.text(max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_value_or_a_rule_error(source: str) -> None:
    with suppress(RuleError):
        run(source)


PYTHON = [
    "__import__('os').system('true')", "open('/etc/passwd')", "(1).__class__.__bases__", "[].append(1)", "exec('1')", "globals()",
    "this.get('left')", "print(1)", "(yield)", "await x", "{*xs}", "x.real", "''.join(tags)", "[*xs]", "lambda x=1: x", "xs[::-1]",
    "'%s' % s", "s.format(1)", "type(x)", "getattr(this, 'left')", "breakpoint()", "(x for x in xs).gi_frame", "~n", "n @ n", "n ^ n",
]  # fmt: skip


@pytest.mark.parametrize("source", PYTHON)
def test_python_beyond_the_rule_language_never_runs(source: str) -> None:
    with pytest.raises(RuleError):
        compile_rule(Rule(source, HERE), Scope(NAMES, ENTITIES))


def test_every_syntax_node_is_either_listed_or_refused() -> None:
    from toolsim.taxonomy.rules.compiler import _Writer

    listed = {name.removeprefix("_") for name in vars(_Writer) if name.startswith("_") and not name.startswith("__")}
    nodes = {cls.__name__.lower() for cls in ast.expr.__subclasses__()}
    assert nodes & listed == {
        "attribute", "binop", "boolop", "call", "compare", "constant", "generatorexp", "ifexp", "list", "listcomp", "name", "tuple", "unaryop",
    }  # fmt: skip
