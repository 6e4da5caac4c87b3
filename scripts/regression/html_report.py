"""The report as one page that needs nothing else: no network, no script."""
import html

from regression import decision, history, svg_plots, wording

STYLE = """
:root { --ink: #1d2429; --soft: #66727b; --line: #dfe4e8; --paper: #fff; --stripe: #f6f8f9;
  --slower: #c2410c; --faster: #15803d; --same: #64748b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ec; --soft: #96a2ab; --line: #333d45;
  --paper: #14191d; --stripe: #1b2228; --slower: #fb923c; --faster: #4ade80; --same: #94a3b8; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 2rem auto; padding: 0 1.5rem; max-width: 92rem; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { max-width: 52rem; margin: .3rem 0; } .soft { color: var(--soft); }
.verdict { font-size: 1.05rem; font-weight: 600; padding: .5rem .8rem; border-left: 4px solid;
  margin: 1rem 0; } .bad { border-color: var(--slower); } .good { border-color: var(--faster); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line);
  vertical-align: middle; }
tr.program th { padding-top: 1.1rem; color: var(--ink); }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere;
  min-width: 12rem; }
td.verdict-cell { min-width: 10.5rem; } .slower { color: var(--slower); } .faster { color: var(--faster); }
code { font-size: .95em; } svg { display: block; } svg text { font-size: 10px; fill: var(--soft); }
.tick, .one { stroke: var(--line); } .one { stroke-width: 1.5; } .bar { stroke-width: 9; opacity: .35; }
.bar.same, .dot.same { stroke: var(--same); } .dot.same { fill: var(--same); }
.bar.slower, .dot.slower { stroke: var(--slower); } .dot.slower { fill: var(--slower); }
.bar.faster, .dot.faster { stroke: var(--faster); } .dot.faster { fill: var(--faster); }
.spark { fill: none; stroke: var(--same); stroke-width: 1.5; }
.before { fill: var(--paper); stroke: var(--same); } .after { fill: var(--ink); }
"""

CHANGE = {decision.SLOWER: "slower", decision.FASTER: "faster", "fails in head": "slower"}


def page(report, past):
    """`past`: the lines of history.py, this report's own among them."""
    escape = html.escape
    base, head = report["base"], report["head"]
    body = [
        f"<h1>Benchmarks of <code>{head['commit'][:12]}</code> beside "
        f"<code>{base['commit'][:12]}</code></h1>",
        f'<p class="soft">head: {escape(head["subject"])}<br>base: {escape(base["subject"])}<br>'
        f'{escape(report["machine"])}; {escape(report["time"])}</p>',
        f'<p class="verdict {"bad" if report["regression"] else "good"}">'
        f"{escape(wording.headline(report))}</p>"]
    changed = wording.changed(report)
    scale = svg_plots.RatioAxis([each[name] for each in report["benchmarks"] if each["ratio"]
                                 for name in ("low", "high")])
    if changed:
        body += ["<h2>What changed</h2>", table(changed, scale, past, named=True)]
    body += ["<h2>All benchmarks</h2>", table(report["benchmarks"], scale, past, named=False),
             "<h2>How to read it</h2>", f"<p>{escape(wording.method(report))}</p>",
             "<p>History: time of one iteration in the reports made on this machine, oldest first; "
             "filled: head, hollow: base in the same report. Times of different reports differ by what "
             "the machine was doing, too: only the two dots of one report were measured together.</p>"]
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(wording.headline(report))}</title><style>{STYLE}</style></head><body>\n"
            + "\n".join(body) + "\n</body></html>\n")


def table(rows, scale, past, named):
    """`named`: with the program's name in each row, else above its benchmarks."""
    lines = ['<div class="wide"><table><tr><th>benchmark</th><th>base → head</th>'
             f"<th>{svg_plots.axis(scale)}</th><th>ratio</th><th>signs</th><th>instructions</th>"
             "<th>verdict</th><th>history</th></tr>"]
    program = None
    for each in rows:
        if not named and each["program"] != program:
            program = each["program"]
            lines.append(f'<tr class="program"><th colspan="8">{html.escape(program)}</th></tr>')
        lines.append(row(each, scale, past, named))
    return "\n".join(lines) + "</table></div>"


def row(each, scale, past, named):
    escape = html.escape
    name = f"{each['program']}/{each['benchmark']}" if named else each["benchmark"]
    drawn = svg_plots.interval(scale, each) if each["ratio"] else ""
    points = history.of_benchmark(past, each["program"], each["benchmark"])
    remark = wording.remark(each)
    verdict = f'<span class="{CHANGE.get(each["verdict"], "soft")}">{escape(each["verdict"])}</span>'
    if remark:
        verdict += f'<br><span class="soft">{escape(remark)}</span>'
    counts = each["instructions"]
    plain = "soft" if counts and counts["ratio"] is None else "number"
    return (f'<tr><td class="name">{escape(name)}</td>'
            f'<td class="number">{escape(wording.times(each))}</td><td>{drawn}</td>'
            f'<td class="number">{escape(wording.ratio(each))}</td>'
            f'<td class="number">{escape(wording.signs(each))}</td>'
            f'<td class="{plain}">{escape(wording.instructions(each))}</td>'
            f'<td class="verdict-cell">{verdict}</td>'
            f"<td>{svg_plots.over_history(points, wording.nanoseconds)}</td></tr>")
