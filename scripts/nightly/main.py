"""What run-nightly does: run, list, report and merge."""

import hashlib
import json
import secrets
import shutil
import subprocess

from . import failures, history, jobs_file, junit, lock, merge, night, page, plan
from . import verdict as verdicts
from .arguments import complain, parse
from .nights import group
from .problem import Problem

LOG_NIGHTS_KEPT = 30


def commit_of(root):
    """The commit that is checked out, with a mark if the tree has changes; "" if there is no git."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, check=False)
    try:
        head = git("rev-parse", "HEAD")
        if head.returncode != 0:
            return ""
        changes = git("diff", "HEAD").stdout
    except OSError:
        return ""
    name = head.stdout.decode().strip()
    return f"{name}+{hashlib.sha256(changes).hexdigest()[:8]}" if changes else name


def fingerprint(arguments, commit):
    """Of the tree and the way of calling: a plan is resumed only under the same ones."""
    told = [commit, arguments.jobs_file.read_text(encoding="utf-8"), arguments.program,
            arguments.only, arguments.shard_index, arguments.shard_count, arguments.scale]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def make_jobs(arguments, records, commit, seed):
    """The jobs of this night in their order."""
    loaded = jobs_file.load(arguments.jobs_file)
    for job in loaded.search + loaded.command:
        job.seconds *= arguments.scale
    nights = group(records)
    previous = next((one.commit.split("+")[0] for one in reversed(nights)
                     if one.commit and one.commit.split("+")[0] != commit.split("+")[0]), None)
    jobs = plan.make(loaded, arguments.root, arguments.program,
                     (arguments.shard_index, arguments.shard_count), seed,
                     records, failures.to_replay(failures.follow(nights)), previous)
    if arguments.only:
        jobs = [job for job in jobs if plan.matches(job["id"], arguments.only)]
    return plan.order(jobs, records)


def told(record):
    """One line about a finished job."""
    words = verdicts.WORDS[record["verdict"]]
    why = "" if record["verdict"] == verdicts.PASS else f"  {junit.message_of(record)}"
    return f"{words:14} {record['job']}{why}"


def printer(quiet):
    def say(record, done, all_jobs):
        if quiet and (record["verdict"] == verdicts.PASS or page.found_nothing(record)):
            return
        print(f"[{done}/{all_jobs}] {told(record)}", flush=True)
    return say


def plan_of_tonight(arguments, store, path):
    """The plan to go on with, or a new one; None if the night that --night names is over."""
    commit = commit_of(arguments.root)
    mark = fingerprint(arguments, commit)
    shard = f"{arguments.shard_index}/{arguments.shard_count}"
    if any(record["type"] == "end" and record["night"] == arguments.night
           and record.get("shard") == shard for record in store.records):
        return None
    old = night.unfinished_plan(path, store)
    if old is not None:
        night.note_begin(old, store)
        if old["fingerprint"] == mark and not arguments.new and arguments.night in (None, old["night"]):
            print(f"going on with the night {old['night']}", flush=True)
            return old
        store.append({"type": "end", "night": old["night"], "shard": old["shard"],
                      "finished": night.now(), "why": "abandoned"})
        print(f"the night {old['night']} is not gone on with: "
              + ("it was called otherwise, or the tree has changed since"
                 if old["fingerprint"] != mark else "a new one was asked for"), flush=True)
    started = night.now()
    name = arguments.night or started
    taken = {record["night"] for record in store.records if record.get("shard") == shard}
    if name in taken:
        if arguments.night:
            raise Problem(f"the night {name} was begun and abandoned; give this one another --night")
        name = next(f"{name}-{number}" for number in range(2, 10**6)
                    if f"{name}-{number}" not in taken)
    seed = secrets.randbits(63) if arguments.seed is None else arguments.seed
    return night.begin(path, {"night": name, "shard": shard, "fingerprint": mark, "seed": seed,
                              "jobs": make_jobs(arguments, store.records, commit, seed)},
                       store, started, commit)


def write_reports(state, records):
    """The page and the JUnit file of the last night; that night, or None."""
    nights = group(records)
    if not nights:
        return None
    history.write_whole(state / "junit.xml", junit.text(nights[-1]))
    history.write_whole(state / "index.html", page.text(nights, failures.follow(nights)))
    return nights[-1]


def prune_logs(state, nights):
    kept = {night.logs_folder(one.name, record["shard"])
            for one in nights[-LOG_NIGHTS_KEPT:] for record in one.begun}
    for folder in (state / "logs").glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def summary(state, last):
    counts = verdicts.counts(last.results())
    words = ", ".join(f"{number} {verdicts.WORDS[name]}" for name, number in counts.items() if number)
    return f"night {last.name}: {words or 'no job'}\n{state / 'index.html'}"


def run(arguments):
    state = arguments.state
    jobs_file.load(arguments.jobs_file)
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Problem(f"--state: {state} cannot be made: {problem.strerror}") from None
    held = lock.Lock(state)
    lock.end_left_behind(state)
    store = history.History(state / "history.jsonl")
    try:
        tonight = plan_of_tonight(arguments, store, state / "plan.json")
        whole = True
        if tonight is None:
            print(f"the night {arguments.night} is over already", flush=True)
        else:
            runner = night.Night(tonight, store, arguments.root, state, arguments.slots,
                                 arguments.total_time, printer(arguments.quiet))
            night.stop_on_signals(runner)
            whole = runner.run()
            if whole:
                runner.end("complete" if runner.all_done() else "budget")
            prune_logs(state, group(store.records))
        last = write_reports(state, store.records)
        print(summary(state, last), flush=True)
        if not whole:
            print("stopped; the next call goes on", flush=True)
            return verdicts.EXIT_STOPPED
        return verdicts.exit_status(record["verdict"] for record in last.results())
    finally:
        store.close()
        held.release()


def listing(arguments):
    records = history.read(arguments.state / "history.jsonl")
    jobs = make_jobs(arguments, records, commit_of(arguments.root), arguments.seed or 0)
    for job in jobs:
        why = job.get("broken") or ("not available: " + job["unavailable"]
                                    if "unavailable" in job else "")
        print(job["id"] + (f"  ({why})" if why else ""))
    return 0


def report(arguments):
    last = write_reports(arguments.state, history.read(arguments.state / "history.jsonl"))
    if last is None:
        raise Problem(f"{arguments.state} has no history yet; run-nightly run makes one")
    print(summary(arguments.state, last))
    return 0


def merge_histories(arguments):
    output = arguments.output / "history.jsonl"
    arguments.output.mkdir(parents=True, exist_ok=True)
    held = lock.Lock(arguments.output)
    try:
        number = merge.merge(output, arguments.inputs, arguments.nights)
        last = write_reports(arguments.output, history.read(output))
    finally:
        held.release()
    print(f"{number} night{'s' if number != 1 else ''} in {output}")
    if last is None:
        return 0
    print(summary(arguments.output, last))
    return verdicts.exit_status(record["verdict"] for record in last.results())


def main(words):
    try:
        arguments = parse(words)
        return {"run": run, "list": listing, "report": report,
                "merge": merge_histories}[arguments.action](arguments)
    except Problem as problem:
        return complain(problem)
    except BrokenPipeError:
        return 0
    except OSError as problem:
        return complain(f"{problem.filename or 'a file'}: {problem.strerror}")
