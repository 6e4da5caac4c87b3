"""The benchmarks of a commit, built in a work tree of their own and kept for the next time.

OUTPUT/<commit>/tree is a git work tree, OUTPUT/<commit>/build what the preset `release` of that
commit makes of it: its target heddle_benchmarks, or single programs, with the executables in bench/;
OUTPUT/<commit>/complete names the targets that are built. Both commits'
paths are equally long, on purpose: names of files are part of a program.
"""
import os
import pathlib
import shutil
import subprocess

from regression.bad_input import BadInput
from regression.benchmark_program import last_line

PRESET = "release"
TARGET = "heddle_benchmarks"


def git(root, *arguments):
    """(did it succeed, its output)"""
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True,
                              check=False)
    except OSError as error:
        raise BadInput(f"git does not run: {error}") from error
    return done.returncode == 0, (done.stdout or done.stderr).strip()


def commit(root, name):
    """The hash of the commit that is meant."""
    found, sha = git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if not found:
        raise BadInput(f"'{name}' is no commit of {root}")
    return sha


def subject(root, sha):
    return git(root, "log", "-1", "--format=%s", sha)[1]


def require_clean(root):
    """What is judged has to be a commit, else nobody can measure it again."""
    changed = git(root, "status", "--porcelain", "--untracked-files=no")[1]
    if changed:
        files = changed.splitlines()
        raise BadInput(f"{len(files)} files have changes that are in no commit "
                       f"({files[0][2:].strip()}, …): commit them, or name a commit with --head")


def build(root, output, sha, say, wanted=()):
    """{program: path} of the commit's benchmarks: of all, or of those wanted that it has."""
    folder = output / sha
    made, stamp, log = folder / "build", folder / "complete", folder / "build.log"
    complete = set(stamp.read_text(encoding="utf-8").split()) if stamp.is_file() else set()
    if TARGET not in complete and not (wanted and complete.issuperset(wanted)):
        say(f"building benchmarks of {sha[:12]} in {folder}")
        _check_out(root, folder / "tree", sha)
        log.unlink(missing_ok=True)
        _run(log, sha, folder / "tree", "cmake", "--preset", PRESET, "-B", made)
        targets = _known(made, wanted) if wanted else [TARGET]
        if targets:
            _run(log, sha, folder / "tree", "cmake", "--build", made, "--target", *targets)
        stamp.write_text("\n".join(complete.union(wanted or [TARGET])), encoding="utf-8")
    programs = {path.name: path for path in sorted((made / "bench").glob("*_bench"))
                if os.access(path, os.X_OK) and (not wanted or path.name in wanted)}
    if not programs and not wanted:
        raise BadInput(f"the target {TARGET} of {sha[:12]} left no benchmark in {made}/bench")
    return programs


def _known(made, wanted):
    """Those that this commit has."""
    listed = subprocess.run(["cmake", "--build", made, "--target", "help"], capture_output=True,
                            text=True, check=False).stdout
    names = {line.split(":")[0].strip() for line in listed.splitlines()}
    return [name for name in wanted if name in names]


def _check_out(root, tree, sha):
    if tree.is_dir() and git(tree, "rev-parse", "HEAD") == (True, sha):
        git(tree, "checkout", "--force", sha)
        return
    shutil.rmtree(tree, ignore_errors=True)
    tree.parent.mkdir(parents=True, exist_ok=True)
    git(root, "worktree", "prune")
    done, told = git(root, "worktree", "add", "--detach", "--force", str(tree), sha)
    if not done:
        raise BadInput(f"no work tree for {sha[:12]}: {last_line(told)}")


def _run(log, sha, folder, *command):
    with open(log, "a", encoding="utf-8") as output:
        try:
            status = subprocess.run(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT,
                                    check=False).returncode
        except OSError as error:
            raise BadInput(f"{command[0]} does not run: {error}") from error
    if status != 0:
        what = "configured" if "--preset" in command else "built"
        raise BadInput(f"the benchmarks of {sha[:12]} cannot be {what}: {_first_error(log)} "
                       f"(all of it: {log})")


def _first_error(log):
    lines = pathlib.Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if "error" in line.lower()]
    return last_line((errors or lines or [""])[0])
