#!/usr/bin/env python3
"""Runs every check on real threads, and hands what fails there to heddle.

  stress.py --build build/release [--time 600] [--seed 1] [--sanitizer thread|address]

Each check runs in processes of its own, several at a time, so that there are more threads than
cores; the time is shared out evenly. What it comes to:

  passed       nothing was found
  expected     what was found is no surprise: heddle fails this check, and should
  FOUND        a check that heddle verifies went wrong: race, assertion, crash, hang, memory, misuse
  not judged   a round takes longer than a hang (it waits for the clock), or the sanitizer gave up
  not run      ThreadSanitizer would not survive it

What is FOUND is given to heddle: the same check in each random mode, then exhaustively, for a trace
that can be replayed. What the table of expectations (properties/expect) says of a check counts if
it is run there without options that change what is explored.

Exit status 0: nothing was FOUND; 1: something was; 2: called wrongly, or a program could not run.
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import objects

SECONDS_MIN = 0.2
MODES = ("portfolio", "random", "pct", "pos")
CHECKER_SECONDS = 20
JUDGED = ("race", "assertion", "crash", "hang", "memory", "misuse")


class Infrastructure(Exception):
    """Neither passed nor failed: it could not be tried."""


class Check:
    """A check, what is known of it, and what was found."""

    def __init__(self, program, name, kind, expected):
        self.program = program
        self.name = name
        self.kind = kind
        self.expected = expected  # the verdicts that heddle may give; empty: unknown
        self.rounds = 0
        self.found = None
        self.trace = None

    def full_name(self):
        return f"{self.program['name']}.{self.name}"

    def surprises(self):
        return self.found and self.found["verdict"] in JUDGED and (
            not self.expected or self.expected == {"verified"})

    def word(self):
        if not self.kind.runnable:
            return "not run"
        if not self.found:
            return "passed"
        if self.found["verdict"] not in JUDGED:
            return "not judged"
        return "FOUND" if self.surprises() else "expected"


def expectations(table, target):
    """{check: set of verdicts} of the cases that are run as they are."""
    if not table:
        return {}
    with open(table, encoding="utf-8") as file:
        cases = json.load(file).get(target, [])
    found = {}
    for case in cases:
        if "check" in case and not case.get("options"):
            verdict = case["verdict"]
            found[case["check"]] = set(verdict if isinstance(verdict, list) else [verdict])
    return found


def load(arguments):
    """The checks of all programs that are built."""
    checks = []
    for path in sorted(glob.glob(os.path.join(arguments.build, "stress", "programs", "*.json"))):
        with open(path, encoding="utf-8") as file:
            program = json.load(file)
        binary = program[arguments.sanitizer]
        if not fnmatch.fnmatch(program["name"], arguments.program) or not os.path.exists(binary):
            continue
        expected = expectations(program["table"], program["name"])
        kinds = objects.look_at(program["objects"], program["thread"]
                                if os.path.exists(program["thread"]) else binary)
        listed = subprocess.run(alone([binary, "--list"]), stdout=subprocess.PIPE, timeout=100,
                                check=True).stdout.decode().split()
        for name in listed:
            if arguments.sanitizer == "address":  # it follows whatever there is
                kinds[name].reasons, kinds[name].runnable = [], True
            if fnmatch.fnmatch(name, arguments.filter):
                checks.append(Check(program, name, kinds[name], expected.get(name, set())))
    return checks


def alone(command):
    """Without address-space randomisation, which old runtimes of ThreadSanitizer cannot bear."""
    setarch = shutil.which("setarch")
    return ([setarch, "-R"] if setarch else []) + command


def environment(check, sanitizer):
    variables = dict(os.environ)
    if sanitizer == "thread" and check.kind.reasons:
        variables["TSAN_OPTIONS"] = variables.get("TSAN_OPTIONS", "") + ":report_bugs=0"
    return variables


def run(check, arguments, seed, seconds):
    """What the program's report says of the check."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = alone([check.program[arguments.sanitizer], "--filter", check.name, "--time",
                         f"{seconds:.3f}", "--seed", str(seed), "--hang", str(arguments.hang),
                         "--json", report])
        if check.kind.repeat:
            command.append("--repeat")
        limit = seconds + 4 * arguments.hang + 120
        try:
            done = subprocess.run(command, env=environment(check, arguments.sanitizer),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=limit, check=False)
            with open(report, encoding="utf-8") as file:
                return json.load(file)["checks"][0]
        except subprocess.TimeoutExpired as late:
            raise Infrastructure(f"{check.full_name()}: still running after {limit:g} s") from late
        except (OSError, ValueError, LookupError) as problem:
            text = done.stdout.decode(errors="replace")[-2000:]
            raise Infrastructure(f"{check.full_name()}: exit status {done.returncode}, no report: "
                                 f"{problem}\n{text}") from problem


def run_all(checks, arguments):
    """Fills in `rounds` and `found`; returns what could not be tried."""
    runnable = [check for check in checks if check.kind.runnable]
    runs = [(check, arguments.seed + i) for i in range(arguments.instances) for check in runnable]
    seconds = max(SECONDS_MIN, arguments.time * arguments.jobs / max(1, len(runs)))
    print(f"{len(runnable)} checks, {arguments.instances} processes of {seconds:.2f} s each, "
          f"{arguments.jobs} at a time on {os.cpu_count()} cores, seeds {arguments.seed} to "
          f"{arguments.seed + arguments.instances - 1}", flush=True)
    problems = []

    def one(what):
        check, seed = what
        if check.found:
            return
        try:
            told = run(check, arguments, seed, seconds)
        except Infrastructure as problem:
            problems.append(str(problem))
            return
        check.rounds += told["rounds"]
        if told["verdict"] != "passed" and not check.found:
            check.found = told
            if check.word() in ("FOUND", "not judged"):
                print(f"{check.word()}: {check.full_name()}, seed {seed}: {describe(told)}",
                      flush=True)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(one, runs))
    return problems


