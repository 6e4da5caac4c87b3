"""The table of memory orders that scripts/weaken writes: each order of the primitives, and the check
that fails when it is weaker. A row names its place by the text of the operation and not by its line,
so it is stale exactly when the operation changes.
"""

import json
import pathlib
import re

HEAD = """# Each memory order of the primitives, and the check that needs it

Written by `scripts/weaken --write`, which weakens one order after the other and runs the checks of
`properties/contracts` until one fails; the test `tree.weaken` fails when a row is missing, or names
an operation or a check that is no more. No operation of the primitives is `seq_cst`, and none has
SURVIVES in its row: no order is stronger than it needs to be.

| header | operation | order | weakened to | fails |
|---|---|---|---|---|
"""
RELAXED = re.compile(r"memory_order_relaxed\b")
STRONGEST = re.compile(r"memory_order_seq_cst\b")


def operation_at(text, start):
    """The call of which an order at `start` is an argument: its object, its name, all its orders."""
    opened, depth = start, 0
    while depth >= 0:
        opened -= 1
        depth += {")": 1, "(": -1}.get(text[opened], 0)
    name = re.search(r"[\w.>-]+$", text[:opened]).group()
    return f"{name}(…)"


def row_key(header, operation, was, weaker, number):
    """What names a place: the last tells equal operations of a header apart, in their order."""
    again = f", {number}" if number > 1 else ""
    return f"| `{header}` | `{operation}`{again} | {was} | {weaker} |"


def keys(places):
    """Each place with its key; places in the order of the source."""
    seen = {}
    for place in places:
        what = (place.name, place.operation, place.was, place.weaker)
        seen[what] = seen.get(what, 0) + 1
        yield place, row_key(*what, seen[what])


def read(path):
    """The check of each key that the table has."""
    if not path.is_file():
        return {}
    rows = (line.rsplit("|", 2) for line in path.read_text().splitlines()
            if line.startswith("| `"))
    return {f"{key}|": check.strip().strip("`") for key, check, _ in rows}


def relaxed_line(headers):
    """What needs no row."""
    found = {name: len(RELAXED.findall(text)) for name, text in headers.items()}
    total = sum(found.values())
    return (f"\nAs weak as an operation can be, and so not here: {total} orders `relaxed`, in "
            + ", ".join(f"`{name}` ({count})" for name, count in sorted(found.items()) if count)
            + ".\n")


def write(path, all_places, results, headers):
    """Rows of `results` (place: check or None) replace what the table had; others stay."""
    before = read(path)
    rows = []
    for place, key in keys(all_places):
        check = (results[place] or "SURVIVES") if place in results else before.get(key)
        if check is not None:
            rows.append(f"{key} `{check}` |")
    path.write_text(HEAD + "\n".join(rows) + "\n" + relaxed_line(headers))


def problems(path, all_places, headers, contracts):
    """What is wrong with the table, without running anything."""
    table = read(path)
    expected = [key for _, key in keys(all_places)]
    names = {case["check"] for each in pathlib.Path(contracts).rglob("expectations.json")
             for cases in json.loads(each.read_text()).values() for case in cases
             if "check" in case and case.get("verdict") == "verified"}
    yield from (f"no row: {key}" for key in expected if key not in table)
    yield from (f"no such operation: {key}" for key in table if key not in expected)
    yield from (f"no such check: {check}" for check in table.values() if check not in names)
    yield from (f"{name} has an operation that is seq_cst: weaken it, or say here why not"
                for name, text in headers.items() if STRONGEST.search(text))
    if path.is_file() and not path.read_text().endswith(relaxed_line(headers)):
        yield "the relaxed ones have changed: scripts/weaken --write"
