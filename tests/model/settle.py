"""From amounts to date to entries, and from entries to payouts and balances (time-and-ledger.md, 0 and 6)."""

from collections import defaultdict
from types import SimpleNamespace

from model import Company, Env, Run, World
from words import F, DIGITS, ONE_DAY, Refused, day, days_of, ev, rounded

SHORT = ["week", "month", "quarter", "half", "year"]


class Entry:
    def __init__(self, period, payee, plan, component, sub, measured, earned, payable, pay, touched, span, currency):
        self.period, self.payee, self.plan, self.component, self.sub, self.measured, self.span, self.currency = period, payee, plan, component, sub, measured, span, currency
        self.earned, self.payable, self.pay, self.touched = earned, payable, pay, touched


def work(data):
    """(rows payee,period,earned,payout,carry,currency; entries) for all payout periods from the first plan's start on."""
    co = Company(data)
    first = min(day(p["from"]) for p in data["plans"])
    last = co.calendar.period(data["last"][0], day(data["last"][1]))[2]
    word = min((p.get("payout", "month") for p in data["plans"]), key=SHORT.index)
    chain = co.calendar.periods(word, first, last)
    entries, runs = [], {}
    for plan in co.plans.values():
        entries += entries_of(co, plan, chain, runs)
    entries += manual(co, chain)
    return [row for p in sorted(co.payees) for row in settle(co, p, chain, entries)], entries


def currency_of(co, p, plan, d):
    """In which a payee is paid what belongs to a day; from a day on it may be another."""
    own = co.payees[p].get("currency") or plan["currency"]
    for since, code in co.payees[p].get("moves", []):
        own = code if d >= day(since) else own
    return own


def pay_rate(co, p, plan, period, currency=None):
    """From the plan's currency to the payee's, on the last day of the payout period."""
    return co.rate(plan["currency"], currency or currency_of(co, p, plan, period[2]), period[2])


def paid_by(key, span, on):
    """The day by whose currency an amount is paid: that of its deal, or the first of its period."""
    return span[1] if key[2] in ("limit", "guarantee") or not key[2] or key[2][0] == "#" else on


def entries_of(co, plan, chain, runs):
    """For every payout period of the plan: what is there at its end less what was there before, key by key."""
    found, E, P, Y, let_in, spans = [], defaultdict(F), defaultdict(F), defaultdict(F), [], {}
    clawing = {"written_off"} | set(Run.kinds(SimpleNamespace(co=co, plan=plan)))
    for n in co.calendar.periods(plan.get("payout", "month"), day(plan["from"]), chain[-1][2], plan):
        if n[2] > chain[-1][2]:
            break
        new = [e for e in co.events if e["kind"] in clawing and day(e["date"]) <= n[2] and e not in let_in]
        new.sort(key=lambda e: (e["kind"] != "written_off", e["date"], e["id"]))
        run = Run(co, plan, n[2], let_in, P)
        spans |= run.spans
        own = {k: (run.E.get(k, 0) - E[k], run.P.get(k, 0) - P[k]) for k in set(run.E) | set(E)}
        touched = set()
        for e in new:
            let_in = let_in + [e]
            after = Run(co, plan, n[2], let_in, P)
            spans |= after.spans
            if e["kind"] != "written_off":
                touched |= {k for k in set(run.E) | set(after.E)
                            if run.E.get(k, 0) != after.E.get(k, 0) or run.P.get(k, 0) != after.P.get(k, 0)}
            else:
                for k in set(run.E) | set(after.E):
                    a, b = own.get(k, (F(0), F(0)))
                    own[k] = (a + after.E.get(k, 0) - run.E.get(k, 0), b + after.P.get(k, 0) - run.P.get(k, 0))
            run = after
        now_E, now_P = dict(run.E), dict(run.P)
        for key, amount in guarantees(co, plan, n, own).items():
            now_E[key] = now_P[key] = amount
            spans[key] = n, n[1]
        for key, amount in list(E.items()):
            if key[2] == "guarantee":
                now_E[key], now_P[key] = amount, P[key]
        label = next(c[0] for c in chain if c[1] <= n[2] <= c[2])
        for key in sorted(set(now_E) | set(E), key=str):
            e, p = now_E.get(key, F(0)), now_P.get(key, F(0))
            currency = currency_of(co, key[0], plan, paid_by(key, *spans[key]))
            y = converted(co, currency, plan, n, P[key], p, Y[key])
            pay = y - Y[key]
            if e != E[key] or p != P[key] or key in touched:
                found.append(Entry(label, key[0], plan["name"], key[1], key[2], key[3], e - E[key], p - P[key], pay, key in touched, spans[key][0][1:], currency))
            E[key], P[key], Y[key] = e, p, y
    return found


