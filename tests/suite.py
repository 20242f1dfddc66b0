#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs ./check in the root file system of another Debian release:  suite.py SUITE[:ARCHITECTURE] [ARGUMENT…]

The architecture is one that this machine runs (i386 on amd64).  The root is made once, by mmdebstrap, in
build-SUITE/root; what a part needs besides is installed there.  The tests see a copy of the checkout, build-SUITE/tree,
at its own absolute path, so that every path they print is true outside too: its build directories and logs stay.  They
run in mount and pid namespaces of their own, in which that root is the root: when they end, or are interrupted, all
mounts and processes are gone.
"""
import ctypes
import fcntl
import glob
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, "sshd"))
sys.dont_write_bytecode = True
import world  # noqa: E402

CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
PER_LINUX32 = 8  # uname says so, and configure believes it
# Where the packages come from and who vouches for them is the machine's affair: as outside.
PASSED = re.compile(r"(https?|ftp|no|all)_proxy|(npm_config|npm)_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CI|TERM",
                    re.I)
FROM_OUTSIDE = ("/etc/resolv.conf", "/etc/ssl/certs")


def die(text):
    raise SystemExit("suite.py: " + text)


def sources(suite):
    """This machine's own lists of where Debian's packages come from, as far as they have SUITE."""
    paths = [p for kind in ("list", "sources") for p in sorted(glob.glob("/etc/apt/sources.list.d/*." + kind))]
    found = []
    for path in ["/etc/apt/sources.list", *paths]:
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                if re.search(r"\b%s\b" % re.escape(suite), f.read()):
                    found.append(path)
    return found


def mirror(suite):
    """The first place that these lists have SUITE from, as a line of sources.list: all that another machine's root
    needs, whose updates may not be where this machine's are."""
    for path in sources(suite):
        with open(path, errors="replace") as f:
            for stanza in f.read().split("\n\n"):
                where = re.search(r"^URIs:\s*(\S+)", stanza, re.M)
                line = re.search(r"^deb\s+(?:\[.*?\]\s+)?(\S+)\s+%s\s" % re.escape(suite), stanza, re.M)
                if where and re.search(r"^Suites:(.*\s)?%s(\s|$)" % re.escape(suite), stanza, re.M):
                    return ["deb %s %s main" % (where.group(1), suite)]
                if line:
                    return ["deb %s %s main" % (line.group(1), suite)]
    return []


