#!/usr/bin/env python3
"""Is HEAD slower than another commit?  python3 scripts/regression --base COMMIT

Why: on a machine that others use, too, the times of one program differ by a tenth from minute to
minute, so two numbers say nothing. Here both commits are built and run in turns, pair after pair;
what is slower is measured again before it is called so; and "no difference resolved" is an answer.
See docs/regression-report.md.

exit status 0: no regression; 1: a regression; 2: nothing could be compared, with the reason
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from regression import command_line  # noqa: E402  pylint: disable=wrong-import-position

sys.exit(command_line.main(sys.argv[1:]))
