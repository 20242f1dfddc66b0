# SPDX-License-Identifier: MIT
"""The Debian package: installed, upgraded, removed and purged on hosts of all kinds, with sessions held."""
import glob
import gzip
import hashlib
import os
import re
import shutil
import subprocess

import versions
from machine import DEB, DROPIN
from template import LIBEXEC, write
from term import check, equal, wait_until

SESSION = "/etc/pam.d/common-session"
NUMBERS = "/var/lib/prometheus/node-exporter/holdfast.prom"  # of holdfast-metrics.service
SSHD_CONFIG = "/etc/ssh/sshd_config"
OURS = "Subsystem resume %s/holdfast-resume" % LIBEXEC
# Files that man pages name, and that an administrator makes.
NOT_OURS = ("/etc/holdfast/disabled",)
# What dpkg, logs and caches keep of any package.
NOISE = re.compile(r"^/var/(lib/(dpkg|apt|systemd/deb-systemd-helper|ucf|pam)|log|cache)(/|$)|^/etc/.*(\.cache|-)$")


def said(out):
    """What the maintainer scripts said."""
    return "\n".join(line for line in out.splitlines() if line.startswith("holdfast:"))


def held(m, t):
    s = m.session(state="attached")
    equal(t.ask("$HOLDFAST_SESSION"), str(s["id"]), "HOLDFAST_SESSION")
    return s


def plain_login(m, user="alice"):
    t = m.login(user)
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION in a plain login")
    check("holdfast" not in t.text().replace("$HOLDFAST", ""), "a plain login mentions holdfast: %r" % t.text())
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")


def install_for_good(m):
    """On a stock host, with no further step."""
    equal(said(m.install()), "", "what installing complained of")
    t = m.login()
    held(m, t)


def fresh(case):
    """Decorator: the package is not there before the case, nor after it, whatever happens."""
    def run(m):
        saved = {path: open(path).read() for path in (SESSION, SSHD_CONFIG)}
        try:
            case(m)
        finally:
            m.reset()
            m.apt("purge", "holdfast", ok=False)
            for path, text in saved.items():
                write(path, text)
            for path in glob.glob("/etc/ssh/sshd_config.d/holdfast*"):
                os.unlink(path)
            m.run("systemctl", "restart", "ssh.service")
    run.__name__ = case.__name__
    return run


def files():
    """Every file of the system that a package could have changed, with what it is."""
    out = {}
    for top in ("/etc", "/usr", "/var", "/run/holdfast", "/home", "/lib/systemd"):
        for d, dirs, names in os.walk(top):
            dirs[:] = [n for n in dirs if not NOISE.search(os.path.join(d, n))]
            for n in names + [n + "/" for n in dirs]:
                path = os.path.join(d, n)
                if NOISE.search(path) or path.startswith("/home/"):
                    continue
                if os.path.islink(path):
                    out[path] = os.readlink(path)
                elif os.path.isfile(path):
                    with open(path, "rb") as f:
                        out[path] = hashlib.sha256(f.read()).hexdigest()
                else:
                    out[path] = "other"
    return out


def tells_what_is_held(out, held):
    """The removal says HELD, and what becomes of that, and nothing else."""
    lines = said(out).splitlines()
    equal(lines[:1], ["holdfast: " + held], "what purging said")
    check(len(lines) == 4 and all(line.startswith("holdfast: ") for line in lines), "what purging complained of: %s" % lines)


def changes_of(before):
    """The files that are not what files() found BEFORE."""
    after = files()
    return sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))


def no_trace(before):
    equal(changes_of(before), [], "what a purge left changed")


