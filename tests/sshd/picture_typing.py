#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws docs/typing.svg: the same keys in two terminals, a round trip of 300 ms away (make picture-typing).

  picture_typing.py [-b BUILD] [-o FILE]      as root

Stock ssh and the client type to a real sshd in a world of its own, over a line that delays (line.py).  What came to
each terminal is kept with its time; screen-replay says which cells each piece draws.  The picture moves; a viewer that
shows no motion shows the moment STILL.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

sys.dont_write_bytecode = True
import picture  # noqa: E402
import run  # noqa: E402
import world  # noqa: E402
from host import Host  # noqa: E402
from line import Line  # noqa: E402
from picture import BAR, FRONT, HEIGHT, PAD, QUIET, SIZE, WIDTH, runs  # noqa: E402
from template import PORT, write  # noqa: E402
from term import Term  # noqa: E402

ROWS, COLS = picture.ROWS, picture.COLS = 7, 44
RTT = 0.3
WAYS = ("ssh", "holdfast")
TITLES = ("ssh, 300 ms away", "holdfast, 300 ms away")
LEARN = ("echo hello\r", "date\r", "clear\r")
LINE = "echo keys apear" + 4 * "\x7f" + "ppear at once"
TYPED = LINE + "\r" + "uname -n; id -un\r"
STILL = len(LINE) - 1  # just behind this key
BEFORE, BEHIND = 0.8, 2.0  # seconds
MERGED = 0.02              # pieces that come within so many seconds are seen as one


# what happens, inside the world ---------------------------------------------------------------------------------------

def terminal(host, way, log):
    argv = {"ssh": ["ssh", "-o", "SetEnv=LC_HOLDFAST=off"],
            "holdfast": ["holdfast", "--new", "--predict", "adaptive"]}[way]
    return Term([*argv, "-p", str(PORT + 1), "-l", "alice", "server"], (ROWS, COLS), env={"HOME": "/home/laptop"},
                ids=host.ids("laptop"), cwd="/home/laptop", log=log)


def read_for(terms, seconds, note=lambda way: None):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for way, t in terms.items():
            if t.read(min(0.002, max(0, end - time.monotonic()))):
                note(way)


def play(host, log):
    Line(PORT + 1, ("127.0.0.1", host.port()), RTT)
    terms = {way: terminal(host, way, log) for way in WAYS}
    for t in terms.values():
        t.wait_for(r"alice@server.*\$ ")
    for key in "".join(LEARN):
        for t in terms.values():
            t.send(key)
        read_for(terms, 0.15 if key != "\r" else 1.0)
    rhythm, pieces, keys = random.Random(3), {way: [[0.0, len(t.data)]] for way, t in terms.items()}, []
    began = time.monotonic()

    def note(way):
        pieces[way].append([time.monotonic() - began, len(terms[way].data)])
    read_for(terms, BEFORE, note)
    for key in TYPED:
        keys.append([time.monotonic() - began, key])
        for t in terms.values():
            t.send(key)
        read_for(terms, rhythm.uniform(0.06, 0.12) if key != "\r" else 0.7, note)
    read_for(terms, BEHIND, note)
    for way, t in terms.items():
        with open(os.path.join(log, way + ".bytes"), "wb") as f:
            f.write(t.data)
    with open(os.path.join(log, "times.json"), "w", encoding="ascii") as f:
        json.dump({"pieces": pieces, "keys": keys, "end": time.monotonic() - began}, f)


def inside(src, log, _):
    write("/home/alice/.bashrc", picture.PROMPT % ("alice", "server"))
    write("/home/alice/.profile", ". ~/.bashrc\n")
    with open("/etc/hosts", "a", encoding="ascii") as f:
        f.write("127.0.0.1 server\n")
    host = Host(src, log)
    host.start()
    play(host, log)
    return 0


# the picture ----------------------------------------------------------------------------------------------------------

class Scenes:
    """What is seen for a time, of END seconds that come again and again; at STILL without motion."""

    def __init__(self, end, still):
        self.end, self.still, self.out = end, still, []

    def seen(self, text, since, until):
        if until <= since:
            return
        a, b = since / self.end, until / self.end
        values, times = ["visible"], ["0"]
        if a > 0:
            values, times = ["hidden", "visible"], ["0", "%.4f" % a]
        if b < 1:
            values, times = values + ["hidden"], times + ["%.4f" % b]
        motion = "" if len(values) == 1 else \
            '<animate attributeName="visibility" calcMode="discrete" dur="%.2fs" repeatCount="indefinite" ' \
            'values="%s" keyTimes="%s"/>' % (self.end, ";".join(values), ";".join(times))
        self.out.append('<g visibility="%s">%s%s</g>' % ("visible" if since <= self.still < until else "hidden", text,
                                                          motion))


