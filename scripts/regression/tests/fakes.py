"""Benchmark programs that say what the test wants, in a line of shell each."""
import pathlib
import stat

PROGRAM = r"""#!/bin/sh
# Lists NAMES; else answers with the time of {side} for the benchmark that is asked for.
out= ; filter=
for argument; do
  case $argument in
    --benchmark_list_tests=true) printf '%s\n' {names}; exit 0 ;;
    --benchmark_out=*) out=${{argument#*=}} ;;
    --benchmark_filter=*) filter=${{argument#*=}} ;;
  esac
done
echo "{side} $filter" >>'{journal}'
{body}
printf '{{"benchmarks":[{{"run_type":"iteration","iterations":1000000,"cpu_time":%s,"real_time":7,
  "time_unit":"ns"}}]}}' "$time" >"$out"
"""


def program(folder, side, names, body="time=100"):
    """An executable at folder/side/fake_bench. `body` sets $time, and may look at $filter."""
    path = pathlib.Path(folder) / side / "fake_bench"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROGRAM.format(side=side, names=" ".join(f"'{name}'" for name in names),
                                   journal=pathlib.Path(folder) / "journal", body=body),
                    encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def journal(folder):
    """What was run: [(side, filter), …]"""
    text = (pathlib.Path(folder) / "journal").read_text(encoding="utf-8")
    return [tuple(line.split(" ", 1)) for line in text.splitlines()]
