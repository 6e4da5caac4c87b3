"""One night at a time in one state folder.

flock, so the kernel lets go of the lock when its owner dies, however it dies. What an owner that was
killed has left running is ended before anything starts: it would disturb times and memory. Each job
carries the folder's name in its environment, and whoever holds the lock may end all that do.
"""

import fcntl
import os
import signal
import time

from .problem import Problem

MARK = "HEDDLE_NIGHTLY_STATE"


class Lock:
    """Held until released or until the process is gone."""

    def __init__(self, folder):
        self.path_ = folder / "lock"
        self.file_ = open(self.path_, "a+", encoding="utf-8")
        os.set_inheritable(self.file_.fileno(), False)
        try:
            fcntl.flock(self.file_, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file_.seek(0)
            owner = self.file_.read().strip() or "of unknown process number"
            self.file_.close()
            raise Problem(f"another night is running in {folder} (process {owner}); wait for its "
                          "end, or give this one another --state folder") from None
        self.file_.truncate(0)
        self.file_.write(f"{os.getpid()}\n")
        self.file_.flush()

    def release(self):
        self.file_.truncate(0)
        self.file_.close()


def mark_for(folder):
    return str(folder.resolve())


def left_behind(folder):
    """Processes that an earlier owner of the folder started; never this one or its ancestors."""
    wanted = f"{MARK}={mark_for(folder)}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            continue  # it has ended, or belongs to somebody else
    return found


def end_left_behind(folder):
    """Ends them, and waits until they are gone; how many there were. The lock must be held."""
    if os.environ.get(MARK) == mark_for(folder):
        raise Problem(f"a job of the night in {folder} starts a night in the same folder; give it "
                      "another --state folder")
    victims = left_behind(folder)
    waiting = []
    for victim in victims:
        try:
            handle = os.pidfd_open(victim)
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            waiting.append(handle)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 5
    while any(pid in left_behind(folder) for pid in victims) and time.monotonic() < deadline:
        time.sleep(0.01)
    for handle in waiting:
        os.close(handle)
    return len(victims)
