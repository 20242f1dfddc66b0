#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what being held costs, beside plain ssh and the neighbours that are installed, in a private world.

  run.py -b BUILD [--quick] [-o results.json] [--way NAME…] [--subject NAME…]
         [--sessions N…] [--rtt MS…] [--megabytes N] [--install]

--install only fetches the neighbours (dtach, abduco, tmux, screen, mosh) with apt-get.  Who is not installed is
left out.  Subjects: echo, bulk, login, module, recovery, flood, transfer, typing, wakeups, memory.  Needs root, for
namespaces; it changes nothing outside of them.  The status is not 0 when something could not be measured.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(SRC, "tests", "sshd"), HERE]
sys.dont_write_bytecode = True
NEIGHBOURS = ("dtach", "abduco", "tmux", "screen", "mosh")


def load(name, path):
    import importlib.util
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def install():
    for name in NEIGHBOURS:
        r = subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", name], capture_output=True)
        print("%s: %s" % (name, "installed" if r.returncode == 0 else "not to be had"))
    return 0


def make_cgroup():
    """A cgroup whose memory is counted, for holdfastd and all that it starts; or None."""
    for base in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        path = os.path.join(base, "holdfast-bench-%d" % os.getpid())
        try:
            os.mkdir(path)
        except OSError:
            continue
        if any(os.path.exists(os.path.join(path, n)) for n in ("memory.current", "memory.usage_in_bytes")):
            return path
        os.rmdir(path)
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-b", "--build", default=SRC)
    p.add_argument("-o", "--output", default="bench.json")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--install", action="store_true")
    p.add_argument("-v", "--verbose", action="store_true")
    p.add_argument("--way", action="append", help="plain is always measured")
    p.add_argument("--subject", action="append")
    p.add_argument("--sessions", action="append", type=int, help="so many for the subject memory, in place of all")
    p.add_argument("--rtt", action="append", type=int, choices=(0, 20, 100, 200),
                   help="so long a line for the subject transfer, in place of all")
    p.add_argument("--megabytes", type=int, help="so much for each transfer, in place of 16 to 100 by the line")
    a = p.parse_args()
    if os.geteuid():
        raise SystemExit("run.py: needs root, to make namespaces; it changes nothing outside them")
    if a.install:
        return install()
    build, output = os.path.abspath(a.build), os.path.abspath(a.output)
    tools = {os.path.join(build, "tests", "bench", name): "bench-" + name
             for name in ("bare", "delay", "idle", "probe", "relay")}
    tools[os.path.join(build, "tests", "predict", "wire")] = "wire"
    for tool in tools:
        if not os.access(tool, os.X_OK):
            raise SystemExit("run.py: no %s; use make bench" % tool)
    cases = load("sshd_run", os.path.join(SRC, "tests", "sshd", "run.py"))
    base = cases.isolate()
    if not a.subject or "typing" in a.subject:
        cases.prepare_judge()
    cases.stage(base, build)
    for tool, name in tools.items():
        shutil.copy(tool, os.path.join(base, "stage", "usr", "libexec", "holdfast", name))
    log = tempfile.mkdtemp(prefix="holdfast-bench-")
    cgroup = make_cgroup()
    # in a world's own /proc there are no threads of the kernel
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    extra = {"quick": a.quick, "ways": a.way and ["plain", *a.way], "subjects": a.subject,
             "sessions": a.sessions, "rtts": a.rtt, "megabytes": a.megabytes, "cgroup": cgroup,
             "verbose": a.verbose, "kernel_proc": "/proc/self/fd/%d" % proc}
    spec = cases.world.spec(base, SRC, log, entry="bench:run", extra=extra)
    try:
        status = subprocess.run(cases.world.argv(spec), stdin=subprocess.DEVNULL, pass_fds=(proc,)).returncode
        result = os.path.join(log, "bench.json")
        if os.path.exists(result):
            shutil.copy(result, output)
            print("\n%s" % output)
            shutil.rmtree(log) if status == 0 else print("logs: " + log)
        return status
    finally:
        if cgroup:
            os.rmdir(cgroup)


if __name__ == "__main__":
    sys.exit(main())
