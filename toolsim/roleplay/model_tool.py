"""A model as the tool, for specs that no world backs: under the result schema, and never against what it has shown before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from toolsim.apis.imported import effect_of
from toolsim.apis.validation import Validator
from toolsim.base import seeds
from toolsim.base.text import Language, Text
from toolsim.models import json_text
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.roleplay.actors import ToolResult
from toolsim.roleplay.dialogue import ToolCall
from toolsim.roleplay.ledger import Ledger, entities
from toolsim.roleplay.prompts import prompt
from toolsim.world.injection import Injector, PlannedFault, Strike, another_key
from toolsim.world.world import Outcome

TRIES: Final = 3
_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_UNKNOWN = Text("There is no tool {name}.", "没有名为{name}的工具。")
_NO_OBJECT = Text("The arguments are no JSON object.", "参数不是JSON对象。")


class ModelTool:
    """Asks a model for the result of each call, and holds it to schema and ledger."""

    def __init__(
        self,
        specs: dict[str, dict[str, Any]],
        language: Language,
        now: str,
        seed: int,
        model: ChatModel,
        sample: int = 0,
        faults: Iterable[PlannedFault] = (),
    ) -> None:
        """Set the tool up.

        Args:
            specs: name -> description, parameters and, where known, result (JSON Schema) and effect (READ or WRITE).
            sample: number of the trajectory, where several are made of one scenario.
            faults: what befalls the calls; which id is out of date shows only once there is one.
        """
        self.name = model.name
        self._specs = specs
        self._language: Language = language
        self._now = now
        self._seed = seed
        self._model = model
        self._sample = sample
        self._injector = Injector((planned.model_copy(update={"key": "", "stale": ""}) for planned in faults), language)
        self.ledger = Ledger()

    async def call(self, call: ToolCall) -> ToolResult:
        """Give the result of one call.

        Raises:
            ModelFailure: the answers stayed off schema or against the ledger.
        """
        name = call.function.name
        spec = self._specs.get(name)
        if spec is None:
            return self._fault("unknown_api", _UNKNOWN.say(self._language).format(name=name))
        try:
            arguments = orjson.loads(call.function.arguments)
        except orjson.JSONDecodeError as error:
            return self._fault("invalid_arguments", str(error))
        if not isinstance(arguments, dict):
            return self._fault("invalid_arguments", _NO_OBJECT.say(self._language))
        violations = Validator(spec.get("parameters") or _OBJECT).violations(arguments)
        if violations:
            return self._fault("invalid_arguments", violations[0].say(self._language))
        strike = self._injector.strike(name, arguments)
        result = await self._result(name, spec, arguments) if strike.runs else None
        if strike.planned is None:
            return ToolResult(orjson.dumps(result).decode())
        outcome = self._befallen(strike, name, arguments, result)
        return ToolResult(orjson.dumps(outcome.record()).decode(), outcome.code)

    def _befallen(self, strike: Strike, name: str, arguments: dict[str, Any], result: Any) -> Outcome:
        """Give what the caller sees of a call that a fault befalls."""
        planned, seen = strike.planned, Outcome(result=result if isinstance(result, dict) else {"result": result})
        if planned is not None and strike.fault is None and planned.kind == "stale_id":
            key = next((one.key for one in entities(result, name, arguments) if one.name), "")
            stale = another_key(key, self.ledger.entities, seeds.stream(self._seed, "stale", name))
            return self._injector.age(planned, key, stale).seen(seen) if stale else seen
        return strike.seen(seen)

    async def _result(self, name: str, spec: dict[str, Any], arguments: dict[str, Any]) -> Any:
        schema = spec.get("result") or _OBJECT
        validator, writes = Validator(schema), spec.get("effect", effect_of(name)) == "WRITE"
        problem = ""
        for attempt in range(TRIES):
            text = prompt(
                "tool",
                self._language,
                name=name,
                description=spec.get("description", ""),
                now=self._now,
                result_schema=schema,
                ledger=self.ledger.shown(),
                arguments=arguments,
                problem=problem,
            )
            number = self._sample * TRIES + attempt
            request = ChatRequest(
                messages=({"role": "user", "content": text},), answer_schema=schema, seed=self._seed, attempt=number
            )
            result, problem = self._read(await self._model.complete(request), validator)
            problem = problem or next(iter(self.ledger.objections(name, arguments, result, writes)), "")
            if not problem:
                self.ledger.note(name, arguments, result, writes)
                return result
        raise ModelFailure(FailureKind.UNPARSED, f"{name}: {problem}")

    def _read(self, reply: ChatReply, validator: Validator) -> tuple[Any, str]:
        """Read an answer; give what is wrong with it, if anything is."""
        problem = "no JSON"
        for value in json_text.candidates(reply.content):
            violations = validator.violations(value)
            if not violations:
                return value, ""
            problem = violations[0].say(self._language)
        return None, problem

    def _fault(self, code: str, message: str) -> ToolResult:
        return ToolResult(orjson.dumps({"error": {"code": code, "message": message}}).decode(), code)
