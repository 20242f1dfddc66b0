# SPDX-License-Identifier: MIT
"""Installed from source as README says, and removed again: nothing is left of it."""
import os
import re

from template import LIBEXEC
from term import check, equal, wait_until
from test_package import files, fresh, held, no_trace, plain_login

UNINSTALL = ("make", "-C", "/src/build-check", "uninstall")


def make_install(m):
    """The container has no compiler: its files are those of make install with a DESTDIR."""
    m.run("sh", "-c", "tar -C /deb/installed -c . | tar -C / -x --keep-directory-symlink")


def listening(m):
    """The inodes of the sockets at sshd's port; sshd makes new ones when it is reloaded."""
    return set(re.findall(r"\bino:(\d+)", m.run("ss", "-ltnHe", "sport = :22")))


def with_sshd_reloaded(m, *argv):
    before = listening(m)
    m.run(*argv)
    wait_until(lambda: listening(m) and not listening(m) & before, "sshd listens again")


def units(m):
    """What systemd has of ours: units, what starts them, processes."""
    out = m.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "holdfast*") + \
        m.run("systemctl", "list-unit-files", "--no-legend", "holdfast*", ok=False)
    for pid in os.listdir("/proc"):
        try:
            exe = os.readlink("/proc/%s/exe" % pid)
        except OSError:
            continue
        if exe.startswith(("/usr/sbin/holdfast", LIBEXEC)):
            out += exe + "\n"
    return out


@fresh
def removed_again(m):
    os.makedirs("/usr/share/zsh/site-functions", exist_ok=True)  # others' as well: it stays
    before = files()
    equal(units(m), "", "units and processes beforehand")
    make_install(m)
    with_sshd_reloaded(m, "holdfastctl", "setup")
    t = m.login()
    held(m, t)
    t.line("exit")
    equal(t.wait_exit(), 0, "the status of ssh")
    check("holdfastd.socket" in units(m), "holdfastd is not there")
    with_sshd_reloaded(m, *UNINSTALL)
    no_trace(before)
    equal(units(m), "", "units and processes afterwards")
    check(not os.path.lexists("/run/holdfast/holdfastd.sock"), "the socket is left")
    plain_login(m)


@fresh
def files_only(m):
    """UNDO_SETUP=no removes the files alone, and a login is a plain one then."""
    make_install(m)
    with_sshd_reloaded(m, "holdfastctl", "setup")
    m.run(*UNINSTALL, "UNDO_SETUP=no")
    with open("/etc/pam.d/sshd") as f:
        check("pam_holdfast" in f.read(), "the lines are gone")
    plain_login(m)
    make_install(m)
    with_sshd_reloaded(m, *UNINSTALL)


def cases():
    for f in (removed_again, files_only):
        yield "source:%s" % f.__name__, f.__name__, []
