# SPDX-License-Identifier: MIT
"""What a person saw of the keys: when each character stood where it stays, and which characters were wrong.

The judge of all ways is xterm.js (watch.mjs), fed with what the terminal got, when it got it.  The truth is what plain
ssh shows: its screens have no predictions, and are those of the host half a round trip ago.

  placed   a printable key has a place if ssh's screen then shows its character where the cursor was, and the cursor
           behind it; others (a command of vim's, a password) have none and are not counted
  seen     the first moment, after the key, at which the place has the character, a mark on it or not, and the cursor
           is behind it; a character that was taken back by a Backspace may never be seen: its answer may come with that
  wrong    a cell that shows a character for GLIMPSE or longer which ssh's screen does not have there, from a while
           before until a round trip later, nor in the middle of what came at once; nor does the way's own host: a
           program that gets keys late and together, because packets were lost, draws otherwise than ssh's
"""
import bisect
import json
import os
import subprocess
import unicodedata

TRUTH = "ssh"
AT_ONCE = 50      # ms
GLIMPSE = 10      # ms: shorter than a terminal needs to draw
TOGETHER = 2      # ms: pieces of one answer
STALL = 40        # ms by which a key is struck late: the machine stood still, and what is seen about then says nothing
PATIENCE = 3000   # ms after ssh's in which a way may still show a key


class Watcher:
    """Has node tell what a terminal showed."""

    def __init__(self, script):
        self.node = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     encoding="utf-8")

    def watch(self, path, rows, cols, pieces):
        self.node.stdin.write(json.dumps({"rows": rows, "cols": cols, "chunks": path, "pieces": pieces}) + "\n")
        self.node.stdin.flush()
        line = self.node.stdout.readline()
        if not line:
            raise SystemExit("the judge ended: status %s" % self.node.wait())
        return json.loads(line)

    def close(self):
        self.node.stdin.close()
        self.node.wait()


class Way:
    """What live.py has saved as PATH.chunks, PATH.keys, PATH.cost and PATH.host.chunks."""

    def __init__(self, watcher, path, rows, cols):
        self.frames = watcher.watch(path + ".chunks", rows, cols, False)
        self.pieces = watcher.watch(path + ".chunks", rows, cols, True) if path.endswith(TRUTH) else None
        host = path + ".host.chunks"
        self.host = watcher.watch(host, rows, cols, True) if os.path.exists(host) else []
        with open(path + ".keys", encoding="ascii") as f:
            self.struck = [float(line) for line in f]
        with open(path + ".cost", encoding="ascii") as f:
            self.cost = json.load(f)


def width(text):
    return 2 if unicodedata.east_asian_width(text[0]) in "WF" else 1


def merged(frames):
    """Frames of one answer as one."""
    out = []
    for f in frames:
        if out and f["t"] - out[-1]["t"] < TOGETHER:
            out[-1] = {"t": out[-1]["t"], "cursor": f["cursor"], "rows": {**out[-1]["rows"], **f["rows"]}}
        else:
            out.append(f)
    return out


def screens(frames, rows, cols):
    """(t, grid, cursor before, cursor, what the frame changed) of each frame; the grid is one and the same list."""
    grid = [[" "] * cols for _ in range(rows)]
    cursor = [0, 0]
    for f in frames:
        before = [list(r) for r in grid]
        for y, cells in f["rows"].items():
            grid[int(y)] = cells
        yield f["t"], grid, cursor, f["cursor"], before
        cursor = f["cursor"]


def places(frames, keys, rtt, rows, cols):
    """Where ssh's screen shows each key: {index: (row, col, text, when)}.  KEYS: [(ms, text or None)]."""
    found, waiting, coming = {}, [], 0
    for t, grid, (row, col), after, before in screens(merged(frames), rows, cols):
        while coming < len(keys) and keys[coming][0] + 0.9 * rtt <= t:
            if keys[coming][1]:
                waiting.append(coming)
            coming += 1
        waiting = [k for k in waiting if t - keys[k][0] < rtt + 1000]
        for k in list(waiting):
            text = keys[k][1]
            if col >= cols:
                row, col = row + 1, 0
            if row < rows and grid[row][col] == text and (after > [row, col] or before[row][col] != text):
                found[k] = (row, col, text, t)
                waiting = [w for w in waiting if w > k]
                col += width(text)
    return found


def seen(frames, keys, found, rows, cols):
    """{index: ms from the key until this way shows it, None for never}."""
    out, open_keys, order, nth = {}, [], sorted(found), 0
    for t, grid, _, cursor, _ in screens(frames, rows, cols):
        while nth < len(order) and keys[order[nth]][0] <= t:
            open_keys.append(order[nth])
            nth += 1
        for k in list(open_keys):
            row, col, text, when = found[k]
            if grid[row][col].startswith(text) and cursor > [row, col]:
                out[k] = t - keys[k][0]
            elif t <= when + PATIENCE:
                continue
            open_keys.remove(k)
    return {k: out.get(k) for k in found}


