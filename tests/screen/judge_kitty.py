# SPDX-License-Identifier: MIT
"""Compares terminals of kitty, as judge.mjs does those of others and with the same jobs: kitty's own Screen, of the
Debian package kitty, without a window.
"""
import json
import sys
import traceback

sys.path.insert(0, "/usr/lib/kitty")
from kitty.fast_data_types import Screen, parse_bytes, set_options  # noqa: E402
from kitty.options.types import defaults  # noqa: E402

LEAVE = b"\x1b[?1049l"
SCROLLBACK = 100000
DIFFERENCES_MAX = 5
LOOKS = ("bold", "dim", "italic", "reverse", "strikethrough", "decoration", "decoration_fg", "fg", "bg")
SEEN_ON_BLANK = ("reverse", "strikethrough", "decoration", "bg")
MODES = "?1 ?5 ?6 ?7 ?8 ?9 ?25 ?1000 ?1002 ?1003 ?1004 ?1005 ?1006 ?1015 ?1016 ?2004 4 20".split()
MOUSE = ("?9", "?1000", "?1002", "?1003")
ENCODINGS = ("?1005", "?1006", "?1015", "?1016")


class Host:
    """What a window is to a Screen: it keeps titles, and what the terminal answers."""

    def __init__(self):
        self.title, self.titles, self.answers = "", [], b""

    def title_changed(self, text, *_):
        self.title = text

    def manipulate_title_stack(self, pop, title, icon):
        """As kitty's Window does, which keeps no names of icons."""
        if title and pop and self.titles:
            self.title = self.titles.pop()
        elif title and not pop:
            self.titles.append(self.title)

    def write(self, data):
        self.answers += data

    def __getattr__(self, name):
        return lambda *_: None


class Terminal:
    def __init__(self, rows, cols):
        self.host = Host()
        self.rows, self.cols = rows, cols
        self.screen = Screen(self.host, rows, cols, SCROLLBACK, 10, 20, 0, self.host)

    def feed(self, data):
        parse_bytes(self.screen, data)

    def resize(self, rows, cols):
        self.rows, self.cols = rows, cols
        self.screen.resize(rows, cols)

    def ask(self, query):
        """Only between two sequences."""
        self.host.answers = b""
        parse_bytes(self.screen, query)
        return self.host.answers

    def modes(self):
        known = {m: self.ask(b"\x1b[%s$p" % m.encode()).endswith(b";1$y") for m in MODES}
        if not any(known[m] for m in MOUSE):
            known.update(dict.fromkeys(ENCODINGS, False))
        return " ".join(m for m in MODES if known[m])

    def link(self, number):
        return " link " + (self.screen.hyperlink_for_id(number) or "") if number else ""

    def text(self, line, continued):
        """A row of cells as text, without blanks at its end."""
        out, pen, end, links = [], "", 0, line.hyperlink_ids()
        for x in range(self.cols):
            chars, width = line[x], line.width(x)
            if width == 0 and x and line.width(x - 1) == 2:
                continue
            blank = chars[:1] in ("\0", " ", "", "\t")  # a tab says in a second character how far it went
            now = look(line.cursor_from(x), blank) + self.link(links[x])
            if now != pen:
                out.append("{%s}" % now)
                pen = now
            out.append((" " if blank else chars) + ("{2}" if width == 2 else ""))
            if not blank or now:
                end = len(out)
        return mark(line) + ("> " if continued and end else "| ") + "".join(out[:end])

    def lines_of(self, buffer, wraps):
        return [self.text(buffer.line(y), wraps and buffer.is_continued(y)) for y in range(self.rows)]

    def above(self):
        """What scrolled off, the oldest first; its rows do not say whether they continue one."""
        h = self.screen.historybuf
        return [self.text(h.line(n), False) for n in range(h.count - 1, -1, -1)]

    def last_output(self):
        out = []
        self.screen.cmd_output(0, out.append)
        return " ".join("".join(out).split())  # kitty keeps tabs as such

    def snapshot(self, ground):
        s = self.screen
        alternate = s.is_using_alternate_linebuf()
        screen = self.lines_of(s.linebuf, not alternate)
        state = {"alternate": alternate, "cursor": [s.cursor.y, s.cursor.x], "visible": s.cursor_visible,
                 "pen": look(s.cursor, False), "margins": [s.margin_top, s.margin_bottom],
                 "keys": s.current_key_encoding_flags(), "title": self.host.title,
                 "path": str(s.last_reported_cwd or ""), "at prompt": s.cursor_at_prompt(),
                 "output of the last command": self.last_output()}
        if ground:
            state["modes"] = self.modes()
        main = self.lines_of(s.main_linebuf, True) if alternate else screen
        return {"lines": self.above() + main, "screen": screen if alternate else [], "state": state}


