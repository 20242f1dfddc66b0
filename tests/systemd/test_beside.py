# SPDX-License-Identifier: MIT
"""A held login shell beside a plain one of the same login: all attributes, and docs/SECURITY.md's table of what differs.

The plain ones are those of the host before holdfast is installed.  Two of them tell what differs from one login to the
next anyhow: of such an attribute the digits are not compared.  A difference that is in no row of the table fails the
case, and so does a row that nothing differs in any more.
"""
import fnmatch
import json
import os
import re

from machine import DEB
from template import write
from term import check, equal, wait_until

TABLE = "docs/SECURITY.md"
BEGIN, END = "<!-- with and without: from here -->", "<!-- with and without: to here -->"
USERS = ("root", "alice", "dan", "zoe", "finn", "tom")
# What a shell says about itself, a line an item.
STATE = {
    "bash": "{ set +o; shopt -p; trap -p; alias; declare -p; declare -F; }",
    "dash": "{ set -o; trap; alias; set; }",
    "zsh": "{ setopt; trap; alias; typeset -p; functions + ; }",
    "fish": "begin; set -L | string match -v 'history*'; functions -n | string split ','; status features; end",
    "tcsh": "( set ; setenv ; alias )",
}
NAME = re.compile(r"(?:declare|typeset|export)(?: -[-\w]+)* ([\w-]+)|([\w-]+)(?:[=\t ]|$)")
# What an administrator may give ssh.service: login shells inherit all of it.
OPTIONS = ["-o", "SetEnv=LC_TEST=from-the-client"]
KEPT = {}
SERVICE = """\
[Service]
Nice=3
IOSchedulingClass=best-effort
IOSchedulingPriority=6
CPUSchedulingPolicy=batch
CPUAffinity=0
UMask=0027
LimitNOFILE=777:7777
LimitCORE=123456
LimitFSIZE=1000000000
LimitNPROC=4321
LimitMEMLOCK=1234567
LimitSTACK=4000000:40000000
TimerSlackNSec=70000
CoredumpFilter=all
OOMScoreAdjust=150
"""
CONFIGURED = {
    "/etc/systemd/system/ssh.service.d/50-beside.conf": SERVICE,
    "/etc/ssh/sshd_config.d/50-beside.conf": "SetEnv ROOTS=word\nPermitUserEnvironment yes\n",
    "/etc/environment": "SITE=\"of the site\"\n",
    "/home/alice/.pam_environment": "MINE DEFAULT=of-pam_env\n",
    "/home/alice/.ssh/environment": "OWN=of sshd's file\n",
    "/etc/security/limits.conf": "alice soft nofile 333\nalice hard nproc 555\n@alice - priority 4\nalice - rtprio 3\n",
    "/etc/pam.d/sshd": "auth optional pam_group.so\n",
    "/etc/security/group.conf": "sshd;*;alice;Al0000-2400;audio\n",
}

# Numbers of terminals, and when it was: no two logins need have these alike, and may.
VARIES = re.compile(r"(?<=pts/)\d+|\b\d\d:\d\d(:\d\d)?\b|\b\d{4}-\d\d-\d\d\b|\b[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+\b")


class Snapshot(dict):
    """Of one login of USER's on M: name of an attribute to its value."""

    def __init__(self, m, user, options=()):
        super().__init__()
        before = m.wtmp_records()
        t = m.ssh(user, options=options)
        t.prompt()
        self["shown: before the first prompt"] = readable(t)
        out = "/var/tmp/snapshot.%s" % user
        for path in (out, out + ".shell"):
            if os.path.exists(path):
                os.unlink(path)
        shell = os.path.basename(m.shell_of(user))
        self.told(t, "%s >%s.shell" % (STATE[shell], out), out + ".shell")
        self.told(t, "/usr/bin/python3 -B %s/tests/systemd/snapshot.py %s" % (m.src, out), out)
        with open(out) as f:
            self.update(json.load(f))
        with open(out + ".shell", errors="backslashreplace") as f:
            self.take_state(f.read())
        self["who: records in wtmp"] = str(m.wtmp_records() - before)
        t.line("exit 7")
        self["end: status"] = str(t.wait_exit())
        self["shown: at the end"] = t.text(t.mark).replace("exit 7", "").strip()
        for name, value in self.items():
            self[name] = VARIES.sub("@", value)

    @staticmethod
    def told(t, command, path):
        t.line(command + "; echo o''ver")
        t.wait_for("over\r\n")
        check(os.path.exists(path), "%s was not written: %r" % (path, t.text()[-500:]))

    def take_state(self, text):
        for line in text.splitlines():
            found = NAME.match(line)
            name = "shell: " + ((found.group(1) or found.group(2)) if found else "other")
            self[name] = self[name] + "\n" + line if name in self else line


