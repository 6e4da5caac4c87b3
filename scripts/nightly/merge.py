"""One history of several: those of the shards of one night, or of two machines.

Nights of the same id become one night. A job that two histories tell of (they had been copied from
one another) is counted once, so merging again changes nothing. Logs beside the inputs are copied.
The result replaces the file at once.
"""

import json
import shutil

from . import history
from .nights import group
from .problem import Problem


def history_of(path):
    """The file, if the path names a state folder; raises Problem if there is none."""
    found = path / "history.jsonl" if path.is_dir() else path
    if not found.is_file():
        raise Problem(f"there is no history {found}; has the shard run, and was it uploaded?")
    return found


def merge(output, inputs, nights_max=None):
    """Writes the output's own records and all of the inputs; how many nights it has now."""
    records = history.read(output)
    for path in inputs:
        records += history.read(history_of(path))
    nights = group(records)
    if nights_max is not None:
        nights = nights[-nights_max:]
    lines = [record for night in nights
             for record in (*night.begun, *night.jobs.values(), *night.ended)]
    for path in inputs:
        if (path / "logs").is_dir() and path.resolve() != output.parent.resolve():
            shutil.copytree(path / "logs", output.parent / "logs", dirs_exist_ok=True)
    history.write_whole(output, "".join(
        json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in lines))
    return len(nights)
