"""What a company's comp plans pay, worked from scratch with exact fractions: the documents put into words a second time.

`work(company)` gives the entries and the rows of payouts. Nothing is stored and nothing is clever: for every payout
period each amount to date is worked again from the facts known on its last day, and an entry is the difference to the
period before. No line of the engine is used. A company is plain data (see companies.py).
"""

from collections import defaultdict

from words import (F, DIGITS, ONE_DAY, Calendar, Refused, cell, day, days_of, ev, largest_remainder, months_between, plus_months, rounded,
                   table_area, table_at)

ENDS = ("cancelled", "refunded", "reinstated")


class Company:
    """The facts, with the questions that the stages ask them."""

    def __init__(self, data):
        self.data, self.calendar = data, Calendar(data.get("first_month", 1))
        self.plans = {p["name"]: p for p in data["plans"]}
        self.payees = {p["id"]: p for p in data["payees"]}
        self.events = sorted(data.get("events", []), key=lambda e: (e["date"], e["id"]))
        self.deals = {d["id"]: d for d in data["deals"]}
        self.cache = {}

    def once(self, key, make):
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def declared(self, plan, what):
        return [x for x in plan["declares"] if x["d"] == what]

    def named(self, plan, what, name):
        return next((x for x in plan["declares"] if x["d"] == what and x["name"] == name), None)

    def start(self, p):
        return day(self.payees[p].get("start") or "2020-01-01")

    def field(self, p, name, d):
        for row in self.data.get("fields", []):
            if row["payee"] == p and row["field"] == name and day(row["from"]) <= d <= day(row.get("to") or "2999-12-31"):
                return row["value"]
        return self.payees[p].get(name)

    def last_on(self, p, plan, period, d):
        return max((x for x in self.days_on(p, plan) if period[1] <= x <= d), default=d)

    def manager(self, p, d):
        for row in self.data.get("lines", []):
            if row["payee"] == p and day(row.get("from") or "1900-01-01") <= d <= day(row.get("to") or "2999-12-31"):
                return row["manager"]
        return self.payees[p].get("manager")

    def held(self, key, d):
        """Whether the last hold or release by hand that fits a key says that it waits; None where there is none."""
        found = self.hold(key, d)
        return found and found["kind"] == "held"

    def hold(self, key, d):
        """The last hold or release by hand that fits a key."""
        fits = [e for e in self.events if e["kind"] in ("held", "released") and day(e["date"]) <= d
                and all(e.get(k) in (None, x) for k, x in (("payee", key[0]), ("component", key[1]), ("deal", (key[2] or "").split(" ")[0])))]
        return fits[-1] if fits else None

    def on_plan(self, p, plan, d):
        return d in self.days_on(p, plan)

    def days_on(self, p, plan):
        """The days on which p is on the plan, each with the first of those that lead to it without a gap."""
        def look():
            who, rows, found = self.payees[p], self.data.get("assignments"), {}
            mine = [(day(r.get("from") or plan["from"]), day(r.get("to") or plan["to"])) for r in rows or () if r["payee"] == p and r["plan"] == plan["name"]]
            for d in days_of(max(day(plan["from"]), day(who.get("start") or "1900-01-01")), min(day(plan["to"]), day(who.get("end") or "2999-12-31"))):
                if not rows or any(a <= d <= b for a, b in mine):
                    found[d] = found.get(d - ONE_DAY, d)
            return found
        return self.once(("on", p, plan["name"]), look)

    def active(self, p, plan, a, b):
        """The days from a to b on which p is on the plan and not on leave."""
        away = [(day(x["from"]), day(x["to"])) for x in self.data.get("leave", []) if x["payee"] == p]
        return self.once(("active", p, plan["name"], a, b), lambda: [
            d for d in days_of(a, b) if self.on_plan(p, plan, d) and not any(f <= d <= t for f, t in away)])

    def there(self, p, plan, a, b):
        """On the plan on any day from a to b."""
        return self.once(("there", p, plan["name"], a, b), lambda: any(self.on_plan(p, plan, d) for d in days_of(a, b)))

    def periods(self, word, a, b, plan, p=None):
        return self.calendar.periods(word, a, b, plan, self.start(p) if p else None)

    def period(self, word, d, plan=None, p=None):
        return self.calendar.period(word, d, plan, self.start(p) if p else None)

    def rate(self, a, b, d):
        """How much of b is one a on that day: the last rate not older than seven days."""
        if a == b:
            return F(1)
        for x, y, turn in ((a, b, False), (b, a, True)):
            found = [r for r in self.data.get("rates", []) if r["from"] == x and r["to"] == y and 0 <= (d - day(r["date"])).days <= 7]
            if found:
                r = F(max(found, key=lambda r: r["date"])["rate"])
                return 1 / r if turn else r
        raise Refused(f"missing rate {a} {b} {d}")


class Item:
    """A credit: who, for which deal, how much, on which day."""

    def __init__(self, payee, deal, date, amount, share, event=None, place=0, key=None):
        self.payee, self.deal, self.date, self.amount, self.share, self.event = payee, deal, date, amount, share, event
        self.order = (key or F(0), date, deal["id"], place)