def converted(co, currency, plan, n, before, now, y):
    """An increase, rounded, at the period's rate; a decrease takes y down in proportion; crossing zero, to zero first."""
    rnd = lambda x: rounded(x, DIGITS.get(currency, 2), plan.get("rounding", "half_even"))
    if now == before:
        return y
    if currency == plan["currency"]:
        return now
    if before * now < 0:
        before, y = F(0), F(0)
    if before != 0 and abs(now) < abs(before):
        return rnd(y * now / before)
    return y + rnd((now - before) * pay_rate(co, None, plan, n, currency))


def handed(co, plan, what, p, n):
    """The same guarantee or draw of plans that p was on on other days of the period; a draw also of plans at once."""
    on = {q["name"]: {d for d in co.days_on(p, q) if n[1] <= d <= n[2]} for q in co.plans.values()}
    holds = lambda q, x: any((x.get("from") or "") <= str(d) <= (x.get("to") or "z") for d in on[q["name"]])
    return [(q, x, max(on[q["name"]]) > max(on[plan["name"]])) for q in co.plans.values() for x in co.declared(q, what["d"])
            if q is not plan and (what["d"] == "draw" or not on[q["name"]] & on[plan["name"]]) and on[q["name"]] and on[plan["name"]] and holds(plan, what) and holds(q, x)
            and all(x.get(k, std) == what.get(k, std) for k, std in (("name", 0), ("counts", "payable"), ("pays", "shortfall")))]


def amount_of(co, plan, what, p, n):
    """The amount of a draw or guarantee for a payout period, by active days, or None where it is not given; over plans one after the other, of draws at once too."""
    at_once = lambda q: any(co.on_plan(p, q, d) and co.on_plan(p, plan, d) for d in days_of(n[1], n[2]))
    others = [(q, x) for q, x, _ in handed(co, plan, what, p, n) if at_once(q) or not {"none"} & {x.get("prorate"), what.get("prorate")}]
    parts = [x for x in [part_of(co, *of, p, n) for of in [(plan, what)] + others] if x is not None]
    lacks = not parts or (what["d"] == "draw" and part_of(co, plan, what, p, n) is None)
    return None if lacks else rounded(sum(parts), DIGITS.get(plan["currency"], 2), plan.get("rounding", "half_even"))


def part_of(co, plan, what, p, n):
    a, b = day(what.get("from") or "1900-01-01"), day(what.get("to") or "2999-12-31")
    mine = [d for d in co.active(p, plan, n[1], n[2]) if a <= d <= b]
    if not mine or ("only_if" in what and not ev(what["only_if"], Env(blank(co, plan), plan, p, n[2], n))):
        return None
    amount = ev(what["amount"], Env(blank(co, plan), plan, p, n[2], n)) if isinstance(what["amount"], list) else F(what["amount"])
    return amount * len(mine) / ((n[2] - n[1]).days + 1) if what.get("prorate", "days") == "days" else amount


def blank(co, plan):
    return co.once(("blank", plan["name"]), lambda: World(Run(co, plan, day("1900-01-01"), [], {}), {}))


def guarantees(co, plan, n, own):
    found, co.cache["own", plan["name"], n[0]] = {}, own
    for g in co.declared(plan, "guarantee"):
        for p in co.payees:
            amount, others = amount_of(co, plan, g, p, n), handed(co, plan, g, p, n)
            if amount is None or any(later for *_, later in others):
                continue
            lists = [x.get("of") or [] for x in [g] + [x for _, x, _ in others]]
            of = sum(lists, []) if all(lists) else None
            top = amount - sum(paid(co, q, co.cache["own", q["name"], n[0]], g, of, p) for q in [plan] + [q for q, *_ in others])
            if top > 0:
                found[p, g["name"], "guarantee", n[0]] = top
    return found


