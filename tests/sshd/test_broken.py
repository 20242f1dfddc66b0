# SPDX-License-Identifier: MIT
"""Every file that make install puts down, broken in every way: a login is then the plain login, or a held one."""
import fnmatch
import os

from broken import (BREAKAGES, EITHER, HELD, PLAIN, Broken, Table, directory, empty, foreign, garbage, half, loop,
                    missing, unreadable)
from host import by_hand
from template import write
from term import Failed, check

ALL_PLAIN = {b: PLAIN for b in BREAKAGES}
ROOT_READS = {**ALL_PLAIN, unreadable: HELD}
# The file, whose logins meet it, and what they are when it is broken in each way (None: not tried, and why).  A file that
# make install puts down and that is in no row fails the case.
FILES = (
    ("etc/profile.d/00-holdfast.sh", "alice dan", {**ALL_PLAIN, foreign: HELD}),
    ("usr/share/holdfast/hook.zsh", "zoe", {**ALL_PLAIN, foreign: HELD}),
    ("usr/share/holdfast/hook.fish", "finn", {**ALL_PLAIN, foreign: HELD}),
    # a text that ends too early has tcsh read no other start-up file, whatever text it is
    ("usr/share/holdfast/hook.csh", "tom", {**ALL_PLAIN, foreign: HELD, half: None, garbage: None}),
    ("usr/libexec/holdfast/holdfast-login", "alice dan zoe finn tom", {**ALL_PLAIN, foreign: HELD}),
    ("usr/libexec/holdfast/holdfast-keeper", "alice", {**ALL_PLAIN, foreign: HELD}),
    ("usr/sbin/holdfastd", "alice", {**ALL_PLAIN, foreign: HELD}),
    # cut short it ends sshd in the dynamic linker, as any module does; dpkg puts a whole one in its place
    ("usr/lib/*/security/pam_holdfast.so", "alice", {**ROOT_READS, foreign: HELD, half: None}),
    ("etc/holdfast/holdfast.conf", "alice", {**ROOT_READS, missing: HELD, empty: HELD, half: EITHER}),
)
# Not on the way of a login; all of them broken at once.
ASIDE = ("usr/share/doc/*", "usr/share/man/*", "usr/share/*completion*/*", "usr/share/zsh/site-functions/*",
         "usr/share/holdfast/own.*", "usr/share/holdfast/zprofile", "usr/libexec/holdfast/holdfast-zsh",
         "usr/share/holdfast/init.d/*", "usr/share/holdfast/openrc/*", "usr/share/holdfast/runit/*",
         "usr/share/holdfast/s6/*", "usr/share/holdfast/schema/*", "usr/share/holdfast-client/schema/*",
         "usr/share/holdfast/sshd_config.d/*", "usr/lib/tmpfiles.d/*", "usr/lib/systemd/*", "lib/systemd/*",
         "usr/libexec/holdfast/holdfast-resume", "usr/libexec/holdfast/holdfast-pool", "usr/bin/holdfast", "usr/bin/holdfastctl")
# What would say why a login is not held: without it nobody does.  holdfastctl doctor names it (test_breakages).
SPEECHLESS = ("00-holdfast.sh", "hook.zsh", "hook.fish", "hook.csh", "pam_holdfast.so")
READ_BY_SHELLS = (".sh", ".zsh", ".fish", ".csh", "/holdfast-login")
SOURCED = (("/etc/zsh/zprofile", "[ ! -r /usr/share/holdfast/hook.zsh ] || . /usr/share/holdfast/hook.zsh\n"),
           ("/etc/csh.login", "if (-r /usr/share/holdfast/hook.csh) source /usr/share/holdfast/hook.csh\n"))


def installed(host):
    with open(os.path.join(host.src, "../../installed")) as f:
        return f.read().split("\n")[:-1]


def rows(host):
    """(path, users, effects) for every file that is installed and on the way of a login, and the paths of the rest."""
    on, aside, nowhere, used = [], [], [], set()
    for path in installed(host):
        found = [r for r in FILES if fnmatch.fnmatch(path, r[0])]
        if found:
            on.append(("/" + path, found[0][1].split(), found[0][2]))
            used.add(found[0][0])
        elif any(fnmatch.fnmatch(path, p) for p in ASIDE):
            aside.append("/" + path)
        else:
            nowhere.append(path)
    check(not nowhere, "installed, and in no row of the table: %s" % nowhere)
    left = [r[0] for r in FILES if r[0] not in used]
    check(not left, "rows of the table for what is not installed: %s" % left)
    return on, aside


def start_daemon(host):
    """holdfastd, started anew; it may not start as things are."""
    if host.holdfastd and host.holdfastd.poll() is None:
        host.stop_holdfastd()
    try:
        host.start_holdfastd()
    except (Failed, OSError):
        pass


def source_hooks():
    """As the package does it: the shells' own files read the hooks, and do not hold their text."""
    for path, line in SOURCED:
        if os.path.isdir(os.path.dirname(path)):
            write(path, line)
    if os.path.isdir("/etc/fish/conf.d"):
        os.unlink("/etc/fish/conf.d/00-holdfast.fish")
        os.symlink("/usr/share/holdfast/hook.fish", "/etc/fish/conf.d/00-holdfast.fish")


def there(host, users):
    found = []
    for user in users:
        try:
            host.ids(user)
            found.append(user)
        except KeyError:
            pass
    return found


def with_files(host, breakage):
    host.start_sshd()
    host.start_holdfastd()
    source_hooks()
    on, aside = rows(host)
    table = Table(host, there(host, ["alice", "dan", "zoe", "finn", "tom"]))
    for path, users, effects in on:
        with Broken(breakage, path):
            start_daemon(host)
            for user in there(host, users) if effects[breakage] else ():
                table.row("%s: %s" % (breakage.__name__, path), effects[breakage], user,
                          breakage in (half, garbage) and path.endswith(READ_BY_SHELLS),
                          path.endswith(SPEECHLESS))
    with Broken(breakage, *aside):
        start_daemon(host)
        table.row("%s: what is not on the way of a login" % breakage.__name__, HELD)
    start_daemon(host)
    table.row("nothing any more", HELD)
    table.end()


@by_hand
def test_missing(host):
    with_files(host, missing)


@by_hand
def test_unreadable(host):
    with_files(host, unreadable)


@by_hand
def test_empty(host):
    with_files(host, empty)


@by_hand
def test_half(host):
    with_files(host, half)


@by_hand
def test_garbage(host):
    with_files(host, garbage)


@by_hand
def test_directory(host):
    with_files(host, directory)


@by_hand
def test_foreign(host):
    with_files(host, foreign)


@by_hand
def test_loop(host):
    with_files(host, loop)
