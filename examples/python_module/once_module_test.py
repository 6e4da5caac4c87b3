#!/usr/bin/env python3
"""Four threads ask for an object whose factory lets the others run meanwhile; all get the same one.

usage: once_module_test.py FOLDER     where the module lies
A cell that is waited for with the interpreter's lock would hang here: the watchdog ends that.
"""
import faulthandler
import sys
import threading

sys.path.insert(0, sys.argv[1])
import once_module  # noqa: E402  the path comes first

THREADS = 4


def same_for_all(get):
    started, made, got = threading.Barrier(THREADS), [], []

    def factory():
        threading.Event().wait(0.01)  # detached: the others come
        made.append(object())
        return made[-1]

    def use():
        started.wait()
        got.append(get(factory))

    threads = [threading.Thread(target=use) for _ in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(got) == THREADS and len(set(map(id, got))) == 1, (made, got)
    return len(made)


def raising():
    raise KeyError("no")


faulthandler.dump_traceback_later(60, exit=True)
try:
    once_module.from_heddle(raising)
    sys.exit("the exception is lost")
except KeyError:
    pass  # the cell is still empty
print("heddle::gil_once_cell: factories that ran:", same_for_all(once_module.from_heddle))
if hasattr(once_module, "from_pybind11"):
    print("gil_safe_call_once_and_store: factories that ran:",
          same_for_all(once_module.from_pybind11))
else:
    print("gil_safe_call_once_and_store: not in this pybind11 (it came with 2.12)")
