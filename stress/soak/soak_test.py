#!/usr/bin/env python3
"""The soak on a real server: does it balance, is each planted mistake reported as what it is, and
is nothing of the server left when it was interrupted?

  soak_test.py BUILD redis|postgres

Says "SKIPPED: ..." where the server is not installed, or the soak was built without its library.
"""

import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import servers
import soak

FOUND = {
    "lease": r"leases that are out: [1-9]",
    "connection": r"connections on the server: \d+, should be \d",
    "cancellation": r"lost cancellations: [1-9]",
    "reply": r"answers to other requests: [1-9]",
}
END_SECONDS = 30


def expect(condition, what, text=""):
    if not condition:
        sys.exit(f"FAILED: {what}\n{text}")


def run(build, server, where, *options):
    """(exit status, text)"""
    done = subprocess.run(
        [os.path.join(build, "soak", "soak"), *soak.KINDS[server][1], f"--{server}", where,
         "--seconds", "1", "--patience", "90", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False)
    print(done.stdout, end="")
    return done.returncode, done.stdout


def judges(build, server):
    with soak.KINDS[server][0]() as where:
        status, text = run(build, server, where)
        if status == soak.SKIPPED:
            sys.exit(0)  # it has said why
        expect(status == 0, f"exit status {status}")
        expect(re.search(r"[1-9]\d* cancellations, 0 lost", text), "nothing was cancelled")
        expect(re.search(r"[1-9]\d* cancelled \+", text), "no request was cancelled midway")
        for planted, words in FOUND.items():
            status, text = run(build, server, where, "--plant", planted)
            expect(status == 1, f"{planted} is planted: exit status {status}")
            expect(re.search(f"FAILED: .*{words}", text), f"{planted} is planted: not found")


def living_in(folder):
    """Processes whose current folder is in `folder`, removed or not."""
    found = []
    for link in glob.glob("/proc/[0-9]*/cwd"):
        try:
            if os.readlink(link).startswith(folder):
                found.append(link)
        except OSError:
            pass  # it has ended, or is another user's
    return found


def leaves_nothing(build, server, number):
    """Interrupted while clients and server run."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "soak.py")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # the server may run as another user
        process = subprocess.Popen(
            [sys.executable, "-B", script, "--build", build, "--server", server, "--seconds", "200",
             "--patience", "90"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": folder})
        with process:
            try:
                interrupt(process, number, folder)
            finally:
                process.kill()  # where a test has failed


def interrupt(process, number, folder):
    said = process.stdout.readline() + process.stdout.readline()
    expect("seeds from" in said, "the soak has not begun", said)
    expect(living_in(folder), "where is the server?")
    process.send_signal(number)
    status = process.wait(END_SECONDS)
    if number == signal.SIGKILL:  # the kernel tells the server
        limit = time.monotonic() + END_SECONDS
        while living_in(folder) and time.monotonic() < limit:
            time.sleep(0.1)
    else:
        expect(status == 128 + number, f"exit status {status} after signal {number}")
        expect(not os.listdir(folder), "files are left", os.listdir(folder))
    expect(not living_in(folder), f"processes are left after signal {number}", living_in(folder))


def main():
    build, server = sys.argv[1:]
    try:
        judges(build, server)
    except servers.Missing as missing:
        print(f"SKIPPED: {missing}")
        return
    for number in (signal.SIGINT, signal.SIGKILL):
        leaves_nothing(build, server, number)


if __name__ == "__main__":
    main()
