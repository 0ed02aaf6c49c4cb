"""The small words of the model: exact figures, rounding, periods, tables and formulas.

Plain on purpose. Every figure is a Fraction; a formula is a nested list such as ["*", ["deal", "amount"], ["pct", "25"]].
"""

import calendar
import operator
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

F = cache(Fraction)  # the same few figures are read again and again

ONE_DAY = timedelta(days=1)
DIGITS = {"JPY": 0, "KWD": 3}


class Refused(Exception):
    """What the documents call an error: the company cannot be worked."""


@cache
def day(text):
    return date.fromisoformat(text) if isinstance(text, str) else text


def days_of(a, b):
    return [a + ONE_DAY * i for i in range((b - a).days + 1)]


@cache
def plus_months(d, n):
    m = d.year * 12 + d.month - 1 + n
    year, month = divmod(m, 12)
    return date(year, month + 1, min(d.day, calendar.monthrange(year, month + 1)[1]))


def months_between(a, b):
    n = (b.year - a.year) * 12 + b.month - a.month
    while plus_months(a, n) > b:
        n -= 1
    while plus_months(a, n + 1) <= b:
        n += 1
    return n


def rounded(x, digits=2, mode="half_even"):
    """To `digits` places by one of the five modes; exact in, exact out."""
    whole, rest = divmod(abs(x.numerator) * 10 ** digits, x.denominator)
    if not rest:
        return x
    half = 2 * rest - x.denominator
    up = {"half_even": half > 0 or (half == 0 and whole % 2 == 1), "half_up": half >= 0, "half_down": half > 0, "up": True, "down": False}[mode]
    whole += up
    return F(-whole if x < 0 else whole, 10 ** digits)