def describe(found):
    kind = f" ({found['kind']})" if found["kind"] else ""
    return f"{found['verdict']}{kind} after {found['rounds']} rounds: {found['message']}"


def ask_checker(program, check, options):
    """(the check's object of heddle's report, the command)"""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [program, "--filter", check.name, "--time", str(CHECKER_SECONDS), *options]
        try:
            subprocess.run(command + ["--quiet", "--json", report], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           timeout=CHECKER_SECONDS + 100, check=False)
            with open(report, encoding="utf-8") as file:
                return json.load(file)["checks"][0], " ".join(command)
        except (OSError, ValueError, LookupError, subprocess.TimeoutExpired) as problem:
            return {"verdict": "error", "reason": str(problem), "failure": None}, " ".join(command)


def hand_over(check, seed):
    """The same check to heddle: the random modes that it has, then exhaustively."""
    program = check.program["check"]
    text = subprocess.run([program, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=100, check=False).stdout.decode()
    modes = [mode for mode in MODES if mode in text]
    print(f"\n{check.full_name()}: {describe(check.found)}\nheddle is asked:")
    for mode in (modes[:1] if modes[:1] == ["portfolio"] else modes) + ["exhaustive"]:
        options = ["--mode", mode] + ([] if mode == "exhaustive" else ["--seed", str(seed)])
        told, command = ask_checker(program, check, options)
        failure = told["failure"]
        print(f"  {mode}: {told['verdict']}"
              + (f", {failure['kind']}: {failure['message']}" if failure else ""))
        if failure:
            check.trace = {"mode": mode, "kind": failure["kind"], "token": failure["replay"],
                           "command": f"{program} --filter {check.name} --replay "
                                      f"{failure['replay']}"}
        elif mode == "exhaustive" and not check.trace:
            print("  heddle finds nothing: it, the sanitizer or the expectation is wrong\n"
                  f"  {command}")
    if check.trace:
        print(f"  to see it: {check.trace['command']}")
    else:
        print(check.found["report"])
    sys.stdout.flush()


def print_summary(checks, problems, seconds):
    words = {}
    for check in checks:
        words.setdefault(check.word(), []).append(check)
    failing = [c for c in checks if c.expected == {"failed"} and c.kind.runnable]
    for word in ("not run", "not judged"):
        for check in words.get(word, []):
            why = "; ".join(check.kind.reasons) if word == "not run" else describe(check.found)
            print(f"{word}: {check.full_name()}: {why}")
    for reason in sorted({r for c in checks if c.kind.runnable for r in c.kind.reasons}):
        names = [c.full_name() for c in checks if reason in c.kind.reasons and c.kind.runnable]
        print(f"{len(names)} checks: {reason}:\n  " + " ".join(names))
    for problem in problems:
        print(f"could not be tried: {problem}")
    print(f"{len(checks)} checks, {sum(c.rounds for c in checks)} rounds, {seconds:.0f} s: "
          + ", ".join(f"{len(words[w])} {w}" for w in sorted(words)))
    print(f"of {len(failing)} checks that heddle fails, real threads failed "
          f"{sum(1 for c in failing if c.found and c.found['verdict'] in JUDGED)}")


def told(check):
    found = check.found or {}
    return {"check": check.full_name(), "verdict": check.word(), "rounds": check.rounds,
            "found": found.get("verdict"), "kind": found.get("kind"),
            "message": found.get("message"), "seed": found.get("seed"),
            "report": found.get("report"), "reasons": check.kind.reasons, "heddle": check.trace}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--time", type=float, default=300, help="seconds for all (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sanitizer", choices=("thread", "address"), default="thread")
    parser.add_argument("--program", default="*", metavar="GLOB")
    parser.add_argument("--filter", default="*", metavar="GLOB", help="of the names of checks")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--instances", type=int, default=2, help="processes for each check")
    parser.add_argument("--hang", type=float, default=10, help="seconds without a round")
    parser.add_argument("--hand-over", choices=("found", "all", "none"), default="found")
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    if min(arguments.time, arguments.jobs, arguments.instances, arguments.hang) <= 0:
        parser.error("--time, --jobs, --instances and --hang want something above 0")
    return parser, arguments


def main():
    parser, arguments = parse()
    checks = load(arguments)
    if not checks:
        parser.error("no such check is built: cmake --build BUILD --target heddle_stress")
    start = time.monotonic()
    problems = run_all(checks, arguments)
    for check in checks:
        wanted = arguments.hand_over == "all" or (
            arguments.hand_over == "found" and check.surprises())
        if wanted and check.word() in ("FOUND", "expected"):
            hand_over(check, arguments.seed)
    print_summary(checks, problems, time.monotonic() - start)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"schema": 1, "sanitizer": arguments.sanitizer, "seed": arguments.seed,
                       "checks": [told(check) for check in checks], "problems": problems}, file,
                      indent=1)
    if any(check.surprises() for check in checks):
        return 1
    return 2 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
