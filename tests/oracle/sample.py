"""What the sample company earned, worked a second time in another language, for a test to compare the engine with.

    python3 tests/oracle/sample.py examples/sample/data

Prints payee,plan,component,measured,earned: a row for each payee, component and quarter of 2026 in which something
was earned, in the order of the bytes. The engine's entries of `run --period 2026`, added up by those columns, say the
same. What a deal earns its payee is rounded to the cent once; so is a bonus and an override of a quarter.

Plain on purpose, and without a line of the engine: fractions, and the three plans put into words again.
"""

import csv
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction as F
from pathlib import Path

AE, EUROPE, MANAGER = "Account Executive", "Europe Field Sales", "Sales Manager"
CONTRACTS = "Calibration Contracts"
YEAR_BEGINS, YEAR_ENDS = date(2026, 1, 1), date(2026, 12, 31)
WEIGHT = {"bench": F(1), "floor": F(1), "lab": F(6, 5), "service": F(1, 2)}
SALES = ("new", "expansion", "return")
WORDS = {
    "Bench scale": "bench", "Floor scale": "floor", "Lab balance": "lab", "Service plan": "service",
    "Tischwaage": "bench", "Bodenwaage": "floor", "Laborwaage": "lab", "Wartung": "service",
    "New Business": "new", "Expansion": "expansion", "Renewal": "renewal", "Return": "return", "Demo Unit": "demo",
    "Neugeschäft": "new", "Erweiterung": "expansion", "Rückgabe": "return", "Vorführgerät": "demo",
}


def rows(path, delimiter=","):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def iso(text, default):
    return date.fromisoformat(text) if text else default


def american(text):
    return F(text.replace(",", ""))


def european(text):
    return F(text.replace(".", "").replace(",", "."))


def deals(folder):
    """(day, id, currency, amount, product, kind, quantity, term, [(payee, share)])"""
    for row in rows(folder / "crm-opportunities.csv"):
        if row["Stage"] != "Closed Won":
            continue
        month, day, year = (int(part) for part in row["Close Date"].split("/"))
        part = F(row["Co-Owner Split %"] or 0) / 100
        shares = [(row["Owner"], 1 - part)] + ([(row["Co-Owner"], part)] if row["Co-Owner"] else [])
        yield (date(year, month, day), row["Opportunity ID"], "USD", american(row["Amount"]), WORDS[row["Product"]],
               WORDS[row["Type"]], int(row["Qty"]), int(row["Term (months)"] or 0), shares)
    for row in rows(folder / "auftraege-europa.csv", ";"):
        day, month, year = (int(part) for part in row["Gebucht am"].split("."))
        part = F((row["Anteil"] or "0").replace(",", ".")) / 100
        shares = [(row["Verkäufer"], 1 - part)] + ([(row["Mitverkäufer"], part)] if row["Mitverkäufer"] else [])
        yield (date(year, month, day), row["Auftrag"], "EUR", european(row["Betrag"]), WORDS[row["Produkt"]],
               WORDS[row["Art"]], int(row["Menge"]), 0, shares)


def quarter(day):
    return (day.month - 1) // 3 + 1


def quarter_days(number):
    first = date(2026, 3 * number - 2, 1)
    after = date(2027, 1, 1) if number == 4 else date(2026, 3 * number + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)


def cents_even(amount):
    return round(amount * 100)


def cents_up(amount):
    """Half a cent goes away from zero."""
    whole = int(abs(amount) * 100 + F(1, 2))
    return whole if amount >= 0 else -whole


def area(tiers, x):
    """What a marginal table pays on everything from 0 to x; below zero the first row goes on."""
    if x < 0:
        return x * tiers[0][1]
    ends = [start for start, _ in tiers[1:]] + [x]
    return sum((max(min(x, end) - start, F(0)) * rate for (start, rate), end in zip(tiers, ends)), F(0))


