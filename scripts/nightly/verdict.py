"""What a job of a night can come to.

  pass            it was judged, and it is as it must be: verified, or a planted bug was found
  violation       it was judged, and it is wrong: a failure, or a planted bug that is not found any more
  inconclusive    it ran as it should and could not judge: a bound was reached, or heddle says why not
  infrastructure  nothing is known: killed, out of memory, timed out, crashed, could not be started
  not_run         it was not tried: its command is not there, or an option that it needs

A killed run is neither pass nor fail, so a machine that is too small neither hides nor makes failures.
"""

PASS = "pass"
VIOLATION = "violation"
INCONCLUSIVE = "inconclusive"
INFRASTRUCTURE = "infrastructure"
NOT_RUN = "not_run"

ALL = (VIOLATION, INFRASTRUCTURE, INCONCLUSIVE, NOT_RUN, PASS)
WORDS = {PASS: "pass", VIOLATION: "violation", INCONCLUSIVE: "inconclusive",
         INFRASTRUCTURE: "infrastructure", NOT_RUN: "not run"}
# In these the subject was looked at, whatever came of it.
LOOKED = (PASS, VIOLATION, INCONCLUSIVE)

EXIT_PASS = 0
EXIT_VIOLATION = 1
EXIT_CALLED_WRONGLY = 2
EXIT_INFRASTRUCTURE = 3
EXIT_STOPPED = 4


def exit_status(verdicts):
    """Of a night with these verdicts. A violation is told before anything else."""
    verdicts = set(verdicts)
    if VIOLATION in verdicts:
        return EXIT_VIOLATION
    if INFRASTRUCTURE in verdicts:
        return EXIT_INFRASTRUCTURE
    return EXIT_PASS


def counts(results):
    """How many results there are of each verdict, the gravest first."""
    found = {name: 0 for name in ALL}
    for result in results:
        found[result["verdict"]] += 1
    return found
