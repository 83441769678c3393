"""A model as the user: it gets goal, facts, persona and the plan of what is told when, and sees only what is spoken."""

from __future__ import annotations

from collections.abc import Sequence

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import leaves
from toolsim.base.text import Text
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.roleplay.dialogue import Message
from toolsim.roleplay.prompts import prompt
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.scenario.personas import personas

END = "[[END]]"
_BEGIN = Text("(The conversation begins. Write your first message.)", "（对话开始，请写你的第一条消息。）")
_ACTS = {
    "request": Text("Ask for what you want.", "提出你的需求。"),
    "supply": Text("Only when you are asked, tell:", "只有被问到时才说："),
    "adjust": Text("After the answer, change your mind:", "得到回复之后，改主意："),
    "switch": Text("Then turn to something else:", "然后转到另一件事："),
    "back": Text("Come back to the first thing, with a change:", "回到第一件事，并做改动："),
    "correct": Text("When you are told that a value cannot be right, correct it:", "被告知某个值不对时，更正："),
    "pick": Text("When you are asked which one you mean, say:", "被问到是哪一个时，说："),
    "yes": Text("When you are asked to confirm, agree.", "被要求确认时，同意。"),
    "thanks": Text("Say thank you.", "道谢。"),
    "chat": Text("Say this in your own words, and nothing more.", "用自己的话说这句，别的不说。"),
}


class ModelUser:
    """Asks a model for each turn of the user."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue, model: ChatModel) -> None:
        self.name = model.name
        self._scenario = scenario
        self._model = model
        self._prompt = brief(scenario, catalogue)

    async def speak(self, seen: Sequence[Message]) -> str | None:
        """Say the next thing; None when the model says that it is done, or says nothing."""
        language = self._scenario.language
        turned = [{"role": "assistant" if m.role == "user" else "user", "content": m.content or ""} for m in seen]
        if not seen or seen[0].role == "user":
            turned = [{"role": "user", "content": _BEGIN.say(language)}, *turned]
        messages = ({"role": "system", "content": self._prompt}, *turned)
        request = ChatRequest(messages=messages, temperature=0.7, seed=self._scenario.seed % 2**31, max_tokens=400)
        reply = await self._model.complete(request)
        said = reply.content.replace(END, "").strip()
        return said or None


def brief(scenario: Scenario, catalogue: Catalogue) -> str:
    """Write what a model is told that plays the user."""
    language = scenario.language
    persona = next((p for p in personas() if p.name == scenario.persona), None)
    turns = []
    for index, turn in enumerate(scenario.script):
        if isinstance(turn, UserTurn):
            act = _ACTS[turn.act].say(language)
            turns.append(
                {"act": f"{act} {turn.text}" if turn.act == "chat" else act, "facts": _facts(scenario, catalogue, index)}
            )
    return prompt(
        "user",
        language,
        persona=persona.label.say(language) if persona else scenario.persona,
        manner=scenario.manner,
        goal=scenario.goal,
        turns=turns,
        end=END,
    )


def _facts(scenario: Scenario, catalogue: Catalogue, turn: int) -> list[dict[str, str]]:
    """List what is told in a turn, each as label and words; several parts of one value once."""
    out: dict[tuple[str, str], dict[str, str]] = {}
    for gold in scenario.calls:
        for leaf in leaves(catalogue.api(gold.name), gold.arguments):
            source = gold.sources[leaf.path]
            if source.turn == turn and source.words:
                label = leaf.field.label.say(scenario.language)
                out.setdefault((label, source.words), {"label": label, "words": source.words})
    if scenario.flaw is not None and scenario.flaw.kind == "wrong" and turn == 0:
        out["wrong", scenario.flaw.words] = {"label": "", "words": scenario.flaw.words}
    return list(out.values())
