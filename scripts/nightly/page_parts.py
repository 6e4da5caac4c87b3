"""Pieces of the page: markup of a failure, of a table, of a line over the nights."""

from html import escape

from . import failures as states

MARKS_MAX = 60
CLASS = {states.SEEN: "seen", states.MISSED: "missed", states.NOT_LOOKED: "unlooked",
         states.PASSED: "passed"}
SINCE = {states.NEW: "first seen this night", states.ONGOING: "since night {first}",
         states.RARE: "since night {first}, and not seen in every night",
         states.UNSEEN: "since night {first}; nobody looked this night",
         states.RESOLVED: "seen since night {first}, resolved in night {resolved_in}"}


def grouped(number):
    """12 345 678, with thin spaces that do not break."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def rate_text(rate):
    if rate is None:
        return ""
    return grouped(round(rate)) if rate >= 10 else f"{rate:.1f}"


def duration_text(seconds):
    seconds = round(seconds)
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def marks(failure):
    """One square for each night: seen, missed, not looked at, passed."""
    squares = "".join(f'<li class="{CLASS[mark]}" title="{escape(f"{night}: {mark}")}"></li>'
                      for night, mark in failure.marks[-MARKS_MAX:])
    words = f"seen in {failure.seen_in()} of {failure.looked_in()} nights that looked"
    return f'<ul class="marks" role="img" aria-label="{escape(words)}">{squares}</ul>'


def key():
    return ('<ul class="marks key small soft">'
            + "".join(f'<li class="{CLASS[mark]}"><i></i>{mark}</li>' for mark in CLASS) + "</ul>")


def facts_of(failure):
    """Found by what, with which seed, how often."""
    facts = ["found by " + ", ".join(failure.found_by)]
    if failure.record.get("seed") is not None:
        facts.append(f"seed {failure.record['seed']}")
    if len(failure.marks) > 1:
        facts.append(f"seen in {failure.seen_in()} of {failure.looked_in()} nights that looked")
    if failure.told.get("location"):
        facts.append(f"at {failure.told['location']}")
    return "; ".join(facts)


def failure_card(failure):
    since = SINCE[failure.state].format(first=failure.first, resolved_in=failure.resolved_in)
    if failure.state == states.NEW and failure.returned:
        since = (f"is back: it was resolved in night {failure.resolved_in}" if failure.resolved_in
                 else "is back after nobody had looked for it for long")
    out = [f'<article class="card {failure.state}">',
           f"<h3>{escape(failure.name)}</h3>",
           f'<p><span class="tag violation">{escape(failure.kind.replace("_", " "))}</span> '
           f'<span class="soft small">{escape(since)}</span></p>',
           f"<p>{escape(failure.told.get('message') or '')}</p>",
           f'<p class="soft small">{escape(facts_of(failure))}</p>']
    if len(failure.marks) > 1:
        out.append(marks(failure))
    if failure.open and failure.record.get("replay") and failure.token:
        out.append('<p class="small soft">To see exactly this execution again, in the project\'s '
                   f'folder:</p><pre>{escape(failure.record["replay"])}</pre>')
    if failure.open and failure.record.get("log"):
        out.append(f'<p class="small soft">What it printed: {log_link(failure.record["log"])}</p>')
    return "\n".join(out) + "</article>"


def log_link(log):
    return f'<a href="{escape(log)}">{escape(log)}</a>'


def table(heads, rows):
    """`heads`: (title, class of the column); `rows`: cells, each markup already."""
    out = ['<div class="scroll"><table><tr>']
    out += [f'<th class="{style}">{escape(title)}</th>' for title, style in heads]
    out.append("</tr>")
    for row in rows:
        cells = "".join(f'<td class="{style}">{cell}</td>' for cell, (_, style) in zip(row, heads))
        out.append(f"<tr>{cells}</tr>")
    return "\n".join(out) + "</table></div>"


def sparkline(values, width=120, height=24):
    """A line over the nights; a night without a value is left out."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    top, last = max(value for _, value in known) or 1, len(values) - 1
    points = [(2 + (width - 6) * place / last, height - 3 - (height - 6) * value / top)
              for place, value in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<svg class="line" width="{width}" height="{height}" role="img" '
            f'aria-label="over the last {len(values)} nights, from zero">'
            f'<polyline points="{line}"/><circle cx="{points[-1][0]:.1f}" '
            f'cy="{points[-1][1]:.1f}" r="2"/></svg>')
