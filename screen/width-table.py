#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes width_table.h from Unicode's data files (Debian: package unicode-data).

usage: width-table.py [DIRECTORY] > width_table.h

Zero columns: nonspacing and enclosing marks (Mn, Me), format characters (Cf) but SOFT HYPHEN and the prepended
ones that show a sign (Prepended_Concatenation_Mark), medial vowels and final consonants of Hangul (Jamo V and T), line
and paragraph separators.  Two columns: East_Asian_Width W and F, unassigned code points of the CJK planes with them.
One column: all others.
"""
import re
import sys

DIR = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"


def spans(name):
    """(first, last, value) of a property file's lines."""
    with open(f"{DIR}/{name}", encoding="utf-8") as f:
        for line in f:
            m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
            if m:
                yield int(m[1], 16), int(m[2] or m[1], 16), m[3]


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


def widths():
    width = bytearray([1]) * 0x110000
    for first, last, value in spans("EastAsianWidth.txt"):
        if value in ("W", "F"):
            width[first:last + 1] = bytes([2]) * (last + 1 - first)
    for first, last, category in categories():
        if category in ("Mn", "Me", "Cf", "Zl", "Zp"):
            width[first:last + 1] = bytes(last + 1 - first)
    for first, last, value in spans("PropList.txt"):
        if value == "Prepended_Concatenation_Mark":
            width[first:last + 1] = bytes([1]) * (last + 1 - first)
    for first, last, value in spans("HangulSyllableType.txt"):
        if value in ("V", "T"):
            width[first:last + 1] = bytes(last + 1 - first)
    width[0xAD] = 1
    return width


def table(width, value, name):
    out, first = [], None
    for code in range(0x110001):
        here = code < 0x110000 and width[code] == value
        if here and first is None:
            first = code
        elif not here and first is not None:
            out.append(f"{{ 0x{first:04x}, 0x{code - 1:04x} }},")
            first = None
    print(f"static const struct span {name}[] = {{")
    for i in range(0, len(out), 5):
        print("\t" + " ".join(out[i:i + 5]))
    print("};")


def main():
    width = widths()
    print("/* SPDX-License-Identifier: MIT */")
    print(f"/* Made by width-table.py from the data of Unicode {version()}: do not edit. */")
    print("#ifndef HOLDFAST_SCREEN_WIDTH_TABLE_H\n#define HOLDFAST_SCREEN_WIDTH_TABLE_H\n")
    print("#include <stdint.h>\n")
    print(f'#define WIDTH_UNICODE_VERSION "{version()}"\n')
    print("struct span {\n\tuint32_t first, last;\n};\n")
    table(width, 0, "no_columns")
    print()
    table(width, 2, "two_columns")
    print("\n#endif")


main()
