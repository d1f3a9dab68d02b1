"""Opens what came with it, and says what is left of it in its copy of the folder."""

from attempt import attempt

NAMES = {
    "pipe": "pipe",
    "socket": "socket",
    "device": "device",
    "a link to /etc/shadow": "shadow",
    "a link to itself": "loop/file",
    "a link to its own folder": "here/here/here/attempt.py",
    "a file that was closed": "closed",
}

for what, path in NAMES.items():
    attempt(what, lambda: open(path, "rb").close())
