"""What earlier reports said: one line of JSON for each, so that a file can be appended to by many.

A report that was made again (same commits, same machine) replaces its earlier line when it is read.
"""
import json

SCHEMA = 1


def line_of(report):
    """The line that a report leaves; `report` is what json_report.py makes."""
    kept = ("program", "benchmark", "verdict", "base_ns", "head_ns", "ratio", "instructions")
    return {"schema": SCHEMA, "time": report["time"], "machine": report["machine"],
            "base": report["base"], "head": report["head"],
            "benchmarks": [{name: each.get(name) for name in kept}
                           for each in report["benchmarks"]]}


def read(path, machine):
    """The lines of this machine, oldest first; what is cut off or of another schema is left out."""
    lines = {}
    if path.is_file():
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if (isinstance(line, dict) and line.get("schema") == SCHEMA
                    and line["machine"] == machine):
                key = (line["base"]["commit"], line["head"]["commit"])
                lines.pop(key, None)
                lines[key] = line
    return list(lines.values())


def append(path, line):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def of_benchmark(lines, program, benchmark):
    """[(commit, base_ns, head_ns)] of the reports that measured it."""
    found = []
    for line in lines:
        for each in line["benchmarks"]:
            if (each["program"], each["benchmark"]) == (program, benchmark) and each["head_ns"]:
                found.append((line["head"]["commit"], each["base_ns"], each["head_ns"]))
    return found