def paid(co, plan, own, g, of, p):
    sums, limits, each, names = defaultdict(F), defaultdict(F), defaultdict(F), {c["name"] for c in co.declared(plan, "component")}
    for (x, component, sub, label), (e, pay) in own.items():
        if x == p and sub != "guarantee" and component in (of or [component]):
            (limits if sub == "limit" else sums)[(component,) if sub == "limit" else (component, label)] += e if g.get("counts") == "earned" else pay
    # What a limit takes or adds belongs to what it limits.
    for (component, _), x in sums.items():
        each[component] += max(F(0), x)
    for (component,), x in limits.items():
        if component in names:
            each[component] = max(F(0), each[component] + x)
    return max(F(0), sum(each.values(), F(0)) + sum((x for (component,), x in limits.items() if component not in names), F(0)))


def manual(co, chain):
    """What is decided by hand: in the payee's currency as paid, in the plan's as earned and as payable."""
    found = []
    for a in co.data.get("adjustments", []):
        if a["kind"] == "manual":
            d = day(a["date"])
            plan = co.plans.get(a.get("plan")) or plan_of(co, a["payee"], d) or next(iter(co.plans.values()))
            currency = currency_of(co, a["payee"], plan, d)
            amount = rounded(F(a["amount"]) * co.rate(currency, plan["currency"], d), DIGITS.get(plan["currency"], 2), plan.get("rounding", "half_even"))
            label, span = next(c[0] for c in chain if c[1] <= d <= c[2]), co.period(plan.get("payout", "month"), d, plan)
            found.append(Entry(label, a["payee"], a.get("plan"), a.get("component") or "", "adj" + a["id"], span[0], amount, amount, F(a["amount"]), False, span[1:], currency))
    return found


def plan_of(co, p, d):
    """The plan of the payee's latest assignment by that day."""
    on = None
    for q in sorted(co.plans.values(), key=lambda q: (q["name"], q["from"])):
        last = max((x for x in co.days_on(p, q) if x <= d), default=None)
        if last and (on is None or last >= on[0]):
            on = (last, q)
    return on and on[1]


def most_payout(co, p, n):
    """The cap on payout: of each plan by the days on it, of plans at once the sum; a day on none with a cap is a day without one."""
    if not any("payout" in c for q in co.plans.values() for c in co.declared(q, "cap")):
        return None
    days, whole = defaultdict(int), (n[2] - n[1]).days + 1
    order = sorted(co.plans.values(), key=lambda q: (q["name"], q["from"]))
    for d in days_of(n[1], n[2]):
        on = [at for at, q in enumerate(order) if co.on_plan(p, q, d)]
        capped = [at for at in on if any("payout" in c for c in co.declared(order[at], "cap"))]
        if on and not capped:
            return None
        for at in capped:
            days[at] += 1
    total = None
    for at, count in sorted(days.items()):
        q = order[at]
        caps = [F(c["payout"]) for c in co.declared(q, "cap") if "payout" in c]
        total = min(caps) * count / whole * pay_rate(co, p, q, n) + (total or F(0))
    return total if total is None else rounded(total, DIGITS.get(currency_of(co, p, q, n[2]), 2), q.get("rounding", "half_even"))


def set_off(co, spans, b, e):
    """What a limit takes or gives back is netted with what it limits, over days that they share: the narrower limit first, and with what that let go of."""
    plans = {q["name"]: q for q in co.plans.values()}
    caps = {(name, c["name"]): c.get("of") or [x["name"] for x in co.declared(q, "component")] for name, q in plans.items() for c in co.declared(q, "cap")}
    order = sorted([k for k in b if k[2] == "limit"], key=lambda k: (len(caps.get(k[:2], [0])), spans[k[-1]][1] - spans[k[-1]][0]))
    for at, key in enumerate(order):
        of = caps.get(key[:2], [key[1]])
        for sums in (b, e):
            for other in [k for k in sums if k[0] == key[0] and k[1] in of and (k[2] != "limit" or k in order[:at])]:
                (a, z), (first, last) = spans[key[-1]], spans[other[-1]]
                if a > last or first > z or b[key] * sums[other] >= 0:
                    continue
                moved = b[key] if abs(b[key]) < abs(sums[other]) else -sums[other]
                sums[other], b[key] = sums[other] + moved, b[key] - moved


