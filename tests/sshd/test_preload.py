# SPDX-License-Identifier: MIT
"""The PAM modules that holdfastd has loaded before its leaders need them, and an update of one."""
import glob
import os
import shutil

from host import by_hand
from template import write
from term import check, equal, wait_until

MODULE = "/usr/local/lib/pam_changes.so"
MARK = "/run/the-new-one-ran"


def becomes(name):
    """MODULE is Debian's module NAME from now on, as a package's update does it."""
    source = glob.glob("/usr/lib/*/security/" + name) + glob.glob("/usr/lib/security/" + name)
    shutil.copy(source[0], MODULE + ".new")
    os.rename(MODULE + ".new", MODULE)


def maps(pid):
    with open("/proc/%d/maps" % pid) as f:
        return f.read()


@by_hand
def test_replaced_module(host):
    """The next session runs the new one, without a restart of holdfastd; one that is there goes on with what it has."""
    write("/usr/local/bin/mark", "#!/bin/sh\necho >>%s\n" % MARK, 0o755)
    becomes("pam_permit.so")
    host.held_stack("session optional %s /usr/local/bin/mark\n" % MODULE)
    host.start()
    check(MODULE in maps(host.holdfastd.pid), "holdfastd has not loaded it")
    before = host.login()
    host.wait_sessions(1, "attached")
    check(not os.path.exists(MARK), "the old module does something")

    becomes("pam_exec.so")
    after = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    host.wait_sessions(2, "attached")
    check(os.path.exists(MARK), "the new module did not run")
    os.unlink(MARK)
    before.line("exit 3")
    equal(before.wait_exit(), 3, "the status of the older session")
    wait_until(lambda: len(host.sessions()) == 1, "the older session has ended")
    check(not os.path.exists(MARK), "the older session was closed by the new module")
    after.line("exit 4")
    equal(after.wait_exit(), 4, "the status of the newer session")
    wait_until(lambda: os.path.exists(MARK), "the newer session is closed by the new module")
