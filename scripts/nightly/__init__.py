"""Nightly jobs: what is too long for a commit runs here, every night, and is not forgotten.

The modules, in the order in which a night goes through them; each has one idea:

  arguments.py    the command line, and sentences about mistakes in it
  jobs_file.py    which jobs there are (heddle.toml): searches of checks, and commands
  subjects.py     which checks there are, and what the tables of expectations say of them
  abilities.py    what a check binary can do: asked of its --list and --help
  plan.py         every job of this night; shard.py: which of them are this shard's
  lock.py         two nights never collide
  watch.py        runs one program with limits of time, memory and output, and says how it ended
  judge.py        pass, violation, inconclusive or infrastructure; verdict.py: what these mean
  history.py      one line for each finished job, on the disk before the next one starts
  night.py        the loop; killed at any moment, it goes on where it was
  nights.py       the history's lines as nights
  failures.py     new, ongoing, rare, resolved: told from the history
  junit.py, page.py, page_parts.py, page_style.py   what people and other tools read
  merge.py        one history of several shards
  main.py         what run, list, report and merge do; problem.py: mistakes of whoever called
"""