def spans(frames, rows, cols, end):
    """{(row, col): [(from, to, text), …]}: what stood in each cell, until END."""
    out = {(y, x): [(float("-inf"), " ")] for y in range(rows) for x in range(cols)}
    for f in frames:
        for y, cells in f["rows"].items():
            for x, text in enumerate(cells):
                if out[int(y), x][-1][1] != text:
                    out[int(y), x].append((f["t"], text))
    return {where: [(t, s[i + 1][0] if i + 1 < len(s) else end, text) for i, (t, text) in enumerate(s)]
            for where, s in out.items()}


def disturbed(keys, way, rtt):
    """The times (from, to) about which the machine stood still: keys were struck later than they were due."""
    return [(1000 * k.at - rtt - 300, t + rtt + 1000) for k, t in zip(keys, way.struck) if t - 1000 * k.at > STALL]


def has(had, text, begin, end):
    """Whether TEXT is in one of the spans HAD of a cell, from BEGIN to END."""
    starts = [s[0] for s in had]
    first = max(0, bisect.bisect_right(starts, begin) - 1)
    return any(h[2] == text for h in had[first:bisect.bisect_right(starts, end)])


def wrong(way, truths, rtt, slack, mask):
    """[(from, to, row, col, text)] of characters that the way showed and none of the TRUTHS had."""
    return [(begin, end, row, col, text) for (row, col), shown in way.items() if row not in mask
            for begin, end, text in shown if text not in ("", " ") and end - begin >= GLIMPSE
            and not any(has(t[row, col], text, begin - slack, end + rtt + slack) for t in truths)]


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))] if values else None


def text_of(key):
    """The one character of a key, or None."""
    if key.kind not in ("text", "commit"):
        return None
    text = key.data.decode()
    return text if len(text) == 1 and text.isprintable() and not unicodedata.combining(text) and text != " " else None


def taken_back(keys):
    """The indices of the characters that a Backspace took back again, with nothing but characters in between."""
    out, line = set(), []
    for i, k in enumerate(keys):
        if k.name == "back" and line:
            out.add(line.pop())
        elif k.kind in ("text", "commit"):
            line.append(i)
        else:
            line = []
    return out


def score(program, keys, ways, rtt, slack, rows, cols):
    """Figures of each Way of WAYS, one of which is TRUTH."""
    def times(way):
        return [(t, text_of(k)) for t, k in zip(way.struck, keys)]
    end = max([f["t"] for way in ways.values() for f in way.frames] + [0])
    found = places(ways[TRUTH].frames, times(ways[TRUTH]), rtt, rows, cols)
    truth = spans(ways[TRUTH].pieces, rows, cols, end)
    still = disturbed(keys, ways[TRUTH], rtt)
    found = {k: v for k, v in found.items() if not any(a <= ways[TRUTH].struck[k] <= b for a, b in still)}
    late = max([v or 0 for v in seen(ways[TRUTH].frames, times(ways[TRUTH]), found, rows, cols).values()] + [rtt])
    slack += late - rtt   # where the host itself was late, the truth is
    out, back = {}, taken_back(keys)
    for name, way in ways.items():
        when = seen(way.frames, times(way), found, rows, cols)
        when = {k: v for k, v in when.items() if v is not None or k not in back}
        good = [v for v in when.values() if v is not None]
        mine = spans(way.frames, rows, cols, end)
        truths = [truth, spans(way.host, rows, cols, end)]
        bad = sorted(b for b in wrong(mine, truths, rtt, slack, program.mask)
                     if b[0] > 0 and not any(a <= b[1] and b[0] <= e for a, e in still))
        secrets = [(t, k.data.decode()) for t, k in zip(way.struck, keys) if k.kind == "secret"]
        out[name] = {
            **way.cost, "struck": len(way.struck),
            "disturbed": sum(any(a <= t <= b for a, b in still) for t in way.struck),
            "keys": len(when), "at once": sum(v <= AT_ONCE for v in good), "never": len(when) - len(good),
            "before the answer": sum(v < rtt for v in good),
            "p50": quantile(good, 0.5), "p99": quantile(good, 0.99), "wrong": len(bad),
            "longest": max([b[1] - b[0] for b in bad] or [0]), "which": bad[:50],
            "secret": sum(any(b[4] == c and s - 1 <= b[0] <= s + rtt + 200 for s, c in secrets) for b in bad),
            "secrets": len(secrets),
            "same end": all(mine[w][-1][2] == truth[w][-1][2] for w in mine if w[0] not in program.mask),
        }
    return out
