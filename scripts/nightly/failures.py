"""What becomes of each failure from night to night.

A failure is a subject (program/check, or a command's finding) and a kind (data_race, deadlock, …):
two searches that find the same data race in a check have found one failure. It is told as

  new       seen this night, and never before, or not since it was resolved
  ongoing   seen this night, and in each night since it was new in which anybody looked
  rare      open, and in some night somebody looked and did not see it: what random modes find
  unseen    open, and nobody looked this night: its jobs did not run, or were killed
  forgotten nobody has looked for 60 nights: its check is gone
  resolved  a job that had found it, or the replay of its token, passes

A random mode that finds nothing proves nothing, so it resolves nothing.
"""

import dataclasses

from .verdict import LOOKED, PASS, VIOLATION

NEW, ONGOING, RARE, UNSEEN, RESOLVED = "new", "ongoing", "rare", "unseen", "resolved"
FORGOTTEN = "forgotten"
NIGHTS_UNTIL_FORGOTTEN = 60
# In `marks`, one for each night since the first sight.
SEEN, MISSED, NOT_LOOKED, PASSED = "seen", "missed", "not looked at", "passed"


@dataclasses.dataclass
class Failure:
    name: str
    kind: str
    first: str
    open: bool = True
    state: str = NEW
    returned: bool = False
    misses: int = 0
    resolved_in: str = ""
    marks: list = dataclasses.field(default_factory=list)
    finders: set = dataclasses.field(default_factory=set)
    found_by: list = dataclasses.field(default_factory=list)
    told: dict = dataclasses.field(default_factory=dict)
    record: dict = dataclasses.field(default_factory=dict)

    @property
    def token(self):
        return self.told.get("token")

    def seen_in(self):
        return sum(mark == SEEN for _, mark in self.marks)

    def looked_in(self):
        return sum(mark != NOT_LOOKED for _, mark in self.marks)


def subject_of(record):
    """The name under which a record's failures go."""
    program = record.get("program")
    return f"{program}/{record['check']}" if program else record.get("check", record["job"])


def sightings(record):
    """(name, kind, what is told) of each failure that a job's record tells of."""
    if record["verdict"] != VIOLATION:
        return
    subject = subject_of(record)
    for finding in record.get("findings", []):
        yield f"{subject}/{finding['name']}", finding["kind"], finding
    failure = record.get("failure")
    if failure:
        yield subject, failure["kind"], failure


def again_id(failure):
    return f"again:{failure.name}#{failure.kind}"


def by_subject(night):
    """The records of jobs that looked at something, by what they looked at."""
    found = {}
    for record in night.jobs.values():
        if record["verdict"] in LOOKED:
            found.setdefault(subject_of(record), []).append(record)
    return found


def lookers(failure, subjects):
    """The records of jobs that looked for the failure, whatever they found."""
    command, _, item = failure.name.rpartition("/")
    return subjects.get(failure.name, []) + [
        record for record in subjects.get(command, []) if item in record.get("items", [item])]


def passes(failure, records):
    """Whether what found it finds it no more: some job of those passes, and none is undecided that
    could have passed."""
    found = [record for record in records
             if record["job"] in failure.finders or record["job"] == again_id(failure)
             or record.get("items")]
    deciding = [record for record in found if record.get("seed") is None]
    if any(record["job"] in failure.finders and record["verdict"] not in (PASS, VIOLATION)
           for record in deciding):
        return False
    return any(record["verdict"] == PASS
               or (record["verdict"] == VIOLATION and record.get("findings"))
               for record in deciding)


def note_seen(failures, night, record, name, kind, told):
    failure = failures.get((name, kind))
    if failure is None:
        failure = failures[name, kind] = Failure(name, kind, night.name)
    elif not failure.open:
        failure.open, failure.returned, failure.misses = True, True, 0
        failure.state, failure.first, failure.marks = NEW, night.name, []
    if not failure.marks or failure.marks[-1][0] != night.name:
        failure.marks.append((night.name, SEEN))
        failure.found_by = []
    failure.finders.add(record["job"])
    if record["family"] not in failure.found_by:
        failure.found_by.append(record["family"])
    # A replay tells no more than what it replays; a token is worth more than none.
    if not failure.told or record["family"] != "again" and (told.get("token") or not failure.token):
        failure.told, failure.record = told, record


def note_unseen(failure, night, subjects):
    records = lookers(failure, subjects)
    if not records:
        failure.marks.append((night.name, NOT_LOOKED))
        failure.state = UNSEEN
        last = failure.marks[-NIGHTS_UNTIL_FORGOTTEN:]
        if len(last) == NIGHTS_UNTIL_FORGOTTEN and all(mark == NOT_LOOKED for _, mark in last):
            failure.open, failure.state = False, FORGOTTEN
    elif passes(failure, records):
        failure.marks.append((night.name, PASSED))
        failure.open, failure.state, failure.resolved_in = False, RESOLVED, night.name
    else:
        failure.marks.append((night.name, MISSED))
        failure.misses += 1
        failure.state = RARE


def follow(nights):
    """All failures that ever were, as they stand after the last night."""
    failures = {}
    for night in nights:
        for record in night.jobs.values():
            for name, kind, told in sightings(record):
                note_seen(failures, night, record, name, kind, told)
        subjects = by_subject(night)
        for failure in failures.values():
            if not failure.open:
                continue
            if failure.marks[-1] != (night.name, SEEN):
                note_unseen(failure, night, subjects)
            elif failure.first != night.name:
                failure.state = RARE if failure.misses else ONGOING
    return sorted(failures.values(), key=lambda failure: (failure.name, failure.kind))


def to_replay(failures):
    """What plan.again_jobs needs of the open failures."""
    return [{"name": failure.name, "kind": failure.kind, "token": failure.token,
             "options": failure.record.get("replay_options", [])}
            for failure in failures if failure.open and failure.token]