class Env:
    """What a formula may read at one place."""

    def __init__(self, world, plan, payee=None, date=None, period=None, deal=None, item=None, event=None, quota=None, follow=None):
        self.world, self.plan, self.payee, self.date, self.period = world, plan, payee, date, period
        self.deal, self.item, self.event, self.quota, self.follow = deal, item, event, quota, follow

    def read(self, op, *args):
        co = self.world.co
        if op == "deal":
            return self.deal[args[0]]
        if op == "event":
            return day(self.event["date"]) if args[0] == "date" else F(self.event["amount"])
        if op == "credit":
            return self.item.amount
        if op == "quota":
            return self.quota
        if op == "payee":
            return figure(co.field(self.payee, args[0], self.date if self.deal or not self.period else co.last_on(self.payee, self.plan, self.period, self.date)))
        if op == "by_days":
            _, a, b = self.period
            days = days_of(a, b)
            return sum(F(figure(co.field(self.payee, args[0][1], d))) for d in days) / len(days)
        if op == "months_between":
            return F(months_between(self.deal["closed"], day(self.event["date"])))
        if op == "period":
            return self.of_period(args[0])
        if op == "at":
            table = co.named(self.plan, "table", args[0])["table"]
            return lookup(table, [ev(a, self) for a in args[1:]], self)
        if op == "c":
            return self.world.run.earned_in(args[0], self.payee, self.period)
        return self.of_measure(*args)

    def of_period(self, what):
        co, (_, a, b) = self.world.co, self.period
        if what in ("days", "active_days", "active_share"):
            days, active = F((b - a).days + 1), F(len(co.active(self.payee, self.plan, a, b)))
            return {"days": days, "active_days": active, "active_share": active / days}[what]
        if what == "service_month":
            s = co.start(self.payee)
            return F((a.year - s.year) * 12 + a.month - s.month + 1)
        return F(co.calendar.number(self.world.co.named(self.plan, "measure", self.follow)["period"] if self.follow else "month", a))

    def of_measure(self, name, what):
        world, measure = self.world, self.world.co.named(self.plan, "measure", name)
        period = world.co.period(measure["period"], self.item.date if self.item else self.period[2], self.plan, self.payee)
        follow = Follow(world, self.plan, name, self.payee)
        before = follow.before(self.item) if what.endswith("_before") else None
        if what == "total":
            return follow.total(period)
        if what == "quota":
            return follow.quota(period)
        if what == "total_before":
            return before
        if what == "attainment_before":
            return follow.part(before, period)
        if what == "attainment":
            return follow.part(follow.total(period), period)
        raise KeyError(what)


def figure(x):
    if isinstance(x, str):
        try:
            return F(x[:-1]) / 100 if x.endswith("%") else F(x)
        except ValueError:
            return x
    return x


def lookup(table, keys, env):
    if table["t"] == "lookup":
        for *row, value in table["rows"]:
            if all(a in ("any", k) for a, k in zip(row, keys)):
                return cell(table, value, env)
        raise Refused("no row fits")
    if table["t"] == "grid":
        down, across = keys
        last = lambda heads, x: max(i for i, h in enumerate(heads) if (h == x if isinstance(x, str) else x >= F(h) or i == 0))
        return cell(table, table["cells"][last(table["down"], down)][last(table["across"], across)], env)
    return table_at(table, keys[0], env)


class World:
    """The credits as far as known on a day, with what is left of each deal."""

    def __init__(self, run, left):
        self.run, self.co, self.D, self.left, self.made = run, run.co, run.D, left, {}

    def view(self, d, plan, on):
        scale, rate = self.left.get(d["id"], F(1)), self.co.rate(d.get("currency") or self.co.data["currency"], plan["currency"], on)
        found = {k: (F(v) * scale * rate if k in ("amount", "cost") else F(v) if k in ("quantity", "term") else v) for k, v in d.items()
                 if k not in ("shares", "closed", "booked") and v not in (None, "")}
        return found | {"closed": day(d["closed"]), "booked": day(d.get("booked") or d["closed"])}

    def credits(self, plan, name):
        key = (plan["name"], name)
        if key not in self.made:
            measure = self.co.named(plan, "measure", name)
            self.made[key] = sorted(self.make(plan, measure), key=lambda i: i.order) if measure else []
        return self.made[key]

    def make(self, plan, measure):
        credit, which = measure.get("credit") or ["deal", "amount"], measure.get("which")
        if credit == "given":
            return
        if isinstance(credit, dict):
            if "m" in credit:
                base = self.credits(plan, credit["m"])
            else:
                base = [Item(p, i.deal, i.date, i.amount, i.share, i.event, n) for p in self.co.payees
                        for n, i in enumerate(members_items(self, plan, credit, p))
                        if self.co.on_plan(p, plan, i.date) or (credit["sum"] != "team" and measure.get("prorate") == "none")]
            for n, i in enumerate(base):
                if not which or ev(which, Env(self, plan, i.payee, i.date, deal=i.deal, item=i)):
                    yield Item(i.payee, i.deal, i.date, i.amount, i.share, i.event, n, self.key(measure, i.deal))
            return
        for d in self.co.deals.values():
            if self.left.get(d["id"], F(1)) == 0:
                continue
            for date, part, event in self.days(measure, d):
                view = self.view(d, plan, date)
                for n, (p, share) in enumerate(self.whom(plan, measure, d, view, date)):
                    env = Env(self, plan, p, date, deal=view, event=event)
                    if not self.co.on_plan(p, plan, date) or (which and not ev(which, env)):
                        continue
                    whole = ev(credit, env) * part
                    if measure.get("share") == "cents":
                        named = self.whom(plan, measure, d, view, date)
                        amount = largest_remainder([whole * s for _, s in named], DIGITS.get(plan["currency"], 2), plan.get("rounding", "half_even"))[n]
                    else:
                        amount = whole * share
                    yield Item(p, view, date, amount, share * part, event, n, self.key(measure, view))

    def key(self, measure, view):
        return ev(measure["order"], Env(self, None, deal=view)) if measure.get("order") else None

    def days(self, measure, d):
        """The days on which the deal counts, each with the part of it that does."""
        when = measure.get("when", "closed")
        if when in ("closed", "booked"):
            on = day(d.get(when) or d["closed"])
            return [(on, F(1), None)] if on <= self.D else []
        return [(day(e["date"]), F(e["amount"]) / F(d["amount"]), e) for e in self.co.events
                if e["deal"] == d["id"] and e["kind"] == when and day(e["date"]) <= self.D]

    def whom(self, plan, measure, d, view, date):
        who, overlay = measure.get("who", "named"), self.co.data.get("overlay", [])
        if isinstance(who, list):
            named = [q for q, _, _ in d["shares"]]
            found = [(p, F(d["shares"][named.index(p)][1]) / 100 if p in named else F(1))
                     for p in sorted(self.co.payees, key=lambda p: (named.index(p) if p in named else len(named), p))
                     if self.co.on_plan(p, plan, date) and ev(who, Env(self, plan, p, date, deal=view))]
        elif who == "named":
            found = [(p, F(s) / 100) for p, s, role in d["shares"] if role not in overlay]
        else:
            found = [(p, F(s) / 100) for p, s, role in d["shares"] if role == who]
        share = measure.get("share", "split")
        if isinstance(share, list):
            return [(p, ev(share, Env(self, plan, p, date, deal=view))) for p, _ in found]
        return [(p, F(share) / 100) for p, _ in found] if share not in ("split", "cents") else found

    def quota(self, plan, name, p, period):
        """The quota of one period, prorated and ramped."""
        return self.co.once(("quota", plan["name"], name, p, period), lambda: self.quota_once(plan, name, p, period))

    def quota_once(self, plan, name, p, period):
        measure, (label, a, b) = self.co.named(plan, "measure", name), period
        given, days = measure.get("quota", "table"), (b - a).days + 1
        active = self.co.active(p, plan, a, b)
        if given == "table":
            rows = [r for r in self.co.data.get("quotas", []) if r["measure"] == name and r.get("payee") in (p, None, "") and r.get("plan") in (plan["name"], None, "")]
            rows = [r for r in rows if r.get("payee") == p] or rows
            whole = [F(r["amount"]) for r in rows if r.get("period") == label]
            if not whole and not any(r.get("from") for r in rows):
                return None
            of_day = lambda d: whole[0] if whole else next((F(r["amount"]) for r in rows if r.get("from") and day(r["from"]) <= d <= day(r.get("to") or "2999-12-31")), F(0))
        elif isinstance(given, list):
            amount = ev(given, Env(self, plan, p, b, period=period, follow=name))
            of_day = lambda d: amount
        else:
            of_day = lambda d: F(given)
        counted = active if measure.get("prorate", "days") == "days" else days_of(a, b)
        ramp = measure.get("ramp")
        if not ramp:
            return sum(of_day(d) for d in counted) / days
        months, total = self.co.calendar.periods("month", a, b), F(0)
        for m, first, last in months:
            s = self.co.start(p)
            n = (first.year - s.year) * 12 + first.month - s.month
            part = F(ramp[n]) / 100 if 0 <= n < len(ramp) else F(1)
            inside = [d for d in counted if first <= d <= last]
            total += part * sum(of_day(d) for d in inside) / ((last - first).days + 1) / len(months)
        return total


