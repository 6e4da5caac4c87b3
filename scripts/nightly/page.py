"""The page of the last night: one file, no script, nothing from the network.

First what somebody has to do something about (failures: new, ongoing, rare, not looked at), then what
is better (resolved), then what is not known and why, then how fast it was, then the nights.
"""

from html import escape

from . import failures as states
from . import verdict as verdicts
from .failures import subject_of
from .page_parts import (duration_text, failure_card, grouped, key, log_link, rate_text, sparkline,
                         table)
from .page_style import STYLE

NIGHTS_SHOWN = 30
RATE_NIGHTS = 30
RATES_SHOWN = 40
RATE_SECONDS_LEAST = 0.2  # shorter ones tell of the machine's load only
RATE_NIGHTS_LEAST = 3  # before these, a median means little
SLOW_RATIO = 0.75  # times differ by a quarter from night to night where machines are shared
SECTIONS = (
    (states.NEW, "New failures", "first seen this night"),
    (states.ONGOING, "Ongoing failures", "seen in every night that looked since"),
    (states.RARE, "Rare failures", "seen in some nights that looked, and not in others"),
    (states.UNSEEN, "Failures that nobody looked for",
     "open, but their jobs did not run this night, or were killed"),
    (states.RESOLVED, "Resolved", "what had found them passes, or their token does not fail again"))


def heading(night):
    ended = [record for record in night.ended if record.get("why") != "abandoned"]
    spent = max((record.get("spent", 0) for record in night.ended), default=0)
    facts = [f"started {night.started}"] if night.started and night.started != night.name else []
    if night.commit:
        facts.append(f"commit {night.commit[:12]}" + (" with changes" if "+" in night.commit else ""))
    if len(night.begun) > 1:
        facts.append(f"{len(night.begun)} shards")
    if spent:
        facts.append(duration_text(spent))
    left = sum(record.get("left", 0) for record in night.ended)
    if len(ended) < len(night.begun):
        facts.append("not over: the next call goes on with it" if not night.ended
                     else "not all of it was run")
    elif left:
        facts.append(f"{grouped(left)} job{'s were' if left != 1 else ' was'} left when the time was over "
                     "and will be the first of the next night")
    seeds = sorted({str(record["seed"]) for record in night.begun if "seed" in record})
    if seeds:
        facts.append("seed " + ", ".join(seeds))
    return (f"<h1>Night {escape(night.name)}</h1>\n"
            f'<p class="soft">{escape("; ".join(facts))}</p>')


def tiles(night):
    out = ['<ul class="tiles">']
    for name, number in verdicts.counts(night.results()).items():
        style = "none" if number == 0 else ""
        out.append(f'<li class="{style}"><b class="{name}">{grouped(number)}</b>'
                   f"{verdicts.WORDS[name]}</li>")
    return "\n".join(out) + "</ul>"


def failure_sections(night, failures):
    out = []
    shown = 0
    for state, title, meaning in SECTIONS:
        members = [one for one in failures if one.state == state
                   and (state != states.RESOLVED or one.resolved_in == night.name)]
        shown += len(members)
        if members:
            out.append(f'<h2>{title} <span class="soft small">{len(members)}: {meaning}</span></h2>')
            out += [failure_card(one) for one in members]
    if not shown:
        return "<h2>No failure</h2>\n<p>Nothing is new, ongoing, rare or resolved.</p>"
    if any(len(one.marks) > 1 for one in failures):
        out.append('<p class="small soft">The squares are nights, the last one at the right:</p>' + key())
    return "\n".join(out)


def found_nothing(record):
    """A random search that ran its time and found nothing, which is what most of them do."""
    return (record["verdict"] == verdicts.INCONCLUSIVE and record.get("said") == "bounded"
            and record.get("mode") not in (None, "exhaustive"))


def nothing_found(night):
    number = sum(found_nothing(record) for record in night.results())
    if not number:
        return ""
    return (f'<p class="soft small">{grouped(number)} random searches found nothing in their time, '
            "which is no proof; they count as inconclusive.</p>")


def reasons(night, verdict, title, folded):
    records = [record for record in night.results()
               if record["verdict"] == verdict and not found_nothing(record)]
    if not records:
        return ""
    rows = [(f"<code>{escape(record['job'])}</code>",
             escape(record.get("reason") or "")
             + (f"<br>{log_link(record['log'])}" if "log" in record else ""),
             str(record.get("seed", "")), duration_text(record.get("seconds", 0)))
            for record in sorted(records, key=lambda record: record["job"])]
    body = table((("Job", "name"), ("Why", "words"), ("Seed", "number"), ("Time", "number")), rows)
    if not folded:
        return f'<h2>{title} <span class="soft small">{len(rows)}</span></h2>\n{body}'
    return f"<details><summary><b>{title}</b>: {len(rows)}</summary>\n{body}</details>"


