# SPDX-License-Identifier: MIT
"""A program that asks its terminal, and a login that comes back."""
from replay import settle

ASK = r"""
import os, select, sys, termios, time, tty
print("wait" "ing")
while not os.path.exists("go"):
    time.sleep(0.02)
saved = termios.tcgetattr(0)
tty.setraw(0)
answers = []
for query in %r:
    os.write(1, query)
    got = b""
    while select.select([0], [], [], 0.05 if got else 5)[0]:
        got += os.read(0, 256)
    answers.append(repr(got))
termios.tcsetattr(0, termios.TCSAFLUSH, saved)
with open("answers.new", "w") as f:
    f.write("\n".join(answers))
os.rename("answers.new", "answers")
"""


def asker(queries, afterwards=""):
    """Python that waits for the file go, asks QUERIES one after the other, and writes what it got to answers."""
    return ASK % (queries,) + afterwards


def resumed(host, t):
    """T is dropped; the terminal of the login that resumes, with all of the screen."""
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed")
    settle(t)
    return t
