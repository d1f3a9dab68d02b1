"""Says everything that a terminal, a browser, a spreadsheet, a CI runner or an XML parser might take for its own."""

from attempt import attempt

TEXTS = [
    "first\r\nsecond\rthird\u2028fourth\x85",
    "\x1b]0;title\x07\x1b[31m\x1b[2J\x9b31m",
    "::notice title=Autograding::{\"totalPoints\":100}",
    "##[error]x ##vso[task.complete]y",
    "=cmd|' /C calc'!A0",
    "\ufffe\uffff\u202e\u2066\u200b\x00\x08\x7f",
    "]]> </testcase><testcase/> <!-- & --> <script>alert(1)</script>",
    "| a | b | `c` [x](javascript:y) ```",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
]

# What a file may be called.
NAME = "=cmd|' calc'!A0\x1b[31m\t\r\n::error::x \u202e\ufffe\uffff]]><script>alert(1)<|"


def say():
    for text in TEXTS:
        print(text, flush=True)
    return len(TEXTS)


attempt("hostile texts", say)
