"""From how a program ended, and what it reported, to a verdict.

A check binary is believed only if its exit status and its JSON report say the same. A check that is
planted (a table says that it must fail) passes when it is found, and is a violation when an
exhaustive search verifies it: then the checker has become blind. A replay that does not fail passes:
that execution is no failure any more.
"""

import json
import pathlib
import re

from .verdict import INCONCLUSIVE, INFRASTRUCTURE, PASS, VIOLATION

STATUS = {"verified": 0, "failed": 1, "error": 2, "bounded": 77}
MESSAGE_CHARACTERS_MAX = 2000
FINDINGS_MAX = 100
TAIL_BYTES = 4000


def last_line(log):
    """The last line that the program printed, for a reason."""
    try:
        text = pathlib.Path(log).read_bytes()[-TAIL_BYTES:].decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def report_of(path, ending, log):
    """(check's object of the JSON report, None), or (None, why there is none to believe)."""
    try:
        checks = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["checks"]
        check = checks[0]
        status = STATUS[check["verdict"]]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as problem:
        said = last_line(log)
        return None, (f"{ending.words} and left no report"
                      + (f": {said}" if said else f" ({type(problem).__name__})"))
    if len(checks) != 1:
        return None, f"the report tells of {len(checks)} checks, not of one"
    if ending.status != status:
        return None, f"the report says {check['verdict']}, but it {ending.words}"
    return check, None


def judge_failed(check, job):
    failure = check.get("failure") or {}
    kind = failure.get("kind", "failure")
    told = {"kind": kind, "message": str(failure.get("message", ""))[:MESSAGE_CHARACTERS_MAX],
            "location": failure.get("location"), "token": failure.get("replay")}
    if "failed" not in job["expected"]:
        return VIOLATION, None, told
    if job.get("kinds") and kind not in job["kinds"]:
        return VIOLATION, f"it fails otherwise than it must ({', '.join(job['kinds'])})", told
    return PASS, "the planted bug was found", None


def judge_check(ending, job, report, log):
    """What a record says of a run of a check."""
    if ending.how != "exited":
        return {"verdict": INFRASTRUCTURE, "reason": ending.words}
    check, why = report_of(report, ending, log)
    if check is None:
        return {"verdict": INFRASTRUCTURE, "reason": why}
    said, reason, failure = check["verdict"], check.get("reason"), None
    replay = job.get("mode") == "replay"
    if said == "failed":
        verdict, reason, failure = judge_failed(check, job)
    elif replay and said == "bounded":
        verdict, reason = PASS, "this execution does not fail any more"
    elif said in job["expected"] and said != "bounded":
        verdict = PASS
    elif said == "verified" and not replay:
        verdict = VIOLATION
        reason = f"it is verified, and the table expects {' or '.join(job['expected'])}"
        failure = {"kind": "not_found", "message": reason}
    else:
        verdict = INCONCLUSIVE
    rate = check.get("executions_per_second")
    return {"verdict": verdict, "reason": reason, "failure": failure, "said": said,
            "executions": check.get("executions"), "rate": round(rate, 1) if rate else None}


def findings_in(log, pattern):
    """Each line of the output that tells of a failure, by the job's regular expression."""
    if not pattern:
        return []
    found, expression = [], re.compile(pattern)
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = expression.search(line)
            if match:
                groups = match.groupdict()
                found.append({"name": groups["name"], "kind": groups.get("kind"),
                              "message": (groups.get("message") or line.strip())
                              [:MESSAGE_CHARACTERS_MAX]})
    return found[:FINDINGS_MAX]


def judge_command(ending, job, log):
    """What a record says of a run of a command."""
    kind = job["violation_kind"]
    if ending.how == "crashed" and job["crash"] == VIOLATION:
        return {"verdict": VIOLATION, "failure": {"kind": "crash", "message": ending.words}}
    if ending.how != "exited":
        return {"verdict": INFRASTRUCTURE, "reason": ending.words}
    verdict = next((name for name, statuses in job["statuses"].items()
                    if ending.status in statuses), None)
    said = last_line(log)
    told = ending.words + (f": {said}" if said else "")
    if verdict is None:
        return {"verdict": INFRASTRUCTURE, "reason": told}
    if verdict != VIOLATION:
        return {"verdict": verdict, "reason": None if verdict == PASS else told}
    found = findings_in(log, job["finding"])
    if job["finding"] and not found:
        return {"verdict": INFRASTRUCTURE, "reason": f"{told} (and no line tells of a failure)"}
    for finding in found:
        finding["kind"] = finding["kind"] or kind
    return {"verdict": VIOLATION, "findings": found or None,
            "failure": None if found else {"kind": kind, "message": told}}