# --- sums: {"sum": "team"|"everyone"|"group", "m": measure of this plan | "name": measure anywhere | "c": component, "level", "field"}

def member(co, plan, spec, p, x, d):
    if spec["sum"] == "everyone":
        return co.on_plan(x, plan, d)
    if spec["sum"] == "group":
        return co.field(x, spec["field"], d) is not None and co.field(x, spec["field"], d) == co.field(p, spec["field"], d)
    level, above, n = spec.get("level", 1), co.manager(x, d), 1
    while above and n < 20:
        if above == p and level in (n, "all"):
            return True
        above, n = co.manager(above, d), n + 1
    return False


def sources(co, plan, spec):
    """The plans and measures a sum adds up."""
    return [(plan, spec["m"])] if "m" in spec else [(q, spec["name"]) for q in co.plans.values() if co.named(q, "measure", spec["name"])]


def members_items(world, plan, spec, p):
    return sorted((i for q, name in sources(world.co, plan, spec) for i in world.credits(q, name)
                   if member(world.co, plan, spec, p, i.payee, i.date)), key=lambda i: i.order)


class Follow:
    """What a component is `on`, for one payee: a measure or a sum, with its path of credits."""

    def __init__(self, world, plan, on, p):
        self.world, self.plan, self.on, self.p, self.co = world, plan, on, p, world.co
        self.sum = isinstance(on, dict)
        self.base_plan, self.base = sources(self.co, plan, on)[0] if self.sum and "c" not in on else (plan, on)
        measure = self.co.named(self.base_plan, "measure", self.base) if isinstance(self.base, str) else None
        self.measure, self.word = measure, measure and measure["period"]
        self.long = measure and measure.get("accumulate")
        self.made = None

    def items(self):
        if self.made is None:
            if self.sum:
                days = lambda d: (d, d) if self.on["sum"] == "team" else self.co.period(self.long or self.word, d, self.plan, self.p)[1:]
                self.made = [i for i in members_items(self.world, self.plan, self.on, self.p) if self.co.there(self.p, self.plan, *days(i.date))]
            else:
                self.made = [i for i in self.world.credits(self.plan, self.base) if i.payee == self.p]
        return self.made

    def span(self, period):
        """Where the path begins and ends: the period, or from the start of the longer one to the period's end."""
        return (self.co.period(self.long, period[2], self.plan, self.p)[1] if self.long else period[1], period[2])

    def path(self, period):
        a, b = self.span(period)
        return [i for i in self.items() if a <= i.date <= b]

    def total(self, period):
        if self.measure.get("credit") == "given":
            a, b = self.span(period)
            inside = {x[0] for x in self.co.periods(self.word, a, b, self.plan, self.p)}
            rows = [r for r in self.co.data.get("metrics", []) if r["measure"] == self.base and r["period"] in inside]
            return sum((F(r["value"]) for r in rows if r.get("payee") in (self.p, None, "")), F(0))
        return sum((i.amount for i in self.path(period)), F(0))

    def before(self, item):
        period = self.co.period(self.word, item.date, self.plan, self.p)
        return sum((i.amount for i in self.path(period) if i.order < item.order), F(0))

    def quota(self, period):
        a, b = self.span(period)
        total = F(0)
        for q in self.co.periods(self.word, a, b, self.plan, self.p):
            # What runs on begins with the first day at work.
            if self.long and not self.sum and not self.co.active(self.p, self.plan, q[1], q[2]):
                continue
            for plan, name in (sources(self.co, self.plan, self.on) if self.sum else [(self.plan, self.base)]):
                for x in (self.co.payees if self.sum else [self.p]):
                    amount = self.world.quota(plan, name, x, q)
                    if amount is None and not self.sum and self.total(period) != 0:
                        raise Refused(f"missing quota {name} {x} {q[0]}")
                    total += (amount or F(0)) * (self.days_over(x, plan, q) if self.sum and amount else 1)
        return total

    def days_over(self, x, plan, period):
        """Of the days of x on a plan those on which the sum goes over x, a team's on its manager's own."""
        days = [d for d in self.co.days_on(x, plan) if period[1] <= d <= period[2]]
        own = lambda d: self.on["sum"] != "team" or self.co.on_plan(self.p, self.plan, d)
        return F(len([d for d in days if own(d) and member(self.co, self.plan, self.on, self.p, x, d)]), max(len(days), 1))

    def part(self, amount, period):
        quota = self.quota(period)
        if quota == 0:
            if self.total(period) != 0 or amount != 0:
                raise Refused("zero quota")
            return F(0)
        return amount / quota


