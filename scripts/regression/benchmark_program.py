"""A Google Benchmark executable: what it has, and one short run of one benchmark.

A run takes the least of a few repetitions: what disturbs a program makes it slower, never faster.
Google Benchmark finds out how many iterations fill the time that is asked for, but gives up early when
the program has to wait for the processor; a run with too few iterations is done again, for longer.
CPU time, unless the benchmark asks for real time (its name says so). A benchmark that is judged by
CPU time runs on one processor, the same for both programs; those that measure real time mostly have
several threads, and run where they like. Where it is allowed, the first have the processor for
themselves (SCHED_RR): a run takes hundredths of a second.
"""
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess

from regression.bad_input import BadInput

ENOUGH = 0.5  # of the time asked for
LONGER = (1, 5, 25)
UNIT_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclasses.dataclass(frozen=True)
class Settings:
    min_time_s: float = 0.002
    repetitions: int = 5
    limit_s: float = 10.0
    processor: int | None = None


class Failure(Exception):
    """Why a run gave no time."""


class TooSlow(Failure):
    """A run went on for longer than it may."""


def takes_real_time(name):
    return "/real_time" in name or "/manual_time" in name


def filter_of(name):
    """The --benchmark_filter that this name alone matches: a POSIX extended regular expression."""
    return "^" + re.sub(r"([][.{}()*+?|^$\\])", r"\\\1", name) + "$"


def names(program):
    """The benchmarks of the program at this path, in its order."""
    try:
        done = subprocess.run([program, "--benchmark_list_tests=true"], capture_output=True,
                              text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(f"{program} does not list its benchmarks: {error}") from error
    if done.returncode != 0:
        raise BadInput(f"{program} --benchmark_list_tests=true ended with {ending(done.returncode)}: "
                       + last_line(done.stderr))
    return [line for line in done.stdout.splitlines() if line]


def run(program, name, settings, scratch):
    """Nanoseconds of one iteration; raises Failure. `scratch` is a folder for the answer."""
    best = None
    for times in LONGER:
        wanted_s = times * settings.min_time_s
        best = run_once(program, name, settings, wanted_s, scratch)
        least_ns, iterations = best
        if "/iterations:" in name or least_ns * iterations >= ENOUGH * wanted_s * 1e9:
            break
    return best[0]


def run_once(program, name, settings, wanted_s, scratch):
    """(nanoseconds of one iteration, how many iterations)"""
    answer = pathlib.Path(scratch) / "answer.json"
    answer.unlink(missing_ok=True)
    command = [program, f"--benchmark_filter={filter_of(name)}",
               f"--benchmark_min_time={wanted_s:g}",
               f"--benchmark_repetitions={settings.repetitions}",
               f"--benchmark_out={answer}", "--benchmark_out_format=json"]
    alone = settings.processor is not None and not takes_real_time(name)
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
            timeout=settings.limit_s, errors="replace",
            preexec_fn=(lambda: stay_on(settings.processor)) if alone else None)
    except subprocess.TimeoutExpired as error:
        raise TooSlow(f"ran for more than {settings.limit_s:g} s") from error
    if done.returncode != 0:
        raise Failure(" ".join([f"ended with {ending(done.returncode)}", last_line(done.stderr)]))
    return least(answer, name)


def stay_on(processor):
    os.sched_setaffinity(0, {processor})
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass  # then with more noise, and with more runs that are done again


def least(answer, name):
    """(the least time in ns, iterations of each repetition) of what a program answered."""
    try:
        entries = json.loads(answer.read_text(encoding="utf-8"))["benchmarks"]
    except (OSError, ValueError, KeyError) as error:
        raise Failure("left no readable answer") from error
    times, iterations = [], 0
    for entry in entries:
        if entry.get("run_type", "iteration") != "iteration":
            continue
        if entry.get("error_occurred"):
            raise Failure(f"reported: {entry.get('error_message', 'an error')}")
        which = "real_time" if takes_real_time(name) else "cpu_time"
        times.append(float(entry[which]) * UNIT_NS[entry.get("time_unit", "ns")])
        iterations = entry["iterations"]
    if not times or min(times) <= 0:
        raise Failure("measured no time")
    return min(times), iterations


def ending(status):
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def last_line(text):
    lines = [line.strip() for line in text.splitlines()
             if line.strip() and not line.startswith("***WARNING***")]  # Google Benchmark's
    return lines[-1][:200] if lines else ""