@fresh
def test_install(m):
    """A stock host: one step."""
    out = m.install()
    equal(said(out), "", "what installing complained of")
    with open(SESSION) as f:
        modules = re.findall(r"^session\s.*?\s(pam_\w+)\.so", f.read(), re.M)
    equal(modules[-2:], ["pam_systemd", "pam_holdfast"], "the last modules of common-session")
    with open(SESSION) as f:
        more = f.read().partition("more per-package modules")[2]
    check(re.match(r".*\n(#.*\n)*session\s+optional\s+pam_holdfast.so begin\n", more), "common-session has %r" % more)
    with open(SESSION + "-noninteractive") as f:
        check("pam_holdfast" not in f.read(), "cron's sessions have the module")
    for unit in ("holdfastd.service", "holdfastd.socket"):
        equal((m.unit(unit), m.unit(unit, "UnitFileState")), ("active", "enabled"), unit)
    equal(m.unit("holdfastd.service", "KillMode"), "process", "KillMode")
    for path, mode in (("", 0o755), ("/logins", 0o700), ("/leaders", 0o700), ("/sessions", 0o755)):
        equal(os.stat("/run/holdfast" + path).st_mode & 0o7777, mode, "mode of /run/holdfast" + path)
    check(OURS.lower() in m.run("sshd", "-T").lower(), "sshd -T does not show the subsystem")
    t = m.login()
    marked = m.mark(t)
    held(m, t)
    m.drop(t)
    t = m.ssh(host="server-resume")
    marked.same(t)
    equal(m.ssh_run(args=["echo", "untouched"]).stdout, b"untouched\n", "ssh host command")


def held_by(m, user, pid):
    """Fails unless USER's logins are held, by a shell that says its number by PID."""
    t = m.login(user)
    first = t.ask(pid)
    s = m.session(user, state="attached")
    equal(str(s["shell_pid"]), first, "the held shell of %s" % user)
    m.drop(t, user=user)
    t = m.ssh(user)
    equal(t.ask(pid), first, "the shell of %s after the resume" % user)
    t.line("exit")
    t.wait_exit()
    m.wait_none(user)


@fresh
def test_shells(m):
    """Each login shell that the package has a hook for; the drop-ins for fish and tcsh too."""
    m.install()
    for user, pid in (("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$")):
        held_by(m, user, pid)


@fresh
def test_purge_with_sessions_held(m):
    """No trace, no login broken, no shell killed; a new installation finds the shells again."""
    for path in glob.glob("/run/holdfast"):
        shutil.rmtree(path)
    m.run("systemctl", "daemon-reload")
    before = files()
    m.install()
    dropped = m.login()
    m1 = m.mark(dropped)
    m.drop(dropped)
    attached = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    m2 = m.mark(attached)
    tells_what_is_held(m.apt("purge", "holdfast"), "2 sessions are held (alice: 2 (1 attached))")
    m2.same(attached)
    check(m.exists(m1.pid) and m.exists(m1.job), "a purge has killed a shell")
    plain_login(m)
    plain_login(m, "dan")
    m.run("sshd", "-t")
    check(OURS.lower() not in m.run("sshd", "-T").lower(), "the subsystem is still there")
    equal([p for p in m.processes() if p["cmd"] == "/usr/sbin/holdfastd" and p["ppid"] == 1
           and not m.scope_of(p["pid"])], [], "a holdfastd that is no leader")
    m.install()
    equal(sorted((s["shell_pid"], s["state"]) for s in m.sessions()),
          sorted([(m1.pid, "dropped"), (m2.pid, "attached")]), "sessions after installing it again")
    t = m.ssh()
    m1.same(t)
    m.apt("purge", "holdfast")
    for term in (t, attached):
        term.run("kill $job")
        term.line("exit")
        # Without our programs the login goes on as the plain shell that it was.
        term.wait_for(r"logout\r\n")
        term.prompt()
        term.line("exit 6")
        equal(term.wait_exit(), 6, "the status of a login that outlived the package")
    m.clean_processes()
    # what the sessions still had use for went with the last of them
    wait_until(lambda: not os.path.exists("/run/holdfast"), "/run/holdfast is gone")
    no_trace(before)


@fresh
def test_purge_leaves_no_trace(m):
    shutil.rmtree("/run/holdfast", ignore_errors=True)
    before = files()
    m.install()
    t = m.login()
    t.line("exit")
    t.wait_exit()
    m.clean()
    m.apt("purge", "holdfast")
    no_trace(before)


