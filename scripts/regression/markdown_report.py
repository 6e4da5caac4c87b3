"""The report as a comment on a pull request: what changed on top, everything else folded away."""
from regression import decision, wording

COLUMNS = ("benchmark", "base → head", "ratio", "signs", "instructions", "verdict")


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def name_of(each):
    return f"`{each['program']}` `{each['benchmark']}`"


def row(each):
    verdict = each["verdict"]
    if verdict == decision.SLOWER:
        verdict = f"**{verdict}**"
    remark = wording.remark(each)
    cells = (name_of(each), wording.times(each), wording.ratio(each), wording.signs(each),
             wording.instructions(each), verdict + (f": {remark}" if remark else ""))
    return "| " + " | ".join(cell(text) for text in cells) + " |"


def table(rows):
    head = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    return head + [row(each) for each in rows]


def introduction(report):
    base, head = report["base"], report["head"]
    lines = [f"### Benchmarks: {wording.headline(report)}", "",
             f"`{head['commit'][:12]}` {cell(head['subject'])}  ",
             f"beside `{base['commit'][:12]}` {cell(base['subject'])}", ""]
    changed = wording.changed(report)
    return lines + (table(changed) + [""] if changed else [])


def short(report):
    """What changed."""
    return "\n".join(introduction(report))


def full(report):
    changed = wording.changed(report)
    rest = [each for each in report["benchmarks"] if each not in changed]
    lines = introduction(report)
    if rest:
        lines += ["<details>", f"<summary>{wording.counted(len(rest), 'benchmark')} without a "
                  "difference that was resolved, or on one side only</summary>", "", *table(rest), "", "</details>", ""]
    lines += [wording.method(report), "",
              f"{report['machine']}; {report['time']}."]
    return "\n".join(lines) + "\n"
