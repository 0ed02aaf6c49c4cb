"""The model against the worked examples of time and ledger: python3 tests/model/selfcheck.py

What became known late is known from the start here (the model keeps no ledger), so such a case is compared by the sum
of its entries for each key, the others entry by entry and line by line.
"""

import json
import os
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction as F

sys.path.insert(0, os.path.dirname(__file__))
from settle import work

CASES = os.path.join(os.path.dirname(__file__), "../../../shared/cases/ledger.json")


def percent(x):
    x = F(x) * 100
    n = 0
    while x * 10 ** n % 1:
        n += 1
    return f"{float(x):.{n}f}"


def clawbacks(given):
    found = []
    for n, r in enumerate(given["rules"]):
        x = {"d": "clawback", "name": f"rule {n}", "on": ["cancelled", "refunded"], "method": r["method"], "within": [int(r["within_days"]), "days"]}
        if "after_days" in r:
            x["after"] = [int(r["after_days"]), "days"]
        if r["method"] == "reverse":
            x["base"] = given["base"]
            x["take"] = {"t": "interpolated", "axis": "days", "of": "pct", "rows": [[a, percent(b)] for a, b in r["take"]]}
        found.append(x)
    return found


def newest(rows, *key):
    found = {}
    for r in rows:
        k = tuple(r.get(x) for x in key)
        if k not in found or r.get("recorded", "") >= found[k].get("recorded", ""):
            found[k] = r
    return [r for r in found.values() if not r.get("withdrawn")]


def company(i):
    plans = []
    for t in newest(i["tables"], "plan"):
        flat = len(t["tiers"]) == 1
        rate = percent(t["tiers"][0][1]) if flat else {"t": "marginal", "axis": "attainment", "of": "pct", "rows": [[percent(a), percent(b)] for a, b in t["tiers"]]}
        several = len(newest(i["tables"], "plan")) > 1
        sold = {"d": "component", "kind": "commission", "name": (t["plan"] + ": " if several else "") + "commission", "on": "credits", "rate": rate}
        if "payable" in i:
            sold["payable"] = i["payable"]
        declares = [{"d": "measure", "name": "credits", "period": i["measure"], "share": "cents"}, sold] + clawbacks(i["clawback"])
        if "override" in i:
            declares.append({"d": "component", "kind": "override", "name": "override", "on": {"sum": "team", "m": "credits"}, "rate": percent(i["override"])})
        if "bonus" in i:
            declares.append({"d": "component", "kind": "bonus", "name": "bonus", "on": "credits", "of": "quota", "rate":
                             {"t": "interpolated", "axis": "attainment", "of": "pct", "rows": [["80", "0"], ["120", "2"]]}})
        if "guarantee" in i:
            declares.append({"d": "guarantee", "name": "guarantee", "amount": i["guarantee"]})
        if "settle" in i:
            declares.append({"d": "draw", "name": "draw", "amount": i["settle"]["draw"]["amount"]})
        plans.append({"name": t["plan"], "currency": "USD", "from": "2026-01-01", "to": "2026-12-31", "payout": i["payout"], "declares": declares})
    deals = []
    for d in newest(i["deals"], "id"):
        shares = [[p, s, None] for p, s in d["split"]] if "split" in d else [[d["payee"], "100", None]]
        deals.append({"id": d["id"], "closed": d["date"], "amount": d["amount"], "currency": d.get("currency"), "shares": shares})
    people = {p for d in deals for p, _, _ in d["shares"]} | {x[k] for x in i.get("managers", []) for k in ("payee", "manager")}
    lines = []
    for m in sorted(i.get("managers", []), key=lambda m: m["from"]):
        for x in lines:
            if x["payee"] == m["payee"]:
                x["to"] = str(date.fromordinal(date.fromisoformat(m["from"]).toordinal() - 1))
        lines.append({"payee": m["payee"], "manager": m["manager"], "from": m["from"]})
    assignments = []
    for a in i.get("assignments", []):
        for x in assignments:
            x["to"] = str(date.fromordinal(date.fromisoformat(a["from"]).toordinal() - 1))
        assignments.append({"payee": a["payee"], "plan": a["plan"], "from": a["from"]})
    rates = [{"from": r["from"], "to": r["to"], "date": r["date"], "rate": r["rate"]} for r in newest(i.get("fx", []), "from", "to", "date")]
    ends = {"2026-02": "2026-02-28", "2026-03": "2026-03-31", "2026-04": "2026-04-30", "2026-05": "2026-05-31"}
    rates += [{"from": "USD", "to": "GBP", "date": ends[p], "rate": r} for p, r in i.get("payout_rates", {}).items()]
    label = i["closes"][-1][0]
    last = {"2026-Q1": "2026-03-01", "2026-Q2": "2026-06-01", "2026-Q3": "2026-09-01"}.get(label, label + "-01")
    return {"currency": "USD", "plans": plans, "payees": [{"id": p, "currency": i.get("pay_currency")} for p in sorted(people)], "deals": deals,
            "quotas": [{"measure": "credits", "payee": q["payee"], "period": q["period"], "amount": q["quota"]} for q in newest(i["quotas"], "payee", "period")],
            "events": [{k: e.get(k) for k in ("id", "deal", "kind", "date", "amount")} for e in i.get("events", [])],
            "lines": lines, "assignments": assignments, "rates": rates, "last": [i["payout"], last]}


