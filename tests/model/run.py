"""Random companies worked twice, by the model and by the engine: python3 tests/model/run.py --bin target/debug/earnmark

    --count N --seed S     companies S to S+N-1                --jobs 2          how many at once
    --only a,b  --off a,b  features of companies.FEATURES      --on a,b          always
    --stop N               stop after N that differ (3)        --keep DIR        leave the smallest differing companies there
    --file company.json    one company from a file             --no-shrink       print as found

Payouts are compared cent for cent, entries by the sum of (payee, period, component, measured).
"""

import argparse
import copy
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction as F

sys.path.insert(0, os.path.dirname(__file__))
import companies
import folder
from settle import SHORT, work
from words import Calendar, Refused, day

BIN = None


def span(co):
    cal = Calendar(co.get("first_month", 1))
    word = min((p.get("payout", "month") for p in co["plans"]), key=SHORT.index)
    a = cal.period(word, min(day(p["from"]) for p in co["plans"]))[0]
    last = cal.period(co["last"][0], day(co["last"][1]))[2]
    return f"{a}..{cal.period(word, last)[0]}"


def engine(co, keep=None):
    """({payouts}, {entries}) or the text of the refusal."""
    where = keep or tempfile.mkdtemp(prefix="model-")
    try:
        folder.write(co, where)
        out = []
        for verb in ("payouts", "run"):
            done = subprocess.run([BIN, verb, "--project", where, "--period", span(co), "--format", "csv", "--quiet"], capture_output=True, text=True, timeout=120)
            if done.returncode:
                return f"{verb} exit {done.returncode}\n{done.stderr}{done.stdout if done.returncode != 1 else ''}"
            out.append(list(csv.DictReader(io.StringIO(done.stdout))))
        payouts = shown(co, [(r["payee"], r["period"], *(F(r[k]) for k in ("earned", "payout", "carry")), r["currency"]) for r in out[0]])
        entries = defaultdict(lambda: [F(0)] * 3)
        for r in out[1]:
            add(entries, (r["payee"], r["period"], r["component"], r["measured"]), (r["amount"], r["earned"], r["payable"]))
        return payouts, clean(entries)
    finally:
        if not keep:
            shutil.rmtree(where, ignore_errors=True)


def add(sums, key, figures):
    sums[key] = [a + F(b or 0) for a, b in zip(sums[key], figures)]


def clean(sums):
    return {k: tuple(v) for k, v in sums.items() if any(v)}


def model(co):
    try:
        rows, found = work(co)
    except Refused as why:
        return f"model: {why}"
    entries = defaultdict(lambda: [F(0)] * 3)
    for e in found:
        add(entries, (e.payee, e.period, e.component, e.measured), (e.pay, e.earned, e.payable))
    return shown(co, rows), clean(entries)


def shown(co, rows):
    """By payee, period and currency; of who changes the currency of pay a row of nothing may be there or not."""
    moves = {p["id"] for p in co["payees"] if "moves" in p}
    return {(p, n, code): tuple(figures) for p, n, *figures, code in rows if p not in moves or any(figures)}


def alike(co, entries):
    """Without the measured period where it is a matter of words: of limits over years, of adjustments."""
    wide = {a.get("component") or "" for a in co.get("adjustments", [])}
    for plan in co["plans"]:
        for c in plan["declares"]:
            limits = [c.get("cap") or {}, c.get("floor") or {}, c if c["d"] == "cap" else {}]
            wide |= {c["name"] for x in limits if isinstance(x, dict) and ("year" in x or "plan" in x)}
    sums = defaultdict(lambda: [F(0)] * 3)
    for k, figures in entries.items():
        add(sums, (*k[:3], "" if k[2] in wide else k[3]), figures)
    return clean(sums)


def compare(co):
    """(class of difference or None, lines that say it)"""
    mine, theirs = model(co), engine(co)
    if isinstance(theirs, str) and "` has no effect" in theirs:
        # Nothing happens to read that quota.
        co = copy.deepcopy(co)
        for plan in co["plans"]:
            for y in [y for y in plan["declares"] if y["d"] == "measure"]:
                y.pop("prorate", None)
                y.pop("ramp", None)
        mine, theirs = model(co), engine(co)
    if isinstance(theirs, str):
        if isinstance(mine, str):
            return None, []
        words = [w for line in theirs.splitlines() for w in line.split()[:2] if line.strip()][:6]
        code = next((line for line in theirs.splitlines() if line.startswith(("error", "E"))), " ".join(words))
        return "refused: " + code[:60], theirs.splitlines()[:40]
    if isinstance(mine, str):
        return mine, ["the engine pays"]
    say = lambda x: "/".join(f"{float(y):.2f}" for y in x)
    foreign = {p["id"] for p in co["payees"] if p.get("currency")}
    lines = []
    nothing = (F(0), F(0), F(0))
    for k in sorted(set(mine[0]) | set(theirs[0])):
        a, b = mine[0].get(k, nothing), theirs[0].get(k, nothing)
        if (a if k[0] not in foreign else a[1:]) != (b if k[0] not in foreign else b[1:]):
            lines.append(f"payout {k}: model {say(a)}, engine {say(b)}  (earned/payout/carry)")
    what = "payouts" if lines else None
    mine, theirs = [(x[0], alike(co, x[1])) for x in (mine, theirs)]
    found = []
    for k in sorted(set(mine[1]) | set(theirs[1])):
        a, b = mine[1].get(k, nothing), theirs[1].get(k, nothing)
        if a != b:
            found.append(f"entry {k}: model {say(a)}, engine {say(b)}  (amount/earned/payable)")
    return what or ("entries" if found else None), lines[:12] + found[:16]


