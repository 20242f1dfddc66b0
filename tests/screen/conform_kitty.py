# SPDX-License-Identifier: MIT
"""After the page of kitty's keyboard protocol: the flags in force."""
E = "\x1b["
ALT, MAIN = E + "?1049h", E + "?1049l"


def flags(name, given, value):
    return (name, given, "", {"kitty-flags": value})


CASES = [
    flags("none at first", "", 0),
    flags("push", E + ">5u", 5),
    flags("push without a parameter is 0", E + ">5u" + E + ">u", 0),
    flags("pop", E + ">5u" + E + "<u", 0),
    flags("pop of one", E + ">1u" + E + ">5u" + E + "<1u", 1),
    flags("pop of two", E + ">1u" + E + ">5u" + E + ">7u" + E + "<2u", 1),
    flags("pop of more than there is resets", E + ">1u" + E + ">5u" + E + "<99u", 0),
    flags("pop of an empty stack", E + "<u" + E + ">3u", 3),
    flags("set", E + "=5u", 5),
    flags("set, mode 1", E + "=3u" + E + "=4;1u", 4),
    flags("set, mode 2 adds", E + "=3u" + E + "=4;2u", 7),
    flags("set, mode 3 takes away", E + "=7u" + E + "=2;3u", 5),
    flags("unknown bits are left out", E + "=255u", 31),
    flags("set changes the top only", E + ">1u" + E + ">2u" + E + "=8u" + E + "<u", 1),
    flags("a full stack loses its oldest", "".join(E + ">%du" % (i % 31 + 1) for i in range(40)), 9),
    flags("each screen has its own", E + ">5u" + ALT, 0),
    flags("the main screen's is kept", E + ">5u" + ALT + E + ">1u" + MAIN, 5),
    flags("RIS resets", E + ">5u\x1bc", 0),
    ("the query shows nothing", "a" + E + "?ub", "ab", {"at": (1, 3)}),
    ("CSI u is still SCORC", E + "2;3H" + E + "s" + E + "4;4H" + E + "uX", "|  X", {"at": (2, 4)}),
]
