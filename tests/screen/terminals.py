# SPDX-License-Identifier: MIT
"""Renderings for terminals that take less than the model has: no sequence but those that terminfo lists for the TERM.

infocmp(1) has the capabilities, tput(1) those with parameters.  For a terminal like xterm terminfo is no measure, for
it passes over what it does not know: there only what it could misread is looked for.  GNU screen is a judge besides: it
shows what is drawn for screen-256color.
"""
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata

# Each with a locale of its own: what comes with UTF-8, with 8 bits, and with ASCII alone.
BASIC = (("linux", "C.UTF-8"), ("linux", "POSIX.ISO-8859-1"), ("vt100", "C.UTF-8"), ("vt100", "POSIX.ISO-8859-15"),
         ("vt220", "POSIX.KOI8-R"), ("screen", "C.UTF-8"), ("screen-256color", "C.UTF-8"), ("rxvt", "C.UTF-8"),
         ("ansi", "POSIX.CP437"), ("cygwin", "POSIX.CP1252"), ("dumb", "C.UTF-8"),
         ("no-such-terminal", "POSIX.ANSI_X3.4-1968"))
LIKE_XTERM = ("xterm", "xterm-256color", "tmux-256color")

SEQUENCE = re.compile(
    rb"\x1b\[(?P<private>[<=>?]?)(?P<params>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    rb"|\x1b\](?P<osc>[0-9]*)[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b(?P<set>[()*+][0-9A-Za-z])|\x1b(?P<escape>[ -/]*[0-~])"
    rb"|(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f])", re.DOTALL)
# What a rendering has for each terminal of ECMA-48, and what a TERM has by its manual (console_codes(4), screen(1)).
ALWAYS = {"CSI m 0", "CSI H", "CSI J"}
MANUAL = {
    "linux": {"CSI ?h 1", "CSI ?l 1", "CSI ?h 6", "CSI ?l 6", "CSI h 20", "CSI l 20", "ESC =", "ESC >", "ESC set B"},
    "screen": {"OSC 1", "OSC 2"}, "screen-256color": {"OSC 1", "OSC 2"},
    # What is known of any terminal that is not dumb: a VT100 without colours.
    "no-such-terminal": {"CSI C", "CSI r", "CSI m 1", "CSI m 4", "CSI m 7"},
}
# Not for a terminal like xterm of which terminfo does not say that it knows them.
MISREAD = re.compile(rb"\x1b\[[0-9;]*:|\x1b\[[<=][0-9;]*u|\x1b\[>[0-9;]*u|\x1b\[\?[0-9;]*(?:2027|2031|2048)|\x1b\]9;4")


def sgr_words(params):
    """The attributes and colours of one SGR."""
    numbers = [p or "0" for p in params.decode().split(";")]
    while numbers:
        take = 3 if numbers[0] in ("38", "48") and numbers[1:2] == ["5"] else 1
        yield "CSI m " + (numbers[0] + ";5" if take == 3 else numbers[0])
        del numbers[:take]


def words(data):
    """The sequences in DATA, each as text that says its kind and not its position."""
    for m in SEQUENCE.finditer(data):
        if m["control"] is not None:
            yield "control %02x" % m["control"][0]
        elif m["osc"] is not None:
            yield "OSC " + m["osc"].decode()
        elif m["set"] is not None:
            yield "ESC set " + m["set"][1:].decode()
        elif m["escape"] is not None:
            yield "ESC " + m["escape"].decode()
        elif m["final"] == b"m" and not m["private"]:
            yield from sgr_words(m["params"])
        elif m["final"] in b"hl":
            for number in m["params"].decode().split(";"):
                yield "CSI %s%s %s" % (m["private"].decode(), m["final"].decode(), number)
        else:
            yield "CSI %s%s%s" % (m["private"].decode(), m["between"].decode(), m["final"].decode())


def tput(term, *args):
    r = subprocess.run(["tput", "-T", term, *args], capture_output=True, check=False)
    return r.stdout


def capabilities(term):
    """All strings of TERM's entry but its keys, as bytes; of those with parameters several."""
    r = subprocess.run(["infocmp", "-1", "-x", term], capture_output=True, check=False)
    for line in r.stdout.decode("latin-1").splitlines():
        m = re.match(r"\t([A-Za-z0-9]+)=(.*),$", line)
        if not m or m[1].startswith(("k", "u", "acs")) or m[1] in ("xm", "Ms"):
            continue
        if "%" not in m[2]:
            yield tput(term, m[1])
        elif m[1] in ("setaf", "setab"):
            yield from (tput(term, m[1], str(n)) for n in (0, 7, 8, 15, 16, 255))
        else:
            yield tput(term, m[1], "2", "3")


def allowed(term):
    found = set(ALWAYS) if term != "dumb" else set()
    for data in capabilities(term):
        found.update(words(data))
    found |= MANUAL.get(term, set())
    # Charsets are shifted between, also where terminfo has one way to use them; and each switch has two positions.
    if "ESC set 0" in found:
        found |= {"control 0e", "control 0f"}
    found |= {w.replace("h ", "l ") for w in found if w.startswith("CSI")} | {w.replace("l ", "h ") for w in found
                                                                            if w.startswith("CSI")}
    # In the colours that it has, a terminal has all of them.
    for base in ("3", "4", "9", "10"):
        if "CSI m %s7" % base in found:
            found |= {"CSI m %s%d" % (base, n) for n in range(8)}
    return found


