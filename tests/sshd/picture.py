#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws docs/demo.svg from a real terminal: a login, a cut, the next login (make picture).

  picture.py [-b BUILD] [-o FILE]      as root

A shell of "laptop" runs stock ssh to a real sshd in a world of its own (world.py).  Two moments of that one terminal
are kept as the bytes that it got; screen-replay says which cells these bytes draw, and this file writes them as SVG.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape

sys.dont_write_bytecode = True
import run  # noqa: E402
import world  # noqa: E402
from host import Host  # noqa: E402
from template import write  # noqa: E402
from term import Term, equal, wait_until  # noqa: E402

ROWS, COLS = 18, 48
SCROLLED = (0, 2)  # how many rows each picture's terminal is scrolled up: the second shows the line of the resume
PROMPT = r"PS1='\[\e[1;32m\]%s@%s\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '" "\nPROMPT_COMMAND=\nHISTFILE=\n"
JOB = r"""#!/bin/bash
for i in {1..9}; do
	printf '\e[36mepoch %d/9\e[0m  loss 0.%d\n' $i $((900 / (i + 1) + 90))
	echo $i >~/epoch
	sleep 0.7
done
printf '\e[1;32mmodel saved\e[0m\n'
"""
SHELL = r'echo "this is shell $$"'
TITLES = ("1  Log in, start a job. The connection is cut.", "2  Log in again: same shell, same job.")


# what happens, inside the world ---------------------------------------------------------------------------------------

def shell_of(t):
    t.line(SHELL)
    return t.wait_for(r"this is shell (\d+)\r\n").group(1)


def epoch():
    try:
        with open("/home/alice/epoch") as f:
            return int(f.read() or 0)
    except FileNotFoundError:
        return 0


def play(host, log):
    """Saves the bytes of each picture as log/1.raw and log/2.raw."""
    def keep(n):
        with open(os.path.join(log, "%d.raw" % n), "wb") as f:
            f.write(t.data)

    t = Term(["bash", "--rcfile", "/home/laptop/.laptoprc", "-i"], (ROWS, COLS), env={"HOME": "/home/laptop"},
             ids=host.ids("laptop"), cwd="/home/laptop", log=log)
    t.wait_for(r"alice@laptop")
    t.line("ssh server")
    t.wait_for(r"alice@server.*\$ ")
    before = shell_of(t)
    t.wait_for(r"alice@server.*\$ ")
    t.line("./train.sh")
    wait_until(lambda: t.read(0.05) and epoch() >= 4, "the fourth epoch")
    for pid in host.sshd_of("alice", "user"):
        os.kill(pid, signal.SIGKILL)
    t.wait_for(r"alice@laptop.*\$ ")
    t.send("ssh server")
    t.wait_for("ssh server")
    keep(1)
    wait_until(lambda: epoch() >= 7, "the job goes on while nobody is there")
    t.line("")
    t.wait_for(r"resumed session")
    t.wait_for(r"model saved.*alice@server.*\$ ")
    equal(shell_of(t), before, "the shell after the cut")
    t.wait_for(r"alice@server.*\$ ")
    keep(2)


def inside(src, log, _):
    write("/home/alice/.bashrc", PROMPT % ("alice", "server"))
    write("/home/alice/.profile", ". ~/.bashrc\n")
    write("/home/alice/train.sh", JOB, 0o755)
    write("/home/laptop/.laptoprc", PROMPT % ("alice", "laptop") + "alias ssh='ssh -l alice -o LogLevel=INFO -o HostName=server'\n")
    with open("/etc/hosts", "a") as f:
        f.write("127.0.0.1 server\n")
    host = Host(src, log)
    host.start()
    play(host, log)
    return 0


# the picture ----------------------------------------------------------------------------------------------------------

