# SPDX-License-Identifier: MIT
"""What ended a session, under systemd: logind, systemd, the OOM killer, a reboot and a crash of the host."""
import json
import os
import subprocess

from term import Skip, check, equal, wait_until

HOG = "exec python3 -c 'b = bytearray(1 << 29)'"
MEMORY = "/sys/fs/cgroup/memory"


known = set()  # records of sessions of other cases, which had the same numbers


def ends(m):
    return json.loads(m.run("holdfastctl", "last", "-u", "alice", "--json"))["ends"]


def end(m, number):
    """The record of session NUMBER's end."""
    def find():
        return [e for e in ends(m) if e["session"] == number and e["unique"] not in known]
    return wait_until(find, "the record of session %d: %s" % (number, ends(m)), 30)[0]


def has(e, **want):
    equal({k: e.get(k) for k in want}, want, "the record %s" % e)


def session(m, name):
    """An attached session NAME, that is used by this case alone: numbers of others may be in the records."""
    known.update(e["unique"] for e in ends(m))
    t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
    return t, m.session()


def test_logind(m):
    """loginctl terminate-session."""
    t, s = session(m, "told")
    m.run("loginctl", "terminate-session", m.scope_of(s["shell_pid"]))
    t.wait_for(r"holdfast: session %d was ended by logind" % s["id"])
    t.wait_exit()
    has(end(m, s["id"]), why="logind", by="logind", name="told")


def test_scope(m):
    """systemctl stop of the session's scope: logind was not asked."""
    t, s = session(m, "stopped")
    m.run("systemctl", "stop", "session-%s.scope" % m.scope_of(s["shell_pid"]))
    t.wait_for(r"holdfast: session %d was ended by systemd" % s["id"])
    t.wait_exit()
    has(end(m, s["id"]), why="stopped", by="systemd")


def limited(m):
    """Sessions of the next logins have little memory, by a cgroup of v1; how to undo that.  None: there is cgroup v2."""
    with open("/sys/fs/cgroup/cgroup.controllers") as f:
        if "memory" in f.read().split():
            return None
    if not os.path.isdir(MEMORY):
        os.mkdir(MEMORY)
    if subprocess.run(["mount", "-t", "cgroup", "-o", "memory", "none", MEMORY]).returncode:
        raise Skip("no memory controller for this container")
    os.makedirs(MEMORY + "/little", exist_ok=True)
    with open(MEMORY + "/little/memory.limit_in_bytes", "w") as f:
        f.write(str(96 << 20))
    pid = m.unit("holdfastd.service", "MainPID")
    with open(MEMORY + "/little/cgroup.procs", "w") as f:
        f.write(pid)

    def undo():
        with open(MEMORY + "/cgroup.procs", "w") as f:
            f.write(pid)
        m.run("umount", "-l", MEMORY)
    return undo


def in_the_journal(m, number):
    """The end is one entry with fields, by root, which -t finds."""
    found = [json.loads(line) for line in m.run("journalctl", "-q", "-o", "json", "HOLDFAST_EVENT=end", "HOLDFAST_WHY=oom",
                                                "HOLDFAST_SESSION=%d" % number).splitlines()]
    equal(len(found), 1, "entries")
    want = {"HOLDFAST_USER": "alice", "HOLDFAST_BY": "kernel", "HOLDFAST_EVENTS_VERSION": "1", "_UID": "0", "PRIORITY": "6",
            "SYSLOG_IDENTIFIER": "holdfastd", "SYSLOG_FACILITY": "10", "_TRANSPORT": "journal"}
    equal({k: found[0].get(k) for k in want}, want, "the fields of %s" % found)
    message = found[0]["MESSAGE"]
    check(message.startswith("event=end user=alice "), "the line: %s" % message)
    equal(m.run("journalctl", "-q", "-o", "cat", "-t", "holdfastd").splitlines().count(message), 1, "the same line")


def test_oom(m):
    """The OOM killer takes what has become of the shell; a job that it takes ends nothing."""
    undo = limited(m)
    try:
        t, s = session(m, "hungry")
        if not undo:
            m.run("systemctl", "set-property", "--runtime", "session-%s.scope" % m.scope_of(s["shell_pid"]),
                  "MemoryMax=96M", "MemorySwapMax=0")
        t.line("(%s); echo job $?" % HOG)
        t.wait_for("job 137")
        equal(m.session()["id"], s["id"], "the session, after its job was killed")
        t.line(HOG)
        t.wait_for(r"holdfast: session %d was ended by the OOM killer" % s["id"])
        t.wait_exit()
        has(end(m, s["id"]), why="oom", by="kernel", status="signal:9", attached=True)
        check([j for j in m.journal(r"event=end .*session=%d .*why=oom by=kernel" % s["id"])], "the audit line")
        in_the_journal(m, s["id"])
    finally:
        if undo:
            undo()


def leave(m):
    """Before the host goes down: a session with a name, dropped."""
    t, s = session(m, "build")
    t.line("sleep 10000")
    wait_until(lambda: m.session()["program"] == "sleep", "sleep runs in front")
    m.drop(t)
    wait_until(lambda: [n for n in os.listdir("/var/lib/holdfast/running")
                        if "name=build" in open("/var/lib/holdfast/running/" + n).read()], "its record")
    m.keep = True


def test_leave(m):
    leave(m)


def test_leave_again(m):
    leave(m)


def test_after(m, why, words):
    """The first login after it says what was lost, the second one nothing."""
    t = m.ssh()
    t.wait_for(r"holdfast: session \d+ \(build\) " + words)
    t.shell_pid()
    e = [e for e in ends(m) if e["name"] == "build"][0]
    has(e, why=why, by="host", program="sleep", told=True)
    equal(os.listdir("/var/lib/holdfast/running").__len__(), 1, "records of sessions that run: that of this login")
    t2 = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    check("(build)" not in t2.text(), "it is said again: %r" % t2.text())


def cases():
    for name in ("logind", "scope", "oom"):
        yield "ends:" + name, "test_" + name, []


def before():
    yield "ends:leave", "test_leave", []


def reboot():
    """After an orderly shutdown, and before a crash."""
    yield "ends:reboot", "test_after", ["shutdown", "was ended by the shutdown of the host"]
    yield "ends:leave-again", "test_leave_again", []


def crash():
    yield "ends:crash", "test_after", ["crash", "was lost: the host went down without a shutdown"]