def largest_remainder(exact, digits=2, mode="half_even"):
    """Parts cut to minor units that total the rounded whole; the odd ones to the larger remainders, then to the first."""
    sign, parts = (-1 if sum(exact) < 0 else 1), [abs(x) * 10 ** digits for x in exact]
    odd = int(rounded(sum(parts), 0, mode)) - sum(x // 1 for x in parts)
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % 1), i))
    return [F(sign * (x // 1 + (order.index(i) < odd)), 10 ** digits) for i, x in enumerate(parts)]


# --- periods: (label, first day, last day) --------------------------------------------------------------------------

class Calendar:
    """Fiscal years that begin on the first of a month and are named by the year in which they end."""

    def __init__(self, first_month=1):
        self.first = first_month

    def period(self, word, d, plan=None, start=None):
        return ("plan", day(plan["from"]), day(plan["to"])) if word == "plan" else self.around(word, d, start)

    @cache
    def around(self, word, d, start):
        if word == "week":
            monday = d - timedelta(days=d.weekday())
            y, w, _ = d.isocalendar()
            return (f"{y}-W{w:02}", monday, monday + timedelta(days=6))
        if word == "month":
            a = d.replace(day=1)
            return (f"{a:%Y-%m}", a, plus_months(a, 1) - ONE_DAY)
        if word == "anniversary":
            n = max((d.year - start.year) * 12 // 12 - 1, 0)
            while plus_months(start, 12 * (n + 1)) <= d:
                n += 1
            a = plus_months(start, 12 * n)
            return (f"{a}+1y", a, plus_months(start, 12 * (n + 1)) - ONE_DAY)
        size = {"quarter": 3, "half": 6, "year": 12}[word]
        back = (d.month - self.first) % 12
        a = plus_months(d.replace(day=1), -(back % size))
        year_start = plus_months(d.replace(day=1), -back)
        name = (plus_months(year_start, 12) - ONE_DAY).year
        number = back // size + 1
        label = {"quarter": f"{name}-Q{number}", "half": f"{name}-H{number}", "year": f"{name}"}[word]
        return (label, a, plus_months(a, size) - ONE_DAY)

    def periods(self, word, a, b, plan=None, start=None):
        """All that share a day with a to b, in order."""
        found, d = [], a
        while d <= b:
            p = self.period(word, d, plan, start)
            found.append(p)
            d = p[2] + ONE_DAY
            if word == "plan":
                break
        return found

    def number(self, word, d):
        back = (d.month - self.first) % 12
        return {"week": d.isocalendar()[1], "month": d.month, "quarter": back // 3 + 1, "half": back // 6 + 1}.get(word, 1)


# {"t": kind, "axis": "attainment"|"money"|"units"|"number"|"days", "of": "pct"|"amount"|"factor", "rows": [[from, value, above?]]}

def starts(table):
    scale = F(1, 100) if table["axis"] == "attainment" else F(1)
    return [F(r[0]) * scale for r in table["rows"]]


def cell(table, value, env=None):
    return ev(value, env) if isinstance(value, list) else F(value) / (100 if table["of"] == "pct" else 1)


def table_at(table, x, env=None):
    """The value at the point reached."""
    at, rows = starts(table), table["rows"]
    if table["t"] == "marginal":
        return table_area(table, F(0), x, F(1), env)
    if table["t"] == "interpolated":
        values = [cell(table, r[1], env) for r in rows]
        if x < at[0]:
            return values[0]
        for i in reversed(range(len(rows))):
            if x >= at[i]:
                if i + 1 == len(rows) or x == at[i]:
                    return values[i]
                return values[i] + (values[i + 1] - values[i]) * (x - at[i]) / (at[i + 1] - at[i])
    found = rows[0]
    for start, row in zip(at, rows):
        if x > start or (x == start and not (len(row) > 2 and row[2])):
            found = row
    return cell(table, found[1], env)


def table_area(table, a, b, scale=F(1), env=None):
    """What the slices from a to b are worth, with the boundaries scaled (by a quota); below zero the first tier applies."""
    at = [s * scale for s in starts(table)]
    values = [cell(table, r[1], env) for r in table["rows"]]

    def up_to(x):
        if x <= 0:
            return x * values[0]
        total = F(0)
        for i, (start, value) in enumerate(zip(at, values)):
            end = at[i + 1] if i + 1 < len(at) else None
            if x > start:
                total += ((x if end is None else min(x, end)) - start) * value
        return total

    return up_to(b) - up_to(a)


OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "min": min, "max": max, "==": operator.eq, "!=": operator.ne,
             "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def ev(x, env):
    """The value of a formula; `env` answers what it reads."""
    if not isinstance(x, list):
        return x
    op, args = x[0], x[1:]
    if op in ("money", "num"):
        return F(args[0])
    if op == "pct":
        return F(args[0]) / 100
    if op == "text":
        return args[0]
    if op == "if":
        return ev(args[1], env) if ev(args[0], env) else ev(args[2], env)
    if op == "and":
        return ev(args[0], env) and ev(args[1], env)
    if op == "or":
        return ev(args[0], env) or ev(args[1], env)
    if op == "in":
        return ev(args[0], env) in [ev(a, env) for a in args[1:]]
    if op in ("deal", "payee", "event", "period", "credit", "quota", "m", "c", "at", "by_days", "months_between"):
        return env.read(op, *args)
    a, b = (ev(y, env) for y in args)
    if op == "/":
        if b == 0:
            raise Refused("division by zero")
        return F(a) / b
    return OPERATORS[op](a, b)


def reads(x, found=None):
    """The names a formula's parameters must bring: deal, payee, event, credit, period, quota."""
    found = set() if found is None else found
    if isinstance(x, list):
        if x and x[0] in ("deal", "payee", "event", "credit", "period", "quota"):
            found.add(x[0])
        if x and x[0] == "by_days":
            found.add("payee")
        if x and x[0] == "months_between":
            found.update(("deal", "event"))
        for y in x[1:]:
            reads(y, found)
    return found
