# SPDX-License-Identifier: MIT
"""What a terminal shows after what it got: the transcripts of Terms, fed to the terminal model (screen-replay)."""
import os
import subprocess

from template import LIBEXEC
from term import Failed, Skip, wait_until

REPLAY = LIBEXEC + "/screen-replay"
PAINTER = "holdfast-paint"


def replay(data, size, what="--text"):
    """What a terminal of SIZE shows after DATA."""
    if not os.access(REPLAY, os.X_OK):
        raise Skip("no screen-replay in the build")
    r = subprocess.run([REPLAY, what, str(size[0]), str(size[1])], input=bytes(data), stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False)
    if r.returncode:
        raise Failed("screen-replay: status %d, %s" % (r.returncode, r.stderr[-200:]))
    return r.stdout.decode("utf-8", "replace")


def shown(t, what="--text"):
    return replay(t.data, t.size, what)


def settle(t, seconds=0.4):
    """Reads until nothing has come for SECONDS."""
    while not t.quiet(seconds):
        pass


def difference(a, b):
    for n, (x, y) in enumerate(zip(a.split("\n") + [""], b.split("\n") + [""])):
        if x != y:
            return "line %d: expected %r, found %r" % (n, x, y)
    return "lengths differ"


def same_screen(t, text, what="--text", timeout=20):
    """Waits until T's screen is TEXT."""
    def probe():
        t.read(0.05)
        return shown(t, what) == text
    try:
        wait_until(probe, "the same screen", timeout)
    except Failed:
        raise Failed("the screen of %s: %s" % (t.name, difference(text, shown(t, what)))) from None


def painters(host):
    return host.named(PAINTER, "alice")


def wait_painter(host):
    return wait_until(lambda: painters(host), "a painter")[0]


def file_exists(path):
    return wait_until(lambda: os.path.exists(path), path)