def readable(t):
    text = t.text()[:t.text().find("PROMPT$ ")]
    return re.sub(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]", "", text).strip()


def blurred(text):
    return re.sub(r"0x[0-9a-f]+|\d+(\.\d+)*", "N", text)


def varying(*hosts):
    """The attributes that no two logins have alike, of whatever user."""
    return {name for plain in hosts for first, second in plain.values() for name in first.keys() | second.keys()
            if first.get(name) != second.get(name)}


def differences(plain, held, vary):
    """The attributes that HELD has otherwise than the two PLAIN ones: name to (plain, held)."""
    found = {}
    for name in plain[0].keys() | plain[1].keys() | held.keys():
        without, ours = {p.get(name) for p in plain}, held.get(name)
        if name in vary:
            same = (ours and blurred(ours)) in {p and blurred(p) for p in without}
        else:
            same = ours in without
        if not same:
            found[name] = (plain[0].get(name), ours)
    return found


def table(src):
    """The groups that the table says are compared, and the patterns of what differs on this host."""
    other = "no utmp:" if os.path.exists("/run/utmp") else "utmp:"
    with open(os.path.join(src, TABLE)) as f:
        text = f.read()
    text = text[text.index(BEGIN):text.index(END)]
    cells = [line.split("|")[1].strip() for line in text.splitlines() if re.match(r"\| [a-z :]*`", line)]
    rows = [re.findall(r"`([^`]+)`", cell) for cell in cells if not cell.startswith(other)]
    names = [p for row in rows for p in row]
    return {n for n in names if ":" not in n}, [n for n in names if ":" in n]


def matches(pattern, name):
    return fnmatch.fnmatchcase(name, pattern)


def compare(m, plain, vary, unused, options=()):
    """Fails with what differs and is in no row; takes the rows that are met out of UNUSED."""
    rows, bad = table(m.src)[1], []
    for user in plain:
        held = Snapshot(m, user, options)
        check(held.get("environment: HOLDFAST_SESSION"), "the shell of %s is not held: %r" % (user, held["shown: before the first prompt"]))
        for name, (without, with_) in sorted(differences(plain[user], held, vary).items()):
            met = [r for r in rows if matches(r, name)]
            unused.difference_update(met)
            if not met:
                bad.append("%s, %s: without %r, with %r" % (user, name, without, with_))
        m.reset()
    return bad


def test_beside(m):
    """On Debian as it is, and on a host that has been configured in every way that reaches a login shell."""
    users = [u for u in USERS if m.has_user(u)]
    for user in users:
        hush = ("/root" if user == "root" else "/home/" + user) + "/.hushlogin"
        if os.path.exists(hush):
            os.unlink(hush)
    plain = {u: (Snapshot(m, u), Snapshot(m, u)) for u in users}
    configure(m, True)
    other = {u: (Snapshot(m, u, OPTIONS), Snapshot(m, u, OPTIONS)) for u in ("root", "alice")}
    configure(m, False)
    m.install(DEB)
    groups, rows = table(m.src)
    equal(groups, {name.split(":")[0] for p in plain.values() for name in p[0]}, "groups that %s says are compared" % TABLE)
    unused = set(rows)
    vary = varying(plain, other)
    bad = compare(m, plain, vary, unused)
    configure(m, True)
    bad += ["configured, " + b for b in compare(m, other, vary, unused, OPTIONS)]
    with open(os.path.join(m.log, "differences"), "w") as f:
        f.write("\n".join(bad) + "\n")
    check(not bad, "%d differences are in no row of %s: %s" % (len(bad), TABLE, " | ".join(bad)))
    check(not unused, "rows of %s where nothing differs any more: %s" % (TABLE, sorted(unused)))


def configure(m, on):
    """Writes CONFIGURED's files, or takes them away again: those that the host has itself are added to."""
    for path, text in CONFIGURED.items():
        old = KEPT.get(path)
        if on:
            KEPT[path] = old = open(path).read() if os.path.exists(path) else None
            write(path, (old or "") + text)
            if path.startswith("/home/alice/"):
                os.chown(path, *m.ids("alice")[:2])
        elif old is None:
            os.unlink(path)
        else:
            write(path, old)
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "restart", "ssh.service")
    wait_until(m.listening, "sshd listens")


def cases():
    yield "beside:all", "test_beside", []
