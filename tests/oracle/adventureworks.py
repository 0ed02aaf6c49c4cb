"""The payouts of the AdventureWorks plans, worked a second time in another language, for a test to compare the engine with.

    python3 tests/oracle/adventureworks.py FOLDER

FOLDER holds the export and eurofxref-hist.csv. Prints payee,period,earned,payout,carry,currency: a row for each sales person
and the one above them, for each quota period and for euros and dollars, zeros too, payees in the order of their bytes.

The rule, in words: an order counts to its sales person on its day, for the quota period that holds it. In dollars each order
earns the person's own rate, rounded to the cent, half to even; who reaches the quota of a period with its orders has 1,000
more. In euros whoever others report to has 0.5 % of what those sell in territories 7, 8 and 10, each order at the European
Central Bank's rate of its day, else of the latest day within the seven before it; rounded once a period.

Plain on purpose, and without a line of the engine.
"""

import csv
import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

PERIODS = [
    "2011-05-31", "2011-08-31", "2011-12-01", "2012-02-29", "2012-05-30", "2012-08-30",
    "2012-11-30", "2013-02-28", "2013-05-30", "2013-08-30", "2013-11-30", "2014-03-01",
]  # fmt: skip
BOSS = {str(rep): "274" for rep in [275, 276, 277, 278, 279, 280, 281, 282, 283, 284]}
BOSS |= {"286": "285", "288": "287", "289": "287", "290": "287", "274": "273", "285": "273", "287": "273"}


def rows(path):
    with open(path, encoding="ascii", newline="") as file:
        return [line.split("\t") for line in file.read().split("\n") if line]


def cents(amount):
    """Whole cents, half to even: what `round` does with a fraction."""
    return round(amount * 100)


def period_of(day):
    return max(start for start in PERIODS if start <= day)


def main(folder):
    with open(folder / "eurofxref-hist.csv", encoding="ascii", newline="") as file:
        dollars = {row["Date"]: Fraction(row["USD"]) for row in csv.DictReader(file) if row["USD"] != "N/A"}

    def dollars_for_a_euro(day):
        for back in range(8):
            known = dollars.get(str(date.fromisoformat(day) - timedelta(days=back)))
            if known:
                return known
        raise SystemExit(f"no rate for {day}")

    rate = {row[0]: Fraction(row[4]) for row in rows(folder / "SalesPerson.csv")}
    quota = {(row[0], row[1][:10]): Fraction(row[2]) for row in rows(folder / "SalesPersonQuotaHistory.csv")}
    sold, earned, europe = {}, {}, {}
    for row in rows(folder / "SalesOrderHeader.csv"):
        day, rep, territory, value = row[2][:10], row[11], row[12], Fraction(row[19])
        if not rep:
            continue
        key = (rep, period_of(day))
        sold[key] = sold.get(key, Fraction(0)) + value
        earned[*key, "USD"] = earned.get((*key, "USD"), 0) + cents(value * rate[rep])
        if territory in ("7", "8", "10"):
            above = (BOSS[rep], key[1])
            europe[above] = europe.get(above, Fraction(0)) + value / dollars_for_a_euro(day)
    for key, value in sold.items():
        if value >= quota[key]:
            earned[*key, "USD"] += 1000_00
    for key, value in europe.items():
        earned[*key, "EUR"] = cents(value / 200)

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["payee", "period", "earned", "payout", "carry", "currency"])
    for payee in sorted(set(rate) | set(BOSS.values()), key=str.encode):
        for start in PERIODS:
            for currency in ["EUR", "USD"]:
                whole, part = divmod(earned.get((payee, start, currency), 0), 100)
                amount = f"{whole}.{part:02d}"
                out.writerow([payee, f"quota-{start}", amount, amount, "0.00", currency])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 tests/oracle/adventureworks.py FOLDER")
    main(Path(sys.argv[1]))