def netted(co, mine):
    """What the entries of a payout bring and take: of a deal that something happened to by itself, else by component."""
    b, e = defaultdict(F), defaultdict(F)
    touched = {(x.plan, x.component, x.sub, x.measured) for x in mine if x.touched}
    for x in mine:
        key = (x.plan, x.component, x.sub, x.measured)
        if x.sub == "limit" or key in touched:
            b[key] += x.pay
        else:
            e[x.plan, x.component, x.measured] += x.pay
    set_off(co, {x.measured: x.span for x in mine}, b, e)
    nets = list(b.values()) + list(e.values())
    return sum(max(x, F(0)) for x in nets), sum(max(-x, F(0)) for x in nets)


def settle(co, p, chain, entries):
    O = W = C = M = net = F(0)
    rows, debts, repaid, held = [], [], F(0), None
    end, theirs = co.payees[p].get("end"), [e for e in entries if e.payee == p]
    first = min((d for q in co.plans.values() for d in co.days_on(p, q)), default=chain[0][1])
    for n in chain:
        mine = [e for e in theirs if e.period == n[0]]
        plan = plan_of(co, p, n[2]) or ((rows or mine) and (plan_of(co, p, first) or co.plans[theirs[0].plan]))
        if not plan:  # before the first day on a plan, and on none, only what is decided is settled, by the first plan's terms
            continue
        currency = currency_of(co, p, plan, n[2])
        had, owed, came = net, O, F(0)
        for old in sorted({e.currency for e in mine} | {held or currency} - {currency}):
            if old == currency:
                continue
            # In a currency of before nothing is paid any more: what comes and what is left moves, each amount rounded once.
            gained, lost = netted(co, [e for e in mine if e.currency == old])
            last = max((q for q in co.plans.values() if co.days_on(p, q)), key=lambda q: (q["name"], q["from"]))
            move = lambda x: rounded(x * co.rate(old, currency, n[2]), DIGITS.get(currency, 2), last.get("rounding", "half_even")) if x else F(0)
            if held == old:
                O, W, C, M, owed, debts, repaid = move(O + lost), move(W), move(C), move(M), F(0), [], F(0)
            else:
                O += move(lost)
            came += move(gained)
            had = C + M - O - W
            earned = sum((e.earned for e in mine if e.currency == old), F(0))
            rows.append((p, n[0], earned, F(0), F(0), old))
        held, mine = currency, [e for e in mine if e.currency == currency]
        rnd = lambda x: rounded(x, DIGITS.get(currency, 2), plan.get("rounding", "half_even"))
        # An amount of the plan in the payee's currency; nothing asks for no rate.
        in_pay = lambda x: rnd(F(x) * pay_rate(co, p, plan, n)) if x and F(x) else F(0)
        leaving = bool(end) and day(end) <= n[2]
        # 2 sort
        gain, debt = netted(co, mine)
        # 3 cap on payout
        due = M if leaving else F(0)
        M -= due
        most = None if leaving else most_payout(co, p, n)
        avail = gain + C if most is None else min(gain + C, most)
        C, avail = gain + C - avail, avail + due + came
        # 4 and 5
        for a in co.data.get("adjustments", []):
            if a["payee"] == p and n[1] <= day(a["date"]) <= n[2] and a["kind"] == "paid_outside":
                x = F(a["amount"])
                for_m = min(x, M)
                from_avail = min(x - for_m, avail)
                M, avail, O = M - for_m, avail - from_avail, O + x - for_m - from_avail
        O += debt
        debts.append((n[0], O - owed))
        for a in co.data.get("adjustments", []):
            if a["payee"] == p and n[1] <= day(a["date"]) <= n[2] and a["kind"] == "forgive":
                x, drawn = F(a["amount"]), a.get("balance") == "draw"
                O, W, repaid = (O, W - x, repaid) if drawn else (O - x, W, repaid + x)
                if min(O, W) < 0:
                    raise Refused("forgiven more than is owed")
        recover = plan.get("recover") or {}
        # Of plans at once the one assigned last that advances does so, with what others advance; what an earlier plan advanced is
        # repaid by its terms.
        drawn = [q for q in sorted(co.plans.values(), key=lambda q: (q["name"], q["from"])) if co.declared(q, "draw")]
        advances = [q for q in drawn if co.there(p, q, n[1], n[2])] + [q for q in drawn if co.there(p, q, day(q["from"]), min(n[2], day(q["to"])))]
        lenders = ([plan] if co.declared(plan, "draw") else []) + [q for q in advances if q is not plan]
        gives = [q for q in lenders if part_of(co, q, next(iter(co.declared(q, "draw"))), p, n) is not None]
        lender = next(iter(gives + lenders), plan)
        draw = next(iter(co.declared(lender, "draw")), None)
        d = amount_of(co, lender, draw, p, n) if draw else None

        def recover_debts(avail, O, repaid):
            most = [O, avail]
            if not leaving:
                most += [rnd(F(recover.get("share", "100")) / 100 * avail), avail - in_pay(recover.get("floor"))]
                if recover.get("instalments"):
                    J, at = recover["instalments"], len(debts)
                    most.append(sum(rnd(x * F(min(J, at - j), J)) for j, (_, x) in enumerate(debts)) - repaid)
            rec = max(min(most), F(0))
            return avail - rec, O - rec, repaid + rec

        def recover_draw(avail, W):
            if leaving:
                rep = min(W, avail)
            else:
                if "recover_if" in (draw or {}) and not ev(draw["recover_if"], Env(blank(co, lender), lender, p, n[2], n)):
                    return avail, W
                floor = F(0) if draw and draw.get("pays") == "ahead" else F(draw["floor"]) if draw and "floor" in draw else (d or F(0))
                rep = max(min(W, rnd(F((draw or {}).get("recover", "100")) / 100 * (avail - floor))), F(0))
            return avail - rep, W - rep

        draw_first = plan.get("recover_order", ["clawback", "draw"])[0] == "draw"
        short = d is not None and not leaving and (draw or {}).get("pays", "shortfall") == "shortfall"
        if draw_first and not (short and avail < d):
            avail, W = recover_draw(avail, W)
        avail, O, repaid = recover_debts(avail, O, repaid)
        limit = F(draw["limit"]) if draw and "limit" in draw else None
        if leaving and draw and draw.get("leaver") == "forgive":
            avail, W = recover_draw(avail, W)
            W = F(0)
        elif short and avail < d:
            adv = d - avail if limit is None else max(min(d - avail, limit - W), F(0))
            W, avail = W + adv, avail + adv
        elif draw and draw.get("pays") == "ahead" and d is not None and not leaving:
            adv = d if limit is None else max(min(d, limit - W), F(0))
            W += adv
            avail, W = recover_draw(avail, W)
            avail += adv
        elif W and not draw_first:
            avail, W = recover_draw(avail, W)
        # 6 payout
        payout, M = avail + M, F(0)
        if not leaving and payout < in_pay(plan.get("minimum")):
            payout, M = F(0), payout
        if plan.get("negative") == "charge":
            payout, O, repaid = payout - O, F(0), repaid + O
        elif plan.get("negative") == "forgive":
            O, repaid = F(0), repaid + O
        gone = sum(F(a["amount"]) * (1 if a["kind"] == "forgive" else -1) for a in co.data.get("adjustments", [])
                             if a["payee"] == p and n[1] <= day(a["date"]) <= n[2] and a["kind"] in ("forgive", "paid_outside"))
        net = C + M - O - W
        told = plan.get("negative") == "forgive" or (leaving and (draw or {}).get("leaver") == "forgive")
        assert min(O, W, C, M) >= 0 and (told or had + gain + came - debt + gone == payout + net), "the balances do not tie"
        rows.append((p, n[0], sum((x.earned for x in mine), F(0)), payout, C + M - O - W, currency))
    return rows
