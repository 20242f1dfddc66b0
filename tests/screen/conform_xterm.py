# SPDX-License-Identifier: MIT
"""After xterm's list of control sequences (ctlseqs)."""
from conform_ecma48 import E, FULL, KEPT, at, on

ALT = E + "?1049h"

CASES = [
    # The alternate screen.
    ("1049 shows an empty screen", FULL + at(2, 4) + ALT, "", {"at": (2, 4)}),
    ("1049 and back", FULL + at(2, 4) + ALT + at(3, 3) + "xyz" + E + "?1049l", KEPT, {"at": (2, 4)}),
    ("1049 clears the screen each time", ALT + "abc" + E + "?1049l" + ALT, "", {}),
    ("1049 twice", FULL + at(2, 4) + ALT + at(3, 3) + "x" + ALT + E + "?1049l", KEPT, None),
    ("1047 clears when it leaves", FULL + at(2, 4) + E + "?1047hx" + E + "?1047l" + E + "?47h", "", {"at": (2, 5)}),
    ("47 keeps what is there", FULL + at(2, 4) + E + "?47hx" + E + "?47l" + E + "?47h", "|   x", {"at": (2, 5)}),
    ("1048 saves the cursor", at(2, 3) + E + "?1048h" + at(4, 4) + E + "?1048lX", "|  X", {"at": (2, 4)}),
    ("the alternate screen has no scrollback", ALT + FULL + at(4, 1) + "\n\n\n" + E + "?1049lX", "X",
     {"at": (1, 2)}),
    ("each screen has its saved cursor", at(2, 3) + "\x1b7" + E + "?47h" + at(4, 4) + "\x1b7" + E + "?47l\x1b8X",
     "|  X",
     {"at": (2, 4)}),
    ("ED 3 keeps the screen", FULL + at(2, 4) + E + "3J", KEPT, {"at": (2, 4)}),
    # Saved cursor of SCO.
    ("SCOSC and SCORC", at(2, 3) + E + "s" + at(4, 4) + E + "uX", "|  X", {"at": (2, 4)}),
    # Scrolling left and right.
    on(2, E + "2 @", "23456789|cdefghij|CDEFGHIJ|stuvwxyz", "SL", (2, 4)),
    on(2, E + "2 A", "  01234567|  abcdefgh|  ABCDEFGH|  qrstuvwx", "SR", (2, 4)),
    on(2, E + "2^", "||0123456789|abcdefghij", "SD, xterm's other form", (2, 4)),
    on(2, E + "1;2;3;4;5T", KEPT, "highlight tracking is no SD", (2, 4)),
    # Controls that say something and show nothing.
    ("OSC ended by BEL", "a\x1b]2;t\x07b", "ab", {"at": (1, 3)}),
    ("OSC ended by ST", "a\x1b]2;t\x1b\\b", "ab", {"at": (1, 3)}),
    ("OSC with UTF-8 in it", "a\x1b]2;日本語\x07b", "ab", {"at": (1, 3)}),
    ("a hyperlink shows its text", "\x1b]8;id=1;http://example.org/\x1b\\ab\x1b]8;;\x1b\\c", "abc", {"at": (1, 4)}),
    ("window operations", "a" + E + "22;0t" + E + "23;0t" + E + "14t" + E + "8;5;5tb", "ab", {"at": (1, 3)}),
    ("DECSCUSR", "a" + E + "3 qb", "ab", {"at": (1, 3)}),
    ("queries are eaten",
     "a" + E + "c" + E + ">c" + E + "=c" + E + "5n" + E + "6n" + E + "?6n" + E + "?1$p\x1bP$qm\x1b\\" + E +
     ">q\x1bZb", "ab", {"at": (1, 3)}),
    ("modifyOtherKeys", "a" + E + ">4;2mb" + E + ">4mc" + E + ">4n", "abc", {"at": (1, 4)}),
    ("XTPUSHSGR and the like", "a" + E + "#{b" + E + "#}c", "abc", {"at": (1, 4)}),
    ("private modes in one sequence", E + "?7;25;1006;2004l" + "0123456789X", "012345678X", {"at": (1, 10)}),
    ("IRM with other modes", "abcd" + at(1, 2) + E + "4;20hX", "aXbcd", {"at": (1, 3)}),
    ("reverse wrap", "0123456789ab" + E + "?45h\b\b\bX", "012345678X|ab", None),
    ("DECSET 3 changes nothing unless 40 is set", FULL + at(2, 4) + E + "?3h", KEPT, {"at": (2, 4)}),
    # SGR: nothing of it is text.
    ("SGR with semicolons", E + "38;2;1;2;3;48;5;77;1;3;4;7;9ma" + E + "mb", "ab", {"at": (1, 3)}),
    ("SGR with colons", E + "38:2::1:2:3;48:5:77;4:3;58:2::1:2:3ma" + E + "0mb", "ab", {"at": (1, 3)}),
    ("SGR cut short", E + "38;2ma" + E + "38;5mb" + E + "38mc" + E + "4:md", "abcd", {"at": (1, 5)}),
    ("underline with a style is no faint", E + "4:2ma", "a", {"at": (1, 2)}),
]
CASES = [c if len(c) == 3 or c[3] is not None else c[:3] for c in CASES]
