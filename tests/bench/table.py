#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""table.py RESULTS.json: the results of a run as a table in Markdown."""
import json
import sys

ORDER = ("plain", "held", "client", "relay", "pipes", "dtach", "abduco", "tmux", "screen", "mosh")


def number(value):
    if value is None:
        return ""
    if abs(value) >= 100 or value == int(value):
        return "%d" % round(value)
    return "%.1f" % value if abs(value) >= 10 else "%.2f" % value


def cell(row):
    text = number(row["median"])
    if row["low"] != row["high"]:
        text += " (%s–%s)" % (number(row["low"]), number(row["high"]))
    if row.get("ratio") is not None and row["way"] != "plain":
        text += ", **×%.2f**" % row["ratio"]
    return text


def table(result):
    rows = result["figures"]
    ways = [w for w in ORDER if any(r["way"] == w for r in rows)]
    names = list(dict.fromkeys(r["figure"] for r in rows if r["way"] in ways))
    out = []
    for title, wanted in (("what", [n for n in names if sum(r["figure"] == n for r in rows) > 1]),):
        out.append("| %s | unit | %s |" % (title, " | ".join(ways)))
        out.append("|---|---|" + "---|" * len(ways))
        for n in wanted:
            by = {r["way"]: r for r in rows if r["figure"] == n}
            unit = next(iter(by.values()))["unit"]
            out.append("| %s | %s | %s |" % (n, unit, " | ".join(cell(by[w]) if w in by else "" for w in ways)))
    single = [r for r in rows if r["way"] not in ways or sum(o["figure"] == r["figure"] for o in rows) == 1]
    if single:
        out += ["", "| what | of | unit | median (lowest–highest) |", "|---|---|---|---|"]
        for r in single:
            out.append("| %s | %s | %s | %s |" % (r["figure"], r["way"], r["unit"], cell(dict(r, ratio=None))))
    for f in result["failures"]:
        out.append("\nFAILED: %(figure)s, %(way)s: %(why)s" % f)
    meta = result["meta"]
    out.append("\n%s, %s processors, load before the run %s, %s" %
               (meta["kernel"], meta["processors"], meta["load"], "quick run" if meta["quick"] else "full run"))
    return "\n".join(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as results:
        print(table(json.load(results)))
