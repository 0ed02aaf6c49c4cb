"""The same company as a project folder: earnmark.toml, rules/*.rhai in the plan language, data/*.csv."""

import csv
import io
import os

from words import ONE_DAY, day, reads

FIELDS = {"ote": "money", "weight": "number", "own_rate": "percent", "level": "text"}
STANDARD = ("role", "team", "region", "manager", "currency", "start", "end")


def slug(name):
    return "v_" + "".join(c if c.isalnum() else "_" for c in name.lower())


def figure(x):
    """A bare figure with thousands as Rhai writes them."""
    sign, x = ("-", x[1:]) if x.startswith("-") else ("", x)
    whole, _, rest = x.partition(".")
    return sign + (f"{int(whole):_}" if len(whole) > 4 else whole) + ("." + rest if rest else "")


def say(x):
    """A formula in the plan language."""
    if isinstance(x, bool):
        return "true" if x else "false"
    op, args = x[0], x[1:]
    if op in ("money", "num"):
        return figure(args[0])
    if op == "pct":
        return figure(args[0]) + ".pct"
    if op == "text":
        return f'"{args[0]}"'
    if x in (["payee", "role"], ["payee", "team"]):
        return f'(payee.{x[1]} ?? "")'
    if op in ("deal", "payee", "event", "period"):
        return f"{op}.{args[0]}"
    if op in ("credit", "quota"):
        return op
    if op == "m" or op == "c":
        return f"{slug(args[0])}.{args[1]}"
    if op == "at":
        return f"{slug(args[0])}.at({', '.join(say(a) for a in args[1:])})"
    if op == "by_days":
        return f"by_days({say(args[0])})"
    if op == "months_between":
        return "months_between(deal.closed, event.date)"
    if op == "if":
        return f"if {say(args[0])} {{ {say(args[1])} }} else {{ {say(args[2])} }}"
    if op == "in":
        return f"{say(args[0])} in [{', '.join(say(a) for a in args[1:])}]"
    if op in ("min", "max"):
        return f"{op}({say(args[0])}, {say(args[1])})"
    word = {"and": "&&", "or": "||"}.get(op, op)
    return "(" + f" {word} ".join(say(a) for a in args) + ")"


def closure(x, always=()):
    names = [n for n in ("deal", "payee", "credit", "period", "event", "quota") if n in reads(x) or n in always]
    return f"|{', '.join(names)}| {say(x)}" if names else f"|| {say(x)}"


def value(kind, x):
    if isinstance(x, list):
        return closure(x)
    return figure(x) + (".pct" if kind == "pct" else "")


def table(t):
    kind, unit = t["t"], t["of"] if "of" in t else None
    if kind == "dated":
        return "dated([" + ", ".join(f'["{d}", {table(x)}]' for d, x in t["rows"]) + "])"
    if kind == "lookup":
        rows = [[f'"{h}"' for h in t["head"]]]
        rows += [[("any" if k == "any" else f'"{k}"') for k in keys] + [value(unit, v)] for *keys, v in t["rows"]]
        return "lookup([\n" + "".join(f"    [{', '.join(r)}],\n" for r in rows) + "])"
    if kind == "grid":
        head = lambda h: figure(h) + (".pct" if t.get("axis") == "attainment" else "")
        text = lambda h: f'"{h}"' if not h.replace(".", "").isdigit() else head(h)
        rows = [['"corner"'] + [text(h) for h in t["across"]]]
        rows += [[text(h)] + [value(unit, c) for c in cells] for h, cells in zip(t["down"], t["cells"])]
        return "grid([\n" + "".join(f"    [{', '.join(r)}],\n" for r in rows) + "])"
    suffix = {"attainment": ".pct", "days": ".days"}.get(t["axis"], "")
    at = lambda r: f"above({figure(r[0])}{suffix})" if len(r) > 2 and r[2] else figure(r[0]) + suffix
    return f"{kind}([" + ", ".join(f"[{at(r)}, {value(unit, r[1])}]" for r in t["rows"]) + "])"


def plain(x, kind="amount"):
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, dict):
        return table(x)
    return value(kind, x)


def on(spec):
    if isinstance(spec, str):
        return slug(spec)
    what = slug(spec.get("m") or spec["c"]) if "m" in spec or ("c" in spec and "local" in spec) else f'"{spec.get("name") or spec["c"]}"'
    more = {"team": f', {spec["level"]}' if isinstance(spec.get("level"), int) else ', "all"' if spec.get("level") else "",
            "group": f', "{spec.get("field")}"', "everyone": ""}[spec["sum"]]
    return f"{spec['sum']}({what}{more})"


def limits(x):
    return "#{ " + ", ".join(f'{k}: "{v}"' if k == "excess" else f"{k}: {plain(v)}" for k, v in x.items()) + " }"


def duration(x):
    return f"{x[0]}.{x[1]}"


