# SPDX-License-Identifier: MIT
"""What Terms show, as a terminal that is not ours says: a judge of tests/screen, xterm.js if none is named."""
import importlib.util
import json
import os
import re
import subprocess
import sys

from term import Failed, Skip, wait_until

REQUIRE = "HOLDFAST_TESTS_REQUIRE"  # in the environment: what is missing has failed
SCREEN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "screen")


def load(name):
    """A module of tests/screen; some have the names of ours."""
    spec = importlib.util.spec_from_file_location("screen_" + name, os.path.join(SCREEN, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


answers = load("answers")
sys.path.append(SCREEN)  # for tmux.py, which nobody else has
judges = load("judges")


def missing(what):
    raise (Failed if os.environ.get(REQUIRE) else Skip)("no " + what)


def need(*programs):
    for p in programs:
        if not os.access(p, os.X_OK):
            missing(p)


def answer(t):
    """What a real terminal answers, one like the judge: for Term.on_read."""
    for m in answers.ASKED.finditer(bytes(t.data), getattr(t, "answered", 0)):
        # while it sends it may read, and so be called again
        if m.end() > getattr(t, "answered", 0):
            t.answered = m.end()
            t.send(answers.answer_to(m, False))


class Judge:
    """Reads screens; one node process.  NAME is xterm, graphemes or ghostty."""

    def __init__(self, directory, name="xterm"):
        self.name = name
        if not judges.installed(SCREEN, judges.PACKAGES[name]):
            missing(judges.PACKAGES[name] + " below tests/screen")
        try:
            self.node = subprocess.Popen(["node", os.path.join(SCREEN, "judge.mjs")], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, encoding="utf-8")
        except OSError:
            missing("node")
        self.path = os.path.join(directory, "judged.raw")

    def show(self, t):
        """What T shows: its modes, the rows of its screen, and the lines above."""
        with open(self.path, "wb") as f:
            f.write(t.data)
        first = t.sizes[0]
        job = {"judge": self.name, "rows": first[1], "cols": first[2], "show": self.path,
               "sizes": [{"at": at, "rows": rows, "cols": cols} for at, rows, cols in t.sizes[1:]]}
        self.node.stdin.write(json.dumps(job) + "\n")
        self.node.stdin.flush()
        line = self.node.stdout.readline()
        if not line:
            raise Failed("the judge ended: status %s" % self.node.wait())
        seen = json.loads(line)
        lines = seen["lines"][-t.size[0]:]
        # Whether the first row goes on from one above it depends on what is above it.
        lines[0] = "| " + lines[0][2:]
        return {"rows": seen["screen"] or lines, "main": lines, "above": seen["lines"][:-t.size[0]],
                "state": seen["state"]}

    def close(self):
        self.node.stdin.close()
        self.node.wait()


def without_links(seen):
    """A judge that changes its size forgets them."""
    return {**seen, **{part: [re.sub(r" link [^ }]*", "", row).replace("{}", "") for row in seen[part]]
                       for part in ("rows", "main")}}


def text(seen):
    """Without colours."""
    return "\n".join(re.sub(r"\{[^}]*\}", "", row[2:]) for row in seen["rows"])


def unlike(wanted, found, parts=("rows", "main", "state")):
    """The first differences between two screens, as text; "" when there are none."""
    out = []
    for part in parts:
        a, b = wanted[part], found[part]
        keys = range(max(len(a), len(b))) if isinstance(a, list) else sorted({*a, *b})
        for k in keys:
            x, y = ((s[k] if not isinstance(s, list) or k < len(s) else None) for s in (a, b))
            if x != y:
                out.append("%s %s: expected %r, found %r" % (part, k, x, y))
    return "; ".join(out[:4])


def wait_like(judge, t, wanted, timeout=20, links=True, see=None):
    """Waits until T shows WANTED; links may be left out of it, and SEE(T) says what it shows."""
    seen = None

    def probe():
        nonlocal seen
        t.read(0.1)
        seen = see(t) if see else judge.show(t)
        if not links:
            seen = without_links(seen)
        return not unlike(wanted, seen)
    try:
        wait_until(probe, "the same screen", timeout)
    except Failed:
        raise Failed("the screen of %s: %s" % (t.name, unlike(wanted, seen))) from None
    return seen

