#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes colour_names.h from X's list of colour names (Debian: package x11-common).

usage: colour-names.py [FILE] > colour_names.h

Names in lower case without blanks, sorted; the greys with a number follow from the number, and are left out.
"""
import re
import sys

FILE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/X11/rgb.txt"

HEAD = """/* SPDX-License-Identifier: MIT */
/* colour_names: the names of colours in X, in order.  Made by colour-names.py; do not edit. */
#ifndef HOLDFAST_SCREEN_COLOUR_NAMES_H
#define HOLDFAST_SCREEN_COLOUR_NAMES_H

static const struct colour_name {
	char name[21];
	unsigned char rgb[3];
} colour_names[] = {"""
TAIL = """};

#endif"""


def names():
    found = {}
    with open(FILE, encoding="ascii") as f:
        for line in f:
            m = re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S.*)", line)
            if m and not re.fullmatch(r"gr[ae]y\d+", m[4].strip().lower()):
                found[re.sub(r"\s", "", m[4]).lower()] = tuple(map(int, m.groups()[:3]))
    return sorted(found.items())


def main():
    print(HEAD)
    line = "\t"
    for name, rgb in names():
        entry = '{ "%s", { %d, %d, %d } }, ' % (name, *rgb)
        if len(line) + len(entry) + 7 > 118:
            print(line.rstrip())
            line = "\t"
        line += entry
    print(line.rstrip())
    print(TAIL)


main()
