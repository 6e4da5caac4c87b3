"""The pairs that are finished, so that an interrupted report goes on where it stopped.

A file of JSON Lines: the first says what was measured and how, each other is one finished pair or
one benchmark that failed. A line that was cut off is measured again. If what or how differs, the
file begins anew: pairs of different circumstances are not comparable.
"""
import json
import os


class PairsFile:
    def __init__(self, path, circumstances):
        self.pairs = {}  # (run, key, number): (base_ns, head_ns)
        self.failures = {}  # key: {"base": reason or None, "head": reason or None}
        self.resumed = self._read(path, circumstances)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the old file until it is complete: an interruption here loses nothing either.
        beside = path.with_name(path.name + ".new")
        # pylint: disable-next=consider-using-with
        self._file = open(beside, "w", encoding="utf-8")
        self._write({"circumstances": circumstances})
        for (run, key, number), times in self.pairs.items():
            self._write({"run": run, "key": list(key), "number": number, "ns": times})
        for key, reasons in self.failures.items():
            self._write({"failed": reasons, "key": list(key)})
        os.replace(beside, path)

    def _read(self, path, circumstances):
        """How many pairs there were."""
        if not path.is_file():
            return 0
        lines = []
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue  # cut off
        if not lines or lines[0].get("circumstances") != circumstances:
            return 0
        for line in lines[1:]:
            if "ns" in line:
                self.pairs[(line["run"], tuple(line["key"]), line["number"])] = tuple(line["ns"])
            elif "failed" in line:
                self.failures[tuple(line["key"])] = line["failed"]
        return len(self.pairs)

    def _write(self, line):
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def add(self, run, key, number, times):
        self.pairs[(run, key, number)] = times
        self._write({"run": run, "key": list(key), "number": number, "ns": times})

    def add_failure(self, key, reasons):
        self.failures[key] = reasons
        self._write({"failed": reasons, "key": list(key)})

    def of(self, run, key, count):
        """The pairs of one benchmark in order, or None if some are missing."""
        found = [self.pairs.get((run, key, number)) for number in range(count)]
        return None if None in found else found

    def close(self):
        os.fsync(self._file.fileno())
        self._file.close()
