# SPDX-License-Identifier: MIT
"""Over a long line keys are shown before the host has answered, and passwords never: tests/predict/live.py, short.

No length of time decides: a character was predicted if it was there before its echo can have come over the line."""
import os
import sys

from host import by_hand, takes_long
from line import Line
from screens import judges, missing, SCREEN
from template import PORT
from term import check, equal

sys.path.append(os.path.join(os.path.dirname(SCREEN), "predict"))
import live  # noqa: E402
import place  # noqa: E402
import score  # noqa: E402
from scripts import ENTER, SECRET, Program, lines  # noqa: E402
from typist import Key, Keys, Raw, Secret, Wait, keys_of  # noqa: E402

RTT = 0.2
WORD = SECRET[:6]
SHORT = (
    Program("read", "exec bash --rcfile bashrc -i", ["read -s word", ENTER, Wait(0.5), Secret(WORD), ENTER, Wait(0.3),
                                                     "ask", ENTER, Wait(0.7), Secret(WORD), ENTER]),
    Program("bash", "exec bash --rcfile bashrc -i", lines(
        "echo a line of some words", ["echo another onr", Keys("back back"), "ne of them"])),
    Program("vim", "exec vim -u vimrc text.txt", [
        Raw("i"), "Some words that are typed in a row,", ENTER, "and more of theM", Keys("back"), "m.", Keys("esc"),
        0.5, Raw("x")]),
)
FLOOR = {"bash": 0.6, "vim": 0.6, "read": 0.3}  # of the characters; all of them are well above where nothing disturbs


class Near:
    """This machine, over a line."""
    host, net = "server", None

    def __init__(self, port):
        self.options = ["-p", str(port)]


def need_judge():
    if not judges.installed(SCREEN, judges.PACKAGES["graphemes"]):
        missing(judges.PACKAGES["graphemes"] + " below tests/screen")


@takes_long
def test_shown_before_the_answer(host):
    need_judge()
    place.prepare(SHORT)
    Line(PORT + 1, ("127.0.0.1", host.port()), RTT)
    ways = ("ssh", "holdfast")
    typed = [live.Typed(host, Near(PORT + 1), way, p, keys_of(p.script, p.name), "always")
             for p in SHORT for way in ways]
    begin = live.type_all(typed, RTT, 1.0, 0.3)
    watcher = score.Watcher(os.path.join(live.HERE, "watch.mjs"))
    for p in SHORT:
        shown = {}
        for t in typed:
            if t.program is p:
                path = os.path.join(host.log, p.name + "." + t.way)
                t.save(begin, path)
                shown[t.way] = score.Way(watcher, path, live.ROWS, live.COLS)
        by = score.score(p, keys_of(p.script, p.name), shown, 1000 * RTT, 2000, live.ROWS, live.COLS)
        verdict(host, p.name, by["ssh"], by["holdfast"])
    watcher.close()


def verdict(host, name, ssh, ours):
    host.note("%s: %d of %d keys before the answer, p50 %.0f ms, %d wrong for %.0f ms at most" % (
        name, ours["before the answer"], ours["keys"], ours["p50"], ours["wrong"], ours["longest"]))
    check(ours["keys"] > 10, "%s: only %d keys have a place on the screen" % (name, ours["keys"]))
    equal(ssh["before the answer"], 0, "%s: characters that ssh showed before the answer" % name)
    equal(ours["secret"], 0, "%s: characters of passwords that were shown" % name)
    equal(ours["wrong"], 0, "%s: wrong characters: %s" % (name, ours["which"]))
    check(ours["same end"], "%s: the screen is not ssh's at the end" % name)
    check(ours["before the answer"] >= FLOOR[name] * ours["keys"], "%s: %d of %d keys were shown before the answer, "
          "wanted %d %%" % (name, ours["before the answer"], ours["keys"], 100 * FLOOR[name]))


def made_up(path, chunks, struck, wrote):
    """A way that nobody went, as live.py saves it."""
    for name, those in ((".chunks", chunks), (".host.chunks", wrote)):
        with open(path + name, "w", encoding="ascii") as f:
            f.writelines("%d %s\n" % (t, text.encode().hex()) for t, text in those)
    with open(path + ".keys", "w", encoding="ascii") as f:
        f.writelines("%d\n" % t for t in struck)
    with open(path + ".cost", "w", encoding="ascii") as f:
        f.write('{"cpu": 1, "memory": 1}')


