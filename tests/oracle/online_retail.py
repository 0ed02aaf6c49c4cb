"""The payouts of the wholesaler's plan, worked a second time in another language, for a test to compare the engine with.

    python3 tests/oracle/online_retail.py FOLDER

FOLDER holds online-retail.csv.gz. Prints payee,period,earned,payout,carry,currency: a row for each country and each month of
the plan, zeros too, payees in the order of their bytes.

The rule, in words: each invoice line earns its country 1 % of quantity times price, rounded to the penny, half to even, in the month
of its date. A line that begins with C and names a customer cancels the latest line of the same customer, product and price with
its own quantity, the sign turned, that no other one has cancelled: what that line earned is taken back in the month of the
cancellation. Every other line with a minus earns less than nothing. A month below zero pays nothing, and the next ones make it
good.

Plain on purpose, and without a line of the engine.
"""

import csv
import gzip
import sys
from fractions import Fraction
from pathlib import Path

MONTHS = ["2010-12"] + [f"2011-{month:02d}" for month in range(1, 13)]


def cents(amount):
    """Whole pence, half to even: what `round` does with a fraction."""
    return round(amount * 100)


def text(pence):
    whole, part = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{part:02d}"


def main(folder):
    earned, stacks, countries = {}, {}, set()
    with gzip.open(folder / "online-retail.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            country, month, quantity = row["Country"], row["InvoiceDate"][:7], int(row["Quantity"])
            countries.add(country)
            pence = cents(quantity * Fraction(row["UnitPrice"]) / 100)
            customer = row["CustomerID"]
            key = (customer, row["StockCode"], row["UnitPrice"])
            if row["InvoiceNo"].startswith("C"):
                stack = stacks.get((key, -quantity))
                if customer and stack:
                    country, pence = stack.pop()
                    pence = -pence
            elif customer and quantity > 0:
                stacks.setdefault((key, quantity), []).append((country, pence))
            earned[country, month] = earned.get((country, month), 0) + pence

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["payee", "period", "earned", "payout", "carry", "currency"])
    for country in sorted(countries, key=str.encode):
        carried = 0
        for month in MONTHS:
            own = earned.get((country, month), 0)
            net = carried + own
            paid, carried = max(net, 0), min(net, 0)
            out.writerow([country, month, text(own), text(paid), text(carried), "GBP"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 tests/oracle/online_retail.py FOLDER")
    main(Path(sys.argv[1]))
