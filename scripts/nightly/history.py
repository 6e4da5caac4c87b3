"""The history: JSON Lines, only ever appended to, each line on the disk before the next job starts.

Three kinds of records, told apart by "type", all with "v" (the version of the format, 1) and
"night" (its id) and "shard" ("index/count"):

  night  a night begins: started, commit, seed, jobs (how many)
  job    a job has finished: job (its id, once per night), family, program, check, verdict, and what
         is known: reason, ending, seconds, finished, mode, seed, executions, rate, failure, findings
  end    a night is over: finished, why (complete, budget, abandoned), left (jobs that did not run)

Invariant: a line that ends in a newline was written completely. A line without one is the torn write
of a process that was killed; its job has not finished, and the line is cut off. Readers count a job
of a night once, however often it is there: histories of shards may be merged twice.
"""

import json
import os

from .problem import Problem

VERSION = 1
TYPES = ("night", "job", "end")


def parse(path, data):
    """The records of the file's bytes, and how many of the bytes are whole lines."""
    whole = data.rfind(b"\n") + 1
    records = []
    for number, line in enumerate(data[:whole].splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as problem:
            raise Problem(f"line {number} of {path} is no JSON ({problem}); restore the file from a "
                          "copy, or remove the line") from None
        if not isinstance(record, dict) or record.get("type") not in TYPES or "night" not in record:
            raise Problem(f"line {number} of {path} is no record of a night; is it another file?")
        if record.get("v") != VERSION:
            raise Problem(f"line {number} of {path} has version {record.get('v')!r} of the format, "
                          f"this program knows {VERSION}; use the program that wrote it")
        records.append(record)
    return records, whole


def read(path):
    """The records of a file that somebody else may be writing to; none if there is no file."""
    try:
        return parse(path, path.read_bytes())[0]
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise Problem(f"{path} cannot be read: {problem.strerror}") from None


def once(records):
    """The records without repetitions, the first of each kept, in the order of the nights."""
    seen, kept = set(), []
    for record in records:
        key = (record["type"], record["night"],
               record["job"] if record["type"] == "job" else record.get("shard"))
        if key not in seen:
            seen.add(key)
            kept.append(record)
    return kept


def sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path, text):
    """Replaces the file at once: whoever reads it sees the old or the new one, never a part."""
    scratch = path.with_name(path.name + ".new")
    with open(scratch, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)
    sync_folder(path.parent)


class History:
    """The one writer of a history; the lock of its folder must be held."""

    def __init__(self, path):
        self.path = path
        created = not path.exists()
        self.file_ = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        data = path.read_bytes()
        self.records, whole = parse(path, data)
        if whole != len(data):
            os.ftruncate(self.file_, whole)
            os.fsync(self.file_)
        if created:
            sync_folder(path.parent)

    def append(self, record):
        """Returns when the record is on the disk."""
        record = {"v": VERSION, **{key: value for key, value in record.items() if value is not None}}
        line = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        written = 0
        while written < len(line):
            written += os.write(self.file_, line[written:])
        os.fsync(self.file_)
        self.records.append(record)

    def close(self):
        os.close(self.file_)
