"""The last night as JUnit XML, for what shows test results.

A violation is a failure; infrastructure is an error; inconclusive and not run are skipped: none of
the three is a passed test.
"""

import re
import xml.etree.ElementTree as tree

from . import verdict as verdicts
from .failures import subject_of

# Characters that XML 1.0 cannot hold at all.
FORBIDDEN = re.compile("[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
ELEMENT = {verdicts.VIOLATION: "failure", verdicts.INFRASTRUCTURE: "error",
           verdicts.INCONCLUSIVE: "skipped", verdicts.NOT_RUN: "skipped"}


def clean(text):
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(text))


def message_of(record):
    """One line: what happened."""
    failure = record.get("failure")
    if failure:
        return f"{failure['kind']}: {failure['message']}"
    findings = record.get("findings")
    if findings:
        return "; ".join(f"{one['name']}: {one['message']}" for one in findings)
    return record.get("reason") or record["verdict"]


def add_case(suite, record):
    case = tree.SubElement(suite, "testcase", {
        "classname": clean(record["family"]), "name": clean(subject_of(record)),
        "time": f"{record.get('seconds', 0):.3f}"})
    if record["verdict"] == verdicts.PASS:
        return
    attributes = {"message": clean(f"{verdicts.WORDS[record['verdict']]}: {message_of(record)}")}
    if record["verdict"] == verdicts.VIOLATION:
        attributes["type"] = clean((record.get("failure") or {}).get("kind", "failure"))
    element = tree.SubElement(case, ELEMENT[record["verdict"]], attributes)
    lines = [f"to see it again: {record['replay']}"] if "replay" in record else []
    if "seed" in record:
        lines.append(f"seed: {record['seed']}")
    element.text = clean("\n".join(lines)) or None


def text(night):
    """The file's text."""
    suites = tree.Element("testsuites", {"name": clean(f"night {night.name}")})
    families = {}
    for record in night.results():
        families.setdefault(record["family"], []).append(record)
    for family, records in sorted(families.items()):
        counts = verdicts.counts(records)
        suite = tree.SubElement(suites, "testsuite", {
            "name": clean(family), "tests": str(len(records)),
            "failures": str(counts[verdicts.VIOLATION]),
            "errors": str(counts[verdicts.INFRASTRUCTURE]),
            "skipped": str(counts[verdicts.INCONCLUSIVE] + counts[verdicts.NOT_RUN]),
            "time": f"{sum(record.get('seconds', 0) for record in records):.3f}"})
        for record in records:
            add_case(suite, record)
    tree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tree.tostring(suites, encoding="unicode") + "\n"
