"""Hooks about money: a repayment plan line by line, and the fewest payments that settle shared costs."""

from __future__ import annotations

from toolsim.base.errors import RuleError
from toolsim.verbs.hooks.hook import HOOKS, HookTables
from toolsim.verbs.verb import Args, Result


@HOOKS.register("repayment_plan")
def repayment_plan(tables: HookTables, args: Args) -> Result:
    """Split the instalments of an annuity loan into interest and principal.

    Takes `principal` (money), `rate` (percent a year) and `months`; gives `plan` (month, interest, principal, left), `instalment`
    and `interest_total`. The last instalment evens out what rounding to cents leaves over.
    """
    principal, monthly, months = args["principal"], args["rate"] / 1200, args["months"]
    if months < 1:
        raise RuleError("the term has no months")
    instalment = round(principal / months if monthly < 1e-9 else principal * monthly / (1 - (1 + monthly) ** -months), 2)
    plan, left, interest_total = [], principal, 0.0
    for month in range(1, months + 1):
        interest = round(left * monthly, 2)
        repaid = left if month == months else min(left, round(instalment - interest, 2))
        left = round(left - repaid, 2)
        interest_total += interest
        plan.append({"month": month, "interest": interest, "principal": round(repaid, 2), "left": left})
    return {"instalment": instalment, "interest_total": round(interest_total, 2), "plan": plan}


@HOOKS.register("settle_shared_costs")
def settle_shared_costs(tables: HookTables, args: Args) -> Result:
    """Work out who pays whom so that everybody has borne the same share.

    Takes `expenses`, a list of {payer, amount}; gives `share` and `payments` (payer, receiver, amount). Those who owe most
    pay those who are owed most, which needs at most one payment fewer than there are people. Cents that cannot be shared evenly
    fall to the first by name.
    """
    paid: dict[str, int] = {}
    for expense in args["expenses"]:
        paid[expense["payer"]] = paid.get(expense["payer"], 0) + round(expense["amount"] * 100)
    share, rest = divmod(sum(paid.values()), len(paid))
    bears = {name: share + (index < rest) for index, name in enumerate(sorted(paid))}
    owed = sorted((amount - bears[name], name) for name, amount in paid.items())
    balances, names = [cents for cents, _ in owed], [name for _, name in owed]
    payments, low, high = [], 0, len(owed) - 1
    while low < high:
        amount = min(-balances[low], balances[high])
        if amount > 0:
            payments.append({"payer": names[low], "receiver": names[high], "amount": amount / 100})
        balances[low] += amount
        balances[high] -= amount
        low, high = low + (balances[low] == 0), high - (balances[high] == 0)
    return {"share": round(sum(paid.values()) / len(paid) / 100, 2), "payments": payments}
