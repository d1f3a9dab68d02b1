"""Reads what it must not know: the grader, its files, the seed, the rubric, other submissions, inherited descriptors."""

import os

from attempt import attempt

SECRETS = os.environ["SECRETS"].split(":")


def holds(path, secret):
    with open(path, "rb") as file:
        return secret.encode() in file.read()


def found_below(folder):
    """How many files can be seen below a folder."""
    return sum(len(files) for _, _, files in os.walk(folder))


def command_lines():
    names = [name for name in os.listdir("/proc") if name.isdigit()]
    lines = [open(f"/proc/{name}/cmdline", "rb").read() for name in names]
    return sum(b"--rubric" in line for line in lines)


attempt("descriptors", lambda: sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1])
attempt("the grader's environment in mine", lambda: "SYNFIN_SECRET" in os.environ)
attempt("the grader among the processes", command_lines)
attempt("the rubric beside me", lambda: os.path.getsize("rubric.toml"))
for path in SECRETS:
    attempt("a secret place", lambda: found_below(path) if os.path.isdir(path) else os.path.getsize(path))
attempt("the seed in my environment", lambda: any("seed" in name.lower() for name in os.environ))
