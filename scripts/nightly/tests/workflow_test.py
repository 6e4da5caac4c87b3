#!/usr/bin/env python3
"""The workflow and the documentation call run-nightly with options that it knows.

The YAML itself is parsed where PyYAML is installed.
"""

import pathlib
import re
import sys
import unittest

import fixture
from nightly import arguments

ROOT = fixture.HERE.parent.parent.parent
WORKFLOW = ROOT / ".github/workflows/nightly.yml"
PLACES = (WORKFLOW, ROOT / "docs/nightly.md", ROOT / "Makefile")


def known_options():
    """Of run and merge."""
    parser = arguments.parser()
    found = set()
    for group in parser._subparsers._group_actions:  # argparse has no other way
        for one in group.choices.values():
            found.update(option for action in one._actions for option in action.option_strings)
    return found


class Calls(unittest.TestCase):
    def test_options_are_known(self):
        known = known_options()
        for place in PLACES:
            text = place.read_text(encoding="utf-8")
            calls = re.findall(r'(?:run-nightly |NIGHTLY=["\'])[^`\n]*(?:\n +--[^`\n]*)*', text)
            self.assertTrue(calls or place.name == "Makefile", place)
            for call in calls:
                # After -- come options of check binaries.
                for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", call.split("git ")[0]):
                    self.assertIn(option, known, f"{place}: {call}")

    def test_the_workflow(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("there is no PyYAML")
        workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
        shard, merge = workflow["jobs"]["shard"], workflow["jobs"]["merge"]
        indices = shard["strategy"]["matrix"]["index"]
        self.assertEqual(indices, list(range(len(indices))))
        self.assertEqual(merge["needs"], "shard")
        self.assertIn(True, workflow)  # YAML 1.1 reads the key `on` as true
        self.assertLess(5 * 60, shard["timeout-minutes"])
        script = next(step["run"] for step in shard["steps"] if step.get("id") == "run")
        self.assertNotIn("\n", script.strip())
        self.assertIn("--shard-count ${{ strategy.job-total }}", script)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
