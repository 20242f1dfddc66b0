# SPDX-License-Identifier: MIT
"""All attributes of the process that starts this, a login shell: a JSON object of names and texts, group by group.

  snapshot.py FILE     run in the shell; its own descriptors and limits are the shell's

An attribute is "group: name".  Nothing is left out because it seems not to matter; what differs from one login to the
next is found out by who compares.
"""
import ctypes
import fcntl
import json
import os
import pwd
import re
import resource
import stat
import struct
import subprocess
import sys
import termios

SHELL = os.getppid()
PROC = "/proc/%d/" % SHELL
# Of /proc/PID/status: counters and sizes, which no two processes have alike.
COUNTERS = re.compile(r"Vm.*|Rss.*|Hugetlb.*|FDSize|Threads|.*ctxt_switches|State|Name|Tgid|Ngid|Pid|PPid|NS.*id|Kthread")
SYSCALL = {"ioprio_get": 252, "keyctl": 250}  # x86-64
KEYRINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user session": -5}
LARGEFILE = 0o100000  # set by open(2) and not by ioctl(TIOCGPTPEER); it means nothing where long is 64 bits wide
libc = ctypes.CDLL(None, use_errno=True)


def text_of(path):
    try:
        with open(path, "rb") as f:
            return f.read().decode("utf-8", "backslashreplace").rstrip("\n")
    except OSError as e:
        return "errno %s" % os.strerror(e.errno)