COLOURS = ("#1e2229", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0")
BACK, FRONT, FRAME, QUIET = "#1e2229", "#d7dae0", "#343b45", "#8b949e"
SIZE, WIDTH, HEIGHT, PAD, BAR, GAP = 14, 8.43, 19, 12, 32, 20


class Cells:
    """The cells of a rendering, scrollback and screen; each row is a list of (character, look).

    A rendering uses few control sequences; the ones that draw are read here."""

    def __init__(self, data):
        self.rows = [self.blank() for _ in range(ROWS)]
        self.x = self.y = 0  # y counts from the first row of the scrollback
        self.look = ""
        for text, args, final in re.findall(r"([^\x1b]+)|\x1b\[([0-?]*)[ -/]*([@-~])|"
                                            r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]", data):
            if text:
                self.put(text)
            elif final == "m" and not args.startswith(">"):
                self.style(args)
            elif final == "H":
                row, col = ([int(n or 1) for n in args.split(";")] + [1, 1])[:2]
                self.y, self.x = len(self.rows) - ROWS + row - 1, col - 1

    @staticmethod
    def blank():
        return [(" ", "")] * COLS

    def put(self, text):
        for c in text:
            if c == "\r":
                self.x = 0
            elif c == "\n":
                self.y += 1
                if self.y == len(self.rows):
                    self.rows.append(self.blank())
            elif c >= " " and self.x < COLS:
                self.rows[self.y][self.x] = (c, self.look)
                self.x += 1

    def style(self, args):
        for n in (int(a or 0) for a in args.split(";")):
            if n == 0:
                self.look = ""
            elif n == 1:
                self.look += ' font-weight="bold"'
            elif n == 2:
                self.look += ' opacity="0.6"'
            elif n == 4:
                self.look += ' text-decoration="underline"'
            elif 30 <= n <= 37:
                self.look += ' fill="%s"' % COLOURS[n - 30]


def cells(build, path):
    with open(path, "rb") as f:
        r = subprocess.run([os.path.join(build, "screen", "screen-replay"), str(ROWS), str(COLS), "100"],
                           stdin=f, stdout=subprocess.PIPE, check=True)
    return Cells(r.stdout.decode())


def runs(row):
    """The row's pieces of one look: column, text, look."""
    start = 0
    for x in range(1, COLS + 1):
        if x == COLS or row[x][1] != row[start][1]:
            text = "".join(c for c, _ in row[start:x])
            if text.strip():
                yield start + len(text) - len(text.lstrip()), text.strip(), row[start][1]
            start = x


def window(left, title, screen, scrolled):
    first = len(screen.rows) - ROWS - scrolled
    width, height = COLS * WIDTH + 2 * PAD, ROWS * HEIGHT + 2 * PAD + BAR
    out = ['<g transform="translate(%.1f 0)">' % left,
           '<rect width="%.1f" height="%d" rx="8" fill="%s" stroke="%s"/>' % (width, height, BACK, FRAME),
           '<path d="M0 %d H%.1f" stroke="%s"/>' % (BAR, width, FRAME),
           '<text x="%d" y="21" fill="#ffffff" font-weight="bold" font-family="sans-serif" font-size="15">%s</text>'
           % (PAD, escape(title))]
    for y, row in enumerate(screen.rows[first:first + ROWS]):
        base = BAR + PAD + (y + 1) * HEIGHT - 5
        for x, text, look in runs(row):
            out.append('<text x="%.2f" y="%d" textLength="%.2f"%s>%s</text>'
                       % (PAD + x * WIDTH, base, len(text) * WIDTH, look, escape(text)))
    out.append('<rect x="%.2f" y="%d" width="%.2f" height="%d" fill="%s" opacity="0.8"/></g>'
               % (PAD + screen.x * WIDTH, BAR + PAD + (screen.y - first) * HEIGHT, WIDTH, HEIGHT, FRONT))
    return out


def draw(screens):
    width = COLS * WIDTH + 2 * PAD
    total, height = 2 * width + GAP + 2, ROWS * HEIGHT + 2 * PAD + BAR + 2
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 %.1f %d" width="%.0f" height="%d" role="img">'
           % (total, height, total, height),
           "<!-- SPDX-License-Identifier: MIT.  Made by tests/sshd/picture.py; do not edit. -->",
           "<title>An ssh connection is cut; the next ssh is in the same shell, and its job has run on.</title>",
           '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="%d" fill="%s" xml:space="preserve">'
           % (SIZE, FRONT)]
    for i, screen in enumerate(screens):
        out += window(i * (width + GAP), TITLES[i], screen, SCROLLED[i])
    return "\n".join(out + ["</g>", "</svg>", ""])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-b", default=os.path.join(run.SRC, "build-check"), metavar="BUILD")
    p.add_argument("-o", default=os.path.join(run.SRC, "docs", "demo.svg"), metavar="FILE")
    args = p.parse_args()
    base = run.isolate()
    log = tempfile.mkdtemp(prefix="holdfast-picture.")
    try:
        run.stage(base, args.b)
        if subprocess.run(world.argv(world.spec(base, run.SRC, log, entry="picture:inside"))).returncode:
            sys.exit("picture.py: the login failed; see %s" % log)
        with open(args.o, "w") as f:
            f.write(draw([cells(args.b, os.path.join(log, "%d.raw" % n)) for n in (1, 2)]))
        shutil.rmtree(log)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
