#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws docs/performance.svg from the first table of docs/PERFORMANCE.md (make plot).

  plot.py [--check] DOCS      DOCS is the directory of both; --check only compares, and fails if the picture is old
"""
import os
import re
import sys
from xml.sax.saxutils import escape

# The row of the table, the chart's title, its unit, the end of its scale.
CHARTS = (("echo of a key", "Echo of a key, of plain ssh", "less is better", 1.8),
          ("log lines", "Log lines to the terminal, of plain ssh", "more is better", 1.2),
          ("Ctrl-C", "Ctrl-C in a flood on a slow link, seconds to the prompt", "less is better", 12.0))
OURS = ("held", "holdfast")
COLOURS = {"plain ssh": "#8b949e", "held": "#98c379", "holdfast": "#98c379"}
OTHERS, FLOOR, FRONT, BACK = "#56688a", "#e5c07b", "#d7dae0", "#1e2229"
WIDTH, LABEL, ROW, TOP, FOOT = 880, 90, 20, 44, 14


def table(text):
    """The first table with a column "held": {row: {column: cell}}, and the floors as "held floor"."""
    lines = [[c.strip(" `") for c in line.strip("|").split("|")]
             for line in re.search(r"^\|[^\n]*\bheld\b[^\n]*\n(?:\|.*\n)+", text, re.M).group().splitlines()]
    names = []
    for name in lines[0]:
        names.append("%s floor" % names[-1] if name == "floor" else name)
    out = {}
    for cells in lines[2:]:
        out[cells[0]] = {n: c for n, c in zip(names[1:], cells[1:]) if re.match(r"\d", c)}
    return out


def number(cell):
    return float(re.match(r"[\d.]+", cell).group()) if cell else None


def bars(row, relative):
    """The bars of a row: (name, cell, value, value of the floor or None)."""
    cells = dict(row, **({"plain ssh": "1"} if relative else {}))
    return [(n, c, number(c), number(cells.get(n + " floor"))) for n, c in cells.items() if not n.endswith(" floor")]


def chart(y, title, unit, scale, rows):
    width = WIDTH - LABEL - 90
    out = ['<g transform="translate(0 %d)">' % y,
           '<text x="16" y="28" font-size="15" font-weight="bold" fill="#ffffff">%s '
           '<tspan font-weight="normal" font-size="12" fill="#8b949e">%s</tspan></text>' % (escape(title), unit)]
    for i, (name, cell, value, floor) in enumerate(rows):
        top = TOP + i * ROW
        bold = ' font-weight="bold"' if name in OURS else ""
        out.append('<text x="%d" y="%d" text-anchor="end"%s>%s</text>' % (LABEL - 8, top + 12, bold, escape(name)))
        out.append('<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>'
                   % (LABEL, top, max(value / scale * width, 1), ROW - 6, COLOURS.get(name, OTHERS)))
        out.append('<text x="%.1f" y="%d"%s>%s</text>' % (LABEL + value / scale * width + 8, top + 12, bold, escape(cell)))
        if floor:
            x = LABEL + floor / scale * width
            out.append('<path d="M%.1f %d v%d" stroke="%s" stroke-width="2"/>' % (x, top - 2, ROW - 2, FLOOR))
    return out + ["</g>"]


def draw(figures):
    body, y = [], 0
    for start, title, unit, scale in CHARTS:
        row = next(v for k, v in figures.items() if k.startswith(start))
        rows = bars(row, relative=start != "Ctrl-C")
        body += chart(y, title, unit, scale, rows)
        y += TOP + len(rows) * ROW + FOOT
    height = y + 26
    head = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">'
            % (WIDTH, height, WIDTH, height),
            "<!-- SPDX-License-Identifier: MIT.  Made by tests/bench/plot.py; do not edit. -->",
            "<title>A held shell beside plain ssh, dtach, tmux and screen; the figures are in PERFORMANCE.md.</title>",
            '<rect width="%d" height="%d" rx="8" fill="%s"/>' % (WIDTH, height, BACK),
            '<g font-family="sans-serif" font-size="13" fill="%s">' % FRONT]
    foot = ['<path d="M18 %d v14" stroke="%s" stroke-width="2"/><text x="28" y="%d" font-size="12" fill="#8b949e">'
            "the floor: a relay that only copies bytes</text>"
            % (y, FLOOR, y + 11), "</g>", "</svg>", ""]
    return "\n".join(head + body + foot)


def main():
    args = [a for a in sys.argv[1:] if a != "--check"]
    if len(args) != 1:
        sys.exit(__doc__)
    with open(os.path.join(args[0], "PERFORMANCE.md")) as f:
        picture = draw(table(f.read()))
    path = os.path.join(args[0], "performance.svg")
    if "--check" in sys.argv:
        with open(path) as f:
            sys.exit(0 if f.read() == picture else "performance.svg does not show the table of PERFORMANCE.md: make plot")
    with open(path, "w") as f:
        f.write(picture)


if __name__ == "__main__":
    main()
