"""The command line of run-nightly, and sentences about mistakes in it."""

import argparse
import math
import os
import pathlib
import re
import sys

from .problem import Problem
from .verdict import EXIT_CALLED_WRONGLY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

DESCRIPTION = """Runs what is too long for a commit, remembers it, and says what is new.

A night that was killed is resumed by the next call; what had finished is not run again.
"""
EPILOG = """exit status:
  0  no violation, and every job could be judged or said why not
  1  some job found a violation
  2  called wrongly, or the jobs file or the history is wrong
  3  no violation, but of some job nothing is known: killed, out of memory, timed out, crashed
  4  stopped by a signal; the next call goes on
docs/nightly.md tells how to set it up.
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(EXIT_CALLED_WRONGLY, f"{self.prog}: {message}; --help lists the options\n")


def whole_number(least, most=None):
    def read(text):
        if re.fullmatch(r"\d+", text) and least <= int(text) and (most is None or int(text) <= most):
            return int(text)
        upto = f" to {most}" if most is not None else " on"
        raise argparse.ArgumentTypeError(f"needs a whole number from {least}{upto}, not {text!r}")
    return read


def duration(text):
    """Seconds of "90", "90s", "15m", "7.5h"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    seconds = float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600}[match.group(2)] if match else 0
    if seconds > 0 and math.isfinite(seconds):
        return seconds
    raise argparse.ArgumentTypeError(f'needs a time such as 90s, 15m or 7.5h, not "{text}"')


def factor(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value > 0 and math.isfinite(value):
        return value
    raise argparse.ArgumentTypeError(f'needs a number more than 0, not "{text}"')


def night_name(text):
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}", text):
        return text
    raise argparse.ArgumentTypeError(
        f'needs at most 100 letters, digits, "_", ".", ":" or "-", not "{text}"')


def add_places(parser):
    parser.add_argument("--state", type=pathlib.Path, metavar="FOLDER",
                        help="where the history, the logs and the page are [ROOT/nightly]")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, metavar="FOLDER",
                        help="the project; jobs run in it [this one]")


def add_choice(parser):
    parser.add_argument("--jobs-file", type=pathlib.Path, metavar="FILE",
                        default=pathlib.Path(__file__).with_name("heddle.toml"),
                        help="which jobs there are [heddle.toml of run-nightly]")
    parser.add_argument("--program", action="append", default=[], metavar="PATH",
                        help="a check binary or a folder of them, instead of the jobs file's")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB",
                        help="only jobs whose id matches, such as 'deep:museum/*'")
    parser.add_argument("--shard-index", type=whole_number(0), default=None, metavar="I",
                        help="which shard this is, from 0 to N - 1 [0]")
    parser.add_argument("--shard-count", type=whole_number(1, 10000), default=None, metavar="N",
                        help="how many shards the checks are spread over [1]")
    parser.add_argument("--seed", type=whole_number(0, 2**64 - 1), metavar="N",
                        help="from which the seeds of random jobs are made [a fresh one]")
    parser.add_argument("--scale", type=factor, default=1.0, metavar="X",
                        help="multiplies the time of each job [1]")


def add_running(parser):
    parser.add_argument("--night", type=night_name, metavar="ID",
                        help="the night's id; the same for all shards [the time of its start]")
    parser.add_argument("--total-time", type=duration, metavar="TIME",
                        help="no job starts when the night has taken so long: 90s, 15m, 7.5h")
    parser.add_argument("--slots", type=whole_number(1, 1000), default=os.cpu_count() or 1,
                        metavar="N", help="how many jobs run at the same time [one per processor]")
    parser.add_argument("--new", action="store_true", help="do not resume a night that was killed")
    parser.add_argument("--quiet", action="store_true", help="print no job that passes")


def parser():
    top = Parser(prog="run-nightly", description=DESCRIPTION, epilog=EPILOG,
                 formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="action", metavar="run|list|report|merge", required=True)

    run = commands.add_parser("run", help="run a night, or go on with the one that was killed")
    add_places(run)
    add_choice(run)
    add_running(run)
    listing = commands.add_parser("list", help="print the jobs of a night and run none")
    add_places(listing)
    add_choice(listing)
    report = commands.add_parser("report", help="write the page and the JUnit file again")
    add_places(report)
    merge = commands.add_parser("merge", help="make one history of several, those of shards")
    merge.add_argument("output", type=pathlib.Path, metavar="FOLDER",
                       help="a state folder: its history and those of the others together")
    merge.add_argument("inputs", type=pathlib.Path, nargs="+", metavar="HISTORY",
                       help="a history.jsonl, or the state folder that holds one")
    merge.add_argument("--nights", type=whole_number(1), metavar="N", help="keep only the last N")
    add_places(merge)
    return top


def parse(words):
    """The arguments; raises Problem for what only several of them together show."""
    arguments = parser().parse_args(words)
    if "shard_index" in vars(arguments):
        if (arguments.shard_index is None) != (arguments.shard_count is None):
            raise Problem("--shard-index and --shard-count need each other")
        arguments.shard_index = arguments.shard_index or 0
        arguments.shard_count = arguments.shard_count or 1
        if arguments.shard_index >= arguments.shard_count:
            raise Problem(f"--shard-index must be below --shard-count: with {arguments.shard_count} "
                          f"shards the last one is {arguments.shard_count - 1}, "
                          f"not {arguments.shard_index}")
    if not arguments.root.is_dir():
        raise Problem(f"--root: there is no folder {arguments.root}")
    arguments.root = arguments.root.resolve()
    arguments.state = (arguments.state or arguments.root / "nightly").absolute()
    return arguments


def complain(problem):
    print(f"run-nightly: {problem}", file=sys.stderr)
    return EXIT_CALLED_WRONGLY
