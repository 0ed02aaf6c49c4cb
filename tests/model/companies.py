"""Small random companies, the same for the same seed: simple ones first, more features the higher `size` is."""

import json
import random
from datetime import date, timedelta

from settle import work
from words import Calendar, day

FEATURES = {      # name: how likely once all are on; those that are 0 are off unless asked for by --on
    "quota_axis": 0.6, "table": 0.7, "above": 0.2, "per_deal": 0.15, "per_account": 0.05, "retroactive": 0.3, "interpolated": 0.15, "steps_before": 0.1,
    "units": 0.2, "pay": 0.25, "of": 0.15, "which": 0.2, "split": 0.3, "cents": 0.1, "overlay": 0.15, "returns": 0.2, "two_currencies": 0.12,
    "pay_currency": 0.12, "override": 0.3, "levels": 0.3, "override_deal": 0.3, "override_earnings": 0.2, "group": 0.15, "bonus": 0.35, "bonus_to_date": 0.2,
    "spiff": 0.2, "first": 0.4, "budget": 0.3, "objectives": 0.15, "pool": 0.15, "residual": 0.15, "multiplier": 0.2, "only_if": 0.2, "linked": 0.15,
    "deal_limit": 0.15, "period_cap": 0.2, "carry_cap": 0.15, "carry_year": 0.3, "carry_floor": 0.3, "carry_inside": 0.6, "year_cap": 0.12, "plan_cap": 0.06, "across_cap": 0.12, "inner_cap": 0.3, "payout_cap": 0.12, "floor": 0.1,
    "start": 0.2, "end": 0.15, "ramp": 0.15, "leave": 0.12, "plan_change": 0.15, "line_change": 0.1, "payable_cash": 0.2, "payable_days": 0.12,
    "payable_parts": 0.1, "payable_event": 0.06, "payable_end": 0.06, "write_off": 0.1, "clawback": 0.4, "refund": 0.3, "reinstate": 0.15, "take_table": 0.4,
    "first_base": 0.2, "two_rules": 0.3, "versions": 0.35, "guarantee": 0.15, "draw": 0.15, "recover": 0.2, "instalments": 0.2, "minimum": 0.1, "negative": 0.1,
    "accumulate": 0.1, "modes": 0.2, "rounding_period": 0.08, "fiscal": 0.1, "weekly": 0.05, "manual": 0.1, "dated": 0.1, "fields": 0.15, "booked": 0.08,
    "leaver": 0.2, "credit_weights": 0.2, "lookup": 0.15, "window": 0.08, "who": 0.08, "when_money": 0.06, "given": 0.06, "order": 0.0,
    "long_payout": 0.08, "anniversary": 0.06, "rule_credit": 0.06, "share_rule": 0.06, "dated_quota": 0.15, "grid": 0.1, "carry_across": 0.3, "forgive": 0.12,
    "paid_outside": 0.08, "hold": 0.1, "payable_released": 0.05, "in_full": 0.35, "coins": 0.1,
}
KINDS, PRODUCTS = ["new", "expansion", "renewal"], ["atlas", "beacon", "cirrus"]
NAMES = ["ann", "bob", "cy", "dee", "eve", "fay"]