@fresh
def test_remove_and_install_again(m):
    """A removal keeps what the administrator has changed, and switches all of it off."""
    m.install()
    with open(DROPIN, "a") as f:
        f.write("# the administrator's\n")
    with open("/etc/holdfast/holdfast.conf", "a") as f:
        f.write("MaxSessions 7\n")
    os.makedirs(os.path.dirname(NUMBERS), exist_ok=True)
    m.run("systemctl", "enable", "--now", "holdfast-metrics.timer")
    wait_until(lambda: os.path.exists(NUMBERS), "the metrics")
    m.apt("remove", "holdfast")
    plain_login(m)
    check(not os.path.exists(DROPIN), "the drop-in is still there")
    equal((m.unit("holdfast-metrics.timer"), os.path.exists(NUMBERS)), ("inactive", False), "the timer, and its file")
    shutil.rmtree("/var/lib/prometheus")
    m.install()
    with open(DROPIN) as f:
        check("administrator" in f.read(), "the changed drop-in is lost")
    with open("/etc/holdfast/holdfast.conf") as f:
        check("MaxSessions 7" in f.read(), "the changed configuration is lost")
    held(m, m.login())


@fresh
def test_own_subsystem_line(m):
    """The administrator has a subsystem of that name: two of them would stop sshd."""
    with open(SSHD_CONFIG, "a") as f:
        f.write("Subsystem resume /bin/false\n")
    started = m.unit("ssh.service", "ActiveEnterTimestampMonotonic")
    out = m.install()
    check("was not written" in out and "already" in out, "nothing is said about the other line: %s" % said(out))
    check(not os.path.exists(DROPIN), "the drop-in was written")
    m.run("sshd", "-t")
    check("subsystem resume /bin/false" in m.run("sshd", "-T").lower(), "the administrator's line is not the one in use")
    equal(m.unit("ssh.service", "ActiveEnterTimestampMonotonic"), started, "the start of sshd")
    held(m, m.login())
    m.reset()
    m.apt("purge", "holdfast")
    m.run("sshd", "-t")
    with open(SSHD_CONFIG) as f:
        check(f.read().endswith("Subsystem resume /bin/false\n"), "sshd_config was changed")
    plain_login(m)


@fresh
def test_broken_sshd_config(m):
    """It was broken before: nothing is done to it, and sshd, which runs, is not reloaded."""
    with open(SSHD_CONFIG, "a") as f:
        f.write("NoSuchKeyword yes\n")
    with open(SSHD_CONFIG) as f:
        text = f.read()
    out = m.install()
    check("rejects the present configuration" in out and "NoSuchKeyword" in out, "nothing is said about it: %s" % said(out))
    check(not os.path.exists(DROPIN), "a drop-in was made")
    with open(SSHD_CONFIG) as f:
        equal(f.read(), text, "sshd_config")
    held(m, m.login())


@fresh
def test_edited_common_session(m):
    """pam-auth-update leaves it alone; so do we, and say what to do, which then works."""
    with open(SESSION) as f:
        text = f.read()
    text = text.replace("# end of pam-auth-update", "session optional pam_warn.so\n# end of pam-auth-update")
    write(SESSION, text)
    out = m.install()
    check("local changes" in out and "session optional pam_holdfast.so begin\n" in out and
          "session optional pam_holdfast.so\n" in out, "nothing is said: %s" % out)
    with open(SESSION) as f:
        equal(f.read(), text, "common-session")
    plain_login(m)
    with open("/etc/pam.d/sshd") as f:
        sshd = f.read()
    write("/etc/pam.d/sshd", "session optional pam_holdfast.so begin\n" + sshd + "session optional pam_holdfast.so\n")
    held(m, m.login())
    m.reset()
    out = m.apt("purge", "holdfast")
    check("still names pam_holdfast" in out, "nothing is said about the line that stays: %s" % out)
    plain_login(m)
    write("/etc/pam.d/sshd", sshd)


