# SPDX-License-Identifier: MIT
"""The judges: terminals that are not ours.  One instance is fed a program's bytes, another the rendering of the
model at a cut and then the same bytes; a judge returns pairs of a cut and what differed there.
"""
import bisect
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading

import gnuscreen
import tmux as terminal

SCROLLBACK = "100000"
CLEARING = re.compile(rb"\x1bc|\x1b\[[02]?J|\x1b\[[0-9]+;[0-9]*r")
LEAVE = b"\x1b[?1049l"
# What node loads for a judge.
PACKAGES = {"xterm": "@xterm/headless", "graphemes": "@xterm/addon-unicode-graphemes", "ghostty": "ghostty-web"}
OPTIONAL = ("kitty",)  # not all have its window system's libraries

_directory = None
_here = None
_local = threading.local()
_running = []


def start(directory, here):
    global _directory, _here
    _directory, _here = directory, here


def stop():
    for close in _running:
        close()
    _running.clear()


def render(replay, stream, at):
    """The model's rendering of the first AT bytes."""
    return subprocess.run([replay, "--at", str(at), str(stream.rows), str(stream.cols), SCROLLBACK],
                          input=stream.data, stdout=subprocess.PIPE, check=True).stdout


def installed(here, package):
    """Whether the version of PACKAGE that package.json names is there."""
    try:
        with open(os.path.join(here, "package.json"), encoding="utf-8") as f:
            wanted = json.load(f)["dependencies"][package]
        with open(os.path.join(here, "node_modules", package, "package.json"), encoding="utf-8") as f:
            return json.load(f)["version"] == wanted
    except OSError:
        return False


def install_packages(here):
    """Has npm install what package.json names next to it; "" or why that is not possible."""
    if all(installed(here, p) for p in PACKAGES.values()):
        return ""
    try:
        r = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"],
                           cwd=here, check=False, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as e:
        return "npm: %s" % e.strerror
    if r.returncode or not all(installed(here, p) for p in PACKAGES.values()):
        return "npm install failed: " + r.stdout.decode(errors="replace").strip()[-300:]
    return ""


def process(judge):
    """This thread's process for JUDGE."""
    argv = ("/usr/bin/python3", "-B", "judge_kitty.py") if judge == "kitty" else ("node", "judge.mjs")
    have = _local.__dict__.setdefault("processes", {})
    if argv not in have:
        have[argv] = p = subprocess.Popen([*argv[:-1], os.path.join(_here, argv[-1])], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True, encoding="utf-8",
                                          stderr=subprocess.DEVNULL if judge == "kitty" else None)
        _running.append(lambda: (p.stdin.close(), p.wait()))
    return have, argv


def ask(judge, job):
    have, argv = process(judge)
    p = have[argv]
    p.stdin.write(json.dumps({"judge": judge, **job}) + "\n")
    p.stdin.flush()
    line = p.stdout.readline()
    if not line:
        del have[argv]
        raise RuntimeError("the judge %s ended: status %s" % (judge, p.wait()))
    answer = json.loads(line)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer


def by_process(judge):
    """Judges that are asked in JSON: judge.mjs and judge_kitty.py say how."""
    def compare(replay, stream, cuts, more):
        with tempfile.TemporaryDirectory(dir=_directory) as d:
            grounds = stream.grounds()
            ground = {p: p in grounds for at in cuts for p in (at, min(at + more, len(stream.data)))}
            job = {"rows": stream.rows, "cols": stream.cols, "raw": stream.path, "cuts": [],
                   "grounds": [p for p in ground if ground[p]]}
            for at in cuts:
                path = os.path.join(d, str(at))
                with open(path, "wb") as f:
                    f.write(render(replay, stream, at))
                job["cuts"].append({"at": at, "more": more, "rendering": path, "ground": ground[at]})
            return list(zip(cuts, ask(judge, job)))
    return compare


