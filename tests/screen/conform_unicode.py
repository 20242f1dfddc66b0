# SPDX-License-Identifier: MIT
"""After Unicode: UTF-8 (3.9, table 3-8) and widths (UAX 11), with sequences of emoji as wcwidth(3) has them."""
from conform_ecma48 import E, at

BAD = "\ufffd"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
KISS = "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3fe"


def utf8(name, given, shown):
    return ("UTF-8: " + name, given, shown, {"at": (1, 1 + len(shown))})


def width(name, given, columns, rows=None):
    return ("width: " + name, given, given if rows is None else rows, {"at": (1, 1 + columns)})


def clustered(name, given, columns):
    return ("?2027: " + name, E + "?2027h" + given, given, {"at": (1, 1 + columns)})


CASES = [
    utf8("two, three and four bytes", "é€𝄞".encode(), "é€𝄞"),
    utf8("a continuation byte alone", b"a\x80b", "a" + BAD + "b"),
    utf8("two of them", b"a\x80\xbfb", "a" + BAD * 2 + "b"),
    utf8("a character cut short by ASCII", b"\xe2\x82b", BAD + "b"),
    utf8("a character cut short by another", b"\xe2\x82\xc3\xa9", BAD + "é"),
    utf8("overlong, two bytes", b"\xc0\xafb", BAD * 2 + "b"),
    utf8("overlong, three bytes", b"\xe0\x80\xafb", BAD * 3 + "b"),
    utf8("overlong, four bytes", b"\xf0\x80\x80\xafb", BAD * 4 + "b"),
    utf8("a surrogate", b"\xed\xa0\x80b", BAD * 3 + "b"),
    utf8("beyond U+10FFFF", b"\xf4\x90\x80\x80b", BAD * 4 + "b"),
    utf8("bytes that are none", b"\xf5\xfe\xffb", BAD * 3 + "b"),
    utf8("three of four bytes", b"\xf0\x9f\x98b", BAD + "b"),
    utf8("an escape inside a character", b"\xe2\x82\x1b[mb", BAD + "b"),
    width("Latin, Greek, Cyrillic", "aéλж", 4),
    width("Han", "日本", 4),
    width("Hangul", "한국", 4),
    width("full width forms", "ＡＢ", 4),
    width("half width forms", "ｱｲ", 2),
    width("box drawing is narrow", "─│┼", 3),
    width("ambiguous is narrow", "±°α", 3),
    width("emoji", "😀🚀", 4),
    width("a combining mark", "e\u0301x", 2),
    width("two combining marks", "o\u0302\u0323x", 2),
    width("a variation selector changes no width", "\u2764\ufe0fx", 2),
    width("a flag", "\U0001f1eb\U0001f1f7x", 3),
    width("a skin tone is a character of its own", "\U0001f44d\U0001f3fdx", 5),
    width("a family is three", FAMILY + "x", 7),
    ("a wide character does not fit in the last column", "012345678日", "012345678|日", {"at": (2, 3)}),
    ("a wide character in the last two", "01234567日X", "01234567日|X", {"at": (2, 2)}),
    ("writing on the left half erases the right", "日本" + at(1, 1) + "X", "X 本", {"at": (1, 2)}),
    ("writing on the right half erases the left", "日本" + at(1, 2) + "X", " X本", {"at": (1, 3)}),
    ("a wide one over two halves", "日本" + at(1, 2) + "語", " 語", {"at": (1, 4)}),
    ("erasing half a character", "日本" + at(1, 2) + E + "X", "  本", {"at": (1, 2)}),
    ("deleting half a character", "日本x" + at(1, 2) + E + "P", " 本x", {"at": (1, 2)}),
    ("inserting in a character", "日本x" + at(1, 2) + E + "@", "   本x", {"at": (1, 2)}),
    ("a wide character is pushed out whole", "01234567日" + at(1, 1) + E + "@", " 01234567", {"at": (1, 1)}),
    ("a mark joins the last column's character", "012345678e\u0301", "012345678e\u0301", {"at": (1, 10)}),
    ("a mark does not wrap", "012345678e\u0301X", "012345678e\u0301|X", {"at": (2, 2)}),
    ("a mark after moving away", "ab" + at(2, 2) + "c\u0301", "ab| c\u0301", {"at": (2, 3)}),
    ("a wide character with DECAWM off", E + "?7l0123456789日", None, {}),
    ("in a terminal of one column", "日a", None, {"size": (3, 1)}),
    clustered("one of one column", "e\u0301x", 2),
    clustered("VARIATION SELECTOR-16 makes an emoji wide", "\u2764\ufe0fx", 3),
    clustered("VARIATION SELECTOR-16 behind a letter", "a\ufe0fx", 2),
    clustered("VARIATION SELECTOR-15 changes nothing", "\u231a\ufe0ex", 3),
    clustered("a keycap", "1\ufe0f\u20e3x", 3),
    clustered("a flag", "\U0001f1eb\U0001f1f7x", 3),
    clustered("two flags", "\U0001f1eb\U0001f1f7\U0001f1e9\U0001f1eax", 5),
    clustered("a skin tone", "\U0001f44d\U0001f3fdx", 3),
    clustered("a family", FAMILY + "x", 3),
    clustered("ten code points", KISS + "x", 3),
    clustered("a flag of tags", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007fx", 3),
    clustered("a spacing mark", "\u0915\u093ex", 2),
    clustered("a conjunct", "\u0915\u094d\u0937x", 2),
    clustered("Hangul jamo", "\u1112\u1161\u11abx", 3),
    ("?2027: no cluster over a sequence", E + "?2027h\U0001f1eb" + E + "m\U0001f1f7x",
     "\U0001f1eb\U0001f1f7x", {"at": (1, 4)}),
    ("?2027: an emoji that becomes wide in the last column", E + "?2027h012345678\u2764\ufe0fx",
     "012345678|\u2764\ufe0fx", {"at": (2, 4)}),
    ("?2027: the same without DECAWM", E + "?2027h" + E + "?7l012345678\u2764\ufe0f",
     "012345678\u2764", {"at": (1, 10)}),
    ("?2027: DECSTR resets it", E + "?2027h" + E + "!p\u2764\ufe0fx", "\u2764\ufe0fx", {"at": (1, 3)}),
    ("REP of a cluster", "\u2764\ufe0f" + E + "2b", "\u2764\ufe0f" * 3, {"at": (1, 4)}),
    ("REP of a wide character", "日" + E + "2b", "日日日", {"at": (1, 7)}),
]
