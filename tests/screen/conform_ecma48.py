# SPDX-License-Identifier: MIT
"""After ECMA-48, fifth edition: section 8.3 in the order of the control functions' names."""
E = "\x1b["
# Four full rows; the cursor then goes home.
FULL = E + "1;1H0123456789" + E + "2;1Habcdefghij" + E + "3;1HABCDEFGHIJ" + E + "4;1Hqrstuvwxyz" + E + "1;1H"
KEPT = "0123456789|abcdefghij|ABCDEFGHIJ|qrstuvwxyz"


def at(row, col):
    return E + "%d;%dH" % (row, col)


def on(row, given, rows, name, cursor):
    """A case on the full screen, begun in column 4 of ROW."""
    return (name, FULL + at(row, 4) + given, rows, {"at": cursor})


CASES = [
    ("text and new lines", "ab\r\ncd\nef", "ab|cd|  ef", {"at": (3, 5)}),
    ("BEL does nothing", "a\x07b", "ab", {"at": (1, 3)}),
    ("BS moves left", "abc\b\bX", "aXc", {"at": (1, 3)}),
    ("BS stops at column 1", "a\b\b\bX", "X", {"at": (1, 2)}),
    ("CR", "abc\rX", "Xbc", {"at": (1, 2)}),
    ("LF keeps the column", "ab\nc", "ab|  c", {"at": (2, 4)}),
    on(4, "\n", "abcdefghij|ABCDEFGHIJ|qrstuvwxyz|", "LF scrolls on the last row", (4, 4)),
    on(4, "\v", "abcdefghij|ABCDEFGHIJ|qrstuvwxyz|", "VT is a line feed", (4, 4)),
    on(4, "\f", "abcdefghij|ABCDEFGHIJ|qrstuvwxyz|", "FF is a line feed", (4, 4)),
    ("HT", "a\tb", "a       b", {"at": (1, 10)}),
    ("HT stops at the last column", "\t\t\tX", "         X", {"at": (1, 10)}),
    ("NUL and DEL are ignored", "a\x00b\x7fc", "abc", {"at": (1, 4)}),
    # CBT, CHT
    on(1, E + "Z", KEPT, "CBT", (1, 1)),
    ("CBT by 2", at(1, 20) + E + "2Z", "", {"at": (1, 9), "size": (2, 30)}),
    ("CBT goes no farther than column 1", at(1, 20) + E + "9Z", "", {"at": (1, 1), "size": (2, 30)}),
    ("CHT", E + "I", "", {"at": (1, 9)}),
    ("CHT by 2", E + "2I", "", {"at": (1, 17), "size": (2, 30)}),
    # CHA, HPA, HPR, HPB
    on(2, E + "7G", KEPT, "CHA", (2, 7)),
    on(2, E + "G", KEPT, "CHA without a parameter", (2, 1)),
    on(2, E + "0G", KEPT, "CHA with 0", (2, 1)),
    on(2, E + "99G", KEPT, "CHA beyond the line", (2, 10)),
    on(2, E + "6`", KEPT, "HPA", (2, 6)),
    on(2, E + "2a", KEPT, "HPR", (2, 6)),
    on(2, E + "a", KEPT, "HPR without a parameter", (2, 5)),
    on(2, E + "99a", KEPT, "HPR beyond the line", (2, 10)),
    # CUB, CUD, CUF, CUU, CNL, CPL
    on(2, E + "D", KEPT, "CUB", (2, 3)),
    on(2, E + "2D", KEPT, "CUB by 2", (2, 2)),
    on(2, E + "0D", KEPT, "CUB with 0 is 1", (2, 3)),
    on(2, E + "99D", KEPT, "CUB stops at column 1", (2, 1)),
    on(2, E + "C", KEPT, "CUF", (2, 5)),
    on(2, E + "3C", KEPT, "CUF by 3", (2, 7)),
    on(2, E + "0C", KEPT, "CUF with 0 is 1", (2, 5)),
    on(2, E + "99C", KEPT, "CUF stops at the last column", (2, 10)),
    on(2, E + "A", KEPT, "CUU", (1, 4)),
    on(4, E + "2A", KEPT, "CUU by 2", (2, 4)),
    on(2, E + "9A", KEPT, "CUU stops at row 1", (1, 4)),
    on(2, E + "B", KEPT, "CUD", (3, 4)),
    on(1, E + "2B", KEPT, "CUD by 2", (3, 4)),
    on(2, E + "9B", KEPT, "CUD stops at the last row", (4, 4)),
    on(1, E + "2E", KEPT, "CNL", (3, 1)),
    on(1, E + "9E", KEPT, "CNL stops at the last row", (4, 1)),
    on(4, E + "2F", KEPT, "CPL", (2, 1)),
    on(4, E + "9F", KEPT, "CPL stops at row 1", (1, 1)),
    # CUP, HVP, VPA, VPR
    on(2, E + "H", KEPT, "CUP without parameters", (1, 1)),
    on(2, E + "3H", KEPT, "CUP with a row", (3, 1)),
    on(2, E + ";5H", KEPT, "CUP with a column", (1, 5)),
    on(2, E + "3;7H", KEPT, "CUP", (3, 7)),
    on(2, E + "0;0H", KEPT, "CUP with zeros", (1, 1)),
    on(2, E + "99;99H", KEPT, "CUP beyond the screen", (4, 10)),
    on(2, E + "99999999999999999999;3H", KEPT, "CUP with a number too large", (4, 3)),
    on(2, E + "3;7f", KEPT, "HVP", (3, 7)),
    on(2, E + "f", KEPT, "HVP without parameters", (1, 1)),
    on(2, E + "4d", KEPT, "VPA", (4, 4)),
    on(2, E + "d", KEPT, "VPA without a parameter", (1, 4)),
    on(2, E + "99d", KEPT, "VPA beyond the screen", (4, 4)),
    on(2, E + "2e", KEPT, "VPR", (4, 4)),
    on(2, E + "99e", KEPT, "VPR beyond the screen", (4, 4)),
    # DCH, ICH, ECH
    on(2, E + "P", "0123456789|abcefghij|ABCDEFGHIJ|qrstuvwxyz", "DCH", (2, 4)),
    on(2, E + "3P", "0123456789|abcghij|ABCDEFGHIJ|qrstuvwxyz", "DCH by 3", (2, 4)),
    on(2, E + "0P", "0123456789|abcefghij|ABCDEFGHIJ|qrstuvwxyz", "DCH with 0 is 1", (2, 4)),
    on(2, E + "99P", "0123456789|abc|ABCDEFGHIJ|qrstuvwxyz", "DCH of more than there is", (2, 4)),
    on(2, E + "@", "0123456789|abc defghi|ABCDEFGHIJ|qrstuvwxyz", "ICH", (2, 4)),
    on(2, E + "3@", "0123456789|abc   defg|ABCDEFGHIJ|qrstuvwxyz", "ICH by 3", (2, 4)),
    on(2, E + "99@", "0123456789|abc|ABCDEFGHIJ|qrstuvwxyz", "ICH of more than there is", (2, 4)),
    on(2, E + "X", "0123456789|abc efghij|ABCDEFGHIJ|qrstuvwxyz", "ECH", (2, 4)),
    on(2, E + "3X", "0123456789|abc   ghij|ABCDEFGHIJ|qrstuvwxyz", "ECH by 3", (2, 4)),
    on(2, E + "0X", "0123456789|abc efghij|ABCDEFGHIJ|qrstuvwxyz", "ECH with 0 is 1", (2, 4)),
    on(2, E + "99X", "0123456789|abc|ABCDEFGHIJ|qrstuvwxyz", "ECH of more than there is", (2, 4)),
    # DL, IL
    on(2, E + "M", "0123456789|ABCDEFGHIJ|qrstuvwxyz|", "DL; the cursor goes to column 1", (2, 1)),
    on(2, E + "2M", "0123456789|qrstuvwxyz||", "DL by 2", (2, 1)),
    on(2, E + "99M", "0123456789|||", "DL of more than there is", (2, 1)),
    on(2, E + "L", "0123456789||abcdefghij|ABCDEFGHIJ", "IL; the cursor goes to column 1", (2, 1)),
    on(2, E + "2L", "0123456789|||abcdefghij", "IL by 2", (2, 1)),
    on(2, E + "99L", "0123456789|||", "IL of more than there is", (2, 1)),
    # ED, EL
    on(2, E + "J", "0123456789|abc||", "ED 0", (2, 4)),
    on(2, E + "0J", "0123456789|abc||", "ED 0, given", (2, 4)),
    on(2, E + "1J", "|    efghij|ABCDEFGHIJ|qrstuvwxyz", "ED 1", (2, 4)),
    on(2, E + "2J", "", "ED 2", (2, 4)),
    on(2, E + "7J", KEPT, "ED of a value that is none", (2, 4)),
    on(2, E + "K", "0123456789|abc|ABCDEFGHIJ|qrstuvwxyz", "EL 0", (2, 4)),
    on(2, E + "1K", "0123456789|    efghij|ABCDEFGHIJ|qrstuvwxyz", "EL 1", (2, 4)),
    on(2, E + "2K", "0123456789||ABCDEFGHIJ|qrstuvwxyz", "EL 2", (2, 4)),
    on(2, E + "7K", KEPT, "EL of a value that is none", (2, 4)),
    # SU, SD, REP
    on(2, E + "S", "abcdefghij|ABCDEFGHIJ|qrstuvwxyz|", "SU", (2, 4)),
    on(2, E + "2S", "ABCDEFGHIJ|qrstuvwxyz||", "SU by 2", (2, 4)),
    on(2, E + "99S", "", "SU of more than there is", (2, 4)),
    on(2, E + "T", "|0123456789|abcdefghij|ABCDEFGHIJ", "SD", (2, 4)),
    on(2, E + "2T", "||0123456789|abcdefghij", "SD by 2", (2, 4)),
    on(2, E + "99T", "", "SD of more than there is", (2, 4)),
    ("REP", "a" + E + "3b", "aaaa", {"at": (1, 5)}),
    ("REP without a parameter", "a" + E + "b", "aa", {"at": (1, 3)}),
    ("REP wraps", "a" + E + "12b", "aaaaaaaaaa|aaa", {"at": (2, 4)}),
    # HTS, TBC
    ("HTS", at(1, 4) + "\x1bH\r\tX", "   X", {"at": (1, 5)}),
    ("TBC 0", at(1, 9) + E + "g\r\tX", "         X", {"at": (1, 10)}),
    ("TBC 0 elsewhere", at(1, 5) + E + "0g\r\tX", "        X", {"at": (1, 10)}),
    ("TBC 3", E + "3g\tX", "         X", {"at": (1, 10)}),
    # SM, RM: IRM and LNM
    ("IRM", "abcd" + at(1, 2) + E + "4hXY", "aXYbcd", {"at": (1, 4)}),
    ("IRM pushes out what is at the end", FULL + at(2, 4) + E + "4hXY",
     "0123456789|abcXYdefgh|ABCDEFGHIJ|qrstuvwxyz",
     {"at": (2, 6)}),
    ("IRM off", "abcd" + at(1, 2) + E + "4h" + E + "4lXY", "aXYd", {"at": (1, 4)}),
    ("LNM", E + "20habc\ndef", "abc|def", {"at": (2, 4)}),
    ("LNM off", E + "20h" + E + "20labc\ndef", "abc|   def", {"at": (2, 7)}),
    # Sequences that are not for a terminal of this kind.
    ("control strings are not shown",
     "a\x1bPq123\x1b\\b\x1b]999;x\x1b\\c\x1b^pm\x1b\\d\x1b_apc\x1b\\e\x1bXsos\x1b\\f", "abcdef",
     {"at": (1, 7)}),
    ("an unknown control sequence is not shown", "a" + E + "12;34wb" + E + "=5zc" + E + "1 Jd" + E + "?1$ze",
     "abcde",
     {"at": (1, 6)}),
    ("an unknown escape sequence is not shown", "a\x1b%Gb\x1b#0c\x1b Fd", "abcd", {"at": (1, 5)}),
]
