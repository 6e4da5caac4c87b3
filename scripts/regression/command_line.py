"""The options, and the order of things. One place that prints and decides the exit status."""
import argparse
import os
import pathlib
import re
import sys

from regression import self_check
from regression.bad_input import BadInput
from regression.benchmark_program import Settings

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FEWEST_PAIRS = 8


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/regression", description="Is HEAD slower than another commit?",
        epilog="exit status 0: no regression; 1: a regression; 2: nothing could be compared")
    parser.add_argument("--base", metavar="COMMIT", help="what to compare with")
    parser.add_argument("--head", metavar="COMMIT",
                        help="what is judged (default: HEAD, without uncommitted changes)")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="only benchmarks whose PROGRAM/NAME it matches")
    parser.add_argument("--pairs", type=int, default=24,
                        help="pairs of the first run, even; the confirming run takes twice as many "
                             "(%(default)s)")
    parser.add_argument("--min-time", type=float, default=0.002, metavar="SECONDS",
                        help="of one repetition (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=5,
                        help="in one run of a benchmark, of which the fastest counts (%(default)s)")
    parser.add_argument("--limit", type=float, default=10, metavar="SECONDS",
                        help="a benchmark that runs longer is left out (%(default)s)")
    parser.add_argument("--no-instructions", action="store_true",
                        help="do not count instructions with valgrind")
    parser.add_argument("--fresh", action="store_true",
                        help="measure again what an earlier report has measured")
    parser.add_argument("--output", type=pathlib.Path, metavar="FOLDER",
                        default=ROOT / "build/report", help="builds, pairs and reports (build/report)")
    parser.add_argument("--history", type=pathlib.Path, metavar="FILE",
                        help="JSON Lines of earlier reports (OUTPUT/history.jsonl)")
    parser.add_argument("--self-check", nargs=2, metavar=("KIND", "N"),
                        help="instead of a report: identical N, or planted N (5 %% slower)")
    parser.add_argument("--program", action="append", default=[], metavar="NAME",
                        help="build and run only this executable, or several; with --self-check "
                             "identical: the path of one to compare with itself")
    options = parser.parse_args(arguments)
    if options.pairs < FEWEST_PAIRS or options.pairs % 2:
        raise BadInput(f"--pairs {options.pairs}: an even number from {FEWEST_PAIRS} on")
    if options.min_time <= 0 or options.repetitions < 1 or options.limit <= 0:
        raise BadInput("--min-time, --repetitions and --limit are above 0")
    try:
        options.wanted = re.compile(options.filter).search
    except re.error as error:
        raise BadInput(f"--filter {options.filter}: {error}") from error
    options.output = options.output.resolve()
    return options


def processor():
    """The one that the benchmarks run on; None where that cannot be chosen."""
    try:
        return max(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return None


def check_itself(options, settings):
    kind, count = options.self_check
    if not count.isdigit() or int(count) == 0:
        raise BadInput(f"--self-check {kind} {count}: how many comparisons?")
    held, told = self_check.check(kind, int(count), options.output / f"self_check_{kind}", settings,
                                  options.pairs, say, *options.program[:1], wanted=options.wanted)
    print(told)
    return 0 if held else 1


def main(arguments):
    try:
        options = parse(arguments)
        settings = Settings(options.min_time, options.repetitions, options.limit, processor())
        if options.self_check:
            return check_itself(options, settings)
        if not options.base:
            raise BadInput("which commit to compare with? make report BASE=<commit>")
        from regression import report  # pylint: disable=import-outside-toplevel
        return report.make(options, settings, say)
    except BadInput as error:
        print(f"regression report: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("regression report: interrupted; what was measured is kept, the same command goes on",
              file=sys.stderr)
        return 130
