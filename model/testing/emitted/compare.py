#!/usr/bin/env python3
"""Runs a binary of emitted litmus tests and compares what heddle says with what is expected.

  compare.py --program PATH --expected expected.json

Under each memory model the binary must have exactly the expected checks; each must have exactly as
many complete and blocked executions as the same program has as data (one that an assertion ends
counts as complete), and fail if and only if one of them does, for a reason that occurs. A check
that differs is printed: the seed, the litmus test, its C++, what was expected and what heddle said.

Exit status 0: all as expected; 1: some check differs; 2: called wrongly.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

MODELS = ("cpp20", "rc11", "sc")
SECONDS_MAX = 300
SHOWN_MAX = 5


class NoReport(Exception):
    """The binary did not get as far as a report."""


def run(program, model):
    """(exit status, the checks of the JSON report by name)"""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [program, "--memory-model", model, "--keep-going", "--quiet", "--json", report]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired as late:
            raise NoReport(f"{model}: it still runs after {late.timeout:g} seconds") from late
        try:
            with open(report, encoding="utf-8") as file:
                checks = json.load(file)["checks"]
        except (OSError, ValueError, KeyError) as problem:
            text = done.stdout.decode(errors="replace")[-4000:]
            raise NoReport(f"{model}: exit status {done.returncode}, no report: {problem}\n{text}"
                           ) from problem
    return done.returncode, {check["name"]: check for check in checks}


def expected_of(program, model):
    counts = program["models"][model]
    verdict = "failed" if counts["kinds"] else "verified"
    return {"verdict": verdict, "memory_model": model, "executions": counts["executions"],
            "blocked": counts["blocked"]}


def difference(program, model, check):
    """What differs, as text; empty if nothing does."""
    expected = expected_of(program, model)
    if check is None:
        return "there is no such check"
    said = {key: check[key] for key in expected}
    kinds = program["models"][model]["kinds"]
    kind = check["failure"]["kind"] if check["failure"] else None
    if said == expected and (kind in kinds if kinds else kind is None):
        return ""
    return f"expected {expected}, kinds {kinds}\nsaid     {said}, kind {kind}"


def compare(binary, programs, model):
    """How many checks differ."""
    status, checks = run(binary, model)
    problems = 0
    expected_status = 1 if any(p["models"][model]["kinds"] for p in programs) else 0
    if status != expected_status:
        print(f"{model}: exit status {status}, expected {expected_status}")
        problems += 1
    for name in checks.keys() - {program["check"] for program in programs}:
        print(f"{model}: check {name} is not expected")
        problems += 1
    for program in programs:
        text = difference(program, model, checks.get(program["check"]))
        if not text:
            continue
        problems += 1
        if problems <= SHOWN_MAX:
            print(f"seed {program['seed']}, {model}:\n{program['text']}\n{program['source']}\n{text}\n")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--expected", required=True)
    options = parser.parse_args()
    with open(options.expected, encoding="utf-8") as file:
        expected = json.load(file)
    programs = expected["programs"]
    print(f"{len(programs)} programs, seeds {expected['first_seed']} to {expected['last_seed']}",
          flush=True)
    if not programs:
        parser.error("nothing to compare")
    problems = 0
    for model in MODELS:
        try:
            problems += compare(options.program, programs, model)
        except NoReport as problem:
            print(problem)
            problems += 1
    total = sum(counts["executions"] for p in programs for counts in p["models"].values())
    blocked = sum(counts["blocked"] for p in programs for counts in p["models"].values())
    failing = sum(1 for p in programs if p["models"]["cpp20"]["kinds"])
    print(f"{total} executions and {blocked} blocked ones expected under {len(MODELS)} models; "
          f"{failing} programs fail under cpp20; {problems} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
