"""Tool calls as text, for endpoints without calls of their own: how the prompt offers tools, how calls and results look.

Names, descriptions and results stand in JSON in which no tag can occur, so that nothing in them breaks the structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from toolsim.base.text import Language, Text
from toolsim.models import json_text
from toolsim.models.chat import ChatTool
from toolsim.models.tool_parser import CLOSE, OPEN, Written

Dialect = Literal["hermes", "python", "json"]

TOOLS_OPEN, TOOLS_CLOSE = "<tools>", "</tools>"
RESULT_OPEN, RESULT_CLOSE = "<tool_response>", "</tool_response>"

_TAG = re.compile(r"<(?=/?(?:tools|tool_call|tool_response|schema|think)\b)")
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")

# the words that models of the Hermes and Qwen families were trained on, in every language
_HERMES = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
{tools}

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""

_PYTHON = Text(
    """# Tools

You can call these functions:
{tools}

To call functions, answer with nothing but a list of calls in Python form, all arguments by name:
[first_function(city="Oslo", days=3), second_function(exact=True)]
What they give comes back in <tool_response>. Then tell the person in words what came of it; repeat no call that went through.
When no call is needed or facts are missing, answer in words.""",
    """# 工具

你可以调用以下函数：
{tools}

需要调用时，只输出一个Python形式的调用列表，参数一律写明名称，不要附加其他文字：
[first_function(city="奥斯陆", days=3), second_function(exact=True)]
结果会放在<tool_response>里返回。拿到结果后，用文字告诉对方；已经成功的调用不要重复。
不需要调用或信息不全时，直接用文字回答。""",
)

_JSON = Text(
    """# Tools

You can call these functions:
{tools}

To call functions, answer with nothing but a JSON array with one object for each call:
[{{"name": "first_function", "arguments": {{"city": "Oslo", "days": 3}}}}]
What they give comes back in <tool_response>. Then tell the person in words what came of it; repeat no call that went through.
When no call is needed or facts are missing, answer in words.""",
    """# 工具

你可以调用以下函数：
{tools}

需要调用时，只输出一个JSON数组，每次调用对应一个对象，不要附加其他文字：
[{{"name": "first_function", "arguments": {{"city": "奥斯陆", "days": 3}}}}]
结果会放在<tool_response>里返回。拿到结果后，用文字告诉对方；已经成功的调用不要重复。
不需要调用或信息不全时，直接用文字回答。""",
)


def write_tools(tools: Sequence[ChatTool], dialect: Dialect, language: Language = "en") -> str:
    """Write the part of the system prompt that offers tools."""
    lines = [json_text.inert(json_text.dumps({"type": "function", "function": tool.model_dump()})) for tool in tools]
    listed = "\n".join([TOOLS_OPEN, *lines, TOOLS_CLOSE])
    form = {"hermes": Text(_HERMES, _HERMES), "python": _PYTHON, "json": _JSON}[dialect]
    return form.say(language).format(tools=listed)


def write_calls(calls: Sequence[Written], dialect: Dialect) -> str:
    """Write calls as a model would."""
    if dialect == "python":
        return f"[{', '.join(_python(call) for call in calls)}]"
    written = [json_text.inert(json_text.dumps({"name": call.name, "arguments": _value(call.arguments)})) for call in calls]
    if dialect == "json":
        return f"[{', '.join(written)}]"
    return "\n".join(f"{OPEN}\n{one}\n{CLOSE}" for one in written)


def write_result(name: str, content: str) -> str:
    """Write what a call gave; content that is JSON stays JSON."""
    return "\n".join([RESULT_OPEN, json_text.inert(json_text.dumps({"name": name, "content": _value(content)})), RESULT_CLOSE])


def neutral(text: str) -> str:
    """Take from a person's words what could be read as a tag of ours."""
    return _TAG.sub("&lt;", text)


def _value(text: str) -> Any:
    try:
        return json_text.loads(text)
    except ValueError:
        return text


def _python(call: Written) -> str:
    arguments = _value(call.arguments)
    if not isinstance(arguments, dict):
        return f"{call.name}(**{_literal(arguments)})"
    named = [f"{key}={_literal(value)}" for key, value in arguments.items() if _IDENTIFIER.match(key)]
    if odd := {key: value for key, value in arguments.items() if not _IDENTIFIER.match(key)}:
        named.append(f"**{_literal(odd)}")
    return f"{call.name}({', '.join(named)})"


def _literal(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_literal(key)}: {_literal(inner)}" for key, inner in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case bool() | None:
            return str(value)
    return json_text.inert(json_text.dumps(value))
