"""The history's records as nights: those of one id together, from however many shards."""

import dataclasses

from .history import once


@dataclasses.dataclass
class Night:
    """`begun` and `ended` are the records of its shards, `jobs` those of its jobs, by id."""
    name: str
    begun: list = dataclasses.field(default_factory=list)
    ended: list = dataclasses.field(default_factory=list)
    jobs: dict = dataclasses.field(default_factory=dict)

    @property
    def started(self):
        return min((record.get("started", "") for record in self.begun), default="")

    @property
    def commit(self):
        return next((record["commit"] for record in self.begun if record.get("commit")), "")

    @property
    def complete(self):
        return len(self.ended) >= len(self.begun) > 0

    def results(self):
        return list(self.jobs.values())


def group(records):
    """All nights, in the order in which they were started."""
    nights = {}
    for record in once(records):
        night = nights.setdefault(record["night"], Night(record["night"]))
        if record["type"] == "job":
            night.jobs[record["job"]] = record
        else:
            (night.begun if record["type"] == "night" else night.ended).append(record)
    return sorted(nights.values(), key=lambda night: night.started)