def newer_package(version, change=None, source=DEB):
    """The package SOURCE with another version number, which it also wants of holdfast's, and CHANGE(directory) made."""
    top, made = "/tmp/newer", "/tmp/newer-" + os.path.basename(source)
    shutil.rmtree(top, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", source, top], check=True)
    control = top + "/DEBIAN/control"
    with open(control) as f:
        text = f.read()
    text = re.sub(r"\bholdfast \(= [^)]*\)", "holdfast (= %s)" % version, text)
    write(control, re.sub(r"(?m)^Version: .*", "Version: " + version, text))
    if change:
        change(top)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", top, made], check=True, stdout=subprocess.DEVNULL)
    return made


@fresh
def test_upgrade(m):
    """Loses no session; the drop-in follows, unless it was changed by the administrator, or removed."""
    sample = "/usr/share/holdfast/sshd_config.d/holdfast.conf"

    def append(text):
        def change(top):
            with open(top + sample, "a") as f:
                f.write(text)
        return change
    m.install()
    t = m.login()
    m1 = m.mark(t)
    m.drop(t)
    attached = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    m2 = m.mark(attached)
    daemon = m.unit("holdfastd.service", "MainPID")
    equal(said(m.install(newer_package("0.1.0-2", append("# newer\n")))), "", "what upgrading complained of")
    check(m.unit("holdfastd.service", "MainPID") != daemon, "holdfastd is still the old one")
    m2.same(attached)
    m1.same(m.ssh())
    with open(DROPIN) as f:
        check(f.read().endswith("# newer\n"), "the drop-in is an old one")
    # one that sshd does not take
    out = m.install(newer_package("0.1.0-3", append("NoSuchKeyword yes\n")))
    check("removed again" in out, "nothing is said about it: %s" % said(out))
    with open(DROPIN) as f:
        check(f.read().endswith("# newer\n"), "the drop-in is not what it was")
    m.run("sshd", "-t")
    with open(DROPIN, "a") as f:
        f.write("# the administrator's\n")
    m.install(newer_package("0.1.0-4", append("# newest\n")))
    with open(DROPIN) as f:
        check(f.read().endswith("# newer\n# the administrator's\n"), "the administrator's drop-in was replaced")
    os.unlink(DROPIN)
    m.install(newer_package("0.1.0-5"))
    check(not os.path.exists(DROPIN), "a drop-in that was removed is there again")
    m2.same(attached)


@fresh
def test_upgrade_reaches_sessions(m):
    """Running sessions go on in the new program, forwards and back, unless UpgradeSessions says no."""
    keeper = LIBEXEC + "/holdfast-keeper"

    def another(top):
        versions.another_build(top + keeper)
    m.install()
    t = m.login()
    m1 = m.mark(t)
    m.drop(t)
    attached = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    m2 = m.mark(attached)
    before = {s["id"]: (s["keeper_pid"], s["shell_pid"], s["build"]) for s in m.sessions()}
    first = versions.build_id(keeper)
    equal(m.install(newer_package("0.1.0-2", another)).count("holdfastctl:"), 0, "complaints")
    second = versions.build_id(keeper)
    check(first != second, "the same program was installed")
    equal({s["id"]: (s["keeper_pid"], s["shell_pid"], s["build"]) for s in m.sessions()},
          {i: (k, s, second) for i, (k, s, b) in before.items()}, "the sessions after the upgrade")
    equal(versions.build_id(keeper + ".old"), first, "the program that sessions could go back to")
    m2.same(attached)
    # with "no" they stay; and a downgrade goes the same way
    write("/etc/holdfast/holdfast.conf", "UpgradeSessions no\n")
    m.install(newer_package("0.1.0-1"), "--allow-downgrades")
    equal({s["build"] for s in m.sessions()}, {second}, "programs of sessions that are not upgraded")
    equal(m.run("holdfastctl", "upgrade", "-a").strip(), "upgraded 2 sessions", "by hand")
    equal({s["build"] for s in m.sessions()}, {first}, "programs after a downgrade")
    write("/etc/holdfast/holdfast.conf", "")
    m2.same(attached)
    m1.same(m.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"]))
    # nothing is left behind of the copy
    m.reset()
    m.install(newer_package("0.1.0-2"))
    check(not os.path.exists(keeper + ".old"), "a copy that no session needs is kept")


OLD_STACK = """\
# SPDX-License-Identifier: MIT
# PAM stack of held shells, which holdfastd opens.  sshd has authenticated the user: the auth lines serve
# pam_setcred(3) only, as for a login with a key.  A module that asks a question gets no answer.
@include common-auth
@include common-account
session    [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close
session    required     pam_loginuid.so
session    optional     pam_keyinit.so force revoke
@include common-session
session    required     pam_limits.so
session    required     pam_env.so
session    required     pam_env.so envfile=/etc/default/locale
session    [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so open
"""


@fresh
def test_pam_service_of_before(m):
    """/etc/pam.d/holdfast as it was shipped goes with an upgrade; one that was changed stays, and is named."""
    held_stack = "/etc/pam.d/holdfast"
    m.install()
    check(not os.path.exists(held_stack), "the package still ships " + held_stack)
    write(held_stack, OLD_STACK)
    equal(said(m.install(newer_package("0.1.0-2"))), "", "what upgrading complained of")
    check(not os.path.exists(held_stack), held_stack + " is still there")
    changed = OLD_STACK.replace("pam_limits.so", "pam_limits.so conf=/etc/limits")
    write(held_stack, changed)
    out = m.install(newer_package("0.1.0-3"))
    check("local changes" in out and "PamService holdfast" in out, "nothing is said about it: %s" % out)
    with open(held_stack) as f:
        equal(f.read(), changed, held_stack)
    write("/etc/holdfast/holdfast.conf", "PamService holdfast\n")
    write(held_stack, OLD_STACK)
    equal(said(m.install(newer_package("0.1.0-4"))), "", "what upgrading complained of")
    check(os.path.exists(held_stack), "a PAM service that is in use was removed")
    held(m, m.login())
    os.unlink(held_stack)


@fresh
def test_first_line_comes_with_an_upgrade(m):
    """Of a package that had the last line alone."""
    def without_first(top):
        os.unlink(top + "/usr/share/pam-configs/holdfast-begin")
    m.install(newer_package("0.0.9", without_first))
    with open(SESSION) as f:
        check(re.search(r"pam_holdfast\.so *\n", f.read()), "the last line is missing")
    m.install()
    with open(SESSION) as f:
        check(re.search(r"pam_holdfast\.so begin *\n", f.read()), "the first line is missing")
    m.apt("purge", "holdfast")
    with open(SESSION) as f:
        check("pam_holdfast" not in f.read(), "a line is left")


@fresh
def test_sysv_script(m):
    """The script for hosts without systemd starts the same daemon, once, and a stop ends no session."""
    m.install()
    script = "/etc/init.d/holdfastd"
    os.environ["SYSTEMCTL_SKIP_REDIRECT"] = "1"  # or init-functions would ask systemd to do it
    m.run("systemctl", "stop", "holdfastd.socket", "holdfastd.service")
    shutil.rmtree("/run/holdfast")
    check("not running" in m.run(script, "status", ok=False), "it says that it runs")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    subprocess.run([script, "start"], **quiet)
    subprocess.run([script, "start"], **quiet)
    equal(len(m.named("holdfastd")), 1, "daemons")
    t = m.login()
    marked = m.mark(t)
    held(m, t)
    subprocess.run([script, "restart"], **quiet)
    marked.same(t)
    subprocess.run([script, "stop"], **quiet)
    marked.same(t)
    # besides, a child of the daemon may still be sweeping
    wait_until(lambda: len(m.named("holdfastd")) == 1, "the leader is alone")
    m.drop(t)
    subprocess.run([script, "start"], **quiet)
    marked.same(m.ssh())
    subprocess.run([script, "stop"], **quiet)


@fresh
def test_documents(m):
    """README's links, those between the documents, and the files that man pages name are there."""
    m.install()
    top = "/usr/share/doc/holdfast/"
    missing, seen = [], 0
    for path in [top + "README.md", top + "SECURITY.md", *glob.glob(top + "docs/*.md")]:
        with open(path) as f:
            links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", f.read())
        for link in links:
            # what leads into the source tree has no place here
            if path.startswith(top + "docs/") and "/" in link and link != "../README.md":
                continue
            seen += 1
            if not os.path.exists(os.path.join(os.path.dirname(path), link)):
                missing.append("%s: %s" % (path, link))
    for path in m.run("dpkg", "-L", "holdfast").split():
        if path.startswith("/usr/share/man/") and path.endswith(".gz"):
            with gzip.open(path, "rt") as f:
                named = re.findall(r"^\.(?:Pa|It Pa) (/(?:usr|etc)/\S+)", f.read(), re.M)
            seen += len(named)
            missing += ["%s: %s" % (path, n) for n in named if not os.path.exists(n) and n not in NOT_OURS]
    check(seen > 20, "only %d links were looked at" % seen)
    equal(missing, [], "links that lead nowhere")


def cases():
    for name, case in globals().items():
        if name.startswith("test_"):
            yield "package:" + name[5:], name, []
