# SPDX-License-Identifier: MIT
"""/etc/holdfast/resume.d: what root wants to happen at each resume, as /etc/profile.d at each login."""
import os

from template import write
from term import check, equal, wait_until

DIR = "/etc/holdfast/resume.d/"


def test_at_each_resume(host):
    write(DIR + "10-quota", "#!/bin/sh\necho \"QUOTA of $(id -un) in $HOLDFAST_SESSION from ${SSH_CONNECTION%% *}\"\n"
          "tty >/dev/null || echo no input\n", 0o755)
    write(DIR + "20-fails", "#!/bin/sh\nexit 1\n", 0o755)
    write(DIR + "30.sh", "#!/bin/sh\necho WRONG\n", 0o755)
    t = host.login()
    check("QUOTA" not in t.text(), "run for a new session")
    marked = host.mark(t)
    host.drop(t)
    for address in ("127.0.0.2", "127.0.0.3"):
        t = host.ssh(options=["-o", "BindAddress=" + address])
        t.wait_for("QUOTA of alice in 1 from " + address + "\r\nno input\r\n.*resumed session 1")
        equal(t.text().count("QUOTA"), 1, "times that it has run")
        check("WRONG" not in t.text(), "a name that run-parts does not take")
        t.prompt()
        marked.same(t)
        host.drop(t)
    # by the subsystem; but not for who is in a plain shell and attaches by hand
    t = host.ssh(host="server-resume")
    t.wait_for("QUOTA of alice.*resumed session 1")
    host.drop(t)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    t.line("holdfastctl attach 1")
    t.wait_for("resumed session 1")
    check("QUOTA" not in t.text(), "run for holdfastctl attach")


def test_a_hanging_one(host):
    write(DIR + "hangs", "#!/bin/sh\ntrap '' HUP INT TERM\necho HANGS\nsleep 98765\n", 0o755)
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    t = host.ssh()
    t.wait_for("HANGS")
    t.prompt()
    marked.same(t)
    wait_until(lambda: "sleep 98765" not in [p["cmd"] for p in host.processes() if p["pid"] != marked.job],
               "what it has started is gone", 20)
    # Ctrl-C: a plain shell, and the session is as it was
    host.drop(t)
    t = host.ssh()
    t.wait_for("HANGS")
    t.send("\x03")
    t.wait_for("skipped: this shell is not held")
    t.prompt()
    equal(host.session()["state"], "dropped", "the session")


def test_a_users_own_is_not_run(host):
    """Nobody but root says what runs."""
    uid, gid, _ = host.ids("alice")
    write(DIR + "hers", "#!/bin/sh\necho HERS\n", 0o755, (uid, gid))
    write(DIR + "open", "#!/bin/sh\necho OPEN\n", 0o777)
    t = host.login()
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed session 1")
    check("HERS" not in t.text() and "OPEN" not in t.text(), "it was run: %r" % t.text())
    host.drop(t)
    write(DIR + "roots", "#!/bin/sh\necho ROOTS\n", 0o755)
    os.chmod(DIR, 0o777)
    t = host.ssh()
    t.wait_for("resumed session 1")
    check("ROOTS" not in t.text(), "run from a directory that others can write to")