def payable(x):
    if isinstance(x, list):
        return "[" + ", ".join(f"[{p}.pct, {payable(k)}{''.join(f', {o}.pct' for o in once)}]" for p, k, *once in x) + "]"
    return duration(x["after"]) if isinstance(x, dict) else f'"{x}"'


def handles(names):
    return "[" + ", ".join(slug(n) for n in names) + "]"


SETTINGS = {       # how each setting of each declaration is written; in this order
    "plan": {}, "table": {},
    "measure": {"period": "text", "who": "who", "which": "plain", "when": "text", "credit": "credit", "share": "share", "quota": "quota",
                "prorate": "text", "ramp": "ramp", "accumulate": "text", "order": "plain"},
    "component": {"period": "text", "weights": "weights", "on": "on", "every": "text", "ends": "text", "rate": "rate", "pay": "plain", "of": "of",
                  "per": "text", "share": "share", "who": "plain", "which": "plain", "only_if": "plain", "multiplier": "plain", "floor": "limits",
                  "cap": "limits", "payable": "payable", "paid": "text", "from": "text", "to": "text", "first": "bare", "budget": "plain"},
    "cap": {"of": "handles", "period": "plain", "payout": "plain", "year": "plain", "plan": "plain", "excess": "text"},
    "draw": {"amount": "plain", "pays": "text", "only_if": "plain", "from": "text", "to": "text", "prorate": "text", "recover": "percent",
             "recover_if": "plain", "floor": "plain", "limit": "plain", "leaver": "text"},
    "guarantee": {"amount": "plain", "only_if": "plain", "from": "text", "to": "text", "prorate": "text", "of": "handles", "counts": "text"},
    "clawback": {"on": "texts", "of": "handles", "after": "duration", "within": "duration", "since": "text", "method": "text", "take": "rate",
                 "base": "text"},
}


def setting(how, x):
    if how == "text":
        return f'"{x}"'
    if how == "texts":
        return "[" + ", ".join(f'"{k}"' for k in x) + "]"
    if how == "rate":
        return plain(x, "pct")
    if how == "percent":
        return figure(x) + ".pct"
    if how == "bare":
        return str(x)
    if how == "ramp":
        return "#{ months: [" + ", ".join(f"{p}.pct" for p in x) + "] }"
    if how == "weights":
        return "#{ " + ", ".join(f"{k}: {v}.pct" for k, v in x.items()) + " }"
    if how == "share":
        if isinstance(x, dict):
            return setting("weights", x)
        return closure(x) if isinstance(x, list) else f'"{x}"' if not x[0].isdigit() else f"{x}.pct"
    if how == "who":
        return closure(x) if isinstance(x, list) else f'"{x}"'
    if how in ("credit", "on"):
        return closure(x) if isinstance(x, list) else f'"{x}"' if x == "given" else slug(x["m"]) if isinstance(x, dict) and "sum" not in x else on(x)
    if how == "of":
        return f'"{x}"' if x in ("credit", "quota", "total") else plain(x)
    if how == "quota":
        return '"table"' if x == "table" else plain(x)
    return {"limits": limits, "payable": payable, "handles": handles, "duration": duration, "plain": plain}[how](x)


def script(plan):
    head = [f'{k}: "{plan[k]}"' for k in ("currency", "from", "to", "payout", "negative", "write_off", "leaver", "attainment") if k in plan]
    if "rounding_per" in plan:
        head.append(f'rounding: #{{ mode: "{plan.get("rounding", "half_even")}", per: "{plan["rounding_per"]}" }}')
    elif "rounding" in plan:
        head.append(f'rounding: "{plan["rounding"]}"')
    if "recover" in plan:
        r = plan["recover"]
        head.append("recover: #{ " + ", ".join(f"{k}: {r[k]}.pct" if k == "share" else f"{k}: {r[k]}" for k in r) + " }")
    if "recover_order" in plan:
        head.append("recover_order: " + setting("texts", plan["recover_order"]))
    if "minimum" in plan:
        head.append(f"minimum: {plan['minimum']}")
    out = [f'plan("{plan["name"]}", #{{ {", ".join(head)} }});\n']
    for x in plan["declares"]:
        if x["d"] == "table":
            out.append(f"let {slug(x['name'])} = {table(x['table'])};")
            continue
        how = SETTINGS[x["d"]]
        inside = "".join(f"    {k}: {setting(how[k], x[k])},\n" for k in how if k in x)
        word = x.get("kind", x["d"])
        out.append(f'let {slug(x["name"])} = {word}("{x["name"]}", #{{\n{inside}}});')
    return "\n".join(out) + "\n"


def rows(names, found):
    text = io.StringIO()
    w = csv.writer(text, lineterminator="\n")
    w.writerow(names)
    for r in found:
        w.writerow(["" if r.get(n) is None else r[n] for n in names])
    return text.getvalue()


