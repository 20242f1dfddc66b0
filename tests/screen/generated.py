# SPDX-License-Identifier: MIT
"""Streams made by chance from what the model and its judges take the same way: a difference is a rendering's.

What they take in different ways (docs/SCREEN.md names it) is not in here; the law test of the unit tests has it.
"""
import os
import random

import streams

E = "\x1b["
NARROW = ("holdfast", "the quick brown fox", "e\u0301", "┌─┐", "Größe", "x", "0123456789", "a\tb")
WIDE = ("日本語", "한국", "ＡＢ", "😀")
SIZES = ((24, 80), (10, 33), (60, 200), (5, 24))
ATTRIBUTES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 22, 23, 24, 25, 27, 28, 29, 53, 55)
BUTTONS = (1000, 1002, 1003)


def colour(r, lead):
    return r.choice(("%d" % (lead + r.randrange(8)), "%d" % (lead + 60 + r.randrange(8)), "%d" % (lead + 9),
                     "%d;5;%d" % (lead + 8, r.randrange(256)),
                     "%d;2;%d;%d;%d" % (lead + 8, r.randrange(256), r.randrange(256), r.randrange(256))))


def sgr(r, _):
    one = (lambda: str(r.choice(ATTRIBUTES)), lambda: colour(r, 30), lambda: colour(r, 40), lambda: "59",
           lambda: "4:%d" % r.randrange(6), lambda: "58:5:%d" % r.randrange(256))
    return E + ";".join(r.choice(one)() for _ in range(r.randrange(1, 4))) + "m"


def plain_sgr(r, _):
    """What can not be seen of a blank: the other half of a wide character that is half overwritten differs."""
    return E + "%sm" % r.choice(("0", "1", "3", "22", "23", colour(r, 30)))


def text(r, size):
    # A space between, so that no word makes a cluster with the one before it.
    words = " ".join(r.choice(NARROW) for _ in range(r.choice((1, 1, 2, 3, 12))))
    return words + r.choice((" ", "\r\n", "\r\n"))


def wide_text(r, size):
    words = " ".join(r.choice(NARROW + WIDE * 2) for _ in range(r.choice((1, 1, 2, 3, 12))))
    return words + r.choice((" ", "\r\n", "\r\n"))


def short_text(r, size):
    return "\r" + r.choice(("holdfast", "Größe", "┌─┐ x", "e\u0301 0123")) + r.choice((" ", "\r\n"))


def move(r, size):
    return r.choice((E + "%d;%dH" % (r.randrange(1, size[0] + 2), r.randrange(1, size[1] + 2)),
                     E + "%d%s" % (r.randrange(1, 9), r.choice("ABCDGd")), "\r", "\b", "\r\x1bD", "\x1bE"))


def edit(r, size):
    row = E + "%d;1H" % r.randrange(1, size[0])
    return row + (E + "%d%s" % (r.randrange(3), r.choice("JK")) if r.randrange(3) == 0 else
                  E + "%d%s" % (r.randrange(1, 5), r.choice("@PX")))


def lines(r, size):
    top = r.randrange(1, size[0])
    bottom = r.randrange(top + 1, size[0] + 1)
    within = E + "%d;1H" % r.randrange(top, bottom + 1) + E + "%d%s" % (r.randrange(1, 4), r.choice("LM"))
    scroll = r.choice(("", "\n", "\n\n", "\x1bM"))
    return E + "%d;%dr" % (top, bottom) + within + scroll + (E + "r" if r.randrange(3) else "")


def mode(r, _):
    n = r.choice((1, 7, 25, 1004, 1006, 2004))
    return E + "?%d%s" % (n, "h" if n in (7, 25) and r.randrange(4) else r.choice("hl"))


def mouse(r, _):
    off = "".join(E + "?%dl" % n for n in BUTTONS)
    return off + (E + "?%dh" % r.choice(BUTTONS) if r.randrange(2) else "")


def insert(r, size):
    return E + "4h" + r.choice(("abc", "x")) + E + "4l" if r.randrange(3) else "\x1b" + r.choice("=>")


def other(r, _):
    return r.choice(("\x1b]2;title %d\x07" % r.randrange(99), E + "%d q" % r.randrange(7),
                     "\x1b(0lqk\x1b(B", "\x1b)0\x0eqx\x0f\x1b)B"))


def saved(r, _):
    """Saves and restores the cursor where no wrap is pending and nothing else is but the default."""
    return "\r" + E + "m\x1b" + r.choice("78")


def tabs(r, size):
    return E + "%dG" % r.randrange(1, size[1]) + r.choice(("\x1bH", "\x1bH" + E + "0g", "\t", "\t", E + "Z"))


def alternate(r, state):
    state["alternate"] = not state["alternate"]
    return E + "m\r" + E + "r" + E + "?1049" + ("h" if state["alternate"] else "l")


def link(r, _):
    return "\x1b]8;;http://example.org/%d\x1b\\link\x1b]8;;\x1b\\" % r.randrange(9)


COMMON = (move, edit, mouse, insert, other)
# What is taken differently together is in different streams: wraps or links and moved lines, wide characters and looks
# of blanks.
FLAVOURS = (
    (text, text, text, text, sgr, sgr, mode, link, *COMMON),
    (short_text, short_text, short_text, sgr, sgr, lines, lines, mode, *COMMON),
    (wide_text, wide_text, wide_text, wide_text, plain_sgr, *COMMON),
)
# So are tab stops, the saved cursor and the alternate screen: xterm.js has the former for each screen.
SCREENS = ((tabs, saved), (alternate,))


def steps(seed, count):
    """A size, and COUNT pieces of a stream."""
    r = random.Random("stream %s" % seed)
    size, flavour, screen, state = r.choice(SIZES), r.choice(FLAVOURS), r.choice(SCREENS), {"alternate": False}

    def step():
        if r.randrange(30) == 0:
            f = r.choice(screen)
            return f(r, state if f is alternate else size)
        return r.choice(flavour)(r, size)
    return size, [step() for _ in range(count)]


class Generated(streams.Stream):
    """A stream of some KB from SEED, in a file in DIRECTORY."""

    def __init__(self, seed, directory, count=700):
        (self.rows, self.cols), pieces = steps(seed, count)
        self.name = "generated-%s" % seed
        self.data = "".join(pieces).encode()
        self.path = os.path.join(directory, self.name)
        self._grounds = None
        with open(self.path, "wb") as f:
            f.write(self.data)