def tmux_server():
    """This thread's tmux."""
    if not hasattr(_local, "tmux"):
        _local.tmux = terminal.Server(tempfile.mkdtemp(dir=_directory))
        _running.append(_local.tmux.close)
    return _local.tmux


def last_ground(stream, at):
    grounds = stream.grounds()
    return grounds[bisect.bisect_right(grounds, at) - 1]


def open_at_end(stream, at, rendering):
    """How many bytes at the end of RENDERING are of a sequence or a character that the cut at AT opened."""
    tail = stream.data[last_ground(stream, at):at]
    # A model may say an open sequence in other words, but it is all that comes from its ESC on.
    return len(rendering) - rendering.rfind(b"\x1b") if tail.startswith(b"\x1b") else len(tail)


def feed(pane, stream, start_at, end_at):
    """Feeds the bytes START_AT … END_AT of STREAM."""
    pane.feed(stream.data[start_at:end_at], max(last_ground(stream, end_at) - start_at, 0))


def snapshots_of_raw(server, stream, points):
    pane = server.pane(stream.rows, stream.cols)
    seen, pos = {}, 0
    try:
        for p in points:
            feed(pane, stream, pos, p)
            seen[p] = pane.snapshot()
            pos = p
        pane.feed(LEAVE, len(LEAVE))
        return seen, pane.snapshot()
    finally:
        pane.close()


def tmux(replay, stream, cuts, more):
    end = len(stream.data)
    server = tmux_server()
    after = {at: min(at + more, end) for at in cuts}
    seen, left = snapshots_of_raw(server, stream, sorted({*cuts, *after.values(), end}))
    results = []

    def differences(when, a, pane):
        return terminal.differences(when, a, pane.snapshot(), CLEARING.search(stream.data))

    for at in cuts:
        pane = server.pane(stream.rows, stream.cols)
        rendering = render(replay, stream, at)
        pane.feed(rendering, len(rendering) - open_at_end(stream, at, rendering))
        found = differences("at once", seen[at], pane)
        feed(pane, stream, at, after[at])
        found += differences("after %d more" % more, seen[after[at]], pane)
        feed(pane, stream, after[at], end)
        found += differences("after all", seen[end], pane)
        pane.feed(LEAVE, len(LEAVE))
        found += differences("after leaving", left, pane)
        pane.close()
        results.append((at, [dict(zip(("when", "what", "raw", "rendering"), d)) for d in found]))
    return results


def gnu_screen(replay, stream, cuts, more):
    """As tmux, at each cut and behind some more; for what is to leave no trace, not for renderings, which say modes that
    GNU screen does not know."""
    end, results = len(stream.data), []
    with tempfile.TemporaryDirectory(dir=_directory) as directory:
        for at in cuts:
            panes = [gnuscreen.Window(directory) for _ in range(2)]
            rendering = render(replay, stream, at)
            feed(panes[0], stream, 0, at)
            panes[1].feed(rendering, len(rendering))
            found = gnuscreen.differences("at once", *(p.snapshot() for p in panes))
            for p in panes:
                feed(p, stream, at, min(at + more, end))
            found += gnuscreen.differences("after %d more" % more, *(p.snapshot() for p in panes))
            for p in panes:
                p.close()
            results.append((at, [dict(zip(("when", "what", "raw", "rendering"), d)) for d in found]))
    return results


JUDGES = {"tmux": tmux, **{name: by_process(name) for name in ("xterm", "graphemes", "ghostty", "kitty")}}


def missing(judge, here):
    """Why JUDGE can't be asked, or nothing."""
    if judge in PACKAGES:
        return install_packages(here)
    if judge == "kitty":
        r = subprocess.run(["/usr/bin/python3", "-B", os.path.join(here, "judge_kitty.py")], check=False,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return r.returncode and "kitty's Screen: " + r.stderr.decode(errors="replace").strip().split("\n")[-1]
    program = "screen" if judge == "screen" else "tmux"
    return "" if shutil.which(program) else program + " is not installed"