class Line:
    """What a key has earned to date before rounding, and the deals whose money it follows."""

    def __init__(self, component, payee, sub, period, amount, deals, order=(), on=None):
        self.component, self.payee, self.sub, self.period, self.amount, self.deals = component, payee, sub, period, amount, deals
        self.order, self.on = order, on or period[1]
        self.key = (payee, component, sub, period[0])


class Run:
    """One plan, as known on a day, with the clawback events and write-offs let in so far, after what was payable `before`."""

    def __init__(self, co, plan, D, events, before):
        self.co, self.plan, self.D, self.events, self.before = co, plan, D, events, before
        self.worlds, self.lines, self.E, self.P, self.spans, self.left, self.bounds = {}, {}, {}, {}, {}, {}, []
        self.ended, self.worked = {e["deal"] for e in events}, {}
        self.year = lambda word, d: co.period(word, max(d, day(plan["from"])), plan)
        self.round = lambda x: rounded(x, DIGITS.get(plan["currency"], 2), plan.get("rounding", "half_even"))
        for c in co.declared(plan, "component"):
            self.component(c)
        # A wider cap counts what a narrower one took of the same components.
        names = [c["name"] for c in co.declared(plan, "component")]
        caps = sorted(({"of": names} | c for c in co.declared(plan, "cap")), key=lambda c: len(c["of"]))
        for c in [c for c in caps if c["of"]]:
            self.bounds.append((c["name"], c["of"], {}, c, co.named(plan, "component", c["of"][0])))
        # What comes free under one limit is seen by all of them.
        turns = 0
        while any([self.limit(*b, word, not turns) for b in self.bounds for word in ("period", "year", "plan")]):
            turns += 1
        for key in [key for key in self.P if key[2] == "limit"]:
            self.P[key] = self.wait(key, self.P[key])

    # clawback: what is left of a deal, and what part of its lines is taken

    def counted(self, d, comp):
        when = (self.base_measure(comp) or {}).get("when", "closed")
        return day(d.get("booked") or d["closed"]) if when == "booked" else day(d["closed"])

    def base_measure(self, comp):
        on = comp.get("on")
        if on is None or (isinstance(on, dict) and "c" in on):
            return None
        plan, name = sources(self.co, self.plan, on)[0] if isinstance(on, dict) else (self.plan, on)
        measure = self.co.named(plan, "measure", name)
        while measure and isinstance(measure.get("credit"), dict):
            inner = measure["credit"]
            plan, name = (plan, inner["m"]) if "m" in inner else sources(self.co, plan, inner)[0]
            measure = self.co.named(plan, "measure", name)
        return measure

    def clawed(self, d, comp, blind=False):
        """(left after restatements, taken of what is held, taken of what was first)."""
        if blind or d["id"] not in self.ended:
            return F(1), F(0), F(0)
        key = (d["id"], comp["name"])
        if key not in self.worked:
            self.worked[key] = self.clawed_once(d, comp)
        return self.worked[key]

    def clawed_once(self, d, comp):
        restated, held, first, rest, removed = F(0), F(0), F(0), F(1), False
        for e in self.events:
            if e["deal"] != d["id"] or e["kind"] not in self.kinds():
                continue
            if e["kind"] == "reinstated":
                restated, held, first, rest, removed = F(0), F(0), F(0), F(1), False
                continue
            part = F(e["amount"]) / F(d["amount"]) if e["kind"] == "refunded" else rest
            rest -= part
            if rest < 0:
                raise Refused("refunded more than is left")
            rule = next((r for r in self.co.declared(self.plan, "clawback") if self.fits(r, e, d, comp)), None)
            if rule is None:
                continue
            if rule["method"] == "restate":
                removed |= e["kind"] != "refunded"
                restated = F(1) if e["kind"] != "refunded" else restated + part
                continue
            take = self.take(rule, e, d, comp)
            if rule.get("base", "held") == "first":
                first += part * take
            else:
                held += part * take
        left = 1 - restated
        if removed:     # taken out altogether: nothing is left to take
            return F(0), F(0), F(0)
        return left, min(held / left, F(1)) if left else F(0), min(first, F(1))

    def kinds(self):
        return set(ENDS) | {k for r in self.co.declared(self.plan, "clawback") for k in r.get("on", ENDS[:2])}

    def fits(self, rule, e, d, comp):
        if e["kind"] not in rule.get("on", ENDS[:2]) or (rule.get("of") and comp["name"] not in rule["of"]):
            return False
        start, on = self.counted(d, comp), day(e["date"])
        if rule.get("since") in ("paid", "invoiced"):
            days = [day(x["date"]) for x in self.co.events if x["deal"] == d["id"] and x["kind"] == rule["since"]]
            if not days:
                return False
            start = min(days)
        after, within = rule.get("after"), rule.get("within")
        return (not after or on > self.later(start, after)) and (not within or on <= self.later(start, within))

    def later(self, d, duration):
        n, unit = duration
        return plus_months(d, n) if unit == "months" else d + ONE_DAY * n

    def take(self, rule, e, d, comp):
        take = rule.get("take", "100")
        if isinstance(take, dict):
            return table_at(take, F((day(e["date"]) - self.counted(d, comp)).days))
        if isinstance(take, list):
            world = self.world(comp)
            return ev(take, Env(world, self.plan, deal=world.view(d, self.plan, self.counted(d, comp)), event=e))
        return F(take) / 100

    def world(self, comp, blind=False):
        left = {} if blind else {i: self.clawed(self.co.deals[i], comp)[0] for i in self.ended}
        key = tuple(sorted((i, x) for i, x in left.items() if x != 1))
        if key not in self.worlds:
            self.worlds[key] = World(self, left)
        return self.worlds[key]

    # one component: lines to date, then what is taken back, limits and what is payable

    def component(self, comp):
        lines = self.worked_lines(comp, self.world(comp))
        rules = self.co.declared(self.plan, "clawback")
        blind = self.worked_lines(comp, self.world(comp, True)) if any(r.get("base") == "first" for r in rules) else {}
        self.lines[comp["name"]] = lines
        for key in set(lines) | set(blind):
            line, amount = lines.get(key, (None, F(0)))
            start = line or blind[key][0]
            taken, gone = F(0), F(0)
            deals = [self.co.deals[i] for i in start.deals]
            if self.of_deal(comp):
                d = self.co.deals[key[2].split(" ")[0]]
                deals = [d]
                _, held, first = self.clawed(d, comp)
                gone = held + first
                taken = amount * held + (blind[key][1] if key in blind else amount) * first
            if self.cash(comp) and self.plan.get("write_off", "lapse") == "lapse":
                whole = sum((F(d["amount"]) * self.clawed(d, comp)[0] for d in deals), F(0))
                w = sum((self.money(d, "written_off") for d in deals), F(0)) / whole if whole else F(0)
                taken += amount * max(min(w, 1 - gone), F(0))
            self.E[key], self.spans[key] = amount - self.round(taken), (start.period, start.on)
            s = self.share_payable(comp, start, key)
            covers = (amount * s >= amount - taken) if amount >= 0 else (amount * s <= amount - taken)
            self.P[key] = self.wait(key, self.E[key] if covers else self.round(amount * s))
            self.left[key] = [self.E[key], self.P[key]]
        self.bounds.append((comp["name"], [comp["name"]], comp.get("floor") or {}, comp.get("cap") or {}, comp))

    def of_deal(self, comp):
        return comp["kind"] in ("commission", "spiff", "residual") or (comp["kind"] == "override" and comp.get("per") == "deal")

    def cash(self, comp):
        payable = comp.get("payable", "earned")
        return any(k.split()[0] in ("paid", "invoiced") for _, k, *_ in (payable if isinstance(payable, list) else [[100, payable]]) if isinstance(k, str))

    def money(self, d, kind):
        return sum((F(e["amount"]) for e in (self.events if kind == "written_off" else self.co.events)
                    if e["deal"] == d["id"] and e["kind"] == kind and day(e["date"]) <= self.D), F(0))

    def share_payable(self, comp, line, key):
        payable = comp.get("payable", "earned")
        leaves = self.co.payees[key[0]].get("end")
        if leaves and self.plan.get("leaver") == "release" and day(leaves) <= self.D:
            return F(1)
        deals = [self.co.deals[i] for i in line.deals]
        return sum((F(part) / 100 * self.there(comp, deals, line, *kind) for part, *kind in payable), F(0)) if isinstance(payable, list) \
            else self.there(comp, deals, line, payable)

    def there(self, comp, deals, line, kind, once=None):
        """How far a condition is met; with `once`, whole as soon as so many percent of the money have come."""
        if kind == "released":
            return F(self.co.held(line.key, self.D) is False)
        if kind == "earned" or not deals:
            return F(1)
        if kind in ("paid", "invoiced", "paid in full", "invoiced in full"):
            kind, once = kind.split()[0], once or ("100" if "full" in kind else None)
            whole = sum(F(d["amount"]) * self.clawed(d, comp)[0] for d in deals)
            got = sum(self.money(d, kind) + (self.money(d, "written_off") if self.plan.get("write_off") == "release" else 0) for d in deals)
            part = min(max(got / whole, F(0)), F(1)) if whole > 0 else F(1)
            return F(part >= F(once) / 100) if once else part
        d = deals[-1]
        if isinstance(kind, dict):
            return F(self.later(self.counted(d, comp), kind["after"]) <= self.D)
        if kind in ("closed", "booked"):
            return F(day(d.get(kind) or d["closed"]) <= self.D)
        if kind.startswith("end of "):
            return F(self.co.period(kind[7:], self.counted(d, comp), self.plan)[2] <= self.D)
        return F(any(e["deal"] == d["id"] and e["kind"] == kind and day(e["date"]) <= self.D for e in self.co.events))

    def round_lines(self, comp, lines):
        """One amount a key, rounded once; with per "period" the running total is rounded and the lines are its steps."""
        keys = {}
        for line in lines:
            if line.key in keys:
                keys[line.key].amount += line.amount
            else:
                keys[line.key] = line
        if self.plan.get("rounding_per") != "period":
            return {k: (x, self.round(x.amount)) for k, x in keys.items()}
        found, running = {}, defaultdict(F)
        for x in sorted(keys.values(), key=lambda x: x.order):
            group = (x.payee, x.period[0])
            was = self.round(running[group])
            running[group] += x.amount
            found[x.key] = (x, self.round(running[group]) - was)
        return found

    def worked_lines(self, comp, world):
        """The lines, rounded; of a SPIFF with a budget as far as it lasts: by day, deal and who is named first on it."""
        found, left = self.round_lines(comp, self.make_lines(comp, world)), F(comp.get("budget", 0))
        if "budget" in comp:
            for key, (line, amount) in sorted(found.items(), key=lambda x: x[1][0].order[1:]):
                paid = min(amount, left)
                found[key], left = (line, paid), left - paid
        return found

    def make_lines(self, comp, world):
        return {"commission": self.per_credit, "spiff": self.per_credit, "residual": self.residual, "bonus": self.per_period,
                "override": self.override, "pool": self.pool, "objectives": self.objectives}[comp["kind"]](comp, world)

    def formula(self, x, env, default=None):
        return default if x is None else ev(x, env) if isinstance(x, (list, bool)) else F(x)

    def paid_now(self, comp, period):
        late = comp.get("paid", "at end" if comp["kind"] in ("bonus", "pool", "objectives") else "to date") == "at end"
        return period[2] <= self.D if late else period[1] <= self.D

    def end(self, period):
        """The last day of a period that is known."""
        return min(period[2], self.D)

    def takes(self, p, period, credits=()):
        """Whether somebody has a part in what a period pays: not before the first day on the plan, nor without one at work."""
        return self.co.there(p, self.plan, period[1], self.end(period)) and bool(self.co.active(p, self.plan, period[1], period[2]) or credits)

    def gate(self, comp, world, p, period):
        return "only_if" not in comp or ev(comp["only_if"], Env(world, self.plan, p, self.end(period), period=period))

    def factor(self, comp, env, follow, period):
        x = comp.get("multiplier")
        return table_at(x, follow.part(follow.total(period), period), env) if isinstance(x, dict) else self.formula(x, env, F(1))

    def within(self, comp, amount, env):
        low, high = (comp.get("floor") or {}).get("deal"), (comp.get("cap") or {}).get("deal")
        amount = amount if low is None else max(amount, self.formula(low, env))
        return amount if high is None else min(amount, self.formula(high, env))

    def value(self, comp, env):
        """(what rate or pay says, whether it is a percent), with a dated table picked by the day."""
        is_rate, x = "rate" in comp, comp["rate"] if "rate" in comp else comp["pay"]
        if isinstance(x, dict) and x["t"] == "dated":
            x = [t for d, t in x["rows"] if day(d) <= env.date][-1]
        if not isinstance(x, dict):
            x = ev(x, env) if isinstance(x, list) else F(x) / (100 if is_rate else 1)
        return x, is_rate

    def units(self, measure):
        return measure.get("unit") == "units"

    def per_credit(self, comp, world):
        found, seen = [], defaultdict(int)
        own = comp["on"] if isinstance(comp["on"], str) else comp["on"]["m"]
        for item in world.credits(self.plan, own):
            p, follow, mine = item.payee, Follow(world, self.plan, comp["on"], item.payee), Follow(world, self.plan, own, item.payee)
            period = self.co.period(mine.word, item.date, self.plan, p)
            env = Env(world, self.plan, p, item.date, period, item.deal, item, item.event)
            if not self.takes_part(comp, env, item) or not self.paid_now(comp, period):
                continue
            amount = self.price(comp, env, item, follow, period) * self.factor(comp, env, follow, period)
            amount = self.within(comp, amount, env)
            if "first" in comp:
                seen[p] += 1
                if seen[p] > comp["first"]:
                    continue
            if not self.gate(comp, world, p, period):
                continue
            found.append(Line(comp["name"], p, item.deal["id"], period, amount, [item.deal["id"]], item.order, item.date))
        return found

    def takes_part(self, comp, env, item):
        inside = day(comp.get("from") or "1900-01-01") <= item.date <= day(comp.get("to") or "2999-12-31")
        return inside and all(k not in comp or ev(comp[k], env) for k in ("who", "which"))

    def price(self, comp, env, item, follow, period):
        x, is_rate = self.value(comp, env)
        if is_rate:
            of = comp.get("of", "credit")
            base = {"credit": lambda: item.amount, "quota": lambda: follow.quota(period), "total": lambda: follow.total(period)}[of]() \
                if isinstance(of, str) and of in ("credit", "quota", "total") else self.formula(of, env) * item.share
        else:
            base = item.amount if self.units(follow.measure) else item.share
        if not isinstance(x, dict):
            return base * x
        per = comp.get("per", "period")
        if per == "deal":
            before, total = F(0), item.amount
        elif per == "period":
            before, total = sum((i.amount for i in follow.path(period) if i.order < item.order), F(0)), follow.total(period)
        else:
            same = [i for i in follow.path(period) if i.deal.get(per) == item.deal.get(per)]
            before, total = sum((i.amount for i in same if i.order < item.order), F(0)), sum(i.amount for i in same)
        quota = follow.quota(period) if x["axis"] == "attainment" else F(1)
        if quota == 0:
            raise Refused("zero quota")
        if x["t"] == "marginal":
            return F(0) if item.amount == 0 else base / item.amount * table_area(x, before, before + item.amount, quota, env)
        return base * table_at(x, total / quota, env)

    def per_period(self, comp, world):
        found = []
        for p in sorted(self.co.payees):
            follow = Follow(world, self.plan, comp["on"], p)
            for period in self.co.periods(follow.word, day(self.plan["from"]), min(self.D, day(self.plan["to"])), self.plan, p):
                env = Env(world, self.plan, p, self.end(period), period)
                if not self.paid_now(comp, period) or not self.takes(p, period, follow.path(period) or follow.total(period)):
                    continue
                if ("who" in comp and not ev(comp["who"], env)) or not self.gate(comp, world, p, period):
                    continue
                amount = self.whole(comp, env, follow, period) * self.factor(comp, env, follow, period)
                found.append(Line(comp["name"], p, None, period, amount, [i.deal["id"] for i in follow.path(period)], (period[1],)))
        return found

    def whole(self, comp, env, follow, period):
        """What a bonus, an override or a pool is for the period."""
        x, is_rate = self.value(comp, env)
        of = comp.get("of", "total" if comp["kind"] == "bonus" else "credit")
        # Not paid on: what an accumulating measure brought into the period, and what others sold while the payee was not on the plan.
        less = [i for i in follow.path(period) if (of == "credit" and i.date < period[1]) or (comp["kind"] != "pool" and not self.co.on_plan(follow.p, self.plan, i.date))]
        paid_on = follow.total(period) - sum(i.amount for i in less)
        if not is_rate:
            # An override on units pays its amount for each of them.
            base = paid_on if comp["kind"] == "override" and self.units(follow.measure) and not isinstance(x, dict) else F(1)
        elif of in ("total", "credit"):
            base = paid_on
        else:
            base = follow.quota(period) if of == "quota" else self.formula(of, env)
        if not isinstance(x, dict):
            return base * x
        by_quota = x["axis"] == "attainment"
        if x["t"] == "marginal" and (not by_quota or of in ("total", "credit")):
            spans = [(1, F(0), follow.total(period))] + [(-1, follow.before(i), follow.before(i) + i.amount) for i in less]
            return sum(sign * table_area(x, a, b, follow.quota(period) if by_quota else F(1), env) for sign, a, b in spans)
        at = follow.part(follow.total(period), period) if by_quota else follow.total(period)
        return base * table_at(x, at, env)

    def override(self, comp, world):
        on = comp["on"]
        if isinstance(on, dict) and "c" in on:
            return self.of_earnings(comp, world)
        if comp.get("per") != "deal":
            return self.per_period(comp, world)
        found = []
        for p in sorted(self.co.payees):
            follow = Follow(world, self.plan, on, p)
            for item in [i for i in follow.items() if self.co.on_plan(p, self.plan, i.date)]:
                period = self.co.period(follow.word, item.date, self.plan, p)
                env = Env(world, self.plan, p, item.date, period, item.deal, item)
                if self.takes_part(comp, env, item) and self.gate(comp, world, p, period):
                    amount = self.price(comp, env, item, follow, period) * self.factor(comp, env, follow, period)
                    found.append(Line(comp["name"], p, item.deal["id"], period, self.within(comp, amount, env), [item.deal["id"]], item.order, item.date))
        return found

    def of_earnings(self, comp, world):
        found, on = [], comp["on"]
        for plan in self.co.plans.values():
            target = self.co.named(plan, "component", on["c"])
            if not target or ("local" in on and plan is not self.plan):
                continue
            run = self if plan is self.plan else self.co.once(("run", plan["name"], self.D, tuple(e["id"] for e in self.events)),
                                                              lambda: Run(self.co, plan, self.D, self.events, {}))
            for p in sorted(self.co.payees):
                sums, where, word = defaultdict(F), {}, (run.base_measure(target) or {}).get("period")
                for x, period, amount, d in run.earned_lines(target):
                    if member(self.co, self.plan, on, p, x, d) and self.co.on_plan(p, self.plan, min(d, day(self.plan["to"]))):
                        # A year from the start is that of whoever is paid.
                        period = self.co.period(word, d, self.plan, p) if word == "anniversary" else period
                        sums[period[0]] += amount
                        where[period[0]] = period
                for label, amount in sums.items():
                    env = Env(world, self.plan, p, self.end(where[label]), where[label])
                    x, is_rate = self.value(comp, env)
                    if self.paid_now(comp, where[label]) and self.gate(comp, world, p, where[label]):
                        found.append(Line(comp["name"], p, None, where[label], amount * x, [], (where[label][1],)))
        return found

    def earned_lines(self, comp):
        """What a component earned before anything was taken back by `reverse`. What its limits take comes off the latest lines."""
        found = defaultdict(list)
        for line, amount in self.lines.get(comp["name"], {}).values():
            last = self.counted(self.co.deals[line.deals[-1]], comp) if line.deals and self.of_deal(comp) else self.end(line.period)
            found[line.payee, line.period].append((last, amount))
        for (p, period), lines in found.items():
            change = self.earned_in(comp["name"], p, period) - sum(x for _, x in lines)
            for n, (last, x) in enumerate(sorted(lines, reverse=True)):
                part = change if change > 0 or n == len(lines) - 1 else max(change, min(-x, F(0)))
                change -= part
                yield p, period, x + part, last

    def earned_in(self, name, p, period):
        """Within the component's own limits: of a year and the plan what earlier periods left."""
        comp = self.co.named(self.plan, "component", name)
        return self.earned_before(comp, p, period[1] + ONE_DAY) - self.earned_before(comp, p, period[1])

    def earned_before(self, comp, p, d):
        sums, years, floor, cap = defaultdict(F), defaultdict(F), comp.get("floor") or {}, comp.get("cap") or {}
        cap = {} if cap.get("excess") == "carry" else cap
        limit = lambda x, span: self.round(self.formula(x, Env(self.world(comp), self.plan, p, self.end(span), span)))
        for line, amount in self.lines.get(comp["name"], {}).values():
            if line.payee == p and line.period[1] < d:
                sums[line.period] += amount
                years[self.year("year", line.on)] += amount
        for span, x in sums.items():
            y = max(x, limit(floor["period"], span)) if "period" in floor else x
            years[self.year("year", span[1])] += (min(y, limit(cap["period"], span)) if "period" in cap else y) - x
        total = sum((min(x, limit(cap["year"], span)) if "year" in cap else x for span, x in years.items()), F(0))
        return min(total, limit(cap["plan"], self.co.period("plan", d, self.plan))) if "plan" in cap else total

    def pool(self, comp, world):
        # A measure that each follows alone is worked over everybody.
        found, on = [], comp["on"] if isinstance(comp["on"], dict) else {"sum": "everyone", "m": comp["on"]}
        groups = {None: None}
        everyone = sorted(self.co.payees)
        if isinstance(on, dict) and on["sum"] == "group":
            groups = {self.co.field(p, on["field"], self.D): p for p in everyone if self.co.field(p, on["field"], self.D) is not None}
        for lead in groups.values():
            follow = Follow(world, self.plan, on, lead or everyone[0])
            if lead is None:
                follow.made = members_items(world, self.plan, on, everyone[0])
            for period in self.co.periods(follow.word, day(self.plan["from"]), min(self.D, day(self.plan["to"])), self.plan):
                env = Env(world, self.plan, lead, self.end(period), period)
                if not self.paid_now(comp, period):
                    continue
                amount = self.round(self.whole(comp, env, follow, period))
                sharers = [p for p in everyone if self.takes(p, period)
                           and (lead is None or member(self.co, self.plan, on, lead, p, self.end(period)))
                           and ("who" not in comp or ev(comp["who"], Env(world, self.plan, p, self.end(period), period)))]
                weights = [self.weight(comp, world, p, period, sharers) for p in sharers]
                if comp["share"] == "credit" and max(weights, default=0) > 0:
                    weights = [max(x, F(0)) for x in weights]
                if not sum(weights):
                    continue
                # What roles hold is divided among them; the share of a role that nobody holds stays undivided.
                held = self.round(amount * sum(weights)) if isinstance(comp["share"], dict) else amount
                parts = largest_remainder([held * w / sum(weights) for w in weights], DIGITS.get(self.plan["currency"], 2))
                for p, part in zip(sharers, parts):
                    found.append(Line(comp["name"], p, None, period, part, [i.deal["id"] for i in follow.path(period)], (period[1],)))
        return found

    def weight(self, comp, world, p, period, sharers):
        share = comp["share"]
        if share == "equal":
            return F(1)
        if share == "credit":
            return sum((i.amount for i in Follow(world, self.plan, comp["on"]["m"] if isinstance(comp["on"], dict) else comp["on"], p).items() if period[1] <= i.date <= period[2]), F(0))
        if isinstance(share, dict):
            role = {x: self.co.field(x, "role", self.co.last_on(x, self.plan, period, self.end(period))) for x in sharers}
            return F(share.get(role[p], "0")) / 100 / len([x for x in sharers if role[x] == role[p]])
        return F(ev(share, Env(world, self.plan, p, self.end(period), period)))

    def objectives(self, comp, world):
        found = []
        for p in sorted(self.co.payees):
            for period in self.co.periods(comp["period"], day(self.plan["from"]), min(self.D, day(self.plan["to"])), self.plan, p):
                env = Env(world, self.plan, p, self.end(period), period)
                if not self.paid_now(comp, period) or not self.takes(p, period) or not self.gate(comp, world, p, period):
                    continue
                for at, (name, weight) in enumerate(comp["weights"].items()):
                    score = sum((F(r["score"]) / 100 for r in self.co.data.get("scores", [])
                                 if (r["payee"], r["objective"], r["period"]) == (p, name, period[0])), F(0))
                    rate = table_at(comp["rate"], score) if "rate" in comp else score
                    amount = self.formula(comp["of"], env) * F(weight) / 100 * rate
                    found.append(Line(comp["name"], p, "#" + name, period, amount, [], (period[1], at)))
        return found

    def residual(self, comp, world):
        found, step = [], {"month": 1, "quarter": 3, "half": 6, "year": 12}[comp["every"]]
        for item in world.credits(self.plan, comp["on"]):
            d, follow = self.co.deals[item.deal["id"]], Follow(world, self.plan, comp["on"], item.payee)
            over = self.D
            for e in self.events:
                # A part that is refunded lowers what is left; the rest runs on.
                if e["deal"] == d["id"] and e["kind"] in self.kinds() and not (e["kind"] == "refunded" and e.get("amount")):
                    over = self.D if e["kind"] == "reinstated" else min(over, day(e["date"]) - ONE_DAY)
            if comp.get("ends", "never") == "term":
                over = min(over, plus_months(item.date, int(d["term"])) - ONE_DAY)
            n = 1
            while plus_months(item.date, step * (n - 1)) <= over:
                on = plus_months(item.date, step * (n - 1))
                period = self.co.period(follow.word, on, self.plan, item.payee)
                env = Env(world, self.plan, item.payee, item.date, period, item.deal, item)
                if self.takes_part(comp, env, item):
                    x, is_rate = self.value(comp, env)
                    x = table_at(x, F(n)) if isinstance(x, dict) else x
                    base = item.amount if is_rate or self.units(follow.measure) else item.share
                    found.append(Line(comp["name"], item.payee, f"{d['id']} {n}", period, base * x, [d["id"]], (on, item.date, d["id"]), on))
                n += 1
        return found

    def limit(self, name, of, floor, cap, comp, word, first):
        """On what earlier limits left of each line. What is over it comes off the latest lines, with what of them is payable."""
        at_of = lambda p, x, span: self.round(self.formula(x, Env(self.world(comp), self.plan, p, self.end(span), span)))
        kind = lambda c, p: Follow(self.world(c), self.plan, c["on"], p).word
        scopes, carries, freed = defaultdict(list), cap.get("excess") == "carry" and word in cap, False
        for key, (span, on) in [(key, self.spans[key]) for key in self.left if key[1] in of]:
            scopes[key[0], span if word == "period" else self.year(word, on)].append(key)
        late = lambda key: (self.spans[key][1] if key[4:] or key[2] and key[2][0] != "#" else self.spans[key][0][2], of.index(key[1]), key[2] or "")
        for (p, span), keys in scopes.items():
            low, high = (at_of(p, limits[word], span) if word in limits else None for limits in (floor, cap))
            keys.sort(key=late)
            x = sum(self.left[key][0] for key in keys)
            idle = all(key[4:] or not self.E[key] and self.lines[key[1]].get(key, (0, 1))[1] for key in keys)
            if low is not None and low > x and first and not idle and self.co.there(p, self.plan, *span[1:]):
                # What it adds may be paid as what it lifts may.
                pay, more = sum(self.left[key][1] for key in keys), low - x
                open_ = more if pay == x or not x else self.round(min(max(more * pay / x, F(0)), more))
                self.left[keys[-1]] = [a + b for a, b in zip(self.left[keys[-1]], (more, open_))]
                self.add((p, name, "limit", span[0]), span, more, open_)
                x = low
            if high is not None and not carries and x > max(high, 0):
                self.add((p, name, "limit", span[0]), span, max(high, 0) - x, -self.cut(keys, x - max(high, 0), 0))
        for p, waits in [(p, []) for p in {p for p, _ in scopes}] if carries else ():
            # What is over the cap of a period stays earned, and for all limits moves to the next period that has room.
            for span in self.co.periods(kind(comp, p) if word == "period" else word, day(self.plan["from"]), self.D, self.plan, p):
                was = [(key, self.left[key][1]) for key in scopes.get((p, span), [])]
                x = sum((y for _, y in was), F(0))
                room = min(x + sum(y for _, y in waits), max(at_of(p, cap[word], span), F(0))) - x
                self.add((p, name, "limit", span[0]), span, F(0), room)
                self.cut([key for key, _ in was], max(-room, F(0)), 1)
                waits += [(key, y - self.left[key][1]) for key, y in was if y > self.left[key][1]]
                while room > 0:
                    (key, y), freed = waits.pop(0), True
                    waits[:0] = [(key, y - room)] if y > room else []
                    of_line = kind(self.co.named(self.plan, "component", key[1]), p)
                    free, own = (*key[:4], len(self.left)), span if word == "period" else self.co.period(of_line, span[1], self.plan, p)
                    self.left[free], self.spans[free] = [min(y, room)] * 2, (own, span[1])
                    room -= min(y, room)
        return freed

    def cut(self, keys, over, what):
        lost = F(0)
        for key in reversed(keys):
            e, pay = self.left[key]
            part = min(over, max(self.left[key][what], F(0)))
            rest = pay - part if what or not e else self.round(pay * (e - part) / e)
            over, lost = over - part, lost + pay - rest
            self.left[key] = [e - part, rest]
        return lost

    def add(self, key, span, earned, payable):
        if earned or payable:
            self.spans[key] = span, span[1]
            self.E[key], self.P[key] = self.E.get(key, F(0)) + earned, self.P.get(key, F(0)) + payable

    def kept_back(self, key):
        """Whether somebody's hold keeps a key back; at leaving what is held is released where the plan says so, by hand too."""
        end, hold = self.co.payees[key[0]].get("end"), self.co.hold(key, self.D)
        released = self.plan.get("leaver") == "release" and end and day(end) <= self.D
        return bool(hold) and hold["kind"] == "held" and not (released and day(hold["date"]) <= day(end))

    def wait(self, key, x):
        """What is held by hand may shrink and does not grow; a cap gives back for what falls under it, and takes for what rises."""
        old, keeps = self.before.get(key, F(0)), self.kept_back(key)
        if not keeps or key[2] != "limit" or min(x, old) >= 0:
            return old if abs(x) > abs(old) and keeps else x
        of, (span, _) = next(b[1] for b in self.bounds if b[0] == key[1]), self.spans[key]
        meets = lambda k: k not in self.spans or self.spans[k][0][1] <= span[2] and span[1] <= self.spans[k][0][2]
        moves = [self.P.get(k, F(0)) - self.before.get(k, F(0)) for k in {*self.P, *self.before} if k[0] == key[0] and k != key and k[1] in of and meets(k)]
        return max(min(x, old - sum(m for m in moves if m < 0)), min(old, F(0)) - sum(m for m in moves if m > 0))
