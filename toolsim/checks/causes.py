"""What the codes of dialogues mean in which models play, in a line: of findings about them, and of models that gave no answer."""

from __future__ import annotations

from typing import Final

from toolsim.checks.codes import CODES

CAUSES: Final = {
    "trajectory.arguments": "a call of gold is made with other arguments",
    "trajectory.called": "something is called where nothing serves",
    "trajectory.changed": "something is changed that nobody asked for",
    "trajectory.early": "a call is made before the user was asked",
    "trajectory.forbidden": "an API is called that nobody asked for",
    "trajectory.missing": "a call of gold is not made",
    "trajectory.order": "a call comes before one that must come first",
    "trajectory.refused": "a call of gold does not go through, and is not made again",
    "trajectory.silent": "nothing is told of what was looked up or done",
    "trajectory.unasked": "the assistant does not ask for what is missing, wrong or in doubt",
    "trajectory.undone": "what gold changes is not changed",
    "trajectory.unrefused": "the assistant does not say that it cannot do this",
    "trajectory.unreported": "an outage is not told",
    "trajectory.unverified": "nobody looks whether a change without answer took effect",
    "trajectory.wasteful": "many more calls than gold makes",
    "task.arguments": "a drafted call does not fit its tool, or takes what nobody can say",
    "task.calls": "a drafted task leaves out the tool it is to turn on, or makes a call twice",
    "task.form": "a drafted request is no short plain message",
    "task.invented": "a drafted request tells a figure that no call takes",
    "task.language": "a drafted request is in the other language",
    "task.misread": "words of a drafted request read as another value",
    "task.names": "a drafted request names a tool or a parameter",
    "task.repeated": "two tasks of a batch ask for nearly the same",
    "task.untold": "a drafted request does not tell a value of its calls",
    "tool.unharmed": "the fault that was planned befell nothing",
    "tool.refused": "a simulated tool refuses a call of gold",
    "fidelity.echoed": "the user repeats what the assistant said",
    "fidelity.endless": "the user goes on when all is said and done",
    "fidelity.flipped": "the user speaks as the assistant",
    "fidelity.gave_in": "the user takes what only the assistant proposed",
    "fidelity.invented": "the user tells what is not in the plan",
    "fidelity.leaked": "the user tells a value before it is asked for",
    "fidelity.recited": "the user recites the prompt",
    "fidelity.stopped": "the user stops before the plan is through",
    "fidelity.untold": "the user never tells a value",
    "model.budget": "the budget is spent",
    "model.connection": "the connection failed, again and again",
    "model.dead": "the endpoint is left alone",
    "model.malformed": "the endpoint's replies cannot be read",
    "model.rate_limited": "the endpoint refuses for too many requests, again and again",
    "model.refused": "the endpoint refuses the request",
    "model.server": "the endpoint fails, again and again",
    "model.timeout": "no answer in time",
    "model.unparsed": "the model's answers cannot be used",
    "model.unrecorded": "the cassette has no such call",
    "Unseen": "the planner's assistant cannot see a value, or has no move left",
}
"""Code -> what is wrong."""


def meaning(code: str) -> str:
    """Tell what a code means; nothing where that is not known."""
    return CAUSES.get(code) or CODES.get(code, "")
