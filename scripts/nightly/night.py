"""One night: its plan is written down, each job runs and is written down, and then it is over.

Killed at any moment, the next start finds the plan of a night without an end, and runs the jobs of it
that have no record. The plan is of one state of the tree and one way of calling: if these have changed,
the old night is ended as abandoned (what it found is kept) and a new one begins.
"""

import datetime
import json
import os
import shlex
import signal
import time

from . import history as history_module
from . import verdict as verdicts
from .judge import judge_check, judge_command
from .lock import MARK, mark_for
from .problem import Problem
from .subjects import LOOKING, joined, split_options
from .watch import Limits, Running, wait_for_any

LOGS_KEPT = (verdicts.VIOLATION, verdicts.INFRASTRUCTURE)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def command_line(job, report=None):
    """(command, environment or None) of a job."""
    if job["kind"] == "command":
        return job["command"], {}
    options = list(job["options"])
    if report:
        options += ["--json", str(report)]
    if "arguments" in job:
        return [job["path"], *job["arguments"]], {"HEDDLE_OPTIONS": shlex.join(options)}
    return [job["path"], "--filter", job["check"], *options], {}


def replay_options(job):
    """Those that say what the program may do, and the seed of its random numbers."""
    pairs = [pair for pair in split_options(job.get("options", []))
             if pair[0] not in LOOKING - {"--seed", "--max-steps"}]
    return joined(pairs)


def replay_line(root, job, token):
    """The command that shows a failure again, to paste into a shell in `root`."""
    path = os.path.relpath(job["path"], root)
    if path.startswith(".."):
        path = job["path"]
    again = dict(job, path=path if os.sep in path else f"./{path}",
                 options=[*replay_options(job), "--replay", token])
    command, environment = command_line(again)
    return " ".join([f"{name}={shlex.quote(value)}" for name, value in environment.items()]
                    + [shlex.join(command)])


def logs_folder(night, shard):
    """Where the logs of a shard are: apart from those of others, so that they can be put together."""
    index, count = shard.split("/")
    return night.replace(":", "") + ("" if count == "1" else f"-shard-{index}")