def mark(line):
    """The shell's mark of a row, if it has one: "A " or the like."""
    begin, is_mark, rest = line.as_ansi().partition("\x1b]133;")
    return rest.partition("\x1b")[0] + " " if is_mark and not begin else ""


def look(cursor, blank):
    """The attributes of a cell or of the pen; of a BLANK only what can be seen of it."""
    if blank and not (cursor.reverse or cursor.strikethrough or cursor.decoration):
        return "bg=%d" % cursor.bg if cursor.bg else ""
    names = LOOKS if not blank else (*SEEN_ON_BLANK, "fg", "decoration_fg")
    return " ".join("%s=%d" % (n, getattr(cursor, n)) for n in names if getattr(cursor, n))


def differences(when, a, b):
    """What differs; A is from the program's bytes.  B may have more lines in its scrollback if they are empty."""
    found = [(k, v, b["state"].get(k, v)) for k, v in a["state"].items()]
    found += [("alternate row %d" % i, p, q) for i, (p, q) in enumerate(zip(a["screen"], b["screen"]))]
    more = len(b["lines"]) - len(a["lines"])
    if more < 0:
        found.append(("lines", len(a["lines"]), len(b["lines"])))
    missing = ["none"] * max(-more, 0)
    found += [("line %d" % (i - len(a["lines"])), p, q)
              for i, (p, q) in enumerate(zip(a["lines"], missing + b["lines"][max(more, 0):]))]
    found += [("line above", "| ", line) for line in b["lines"][:max(more, 0)]]
    return [{"when": when, "what": k, "raw": str(p), "rendering": str(q)} for k, p, q in found if p != q
            ][:DIFFERENCES_MAX]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def compare(job):
    raw, grounds = read(job["raw"]), set(job["grounds"])
    end = len(raw)
    t, seen, pos, results = Terminal(job["rows"], job["cols"]), {}, 0, []
    for p in sorted({end, *(p for c in job["cuts"] for p in (c["at"], min(c["at"] + c["more"], end)))}):
        t.feed(raw[pos:p])
        seen[p] = t.snapshot(p in grounds)
        pos = p
    t.feed(LEAVE)
    left = t.snapshot(True)
    for c in job["cuts"]:
        middle = min(c["at"] + c["more"], end)
        u, found = Terminal(job["rows"], job["cols"]), []
        steps = (("at once", read(c["rendering"]), c["at"]), ("after %d more" % c["more"], raw[c["at"]:middle], middle),
                 ("after all", raw[middle:], end))
        for when, data, place in steps:
            u.feed(data)
            found += differences(when, seen[place], u.snapshot(place in grounds))
        u.feed(LEAVE)
        results.append(found + differences("after leaving", left, u.snapshot(True)))
    return results


def show(job):
    t, data, pos = Terminal(job["rows"], job["cols"]), read(job["show"]), 0
    for size in job.get("sizes", ()):
        t.feed(data[pos:size["at"]])
        t.resize(size["rows"], size["cols"])
        pos = size["at"]
    t.feed(data[pos:])
    return t.snapshot(True)


def main():
    set_options(defaults)
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = show(job) if "show" in job else compare(job)
        except Exception:  # kitty writes what it does not know to stderr, where this would be lost
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
