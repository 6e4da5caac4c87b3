#!/usr/bin/env python3
"""Stands in for a check binary in expect_test.py: plays the part that its file name asks for.

The name is verdict-kind-status, as in failed-deadlock-1. With --memory-model sc it verifies.
"""

import json
import os
import shlex
import sys
import time

verdict, kind, status = os.path.basename(sys.argv[0]).split("-")
options = sys.argv[1:] + shlex.split(os.environ.get("HEDDLE_OPTIONS", ""))
if "--list" in options:
    print("one\ntwo")
    sys.exit(0)
if kind == "hangs":
    time.sleep(60)
failure = None
if "sc" in options:
    verdict, status = "verified", "0"
if "--replay" in options and kind == "forgets":
    verdict, status = "verified", "0"
if verdict == "failed":
    failure = {"kind": kind, "message": f"the words of {kind}", "replay": "token"}
reason = "explained in words"
if verdict in ("verified", "failed") or kind == "silent":
    reason = None
print("one: explained in words")
with open(options[options.index("--json") + 1], "w", encoding="utf-8") as file:
    check = {"name": "one", "verdict": verdict, "executions": 3, "max_events": 7, "failure": failure,
             "reason": reason}
    json.dump({"schema": 1, "checks": [check]}, file)
sys.exit(int(status))