def families(night):
    groups = {}
    for record in night.results():
        groups.setdefault(record["family"], []).append(record)
    rows = []
    for family, records in sorted(groups.items()):
        counts = verdicts.counts(records)
        executions = sum(record.get("executions") or 0 for record in records)
        # Where the rate is known, so is the time in which they were explored.
        seconds = sum(record["executions"] / record["rate"] for record in records
                      if record.get("rate") and record.get("executions"))
        rows.append([f"<code>{escape(family)}</code>"]
                    + [f'<span class="{name if number else "soft"}">{grouped(number)}</span>'
                       for name, number in counts.items()]
                    + [grouped(executions) if executions else "",
                       rate_text(executions / seconds) if seconds else "",
                       duration_text(sum(record.get("seconds", 0) for record in records))])
    heads = [("Search or command", "name")] + [(verdicts.WORDS[name].capitalize(), "number")
                                               for name in verdicts.ALL]
    return "<h2>What was run</h2>\n" + table(
        heads + [("Executions", "number"), ("Per second", "number"), ("Time", "number")], rows)


def rate_row(record, last):
    """(cells, whether it is slow) of one search."""
    values = [night.jobs.get(record["job"], {}).get("rate") for night in last]
    before = sorted(value for value in values[:-1] if value is not None)
    ratio = record["rate"] / before[len(before) // 2] if len(before) >= RATE_NIGHTS_LEAST else None
    slow = ratio is not None and ratio < SLOW_RATIO
    told = "" if ratio is None else f"{ratio:.2f} ×"
    if slow:
        told = f'<b class="violation">{told}</b>'
    return (f"<code>{escape(record['job'])}</code>", grouped(record.get("executions") or 0),
            rate_text(record["rate"]), told, sparkline(values),
            duration_text(record["seconds"])), slow


def rates(nights):
    """The searches that took longest, and how fast they were in the nights; slow ones first."""
    last = nights[-RATE_NIGHTS:]
    records = [record for record in last[-1].results()
               if record.get("rate") and record.get("seconds", 0) >= RATE_SECONDS_LEAST]
    records.sort(key=lambda record: -record["seconds"])
    rows = sorted((rate_row(record, last) for record in records), key=lambda row: not row[1])
    if not rows:
        return ""
    slow = sum(is_slow for _, is_slow in rows)
    heads = (("Job", "name"), ("Executions", "number"), ("Per second", "number"),
             ("Of the median before", "number"), ("Nights", ""), ("Time", "number"))
    told = (f'; <b class="violation">{slow} slower than {SLOW_RATIO:g} of the median before</b>, '
            "which may be the machine: the regression report decides" if slow else "")
    return (f"<details{' open' if slow else ''}><summary><b>Executions per second</b>, where the "
            f"search took longest{told}</summary>\n"
            f"{table(heads, [cells for cells, _ in rows[:RATES_SHOWN]])}</details>")


def list_of_nights(nights):
    rows = []
    for night in reversed(nights[-NIGHTS_SHOWN:]):
        counts = verdicts.counts(night.results())
        rows.append([escape(night.name), escape(night.commit[:10])]
                    + [f'<span class="{name if number else "soft"}">{grouped(number)}</span>'
                       for name, number in counts.items()])
    heads = [("Night", "id"), ("Commit", "id")] + [(verdicts.WORDS[name].capitalize(), "number")
                                                  for name in verdicts.ALL]
    return "<h2>Nights</h2>\n" + table(heads, rows)


def text(nights, failures):
    """The page of the last of the nights; `failures` are as they stand after it."""
    night = nights[-1]
    resolved = [one for one in failures if one.state == states.RESOLVED
                and one.resolved_in != night.name]
    earlier = ""
    if resolved:
        rows = [(escape(one.name), escape(one.kind.replace("_", " ")), escape(one.resolved_in))
                for one in resolved]
        heads = (("Failure", "name"), ("Kind", ""), ("Resolved in night", ""))
        earlier = (f"<details><summary><b>Resolved in earlier nights</b>: {len(rows)}</summary>\n"
                   f"{table(heads, rows)}</details>")
    body = "\n".join((
        heading(night), tiles(night), failure_sections(night, failures), earlier,
        reasons(night, verdicts.INFRASTRUCTURE, "Infrastructure: nothing is known", False),
        reasons(night, verdicts.NOT_RUN, "Not run", True),
        reasons(night, verdicts.INCONCLUSIVE, "Inconclusive", True),
        nothing_found(night), families(night), rates(nights), list_of_nights(nights)))
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Night {escape(night.name)}</title>\n<style>{STYLE}</style></head>\n"
            f"<body>\n{body}\n</body></html>\n")