def row_text(row, y):
    return "".join('<text x="%.2f" y="%d" textLength="%.2f"%s>%s</text>' %
                   (PAD + x * WIDTH, BAR + PAD + (y + 1) * HEIGHT - 5, len(text) * WIDTH, look, escape(text))
                   for x, text, look in runs(row))


def cursor_text(screen):
    return '<rect x="%.2f" y="%d" width="%.2f" height="%d" fill="%s" opacity="0.8"/>' % (
        PAD + screen.x * WIDTH, BAR + PAD + (screen.y - len(screen.rows) + ROWS) * HEIGHT, WIDTH, HEIGHT, FRONT)


def screens(build, log, way, pieces):
    """[(from, Cells)] of the pieces; those that come together are one."""
    out = []
    for i, (at, length) in enumerate(pieces):
        if i + 1 < len(pieces) and pieces[i + 1][0] - at < MERGED:
            continue
        path = os.path.join(log, "part")
        with open(os.path.join(log, way + ".bytes"), "rb") as f, open(path, "wb") as part:
            part.write(f.read(length))
        out.append((at if i else 0.0, picture.cells(build, path)))
    return out


def pane(scenes, left, title, found):
    width, height = COLS * WIDTH + 2 * PAD, ROWS * HEIGHT + 2 * PAD + BAR
    scenes.out.append('<g transform="translate(%.1f 0)">' % left)
    scenes.out.append('<rect width="%.1f" height="%d" rx="8" fill="%s" stroke="%s"/><path d="M0 %d H%.1f" stroke="%s"/>'
                      '<text x="%d" y="21" fill="#ffffff" font-weight="bold" font-family="sans-serif" font-size="15">%s'
                      '</text>' % (width, height, picture.BACK, picture.FRAME, BAR, width, picture.FRAME, PAD,
                                   escape(title)))
    for y in range(ROWS + 1):
        what = [(at, row_text(s.rows[len(s.rows) - ROWS + y], y) if y < ROWS else cursor_text(s)) for at, s in found]
        for i, (at, text) in enumerate(what):
            if i and what[i - 1][1] == text:
                continue
            until = next((t for t, other in what[i + 1:] if other != text), scenes.end)
            if text:
                scenes.seen(text, at, until)
    scenes.out.append("</g>")


def names(key):
    return {"\r": " ⏎ ", "\x7f": "⌫"}.get(key, key)


def typed(scenes, keys, y):
    scenes.out.append('<text x="%d" y="%d" fill="%s" font-family="sans-serif" font-size="14">typed:</text>'
                      % (PAD, y, QUIET))
    for i, (at, _) in enumerate(keys):
        text = "".join(names(k) for _, k in keys[:i + 1])
        scenes.seen('<text x="70" y="%d" fill="%s">%s</text>' % (y, QUIET, escape(text)), at,
                    keys[i + 1][0] if i + 1 < len(keys) else scenes.end)


def draw(build, log):
    with open(os.path.join(log, "times.json"), encoding="ascii") as f:
        times = json.load(f)
    scenes = Scenes(times["end"], times["keys"][STILL][0] + 0.05)
    width = COLS * WIDTH + 2 * PAD
    total, height = 2 * width + picture.GAP + 2, ROWS * HEIGHT + 2 * PAD + BAR + 2
    for i, way in enumerate(WAYS):
        pane(scenes, i * (width + picture.GAP), TITLES[i], screens(build, log, way, times["pieces"][way]))
    typed(scenes, times["keys"], height + 20)
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 %.1f %d" width="%.0f" height="%d" role="img">'
        % (total, height + 30, total, height + 30),
        "<!-- SPDX-License-Identifier: MIT.  Made by tests/sshd/picture_typing.py; do not edit. -->",
        "<title>The same keys in two terminals, 300 ms from the host: ssh shows each one 300 ms late, holdfast at "
        "once, underlined until the host has answered.</title>",
        '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="%d" fill="%s" xml:space="preserve">'
        % (SIZE, FRONT), *scenes.out, "</g>", "</svg>", ""])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-b", default=os.path.join(run.SRC, "build-check"), metavar="BUILD")
    p.add_argument("-o", default=os.path.join(run.SRC, "docs", "typing.svg"), metavar="FILE")
    args = p.parse_args()
    base = run.isolate()
    log = tempfile.mkdtemp(prefix="holdfast-picture.")
    run.stage(base, args.b)
    argv = world.argv(world.spec(base, run.SRC, log, entry="picture_typing:inside"))
    if subprocess.run(argv, check=False).returncode:
        sys.exit("picture_typing.py: typing failed; see %s" % log)
    with open(args.o, "w", encoding="utf-8") as f:
        f.write(draw(args.b, log))
    shutil.rmtree(log)


if __name__ == "__main__":
    main()
