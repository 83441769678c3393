"""A model as the user: it gets persona and plan, step by step what is told when, and sees only what is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from toolsim.base.text import Text
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.roleplay.asking import STEP, reply_to
from toolsim.roleplay.dialogue import Message
from toolsim.roleplay.prompts import manner, plain, prompt
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.scenario.personas import personas

END: Final = "[[END]]"
MOST_WORDS: Final = 400
"""Tokens of one turn."""
NEXT: Final = Text(
    "(Now write the message of step {step} as this person would type it: that message and nothing else.)",
    "（现在写第{step}步的消息，就像这个人自己在打字：只写这条消息本身。）",
)
DONE: Final = Text(
    "(No step is left. If the last one has been answered, write only {end}; if you were asked something, say you do not know.)",
    "（各步都已说完。最后一步若已得到答复，只写{end}；若还在问你什么，就说不知道。）",
)
_TEMPERATURE = 0.7
_ACTS = {
    "request": Text("Ask for this:", "提出："),
    "supply": Text("Only when you are asked, tell:", "只有被问到时才说："),
    "adjust": Text("After the answer, change your mind:", "得到回复之后，改主意："),
    "switch": Text("After the answer, turn to something else:", "得到回复之后，转到另一件事："),
    "back": Text("After the answer, come back to the first thing, with a change:", "得到回复之后，回到第一件事，并做改动："),
    "correct": Text("When you are told that a value cannot be right, correct it:", "被告知某个值不对时，更正："),
    "pick": Text("When you are asked which one you mean, say:", "被问到是哪一个时，说："),
    "yes": Text("When you are asked to confirm, agree:", "被要求确认时，同意："),
    "thanks": Text("Say thank you:", "道谢："),
    "chat": Text("Say this and nothing more:", "只说这句，别的不说："),
}


class ModelUser:
    """Asks a model for each turn of the user."""

    def __init__(self, scenario: Scenario, model: ChatModel, sample: int = 0) -> None:
        """Set the user up.

        Args:
            sample: number of the trajectory, where several are made of one scenario.
        """
        self.name = model.name
        self._scenario = scenario
        self._model = model
        self._sample = sample
        self._brief = brief(scenario)
        self._steps = sum(isinstance(turn, UserTurn) for turn in scenario.script)

    async def speak(self, seen: Sequence[Message]) -> str | None:
        """Say the next thing; None when the model says that it is done.

        Raises:
            ModelFailure: the model gave no reply, or only such as nobody can use.
        """
        request = ChatRequest(
            messages=({"role": "system", "content": self._brief}, *self._turned(seen)),
            temperature=_TEMPERATURE,
            seed=self._scenario.seed % 2**31,
            max_tokens=MOST_WORDS,
            attempt=self._sample * STEP,
        )
        reply = await reply_to(self._model, request)
        return reply.content.replace(END, "").strip() or None

    def _turned(self, seen: Sequence[Message]) -> list[dict[str, Any]]:
        """Give the conversation as the user sees it: the assistant is the other side; what one says in a row is one message."""
        out: list[dict[str, Any]] = [{"role": "user", "content": self.cue(1)}]
        for message in seen:
            role, content = ("assistant" if message.role == "user" else "user"), message.content or ""
            if out[-1]["role"] == role:
                out[-1] = {"role": role, "content": f"{out[-1]['content']}\n{content}"}
            else:
                out.append({"role": role, "content": content})
        if seen:
            step = 1 + sum(message.role == "user" for message in seen)
            out[-1] = {**out[-1], "content": f"{out[-1]['content']}\n\n{self.cue(step)}"}
        return out

    def cue(self, step: int) -> str:
        """Say which step comes now; without it models lose the thread, and forget who they are."""
        return (NEXT if step <= self._steps else DONE).say(self._scenario.language).format(step=step, end=END)


def brief(scenario: Scenario) -> str:
    """Write what a model is told that plays the user."""
    language = scenario.language
    persona = next((p for p in personas() if p.name == scenario.persona), None)
    steps = [
        {"act": _ACTS[turn.act].say(language), "text": turn.text, "words": facts(scenario, index)}
        for index, turn in enumerate(scenario.script)
        if isinstance(turn, UserTurn)
    ]
    return prompt(
        "user",
        language,
        persona=persona.label.say(language) if persona else scenario.persona,
        manner=manner(scenario.manner, language),
        you=scenario.you,
        steps=steps,
        end=plain(END),
    )


def facts(scenario: Scenario, turn: int) -> list[str]:
    """List the words of a turn that tell values, each once."""
    sources = (source for gold in scenario.calls for source in gold.sources.values())
    words = [source.words for source in sources if source.kind == "said" and source.turn == turn and source.words]
    step, flaw = scenario.script[turn], scenario.flaw
    if flaw is not None and flaw.words and isinstance(step, UserTurn) and step.act != "correct" and flaw.words in step.text:
        words.append(flaw.words)
    return list(dict.fromkeys(words))
