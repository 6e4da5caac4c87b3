"""The benchmarks of a commit, built in a work tree of their own and kept for the next time.

OUTPUT/<commit>/tree is a git work tree, OUTPUT/<commit>/build what the preset `release` of that
commit makes of it: its target heddle_benchmarks, with the executables in bench/. Both commits'
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


def build(root, output, sha, say):
    """{program: path} of the commit's benchmarks."""
    folder = output / sha
    made = folder / "build"
    stamp = folder / "complete"
    if not stamp.is_file():
        say(f"building the benchmarks of {sha[:12]} in {folder}")
        _check_out(root, folder / "tree", sha)
        log = folder / "build.log"
        log.unlink(missing_ok=True)
        _run(log, sha, folder / "tree", "cmake", "--preset", PRESET, "-B", made)
        _run(log, sha, folder / "tree", "cmake", "--build", made, "--target", TARGET)
    programs = {path.name: path for path in sorted((made / "bench").glob("*_bench"))
                if os.access(path, os.X_OK)}
    if not programs:
        raise BadInput(f"the target {TARGET} of {sha[:12]} left no benchmark in {made}/bench")
    stamp.touch()
    return programs


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
