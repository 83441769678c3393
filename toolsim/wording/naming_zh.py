"""Name Chinese things as people do: by name alone where that tells what they are, and with as few 的 as can be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from toolsim.wording.joints import needs_quotes

_PROFESSIONAL_ZH = re.compile(r"(?:律师|医生|老师|辅导老师)的$")


def pile_zh(owner: str, which: Sequence[str], day: str, noun: str) -> str:
    """Put what tells a thing apart before it with as few 的 as Chinese needs: 你约高姝律师明天上午的咨询."""
    parts = [part.replace("的号源的", "的") for part in which if part]
    if owner and ((day and not parts) or (parts and re.match("约|为|给|寄|找|去", parts[0]))):
        owner = owner.removesuffix("的")
    elif owner in ("您的", "你的", "我的") and parts and _PROFESSIONAL_ZH.search(parts[0]):
        owner, parts[0] = owner[0], f"约{parts[0]}"
    followed = [*parts[1:], ""]
    parts = [
        part.removesuffix("的") if (part.endswith("里的") and after) or re.match("给|约|为|寄|种|装|找", after) else part
        for part, after in zip(parts, followed, strict=False)
    ]
    if day and parts and re.match("安排|练|办|关于|讲|听|给|教", parts[-1]):
        parts = [f"{day}{parts[0]}", *parts[1:]]
    elif day:
        parts = [*parts[:-1], *(part.removesuffix("的") for part in parts[-1:]), f"{day}的"]
    return re.sub("的的+", "的", f"{owner}{''.join(parts)}{noun}")


_IN_FRONT_ZH = frozenset(("委托人", "受益人", "收款人", "艺人", "联系人", "客户"))
_BOOKS_ZH = frozenset(("曲目", "歌单", "专辑", "展览", "菜谱"))
_ALONE_ZH = frozenset(
    (
        "文档", "乐器", "菜品", "标的物", "肥料", "库存", "藏品", "作物", "食材", "房间", "住处", "家电",
        "会议室", "单车站点", "私有网络", "云主机", "云硬盘", "云数据库", "服务", "农场", "地块", "枢纽", "快递柜", "课程",
    )
)  # fmt: skip
_QUOTED_ZH = frozenset(("储蓄目标", "膳食计划", "任务", "故障", "场景", "自动化", "行程", "作业", "云预算", "天气订阅"))


def person_zh(name: str, label: str) -> str:
    """Name a person by name and calling: 林萱医生, 受益人田珂."""
    return name if name.endswith(label) else f"{label}{name}" if label in _IN_FRONT_ZH else f"{name}{label}"


def named_zh(name: str, label: str, short: bool = False) -> str:
    """Name a thing in Chinese as people do: by its name alone where that tells what it is, else with what it is.

    Args:
        short: whether the context says already what it is.
    """
    if label in _IN_FRONT_ZH and short:
        return name
    if label in name or name.endswith((label[-2:], label[-1])) or (len(label) > 2 and name[-1] == label[0]):
        return name
    if len(label) > 3 and name.endswith(label[:2]):
        return name + label[2:]
    if label in _BOOKS_ZH:
        return f"《{name}》" if short or label in ("曲目", "展览") else f"{label}《{name}》"
    if label in _IN_FRONT_ZH:
        return name if short else f"{label}{name}"
    if label in _QUOTED_ZH:
        return f"“{name}”{label.removeprefix('云').removeprefix('天气')}"
    quoted = f"“{name}”" if needs_quotes(name) else name
    if label in _ALONE_ZH or short:
        return quoted if len(name) > 1 and not (name.isascii() and short and label not in _ALONE_ZH) else f"{quoted}{label}"
    return f"{quoted}{label}"
