# SPDX-License-Identifier: MIT
"""tmux as a terminal whose screen can be read: panes that are fed bytes, and what is in them."""
import fcntl
import os
import re
import select
import subprocess
import termios
import time

# What a pane is asked; not more than tmux 3.3 knows.
FORMATS = (
    "cursor_x", "cursor_y", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag", "mouse_all_flag",
    "mouse_button_flag", "mouse_standard_flag", "mouse_sgr_flag", "mouse_utf8_flag", "origin_flag", "wrap_flag",
    "alternate_on", "alternate_saved_x", "alternate_saved_y", "pane_tabs", "scroll_region_upper",
    "scroll_region_lower", "pane_title", "pane_path",
)
ANSWER = b"\x1b[0n"
PATIENCE = 20
MARK = "=#=#=#="
TOKEN = re.compile(r"\x1b\[(?P<sgr>[0-9;:]*)m|\x1b\]8;[^;]*;(?P<link>[^\x1b]*)\x1b\\"
                   r"|(?P<shift>[\x0e\x0f])|(?P<char>[^\x1b])", re.DOTALL)
SEEN_ON_BLANK = ("4", "7", "9", "53", "bg", "us")
BACKGROUND = re.compile(r"(bg=\S*)?$")
# DEC special graphics: tmux keeps the letter, a model may keep what it stands for.
GRAPHICS = str.maketrans("`abcdefghijklmnopqrstuvwxyz{|}~", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
ATTRIBUTES = {"1": "1", "2": "2", "3": "3", "5": "5", "6": "5", "7": "7", "8": "8", "9": "9", "53": "53",
              "5:3": "53"}


class Server:
    """A tmux server of our own."""

    def __init__(self, directory):
        self.socket = os.path.join(directory, "tmux")
        self.made = False
        conf = os.path.join(directory, "tmux.conf")
        with open(conf, "w", encoding="ascii") as f:
            f.write("set -g history-limit 100000\nset -g status off\nset -g default-terminal tmux-256color\n"
                    "set -g exit-empty off\nset -g allow-rename on\nset -g set-clipboard off\n"
                    "set -s extended-keys on\nset -g remain-on-exit off\n")
        self.conf = conf

    def run(self, *argv):
        r = subprocess.run(["tmux", "-u", "-S", self.socket, "-f", self.conf, *argv], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                           env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm", "HOME": "/"})
        if r.returncode:
            raise RuntimeError("tmux %s: %s" % (argv[0], r.stderr.decode(errors="replace")))
        return r.stdout.decode(errors="surrogateescape")

    def pane(self, rows, cols):
        return Pane(self, rows, cols)

    def close(self):
        try:
            self.run("kill-server")
        except (RuntimeError, subprocess.TimeoutExpired):
            pass


class Pane:
    def __init__(self, server, rows, cols):
        self.server, self.rows = server, rows
        out = server.run("new-session", "-d", "-P", "-F", "#{session_id} #{pane_id} #{pane_tty}", "-x", str(cols),
                         "-y", str(rows), "exec sleep 100000")
        self.session, self.id, tty = out.split()
        server.run("select-pane", "-t", self.id, "-T", "")
        self.open_tty(tty)

    def open_tty(self, tty):
        self.fd = os.open(tty, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        raw = termios.tcgetattr(self.fd)
        raw[0] = raw[1] = raw[3] = 0
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self.fd, termios.TCSANOW, raw)

    def close(self):
        os.close(self.fd)
        self.server.run("kill-session", "-t", self.session)

    def write(self, data):
        """Writes all of DATA, throwing away what the pane answers."""
        end = time.monotonic() + PATIENCE
        while data:
            r, w, _ = select.select([self.fd], [self.fd], [], 1)
            if r:
                os.read(self.fd, 65536)
            if w:
                try:
                    data = data[os.write(self.fd, data[:4096]):]
                except BlockingIOError:
                    pass
            if time.monotonic() > end:
                raise RuntimeError("tmux does not read")

    def sync(self):
        """Waits until all that was written is parsed.  Not inside a sequence."""
        self.write(b"\x1b[5n")
        got, end = b"", time.monotonic() + PATIENCE
        while not got.endswith(ANSWER):
            if select.select([self.fd], [], [], 1)[0]:
                got += os.read(self.fd, 65536)
            if time.monotonic() > end:
                raise RuntimeError("tmux does not answer")

    def settle(self):
        """As sync, inside a sequence: of a few bytes, that go to tmux in one piece."""
        pending = b"    "
        while any(pending):
            pending = fcntl.ioctl(self.fd, termios.TIOCOUTQ, b"\0\0\0\0")
            time.sleep(0.005)
        self.server.run("display-message", "-p", "")

    def feed(self, data, ground):
        """Writes DATA; GROUND is how much of it ends between two sequences."""
        self.write(data[:ground])
        if ground:
            self.sync()
        if ground < len(data):
            self.write(data[ground:])
            self.settle()

    def snapshot(self):
        """The modes, and what is on the screen and above it, as a dictionary of texts and lists of lines."""
        capture = ("capture-pane", "-p", "-t", self.id, "-S", "-", "-E", "-")
        mark = (";", "display-message", "-p", MARK, ";")
        formats = "\n".join("#{%s}" % f for f in FORMATS)
        out = self.server.run("display-message", "-p", "-t", self.id, formats, *mark, *capture, "-e", "-N", *mark,
                              *capture, "-e", "-J", *mark, *capture, "-e", "-N", "-a", "-q")
        values, lines, joined, other = [part.split("\n")[:-1] for part in out.split(MARK + "\n")]
        state = dict(zip(FORMATS, values))
        # A tab stop in the first column has no effect; not everybody has one.
        state["pane_tabs"] = ",".join(x for x in state["pane_tabs"].split(",") if x != "0")
        return {"state": state, "lines": text_of(lines), "joined": text_of(joined, False), "rows": self.rows,
                "other": text_of(other) if state["alternate_on"] == "1" else []}


def not_joined(joined, parts):
    """The first of the lines JOINED that is not one or more of PARTS, or None; blanks, which may be erased, left out."""
    parts = (p.replace(" ", "") for p in parts)
    for line in joined:
        want, have = line.replace(" ", ""), next(parts, None)
        while have is not None and len(have) < len(want):
            more = next(parts, None)
            have = None if more is None else have + more
        if have != want:
            return line
    return None


def lines_differ(when, what, x, y):
    more = max(len(y) - len(x), 0)
    found = [(when, "%s above" % what, "", line) for line in y[:more] if line][:1]
    if len(y) < len(x):
        found.append((when, "number of " + what, len(x), len(y)))
    y = [""] * (len(x) - len(y)) + y[more:]
    return found + [(when, "%s %d" % (what, i - len(x)), p, q) for i, (p, q) in enumerate(zip(x, y)) if p != q]


def differences(when, a, b, cleared):
    """What differs between two snapshots.  B may have more lines if they are empty and above all others.  CLEARED:
    the program has cleared the screen or scrolled a part of it: only tmux moves these lines into the scrollback.
    """
    found = [(when, k, v, b["state"][k]) for k, v in a["state"].items() if v != b["state"][k]]
    # What is saved for the alternate screen means nothing without it.
    alternate = a["state"]["alternate_on"] == "1"
    found = [d for d in found if alternate or not d[1].startswith("alternate_saved")]
    if cleared and len(a["lines"]) != len(b["lines"]):
        a, b = [{**s, "lines": s["lines"][-s["rows"]:], "joined": []} for s in (a, b)]
    found += lines_differ(when, "lines", a["lines"], b["lines"])
    found += lines_differ(when, "other", a["other"], b["other"])
    # tmux keeps a wrap when what was wrapped is erased: so only wraps that are not in A are wrong.
    joined = None if alternate else not_joined(a["joined"], [line for line in b["joined"]])
    if joined is not None and not found:
        found.append((when, "joined", joined, "\n".join(b["joined"][-len(a["joined"]):])))
    return found[:5]


def seen_of(pen, char):
    """What can be seen of a cell that was written with PEN, as text."""
    pen = {k: v for k, v in pen.items() if k != "shifted"}
    if char == " ":
        lined = [k for k in ("4", "7", "9", "53") if k in pen]
        pen = {k: v for k, v in pen.items() if k in SEEN_ON_BLANK or (k == "fg" and lined)}
    return " ".join(sorted(k + "=" + v for k, v in pen.items()))


def looks(line, pen):
    """The cells of a captured LINE, as pairs of look and character, without blanks at its end; the pen after it."""
    cells = []
    for m in TOKEN.finditer(line):
        if m.lastgroup == "char":
            char = m["char"].translate(GRAPHICS) if pen.get("shifted") else m["char"]
            cells.append((seen_of(pen, char), char))
        elif m.lastgroup == "sgr":
            pen = set_sgr(pen, m["sgr"])
        elif m.lastgroup == "shift":
            pen = dict(pen, shifted=m["shift"] == "\x0e")
        else:
            pen = {k: v for k, v in pen.items() if k != "link"}
            if m["link"]:
                pen["link"] = m["link"]
    # capture-pane does not show what was erased behind the last character, whatever its background.
    while cells and cells[-1][1] == " " and BACKGROUND.match(cells[-1][0]):
        cells.pop()
    return cells, pen


def text_of(lines, looking=True):
    """Captured LINES, LOOKING: with what is seen of each cell, the same for the same looks."""
    out, pen = [], {}
    for line in lines:
        cells, pen = looks(line, pen)
        text, last = "", ""
        for look, char in cells:
            text += char if look == last or not looking else "{%s}%s" % (look, char)
            last = look
        out.append(text)
    return out


def set_sgr(pen, sgr):
    pen = dict(pen)
    p = (sgr or "0").split(";")
    i = 0
    while i < len(p):
        n = p[i] or "0"
        head = n.split(":")[0]
        if n == "0":
            pen = {k: v for k, v in pen.items() if k in ("link", "shifted")}
        elif head in ("38", "48", "58"):
            key = {"38": "fg", "48": "bg", "58": "us"}[head]
            if ":" in n:
                pen[key] = n
            else:
                take = 3 if p[i + 1:i + 2] == ["5"] else 5
                pen[key] = ":".join(p[i:i + take])
                i += take - 1
        elif head == "4":
            pen["4"] = n
        elif n in ("39", "49", "59"):
            pen.pop({"39": "fg", "49": "bg", "59": "us"}[n], None)
        elif n in ATTRIBUTES:
            pen[ATTRIBUTES[n]] = "1"
        elif 30 <= int(head) <= 37 or 90 <= int(head) <= 97:
            pen["fg"] = n
        elif 40 <= int(head) <= 47 or 100 <= int(head) <= 107:
            pen["bg"] = n
        else:
            pen["unknown"] = n
        i += 1
    return pen
