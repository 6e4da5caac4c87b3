#!/usr/bin/env python3
"""Runs one check and compares what heddle says of it with what a table expects.

A museum of bugs is worth its rooms only if the exhibits stay found: a check that must fail is a
passed test exactly when heddle fails it, for the reason expected, with the exit status that goes
with it, and when the token of its report replays the same failure.

  expect.py --table expectations.json --target NAME --program PATH --case NAME
  expect.py --table expectations.json --target NAME --program PATH --complete

The table maps each target (a check binary, or a whole program built with heddle-cc) to its cases:

  case         the name of the test; the default is the name of the check
  check        the name of the check; absent where the target is a whole program
  arguments    what a whole program is called with
  options      more options for heddle
  verdict      verified, failed, bounded or error; a list where heddle may choose
  kind         of the failure; a list where heddle may choose
  message      a regular expression that must be found in the failure's message, or in the reason of
               a bounded search or an error
  trace        a regular expression that must be found in the text of the report
  executions   how many complete executions there are, exactly; executions_max: at most
  events       how many events the longest execution has, exactly
  weak_memory  false: the failure must exist in the model `sc` too; true: it must not
  replay       false: do not replay the failure
  seconds_max  the case fails when the program runs longer (default 100): it must never hang
  compilers    CMake names of the compilers for which the case holds; the default is all

Exit status 0: as expected; 1: not, with the difference; 2: called wrongly.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

EXIT_STATUS = {"verified": 0, "failed": 1, "error": 2, "bounded": 77}


class Difference(Exception):
    """What heddle said is not what the table expects."""


def as_list(value):
    return value if isinstance(value, list) else [value]


def run(program, case, extra):
    """Runs the case: (exit status, the check's object of the JSON report, printed text)."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        options = case.get("options", []) + extra + ["--json", report]
        environment = dict(os.environ)
        environment.pop("HEDDLE_OPTIONS", None)
        if "check" in case:
            command = [program, "--filter", case["check"]] + options
        else:
            command = [program] + case.get("arguments", [])
            environment["HEDDLE_OPTIONS"] = shlex.join(options)
        print("+ " + shlex.join(command), flush=True)
        try:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=case.get("seconds_max", 100), check=False)
        except subprocess.TimeoutExpired as late:
            raise Difference(f"it still runs after {late.timeout:g} seconds") from late
        text = done.stdout.decode(errors="replace")
        print(text, flush=True)
        try:
            with open(report, encoding="utf-8") as file:
                checks = json.load(file)["checks"]
        except (OSError, ValueError, KeyError) as problem:
            raise Difference(
                f"no JSON report (exit status {done.returncode}): {problem}") from problem
    if len(checks) != 1:
        raise Difference(f"the report tells of {len(checks)} checks, not of one")
    return done.returncode, checks[0], text


def compare(case, status, check, text):
    verdict, failure = check["verdict"], check["failure"]
    if verdict not in as_list(case["verdict"]):
        raise Difference(f"verdict {verdict}, expected {case['verdict']}")
    if status != EXIT_STATUS[verdict]:
        raise Difference(f"exit status {status} does not go with verdict {verdict}")
    if (failure is not None) != (verdict == "failed"):
        raise Difference(f"verdict {verdict}, but failure is {failure}")
    if failure and failure["kind"] not in as_list(case.get("kind", failure["kind"])):
        raise Difference(f"kind {failure['kind']}, expected {case['kind']}")
    if verdict in ("bounded", "error") and not check["reason"]:
        raise Difference(f"verdict {verdict} without a reason")
    said = failure["message"] if failure else check["reason"] or ""
    if "message" in case and not re.search(case["message"], said):
        raise Difference(f"message {said!r} does not match {case['message']!r}")
    if "trace" in case and not re.search(case["trace"], text):
        raise Difference(f"the report does not match {case['trace']!r}")
    if "executions" in case and check["executions"] != case["executions"]:
        raise Difference(f"{check['executions']} executions, expected {case['executions']}")
    if check["max_events"] != case.get("events", check["max_events"]):
        raise Difference(f"up to {check['max_events']} events, expected {case['events']}")
    if check["executions"] > case.get("executions_max", check["executions"]):
        raise Difference(
            f"{check['executions']} executions, at most {case['executions_max']} expected")


def replay(program, case, failure):
    status, check, _ = run(program, case, ["--replay", failure["replay"]])
    again = check["failure"]
    if status != 1 or again is None or again["kind"] != failure["kind"]:
        raise Difference(f"the replay of {failure['replay']} does not fail in the same way")


def compare_under_sc(program, case):
    status, check, _ = run(program, case, ["--memory-model", "sc"])
    expected = "verified" if case["weak_memory"] else "failed"
    if check["verdict"] != expected or status != EXIT_STATUS[expected]:
        raise Difference(f"verdict {check['verdict']} under sc, expected {expected}")


def run_case(program, case):
    status, check, text = run(program, case, [])
    compare(case, status, check, text)
    if check["failure"] and case.get("replay", True):
        replay(program, case, check["failure"])
    if "weak_memory" in case:
        compare_under_sc(program, case)


def compare_lists(program, cases):
    """Every check of the binary has an expectation, and every expectation its check."""
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, timeout=60, check=True)
    names = {line.split()[0] for line in listed.stdout.decode().splitlines() if line.strip()}
    expected = {case["check"] for case in cases}
    if names != expected:
        raise Difference(f"without expectation: {sorted(names - expected)}; "
                         f"without check: {sorted(expected - names)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--program", required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--case")
    what.add_argument("--complete", action="store_true")
    options = parser.parse_args()
    with open(options.table, encoding="utf-8") as file:
        cases = json.load(file)[options.target]
    try:
        if options.complete:
            compare_lists(options.program, cases)
        else:
            named = [case for case in cases if case.get("case", case.get("check")) == options.case]
            if len(named) != 1:
                parser.error(f"{len(named)} cases are named {options.case}")
            run_case(options.program, named[0])
    except Difference as difference:
        print(f"not as expected: {difference}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