def output(*argv):
    """What ARGV prints, or "" where there is no such program: a bare Debian 13 has neither mesg nor last."""
    try:
        r = subprocess.run(argv, stdin=0, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        return ""
    return r.stdout.decode("utf-8", "backslashreplace").strip()


def words(line):
    return " ".join(line.split())


def environment():
    """Of the shell as it was started, and as it is handed on by now."""
    for entry in text_of(PROC + "environ").split("\0"):
        if entry:
            name, _, value = entry.partition("=")
            yield "initial environment: " + name, value
    for name, value in os.environ.items():
        yield "environment: " + name, value


def identity():
    for line in text_of(PROC + "status").splitlines():
        name, _, value = line.partition(":")
        if not COUNTERS.fullmatch(name.strip()):
            kind = "SigQ" if name == "SigQ" else name
            yield "status: " + kind, value.strip().rpartition("/")[2] if kind == "SigQ" else " ".join(value.split())
    for name in ("loginuid", "sessionid", "oom_score_adj", "coredump_filter", "personality", "attr/current", "setgroups",
                 "uid_map", "gid_map", "timens_offsets", "cgroup", "autogroup", "cpuset"):
        yield "process: " + name, text_of(PROC + name)
    st = os.stat(PROC)
    yield "process: dumpable", "files in /proc are of %d:%d" % (st.st_uid, st.st_gid)
    for name in sorted(os.listdir(PROC + "ns")):
        yield "namespace: " + name, os.readlink(PROC + "ns/" + name)
    for name in ("root", "cwd", "exe"):
        yield "process: " + name, os.readlink(PROC + name)
    yield "process: argv", text_of(PROC + "cmdline").replace("\0", " ")


def place():
    """Among other processes: field numbers of proc(5), after the name."""
    fields = text_of(PROC + "stat")
    f = fields[fields.rindex(")") + 2:].split()
    yield "process: parent", text_of("/proc/%s/comm" % f[1])
    yield "process: leads its group and session", str((f[2] == str(SHELL), f[3] == str(SHELL)))
    for number, name in ((7, "has a terminal"), (19, "nice"), (40, "rt_priority"), (41, "policy")):
        yield "scheduling: " + name, str(int(f[number - 3]) != 0) if number == 7 else f[number - 3]
    yield "scheduling: affinity", str(sorted(os.sched_getaffinity(SHELL)))
    yield "scheduling: ioprio", str(libc.syscall(SYSCALL["ioprio_get"], 1, SHELL))
    # the last two are those of a child, which has them from the shell
    yield "scheduling: timer slack", str(libc.prctl(30, 0, 0, 0, 0))
    for name, number in (("keep capabilities", 7), ("securebits", 27), ("child subreaper", 37), ("THP disable", 42)):
        yield "prctl: " + name, str(libc.prctl(number, 0, 0, 0, 0) if number != 37 else 0)


def limits():
    for name in sorted(n for n in dir(resource) if n.startswith("RLIMIT_")):
        yield "limit: " + name[7:].lower(), "%d %d" % resource.prlimit(SHELL, getattr(resource, name))


def keyrings():
    for name, number in KEYRINGS.items():
        buf = ctypes.create_string_buffer(4096)
        serial = libc.syscall(SYSCALL["keyctl"], 0, number, 0)
        n = libc.syscall(SYSCALL["keyctl"], 6, serial, buf, 4096) if serial > 0 else -1
        yield "keyring: " + name, buf.raw[:n - 1].decode() if n > 0 else "none"
        n = libc.syscall(SYSCALL["keyctl"], 11, serial, buf, 4096) if serial > 0 else -1
        yield "keyring: entries of " + name, str(max(n, 0) // 4)


def descriptors():
    for number in sorted(os.listdir(PROC + "fd"), key=int):
        try:
            where = os.readlink(PROC + "fd/" + number)
            flags = re.search(r"flags:\s*(\d+)", text_of(PROC + "fdinfo/" + number)).group(1)
        except OSError:
            continue
        yield "descriptor: " + number, re.sub(r"\[\d+\]", "[N]", where)
        yield "descriptor: flags of " + number, "%o" % (int(flags, 8) & ~LARGEFILE)


def terminal():
    name = os.ttyname(0)
    st = os.stat(name)
    yield "terminal: name", name
    yield "terminal: owner and mode", "%d:%d %o" % (st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode))
    yield "terminal: settings", output("stty", "-a")
    yield "terminal: size in cells", "%d %d" % struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[:2]
    yield "terminal: size in pixels", "%d %d" % struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[2:]
    yield "terminal: foreground group", str(os.tcgetpgrp(0) == os.getpgrp())
    user = pwd.getpwuid(os.getuid()).pw_name
    yield "terminal: is $SSH_TTY", str(os.environ.get("SSH_TTY") == name)
    yield "who: who am i", words(output("who", "am", "i"))
    yield "who: who am i names the terminal", str(name[5:] in output("who", "am", "i").split())
    yield "who: logname", output("logname")
    yield "who: mesg", output("mesg")
    short = name[5:]
    yield "who: who", "\n".join(words(x) for x in output("who").splitlines() if short in x.split())
    yield "who: w", "\n".join(" ".join(x.split()[:3] + x.split()[7:]) for x in output("w", "-h", user).splitlines()
                             if short in x.split())
    yield "who: last", words("".join(output("last", "-w", "-n", "1", user).splitlines()[:1]))
    yield "who: lastlog", words("".join(output("lastlog", "-u", user).splitlines()[1:]))
    yield "who: entries in utmp", str(len([x for x in output("who").splitlines() if x.split()[0] == user]))
    yield "locale: locale", output("locale")


def logind():
    found = re.search(r"session-([^/]+)\.scope", text_of(PROC + "cgroup"))
    yield "logind: session of its own scope", str(bool(found))
    for line in output("loginctl", "show-session", found.group(1)).splitlines() if found else ():
        name, _, value = line.partition("=")
        yield "logind: " + name, value
        if name == "TTY":
            yield "logind: TTY is the terminal", str("/dev/" + value == os.ttyname(0))
    user = pwd.getpwuid(os.getuid()).pw_name
    lines = output("loginctl", "list-sessions", "--no-legend").splitlines()
    yield "logind: sessions of the user", str(len([x for x in lines if x.split()[2] == user]))


def main():
    found = {}
    for group in (environment, identity, place, limits, keyrings, descriptors, terminal, logind):
        found.update(group())
    with open(sys.argv[1] + ".tmp", "w") as f:
        json.dump(found, f, indent=1, sort_keys=True)
    os.rename(sys.argv[1] + ".tmp", sys.argv[1])


if __name__ == "__main__":
    main()
