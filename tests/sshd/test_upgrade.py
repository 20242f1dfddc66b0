# SPDX-License-Identifier: MIT
"""holdfastctl upgrade: keepers go on in another build of the program; nobody attached notices."""
import json

from term import check, equal
from versions import KEEPER, another_build, build_id


def session(host, user="alice"):
    return next(iter(json.loads(host.ctl(user, "ls", "--json").stdout)["sessions"]))


def upgrade(host, *args, user="alice", status=0):
    r = host.ctl(user, "upgrade", *args)
    equal((r.returncode, r.stderr), (status, r.stderr if status else ""), "holdfastctl upgrade %s" % (args,))
    return r


def test_attached(host):
    t = host.login()
    marked = host.mark(t)
    before = session(host)
    another_build(KEEPER)
    check(session(host)["old"], "another build is not seen as such")
    seen = len(t.data)
    upgrade(host, "1")
    after = session(host)
    equal((after["keeper_pid"], after["shell_pid"], after["build"], after["old"], after["state"]),
          (before["keeper_pid"], before["shell_pid"], build_id(KEEPER), False, "attached"), "the session after it")
    marked.same(t)
    check(b"attached session" not in bytes(t.data[seen:]) and b"resumed" not in bytes(t.data[seen:]), "it was redrawn")
    upgrade(host, "-a")
    host.drop(t)
    marked.same(host.ssh())
