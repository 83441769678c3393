"""Every spec is good JSON Schema, good OpenAI tool, and alike in both languages but for its words."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.openai import objections
from toolsim.apis.spec import ApiSpec
from toolsim.base.errors import UnknownName
from toolsim.base.text import HAN, LANGUAGES

WORDS = ("description",)


def stripped(schema: Any) -> Any:
    """Take the words out of a schema."""
    if isinstance(schema, dict):
        return {k: stripped(v) for k, v in schema.items() if k not in WORDS or not isinstance(v, str)}
    return [stripped(item) for item in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def apis(catalogue: Catalogue, workshop: Catalogue) -> list[Api]:
    return [*catalogue, *workshop]


def test_all_schemas_pass_the_meta_schema(apis: list[Api]) -> None:
    for api in apis:
        for language in LANGUAGES:
            spec = api.spec(language)
            for schema in (spec.parameters, spec.result):
                assert jsonschema_rs.meta.is_valid(schema), api.name


def test_the_reference_implementation_agrees_on_a_sample(apis: list[Api]) -> None:
    for api in apis[::40]:
        spec = api.spec("zh")
        jsonschema.Draft202012Validator.check_schema(spec.parameters)
        jsonschema.Draft202012Validator.check_schema(spec.result)


def test_all_specs_are_tools_that_openai_takes(apis: list[Api]) -> None:
    found = {api.name: list(objections(api.spec(language).openai())) for api in apis for language in LANGUAGES}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_both_languages_say_the_same(apis: list[Api]) -> None:
    for api in apis:
        en, zh = api.spec("en"), api.spec("zh")
        assert stripped(en.parameters) == stripped(zh.parameters)
        assert stripped(en.result) == stripped(zh.result)
        assert not HAN.search(en.description) and HAN.search(zh.description)


def test_examples_are_valid(apis: list[Api]) -> None:
    for api in apis:
        for language in LANGUAGES:
            assert api.spec(language).examples
            for example in api.spec(language).examples:
                assert api.arguments.is_valid(example), (api.name, [v.say("en") for v in api.arguments.violations(example)])


def test_gate_and_reference_agree_on_examples_and_mutants(apis: list[Api]) -> None:
    from toolsim.apis.mutants import mutants

    for api in apis[::60]:
        spec = api.spec("en")
        reference = jsonschema.Draft202012Validator(
            spec.parameters, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        for example in spec.examples:
            assert reference.is_valid(example)
            for mutant in mutants(spec.parameters, example):
                assert not reference.is_valid(mutant.arguments), (api.name, mutant.rule, mutant.path)
                assert not api.arguments.is_valid(mutant.arguments), (api.name, mutant.rule, mutant.path)


def test_names_are_unique_and_every_spec_says_read_or_write(catalogue: Catalogue) -> None:
    names = [api.name for api in catalogue]
    assert len(names) == len(set(names))
    assert {api.spec("en").effect for api in catalogue} == {"READ", "WRITE"}


def test_an_unknown_api_is_named_with_a_near_one(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownName, match="there is no API 'freeze_acount'; did you mean 'freeze_account'"):
        catalogue.api("freeze_acount")


def good_tool(workshop: Catalogue) -> dict[str, Any]:
    return copy.deepcopy(workshop.api("updateBike").spec("en").openai())


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        (lambda f: f.update(name="a.b"), "has the name 'a.b'"),
        (lambda f: f.update(description=""), "has a description of 0 characters"),
        (lambda f: f["parameters"].update(type="array"), "has a root that is no object"),
        (lambda f: f["parameters"].update(additionalProperties=True), "$ is an open object"),
        (lambda f: f["parameters"].update(oneOf=[]), "$ has the keywords oneOf"),
        (lambda f: f["parameters"]["required"].append("x"), "$ requires x, which it has not"),
        (lambda f: f["parameters"]["properties"]["bikeNo"].update(type="str"), "$.bikeNo has the type 'str'"),
        (lambda f: f["parameters"]["properties"]["bikeNo"].pop("description"), "$.bikeNo has no description"),
        (lambda f: f["parameters"]["properties"].update({"a b": {"type": "string", "description": "x"}}), "$ has the property name 'a b'"),
    ],
)  # fmt: skip
def test_each_rule_of_the_tools_api_is_held(workshop: Catalogue, change: Any, objection: str) -> None:
    tool = good_tool(workshop)
    assert list(objections(tool)) == []
    change(tool["function"])
    assert objection in list(objections(tool))


def test_a_spec_is_frozen_and_round_trips(workshop: Catalogue) -> None:
    spec = workshop.api("getBike").spec("zh")
    assert ApiSpec.model_validate_json(spec.model_dump_json()) == spec
    with pytest.raises(ValueError, match="frozen"):
        spec.name = "x"
