# SPDX-License-Identifier: MIT
"""What a terminal answers to queries, so that programs do what they do on one."""
import re

# What tmux is answered, lest it uses left and right margins, which the judges do not know.
WITHOUT_MARGINS = b"\x1b[>0;276;0c"

ANSWERS = (
    (rb"\x1b\[0?c", b"\x1b[?62;22c"),
    (rb"\x1b\[>0?c", b"\x1b[>41;370;0c"),
    (rb"\x1b\[6n", b"\x1b[2;2R"),
    (rb"\x1b\[5n", b"\x1b[0n"),
    (rb"\x1b\]10;\?(?:\x07|\x1b\\)", b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\"),
    (rb"\x1b\]11;\?(?:\x07|\x1b\\)", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (rb"\x1b\[>0?q", b"\x1bP>|terminal(1)\x1b\\"),
)
ASKED = re.compile(b"|".join(b"(" + q + b")" for q, _ in ANSWERS))


def answer_to(found, margins):
    """The answer to the query that was FOUND with ASKED; MARGINS: of a terminal that has left and right margins."""
    reply = ANSWERS[found.lastindex - 1][1]
    return reply if margins or not reply.startswith(b"\x1b[>") else WITHOUT_MARGINS
