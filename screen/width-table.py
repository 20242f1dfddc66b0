#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes width_table.h from Unicode's data files (Debian: package unicode-data, as new as the version wanted).

usage: width-table.py [DIRECTORY] > width_table.h

DIRECTORY has, as Unicode publishes them, EastAsianWidth.txt, UnicodeData.txt, PropList.txt, DerivedCoreProperties.txt,
auxiliary/GraphemeBreakProperty.txt and emoji/emoji-data.txt.

Columns.  Zero: nonspacing and enclosing marks (Mn, Me), format characters (Cf) but SOFT HYPHEN and the prepended
ones that show a sign (Prepended_Concatenation_Mark), medial vowels and final consonants of Hangul (Jamo V and T), line
and paragraph separators.  Two: East_Asian_Width W and F, unassigned code points of the CJK planes with them.
One: all others.

Classes, for UAX #29: Grapheme_Cluster_Break, and Extended_Pictographic, and Indic_Conjunct_Break (a linker is Extend
too, a consonant Other).  Hangul syllables are LV here; LVT follows from their number.

Doubtful: what terminals show in different numbers of columns.  All but
  - characters of one column, that have a category, belong to no cluster by their class, are no emoji, no private use;
  - wide ones that are no emoji, of the blocks that have been wide from the beginning;
  - marks of no columns of the scripts that terminals knew early (Latin to Thai and Lao), and the CJK ones.
"""
import re
import sys

DIR = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
CODES = 0x110000
CLASSES = ["OTHER", "EXTEND", "ZWJ", "SPACING", "PREPEND", "L", "V", "T", "LV", "REGIONAL", "PICTOGRAPH", "CONSONANT",
           "LINKER"]
GCB = {"Extend": "EXTEND", "ZWJ": "ZWJ", "SpacingMark": "SPACING", "Prepend": "PREPEND", "L": "L", "V": "V", "T": "T",
       "LV": "LV", "LVT": "LV", "Regional_Indicator": "REGIONAL"}
OLD_WIDE = ((0x2e80, 0x4dbf), (0x4e00, 0xa4cf), (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe30, 0xfe6f),
            (0xff01, 0xff60), (0xffe0, 0xffe6), (0x20000, 0x3fffd))
OLD_MARKS = ((0x0300, 0x08ff), (0x0e31, 0x0ecf), (0x302a, 0x302d), (0x3099, 0x309a))


def spans(name):
    """(first, last, value) of a property file's lines; of two values the second counts."""
    with open(f"{DIR}/{name}", encoding="utf-8") as f:
        for line in f:
            m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)(?:\s*;\s*(\w+))?", line)
            if m:
                yield int(m[1], 16), int(m[2] or m[1], 16), (m[3] + "=" + m[4] if m[4] else m[3])


def version():
    with open(f"{DIR}/EastAsianWidth.txt", encoding="utf-8") as f:
        return re.match(r"# EastAsianWidth-([\d.]+)\.txt", f.readline())[1]


def categories():
    """(first, last, category) of UnicodeData.txt; ranges come as two lines."""
    with open(f"{DIR}/UnicodeData.txt", encoding="utf-8") as f:
        first = None
        for line in f:
            code, name, category = line.split(";")[:3]
            if name.endswith(", First>"):
                first = int(code, 16)
                continue
            yield (int(code, 16) if first is None else first), int(code, 16), category
            first = None


def fill(values, first, last, value):
    values[first:last + 1] = bytes([value]) * (last + 1 - first)


def widths():
    width = bytearray([1]) * CODES
    for first, last, value in spans("EastAsianWidth.txt"):
        if value in ("W", "F"):
            fill(width, first, last, 2)
    for first, last, category in categories():
        if category in ("Mn", "Me", "Cf", "Zl", "Zp"):
            fill(width, first, last, 0)
    for first, last, value in spans("PropList.txt"):
        if value == "Prepended_Concatenation_Mark":
            fill(width, first, last, 1)
    for first, last, value in spans("auxiliary/GraphemeBreakProperty.txt"):
        if value in ("V", "T") and (0x1160 <= first <= 0x11ff or 0xd7b0 <= first <= 0xd7ff):
            fill(width, first, last, 0)
    width[0xAD] = 1
    return width


def classes():
    found = bytearray(CODES)
    for first, last, value in spans("auxiliary/GraphemeBreakProperty.txt"):
        if value in GCB:
            fill(found, first, last, CLASSES.index(GCB[value]))
    for first, last, value in spans("emoji/emoji-data.txt"):
        if value == "Extended_Pictographic":
            fill(found, first, last, CLASSES.index("PICTOGRAPH"))
    for first, last, value in spans("DerivedCoreProperties.txt"):
        if value in ("InCB=Linker", "InCB=Consonant"):
            fill(found, first, last, CLASSES.index(value[5:].upper()))
    return found


def certain(width, classed):
    """1 for each code point whose columns all terminals agree on."""
    known, emoji = bytearray(CODES), bytearray(CODES)
    for first, last, category in categories():
        fill(known, first, last, category not in ("Co", "Cs", "Mc"))
    for first, last, value in spans("emoji/emoji-data.txt"):
        if value in ("Emoji", "Emoji_Presentation", "Emoji_Modifier", "Extended_Pictographic"):
            fill(emoji, first, last, 1)

    def within(ranges, code):
        return any(first <= code <= last for first, last in ranges)

    def sure(code):
        if width[code] == 2:
            return not emoji[code] and CLASSES[classed[code]] in ("OTHER", "LV") and within(OLD_WIDE, code)
        if width[code] == 0:
            return CLASSES[classed[code]] == "EXTEND" and within(OLD_MARKS, code)
        return known[code] and not classed[code] and not emoji[code]
    return [code < 0x300 or sure(code) for code in range(CODES)]


def table(values):
    out, lasts, first = [], [], 0x300
    for code in range(0x301, CODES + 1):
        if code < CODES and values[code] == values[first]:
            continue
        if values[first] != 1:
            out.append(f"{{ 0x{first:04x}, 0x{code - 1:04x}, 0x{values[first]:02x} }},")
            lasts.append(code - 1)
        first = code
    print("static const struct span spans[] = {")
    for i in range(0, len(out), 4):
        print("\t" + " ".join(out[i:i + 4]))
    print("};")
    blocks(lasts)


def blocks(lasts):
    """Where the search begins for each 256 code points of the first plane, and for all behind it."""
    first = [str(sum(last < block * 256 for last in lasts)) for block in range(257)]
    print("\n/* For 256 code points each: the first span that does not end before them. */")
    print("static const uint16_t blocks[257] = {")
    for i in range(0, len(first), 16):
        print("\t" + " ".join(n + "," for n in first[i:i + 16]))
    print("};")


def main():
    width, classed = widths(), classes()
    sure = certain(width, classed)
    print("/* SPDX-License-Identifier: MIT */")
    print(f"/* Made by width-table.py from the data of Unicode {version()}: do not edit. */")
    print("#ifndef HOLDFAST_SCREEN_WIDTH_TABLE_H\n#define HOLDFAST_SCREEN_WIDTH_TABLE_H\n")
    print("#include <stdint.h>\n")
    print(f'#define WIDTH_UNICODE_VERSION "{version()}"\n')
    print("/* From FIRST to LAST: the columns, 4 if they are doubtful, and 8 times the class.  All others: 1. */")
    print("struct span {\n\tuint32_t first;\n\tuint32_t last : 24, what : 8;\n};\n")
    table([width[c] | (0 if sure[c] else 4) | classed[c] << 3 for c in range(CODES)])
    print("\n#endif")


main()
