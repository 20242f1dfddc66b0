# SPDX-License-Identifier: MIT
"""Which programs the sessions run: holdfastctl ls -l, its JSON, and doctor, before and after another build was installed."""
import json
import os
import re
import signal
import subprocess

from term import check, equal
from test_doctor import doctor
from versions import DAEMON, KEEPER, another_build, build_id, put


def ls(host, user="alice", *args):
    return {s["id"]: s for s in json.loads(host.ctl(user, "ls", "--json", "-l", *args).stdout)["sessions"]}


def test_old_ones_are_flagged(host):
    t = host.login()
    s = ls(host)[1]
    keeper, leader = build_id(KEEPER), build_id(DAEMON)
    version = subprocess.run(["/usr/bin/holdfastctl", "--version"], capture_output=True, text=True).stdout.split()[1]
    equal((s["version"], s["build"], s["old"]), (version, keeper, False), "the keeper's program")
    equal((s["leader_version"], s["leader_build"], s["leader_old"]), (version, leader, False), "the leader's program")
    r = host.ctl("alice", "ls", "-l")
    v = re.escape(version)
    check(re.search(r"VERSION +LEADER\n.* %s +%s\n" % (v, v), r.stdout), r.stdout)
    equal(r.stderr, "", "what ls -l says besides")
    equal(doctor(host)["versions"][0], "ok", "doctor's finding")

    another_build(KEEPER)
    s = ls(host)[1]
    equal((s["build"], s["old"], s["leader_old"]), (keeper, True, False), "after another keeper was installed")
    r = host.ctl("alice", "ls", "-l")
    check(re.search(r" %s\(old\) +%s\n" % (v, v), r.stdout), r.stdout)
    check("1 session runs an older program; holdfastctl upgrade -a gives" in r.stderr, r.stderr)
    found = doctor(host)
    equal(found["versions"][0::2], ("warn", "holdfastctl upgrade -a"), "doctor's finding")
    check("1 of 1 held sessions runs an older" in found["versions"][1], found["versions"])
    check("versions.leaders" not in found, found)

    another_build(DAEMON)
    r = host.ctl("alice", "ls", "-l")
    check(re.search(r" %s\(old\) +%s\(old\)\n" % (v, v), r.stdout), r.stdout)
    check("1 session has an older leader: a leader, and a holdfast-login beside a terminal, run" in r.stderr, r.stderr)
    check(doctor(host)["versions.leaders"][1].startswith("1 session's leader stays"), doctor(host))
    # a new session has new programs
    host.stop_holdfastd()
    host.start_holdfastd()
    bob = host.login("bob")
    s = next(iter(ls(host, "bob").values()))
    equal((s["old"], s["leader_old"]), (False, False), "a session that has started since")
    # root's doctor counts those of all
    found = doctor(host, "root")
    check("1 of 2 held sessions runs an older" in found["versions"][1], found["versions"])
    # the table has no more columns without -l
    check("VERSION" not in host.ctl("alice", "ls").stdout, "ls without -l shows versions")
    t.close()
    bob.close()


def test_a_program_without_an_id(host):
    """The linker made no build id: then versions alone are compared."""
    with open(KEEPER, "rb") as f:
        data = f.read()
    old = bytes.fromhex(build_id(KEEPER))
    at = data.index(old) - 8
    equal(data[at:at + 8], b"\x03\0\0\0GNU\0", "the note")
    put(KEEPER, data[:at] + b"\x63" + data[at + 1:])
    t = host.login()
    s = ls(host)[1]
    equal((s["build"], s["old"]), ("", False), "a keeper without a build id")
    t.close()


def test_leaders_that_hang(host):
    """ls -l does not wait long for a leader that is stopped, and does not call it old."""
    t = host.login()
    leader = host.leader_of(host.session())
    os.kill(leader, signal.SIGSTOP)
    s = ls(host)[1]
    check("leader_old" not in s and s["leader_version"] == "" and s["old"] is False, s)
    check(re.search(r" -\n", host.ctl("alice", "ls", "-l").stdout), "ls -l of a leader that is stopped")
    os.kill(leader, signal.SIGCONT)
    t.close()
