"""A report on two commits: builds, measures, counts, writes. What is measured is never lost: see
pairs_file.py."""
import datetime
import pathlib
import platform
import re

from regression import (benchmark_program, builds, comparing, history, html_report, instructions,
                        json_report, markdown_report)
from regression.bad_input import BadInput
from regression.measuring import SIDES, Measuring
from regression.pairs_file import PairsFile

ALL_OF_IT = "(the program)"


def machine():
    """What has to be the same for two times to be comparable."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
        model = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE).group(1)
    except (OSError, AttributeError):
        model = platform.machine()
    return f"{platform.node()}, {model}"


def make(options, settings, say, root=None):
    """Returns the exit status."""
    root = root or pathlib.Path(__file__).resolve().parent.parent.parent
    base = builds.commit(root, options.base)
    head = builds.commit(root, options.head or "HEAD")
    if not options.head:
        builds.require_clean(root)
    executables = {}
    for side, sha in zip(SIDES, (base, head)):
        for program, path in builds.build(root, options.output, sha, say,
                                          options.program).items():
            executables.setdefault(program, {})[side] = path

    if not executables:
        raise BadInput(f"neither commit has {', '.join(options.program)}")

    folder = options.output / f"{base[:12]}-{head[:12]}"
    circumstances = {"base": base, "head": head, "machine": machine(),
                     "min_time_s": settings.min_time_s, "repetitions": settings.repetitions,
                     "processor": settings.processor}
    if options.fresh:
        (folder / "pairs.jsonl").unlink(missing_ok=True)
    store = PairsFile(folder / "pairs.jsonl", circumstances)
    if store.resumed:
        say(f"{store.resumed} pairs were measured before")
    try:
        results = measure(executables, store, settings, folder / "run", options, say)
    finally:
        store.close()

    time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    report = json_report.make(
        results, *({"commit": sha, "subject": builds.subject(root, sha)} for sha in (base, head)),
        machine(), time, {**circumstances, "pairs": options.pairs})
    past = options.history or options.output / "history.jsonl"
    history.append(past, history.line_of(report))
    print(markdown_report.short(report))
    for path in write(folder, report, history.read(past, machine())):
        say(f"written: {path}")
    return 1 if report["regression"] else 0


def measure(executables, store, settings, scratch, options, say):
    """A Result for each benchmark that is wanted."""
    names, broken = listed(executables, options.wanted)
    if not any(side for listed in names.values() for side in listed.values()) and not broken:
        raise BadInput(f"no benchmark matches --filter '{options.filter}'")
    measuring = Measuring(executables, store, settings, scratch, say)
    results = broken + comparing.compare(measuring, names, options.pairs)
    if not options.no_instructions:
        shared = [result for result in results if result.first is not None]
        for number, result in enumerate(shared):
            if number % 10 == 0 and instructions.available():
                say(f"instructions: {number} of {len(shared)} benchmarks")
            result.instructions = instructions.count_both(executables[result.program],
                                                          result.benchmark, scratch)
    return results


def listed(executables, wanted):
    """({program: {side: [benchmark, …]}}, a Result for each program that does not say)"""
    names, broken = {}, []
    for program, sides in executables.items():
        names[program], reasons = {}, dict.fromkeys(SIDES)
        for side in SIDES:
            try:
                found = benchmark_program.names(sides[side]) if side in sides else []
            except BadInput as error:
                found, reasons[side] = [], str(error)
            names[program][side] = [name for name in found if wanted(f"{program}/{name}")]
        if any(reasons.values()):
            del names[program]
            broken.append(comparing.Result(program, ALL_OF_IT, comparing.failure_verdict(reasons),
                                           reasons=reasons))
    return names, broken


def write(folder, report, past):
    """The three forms; returns their paths."""
    forms = {"report.md": markdown_report.full(report),
             "report.html": html_report.page(report, past),
             "report.json": json_report.text(report)}
    for name, text in forms.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in forms]