class Maker:
    def __init__(self, seed, only=None, off=(), on=()):
        self.r, self.off, self.on, self.only = random.Random(seed), set(off), set(on), only
        self.size = [0.15, 0.3, 0.5, 0.8, 1.0][seed % 5]

    def has(self, feature):
        x = self.r.random()
        if feature in self.off or (self.only is not None and feature not in self.only):
            return False
        return feature in self.on or x < FEATURES[feature] * self.size

    def pick(self, *xs):
        return self.r.choice(xs)

    def between(self, a, b):
        return self.r.randint(a, b)

    def amount(self, low=100, high=20000):
        """Round ones often, so that boundaries are met exactly; else to the cent."""
        x = self.between(low, high)
        return self.pick(str(x // 100 * 100 + 100), str(x), f"{x}.{self.between(0, 99):02}")

    def percent(self, low=1, high=15):
        return self.pick(str(self.between(low, high)), f"{self.between(low, high)}.{self.between(1, 9)}", f"{self.between(low, high)}.{self.between(1, 99):02}")

    def day(self, a, b):
        a, b = day(a), day(b)
        return str(a + timedelta(days=self.between(0, (b - a).days)))

    # tables

    def boundaries(self, axis):
        n = self.between(1, 3)
        steps = {"attainment": ["20", "50", "75", "80", "100", "120", "125", "150", "33.3"], "money": ["5000", "10000", "12345.67", "20000", "30000", "50000"],
                 "units": ["3", "5", "10", "20", "12.5"]}[axis]
        return ["0"] + sorted(self.r.sample(steps, n), key=float)

    def table(self, kind, axis, of):
        make = {"pct": lambda: self.percent(), "amount": lambda: self.pick("0", "100", "250.50", str(self.between(1, 900))),
                "factor": lambda: self.pick("1", "1.5", "0.5", "1.25", "0", "2")}[of]
        at = self.boundaries(axis)
        rows = [[a, make()] + ([True] if a != "0" and kind in ("retroactive", "steps") and self.has("above") else []) for a in at]
        return {"t": kind, "axis": axis, "of": of, "rows": rows}

    # the company

    def company(self):
        r = self.r
        self.home = self.pick("JPY", "KWD") if self.has("coins") else "USD"
        self.other = self.pick("EUR", "JPY", "KWD") if self.home == "USD" and self.has("coins") else "EUR"
        co = {"currency": self.home, "plans": [], "payees": [], "deals": []}
        if self.has("fiscal"):
            co["first_month"] = self.pick(4, 7, 10)
        people = NAMES[:self.between(2, 6)]
        self.people = people
        self.fields = self.has("fields")
        for n, p in enumerate(people):
            x = {"id": p, "team": self.pick("east", "west"), "role": self.pick("rep", "lead")}
            if n and self.r.random() < 0.8:
                x["manager"] = people[self.between(0, n - 1)]
            x["start"] = self.day("2026-01-01", "2026-05-20") if self.has("start") else self.pick("2024-03-01", "2025-11-16")
            if self.has("end"):
                x["end"] = self.day("2026-05-21", "2026-11-30")
            if self.fields:
                x.update(ote=self.amount(5000, 60000), weight=str(self.between(0, 4)), own_rate=self.percent() + "%")
            co["payees"].append(x)
        if self.has("line_change"):
            x = co["payees"][-1]
            if x.pop("manager", None) and len(people) > 2:
                on = day(self.day("2026-02-01", "2026-09-01"))
                co["lines"] = [{"payee": x["id"], "manager": people[0], "to": str(on - timedelta(days=1))}, {"payee": x["id"], "manager": people[1], "from": str(on)}]
        if self.has("overlay"):
            co["overlay"] = ["SE"]
        self.foreign = self.has("two_currencies")
        self.paid_in = self.has("pay_currency")
        if self.paid_in:
            for x in co["payees"]:
                if r.random() < 0.6:
                    x["currency"] = self.other
        change = self.has("plan_change")
        self.payout = "week" if self.has("weekly") else self.pick("half", "year") if self.has("long_payout") else self.pick("month", "month", "quarter")
        self.cash = False
        for n in range(2 if change else 1):
            co["plans"].append(self.plan("AB"[n], co))
        if change:
            on = day(self.day("2026-02-01", "2026-09-30"))
            co["assignments"] = []
            for p in people:
                if r.random() < 0.5:
                    co["assignments"] += [{"payee": p, "plan": "A", "to": str(on - timedelta(days=1))}, {"payee": p, "plan": "B", "from": str(on)}]
                else:
                    co["assignments"].append({"payee": p, "plan": self.pick("A", "B")})
        for plan in co["plans"]:
            self.without_effect(plan)
        self.facts(co)
        co["last"] = [self.payout, self.pick("2026-06-15", "2026-12-31", "2026-12-31", "2027-06-15")]
        self.versions(co)
        return co

    def versions(self, co):
        """Cuts a plan on some day in two versions that say the same, which is to change nothing. Limits and periods of the
        plan, and limits of earnings that others read, are each version's own, and a window lies in its days."""
        for plan in co["plans"]:
            own = '"plan"' in json.dumps(plan) or any(k in x for x in plan["declares"] for k in ("from", "to"))
            own |= '"c"' in json.dumps(plan) and any(k in json.dumps(plan) for k in ('"cap"', '"floor"'))
            own |= "rounding_per" in plan or any(x["d"] == "cap" and "payout" in x for x in plan["declares"])  # rounded version by version
            # What a limit takes is converted version by version, which can move a cent.
            own |= bool(self.paid_in) and any(k in json.dumps(plan) for k in ('"cap"', '"floor"'))
            if self.has("versions") and not own:
                plan["cut"] = self.day("2026-01-05", "2026-11-20")

    @staticmethod
    def without_effect(plan):
        """A quota that nothing reads has no ramp and no proration: the engine refuses what has no effect."""
        for m in [d for d in plan["declares"] if d["d"] == "measure"]:
            others = str([d for d in plan["declares"] if d is not m])
            if "attainment" not in others and "quota" not in others:
                m.pop("ramp", None)
                m.pop("prorate", None)

    def plan(self, name, co):
        plan = {"name": name, "currency": self.home, "from": "2026-01-01", "to": "2026-12-31", "payout": self.payout, "declares": []}
        if co.get("first_month"):
            pass
        if self.has("modes"):
            plan["rounding"] = self.pick("half_up", "half_down", "up", "down")
        if self.has("rounding_period"):
            plan["rounding_per"] = "period"
        if self.has("negative"):
            plan["negative"] = self.pick("charge", "forgive")
        if self.has("recover"):
            plan["recover"] = {"share": self.pick("50", "25", "33.3")}
            if self.r.random() < 0.3:
                plan["recover"]["floor"] = self.pick("100", "500")
            if self.has("instalments"):
                plan["recover"]["instalments"] = self.between(2, 4)
        if self.has("minimum"):
            plan["minimum"] = self.pick("50", "200", "1000")
        if self.has("leaver"):
            plan["leaver"] = "release"
        say = plan["declares"].append
        self.declares = plan["declares"]
        word = {"week": ["month"], "month": ["month", "quarter", "half", "year", "plan"], "quarter": ["quarter", "half", "year"],
                "half": ["quarter", "half", "year", "plan"], "year": ["month", "half", "year"]}[self.payout]
        main = {"d": "measure", "name": "bookings", "period": "anniversary" if self.has("anniversary") else self.pick(*word)}
        self.unit = "money"
        if self.has("units"):
            main["unit"], self.unit = "units", "units"
            main["credit"] = self.pick(["deal", "quantity"], ["num", "1"], ["if", ["==", ["deal", "kind"], ["text", "new"]], ["num", "1.5"], ["num", "1"]])
        elif self.has("credit_weights"):
            main["credit"] = self.pick(
                ["if", ["==", ["deal", "kind"], ["text", "renewal"]], ["*", ["deal", "amount"], ["pct", "25"]], ["deal", "amount"]],
                ["-", ["deal", "amount"], ["deal", "cost"]], ["*", ["deal", "amount"], ["num", "1.25"]])
        if self.has("which"):
            main["which"] = ["in", ["deal", "kind"], ["text", "new"], ["text", "expansion"]]
        if self.has("booked"):
            main["when"] = "booked"
        self.cents = self.unit == "money" and "credit" not in main and self.has("cents")
        if self.cents:
            main["share"] = "cents"
        elif self.has("share_rule"):
            main["share"] = self.pick(["if", [">", ["deal", "amount"], ["money", "5000"]], ["pct", "50"], ["pct", "100"]],
                                      ["if", ["==", ["payee", "role"], ["text", "lead"]], ["pct", "30"], ["pct", "62.5"]])
        if self.has("rule_credit") and not self.cents:
            main["who"] = self.pick(["==", ["payee", "team"], ["text", "west"]], ["and", ["==", ["payee", "role"], ["text", "rep"]], ["==", ["deal", "kind"], ["text", "new"]]])
            main.setdefault("share", self.pick("100", "25", "12.5"))
        self.quota_axis = self.has("quota_axis")
        if self.quota_axis:
            if self.r.random() < 0.3:
                main["quota"] = self.pick("10", "20") if self.unit == "units" else self.pick("30000", "50000", "12345")
            if self.has("ramp") and main["period"] == "month":
                main["ramp"] = ["30", "60", "80"][:self.between(1, 3)]
            if self.r.random() < 0.15:
                main["prorate"] = "none"
            if self.has("accumulate") and main["period"] in ("month", "quarter"):
                main["accumulate"] = "year"
        say(main)
        self.main = main
        self.heat = self.quota_axis and self.has("steps_before")
        if self.heat:
            say({"d": "table", "name": "heat", "table": self.table("steps", "attainment", "factor")})
        if self.has("lookup"):
            say({"d": "table", "name": "weights", "table": {"t": "lookup", "of": "factor", "head": ["product", "weight"],
                                                           "rows": [["atlas", "1"], ["beacon", "1.25"], ["any", "0.5"]]}})
            self.weights = True
        else:
            self.weights = False
        self.grid = self.has("grid")
        if self.grid:
            small = self.unit == "units"
            down, across = self.pick(["atlas", "beacon", "cirrus"], ["0", "4", "6"]), self.pick(["0", "5000", "12000"], ["0", "2000"])
            say({"d": "table", "name": "matrix", "table": {"t": "grid", "of": "amount" if small else "pct", "down": down, "across": across,
                                                          "cells": [[self.pick("20", "7.5") if small else self.percent() for _ in across] for _ in down]}})
            self.grid = ["at", "matrix", ["deal", "term" if down[0] == "0" else "product"], ["deal", "amount"]]
        say(self.commission("Sales", main))
        names = ["Sales"]
        if "overlay" in co:
            say({"d": "measure", "name": "assisted", "period": main["period"], "who": "SE", "share": self.pick("100", "50", "split")})
            say({"d": "component", "kind": "commission", "name": "Assist", "on": "assisted", "rate": self.percent(1, 3)})
        for kind, make in (("spiff", self.spiff), ("bonus", self.bonus), ("override", self.override), ("group", self.group), ("objectives", self.goals),
                           ("pool", self.pool), ("residual", self.residual), ("linked", self.linked), ("given", self.given)):
            if self.has(kind) and not (kind == "pool" and main["period"] == "anniversary"):
                x = make(main)
                for y in x if isinstance(x, list) else [x]:
                    if y:
                        say(y)
        components = [x for x in plan["declares"] if x["d"] == "component"]
        inside = self.has("carry_inside")
        simple = [x["name"] for x in components if x.get("on") == "bookings" and (inside or "excess" not in x.get("cap", {})) and "payable" not in x]
        if self.has("across_cap") and len(simple) > 1:
            all_of = {"d": "cap", "name": "All", "of": simple, self.pick("period", "year"): self.pick("500", "1000", "3000")}
            say(all_of | ({"excess": "carry"} if self.has("carry_across") else {}))
            if len(simple) > 2 and self.has("inner_cap"):
                say({"d": "cap", "name": "Two", "of": simple[:2], self.pick("period", "year"): self.pick("400", "800")})
        if self.has("payout_cap"):
            say({"d": "cap", "name": "Most", "payout": self.pick("300", "1000", "2500")})
        if self.has("clawback"):
            for x in self.clawbacks(components):
                say(x)
        if self.has("guarantee") and not self.paid_in:
            g = {"d": "guarantee", "name": "Least", "amount": self.pick("500", "1000", "333.33")}
            if self.r.random() < 0.3:
                g["from"], g["to"] = "2026-02-01", "2026-05-31"
            if self.r.random() < 0.2:
                g["counts"] = "earned"
            say(g)
        if self.has("draw") and not self.paid_in:
            d = {"d": "draw", "name": "Advance", "amount": self.pick("500", "1000", "2000")}
            for k, v in (("recover", self.pick("50", "100", "30")), ("limit", self.pick("1500", "4000")), ("floor", self.pick("0", "200")), ("pays", "ahead")):
                if self.r.random() < 0.35:
                    d[k] = v
            if self.r.random() < 0.3:
                d["to"] = self.pick("2026-06-30", "2026-03-31")
            say(d)
        return plan

    def commission(self, name, main):
        c = {"d": "component", "kind": "commission", "name": name, "on": main["name"]}
        units = main.get("unit") == "units"
        axis = "attainment" if self.quota_axis and self.r.random() < 0.7 else "units" if units else "money"
        word, of = ("pay", "amount") if units or self.has("pay") else ("rate", "pct")
        if self.heat and not units:
            c["rate"], c["multiplier"] = self.percent(), ["at", "heat", ["m", "bookings", "attainment_before"]]
            return c
        if self.grid and self.r.random() < 0.6:
            c["pay" if units else "rate"] = self.grid
        elif self.has("table"):
            kind = "retroactive" if self.has("retroactive") else "marginal"
            if word == "pay" and not units and kind == "marginal":
                kind = "retroactive"
            if self.has("per_deal"):
                c["per"], axis = "deal", "units" if units else "money"
                kind = self.pick("marginal", "steps") if word == "rate" or units else "steps"
                if word == "rate" and not units and self.has("interpolated"):
                    kind = "interpolated"
            elif self.has("per_account"):
                c["per"], axis = "account", "units" if units else "money"
            c[word] = self.table(kind, axis, of)
            if self.has("dated") and kind != "interpolated":
                c[word] = {"t": "dated", "rows": [["2026-01-01", c[word]], [self.pick("2026-04-01", "2026-05-16"), self.table(kind, axis, of)]]}
        elif self.fields and word == "rate":
            c["rate"] = self.pick(["payee", "own_rate"], ["*", ["payee", "own_rate"], ["num", "0.5"]])
        elif word == "rate" and self.r.random() < 0.3:
            c["rate"] = ["if", [">", ["deal", "amount"], ["money", "5000"]], ["pct", "8"], ["pct", "5.5"]]
        else:
            c[word] = self.pick("100", "37.5", "12.34") if word == "pay" else self.percent()
        if "rate" in c and self.has("of"):
            c["of"] = ["*", ["deal", "amount"], ["pct", "60"]]
        if self.has("which"):
            c["which"] = self.pick(["!=", ["deal", "kind"], ["text", "renewal"]], [">=", ["deal", "amount"], ["money", "1000"]])
        if self.has("multiplier"):
            c["multiplier"] = self.table("steps", "attainment", "factor") if self.quota_axis and self.r.random() < 0.5 else self.pick("1.5", "0.75")
        if self.weights:
            c["multiplier"] = ["at", "weights", ["deal", "product"]]
        if self.has("only_if"):
            c["only_if"] = [">=", ["m", main["name"], "attainment"], ["pct", self.pick("50", "80")]] if self.quota_axis else \
                [">", ["m", main["name"], "total"], ["num", "3"] if units else ["money", "10000"]]
        if self.has("deal_limit"):
            c[self.pick("cap", "floor")] = {"deal": self.pick("0", "100", "250")}
        if self.has("window"):
            c["from"], c["to"] = "2026-02-10", "2026-08-20"
        if self.has("who"):
            c["who"] = ["==", ["payee", "role"], ["text", "rep"]]
        self.limits(c)
        self.payable(c)
        return c

    def limits(self, c):
        cap = dict(c.get("cap") or {})
        if self.has("period_cap"):
            cap["period"] = self.pick("300", "1000", "2000.50", ["/", ["payee", "ote"], ["num", "7"]] if self.fields else "333.335")
        elif self.has("carry_cap") and "payable" not in c:
            cap.update(period=self.pick("300", "1000"), excess="carry")
            if self.has("carry_year"):
                cap["year"] = self.pick("800", "1500")
            if self.has("carry_floor") and "floor" not in c and "only_if" not in c:
                c["floor"] = {"period": self.pick("100", "250")}
        elif self.has("year_cap"):
            cap["year"] = self.pick("1000", "3000")
        elif self.has("plan_cap"):
            cap["plan"] = self.pick("1000", "3000")
        if cap:
            c["cap"] = cap
        if self.has("floor") and "floor" not in c:
            c["floor"] = {"period": self.pick("0", "0", "200")}

    def payable(self, c):
        money = self.unit == "money"
        if c.get("cap", {}).get("excess") == "carry":
            return
        if money and self.has("payable_cash"):
            c["payable"] = self.pick("paid in full", "invoiced in full", [["100", "paid", "75"]], [["40", "booked"], ["60", "paid", "50"]]) if self.has("in_full") \
                else self.pick("paid", "paid", "invoiced")
        elif self.has("payable_days"):
            c["payable"] = {"after": self.pick([30, "days"], [45, "days"], [2, "months"], [1, "months"])}
        elif money and self.has("payable_parts"):
            c["payable"] = self.pick([["60", "booked"], ["40", "paid"]], [["30", "earned"], ["70", {"after": [2, "months"]}]], [["50", "invoiced"], ["50", "paid"]])
        elif self.has("payable_event"):
            c["payable"] = "installed"
        elif self.has("payable_released"):
            c["payable"] = self.pick("released", [["50", "earned"], ["50", "released"]])
        elif self.has("payable_end"):
            c["payable"] = self.pick("end of quarter", "end of year")
        self.cash = self.cash or "payable" in c

    def spiff(self, main):
        c = {"d": "component", "kind": "spiff", "name": "Spiff", "on": "bookings", "pay": self.pick("200", "75", "33.33")}
        if main.get("unit") == "units":
            pass
        if self.r.random() < 0.5:
            c["which"] = ["==", ["deal", "product"], ["text", "atlas"]]
        if self.has("first"):
            c["first"] = self.between(1, 3)
        if self.has("budget"):
            c["budget"] = self.pick("500", "1000")
        if self.has("window"):
            c["from"], c["to"] = "2026-02-10", "2026-08-20"
        if self.r.random() < 0.3:
            c["cap"] = {"period": self.pick("200", "400")}
        return c

    def bonus(self, main):
        c = {"d": "component", "kind": "bonus", "name": "Bonus", "on": "bookings"}
        units = main.get("unit") == "units"
        axis = "attainment" if self.quota_axis else "units" if units else "money"
        kind = self.pick("steps", "interpolated", "marginal")
        if units or self.r.random() < 0.4:
            c["pay"] = self.table("steps" if kind == "marginal" else kind, axis, "amount") if self.r.random() < 0.8 else self.pick("250", "99.99")
        else:
            c["rate"] = self.table(kind, axis, "pct")
            if self.quota_axis and self.r.random() < 0.5:
                c["of"] = "quota"
            elif self.fields and kind != "marginal" and self.r.random() < 0.6:
                c["of"] = self.pick(["payee", "ote"], ["by_days", ["payee", "ote"]])
        if self.has("bonus_to_date"):
            c["paid"] = "to date"
        if self.has("only_if"):
            c["only_if"] = [">", ["m", "bookings", "total"], ["num", "3"] if units else ["money", "10000"]]
        if self.r.random() < 0.15:
            c["cap"] = {"period": self.pick("100", "1000")}
        return c

    def override(self, main):
        spec = {"sum": "team", "m": "bookings"}
        if self.has("levels"):
            spec["level"] = self.pick(2, "all")
        elif self.r.random() < 0.2:
            spec = {"sum": "everyone", "m": "bookings"}
        c = {"d": "component", "kind": "override", "name": "Override", "on": spec}
        units = main.get("unit") == "units"
        if self.has("override_earnings") and spec["sum"] == "team":
            return {**c, "name": "Coaching", "on": {"sum": "team", "c": "Sales", "local": True}, "rate": self.percent(1, 10)}
        if units:
            c["pay"] = self.pick("100", "20.5")
        else:
            c["rate"] = self.percent(1, 3)
            if self.has("override_deal"):
                c["per"] = "deal"
            elif self.has("table"):
                c["rate"] = self.table("marginal", self.pick("money", "attainment") if main["period"] != "anniversary" else "money", "pct")
        return c

    def group(self, main):
        units, axis = main.get("unit") == "units", self.pick("own", "attainment") if main["period"] != "anniversary" else "own"
        if self.r.random() < 0.3 and main["period"] != "anniversary":
            return {"d": "component", "kind": "bonus", "name": "Together", "on": {"sum": self.pick("group", "everyone"), "m": "bookings", "field": "team"},
                    "pay": self.table("steps", "attainment", "amount")}
        axis = axis if axis == "attainment" else "units" if units else "money"
        return {"d": "component", "kind": "commission", "name": "Together", "on": {"sum": "group", "m": "bookings", "field": "team"},
                "pay" if units else "rate": self.table("retroactive", axis, "amount" if units else "pct")}

    def goals(self, main):
        c = {"d": "component", "kind": "objectives", "name": "Goals", "period": self.pick("quarter", "half") if self.payout != "week" else "month",
             "weights": self.pick({"one": "40", "two": "60"}, {"one": "33.3", "two": "33.3", "three": "33.4"}), "of": self.pick("1000", "777.77")}
        if self.r.random() < 0.5:
            c["rate"] = {"t": "interpolated", "axis": "attainment", "of": "pct", "rows": [["50", "0"], ["100", "100"], ["110", "120"]]}
        return c

    def pool(self, main):
        units = main.get("unit") == "units"
        c = {"d": "component", "kind": "pool", "name": "Pool", "on": {"sum": "everyone", "m": "bookings"}, "share": self.pick("equal", "equal", "credit")}
        if units:
            c["pay"] = self.pick("1000", "99.98")
        else:
            c["rate"] = self.percent(1, 2)
            if self.quota_axis and self.r.random() < 0.4:
                c["rate"] = self.table("marginal", "attainment", "pct")
        if self.r.random() < 0.4:
            c["on"] = "bookings"
        if self.fields and self.r.random() < 0.5:
            c["share"] = ["+", ["payee", "weight"], ["num", "1"]]
        elif self.r.random() < 0.3:
            c["share"] = {"lead": "60", "rep": "40"}
        return c

    def residual(self, main):
        units = main.get("unit") == "units"
        c = {"d": "component", "kind": "residual", "name": "Trail", "on": "bookings", "every": self.pick("month", "quarter"), "ends": "term"}
        rows = [["1", self.percent(1, 2)], ["2", self.percent(1, 3)], ["4", "0.5"]]
        if units:
            c["pay"] = "5"
        else:
            c["rate"] = self.percent(1, 2) if self.r.random() < 0.4 else {"t": "steps", "axis": "number", "of": "pct", "rows": rows}
        return c

    def linked(self, main):
        return {"d": "component", "kind": "bonus", "name": "Linked", "on": "bookings", "pay": "150", "only_if": [">", ["c", "Sales", "earned"], ["money", "500"]]}

    def given(self, main):
        return [{"d": "measure", "name": "survey", "period": main["period"], "credit": "given", "unit": "money"},
                {"d": "component", "kind": "bonus", "name": "Survey bonus", "on": "survey", "pay": self.table("steps", "money", "amount")}]

    def clawbacks(self, components):
        on = self.pick(["cancelled", "refunded"], ["cancelled"])
        rule = {"d": "clawback", "name": "Churn", "on": on, "within": self.pick([90, "days"], [60, "days"], [3, "months"]), "method": self.pick("restate", "reverse")}
        found = [rule]
        if self.has("two_rules"):
            second = {"d": "clawback", "name": "Later churn", "on": on, "after": rule["within"], "within": [400, "days"], "method": "reverse", "take": self.pick("50", "100", "33.3")}
            if rule["within"][1] == "days" and self.has("take_table"):
                second["take"] = {"t": "interpolated", "axis": "days", "of": "pct", "rows": [[str(rule["within"][0]), "100"], ["180", "0"]]}
            found.append(second)
        elif rule["method"] == "reverse" and self.has("take_table"):
            rule["take"] = {"t": "steps", "axis": "days", "of": "pct", "rows": [["0", "100"], ["30", "50", True], ["50", "25"]]}
        for x in found:
            if x["method"] == "reverse" and self.has("first_base"):
                x["base"] = "first"
        return found

    # facts

    def facts(self, co):
        measures = {x["name"]: x for p in co["plans"] for x in p["declares"] if x["d"] == "measure"}
        text = str(co["plans"])
        cal = Calendar(co.get("first_month", 1))
        for n in range(self.between(5, 30)):
            closed = self.day("2026-01-01", "2026-12-31" if self.r.random() < 0.5 else "2026-06-30")
            d = {"id": f"D{n + 1}", "closed": closed, "amount": self.amount(), "kind": self.pick(*KINDS), "product": self.pick(*PRODUCTS),
                 "account": self.pick("acme", "bolt", "cork"), "cost": self.amount(50, 4000), "quantity": str(self.between(1, 9)), "term": self.pick("3", "6", "12")}
            if "booked" in text:
                d["booked"] = str(day(closed) + timedelta(days=self.between(0, 40)))
            if self.r.random() < 0.1 and self.has("returns") and not self.cash:
                d["amount"] = "-" + self.amount(100, 4000)
            if self.foreign:
                d["currency"] = self.pick(self.home, self.other)
            first = self.pick(*self.people)
            d["shares"] = [[first, "100", None]]
            others = [p for p in self.people if p != first]
            if others and self.has("split"):
                s = self.pick("50", "60", "33.33", "25")
                d["shares"] = [[first, s, None], [self.pick(*others), str(round(100 - float(s), 2)), None]]
                d["shares"][1][1] = d["shares"][1][1].removesuffix(".0")
            if "overlay" in co and self.r.random() < 0.4:
                d["shares"].append([self.pick(*self.people), self.pick("100", "50"), "SE"])
            co["deals"].append(d)
        if "overlay" in co:
            for d in co["deals"]:
                d["shares"] = [[p, s, role or "seller"] for p, s, role in d["shares"]]
        if self.quota_axis or any("attainment" in str(p) for p in co["plans"]):
            co["quotas"] = self.quotas(co, cal)
        self.happenings(co, text)
        if self.has("leave"):
            p, a = self.pick(*self.people), self.day("2026-02-01", "2026-08-01")
            co["leave"] = [{"payee": p, "from": a, "to": str(day(a) + timedelta(days=self.between(3, 25)))}]
        if "objectives" in text:
            goals = [x for q in co["plans"] for x in q["declares"] if x.get("kind") == "objectives"]
            asked = {(x["period"], o) for x in goals for o in x["weights"]}
            co["scores"] = [{"payee": p, "objective": o, "period": per[0], "score": self.pick("100", "80", "66.7", "105", "0")}
                            for p in self.people for word in sorted({x["period"] for x in goals})
                            for per in cal.periods(word, day("2026-01-01"), day("2026-12-31")) for o in ("one", "two", "three")
                            if f"'{o}'" in text and self.r.random() < 0.9 and (word, o) in asked]
        if "survey" in measures:
            co["metrics"] = [{"measure": "survey", "period": per[0], "payee": p, "value": self.amount(1000, 60000)} for p in self.people
                             for per in cal.periods(measures["survey"]["period"], day("2026-01-01"), day("2026-12-31"), {"from": "2026-01-01", "to": "2026-12-31"}, self.start(co, p))
                             if self.r.random() < 0.7]
        if self.foreign or self.paid_in:
            low, high, small = {"EURUSD": (105, 120, 2), "EURJPY": (15900, 17200, 2), "EURKWD": (3310, 3620, 4), "JPYUSD": (6300, 7100, 6), "KWDUSD": (3240, 3290, 3)}[self.other + self.home]
            co["rates"] = [{"from": self.other, "to": self.home, "date": str(day("2026-01-01") + timedelta(days=n)), "rate": f"{self.between(low, high) / 10 ** small:.{small}f}"}
                           for n in range(0, 560, 5)]
        if self.has("manual"):
            co["adjustments"] = [{"id": f"X{n}", "kind": "manual", "payee": self.pick(*self.people), "date": self.day("2026-01-20", "2026-06-01"),
                                  "amount": self.pick("100", "-250" if "JPY" in (self.home, self.other) else "-250.55", "-1000"), "plan": "A", "component": "Sales"} for n in range(self.between(1, 3))]
        if self.fields and self.r.random() < 0.5:
            co["fields"] = []
            for x in co["payees"]:
                was = x.pop("ote")
                if self.r.random() < 0.5:
                    co["fields"].append({"payee": x["id"], "field": "ote", "to": "2026-05-09", "value": was, "from": "2020-01-01"})
                    co["fields"].append({"payee": x["id"], "field": "ote", "from": "2026-05-10", "value": self.amount(5000, 60000)})
                else:
                    co["fields"].append({"payee": x["id"], "field": "ote", "from": "2020-01-01", "value": was})

    def quotas(self, co, cal):
        found = []
        for plan in co["plans"]:
            main = next(x for x in plan["declares"] if x["name"] == "bookings")
            amounts = ("10", "15", "7.5") if main.get("unit") == "units" else ("10000", "20000", "30000", "12345.67")
            for p in self.people:
                name = plan["name"] if len(co["plans"]) > 1 else None
                if self.has("dated_quota"):
                    on = day(self.day("2026-01-10", "2026-11-20"))
                    found += [{"measure": "bookings", "payee": p, "plan": name, "from": a, "to": b, "amount": self.pick(*amounts)}
                              for a, b in (("2025-01-01", str(on)), (str(on + timedelta(days=1)), "2027-12-31"))]
                    continue
                for per in cal.periods(main["period"], day(plan["from"]), day(plan["to"]), plan, self.start(co, p)):
                    found.append({"measure": "bookings", "payee": p, "plan": name, "period": per[0], "amount": self.pick(*amounts)})
        return found

    @staticmethod
    def start(co, p):
        return day(next(x["start"] for x in co["payees"] if x["id"] == p))

    def happenings(self, co, text):
        events, n = [], 0
        ruled = "clawback" in text
        for d in co["deals"]:
            mine, on = [], d.get("booked") or d["closed"]
            if self.cash and float(d["amount"]) > 0:
                left = float(d["amount"])
                for kind in ("invoiced", "paid"):
                    if f"'{kind}" not in text:
                        continue
                    parts = self.between(0, 3)
                    at, rest = day(on), round(left * 100)
                    for i in range(parts):
                        at += timedelta(days=self.between(0, 60))
                        x = rest if i == 2 or self.r.random() < 0.3 else self.between(1, max(rest - 1, 1))
                        rest -= x
                        if x:
                            mine.append((kind, at, f"{x / 100:.2f}"))
                    if kind == "paid" and rest and self.has("write_off"):
                        mine.append(("written_off", at + timedelta(days=90), f"{rest / 100:.2f}"))
                if "installed" in text and self.r.random() < 0.7:
                    mine.append(("installed", day(on) + timedelta(days=self.between(0, 60)), None))
            if ruled and float(d["amount"]) > 0 and self.r.random() < 0.35 and not any(k == "written_off" for k, _, _ in mine):
                at = day(on) + timedelta(days=self.pick(0, 5, 30, 60, 89, 90, 91, 120, 150, 181, self.between(0, 200)))
                if self.has("refund") and "refunded" in text:
                    cents = round(float(d["amount"]) * 100)
                    part = self.between(1, cents // 2)
                    mine.append(("refunded", at, f"{part / 100:.2f}"))
                    if self.r.random() < 0.4:
                        mine.append(("refunded", at + timedelta(days=self.between(1, 60)), f"{self.between(1, cents // 2) / 100:.2f}"))
                    elif self.r.random() < 0.4:
                        mine.append(("cancelled", at + timedelta(days=self.between(1, 60)), None))
                else:
                    mine.append(("cancelled", at, None))
                if self.has("reinstate"):
                    mine.append(("reinstated", at + timedelta(days=self.between(61, 100)), None))
            for kind, at, amount in sorted(mine, key=lambda x: x[1]):
                n += 1
                events.append({"id": f"E{n:03}", "deal": d["id"], "kind": kind, "date": str(at), "amount": amount})
        if "'released'" in text or (self.has("hold") and not any(f"'{x}'" in text for x in ("cap", "floor"))):
            for _ in range(self.between(1, 6)):
                n, d, kind = n + 1, self.pick(*co["deals"]), self.pick("held", "released")
                of = self.pick({"deal": d["id"]}, {"payee": self.pick(*self.people)}, {"component": "Sales"}, {"payee": d["shares"][0][0], "component": "Sales"})
                at = self.day(d.get("booked") or d["closed"], "2026-12-31") if "deal" in of and (d.get("booked") or d["closed"]) < "2026-12-31" else self.day("2026-01-20", "2026-10-31")
                if "deal" not in of or at >= (d.get("booked") or d["closed"]):
                    events.append({"id": f"E{n:03}", "deal": None, "kind": kind, "date": at, **of})
        if events:
            co["events"] = events


def company(seed, **how):
    maker = Maker(seed, **how)
    co = maker.company()
    # Which of several periods a limit over years, or one that holds and releases, is converted in is a matter of how it is kept.
    limits = [x for plan in co["plans"] for c in plan["declares"] for x in (c.get("cap"), c.get("floor"), c if c["d"] == "cap" else None)]
    if any("year" in x or "plan" in x or "excess" in x for x in limits if isinstance(x, dict)):
        for p in co["payees"]:
            p.pop("currency", None)
    further(maker, co, random.Random(seed * 7919 + 1))
    decided(maker, co)
    return co


def further(maker, co, r):
    """Combinations that the maker leaves out, by a generator of their own: what a seed made before stays as it was."""
    may = lambda name: name not in maker.off and (maker.only is None or name in maker.only) and (name in maker.on or r.random() < 0.25 * maker.size)
    parts = [x for plan in co["plans"] for x in plan["declares"] if x["d"] == "component"]
    if may("by_name") and len(co["plans"]) == 1:
        for x in parts:
            if x["kind"] == "override" and isinstance(x["on"], dict) and x["on"].get("m") == "bookings":
                x["on"] = {k: v for k, v in x["on"].items() if k != "m"} | {"name": "bookings"}
    if may("recover_order"):
        for plan in co["plans"]:
            if any(x["d"] == "draw" and "floor" not in x and x.get("pays") != "ahead" for x in plan["declares"]):
                plan["recover_order"] = ["draw", "clawback"]
    # What a draw gives and a limit takes is converted in ways of its own, which the model does not know.
    limits = any(x in json.dumps(co["plans"]) for x in ('"cap"', '"floor"', '"excess"', '"draw"'))
    if co.get("rates") and not limits and may("moves"):
        # Between the plan's currency and another: from one of the first months on, whichever it was before.
        for x in co["payees"]:
            codes = [co["currency"], maker.other]
            if r.random() < 0.7 and all(a["payee"] != x["id"] for a in co.get("adjustments", [])):
                r.shuffle(codes)
                x["currency"], x["moves"] = codes[0], [[r.choice(["2026-02-01", "2026-03-17", "2026-05-01", "2026-07-01", "2026-10-12"]), codes[1]]]
    if may("promoted") and "fields" not in co:
        co["fields"] = []
        for x in co["payees"]:
            if r.random() < 0.6 and "role" in x:
                was, on = x.pop("role"), r.choice(["2026-02-01", "2026-04-15", "2026-07-01", "2026-10-10"])
                co["fields"] += [{"payee": x["id"], "field": "role", "from": "2020-01-01", "to": str(day(on) - timedelta(days=1)), "value": was},
                                 {"payee": x["id"], "field": "role", "from": on, "value": "lead" if was == "rep" else "rep"}]
        if not co["fields"] or not any("role" in x for x in co["payees"]):
            co.pop("fields"), [x.setdefault("role", "rep") for x in co["payees"]]


def decided(maker, co):
    """Debts that are forgiven, and pay that was given by other means: what is owed says the model."""
    forgive, outside = maker.has("forgive"), maker.has("paid_outside")
    if not (forgive or outside):
        return
    try:
        rows, _ = work(co)
    except Exception:       # told when the company is compared
        return
    found, ends = co.setdefault("adjustments", []), {p[0]: p for p in Calendar(co.get("first_month", 1)).periods(co["last"][0], day("2026-01-01"), day(co["last"][1]))}
    keep = {p["id"] for p in co["payees"] if "moves" not in p}
    rows = [r for r in rows if r[0] in keep]
    owed = [(r[0], ends[r[1]][2] + timedelta(days=1), -r[4]) for r in rows if r[4] < 0 and ends[r[1]][2] < day("2026-12-01")]
    for n, (p, on, most) in enumerate(maker.r.sample(owed, min(len(owed), 2)) if forgive else []):
        part = maker.pick(int(most), int(most) // 2, 1)
        if part > 0:
            found.append({"id": f"F{n}", "kind": "forgive", "payee": p, "date": str(on), "amount": str(part),
                          **maker.pick({}, {"balance": "draw" if "'draw'" in str(co["plans"]) else "owed"})})
    for n, r in enumerate(maker.r.sample(rows, min(len(rows), 2)) if outside else []):
        found.append({"id": f"P{n}", "kind": "paid_outside", "payee": r[0], "date": str(ends[r[1]][1]), "amount": maker.pick("50", "300", "2000")})

