# SPDX-License-Identifier: MIT
"""The oracle of predictions: a terminal on which predictions come and go must be equal to one that got the program's
bytes alone wherever nothing is predicted, and differ in predicted cells alone elsewhere (client/predict/overlay.h).

The predictions are made up (tests/predict/scribble.h); the streams are those of the model, and the output of the traces
of typing (tests/predict/traces).  To the traces the guesser's own predictions are played as well (simulate.c).
xterm.js is compared at many places, cell by cell (judge_overlay.mjs); the other judges at a few, as if what was drawn
and taken back were a rendering.
"""
import glob
import gzip
import json
import os
import subprocess
import tempfile

import judges
import streams

HERE = os.path.dirname(os.path.abspath(__file__))
TRACES = os.path.join(os.path.dirname(HERE), "predict", "traces")
TOOL = "tests/predict/overlaid"
GUESSER = "tests/predict/simulate"
RTTS = (20, 100, 200, 600)
ABOVE = 15  # lines that are in the terminal before the session begins, of which the base knows nothing
# Of a run that is not --every: the longest step, one step of how many is compared, and what the other judges see.
LONGEST, COMPARED = 40, 4
OTHERS, OTHERS_CUTS = ("ghostty", "graphemes", "kitty", "screen", "tmux"), 2
OTHERS_SEE = ("fish.24x80", "vim.24x80", "trace-bash", "trace-zsh", "trace-cjk-vim")


class Trace(streams.Stream):
    """The output of a trace of typing; a copy of it is in DIRECTORY."""

    def __init__(self, path, directory):
        self.name = "trace-" + os.path.basename(path).split(".")[0]
        with gzip.open(path, "rb") as f:
            self.trace = f.read()
        head, *lines = [json.loads(line) for line in self.trace.splitlines()]
        self.rows, self.cols = head["rows"], head["cols"]
        self.data = b"".join(bytes.fromhex(x["out"]) for x in lines if "out" in x)
        self.path = os.path.join(directory, self.name)
        with open(self.path, "wb") as f:
            f.write(self.data)
        self._grounds = None


# Small ones, compared at each cut: what no recording has much of.
E = "\x1b["
MADE = {
    "torn": ("漢字かな" * 3 + "\r" + E + "7mx" + E + "3;5H字" + E + "3;6H" + E + "4m_" + E + "0m ab\r\n字x"),
    "repeated": ("ab-" + E + "9bc" + E + "3bx" + E + "2bd" + E + "4b漢" + E + "3b\r\nab" + E + "D" + E + "4b"),
    "coloured": (E + "44mab" + E + "K\r\n" + E + "48;5;99mc" + E + "5X" + E + "49m" + E + "2;40Hd" + E + "1K" + E +
                 "7me" + E + "K"),
    "protected": (E + '1"qab' + E + '0"qcd' + E + "?1K\r\n" + E + '1"qab' + E + "?2K" + E + '0"q cd' + E + "?2Jef" +
                  E + '1"qgh' + E + "0mij" + E + "?2J"),
    "linked": ("\x1b]8;;http://a.example/\x1b\\ab\x1b]8;;\x1b\\cd\x1b]8;id=1;http://b.example/\x1b\\ef" + E + "3D" +
               E + "Kgh\r\n"),
    "marked": ("\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ls\r\n\x1b]133;C\x1b\\a b\r\n\x1b]133;D;0\x1b\\"
               "\x1b]133;A\x1b\\$ "),
    "entered": ("$ vi\r\n" + E + "?1049h" + E + "22;0;0t" + E + "?1h\x1b=" + E + "?25l" + E + "?12h" + E + "34h" + E +
                "Hab" + E + "2;5Hcd"),
    "edge": "x" * 79 + "yz" + E + "24;79Hab" + "c" * 85 + "\b\b" + "漢" * 41 + "\r\n" + "漢" * 39 + "x漢",
    "drawing": "ab\x1b(0qqq" + "\x0e" + "cd\x0f" + "xx\x1b(Bef\x1b)0\x0eqq\x0fgh",
    "saved": ("ab\x1b7cd" + E + "31mef\x1b8gh" + E + "s" + E + "5;5Hij" + E + "ukl" + E + "?1049hmn\x1b7op" + E +
              "?1049lqr\x1b8s"),
    "wide": ("a漢字b\r" + E + "Cx" + E + "Cy\b\b\b漢" + E + "K字" + E + "3D" + E + "1P漢" + E + "2@a\u0301漢\u0301b"),
}


class Made(streams.Stream):
    """One of MADE, a copy of it in DIRECTORY."""

    def __init__(self, name, directory):
        self.name, self.rows, self.cols = "made-" + name, 24, 80
        self.data = MADE[name].encode()
        self.path = os.path.join(directory, self.name)
        with open(self.path, "wb") as f:
            f.write(self.data)
        self._grounds = None


