"""A whole report on a small repository: exit statuses, what is refused and why, the three forms."""
import contextlib
import html.parser
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from regression import builds, command_line, history, report
from regression.bad_input import BadInput
from regression.benchmark_program import Settings
from regression.tests import fakes

PRESETS = {"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja"}]}
CMAKE = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
add_custom_target(heddle_benchmarks COMMAND sh "${PROJECT_SOURCE_DIR}/build" "${PROJECT_BINARY_DIR}")
"""
BUILD = "mkdir -p $1/bench && cp -p \"$(dirname $0)/fake_bench\" $1/bench/"


class Page(html.parser.HTMLParser):
    """Is every element closed, and does none reach for another file?"""
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.reaches = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.reaches += [value for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Report(unittest.TestCase):
    def setUp(self):
        # pylint: disable-next=consider-using-with
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.root = self.folder / "repository"
        self.root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (self.root / "CMakeLists.txt").write_text(CMAKE, encoding="utf-8")
        (self.root / "CMakePresets.json").write_text(json.dumps(PRESETS), encoding="utf-8")
        (self.root / "build").write_text(BUILD, encoding="utf-8")
        self.commit("first", "time=100")

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
                       cwd=self.root, check=True, capture_output=True)

    def commit(self, subject, body, names=("one", "two")):
        made = fakes.program(self.folder, subject.split()[0], names, body)
        os.replace(made, self.root / "fake_bench")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", subject)

    def make(self, *arguments):
        """(exit status, what was printed)"""
        options = command_line.parse(["--base", "HEAD~1", "--output", str(self.folder / "out"),
                                      "--pairs", "8", "--no-instructions", *arguments])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = report.make(options, Settings(0.0001, 1, 20), lambda text: None, self.root)
        return status, printed.getvalue()

    def forms(self):
        (folder,) = [path for path in (self.folder / "out").iterdir() if "-" in path.name]
        return {name: (folder / f"report.{name}").read_text(encoding="utf-8")
                for name in ("md", "html", "json")}

    def test_no_regression(self):
        self.commit("same", "time=100")
        status, printed = self.make()
        self.assertEqual(status, 0)
        self.assertIn("No regression: of 2 benchmarks, 2 no difference resolved.", printed)

    def test_regression_in_all_forms(self):
        self.commit("slow & <b>bold</b>", "time=100; case $filter in *two*) time=130 ;; esac")
        status, printed = self.make()
        self.assertEqual(status, 1)
        self.assertIn("Regression: of 2 benchmarks, 1 slower, 1 no difference resolved.", printed)
        forms = self.forms()
        self.assertIn("| `fake_bench` `two` | 100 ns → 130 ns | 1.300 [1.300, 1.300] | 16 of 16, "
                      "p < 0.0001 |  | **slower** |", forms["md"])
        data = json.loads(forms["json"])
        self.assertTrue(data["regression"])
        self.assertEqual([each["verdict"] for each in data["benchmarks"]],
                         ["no difference resolved", "slower"])
        page = Page()
        page.feed(forms["html"])
        self.assertEqual((page.open, page.reaches), ([], []))
        self.assertNotIn("<b>bold", forms["html"])
        for drawn in forms["html"].split("<svg")[1:]:
            xml.etree.ElementTree.fromstring("<svg" + drawn.split("</svg>")[0] + "</svg>")

    def test_a_second_report_measures_nothing_again(self):
        self.commit("same", "time=100")
        self.make()
        (self.folder / "journal").unlink()
        self.assertEqual(self.make()[0], 0)
        self.assertFalse((self.folder / "journal").exists())
        self.make("--fresh", "--filter", "/one$")
        self.assertEqual(len(fakes.journal(self.folder)), 16)

    def test_a_crash_in_head_is_a_regression(self):
        self.commit("crash", "kill -ABRT $$")
        status, printed = self.make()
        self.assertEqual(status, 1)
        self.assertIn("fails in head: head: ended with SIGABRT", printed)

    def refused(self, *arguments):
        with self.assertRaises(BadInput) as caught:
            self.make(*arguments)
        return str(caught.exception)

    def test_refused(self):
        self.assertIn("'nowhere' is no commit", self.refused("--base", "nowhere"))
        self.commit("same", "time=100")
        self.assertIn("no benchmark matches --filter 'three'", self.refused("--filter", "three"))
        (self.root / "CMakeLists.txt").write_text("changed", encoding="utf-8")
        self.assertIn("1 files have changes that are in no commit (CMakeLists.txt",
                      self.refused())

    def test_what_does_not_build(self):
        (self.root / "build").write_text("echo 'error: no such thing' >&2; exit 1", encoding="utf-8")
        self.commit("broken", "time=100")
        told = self.refused()
        self.assertRegex(told, "benchmarks of [0-9a-f]{12} cannot be built: error: no such thing")
        (self.root / "CMakePresets.json").unlink()
        self.commit("older", "time=100")
        self.assertIn("cannot be configured", self.refused("--base", "HEAD~2"))

    def test_single_programs(self):
        self.assertIn("neither commit has other_bench",
                      self.refused("--base", "HEAD", "--program", "other_bench"))

    def test_builds_are_kept(self):
        sha = builds.commit(self.root, "HEAD")
        made = builds.build(self.root, self.folder / "out", sha, lambda text: None)
        again = builds.build(self.root, self.folder / "out", sha, self.fail)
        self.assertEqual(made, again)


class Options(unittest.TestCase):
    def test_status_2(self):
        for arguments in ([], ["--pairs", "9", "--base", "x"], ["--self-check", "other", "3"],
                          ["--self-check", "identical", "no"], ["--filter", "(", "--base", "x"]):
            with self.subTest(arguments), contextlib.redirect_stderr(io.StringIO()) as told:
                self.assertEqual(command_line.main(arguments), 2)
            self.assertEqual(len(told.getvalue().splitlines()), 1)


class History(unittest.TestCase):
    def test_same_machine_and_latest_of_each(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "deeper/history.jsonl"

            def add(base, head, machine, ns):
                history.append(path, {"schema": 1, "time": "", "machine": machine,
                                      "base": {"commit": base}, "head": {"commit": head},
                                      "benchmarks": [{"program": "p", "benchmark": "b",
                                                      "base_ns": 1, "head_ns": ns}]})
            add("a", "b", "here", 1)
            add("b", "c", "here", 2)
            add("b", "c", "there", 3)
            add("a", "b", "here", 4)
            with open(path, "a", encoding="utf-8") as file:
                file.write('{"schema": 1, "cut')
            lines = history.read(path, "here")
            self.assertEqual(history.of_benchmark(lines, "p", "b"), [("c", 1, 2), ("b", 1, 4)])
            self.assertEqual(history.read(path.parent / "none", "here"), [])


if __name__ == "__main__":
    unittest.main()
