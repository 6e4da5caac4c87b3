"""Reads the file that says which jobs a night has (heddle.toml beside this, or a team's own).

  version = 1
  programs = ["build/release/bin"]     folders in which programs of the tables are, or check binaries
  tables = ["properties/**/expectations.json"]    what must come out (properties/expect/expect.py)
  corpus = "corpus"                    folder with <check>/<id>.json, each with the token of a failure
  seconds = 30                         for the replay of a token
  gigabytes = 4                        memory limit where a job names none
  grace = 30                           seconds for which a check may go on after its --time

  [[search]]                           runs each check of each program
  name, options, seconds (--time), gigabytes
  modes = ["exhaustive"]               of --mode; "random": portfolio, or where --help does not know
                                       it, each mode beside exhaustive
  seeds = 1                            how many seeds for each check, where a mode is random
  only, skip = ["program/check"]       patterns; planted = false leaves out checks that must fail
  unless_verified = "deep"             leaves out what that search verified when it last ran

  [[expected]]                         where a search must come out otherwise than the tables say
  search, checks = ["program/check"], verdict, why

  [[command]]                          runs one program, which is no check binary
  name, command, seconds, gigabytes, alone (nothing else runs meanwhile; true)
  needs = "scripts/mutate" or "make stress"    not there: not available
  pass = [0], violation = [1], inconclusive = [77]      exit statuses; any other: infrastructure
  kind, crash ("violation" or "infrastructure")
  finding = a regular expression with (?P<name>), (?P<message>), (?P<kind>): one line, one failure
  items = ["scripts/mutants/*.toml"], batch = 10        {items}: keys of these files, so many at a time

Paths and patterns are relative to the folder that --root names. In commands {seconds}, {seed},
{items} and {previous_commit} (of the last night of another commit) are replaced. A command that is
told its {seconds} is ended when it has taken half as much again, any other after its seconds.
"""

import dataclasses
import re
import tomllib

from .problem import Problem
from .verdict import INFRASTRUCTURE, VIOLATION


@dataclasses.dataclass
class Search:
    name: str
    options: list = dataclasses.field(default_factory=list)
    seconds: float = 60.0
    gigabytes: float = 0.0
    modes: list = dataclasses.field(default_factory=lambda: ["exhaustive"])
    seeds: int = 1
    only: list = dataclasses.field(default_factory=lambda: ["*"])
    skip: list = dataclasses.field(default_factory=list)
    planted: bool = True
    unless_verified: str = ""


@dataclasses.dataclass
class Expected:
    search: str
    checks: list
    verdict: str
    why: str


@dataclasses.dataclass
class Command:
    name: str
    command: list
    seconds: float = 3600.0
    gigabytes: float = 0.0
    alone: bool = True
    needs: str = ""
    passed: list = dataclasses.field(default_factory=lambda: [0])
    violation: list = dataclasses.field(default_factory=lambda: [1])
    inconclusive: list = dataclasses.field(default_factory=lambda: [77])
    kind: str = "failure"
    crash: str = INFRASTRUCTURE
    finding: str = ""
    items: list = dataclasses.field(default_factory=list)
    batch: int = 10


@dataclasses.dataclass
class JobsFile:
    version: int = 1
    programs: list = dataclasses.field(default_factory=list)
    tables: list = dataclasses.field(default_factory=list)
    corpus: str = ""
    seconds: float = 30.0
    gigabytes: float = 4.0
    grace: float = 30.0
    search: list = dataclasses.field(default_factory=list)
    expected: list = dataclasses.field(default_factory=list)
    command: list = dataclasses.field(default_factory=list)


LISTS_OF_NUMBERS = {"passed", "violation", "inconclusive"}
POSITIVE = {"seconds", "gigabytes", "grace", "batch", "seeds"}
KINDS = {str: "a string", list: "a list", bool: "true or false", int: "a whole number",
         float: "a number"}