def facts(build, term, locale="C.UTF-8"):
    """What a login with that TERM says of its terminal."""
    r = subprocess.run([os.path.join(build, "tests/screen/termfacts")], stdout=subprocess.PIPE, check=True,
                       env={"TERM": term, "LC_ALL": locale, "PATH": "/usr/bin:/bin"})
    return r.stdout.decode().strip()


class Terminals:
    """What is known about them, made once."""

    def __init__(self, build):
        self.facts = {(t, c): facts(build, t, c) for t, c in BASIC}
        self.facts.update(((t, "C.UTF-8"), facts(build, t)) for t in LIKE_XTERM)
        self.allowed = {t: allowed(t) for t, _ in BASIC}


def rendering(replay, stream, target, at, *more):
    with open(stream.path, "rb") as f:
        return subprocess.run([replay, "--at", str(at), "--target", target, *more, str(stream.rows), str(stream.cols)],
                              stdin=f, stdout=subprocess.PIPE, check=True).stdout


def case(terminals, replay, stream, options):
    """The sequences in renderings of STREAM that the terminals do not know."""
    wrong = []
    # Where no sequence is open: one that a program has begun is the program's.
    grounds = stream.grounds()
    for at in {grounds[-1], random.Random(options.seed).choice(grounds)}:
        for (term, locale), target in terminals.facts.items():
            data = rendering(replay, stream, target, at, "--line", "resumed") + \
                rendering(replay, stream, target, at, "--leave")
            if term in LIKE_XTERM:
                known_colons = term.startswith("tmux")
                found = {m[0] for m in MISREAD.finditer(data) if not (known_colons and b":" in m[0])}
            else:
                found = set(words(data)) - terminals.allowed[term] - {"control 00", "control 7f"}
            if found:
                wrong.append("cut at %d, TERM=%s, %s: %s" % (at, term, locale, ", ".join(map(str, sorted(found)))))
    return wrong


# GNU screen.

JUDGED = ("emacs", "fish", "git", "htop", "less", "ls", "mc", "mc-vt100", "nano", "vim")


def shown_by_screen(data, rows, cols, directory):
    """The text that GNU screen shows after DATA."""
    with tempfile.TemporaryDirectory(dir=directory) as own:
        path = {n: os.path.join(own, n) for n in ("bytes", "done", "copy", "rc", "sockets")}
        with open(path["bytes"], "wb") as f:
            f.write(data)
        with open(path["rc"], "w", encoding="ascii") as f:
            f.write("startup_message off\ndefscrollback 100\naltscreen on\ndefutf8 on\n")
        os.mkdir(path["sockets"], 0o700)
        environ = {"SCREENDIR": path["sockets"], "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": own,
                   "TERM": "xterm-256color"}
        program = 'stty raw -echo rows %d cols %d; cat "$0"; printf "\\033[5n"; ' \
                  'dd bs=1 count=4 2>/dev/null >"$1.new" && mv "$1.new" "$1"; exec sleep 60' % (rows, cols)
        # Without a display a window has 24 rows and 80 columns.
        p = subprocess.Popen(["screen", "-U", "-D", "-m", "-c", path["rc"], "-S", "judge", "sh", "-c", program,
                              path["bytes"], path["done"]], env=environ, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(path["done"])
            subprocess.run(["screen", "-S", "judge", "-X", "hardcopy", path["copy"]], env=environ, check=True)
            wait_for(path["copy"])
            with open(path["copy"], "rb") as f:
                return f.read().decode("latin-1")
        finally:
            subprocess.run(["screen", "-S", "judge", "-X", "quit"], env=environ, check=False,
                           stdout=subprocess.DEVNULL)
            p.wait(20)


def wait_for(path):
    end = time.monotonic() + 60
    while not os.path.exists(path) or not os.path.getsize(path):
        if time.monotonic() > end:
            raise RuntimeError("GNU screen has not made %s" % path)
        time.sleep(0.02)


def is_judged(stream):
    return stream.name in [n + ".24x80" for n in JUDGED]


def rows_of(text):
    rows = [line.rstrip() for line in text.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def judged(terminals, replay, stream, directory):
    """What GNU screen shows for a rendering, beside the model's text."""
    grounds = stream.grounds()
    at = grounds[len(grounds) * 3 // 5]
    data = rendering(replay, stream, terminals.facts["screen-256color", "C.UTF-8"], at)
    with open(stream.path, "rb") as f:
        text = subprocess.run([replay, "--at", str(at), "--text", str(stream.rows), str(stream.cols)], stdin=f,
                              stdout=subprocess.PIPE, check=True).stdout.decode()
    want, got = rows_of(text), rows_of(shown_by_screen(data, stream.rows, stream.cols, directory))
    rows = list(zip(want + [""] * len(got), got + [""] * len(want)))
    compared = [(y, low_bytes(a), b) for y, (a, b) in enumerate(rows) if single(a)]
    if not any(a for _, a, _ in compared):
        return ["no row can be compared"]
    return ["row %d: %r, and GNU screen shows %r" % (y, a, b) for y, a, b in compared if a.rstrip() != b.rstrip()]


def single(row):
    """Whether each character of ROW is one of 16 bits in one column: of others a hardcopy does not tell enough."""
    return all((ord(c) < 0x1100 or 0x2000 <= ord(c) < 0x2600) and not unicodedata.combining(c) for c in row)


def low_bytes(row):
    """ROW as a hardcopy has it."""
    return "".join(chr(ord(c) & 0xff) for c in row)


def missing():
    for program in ("infocmp", "tput", "screen"):
        if not shutil.which(program):
            return "no " + program
    return None
