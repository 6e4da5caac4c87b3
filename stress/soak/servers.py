"""Starts a real Redis or PostgreSQL on a free port of loopback, in a temporary folder, for as long
as a with statement lasts:

    with servers.redis() as where:          # "127.0.0.1:40123"

However the statement is left, the server is stopped and the folder removed; should this process be
killed, the server is told by the kernel (setpriv --pdeathsig), and only the folder remains.
"""

import contextlib
import functools
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 20
ATTEMPTS = 5


class Missing(Exception):
    """The server is not installed."""


class Failed(Exception):
    """The server does not start."""


def redis():
    """A Redis that keeps nothing on the disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("no redis-server is installed (Debian: redis-server)")
    return _running(program, _redis_command, _redis_answers, signal.SIGTERM)


def postgres():
    """A PostgreSQL that trusts who connects as user postgres."""
    found = shutil.which("postgres") or _newest("/usr/lib/postgresql/*/bin/postgres")
    if found is None:
        raise Missing("no PostgreSQL is installed (Debian: postgresql)")
    return _running(found, _postgres_command, _postgres_answers, signal.SIGINT)


def child(command, **options):
    """A process in a session of its own (a Ctrl-C is for its parent) that ends with its parent."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], start_new_session=True,
                            **options)


def end(process, first=signal.SIGTERM):
    """Asks a process to end, waits for it, and at last kills it."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def _newest(pattern):
    def version(path):
        return [int(part) for part in path.split("/")[4].split(".") if part.isdigit()]
    return max(glob.glob(pattern), key=version, default=None)


@contextlib.contextmanager
def _running(program, command, answers, stop):
    with tempfile.TemporaryDirectory(prefix="heddle_soak_") as folder:
        # Another process may take the port before the server does: then it ends, and another one
        # is tried.
        for _ in range(ATTEMPTS):
            port = _free_port()
            log_path = os.path.join(folder, "log")
            with open(log_path, "wb") as log:
                process = child(command(program, folder, port), stdout=log, stderr=log,
                                stdin=subprocess.DEVNULL, cwd=folder)
            try:
                if _wait(process, functools.partial(answers, process, folder, port)):
                    yield f"127.0.0.1:{port}"
                    return
                if process.poll() is None:
                    break  # it hangs
            finally:
                end(process, stop)
        with open(log_path, encoding="utf-8", errors="replace") as log:
            raise Failed(f"{program} does not start:\n{log.read()[-2000:]}")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process, answers):
    limit = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        if answers():
            return True
        time.sleep(0.05)
    return False


def _redis_command(program, folder, port):
    # hz: how exactly it keeps the time of a late answer.
    return [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "",
            "--appendonly", "no", "--hz", "500"]


def _redis_answers(process, _, port):
    """Whether who answers there is this process, and not another Redis."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
            asking.sendall(b"INFO server\r\nQUIT\r\n")
            said = b"".join(iter(lambda: asking.recv(4096), b""))
    except OSError:
        return False
    return b"process_id:%d\r\n" % process.pid in said


def _postgres_user():
    """What goes before its commands: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return [], None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
            "--pdeathsig", "KILL"], user


def _postgres_command(program, folder, port):
    data = os.path.join(folder, "data")
    prefix, user = _postgres_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    if not os.path.exists(data):
        initdb = os.path.join(os.path.dirname(os.path.realpath(program)), "initdb")
        made = subprocess.run(
            [*prefix, initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E",
             "UTF8", "--locale=C"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False)
        if made.returncode != 0:
            raise Failed(f"{initdb}: {made.stderr[-2000:]}")
    # A session of a client that is gone lives until its query ends: many more than the pool has.
    return [*prefix, program, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c",
            "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300"]


def _postgres_answers(process, folder, _):
    """What its own pg_ctl looks at."""
    try:
        with open(os.path.join(folder, "data", "postmaster.pid"), encoding="utf-8") as file:
            lines = file.read().split("\n")
    except OSError:
        return False
    return lines[0] == str(process.pid) and len(lines) > 7 and lines[7].strip() == "ready"