def smaller(co):
    """Every company that lacks one thing."""
    for key in ("adjustments", "leave", "lines", "fields", "metrics", "scores", "events", "deals"):
        rows = co.get(key, [])
        for a, b in ([(0, len(rows) // 2), (len(rows) // 2, len(rows))] if len(rows) > 3 else []) + [(i, i + 1) for i in range(len(rows))]:
            x = copy.deepcopy(co)
            gone = {d["id"] for d in x[key][a:b]} if key == "deals" else set()
            del x[key][a:b]
            x["events"] = [e for e in x.get("events", []) if e["deal"] not in gone]
            yield x
    for n, plan in enumerate(co["plans"]):
        for i in range(len(plan["declares"])):
            x = copy.deepcopy(co)
            del x["plans"][n]["declares"][i]
            yield x
        for i, y in enumerate(plan["declares"]):
            # What a measure counts in says its credit: they go together.
            fixed = ("d", "name", "kind", "on", "period", "unit") + (("credit",) if y.get("unit") == "units" else ())
            for k in [k for k in y if k not in fixed]:
                x = copy.deepcopy(co)
                del x["plans"][n]["declares"][i][k]
                yield x
                if isinstance(y[k], dict) and y[k].get("rows") and len(y[k]["rows"]) > 1:
                    x = copy.deepcopy(co)
                    x["plans"][n]["declares"][i][k]["rows"].pop()
                    yield x
        for k in [k for k in plan if k not in ("name", "currency", "from", "to", "payout", "declares")]:
            x = copy.deepcopy(co)
            del x["plans"][n][k]
            yield x
    if len(co["plans"]) > 1:
        for n in range(len(co["plans"])):
            x = copy.deepcopy(co)
            name = x["plans"].pop(n)["name"]
            x["assignments"] = [a for a in x.get("assignments", []) if a["plan"] != name]
            yield x
    for key in ("assignments", "overlay", "first_month", "rates"):
        if key in co:
            x = copy.deepcopy(co)
            del x[key]
            yield x
    for i, p in enumerate(co["payees"]):
        for k in [k for k in p if k != "id"]:
            x = copy.deepcopy(co)
            del x["payees"][i][k]
            yield x
        used = {s[0] for d in co["deals"] for s in d["shares"]} | {q.get("manager") for q in co["payees"]} | {r["manager"] for r in co.get("lines", [])}
        if p["id"] not in used:
            x = copy.deepcopy(co)
            del x["payees"][i]
            for key in ("quotas", "scores", "metrics", "adjustments", "leave", "fields", "lines", "assignments"):
                if key in x:
                    x[key] = [r for r in x[key] if r.get("payee") != p["id"]]
            yield x
    for i, d in enumerate(co["deals"]):
        if len(d["shares"]) > 1:
            x = copy.deepcopy(co)
            x["deals"][i]["shares"] = [[d["shares"][0][0], "100", d["shares"][0][2]]]
            yield x
    for k in ("cost", "quantity", "term", "kind", "product", "account", "booked", "currency"):
        if any(k in d for d in co["deals"]):
            x = copy.deepcopy(co)
            for d in x["deals"]:
                d.pop(k, None)
            yield x


def shrink(co, kind):
    again = True
    tried = 0
    while again and tried < 1500:
        again = False
        for x in smaller(co):
            tried += 1
            try:
                if compare(x)[0] == kind:
                    co, again = x, True
                    break
            except Exception:
                continue
            if tried > 1500:
                break
    return co


def one(args):
    seed, how, path, do_shrink = args
    global BIN
    BIN = path
    co = companies.company(seed, **how)
    try:
        kind, lines = compare(co)
        if kind and do_shrink and not kind.startswith(("model: ", "refused: ")):
            small = shrink(co, kind)
            return seed, kind, compare(small)[1], small
        return seed, kind, lines, co
    except Exception as why:       # the model itself fell over, or the engine did not answer
        return seed, f"broken: {why!r}"[:100], [], co


def show(co):
    return "".join(f"--- {path}\n{text}" for path, text in sorted(folder.files(co).items()))


def main():
    global BIN
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--count", type=int, default=100)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--bin", required=True)
    a.add_argument("--jobs", type=int, default=2)
    a.add_argument("--stop", type=int, default=3)
    a.add_argument("--only"), a.add_argument("--off"), a.add_argument("--on"), a.add_argument("--keep"), a.add_argument("--file")
    a.add_argument("--no-shrink", action="store_true")
    a = a.parse_args()
    BIN = os.path.abspath(a.bin)
    if a.file:
        with open(a.file, encoding="utf-8") as f:
            co = json.load(f)
        kind, lines = compare(co)
        print(show(co), kind, *lines, sep="\n")
        return 1 if kind else 0
    how = {k: v.split(",") for k, v in (("only", a.only), ("off", a.off), ("on", a.on)) if v}
    counts, shown = Counter(), Counter()
    with ProcessPoolExecutor(a.jobs) as pool:
        for seed, kind, lines, co in pool.map(one, [(s, how, BIN, not a.no_shrink) for s in range(a.seed, a.seed + a.count)]):
            counts[kind or "same"] += 1
            if not kind:
                continue
            shown[kind] += 1
            if shown[kind] <= a.stop:
                print(f"=== seed {seed}: {kind}", *lines, "" if kind.startswith("refused") else show(co), sep="\n")
                if a.keep:
                    os.makedirs(a.keep, exist_ok=True)
                    with open(os.path.join(a.keep, f"{seed}.json"), "w", encoding="utf-8") as f:
                        json.dump(co, f, indent=1)
            sys.stdout.flush()
    print("companies:", ", ".join(f"{n} {k}" for k, n in counts.most_common()))
    return 1 if set(counts) - {"same"} else 0


if __name__ == "__main__":
    sys.exit(main())