class Night:
    """Runs the plan's jobs that have no record yet. `say` prints a line."""

    def __init__(self, plan, history, root, state, slots, total_seconds, say):
        self.plan_, self.history_, self.root_, self.state_ = plan, history, root, state
        self.slots_, self.total_seconds_, self.say_ = slots, total_seconds, say
        self.logs_ = state / "logs" / logs_folder(plan["night"], plan["shard"])
        self.logs_.mkdir(parents=True, exist_ok=True)
        mine = [record for record in history.records
                if record["type"] == "job" and record["night"] == plan["night"]]
        self.done_ = {record["job"] for record in mine}
        self.spent_before_ = max((record.get("spent", 0) for record in mine), default=0)
        self.began_ = time.monotonic()
        self.number_ = {job["id"]: number for number, job in enumerate(plan["jobs"], 1)}
        self.stopped = None

    def spent(self):
        """Seconds that this night has taken, over all its starts."""
        return self.spent_before_ + time.monotonic() - self.began_

    def stop(self, number, _frame):
        self.stopped = number

    def run(self):
        """True: each job has been run, or the time is over. False: a signal stopped it."""
        waiting = [job for job in self.plan_["jobs"] if job["id"] not in self.done_]
        running = []
        try:
            while (waiting or running) and self.stopped is None:
                if self.total_seconds_ and self.spent() >= self.total_seconds_:
                    waiting = []
                self.start_some(waiting, running)
                wait_for_any([program for _, program in running])
                for job, program in [pair for pair in running if pair[1].ending is not None]:
                    running.remove((job, program))
                    self.finish(job, program.ending)
        finally:
            for _, program in running:
                program.end_all()
        return self.stopped is None

    def start_some(self, waiting, running):
        """Fills the slots; what wants to be alone waits until nothing else runs."""
        while waiting and len(running) < self.slots_:
            job = waiting[0]
            if running and (job.get("alone") or running[0][0].get("alone")):
                return
            del waiting[0]
            if "unavailable" in job or "broken" in job:
                self.record(job, None, {
                    "verdict": verdicts.NOT_RUN if "unavailable" in job else verdicts.INFRASTRUCTURE,
                    "reason": (f"not available: {job['unavailable']}" if "unavailable" in job
                               else job["broken"])})
                continue
            running.append((job, self.start(job)))

    def files(self, job):
        base = self.logs_ / f"{self.number_[job['id']]}"
        return base.with_suffix(".txt"), base.with_suffix(".json")

    def start(self, job):
        log, report = self.files(job)
        report.unlink(missing_ok=True)
        command, more = command_line(job, report)
        environment = {key: value for key, value in os.environ.items() if key != "HEDDLE_OPTIONS"}
        environment |= more | {MARK: mark_for(self.state_)}
        # A check has --time to end by itself; what does not end soon after it, hangs.
        seconds = job["seconds"] + job.get("grace", 0)
        return Running(command, Limits(seconds, int(job["gigabytes"] * 2**30)), log, environment,
                       self.root_)

    def finish(self, job, ending):
        log, report = self.files(job)
        if job["kind"] == "command":
            result = judge_command(ending, job, log)
        else:
            result = judge_check(ending, job, report, log)
        report.unlink(missing_ok=True)
        if result["verdict"] in LOGS_KEPT and log.exists() and log.stat().st_size:
            result["log"] = str(log.relative_to(self.state_))
        else:
            log.unlink(missing_ok=True)
        self.record(job, ending, result)

    def record(self, job, ending, result):
        record = {"type": "job", "night": self.plan_["night"], "shard": self.plan_["shard"],
                  "job": job["id"], "family": job["family"], "program": job.get("program"),
                  "check": job["check"], "mode": job.get("mode"), "seed": job.get("seed"),
                  "items": job.get("items"), "finished": now(), "spent": round(self.spent(), 2),
                  **result}
        if ending is not None:
            record |= {"ending": ending.how, "seconds": round(ending.seconds, 3),
                       "megabytes": round(ending.peak_bytes / 2**20)}
        token = (result.get("failure") or {}).get("token")
        if token and job["kind"] == "check":
            record |= {"replay": replay_line(self.root_, job, token),
                       "replay_options": replay_options(job)}
        self.history_.append(record)
        self.done_.add(job["id"])
        self.say_(record, len(self.done_), len(self.plan_["jobs"]))

    def all_done(self):
        return all(job["id"] in self.done_ for job in self.plan_["jobs"])

    def end(self, why):
        left = [job["id"] for job in self.plan_["jobs"] if job["id"] not in self.done_]
        self.history_.append({"type": "end", "night": self.plan_["night"],
                              "shard": self.plan_["shard"], "finished": now(), "why": why,
                              "left": len(left), "spent": round(self.spent(), 2)})


def unfinished_plan(path, history):
    """The plan of a night that has no end, or None."""
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as problem:
        raise Problem(f"{path} is no plan ({problem}); remove it, and a new night begins") from None
    ended = any(record["type"] == "end" and record["night"] == plan["night"]
                and record.get("shard") == plan["shard"] for record in history.records)
    return None if ended else plan


def begin(path, plan, history, started, commit):
    """Writes the plan, then that the night has begun; a kill between the two loses nothing."""
    plan = plan | {"started": started, "commit": commit}
    history_module.write_whole(path, json.dumps(plan, ensure_ascii=False))
    note_begin(plan, history)
    return plan


def note_begin(plan, history):
    """Notes the begin if a kill came between the plan and its record."""
    if not any(record["type"] == "night" and record["night"] == plan["night"]
               and record.get("shard") == plan["shard"] for record in history.records):
        history.append({"type": "night", "night": plan["night"], "shard": plan["shard"],
                        "started": plan["started"], "commit": plan["commit"],
                        "seed": plan["seed"], "jobs": len(plan["jobs"])})


def stop_on_signals(night):
    """SIGTERM and SIGINT end the night where it is; the next start goes on."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, night.stop)
