"""What the object files of a check program tell before they are run.

Which check is in which file; whether ThreadSanitizer can follow what the file does; whether it has
static storage of its own, so that rounds need processes of their own. By file, not by check: what a
check calls is not looked for, so a neighbour's fence counts as its own.
"""

import copy
import re
import subprocess

# In a mangled name, after its length: checks may be in namespaces.
REGISTRATION = re.compile(r"(\d+)heddle_registration_(\w+)")
PREFIX_LENGTH = len("heddle_registration_")

# Section and name; seven letters are flags, of which `d` is a section's own symbol.
SYMBOL = re.compile(r"^[0-9a-f]+ .{5}[^d].? (\S+)\t[0-9a-f]+ +(?:\.hidden )?(\S+)$", re.MULTILINE)
# Symbols of static storage that no check changes: registrations, tables of the compiler's.
# and what the library itself keeps: heddle's primitives, and the register in which libstdc++ has who
# waits for which atomic object, are made to be used again and again in one process.
CONSTANT = re.compile(r"heddle_registration_|^_ZT[VIST]|^DW\.ref\.|^_ZStL8__ioinit$|^_ZZNSt8__detail"
                      r"|^_Z(TH|TW|GV|Z)?N6heddle6detail")
# A static variable of one check.
LOCAL = re.compile(r"(\d+)heddle_check_(\w+)")
LOCAL_LENGTH = len("heddle_check_")
WRITABLE = re.compile(r"^\.(data(?!\.rel\.ro)|bss|tdata|tbss)")

FENCES = "it calls atomic_thread_fence, which ThreadSanitizer does not know: races are not judged"
# What synchronises and is known to no ThreadSanitizer, or not to g++ 12's.
UNKNOWN = {
    "thrd_create": "it makes threads with C11's thrd_create, which ThreadSanitizer does not know",
    "mtx_lock": "it locks with C11's mtx_lock, which ThreadSanitizer does not know",
    "call_once": "it uses C11's call_once, which ThreadSanitizer does not know",
    "pthread_mutex_clocklock": "it calls pthread_mutex_clocklock, which this ThreadSanitizer does "
                               "not know: races are not judged",
    "pthread_rwlock_clockrdlock": "it calls pthread_rwlock_clockrdlock, which this ThreadSanitizer "
                                  "does not know: races are not judged",
    "pthread_rwlock_clockwrlock": "it calls pthread_rwlock_clockwrlock, which this ThreadSanitizer "
                                  "does not know: races are not judged",
    "sem_clockwait": "it calls sem_clockwait, which this ThreadSanitizer does not know: races are "
                     "not judged",
}
# Without these nothing can be run: the runtime takes the thread for none of its own.
NOT_RUN = {"thrd_create"}


class Kind:
    """What is known of a check, most of it by its object file."""

    def __init__(self):
        self.reasons = []     # why races are not judged
        self.runnable = True
        self.repeat = True    # nothing in static storage: rounds may share a process


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True,
                          timeout=100).stdout.decode(errors="replace")


def known_to_runtime(program):
    """The functions that ThreadSanitizer's runtime intercepts: in the program, or beside it."""
    files = [program]
    for line in run("ldd", program).splitlines():
        if "libtsan" in line and "=>" in line:
            files.append(line.split("=>")[1].split()[0])
    names = set()
    for file in files:
        for option in ([], ["-D"]):
            for line in run("nm", "--defined-only", *option, file).splitlines():
                name = line.split()[-1]
                names.add(name.removeprefix("___interceptor_").removeprefix("__interceptor_"))
    return names


def look_at(objects, program):
    """{check: Kind} of the checks in these object files, linked as `program`."""
    known = known_to_runtime(program)
    checks = {}
    for file in objects:
        kind = Kind()
        names = []
        local = set()
        for section, name in SYMBOL.findall(run("objdump", "-t", file)):
            registration = REGISTRATION.search(name)
            if registration and not name.startswith("_ZGV"):
                names.append(registration.group(2)[:int(registration.group(1)) - PREFIX_LENGTH])
            elif section == "*UND*":
                if name == "__tsan_atomic_thread_fence":
                    kind.reasons.append(FENCES)
                elif name in UNKNOWN and name not in known:
                    kind.reasons.append(UNKNOWN[name])
                    kind.runnable &= name not in NOT_RUN
            elif WRITABLE.match(section) and not CONSTANT.search(name):
                one = LOCAL.search(name)
                if one:
                    local.add(one.group(2)[:int(one.group(1)) - LOCAL_LENGTH])
                else:
                    kind.repeat = False
        for name in names:
            checks[name] = copy.copy(kind)
            checks[name].repeat &= name not in local
    return checks