def checked(path, where, field, value):
    """The value, if it is one that the field may have."""
    kind = field.type
    right = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if isinstance(value, bool) and kind is not bool:
        right = False
    if field.name == "modes" and value == "random":
        return ["random"]
    if not right:
        raise Problem(f"{path}: {where}{field.name} must be {KINDS[kind]}, not {value!r}")
    if field.name in POSITIVE and value <= 0:
        raise Problem(f"{path}: {where}{field.name} must be more than 0, not {value!r}")
    element = int if field.name in LISTS_OF_NUMBERS else str
    if kind is list and field.name not in ("search", "expected", "command_tables"):
        for item in value:
            if not isinstance(item, element):
                raise Problem(f"{path}: {where}{field.name} must be a list of "
                              f"{'numbers' if element is int else 'strings'}, and {item!r} is none")
    return value


def table(path, kind, values, where):
    """An object of the kind from a table of the file."""
    if not isinstance(values, dict):
        raise Problem(f"{path}: {where.strip() or 'the file'} must be a table ([[...]])")
    fields = {("pass" if field.name == "passed" else field.name): field
              for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise Problem(f"{path}: {where}{unknown[0]} is not known; there is {', '.join(fields)}")
    missing = [name for name, field in fields.items() if name not in values
               and field.default is dataclasses.MISSING
               and field.default_factory is dataclasses.MISSING]
    if missing:
        raise Problem(f"{path}: {where}{missing[0]} is missing")
    return kind(**{fields[name].name: checked(path, where, fields[name], value)
                   for name, value in values.items()})


def check_names(path, jobs):
    seen = set()
    for job in jobs.search + jobs.command:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", job.name):
            raise Problem(f"{path}: {job.name!r} is no name; letters, digits, _ . and - only")
        if job.name in seen or job.name in ("corpus", "again"):
            raise Problem(f"{path}: the name {job.name} is taken; each job needs its own")
        seen.add(job.name)
    for expected in jobs.expected:
        if expected.search not in seen:
            raise Problem(f"{path}: expected.search names {expected.search}, and there is no such "
                          "search")
        if expected.verdict not in ("verified", "failed", "bounded", "error", "any"):
            raise Problem(f"{path}: expected.verdict is verified, failed, bounded, error or any, "
                          f"not {expected.verdict}")


def check_searches(path, jobs):
    names = {search.name for search in jobs.search}
    for search in jobs.search:
        if search.unless_verified and search.unless_verified not in names:
            raise Problem(f"{path}: search {search.name}: unless_verified names "
                          f"{search.unless_verified}, and there is no such search")


def check_command(path, command):
    where = f"command {command.name}: "
    if not command.command:
        raise Problem(f"{path}: {where}command names no program")
    if command.crash not in (VIOLATION, INFRASTRUCTURE):
        raise Problem(f"{path}: {where}crash is \"violation\" or \"infrastructure\", "
                      f"not {command.crash!r}")
    try:
        groups = re.compile(command.finding).groupindex
    except re.error as problem:
        raise Problem(f"{path}: {where}finding is no regular expression: {problem}") from None
    if command.finding and "name" not in groups:
        raise Problem(f"{path}: {where}finding needs a group (?P<name>...)")


def load(path):
    """The jobs of the file; raises Problem with a sentence."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise Problem(f"{path} cannot be read: {problem.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Problem(f"{path} is no TOML: {problem}") from None
    if values.get("version") != 1:
        raise Problem(f"{path}: version must be 1, not {values.get('version')!r}")
    lists = {}
    for name, kind in (("search", Search), ("expected", Expected), ("command", Command)):
        tables = values.pop(name, [])
        if not isinstance(tables, list):
            raise Problem(f"{path}: write [[{name}]], in two pairs of brackets")
        lists[name] = [table(path, kind, one, f"{name} {one.get('name', '')}: "
                             if isinstance(one, dict) else name) for one in tables]
    jobs = table(path, JobsFile, values, "")
    jobs.search, jobs.expected, jobs.command = lists["search"], lists["expected"], lists["command"]
    check_names(path, jobs)
    check_searches(path, jobs)
    for command in jobs.command:
        check_command(path, command)
    for job in jobs.search + jobs.command:
        job.gigabytes = job.gigabytes or jobs.gigabytes
    return jobs