def judged(host, keys, made, struck, wrote):
    """The judge's figures of the ways of MADE, whose hosts wrote WROTE."""
    watcher, ways = score.Watcher(os.path.join(live.HERE, "watch.mjs")), {}
    for name, chunks in made.items():
        made_up(os.path.join(host.log, name), chunks, struck, wrote.get(name, []))
        ways[name] = score.Way(watcher, os.path.join(host.log, name), live.ROWS, live.COLS)
    watcher.close()
    return score.score(Program("made", "", []), keys, ways, 200, 500, live.ROWS, live.COLS)


@by_hand
def test_judge(host):
    """The judge of the above sees what is early, late, wrong, a password's, and another end."""
    need_judge()
    keys = [Key(1, b"a", "text"), Key(2, b"b", "text"), Key(3, b"\r", "control"), Key(4, b"Z", "secret")]
    struck = [1000, 2000, 3000, 4000]
    prompt, end = (0, "$ "), (3200, "\r\nPassword: ")
    made = {"ssh": [prompt, (1200, "a"), (2200, "b"), end],
            "early": [prompt, (1003, "a"), (2200, "b"), end],
            "late": [prompt, (1200, "a"), (3100, "b"), end],
            "wrong": [prompt, (1003, "x"), (1150, "\ba"), (2200, "b"), end],
            "glimpse": [prompt, (1195, "x"), (1200, "\ba"), (2200, "b"), end],
            "password": [prompt, (1200, "a"), (2200, "b"), end, (4003, "Z"), (4190, "\b \b")],
            "host": [prompt, (1100, "x"), (1200, "\ba"), (2200, "b"), end],
            "other": [prompt, (1200, "a"), (2200, "b"), end, (9000, "!")]}
    by = judged(host, keys, made, struck, {"host": [prompt, (1000, "x"), (1100, "\ba")]})
    found = {name: (f["before the answer"], f["at once"], f["wrong"], f["longest"], f["secret"], f["same end"])
             for name, f in by.items()}
    equal(found, {"ssh": (0, 0, 0, 0, 0, True), "early": (1, 1, 0, 0, 0, True), "late": (0, 0, 0, 0, 0, True),
                  "wrong": (1, 0, 1, 147, 0, True), "glimpse": (0, 0, 0, 0, 0, True),
                  "password": (0, 0, 1, 187, 1, True), "host": (0, 0, 0, 0, 0, True), "other": (0, 0, 0, 0, 0, False)}, "what the judge found")
    equal((by["ssh"]["keys"], by["late"]["p99"]), (2, 1100), "places, and the latest key")


@by_hand
def test_judge_of_marks(host):
    """A letter is seen, too, where its mark is there at the same time."""
    need_judge()
    keys = [Key(1, b"e", "text"), Key(1.1, "\u0301".encode(), "commit")]
    made = {"ssh": [(0, "$ "), (1200, "e"), (1300, "\u0301")], "early": [(0, "$ "), (1103, "e\u0301")]}
    by = judged(host, keys, made, [1000, 1100], {})
    equal((by["early"]["keys"], by["early"]["never"], by["early"]["p99"]), (1, 0, 103), "keys, never seen, latest")


@by_hand
def test_judge_of_corrections(host):
    """A letter that was taken back may never be seen, but one that stays is to be."""
    need_judge()
    keys = [Key(1, b"d", "text"), Key(1.1, b"\x7f", "control", "back"), Key(1.2, b"s", "text"), Key(1.3, b"h", "text")]
    made = {"ssh": [(0, "$ "), (1200, "d"), (1300, "\b \b"), (1400, "s"), (1500, "h")],
            "late": [(0, "$ "), (1300, "d\b \b"), (1800, "sh")], "lost": [(0, "$ "), (1300, "d\b \b"), (1800, "s")]}
    by = judged(host, keys, made, [1000, 1100, 1200, 1300], {})
    equal([(by[way]["keys"], by[way]["never"]) for way in made], [(3, 0), (2, 0), (2, 1)], "keys, and never seen")
