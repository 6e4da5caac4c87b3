"""Runs programs with limits of time, memory and output, and says how each ended.

Memory is what the program and all that it started have resident, looked at every few milliseconds
at first and ten times a second later: RLIMIT_AS would count the address space that heddle reserves
and never touches, and cgroups need rights. Between two looks a program can go over its limit by what
it touches meanwhile (about 0.2 GB): leave some room.

Each program has a session of its own, so that all of it can be ended; the kernel ends it, too, when
the night is killed (PR_SET_PDEATHSIG), and lock.py finds what that leaves.
"""

import ctypes
import dataclasses
import os
import pathlib
import resource
import select
import signal
import subprocess
import time

PAGE = os.sysconf("SC_PAGE_SIZE")
OUTPUT_BYTES_MAX = 32 << 20
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.01, 0.1
LOOK_SERVES_SECONDS = 0.008
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS,
           signal.SIGTRAP}


@dataclasses.dataclass
class Ending:
    """how: exited, crashed, killed, timed_out, out_of_memory, too_much_output, not_started."""
    how: str
    status: int | None = None
    words: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0


@dataclasses.dataclass
class Limits:
    seconds: float
    bytes: int


class Residents:
    """Resident bytes of each session; what several processes share counts for each. One look serves
    all programs that run at the same time."""

    def __init__(self):
        self.taken_, self.bytes_ = float("-inf"), {}

    def of(self, session):
        if time.monotonic() - self.taken_ > LOOK_SERVES_SECONDS:
            self.take()
        return self.bytes_.get(session, 0)

    def take(self):
        self.bytes_ = {}
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    # The second field is a name in parentheses, which may hold anything.
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            session = int(fields[3])
            self.bytes_[session] = self.bytes_.get(session, 0) + int(fields[21]) * PAGE
        self.taken_ = time.monotonic()


RESIDENTS = Residents()


def prepare_child():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Running:
    """One program that runs. `ending` is None until look() has seen its end."""

    def __init__(self, command, limits, log, environment, folder):
        self.limits_, self.log_ = limits, pathlib.Path(log)
        self.began_ = time.monotonic()
        self.peak_, self.cut_ = 0, None
        self.ending, self.process_, self.handle_ = None, None, None
        self.pause_ = FIRST_LOOK_SECONDS
        try:
            with open(self.log_, "wb") as output:
                self.process_ = subprocess.Popen(
                    [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                    stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True,
                    preexec_fn=prepare_child)
            self.handle_ = os.pidfd_open(self.process_.pid)
        except (OSError, subprocess.SubprocessError) as problem:
            why = getattr(problem, "strerror", None) or str(problem)
            self.ending = Ending("not_started", words=f"{command[0]} cannot be started: {why}")

    def handle(self):
        return self.handle_

    def pause(self):
        """How long to wait until the next look, at most; grows."""
        self.pause_ = min(self.pause_ * 1.3, LAST_LOOK_SECONDS)
        return self.pause_

    def end_all(self):
        """Ends the program and what it started."""
        if self.process_ is None:
            return
        try:
            os.killpg(self.process_.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # all of it has ended

    def look(self):
        """Ends it if it is over a limit, and notes its end."""
        if self.ending is not None:
            return
        if select.select([self.handle_], [], [], 0)[0]:
            self.note_end()
            return
        seconds = time.monotonic() - self.began_
        resident = RESIDENTS.of(self.process_.pid)
        self.peak_ = max(self.peak_, resident)
        if resident > self.limits_.bytes:
            self.cut("out_of_memory", f"out of memory: {resident / 2**30:.2f} GiB resident, "
                     f"the limit is {self.limits_.bytes / 2**30:.2f} GiB")
        elif seconds > self.limits_.seconds:
            self.cut("timed_out", f"timed out: still running after {self.limits_.seconds:g} s")
        elif self.log_.stat().st_size > OUTPUT_BYTES_MAX:
            self.cut("too_much_output", f"printed more than {OUTPUT_BYTES_MAX >> 20} MiB")

    def cut(self, how, words):
        self.cut_ = (how, words)
        self.end_all()
        self.note_end()

    def note_end(self):
        if self.cut_ is None:
            self.end_all()  # before it is reaped: until then its number is nobody else's
        status = self.process_.wait()
        os.close(self.handle_)
        seconds = time.monotonic() - self.began_
        # It may have ended by itself between the look and the cut.
        if self.cut_ and status == -signal.SIGKILL:
            how, words = self.cut_
        elif status >= 0:
            how, words = "exited", f"ended with status {status}"
        elif -status in CRASHES:
            how, words = "crashed", f"crashed: {signal_name(-status)}"
        else:
            how, words = "killed", (f"killed by somebody else: {signal_name(-status)}"
                                    + (", perhaps because the machine was out of memory"
                                       if status == -signal.SIGKILL else ""))
        self.ending = Ending(how, status, words, seconds, self.peak_)


def wait_for_any(running):
    """Returns when one of the programs has ended or it is time to look at their limits."""
    handles = [program.handle() for program in running if program.ending is None]
    if not handles:
        return
    select.select(handles, [], [], min(program.pause() for program in running))
    for program in running:
        program.look()


def run(command, limits, log, environment=None, folder=None):
    """Runs one program to its end."""
    program = Running(command, limits, log, environment, folder)
    try:
        while program.ending is None:
            wait_for_any([program])
    finally:
        program.end_all()
    return program.ending
