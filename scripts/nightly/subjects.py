"""Which checks there are, and what must come out of each.

Tables of expectations (properties/expect/expect.py reads the same ones) name programs and checks,
and which of them must fail. A check binary without a table is taken as it is: all its checks must be
verified. What is looked at, a check or a run of a whole program, is called a subject.
"""

import dataclasses
import json
import os
import pathlib

from . import abilities
from .problem import Problem

# With a value; these say how to look, not what the program is, and a search has its own.
LOOKING = {"--mode", "--seed", "--executions", "--time", "--max-steps", "--depth", "--stale",
           "--replay"}
# These change what a program may do, so that another verdict may be right.
MEANING = {"--spurious", "--alloc-failures", "--memory-model", "--no-races"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def split_options(words):
    """Options as (name, value or None) pairs."""
    pairs = []
    for word in words:
        if word.startswith("--"):
            name, _, value = word.partition("=")
            pairs.append((name, value or None))
        elif pairs:
            pairs[-1] = (pairs[-1][0], word)
    return pairs


def joined(pairs):
    return [word for name, value in pairs for word in ([name] if value is None else [name, value])]


@dataclasses.dataclass
class Subject:
    """`cases` are those of a table, or none. `arguments` is None for a check."""
    program: str
    path: str
    check: str
    cases: list
    able: abilities.Abilities
    arguments: list | None = None

    @property
    def name(self):
        return f"{self.program}/{self.check}"

    def base(self):
        """The case that says what holds without more options, or the first one."""
        plain = [case for case in self.cases if not case.get("options")]
        return (plain or self.cases or [{}])[0]

    def options(self):
        """What the subject needs in every search."""
        return joined(pair for pair in split_options(self.base().get("options", []))
                      if pair[0] not in LOOKING)

    def expectation(self, options):
        """(verdicts, kinds or None) for a search with these options. Where a table has several
        cases, for several compilers, each of their verdicts will do."""
        cases = self.cases_under(meaning(options)) or self.cases_under({})
        if not cases:
            # Only looked at in certain ways, of which some find more than others.
            failing = [case for case in self.cases if "failed" in as_list(case["verdict"])]
            cases = failing or self.cases[:1]
        verdicts = {verdict for case in cases for verdict in as_list(case["verdict"])}
        if not verdicts or "bounded" in verdicts:
            verdicts.add("verified")
        kinds = {kind for case in cases for kind in as_list(case.get("kind", []))}
        return sorted(verdicts), sorted(kinds) or None

    def cases_under(self, wanted):
        """The cases whose options mean the same; if there are none, those that differ in a number."""
        cases = [case for case in self.cases if looks_no_further(case)]
        exact = [case for case in cases if meaning(case.get("options", [])) == wanted]
        return exact or [case for case in cases
                         if set(meaning(case.get("options", []))) == set(wanted)]


def meaning(options):
    return {name: value for name, value in split_options(options) if name in MEANING}


def looks_no_further(case):
    """Whether the case is a whole search and not one execution or a few at random."""
    return not {"--replay", "--mode", "--executions"} & set(case.get("options", []))


def load_tables(root, patterns):
    """All programs of the tables: name to cases."""
    programs = {}
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            try:
                table = json.loads(path.read_text(encoding="utf-8"))
                for program, cases in table.items():
                    for case in cases:
                        case["verdict"], case.get("check") or case["case"]
                    programs.setdefault(program, []).extend(cases)
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
                raise Problem(f"{path} is no table of expectations: {problem!r}") from None
    return programs


def find_programs(root, places, tables):
    """(name, path) of each program: files as they are, in folders those that the tables name."""
    found = []
    for place in places:
        path = root / place
        if path.is_dir():
            found += [(name, path / name) for name in tables if (path / name).is_file()]
        elif path.is_file():
            found.append((path.name, path))
        else:
            raise Problem(f"there is no program and no folder {path}; build it first (make check, "
                          "or cmake --build --preset release), or name another with --program")
    names = [name for name, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise Problem(f"there are two programs named {name}; the history tells them apart by name")
    return found


def subjects_of(name, path, cases):
    """The subjects of one program; raises abilities.Unable if it does not answer."""
    checks = [case for case in cases if "check" in case]
    if cases and not checks:
        environment = {key: value for key, value in os.environ.items() if key != "HEDDLE_OPTIONS"}
        able = abilities.of_whole_program(path, environment)
        return [Subject(name, str(path), case["case"], [case], able, case.get("arguments", []))
                for case in cases]
    able = abilities.of(path)
    return [Subject(name, str(path), check, [case for case in checks if case["check"] == check], able)
            for check in able.checks]


def find(root, places, patterns):
    """(subjects, programs that do not answer as name to why)."""
    root = pathlib.Path(root)
    tables = load_tables(root, patterns)
    subjects, unable = [], {}
    for name, path in find_programs(root, places, tables):
        try:
            subjects += subjects_of(name, path.resolve(), tables.get(name, []))
        except abilities.Unable as problem:
            unable[name] = str(problem)
    return subjects, unable