def check_ledger(case):
    i, wrong = case["inputs"], []
    late = any("recorded" in x for x in i["deals"] + i.get("events", [])) or \
        any(x.get("recorded", "") > "2026" for k in ("quotas", "managers", "fx", "tables", "assignments") for x in i.get(k, []))
    rows, entries = work(company(i))
    keep = (lambda e, p: p) if not late else (lambda e, p: "")
    mine, theirs = defaultdict(F), defaultdict(F)
    for e in entries:
        deal = None if e.sub == "guarantee" else e.sub
        for what in ("earned", "payable", "pay"):
            mine[keep(e, e.period), e.payee, e.component, deal, e.measured, what] += getattr(e, what)
    for p, x in case["expected"].items():
        for e in x["entries"]:
            for what in ("earned", "payable", "pay"):
                theirs[keep(e, p), e["payee"], e["component"], e["deal"], e["measured"], what] += F(e[what])
    for k in sorted(set(mine) | set(theirs), key=str):
        if mine[k] != theirs[k]:
            wrong.append(f"{k}: model {float(mine[k])}, case {float(theirs[k])}")
    if late:
        rows = []
    for p, n, _, payout, carry, _ in rows:
        lines = case["expected"][n]["settlement"].get(p, {}) if n in case["expected"] else None
        if lines is None:
            continue
        net = F(lines.get("carry", 0)) - F(lines.get("owed", 0)) - F(lines.get("draw", 0)) + F(lines.get("due", 0))
        if (payout, carry) != (F(lines.get("payout", 0)), net):
            wrong.append(f"{p} {n}: model pays {float(payout)} carries {float(carry)}, case {lines}")
    return wrong


def check_settlement(case):
    i = case["inputs"]
    rules, declares = i["rules"], [{"d": "measure", "name": "m", "period": "month"}]
    plan = {"name": "P", "currency": "USD", "from": "2026-01-01", "to": "2026-12-31", "payout": "month", "declares": declares}
    kim, adjustments = {"id": "kim"}, []
    if "cap_payout" in rules:
        declares.append({"d": "cap", "name": "most", "payout": rules["cap_payout"]})
    if "recover_share" in rules:
        plan["recover"] = {"share": percent(rules["recover_share"])}
    if "leaves_in" in rules:
        kim["end"] = f"2026-0{rules['leaves_in']}-20"
    if "draw" in rules:
        d = rules["draw"]
        declares.append({"d": "draw", "name": "draw", "amount": d["amount"], "recover": percent(d["recover"]), "limit": d["limit"],
                         "recover_if": [">=", ["period", "number"], ["num", d["recover_from"]]]})
    for x in i["periods"]:
        on = f"2026-0{x['period']}-10"
        for n, amount in enumerate(x["pay"]):
            adjustments.append({"id": f"{x['period']}.{n}", "kind": "manual", "payee": "kim", "date": on, "amount": amount, "component": str(n)})
        if "forgive_owed" in x:
            adjustments.append({"id": f"{x['period']}.f", "kind": "forgive", "payee": "kim", "date": on, "amount": x["forgive_owed"]})
    last = i["periods"][-1]["period"]
    rows, _ = work({"currency": "USD", "plans": [plan], "payees": [kim], "deals": [], "adjustments": adjustments, "last": ["month", f"2026-0{last}-01"]})
    wrong = []
    for p, n, _, payout, carry, _ in rows:
        lines = case["expected"][str(int(n[-2:]))]
        net = F(lines.get("carry", 0)) - F(lines.get("owed", 0)) - F(lines.get("draw", 0)) + F(lines.get("due", 0))
        if (payout, carry) != (F(lines["payout"]), net):
            wrong.append(f"{n}: model pays {float(payout)} carries {float(carry)}, case {lines}")
    return wrong


def main():
    if not os.path.exists(CASES):
        print("skipped: ../shared/cases/ledger.json is not here")
        return 0
    with open(CASES, encoding="utf-8") as f:
        cases = json.load(f)["cases"]
    failed = 0
    for case in cases:
        check = {"ledger": check_ledger, "settlement": check_settlement}.get(case["shape"])
        wrong = check(case) if check else None
        print("skipped" if wrong is None else "wrong" if wrong else "ok", case["id"])
        for w in wrong or []:
            print("   ", w)
        failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
