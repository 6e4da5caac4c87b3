#!/usr/bin/env python3
"""Is each planted mistake reported as what it is, by real threads and then by heddle?

  planted_test.py BUILD

What a processor shows is a matter of luck: a mistake that needs some is tried for longer before it
counts as missed. Its right siblings must not be reported however long they run.
"""

import json
import os
import subprocess
import sys
import tempfile

# check: what real threads find, its kind, and the kind that heddle finds
PLANTED = {
    "planted_race": ("race", "data_race", "data_race"),
    "planted_hang": ("hang", "deadlock", "deadlock"),
    "planted_crash": ("crash", "memory", "memory"),
    "planted_assertion": ("assertion", "assertion", "assertion"),
    "planted_exception": ("crash", "uncaught_exception", "uncaught_exception"),
}
RIGHT = {"planted_nothing", "planted_fence", "planted_state"}
TRIES = 6


def stress(build, *options):
    """(exit status, text, {check: what is told of it})"""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stress.py")
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        done = subprocess.run([sys.executable, script, "--build", build, "--program", "planted",
                               "--hang", "3", "--json", report, *options],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=280, check=False)
        text = done.stdout.decode()
        if not os.path.exists(report):
            sys.exit(f"no report\n{text}")
        with open(report, encoding="utf-8") as file:
            told = json.load(file)
    return done.returncode, text, {c["check"].split(".")[1]: c for c in told["checks"]}


def expect(condition, what, text):
    if not condition:
        sys.exit(f"{what}\n{text}")


def main():
    build = sys.argv[1]
    status, text, told = stress(build, "--time", "4")
    print(text)
    expect(told.keys() == PLANTED.keys() | RIGHT, "other checks than these", text)
    expect(status == 1, f"exit status {status}", text)
    for name in RIGHT:
        expect(told[name]["verdict"] == "passed" and told[name]["rounds"] > 0,
               f"{name} is right", text)
    expect("atomic_thread_fence" in "".join(told["planted_fence"]["reasons"]),
           "planted_fence has fences", text)
    expect(not told["planted_nothing"]["reasons"], "planted_nothing has none", text)
    for name, (verdict, kind, of_heddle) in PLANTED.items():
        one = told[name]
        for attempt in range(1, TRIES):
            if one["found"]:
                break
            status, text, again = stress(build, "--time", str(4 * attempt), "--filter", name,
                                         "--seed", str(100 * attempt))
            one = again[name]
        expect(one["verdict"] == "FOUND", f"{name} is not found", text)
        expect((one["found"], one["kind"]) == (verdict, kind), f"{name}: {one}", text)
        expect(one["heddle"] and one["heddle"]["kind"] == of_heddle and one["heddle"]["token"],
               f"{name}: heddle does not find it: {one}", text)
    print("each is reported as what it is")


if __name__ == "__main__":
    main()
