"""What a check binary can do, asked of the binary: newer ones know more modes and options."""

import dataclasses
import re
import subprocess

SECONDS = 60


@dataclasses.dataclass
class Abilities:
    checks: list
    options: set
    modes: list

    def missing(self, options):
        """The first of the options that the binary does not know, or None."""
        return next((word for word in options
                     if word.startswith("--") and word.split("=")[0] not in self.options), None)

    def random_modes(self):
        """The portfolio, which takes turns with all others, or each mode where there is none."""
        if "portfolio" in self.modes:
            return ["portfolio"]
        return [mode for mode in self.modes if mode != "exhaustive"]


class Unable(Exception):
    """The binary did not answer; the text says what it did instead."""


def ask(program, option, environment=None):
    """What the program prints when it is called with the option, of which it may have none."""
    command = [program, option] if option else [program]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=SECONDS, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise Unable(f"{option or program} does not end within {SECONDS} s") from None
    except OSError as problem:
        raise Unable(f"it cannot be started: {problem.strerror}") from None
    if done.returncode != 0:
        raise Unable(f"{option or program} ends with status {done.returncode}")
    return done.stdout.decode(errors="replace")


def read_help(text):
    """(options, modes) of the text that --help prints."""
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    modes = re.search(r"--mode[ =]+([a-z0-9_|-]+)", text)
    return options, modes.group(1).split("|") if modes else []


def of(program):
    """Of a check binary; raises Unable."""
    options, modes = read_help(ask(program, "--help"))
    checks = [line for line in ask(program, "--list").splitlines() if line]
    return Abilities(checks, options, modes)


def of_whole_program(program, environment):
    """Of a program with a main of its own, whose options come in HEDDLE_OPTIONS."""
    options, modes = read_help(ask(program, "", environment | {"HEDDLE_OPTIONS": "--help"}))
    return Abilities([], options, modes)
