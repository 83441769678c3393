"""What a simulated API says when it refuses: data, in both languages, never an error of toolsim."""

from __future__ import annotations

from dataclasses import dataclass

from toolsim.base.text import Language, Text


@dataclass(frozen=True, slots=True)
class Fault:
    """The API said no."""

    code: str
    message: str
    """In the world's language."""
    where: str = ""
    """JSON path of the argument at fault, where there is one."""

    def record(self) -> dict[str, object]:
        """Give the fault as the JSON that a model sees."""
        inner = {"code": self.code, "message": self.message}
        return {"error": inner | ({"where": self.where} if self.where else {})}


@dataclass(frozen=True, slots=True)
class FaultType:
    """A fault that an operation may answer with; `{}` in the message is filled at run time."""

    code: str
    message: Text

    def make(self, language: Language, **facts: object) -> Fault:
        """Make the fault for some facts."""
        return Fault(self.code, self.message.say(language).format(**facts))


class Refusal(Exception):
    """Carries a fault out of an operation; the world catches it and takes back every change."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


NOT_FOUND = FaultType("not_found", Text("There is no {what} {key}.", "没有编号为{key}的{what}。"))
WRONG_STATE = FaultType(
    "wrong_state", Text("This cannot be done while the status is “{state}”.", "当前状态为“{state}”，无法执行此操作。")
)
IN_USE = FaultType("in_use", Text("It is still needed by {count} {what}.", "仍有{count}条{what}在使用它。"))
TOO_LOW = FaultType("too_low", Text("{what} would fall below {limit}.", "{what}将低于{limit}。"))
TOO_HIGH = FaultType("too_high", Text("{what} would rise above {limit}.", "{what}将超过{limit}。"))
SAME_ROW = FaultType("same_row", Text("The two must not be the same.", "两者不能相同。"))
SOLD_OUT = FaultType("sold_out", Text("Only {left} are left.", "仅剩{left}个。"))
CONFLICT = FaultType("conflict", Text("It overlaps with {key}.", "与{key}的时间冲突。"))
IN_PAST = FaultType("in_past", Text("{at} is in the past.", "{at}已经过去。"))
NOT_YET = FaultType("not_yet", Text("There are no readings for {at} yet.", "{at}还没有读数。"))
ALREADY_LINKED = FaultType("already_linked", Text("{key} is on the list already.", "{key}已在列表中。"))
NOT_LINKED = FaultType("not_linked", Text("{key} is not on the list.", "{key}不在列表中。"))
LIST_FULL = FaultType("list_full", Text("The list is full: at most {limit}.", "列表已满，最多{limit}项。"))
LIST_SHORT = FaultType("list_short", Text("The list must keep at least {limit}.", "列表至少要保留{limit}项。"))
TAKEN = FaultType("taken", Text("There is one with this {what} already: {key}.", "已存在相同{what}的记录：{key}。"))
NOTHING_FOUND = FaultType("nothing_found", Text("Nothing matches these conditions.", "没有符合条件的记录。"))
NOT_COMPUTABLE = FaultType(
    "not_computable", Text("This cannot be worked out for these values: {why}.", "无法用这些数值计算：{why}。")
)
CHANNEL_OFF = FaultType("channel_off", Text("The person does not accept messages by {channel}.", "对方未开通{channel}渠道。"))
BAD_RANGE = FaultType("bad_range", Text("{low} lies after {high}.", "{low}在{high}之后，范围无效。"))
INVALID = FaultType("invalid_arguments", Text("{why}", "{why}"))
UNKNOWN_API = FaultType("unknown_api", Text("There is no API named {name}.", "没有名为{name}的接口。"))
