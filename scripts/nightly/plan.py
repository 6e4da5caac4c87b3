"""Every job of a night, as plain data: what is written down at its beginning and read when it resumes.

A job's id says what it does ("deep:museum/once_cure"), and is the same in every night, so that the
history can follow it. Jobs that have not run for longest come first: when the time of a night is too
short, the next one begins with what this one left.
"""

import fnmatch
import json
import re
import shutil
import subprocess
import tomllib

from . import subjects as subjects_module
from .problem import Problem
from .shard import belongs, seed_for
from .verdict import NOT_RUN, VIOLATION

TOKEN = re.compile(r"h\d+-[A-Za-z0-9_-]+")


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def merged(own, more):
    """Options without repetitions: those of `more` count."""
    return subjects_module.joined(dict(subjects_module.split_options(own + more)).items())


def check_job(family, subject, options, **more):
    """A job that runs one subject with the options, which stand behind the subject's own."""
    job = {"id": f"{family}:{subject.name}", "family": family, "kind": "check",
           "program": subject.program, "check": subject.check, "path": subject.path,
           "options": merged(subject.options(), options), **more}
    if subject.arguments is not None:
        job["arguments"] = subject.arguments
    lacking = subject.able.missing(job["options"])
    if lacking:
        job["unavailable"] = f"{subject.program} knows no {lacking}"
    return job


def expectation(jobs_file, search, subject):
    for expected in jobs_file.expected:
        if expected.search == search.name and matches(subject.name, expected.checks):
            return ([expected.verdict] if expected.verdict != "any"
                    else ["verified", "failed", "bounded"]), None
    return subject.expectation(search.options)


def modes_of(search, subject):
    for mode in search.modes:
        if mode == "random":
            yield from subject.able.random_modes()
        else:
            yield mode


def search_jobs(jobs_file, search, subject, night_seed, verified):
    """The jobs of one search for one subject: one for each mode and each seed."""
    if not matches(subject.name, search.only) or matches(subject.name, search.skip):
        return
    if f"{search.unless_verified}:{subject.name}" in verified:
        return
    verdicts, kinds = expectation(jobs_file, search, subject)
    if not search.planted and "failed" in subject.expectation([])[0]:
        return
    limits = {"seconds": search.seconds, "grace": jobs_file.grace, "gigabytes": search.gigabytes,
              "expected": verdicts, "kinds": kinds}
    for mode in modes_of(search, subject):
        random = mode != "exhaustive"
        for number in range(search.seeds if random else 1):
            family = f"{search.name}-{mode}" if random else search.name
            options = search.options + ["--time", f"{search.seconds:g}"]
            more = dict(limits, mode=mode)
            if random:
                family += f"-{number + 1}" if search.seeds > 1 else ""
                more["seed"] = seed_for(night_seed, f"{family}:{subject.name}")
                options = options + ["--mode", mode, "--seed", str(more["seed"])]
            yield check_job(family, subject, options, **more)


def replay_job(jobs_file, family, subject, token, options, identity):
    verdicts, kinds = subject.expectation(options)
    job = check_job(family, subject, options + ["--replay", token], mode="replay",
                    seconds=jobs_file.seconds, gigabytes=jobs_file.gigabytes, expected=verdicts,
                    kinds=kinds)
    return job | {"id": f"{family}:{subject.name}#{identity}"}


def token_in(path):
    """The token of a corpus file, under "token" or "replay"; raises ValueError."""
    entry = json.loads(path.read_text(encoding="utf-8"))
    for key in ("token", "replay"):
        value = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(value, str) and TOKEN.fullmatch(value):
            return value
    raise ValueError('no token under "token" or "replay"')


def corpus_jobs(jobs_file, root, subjects):
    """One replay for each file of the corpus and each program that has the check."""
    if not jobs_file.corpus:
        return
    for path in sorted((root / jobs_file.corpus).glob("*/*.json")):
        owners = [subject for subject in subjects if subject.check == path.parent.name]
        try:
            token = token_in(path)
        except (OSError, ValueError) as problem:
            yield {"id": f"corpus:{path.parent.name}#{path.stem}", "family": "corpus",
                   "kind": "check", "check": path.parent.name,
                   "broken": f"{path.relative_to(root)} holds no token: {problem}"}
            continue
        for subject in owners:
            yield replay_job(jobs_file, "corpus", subject, token, [], path.stem)


def again_jobs(jobs_file, subjects, open_failures):
    """One replay for each failure of earlier nights that is open and has a token."""
    by_name = {subject.name: subject for subject in subjects}
    for failure in open_failures:
        subject = by_name.get(failure["name"])
        if subject and failure.get("token"):
            yield replay_job(jobs_file, "again", subject, failure["token"], failure["options"],
                             failure["kind"])


