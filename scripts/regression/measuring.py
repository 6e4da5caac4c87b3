"""Runs two programs in turns.

Rounds: in each, every benchmark runs base, head, head, base, one right after the other. A drift of
the machine cancels within the four, and the pairs of one benchmark are spread over the whole time, so
a bad minute spoils a few pairs of each instead of all of one. Each round runs fresh copies of the
executables: which pages of memory a file lies in changes its speed by a percent or two, and would
otherwise be the same for all pairs.
"""
import dataclasses
import pathlib
import shutil
import sys
import time

from regression import benchmark_program

SIDES = ("base", "head")  # of equal length: the length of a program's path moves its stack


@dataclasses.dataclass
class Measuring:
    """`executables`: {program: {"base": path, "head": path}}; `store`: a PairsFile; `scratch`: a
    folder for the copies. A key is (program, benchmark)."""
    executables: dict
    store: object
    settings: benchmark_program.Settings
    scratch: pathlib.Path
    say: object = lambda text: print(text, file=sys.stderr, flush=True)

    def rounds(self, run, keys, pairs):
        """Measures so many pairs, an even number, of each key, but for those that fail."""
        started, told = time.monotonic(), 0.0
        for first in range(0, pairs, 2):
            missing = [key for key in keys if not self._finished(run, key, first)]
            self._fresh_copies({program for program, _ in missing})
            for key in missing:
                for number in (first, first + 1):
                    self._pair(run, key, number)
            if missing and time.monotonic() - told > 10:
                told = time.monotonic()
                self.say(f"{run} run: round {first // 2 + 1} of {pairs // 2}, "
                         f"{len(missing)} benchmarks, {told - started:.0f} s")

    def _finished(self, run, key, first):
        return key in self.store.failures or all(
            (run, key, number) in self.store.pairs for number in (first, first + 1))

    def _copy(self, side, program):
        return self.scratch / side / program

    def _fresh_copies(self, programs):
        for program in sorted(programs):
            for side in SIDES:
                copy = self._copy(side, program)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.unlink(missing_ok=True)
                shutil.copy(self.executables[program][side], copy)

    def _pair(self, run, key, number):
        if key in self.store.failures or (run, key, number) in self.store.pairs:
            return
        order = SIDES if number % 2 == 0 else SIDES[::-1]
        times, reasons = {}, dict.fromkeys(SIDES)
        for side in order:
            try:
                times[side] = self._run(side, key)
            except benchmark_program.TooSlow as error:
                # Unless it has run before, it is too slow on either side.
                if not self._known(key) and not times:
                    reasons = dict.fromkeys(SIDES, str(error))
                    break
                reasons[side] = str(error)
            except benchmark_program.Failure as error:
                reasons[side] = str(error)
        if any(reasons.values()):
            self.store.add_failure(key, reasons)
        else:
            self.store.add(run, key, number, tuple(times[side] for side in SIDES))

    def _known(self, key):
        return any(known == key for _, known, _ in self.store.pairs)

    def _run(self, side, key):
        """One time; a failure has to happen twice. What ran within the limit may take five times as
        long before it is called too slow."""
        settings = self.settings
        if self._known(key):
            settings = dataclasses.replace(settings, limit_s=5 * settings.limit_s)
        program, name = key
        try:
            return benchmark_program.run(self._copy(side, program), name, settings, self.scratch)
        except benchmark_program.TooSlow:
            raise
        except benchmark_program.Failure:
            return benchmark_program.run(self._copy(side, program), name, settings, self.scratch)