def line(points, x):
    """A straight line between points, flat outside them."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return y0 + (x - x0) * (y1 - y0) / (x1 - x0)
    return points[-1][1]


def main(folder):
    people = {row["Login"]: (iso(row["Hire Date"], date.min), iso(row["Leave Date"], date.max))
              for row in rows(folder / "people.csv")}
    on_plan = defaultdict(list)
    for row in rows(folder / "plan-assignments.csv"):
        first, last = people[row["Login"]]
        days = (max(iso(row["From"], date.min), first, YEAR_BEGINS), min(iso(row["To"], date.max), last, YEAR_ENDS))
        on_plan[row["Login"], row["Compensation Plan"]].append(days)
    reports_to = [(row["Login"], row["Reports To"], iso(row["From"], date.min), iso(row["To"], date.max))
                  for row in rows(folder / "reporting-lines.csv")]
    target = {(row["Login"], int(row["Fiscal Quarter"][-1])): american(row["Target"])
              for row in rows(folder / "quotas.csv")}
    target |= {(row["Verkäufer"], int(row["Quartal"][-1])): european(row["Ziel"])
               for row in rows(folder / "ziele-europa.csv", ";")}

    def is_on(payee, plan, day):
        return any(first <= day <= last for first, last in on_plan[payee, plan])

    def quota(payee, plan, number):
        first, last = quarter_days(number)
        days = sum(max(0, min(last, end).toordinal() - max(first, start).toordinal() + 1)
                   for start, end in on_plan[payee, plan])
        return target[payee, number] * days / (last.toordinal() - first.toordinal() + 1)

    # Credits: (payee, measure, quarter) -> [(day, id, credit, share, deal)] in the order in which they count.
    credits = defaultdict(list)
    for deal in sorted(deals(folder), key=lambda deal: (deal[0], deal[1].encode())):
        day, name, _, amount, product, kind, quantity, _, shares = deal
        for payee, share in shares:
            credited = []
            if is_on(payee, AE, day) and kind in SALES:
                credited.append(("bookings", amount * WEIGHT[product]))
            if is_on(payee, AE, day) and kind == "renewal":
                credited.append(("renewals", amount))
            if is_on(payee, EUROPE, day) and kind in SALES:
                credited.append(("sales", min(amount, F(150_000))))
                if product == "lab":
                    credited.append(("balances", F(quantity)))
            for measure, credit in credited:
                credits[payee, measure, quarter(day)].append((day, credit * share, share, deal))

    earned = defaultdict(int)  # (payee, plan, component, quarter) -> cents
    for (payee, measure, number), list_ in credits.items():
        total = sum(credit for _, credit, _, _ in list_)
        if measure == "bookings":
            goal = quota(payee, AE, number)
            tiers = [(F(0), F(5, 100)), (goal * 6 / 10, F(8, 100)), (goal, F(12, 100))]
            before = F(0)
            for _, credit, share, deal in list_:
                step = area(tiers, before + credit) - area(tiers, before)
                earned[payee, AE, "New business", number] += cents_even(step)
                before += credit
                if deal[7] >= 24:
                    earned[payee, AE, "Multi-year", number] += cents_even((500 if deal[7] >= 36 else 200) * share)
            points = [(F(9, 10), F(0)), (F(1), F(1, 100)), (F(13, 10), F(25, 1000))]
            earned[payee, AE, "Quarter bonus", number] += cents_even(goal * line(points, total / goal))
        elif measure == "renewals":
            for _, credit, _, _ in list_:
                earned[payee, AE, "Renewals", number] += cents_even(credit * 2 / 100)
        elif measure == "sales":
            reached = total / quota(payee, EUROPE, number)
            rate = F(5, 100) if reached > F(11, 10) else F(4, 100) if reached >= F(8, 10) else F(3, 100)
            for _, credit, _, _ in list_:
                earned[payee, EUROPE, "Ladder", number] += cents_up(credit * rate)
            bonus = 2_000 if reached >= F(5, 4) else 1_000 if reached >= 1 else 0
            earned[payee, EUROPE, "Quarter reached", number] += bonus * 100
        else:
            tiers, before = [(F(0), F(15)), (F(12), F(25))], F(0)
            for _, pieces, _, _ in list_:
                earned[payee, EUROPE, "Balances", number] += cents_up(area(tiers, before + pieces) - area(tiers, before))
                before += pieces

    # Contracts, a tenth of the fee; cancelled up to 90 days later it is as if they had not been.
    gone = {row["Contract"]: date.fromisoformat(row["Date"]) for row in rows(folder / "contract-events.csv")
            if row["What"] == "Cancellation"}
    for row in rows(folder / "calibration-contracts.csv"):
        day, payee = date.fromisoformat(row["Signed"]), row["Sold By"]
        ended = gone.get(row["Contract"], date.max)
        if is_on(payee, CONTRACTS, day) and (ended - day).days > 90:
            earned[payee, CONTRACTS, "Contracts", quarter(day)] += cents_even(american(row["Yearly Fee"]) / 10)

    overrides = [("bookings", MANAGER, "Team bookings", F(1, 100), cents_even),
                 ("renewals", MANAGER, "Team renewals", F(1, 400), cents_even),
                 ("sales", EUROPE, "Team", F(1, 200), cents_up)]
    for measure, plan, component, rate, cents in overrides:
        team = defaultdict(F)
        for (payee, name, number), list_ in credits.items():
            for day, credit, _, _ in list_ if name == measure else []:
                for report, manager, first, last in reports_to:
                    if report == payee and first <= day <= last and is_on(manager, plan, day):
                        team[manager, number] += credit
        for (manager, number), total in team.items():
            earned[manager, plan, component, number] += cents(total * rate)

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["payee", "plan", "component", "measured", "earned"])
    for (payee, plan, component, number), amount in sorted(earned.items()):
        if amount:
            sign, amount = ("-", -amount) if amount < 0 else ("", amount)
            out.writerow([payee, plan, component, f"2026-Q{number}", f"{sign}{amount // 100}.{amount % 100:02d}"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 tests/oracle/sample.py FOLDER")
    main(Path(sys.argv[1]))
