#!/usr/bin/env python3
"""Runs the soak against real servers, which it starts and stops itself, and against a fake one.

  soak.py --build build/release [--server redis] [--seconds 60] [options of the soak: README.md]

Exit status 0: all balances; 1: something does not; 2: called wrongly, or a server does not start;
77: nothing could be run, because what was asked for is not installed; 130, 143: interrupted.
"""

import argparse
import contextlib
import os
import signal
import sys

sys.dont_write_bytecode = True

import servers  # noqa: E402: none of it is to be left

# Beside the option of the soak that it is for: what is kind to it. Making a connection takes
# PostgreSQL, which starts a process, longer than a client of the others lives.
KINDS = {
    "fake": (contextlib.nullcontext, []),
    "redis": (servers.redis, []),
    "postgres": (servers.postgres, ["--life", "400"]),
}
SKIPPED = 77


def soak(build, server, where, options):
    """The exit status of the soak, which ends with this process."""
    command = [os.path.join(build, "soak", "soak"), *KINDS[server][1], *options]
    if where is not None:
        command += [f"--{server}", where]
    process = servers.child(command)
    try:
        return process.wait()
    finally:
        servers.end(process)


def one(build, server, options):
    print(f"{server}:", flush=True)
    try:
        with KINDS[server][0]() as where:
            return soak(build, server, where, options)
    except servers.Missing as missing:
        print(f"SKIPPED: {missing}", flush=True)
        return SKIPPED
    except servers.Failed as failed:
        print(f"soak.py: {failed}", file=sys.stderr)
        return 2


def judge(statuses):
    """Of all, the worst; skipped only if all were."""
    judged = [status for status in statuses if status != SKIPPED]
    if not judged:
        return SKIPPED
    if 1 in judged or any(status < 0 for status in judged):
        return 1  # also where the soak crashed
    return max(judged)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--build", required=True, help="where heddle was built")
    parser.add_argument("--server", choices=KINDS, action="append",
                        help="may be repeated; without it, all")
    asked, options = parser.parse_known_args()

    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number, _):
        for again in stops:
            signal.signal(again, signal.SIG_IGN)  # the end takes its time
        sys.exit(128 + number)
    for number in stops:
        signal.signal(number, stop)
    return judge([one(asked.build, server, options) for server in asked.server or KINDS])


if __name__ == "__main__":
    sys.exit(main())
