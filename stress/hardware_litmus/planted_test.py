#!/usr/bin/env python3
"""Does hardware_litmus notice an outcome that is not allowed?

  planted_test.py PATH_OF_hardware_litmus

Once it is made wrong on purpose in each of the two directions; once it is given a memory model
under which real processors are wrong (store buffering under sc). Its sibling runs without any of
that must find nothing.
"""

import json
import os
import subprocess
import sys
import tempfile


def run(program, *options):
    """(exit status, what it printed, the JSON report)"""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        done = subprocess.run([program, *options, "--json", report], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100,
                              check=False)
        told = None
        if os.path.exists(report):
            with open(report, encoding="utf-8") as file:
                told = json.load(file)
    return done.returncode, done.stdout.decode(), told


def grades(told):
    return [outcome["grade"] for program in told["programs"] for outcome in program["outcomes"]]


def expect(condition, what, text):
    if not condition:
        sys.exit(f"{what}\n{text}")


def main():
    program = sys.argv[1]
    short = ["--filter", "MP+relacq", "--rounds", "1"]
    sentence = "heddle does not allow it under"

    status, text, told = run(program, *short)
    expect(status == 0 and sentence not in text, "message passing is right", text)
    expect(told["verdict"] == "passed" and "FORBIDDEN" not in grades(told), "so is its report", text)

    for plant in ("forget", "misreport"):
        status, text, told = run(program, *short, "--plant", plant)
        expect(status == 1 and sentence in text, f"{plant}: not noticed", text)
        expect(told["verdict"] == "failed" and grades(told).count("FORBIDDEN") == 1,
               f"{plant}: the report does not say so", text)

    if len(os.sched_getaffinity(0)) > 1:
        buffering = ["--filter", "SB", "--time", "4"]
        status, text, told = run(program, *buffering, "--memory-model", "sc")
        expect(status == 1 and "P0.r0=0 P1.r0=0" in text, "this processor has no store buffers?", text)
        status, text, told = run(program, *buffering)
        expect(status == 0 and "INTERESTING" in grades(told), "store buffering is allowed", text)

    status, text, _ = run(program, "--filter", "no such test")
    expect(status == 2, "a name that no test has", text)
    print("all noticed")


if __name__ == "__main__":
    main()
