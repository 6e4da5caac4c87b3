#!/usr/bin/env python3
"""A check binary with --corpus, twice: the first run keeps a failure, the second one replays it
before anything else; a stale entry is said so, kept, and does not decide.

  corpus_run.py PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile


def run(program, folder, *options):
    report = os.path.join(folder, "report.json")
    command = [program, "--corpus", os.path.join(folder, "corpus"), "--json", report, *options]
    environment = {k: v for k, v in os.environ.items() if k != "HEDDLE_OPTIONS"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=90)
    with open(report, encoding="utf-8") as file:
        return done.returncode, json.load(file)["checks"][0], done.stderr


def entries(folder):
    found = []
    for place, _, names in os.walk(os.path.join(folder, "corpus")):
        found += [os.path.join(place, name) for name in names]
    return sorted(found)


def main():
    program = sys.argv[1]
    failing = ("--filter", "shrinks_to_one_stale_read")
    with tempfile.TemporaryDirectory() as folder:
        status, first, _ = run(program, folder, *failing, "--mode", "random", "--seed", "1")
        assert status == 1 and first["mode"] == "random", first
        (kept,) = entries(folder)
        assert os.path.basename(os.path.dirname(kept)) == "shrinks_to_one_stale_read", kept
        with open(kept, encoding="utf-8") as file:
            entry = json.load(file)
        assert entry["schema"] == 1 and entry["token"] == first["failure"]["replay"], entry
        assert entry["needs"] == {"context_switches": 3, "stale_reads": 1}, entry

        status, second, _ = run(program, folder, *failing)
        assert status == 1 and second["mode"] == "replay" and second["executions"] == 1, second
        assert second["failure"]["replay"] == entry["token"], second
        assert entries(folder) == [kept], "the same failure is the same file"

        # What is there does not fail: the entry of a check that holds under this model.
        status, third, words = run(program, folder, *failing, "--memory-model", "sc")
        assert status == 0 and third["verdict"] == "verified", third
        assert "is kept, but" in words, words
        entry["token"] = entry["token"][:-1]
        with open(kept, "w", encoding="utf-8") as file:
            json.dump(entry, file)
        status, fourth, words = run(program, folder, *failing)
        assert status == 1 and fourth["mode"] == "exhaustive", fourth
        assert "is kept, but the replay token" in words, words
        assert kept in entries(folder)


main()
