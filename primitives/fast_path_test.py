#!/usr/bin/env python3
"""Is the read of a filled cell still one load and a branch? Looks at what fast_path.cpp compiled to.

usage: fast_path_test.py OBJDUMP OBJECT

Why: what makes it slower (a slow half that is inlined and saves registers, a second look, a locked
operation) is a nanosecond, which no timed test sees on a busy machine. From the beginning of each
function, every way is followed to a return that meets no call. Of these, a `fast_` function has one
at least, and on each of them
  - no call, no locked operation, no fence;
  - at most 1 conditional jump;
  - at most 2 loads: the state, and the value;
  - no stack, but for one push and pop that keep it aligned for the slow half (clang).
A `slow_` function is made to break one of these, and must.
"""
import re
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(\w+)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t(\S+)\s*(.*)$")
RELOCATION = re.compile(r"^\s*[0-9a-f]+: R_X86_64_\S+\s")
TARGET = re.compile(r"^([0-9a-f]+) <")


class Instruction:
    def __init__(self, address, name, operands):
        self.address, self.name, self.operands = address, name, operands
        self.leaves = False  # the linker puts in where to: another function

    def jumps_to(self):
        """An address in the same function, or None."""
        target = TARGET.match(self.operands)
        return int(target.group(1), 16) if target and not self.leaves else None

    def is_conditional_jump(self):
        return self.name.startswith("j") and self.name != "jmp"

    def loads(self):
        """Whether it reads memory: an operand in parentheses that is not merely written."""
        return (self.name not in ("lea", "call", "jmp") and "nop" not in self.name
                and re.search(r"\)(,%\w+)?$", self.operands) is not None
                and not (self.name.startswith("mov")
                         and re.match(r"^[%$]\w+,.*\)$", self.operands)))

    def __str__(self):
        return f"{self.name} {self.operands}"


def functions(text):
    """The instructions of each function, by its name."""
    found, current = {}, None
    for line in text.splitlines():
        if begin := FUNCTION.match(line):
            current = found.setdefault(begin.group(1), [])
        elif RELOCATION.match(line) and current:
            current[-1].leaves = True
        elif (each := INSTRUCTION.match(line)) and current is not None:
            current.append(Instruction(int(each.group(1), 16), each.group(2), each.group(3)))
    return found


def ways(code):
    """Each way from the beginning to a return, as a list of instructions; without calls. A loop is
    gone round once."""
    index_of = {each.address: index for index, each in enumerate(code)}
    found, begun = [], [(0, ())]
    while begun:
        index, done = begun.pop()
        if index is None or index >= len(code) or code[index] in done:
            continue
        each = code[index]
        done = done + (each,)
        if each.name == "ret":
            found.append(done)
        elif each.name == "jmp":
            begun.append((index_of.get(each.jumps_to()), done))
        elif each.name != "call":
            begun.append((index + 1, done))
            if each.is_conditional_jump():
                begun.append((index_of.get(each.jumps_to()), done))
    return found


def flaws(code):
    through = ways(code)
    if not through:
        return ["no way to its end without a call"]
    found = []
    everything = [each for way in through for each in way]
    if any(each.name in ("lock", "xchg") for each in everything):
        found.append("a locked operation")
    if any(each.name.endswith("fence") for each in everything):
        found.append("a fence")
    jumps = max(sum(each.is_conditional_jump() for each in way) for way in through)
    if jumps > 1:
        found.append(f"{jumps} conditional jumps")
    loads = max(sum(each.loads() for each in way) for way in through)
    if loads > 2:
        found.append(f"{loads} loads")
    pushes = max(sum(each.name == "push" for each in way) for way in through)
    if pushes > 1 or any(each.name == "sub" and "%rsp" in each.operands for each in everything):
        found.append("a frame on the stack")
    return found


def main():
    objdump, compiled = sys.argv[1:]
    text = subprocess.run([objdump, "-dr", "--no-show-raw-insn", compiled], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    seen = {name: code for name, code in functions(text).items()
            if name.startswith(("fast_", "slow_"))}
    wrong = 0
    for name, code in sorted(seen.items()):
        found = flaws(code)
        fine = bool(found) == name.startswith("slow_")
        wrong += not fine
        print(f"{name}: {'' if fine else 'NOT AS EXPECTED: '}{', '.join(found) or 'fast'}")
        if not fine:
            print("".join(f"    {each}\n" for each in code))
    kinds = {name[:5] for name in seen}
    if kinds != {"fast_", "slow_"}:
        sys.exit(f"functions of one kind only: {sorted(seen)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