def available(needs, root):
    """Whether a command's need is there: a file, a program, or "make TARGET" with a recipe."""
    if not needs:
        return True
    words = needs.split()
    if words[0] == "make" and len(words) == 2:
        done = subprocess.run(["make", "-n", words[1]], cwd=root, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        # A folder of the target's name is "up to date", and what make then says begins with its name.
        recipe = [line for line in done.stdout.splitlines()
                  if not re.match(rb"make(\[\d+\])?: ", line)]
        return done.returncode == 0 and bool(recipe)
    return (root / needs).exists() or shutil.which(needs) is not None


def item_names(root, patterns):
    names = []
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            try:
                names += list(tomllib.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError) as problem:
                raise Problem(f"{path} cannot be read: {problem}") from None
    return names


def command_job(command, number, items, night_seed, previous_commit):
    identity = command.name if number is None else f"{command.name}#{number}"
    seed = seed_for(night_seed, identity)
    words = []
    for word in command.command:
        if word == "{items}":
            words += items
            continue
        for name, value in (("seconds", f"{command.seconds:g}"), ("seed", str(seed)),
                            ("previous_commit", previous_commit or "")):
            word = word.replace("{" + name + "}", value)
        words.append(word)
    job = {"id": identity, "family": command.name, "kind": "command", "check": command.name,
           "command": words, "seconds": command.seconds,
           "grace": command.seconds / 2 if "{seconds}" in " ".join(command.command) else 0,
           "gigabytes": command.gigabytes,
           "alone": command.alone, "statuses": {
               "pass": command.passed, "violation": command.violation,
               "inconclusive": command.inconclusive},
           "violation_kind": command.kind, "crash": command.crash, "finding": command.finding}
    if items:
        job["items"] = items
    if any("{seed}" in word for word in command.command):
        job["seed"] = seed
    if any("{previous_commit}" in word for word in command.command) and not previous_commit:
        job["unavailable"] = "there is no night of another commit to compare with"
    return job


def command_jobs(command, root, shard, night_seed, previous_commit):
    """The jobs of one command: one, or one for each batch of this shard's items."""
    index, count = shard
    if not command.items:
        if not belongs(command.name, index, count):
            return
        batches = [(None, [])]
    else:
        mine = [name for name in item_names(root, command.items) if belongs(name, index, count)]
        batches = [(start // command.batch + 1, mine[start:start + command.batch])
                   for start in range(0, len(mine), command.batch)]
    there = available(command.needs, root)
    for number, items in batches:
        job = command_job(command, number, items, night_seed, previous_commit)
        if not there:
            job["unavailable"] = f"there is no {command.needs}"
        yield job


def verified_jobs(records):
    """The ids of jobs that verified their subject when they last ran."""
    last = {record["job"]: record.get("said") for record in records if record["type"] == "job"}
    return {job for job, said in last.items() if said == "verified"}


def make(jobs_file, root, programs, shard, night_seed, records=(), open_failures=(),
         previous_commit=None):
    """All jobs of this shard, unordered; `records` are those of earlier nights."""
    verified = verified_jobs(records)
    index, count = shard
    found, unable = subjects_module.find(root, programs or jobs_file.programs, jobs_file.tables)
    mine = [subject for subject in found if belongs(subject.name, index, count)]
    jobs = [{"id": f"ask:{name}", "family": "ask", "kind": "check", "program": name,
             "check": "--list", "broken": f"{name} does not say which checks it has: {why}"}
            for name, why in unable.items() if belongs(name, index, count)]
    jobs += corpus_jobs(jobs_file, root, mine)
    jobs += again_jobs(jobs_file, mine, open_failures)
    for search in jobs_file.search:
        for subject in mine:
            jobs += search_jobs(jobs_file, search, subject, night_seed, verified)
    for command in jobs_file.command:
        jobs += command_jobs(command, root, shard, night_seed, previous_commit)
    ids = [job["id"] for job in jobs]
    if len(set(ids)) != len(ids):
        twice = next(job for job in ids if ids.count(job) > 1)
        raise Problem(f"two jobs are named {twice}; give one of them another name")
    return jobs


def order(jobs, records):
    """Replays of tokens, then what failed last, then what has not run for longest."""
    place, last = {}, {}
    for number, record in enumerate(records):
        if record["type"] == "job" and record["verdict"] != NOT_RUN:
            place[record["job"]], last[record["job"]] = number, record["verdict"]
    return sorted(jobs, key=lambda job: (
        job["family"] not in ("corpus", "again"), last.get(job["id"]) != VIOLATION,
        place.get(job["id"], -1)))