def make_root(suite, machine, top, packages):
    root, log = os.path.join(top, "root"), os.path.join(top, "root.log")
    if os.path.isdir(root):
        return root
    if not shutil.which("mmdebstrap"):
        die("mmdebstrap is not installed: apt-get install mmdebstrap")
    print("== making the root of %s in %s" % (suite, root), flush=True)
    half = root + ".new"
    shutil.rmtree(half, ignore_errors=True)
    with open(log, "w") as out:
        # signatures count; a mirror that stands still, or a clock that runs ahead, is no reason to stop
        r = subprocess.run(["mmdebstrap", "--variant=minbase", "--include=" + ",".join(packages), "--format=directory",
                            *(["--architectures=" + machine] if machine else []),
                            "--aptopt=Acquire::Check-Valid-Until \"false\"", suite, half,
                            *(mirror(suite) if machine else sources(suite))],
                           stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    if r.returncode:
        shutil.rmtree(half, ignore_errors=True)
        with open(log, errors="replace") as f:
            sys.stderr.write("".join(f.readlines()[-20:]))
        die("mmdebstrap cannot make a root of %s, see %s" % (suite, log))
    os.rename(half, root)
    return root


def tracked():
    """The files of the checkout: those that git knows or would add; of a release tarball, all but build directories."""
    if os.path.exists(os.path.join(SRC, ".git")):
        r = subprocess.run(["git", "-c", "safe.directory=*", "-C", SRC, "ls-files", "-z", "-co", "--exclude-standard"],
                           stdout=subprocess.PIPE, check=True)
        return sorted(os.fsdecode(n) for n in r.stdout.split(b"\0") if n)
    found = []
    for where, dirs, names in os.walk(SRC):
        if where == SRC:
            dirs[:] = [d for d in dirs if not d.startswith("build-")]
        found += [os.path.relpath(os.path.join(where, n), SRC) for n in names]
    return sorted(found)


def same(a, b):
    sa, sb = os.lstat(a), os.lstat(b)
    return (sa.st_mode, sa.st_size, sa.st_mtime_ns) == (sb.st_mode, sb.st_size, sb.st_mtime_ns)


def copy_tree(top):
    """Brings build-SUITE/tree up to date: files that are gone here go there, and what was built there stays."""
    tree, listed = os.path.join(top, "tree"), os.path.join(top, "tree.files")
    old = open(listed).read().splitlines() if os.path.exists(listed) else []
    names = [n for n in tracked() if os.path.lexists(os.path.join(SRC, n))]
    for name in set(old) - set(names):
        if os.path.lexists(os.path.join(tree, name)):
            os.unlink(os.path.join(tree, name))
    for name in names:
        source, target = os.path.join(SRC, name), os.path.join(tree, name)
        if not os.path.lexists(target) or not same(source, target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.lexists(target):
                os.unlink(target)
            shutil.copy2(source, target, follow_symlinks=False)
    with open(listed, "w") as f:
        f.write("".join(n + "\n" for n in names))
    return tree


def bind_from_outside(root, path):
    """The root sees PATH as it is here, if both have the same kind of thing."""
    target = root + path
    if not os.path.exists(path):
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        if os.path.islink(target):
            os.unlink(target)
        open(target, "a").close()
    world.bind(os.path.realpath(path), target)


def enter(root, tree):
    """Makes ROOT the root of this mount namespace, with the file systems that a system has, and TREE at its path."""
    world.mount(None, "/", None, world.MS_REC | 1 << 18)  # MS_PRIVATE
    world.bind(root, root)
    for path in FROM_OUTSIDE:
        bind_from_outside(root, path)
    for name, mode in (("run", "755"), ("tmp", "1777")):
        world.mount("tmpfs", os.path.join(root, name), "tmpfs", world.MS_NOSUID | world.MS_NODEV, "mode=" + mode)
    shutil.rmtree(root + "/dev", ignore_errors=True)
    world.make_dev(root + "/dev")
    world.mount("proc", root + "/proc", "proc", world.MS_NOSUID | world.MS_NODEV | world.MS_NOEXEC)
    world.bind("/sys", root + "/sys")
    inside = root + tree
    os.makedirs(inside, exist_ok=True)
    world.bind(tree, inside)
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "."], check=True)
    if world._libc.umount2(b".", MNT_DETACH):
        raise OSError(ctypes.get_errno(), "umount of the old root")
    os.chdir(tree)


def first_process(root, tree, args):
    """Process 1 of the namespace: its end is everybody's."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda number, frame: os._exit(128 + number))
    enter(root, tree)
    environ = {k: v for k, v in os.environ.items() if PASSED.fullmatch(k)}
    environ.update({"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                    "LANG": "C.UTF-8"})
    child = os.fork()
    if child == 0:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, signal.SIG_DFL)
        os.execve("./check", ["./check", *args], environ)
    status = world.reap(child)
    os._exit(status if status >= 0 else 128 - status)


def run_inside(root, tree, args, is_i386):
    """./check ARGS in ROOT; its status."""
    if is_i386 and world._libc.personality(PER_LINUX32) < 0:
        die("this machine does not run i386")
    world.unshare(CLONE_NEWNS | CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        try:
            world._libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            first_process(root, tree, args)
        except BaseException as e:
            sys.stderr.write("suite.py: %s\n" % e)
            os._exit(1)

    def give_up(number, frame):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os._exit(128 + number)
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, give_up)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main():
    if len(sys.argv) < 2 or not re.fullmatch(r"[a-z]+(:[a-z0-9]+)?", sys.argv[1]):
        die("usage: suite.py SUITE[:ARCHITECTURE] [ARGUMENT of ./check]…")
    (suite, _, machine), args = sys.argv[1].partition(":"), sys.argv[2:]
    if os.geteuid():
        die("needs root, to make the root of %s and namespaces" % suite)
    top = os.path.join(SRC, "build-" + suite + ("-" + machine if machine else ""))
    os.makedirs(top, exist_ok=True)
    lock = open(os.path.join(top, "lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        die("another ./check --suite %s is running in %s" % (suite, top))
    packages = subprocess.run([os.path.join(SRC, "check"), "--packages", *args[:1]], stdout=subprocess.PIPE, text=True)
    if packages.returncode:
        return 2
    root = make_root(suite, machine, top, packages.stdout.split())
    tree = copy_tree(top)
    os.makedirs(os.path.join(tree, "tests", "logs"), exist_ok=True)
    status = run_inside(root, tree, args, machine == "i386")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