# In a terminal that was used before: programs that say rows, or lead the cursor to where an edge stops it.
SAYING = {
    "placed": "$ a" + E + "1;10Hxy\r\n$ bc" + E + "5d$ d\r\n$ " + E + "H" + E + "J$ ef" + E + "3;3Hgh",
    "above": "$ a" + E + "A$ b\x1bM$ c" + E + "3A" + E + "Cd" + E + "2F$ e\r" + E + "J$ f\r\n" + E + "9B$ g",
    "restored": "$ a\x1b8$ b\x1b7\r\nc\r\nd\x1b8$ e" + "\r\n" * 40 + "$ f\x1b7\r\n\x1b8$ g",
    "regions": "$ a" + E + "2;9r$ b\r\nc" + E + "r$ d" + E + "L$ e" + E + "M$ f" + E + "2J$ g" + E + "H$ h" + E + "2S$ i",
    "counter": "$ a" + "".join("\x1b7" + E + "H%d\x1b8" % i for i in range(9)) + "\r" + E + "J$ b" + E + "?1049h$ c" +
                E + "?1049l$ d",
}
MADE.update(SAYING)


def traces(directory):
    return [Trace(p, directory) for p in sorted(glob.glob(os.path.join(TRACES, "*.jsonl.gz")))]


def missing(build):
    """Why the oracle can't be asked, or nothing."""
    absent = [t for t in (TOOL, GUESSER) if not os.access(os.path.join(build, t), os.X_OK)]
    return judges.missing("xterm", HERE) or " ".join(absent) and " ".join(absent) + " is not there"


def number(seed):
    """The text SEED as a number for the tool."""
    return sum((i + 1) * c for i, c in enumerate(seed.encode())) % (1 << 31)


def judged(stream, steps, every, above):
    return judges.ask("xterm", {"rows": stream.rows, "cols": stream.cols, "raw": stream.path, "steps": steps,
                                "every": every, "above": above})


def xterm(build, stream, options, directory, above=0):
    longest, every = (1, 1) if options.every or isinstance(stream, Made) else (LONGEST, COMPARED)
    tool = [os.path.join(build, TOOL), "--used" if above else "--steps", str(stream.rows), str(stream.cols),
            str(number(options.seed)), str(longest)]
    with tempfile.NamedTemporaryFile(dir=directory) as steps:
        subprocess.run(tool, input=stream.data, stdout=steps, check=True)
        return judged(stream, steps.name, every, above)


def guessed(build, stream, rtt, options, directory):
    with tempfile.NamedTemporaryFile(dir=directory) as steps:
        subprocess.run([os.path.join(build, GUESSER), "-s", steps.name, str(rtt)], input=stream.trace,
                       stdout=subprocess.DEVNULL, check=True)
        return judged(stream, steps.name, 1 if options.every else COMPARED, ABOVE)


def other(judge, build, stream, options):
    cuts = stream.cuts(options.cuts if options.every else OTHERS_CUTS, options.seed)
    grounds = set(stream.grounds())
    ask = judges.gnu_screen if judge == "screen" else judges.JUDGES[judge]
    found = ask(os.path.join(build, TOOL), stream, [at for at in cuts if at in grounds], options.more)
    return ["cut at %d, %s, %s\n    alone  %s\n    over   %s" % (at, d["when"], d["what"], d["raw"], d["rendering"])
            for at, differences in found for d in differences]


def suits(judge, stream):
    """GNU screen's windows have that size here, and it takes what is made up in other ways than the model."""
    return judge != "screen" or isinstance(stream, Trace) or stream.name.endswith(".24x80")


def cases(options, given, directory):
    """Pairs of a name and a function that returns what is wrong."""
    typed = traces(directory)
    given = [*given, *(Made(name, directory) for name in MADE), *typed]
    found = [("overlay xterm %s" % s.name, lambda s=s: xterm(options.build, s, options, directory)) for s in given]
    found += [("overlay used %s" % s.name, lambda s=s: xterm(options.build, s, options, directory, ABOVE))
              for s in (*typed, *(Made(name, directory) for name in ("entered", *SAYING)))]
    found += [("overlay guesser %s %d ms" % (s.name, rtt),
               lambda s=s, rtt=rtt: guessed(options.build, s, rtt, options, directory))
              for s in typed for rtt in (RTTS if options.every else RTTS[2:3])]
    return found + [("overlay %s %s" % (judge, s.name), lambda j=judge, s=s: other(j, options.build, s, options))
                    for judge in OTHERS for s in given
                    if (options.every or s.name in OTHERS_SEE) and suits(judge, s) and not judges.missing(judge, HERE)]
