"""The payouts of the CRM plan, worked a second time in another language, for a test to compare the engine with.

    python3 tests/oracle/crm.py FOLDER

FOLDER holds sales_pipeline.csv and sales_teams.csv. Prints payee,period,earned,payout,carry,currency: a row for each
agent and manager and each quarter of 2017, zeros too, payees in the order of their bytes.

The rule, in words: won opportunities count to their agent in the quarter of the close date, in the order of close date
and opportunity id. Of each quarter's value 4 % up to 75,000, 8 % up to 150,000, 12 % up to 187,500, 15 % above; each
opportunity's commission is rounded to the cent, half to even. The manager has 1 % of what the agents won in the
quarter, rounded once. Nothing is negative, so everything earned is paid and nothing is carried.

Plain on purpose, and without a line of the engine: fractions, the definition of a tier as an area under a step.
"""

import csv
import sys
from fractions import Fraction
from pathlib import Path

YEAR = 2017
QUOTA = Fraction(150_000)
# (from this part of the quota, percent)
TIERS = [(Fraction(0), 4), (Fraction(1, 2), 8), (Fraction(1), 12), (Fraction(5, 4), 15)]


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def commission_up_to(total):
    """What a quarter's value of `total` earns before any rounding."""
    earned = Fraction(0)
    ends = [QUOTA * start for start, _ in TIERS[1:]] + [None]
    for (start, percent), end in zip(TIERS, ends):
        top = total if end is None else min(total, end)
        earned += max(top - QUOTA * start, Fraction(0)) * percent / 100
    return earned


def cents(amount):
    """Whole cents, half to even: what `round` does with a fraction."""
    return round(amount * 100)


def quarter_of(date):
    year, month, _day = (int(part) for part in date.split("-"))
    return (year, (month - 1) // 3 + 1)


def main(folder):
    team = {row["sales_agent"]: row["manager"] for row in rows(folder / "sales_teams.csv")}
    won = [row for row in rows(folder / "sales_pipeline.csv") if row["deal_stage"] == "Won"]
    won.sort(key=lambda row: (row["close_date"], row["opportunity_id"].encode()))

    earned = {}  # (payee, quarter) -> cents
    sold = {}  # (agent, quarter) -> value so far
    for row in won:
        agent, quarter = row["sales_agent"], quarter_of(row["close_date"])
        assert agent in team, f"{agent} is in no team"
        assert quarter[0] == YEAR, f"{row['opportunity_id']} closed outside {YEAR}"
        before = sold.get((agent, quarter), Fraction(0))
        after = before + Fraction(row["close_value"])
        sold[agent, quarter] = after
        earned[agent, quarter] = earned.get((agent, quarter), 0) + cents(
            commission_up_to(after) - commission_up_to(before)
        )

    reports = {}  # (manager, quarter) -> value of the agents
    for (agent, quarter), value in sold.items():
        key = (team[agent], quarter)
        reports[key] = reports.get(key, Fraction(0)) + value
    for key, value in reports.items():
        earned[key] = earned.get(key, 0) + cents(value / 100)

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["payee", "period", "earned", "payout", "carry", "currency"])
    for payee in sorted(set(team) | set(team.values()), key=str.encode):
        for number in range(1, 5):
            whole, part = divmod(earned.get((payee, (YEAR, number)), 0), 100)
            amount = f"{whole}.{part:02d}"
            out.writerow([payee, f"{YEAR}-Q{number}", amount, amount, "0.00", "USD"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 tests/oracle/crm.py FOLDER")
    main(Path(sys.argv[1]))
