"""Works the formulas of a workbook anew from its cells and prints each row: sheet, first text, then column and value."""

import re
import sys
import xml.etree.ElementTree as tree
import zipfile

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
book = zipfile.ZipFile(sys.argv[1])
texts = ["".join(node.text or "" for node in item.iter(NS + "t")) for item in tree.fromstring(book.read("xl/sharedStrings.xml"))]
names = [sheet.get("name") for sheet in tree.fromstring(book.read("xl/workbook.xml")).iter(NS + "sheet")]
cells = {}
for number, name in enumerate(names, 1):
    for cell in tree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(NS + "c"):
        formula, value = cell.find(NS + "f"), cell.find(NS + "v")
        place = re.match(r"([A-Z]+)(\d+)", cell.get("r")).groups()
        if formula is not None:
            cells[name, place[0], int(place[1])] = "=" + formula.text
        elif value is not None:
            cells[name, place[0], int(place[1])] = texts[int(value.text)] if cell.get("t") == "s" else float(value.text)


class Column(list):
    """What a range holds: two of them are multiplied one by one."""

    def __mul__(self, other):
        return Column(a * b for a, b in zip(self, other))


def figures(values):
    return [value for value in values if isinstance(value, float)]


def exact(values, one):
    return Column(float(value == one) for value in values)


def total(*values):
    return sum(figures(values[0] if isinstance(values[0], list) else values))


def sumproduct(of, amounts):
    return sum(a * b for a, b in zip(of, amounts) if isinstance(b, float))


def sumifs(amounts, where, one):
    return sum(figures(a for a, value in zip(amounts, where) if str(value).lower() == str(one).lower()))


def value(sheet, column, row):
    cell = cells.get((sheet, column, row))
    if isinstance(cell, str) and cell.startswith("="):
        return worked(sheet, cell[1:])
    return cell


def span(sheet, first, last):
    (left, top), (right, end) = (re.match(r"([A-Z]+)(\d+)", corner).groups() for corner in (first, last))
    letters = [chr(letter) for letter in range(ord(left), ord(right) + 1)]
    return Column(value(sheet, letter, row) for row in range(int(top), int(end) + 1) for letter in letters)


def worked(sheet, formula):
    kept = []

    def put(found):
        own = found.group(1) or sheet
        first, last = found.group(2), found.group(3)
        at = re.match(r"([A-Z]+)(\d+)", first).groups()
        kept.append(span(own, first, last) if last else value(own, at[0], int(at[1])))
        return f"kept[{len(kept) - 1}]"

    code = re.sub(r"(?:(\w+)!)?\b([A-Z]\d+)(?::([A-Z]\d+))?\b(?!\()", put, formula.replace("$", ""))
    known = {"kept": kept, "SUM": total, "ROUND": round, "EXACT": exact, "SUMPRODUCT": sumproduct, "SUMIFS": sumifs}
    return eval(code, known)


for name in names:
    columns = sorted({column for sheet, column, _ in cells if sheet == name})
    for row in sorted({row for sheet, _, row in cells if sheet == name} - {1}):
        said = {cells.get((name, column, 1)): value(name, column, row) for column in columns}
        first = next(text for text in said.values() if isinstance(text, str))
        shown = [f"{column} {amount + 0:.2f}" for column, amount in said.items() if isinstance(amount, (int, float))]
        print(f"{name} {first}: " + "; ".join(shown))
