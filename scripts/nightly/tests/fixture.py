"""A project of fake checks in a folder of its own, and nights over it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
RUN = HERE.parent.parent / "run-nightly"
SECONDS = 60

JOBS = """
version = 1
programs = ["fake_checks"]
gigabytes = 0.2
grace = 0.3
[[search]]
name = "short"
only = ["*/hangs"]
seconds = 0.2
[[search]]
name = "deep"
skip = ["*/hangs"]
seconds = 50
"""


class Project(unittest.TestCase):
    """`self.root` is the project, `self.state` the state folder of its nights."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="nightly-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.state = self.root / "state"
        self.jobs = self.root / "jobs.toml"
        self.jobs.write_text(JOBS)
        shutil.copy(HERE / "fake_checks", self.root)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("FAKE_", "HEDDLE_"))}

    def command(self, *words, action="run"):
        return [sys.executable, RUN, action, "--root", self.root, "--state", self.state,
                "--jobs-file", self.jobs, *words]

    def call(self, *words, action="run"):
        """(exit status, what was printed) of run-nightly."""
        command = self.command(*words, action=action)
        if action in ("report", "merge"):
            command = [word for word in command if word not in ("--jobs-file", self.jobs)]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.returncode, done.stdout.decode()

    def records(self, kind="job"):
        lines = (self.state / "history.jsonl").read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["type"] == kind]

    def verdicts(self):
        return {record["job"]: record["verdict"] for record in self.records()}