def files(co):
    """{path: text}"""
    out, toml = {}, ["format = 1", f'company = {{ name = "Model", currency = "{co["currency"]}" }}']
    if co.get("first_month", 1) != 1:
        toml.append(f'calendar = {{ fiscal_start = "{co["first_month"]:02}-01" }}')
    if co.get("overlay"):
        toml.append(f'roles = {{ overlay = {co["overlay"]!r} }}'.replace("'", '"'))
    used = [f for f in FIELDS if any(f in p for p in co["payees"]) or any(r["field"] == f for r in co.get("fields", []))]
    for f in used:
        toml.append(f'columns.payees.{f} = {{ type = "{FIELDS[f]}", optional = false }}' if FIELDS[f] != "x" else "")
    if any(e["kind"] == "installed" for e in co.get("events", [])) or '"installed"' in str(co["plans"]).replace("'", '"'):
        toml.append('columns.events.kind = { type = "text", values = ["installed"] }')

    def source(kind, names, found, special=None, also=""):
        if not found:
            return
        out[f"data/{kind}.csv"] = rows(names, found)
        columns = ", ".join(f'{n} = {(special or {}).get(n, chr(34) + n + chr(34))}' for n in names)
        toml.append(f'[{kind}]\nfile = "{kind.split(".")[-1]}.csv"\n{also}columns = {{ {columns} }}')

    def there(names, found):
        return [n for n in names if any(r.get(n) not in (None, "") for r in found)]

    deals = co["deals"]
    source("deals", there(("id", "closed", "booked", "amount", "cost", "currency", "quantity", "term", "kind", "product", "account"), deals), deals)
    named = [{"deal": d["id"], "payee": p, "share": s, "role": role, "position": n + 1} for d in deals for n, (p, s, role) in enumerate(d["shares"])]
    source("shares", there(("deal", "payee", "role", "share", "position"), named), named, {"share": '{ column = "share", as = "percent" }'})
    if out.get("data/shares.csv") and any(not r["role"] for r in named) and any(r["role"] for r in named):
        pass
    people = co["payees"]
    own = {f: f'{{ column = "{f}", as = "percent" }}' for f in used if FIELDS[f] == "percent"}
    # Who is paid in another currency from a day on has a row for each.
    for p in [p for p in people if "moves" in p]:
        at, (on, code) = people.index(p), p["moves"][0]
        people = people[:at] + [{**p, "to": str(day(on) - ONE_DAY)}, {**p, "from": on, "currency": code}] + people[at + 1:]
    source("payees", ["id"] + there(STANDARD + tuple(used) + ("from", "to"), people),
           [{**p, **{f: str(p[f]).rstrip("%") for f in own if f in p}} for p in people], own)
    source("fields", ["payee", "field", "from", "to", "value"], co.get("fields", []))
    source("lines", ["payee", "manager", "from", "to"], co.get("lines", []))
    source("assignments", ["payee", "plan", "from", "to"], co.get("assignments", []))
    source("leave", ["payee", "from", "to"], co.get("leave", []))
    quotas = co.get("quotas", [])
    source("quotas", there(("measure", "payee", "plan", "period", "from", "to", "amount"), quotas), quotas)
    events = co.get("events", [])
    by_hand = [{**e, "reason": "asked", "actor": "model"} if e["kind"] in ("held", "released") else e for e in events]
    source("events", ["id", "deal"] + there(("kind", "date", "amount", "payee", "component", "reason", "actor"), by_hand), by_hand)
    source("scores", ["payee", "objective", "period", "score"], co.get("scores", []), {"score": '{ column = "score", as = "percent" }'})
    metrics = co.get("metrics", [])
    source("metrics", there(("measure", "period", "payee", "value"), metrics), metrics)
    adjustments = [{"reason": "agreed", "actor": "model", **a} for a in co.get("adjustments", [])]
    source("adjustments", there(("id", "kind", "payee", "date", "amount", "plan", "component", "balance", "reason", "actor"), adjustments), adjustments)
    if co.get("rates"):
        out["data/market.csv"] = rows(["from", "to", "date", "rate"], co["rates"])
        toml.append('[rates.market]\nfile = "market.csv"\ncolumns = { from = "from", to = "to", date = "date", rate = "rate" }')
    out["earnmark.toml"] = "\n".join(toml) + "\n"
    for n, plan in enumerate(co["plans"]):
        out[f"rules/plan{n}.rhai"] = script(plan)
        if "cut" in plan:
            # Two versions that say the same are one plan: the model knows the one.
            out[f"rules/plan{n}.rhai"] = script({**plan, "to": str(day(plan["cut"]) - ONE_DAY)})
            out[f"rules/plan{n}b.rhai"] = script({**plan, "from": plan["cut"]})
    return out


def write(co, folder):
    for path, text in files(co).items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
