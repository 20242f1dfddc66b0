# SPDX-License-Identifier: MIT
"""Streams made by chance of text with characters that terminals with grapheme clusters show narrower or wider than
wcwidth(3) says: emoji with a variation selector, a skin tone or a joiner, keycaps, flags, Hangul jamo, Devanagari.

What stands behind such a character is printed on, as a prompt does, or placed at a column of the screen, as a table
or a dialog does (Clusters).  In other streams (Orders) it is written over, gone back over, edited and tabulated, so that
no two terminals need show the same.
"""
import os
import random

import streams

E = "\x1b["
CLUSTERS = ("❤️", "⚠️", "☝🏽", "👍🏽", "👨‍👩‍👧", "🏳️‍🌈", "1️⃣", "🇫🇷", "ᄒ" + "ᅡ" + "ᆫ", "नमस्ते", "क्षि", "ก็", "e\u0301", "👩‍💻")
WORDS = ("u@h", "holdfast", "x", "0123", "日本", "😀", "┌─┐", "Größe")
NARROW = ("u@h", "holdfast", "x", "0123", "┌─┐", "Größe")
SIZES = ((24, 80), (12, 100), (60, 200))


def sgr(r):
    return E + r.choice(("m", "1m", "31m", "0;7m", "44m", "38;5;%dm" % r.randrange(256)))


def words(r, of=WORDS):
    return " ".join(r.choice(CLUSTERS if r.randrange(3) == 0 else of) for _ in range(r.randrange(1, 4)))


def place(r, row, column):
    """To COLUMN (from 1) of ROW, absolutely."""
    return r.choice((E + "%dG" % column, E + "%d;%dH" % (row, column), "\r" + E + "%d`" % column,
                     E + "%d`" % column, E + "%dd" % row + E + "%dG" % column))


def row(r, y, cols):
    """Text in row Y, some of it placed absolutely, and far enough from what is before it."""
    out, column = [], 1
    while column < cols - 40:
        out.append(words(r))
        if r.randrange(4) == 0:
            break
        column += 30 + r.randrange(8)
        how = r.randrange(6)
        if how == 0:
            out.append(sgr(r))
        elif how == 1:
            column = (column + 7) // 8 * 8 + 1
            out.append(E + "%dG" % (column - 4) + "\t")
        else:
            out.append(place(r, y, column))
    return "".join(out)


def prompt(r):
    """A prompt, and what a line editor does to what is typed."""
    typed = r.choice(("ls", "echo ab", "cd\b\bls", "git\x1b[K", "ab\b \b"))
    return "\r" + E + "0m" + words(r) + " $ " + typed


class Clusters(streams.Stream):
    """A stream of some KB from SEED, in a file in DIRECTORY."""

    def __init__(self, seed, directory, count=60):
        r = random.Random("clusters %s" % seed)
        self.rows, self.cols = r.choice(SIZES)
        self.name = "clusters-%s" % seed
        out, full = [], r.randrange(3) == 0
        if full:
            out.append(E + "?1049h")
        for n in range(count):
            y = n % self.rows + 1
            if full:
                # A dialog: rows in any order, each of them new.
                ground = r.choice(("", E + "44m", E + "48;5;60m"))
                out.append(E + "m" + ground + E + "%d;1H" % y + E + "K" + E + "m" + row(r, y, self.cols))
            else:
                y = min(n + 1, self.rows)
                out.append(row(r, y, self.cols) + E + "m\r\n" if r.randrange(3) else prompt(r) + "\r\n")
        if not full:
            out.append(prompt(r))
        self.keep(out, directory)

    def keep(self, out, directory):
        self.data = "".join(out).encode()
        self.path = os.path.join(directory, self.name)
        self._grounds = None
        with open(self.path, "wb") as f:
            f.write(self.data)


def edit(r):
    """What comes behind, over, or within text of doubtful width, in its row."""
    how = r.randrange(12)
    if how < 3:
        return words(r, NARROW)
    if how == 3:
        return E + "%dG" % r.randrange(1, 40) + r.choice(("X", "--", "│ │", *NARROW))
    if how == 4:
        return "\b" * r.randrange(1, 9) + r.choice(("", "X", "yz"))
    if how == 5:
        return E + "%d%s" % (r.randrange(1, 12), r.choice("CDa")) + r.choice(("", "+"))
    if how == 6:
        return "\t" * r.randrange(1, 3)
    if how == 7:
        return E + "%d%s" % (r.randrange(1, 5), r.choice("P@X"))
    if how == 8:
        return E + r.choice(("K", "1K", "J"))
    if how == 9:
        return "\r" + r.choice(("", E + "C", "\t"))
    if how == 10:
        return E + "%dm" % r.choice((0, 1, 35, 45))
    return E + "%dZ" % r.randrange(1, 3) + "z"


class Orders(Clusters):
    """Rows of a screen whose look depends on the order in which they were written, far from the right edge.  Without other
    wide characters: terminals do not agree on what is left of one of which a half is written over."""

    def __init__(self, seed, directory, count=50):
        r = random.Random("orders %s" % seed)
        self.rows, self.cols = r.choice(((24, 200), (60, 200)))
        self.name = "orders-%s" % seed
        out, full = [], r.randrange(3) == 0
        if full:
            out.append(E + "?1049h" + r.choice(("", E + "44m" + E + "2J")))
        for n in range(min(count, self.rows - 2)):
            begin = E + "m" + (E + "%dH" % (n + 1) if full else "\r\n")
            out += [begin, r.choice(("", "$ ", "│ ")), words(r, NARROW)]
            out += [edit(r) for _ in range(r.randrange(6))]
        self.keep(out, directory)
