# SPDX-License-Identifier: MIT
"""Each way in which a host can be wrong, made on purpose: holdfastctl doctor names it, with the line that mends it."""
import contextlib
import glob
import json
import os
import pwd
import re
import shutil
import socket
import subprocess

import turns
from broken import Broken, directory, empty, missing
from host import RUN, by_hand, takes_long
from pooled import POOL, Pooled
from template import LIBEXEC, write
from term import check, equal
from test_broken_host import a_file, no_inodes, no_room, of_mode, read_only
from test_doctor import doctor, remove_system, text
from versions import DAEMON, KEEPER, another_build, put

CONF = "/etc/holdfast/holdfast.conf"
PAM = "/etc/pam.d/sshd"
SSHD = "/etc/ssh/sshd_config"
DROPIN = "/etc/ssh/sshd_config.d/holdfast.conf"
CASE = "/etc/ssh/sshd_config.d/00-case.conf"
PROFILE = "/etc/profile.d/00-holdfast.sh"
UNIT = "/etc/systemd/system/holdfastd.socket"
DPKG = "/var/lib/dpkg/info/holdfast.list"
LOGIND = "/etc/systemd/logind.conf.d/50-case.conf"
MODULE = "/usr/lib/*/security/pam_holdfast.so"
CONNECTION = {"SSH_CONNECTION": "127.0.0.1 40000 127.0.0.1 22"}
BOTH = ("alice", "root")


# states: each a context manager, made for a host ----------------------------------------------------------------------

class Files:
    """While entered, the files have these texts (None: they are not there; a function makes it of the text from before)."""

    def __init__(self, **texts):
        self.texts = texts

    @classmethod
    def of(cls, *pairs):
        return lambda host: cls(**dict(pairs))

    def __enter__(self):
        self.before = {}
        for path, new in self.texts.items():
            there = os.path.lexists(path)
            self.before[path] = (text(path), os.stat(path).st_mode & 0o7777) if there else None
            if callable(new):
                new = new(self.before[path][0])
            if new is None:
                os.unlink(path)
            else:
                write(path, new)

    def __exit__(self, *exc):
        for path, before in self.before.items():
            if before:
                write(path, *before)
            elif os.path.lexists(path):
                os.unlink(path)
            if os.path.exists(path + ".before-holdfast"):
                os.unlink(path + ".before-holdfast")


def without(word):
    """A function of a text: the text without the lines that have WORD."""
    return lambda old: "".join(line for line in old.splitlines(True) if word not in line)


def replaced(path, new):
    return Files.of((path, new))


def broken(how, path):
    return lambda host: Broken(how, *glob.glob(path))


def mode(path, bits):
    return lambda host: of_mode(path, bits)


@contextlib.contextmanager
def owner_of(path, user):
    os.chown(path, *user)
    try:
        yield
    finally:
        os.chown(path, 0, 0)


def owned_by_alice(path):
    return lambda host: owner_of(path, host.ids("alice")[:2])


def both(*states):
    @contextlib.contextmanager
    def enter(host):
        with contextlib.ExitStack() as stack:
            for state in states:
                stack.enter_context(state(host))
            yield
    return enter


@contextlib.contextmanager
def systemd(host):
    """What doctor looks for on a host with systemd; a case has none."""
    os.makedirs("/run/systemd/system", exist_ok=True)
    os.makedirs("/run/systemd/users", exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree("/run/systemd")


@contextlib.contextmanager
def link(path, to):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(to, path)
    try:
        yield
    finally:
        os.unlink(path)


@contextlib.contextmanager
def held_by_older(path, host):
    """Alice has a session, and PATH, one of its programs, has been replaced since."""
    t = host.login()
    data = another_build(path)
    try:
        yield
    finally:
        put(path, data)
        t.line("exit")
        t.wait_exit()
        host.wait_none()


@contextlib.contextmanager
def stopped(host, sig=15):
    host.stop_holdfastd(sig)
    try:
        yield
    finally:
        if host.holdfastd.poll() is not None:
            host.start_holdfastd()


@contextlib.contextmanager
def selinux(host):
    subprocess.run(["mount", "-t", "tmpfs", "none", "/sys/fs"], check=True)
    try:
        write("/sys/fs/selinux/enforce", "1")
        yield
    finally:
        subprocess.run(["umount", "/sys/fs"], check=True)


@contextlib.contextmanager
def process_named(name):
    """A process of that name runs."""
    path = "/usr/local/bin/" + name
    shutil.copy2("/bin/sleep", path)
    p = subprocess.Popen([path, "1000"])
    try:
        yield
    finally:
        p.kill()
        p.wait()
        os.unlink(path)


@contextlib.contextmanager
def nothing(host):
    yield


@contextlib.contextmanager
def units_there(host):
    """make install has put them down only where it has found systemd; gone with what systemd() makes."""
    write("/run/systemd/system/holdfastd.socket", "[Socket]\nListenSequentialPacket=/run/holdfast/holdfastd.sock\n")
    yield


def units_gone(host):
    return both(*[broken(missing, p) for p in glob.glob("/lib/systemd/system/holdfastd.socket")])(host)


@contextlib.contextmanager
def pooled(**health):
    """A holdfast-pool runs, and says this of the pool's directory."""
    pool = Pooled()
    pool.members = health.pop("members", [])
    pool.health.update(health)
    try:
        yield
    finally:
        pool.close()


@contextlib.contextmanager
def host_named(name):
    before = socket.gethostname()
    socket.sethostname(name)
    try:
        yield
    finally:
        socket.sethostname(before)


def in_pool(more="", base=POOL):
    return replaced(CONF, base + more)


STATUS = "\nPackage: holdfast\nStatus: install ok installed\nArchitecture: all\nVersion: 0\nMaintainer: n <n@x>\n" \
    "Description: a test\n"


@contextlib.contextmanager
def compiled_for_zsh_lost(host):
    """As Debian's package holds zsh, and the file that its script has made is gone."""
    tool = LIBEXEC + "/holdfast-zsh"
    with Files(**{"/etc/zsh/zprofile": "# nothing\n"}):
        subprocess.run([tool, "add"], check=True)
        os.unlink("/var/lib/holdfast/zsh/zprofile.zwc")
        try:
            yield
        finally:
            subprocess.run([tool, "remove"], check=True)


def packaged(*paths):
    """As if dpkg had installed PATHS."""
    return Files.of((DPKG, "/.\n" + "".join("%s\n" % p for pattern in paths for p in glob.glob(pattern) or [pattern])),
                    ("/var/lib/dpkg/status", lambda old: old + STATUS))


def held_service(more=""):
    """PamService with a service of its own, which lacks rules that sshd has."""
    return Files.of((CONF, "PamService held\n"),
                    ("/etc/pam.d/held", "auth required pam_unix.so\nsession required pam_unix.so\n"),
                    (PAM, lambda old: old + more))


# the table ------------------------------------------------------------------------------------------------------------

class Row:
    def __init__(self, what, state, finding, level, words, fix=None, users=BOTH, apply=False, env=None):
        """
        With STATE, the finding FINDING that USERS get has LEVEL, and WORDS in its text; FIX is in the line that mends it.
        APPLY: that line, up to " (", is run as root, and then the finding is none any more.
        """
        self.what, self.state, self.finding, self.level, self.words = what, state, finding, level, words
        self.fix, self.users, self.apply, self.env = fix, users, apply, env


ROOT, ALICE, ZOE = ("root",), ("alice",), ("zoe",)
PROBLEM, WARN, OK, UNKNOWN = "problem", "warn", "ok", "unknown"
ROWS = (
    # what the package or make install puts down
    Row("module file gone", broken(missing, MODULE), "pam.module", PROBLEM, "does not exist", "make install"),
    Row("module file of a package gone", both(packaged(MODULE), broken(missing, MODULE)), "pam.module", PROBLEM,
        "does not exist", "apt install --reinstall holdfast"),
    Row("holdfast-login not executable", mode(LIBEXEC + "/holdfast-login", 0o644), "files", PROBLEM,
        "holdfast-login is not executable", "chmod 0755", apply=True),
    Row("holdfast-login gone", broken(missing, LIBEXEC + "/holdfast-login"), "files", PROBLEM,
        "holdfast-login does not exist", "make install"),
    Row("holdfast-login of a package gone",
        both(packaged(LIBEXEC + "/holdfast-login"), broken(missing, LIBEXEC + "/holdfast-login")), "files", PROBLEM,
        "holdfast-login does not exist", "apt install --reinstall holdfast"),
    Row("keeper gone", broken(missing, LIBEXEC + "/holdfast-keeper"), "files", PROBLEM, "holdfast-keeper does not exist",
        "make install"),
    Row("keeper empty", broken(empty, LIBEXEC + "/holdfast-keeper"), "files", PROBLEM, "holdfast-keeper is empty",
        "make install"),
    Row("holdfast-resume not executable", mode(LIBEXEC + "/holdfast-resume", 0o600), "files", PROBLEM, "is not executable",
        "chmod 0755", apply=True),
    Row("holdfastd a directory", broken(directory, "/usr/sbin/holdfastd"), "files", PROBLEM, "is not a regular file",
        "make install"),
    Row("hook.zsh gone", broken(missing, "/usr/share/holdfast/hook.zsh"), "files", PROBLEM, "hook.zsh does not exist",
        "make install"),
    Row("hook of sh not readable", mode(PROFILE, 0o600), "files", PROBLEM, "is not readable", "chmod 0644", ROOT,
        apply=True),
    # holdfastd and its directories
    Row("daemon stopped", stopped, "daemon", PROBLEM, "holdfastd does not run", "start /usr/sbin/holdfastd"),
    Row("socket dead", lambda host: stopped(host, 9), "daemon", PROBLEM, "holdfastd does not run", "start"),
    Row("socket gone, with systemd", both(systemd, units_there, stopped), "daemon", PROBLEM, "holdfastd does not run",
        "systemctl restart holdfastd.socket"),
    Row("unit masked", both(systemd, stopped, lambda host: link(UNIT, "/dev/null")), "daemon", PROBLEM,
        "its unit is masked", "systemctl unmask holdfastd.socket"),
    Row("unit files gone", both(systemd, units_gone, stopped), "daemon", PROBLEM, "systemd has no holdfastd.socket",
        "make install"),
    Row("logins directory 0755", mode(RUN + "/logins", 0o755), "run.directory", PROBLEM, "must belong to root and have "
        "mode 0700", "chmod 0700 /run/holdfast/logins", apply=True),
    Row("sessions directory closed", mode(RUN + "/sessions", 0o700), "run.directory", PROBLEM, "have mode 0755", "chmod 0755",
        apply=True),
    Row("wrong owner of /run/holdfast", owned_by_alice(RUN), "run.directory", PROBLEM, "must belong to root",
        "chown root /run/holdfast", apply=True),
    Row("a file in place of a directory", broken(a_file, RUN + "/leaders"),
        "run.directory", PROBLEM, "is not a directory", "rm /run/holdfast/leaders"),
    Row("full /run", lambda host: no_room("/run"), "run.space", PROBLEM, "is full", "remove files from /run"),
    Row("no inodes in /run", lambda host: no_inodes("/run"), "run.space", PROBLEM, "0 inodes", "remove files from /run"),
    Row("/run read-only", lambda host: read_only("/run"), "run.space", PROBLEM, "read-only", "mount -o remount,rw /run",
        apply=True),
    # policy and switches
    Row("bad mode of holdfast.conf", both(replaced(CONF, ""), mode(CONF, 0o666)), "config", PROBLEM,
        "only root can write", "chmod 0644", apply=True),
    Row("bad owner of holdfast.conf", both(replaced(CONF, ""), owned_by_alice(CONF)), "config", PROBLEM, "owned by root",
        "chown root:root", apply=True),
    Row("a mistake in holdfast.conf", replaced(CONF, "Enable perhaps\n"), "config", PROBLEM, "has a mistake",
        "edit /etc/holdfast/holdfast.conf"),
    Row("Enable no", replaced(CONF, "Enable no\n"), "config", PROBLEM, "switches holdfast off", "Enable yes"),
    Row("MaxSessions 0 of ours", replaced(CONF, "MaxSessions 0\n"), "config", PROBLEM, "may have no session",
        "MaxSessions 20"),
    Row("disabled file", replaced("/etc/holdfast/disabled", ""), "switch", PROBLEM, "switched off on this host",
        "rm /etc/holdfast/disabled", apply=True),
    Row("opted out", replaced("/home/alice/.config/holdfast/off", ""), "optout", WARN, "alice has opted out",
        "rm ~/.config/holdfast/off", ALICE),
    Row("drained", replaced(RUN + "/drain", ""), "drain", WARN, "no new sessions", "holdfastctl drain --off", apply=True),
    Row("a user without an entry", nothing, "user", UNKNOWN, "no entry for uid", None, ("54321",)),
    # a pool of login nodes
    Row("a pool without a directory", in_pool(base="Pool main\n"), "pool.directory", PROBLEM, "has no directory",
        "PoolDirectory etcd"),
    Row("a pool's node without a name", both(in_pool(base="Pool main\n"), lambda host: host_named("a b")), "pool.node",
        PROBLEM, "no name of a node", "PoolNode NAME"),
    Row("a pool's node known as localhost", in_pool(base="Pool main\nPoolAddress localhost\n"), "pool.address", PROBLEM,
        "cannot reach this one", "PoolAddress NAME"),
    Row("a pool's password in the clear", in_pool("PoolUser login1 /etc/holdfast/holdfast.conf\n"), "pool.password", WARN,
        "in the clear", "https://"),
    Row("a pool's certificate gone", in_pool("PoolTLS /etc/holdfast/none.pem\n"), "pool.files", PROBLEM,
        "none.pem does not exist", "put that file there"),
    Row("a pool without vouchers", in_pool(), "pool.vouch", WARN, "(PoolVouch no)", "PoolVouch key FILE"),
    Row("a pool's keys gone", in_pool("PoolVouch key /etc/holdfast/none\n"), "pool.vouch", PROBLEM, "does not exist",
        "copy the pool's file of keys"),
    Row("a pool's keys for all to read", both(in_pool("PoolVouch key /etc/holdfast/keys\n"),
                                              replaced("/etc/holdfast/keys", "k %s\n" % ("00" * 32))),
        "pool.vouch", PROBLEM, "has mode 0600", "chmod 0600 /etc/holdfast/keys", apply=True),
    Row("a pool's keys that are none", both(in_pool("PoolVouch key /etc/holdfast/keys\n"),
                                            replaced("/etc/holdfast/keys", "\nk 00\n"), mode("/etc/holdfast/keys", 0o600)),
        "pool.vouch", PROBLEM, "keys:2: expected 64 to 256 hexadecimal digits", "correct that line", ROOT),
    Row("a pool's munge away", in_pool("PoolVouch munge\n"), "pool.vouch", WARN, "munge's daemon is not running",
        "start munged"),
    Row("no holdfast-pool", in_pool(), "pool.daemon", PROBLEM, "does not run", "holdfast-pool"),
    Row("a pool's directory", both(in_pool(), lambda host: pooled()), "pool.store", OK, "the directory answers"),
    Row("a pool's directory away", both(in_pool(), lambda host: pooled(store=2, text="refused")), "pool.store", PROBLEM,
        "refused", "journalctl"),
    Row("a pool's node whose key is not known by its name", both(in_pool(), lambda host: pooled(members=[
        {"node": "login7", "address": "server", "version": "0", "seen_ms": 1}])), "pool.keys", WARN, "under that name",
        "put the host key of login7"),
    Row("entries that are not valid", both(in_pool(), lambda host: pooled(skipped=2)), "pool.store", WARN, "2 entries",
        "look at holdfast-pool's log"),
    Row("a pool's node without the client", both(in_pool(), broken(missing, "/usr/bin/holdfast")), "pool.client", PROBLEM,
        "does not exist", "holdfast-client"),
    Row("PoolResume no", in_pool("PoolResume no\n"), "pool.resume", WARN, "resumes no session", "PoolResume yes"),
    # PAM
    Row("module line removed", replaced(PAM, without("pam_holdfast")), "pam.line", PROBLEM, "does not have pam_holdfast.so",
        "holdfastctl setup", apply=True),
    Row("module's first line removed", replaced(PAM, without("pam_holdfast.so begin")), "pam.begin", PROBLEM,
        "does not have the line", "holdfastctl setup", apply=True),
    Row("a line that authselect drops", Files.of((PAM, lambda old: without("pam_holdfast")(old) + "session include managed\n"),
                                                 ("/etc/pam.d/managed", "# Generated by authselect\n"
                                                  "session optional pam_holdfast.so\n")),
        "pam.managed", WARN, "authselect writes that file", "holdfastctl setup"),
    Row("UsePAM no", replaced(SSHD, without("UsePAM")), "pam.used", PROBLEM, "does not use PAM", "UsePAM yes"),
    Row("a PamService that is none", replaced(CONF, "PamService held\n"), "pam.stack", PROBLEM, "no PAM service",
        "remove PamService"),
    Row("tty audit in sshd's rules alone", held_service("session optional pam_tty_audit.so\n"), "pam.rules", WARN,
        "pam_tty_audit", "add those lines"),
    Row("sssd's rules and HBAC", held_service("account optional pam_sss.so\n"), "pam.hbac", WARN, "HBAC",
        "allow the service \"held\""),
    Row("polyinstantiated directories", Files.of((PAM, lambda old: old + "session required pam_namespace.so\n"),
                                                 ("/etc/security/namespace.d/x.conf", "/tmp /tmp-inst/ user root\n")),
        "pam.namespace", WARN, "namespace.d/x.conf", "namespace.conf(5)"),
    Row("modules that held shells skip", nothing, "pam.skipped", OK, "pam_motd"),
    Row("a service of an older version", replaced("/etc/pam.d/holdfast", "# old\n"), "pam.old", WARN, "no longer uses",
        "rm /etc/pam.d/holdfast", apply=True),
    # sshd
    Row("no sshd_config", broken(missing, SSHD), "sshd", PROBLEM, "cannot read the configuration of sshd", "put " + SSHD),
    Row("subsystem missing", replaced(DROPIN, without("Subsystem")), "sshd.subsystem", PROBLEM, "no subsystem",
        "holdfastctl setup", apply=True),
    Row("another's subsystem", replaced(DROPIN, "Subsystem resume /bin/false\nAcceptEnv LC_HOLDFAST\n"), "sshd.subsystem",
        PROBLEM, "is another program: /bin/false", "Subsystem resume " + LIBEXEC),
    Row("AcceptEnv missing", Files.of((SSHD, without("AcceptEnv")), (DROPIN, without("AcceptEnv"))), "sshd.acceptenv", WARN,
        "does not accept LC_HOLDFAST", "holdfastctl setup", apply=True),
    Row("ForceCommand", replaced(CASE, "ForceCommand /bin/bash -l\n"), "sshd.forcecommand", PROBLEM, "/bin/bash -l",
        "remove that line"),
    Row("ForceCommand for a user", replaced(CASE, "Match User alice\nForceCommand /bin/wrapper\n"), "sshd.forcecommand",
        PROBLEM, "/bin/wrapper", "remove that line", ALICE),
    Row("SetEnv PWD", replaced(CASE, "SetEnv PWD=/srv\n"), "sshd.setenv", PROBLEM, "sets PWD", "remove that name"),
    Row("PermitTTY no", replaced(CASE, "PermitTTY no\n"), "sshd.tty", PROBLEM, "no terminal", "remove that line"),
    Row("MaxSessions 0 of sshd's", replaced(CASE, "MaxSessions 0\n"), "sshd.sessions", PROBLEM, "no shell",
        "MaxSessions 10"),
    Row("MaxSessions 1", replaced(CASE, "MaxSessions 1\n"), "sshd.sessions", WARN, "MaxSessions 1", "MaxSessions 10"),
    Row("no ClientAliveInterval", nothing, "sshd.alive", WARN, "does not ask", "ClientAliveInterval 15"),
    Row("a proxy in front", nothing, "sshd.proxy", WARN, "127.0.0.1", "ClientAliveInterval 15", env=CONNECTION),
    Row("a confined ssh.service", both(systemd, replaced("/etc/systemd/system/ssh.service.d/case.conf",
                                                         "[Service]\nPrivateTmp=yes\n")),
        "sshd.confined", PROBLEM, "ssh.service has PrivateTmp=yes", "systemctl cat ssh.service"),
    Row("a confined holdfastd.service", both(systemd, replaced("/etc/systemd/system/holdfastd.service.d/case.conf",
                                                               "[Service]\nNoNewPrivileges=yes\n")),
        "sshd.confined", PROBLEM, "holdfastd.service has NoNewPrivileges=yes", "systemctl cat holdfastd.service"),
    Row("another server of ssh", lambda host: process_named("dropbear"), "sshd.other", WARN, "dropbear runs here", "OpenSSH"),
    Row("sshd's unit", systemd, "sshd.unit", OK, "ssh.service"),
    # shells
    Row("hook removed", broken(missing, PROFILE), "hook", PROBLEM, "has no hook", "make install"),
    Row("hook of a package removed", both(packaged(PROFILE), broken(missing, PROFILE)), "hook", PROBLEM, "has no hook",
        "apt install --reinstall -o Dpkg::Options::=--force-confmiss holdfast"),
    Row("zsh's hook removed", replaced("/etc/zsh/zprofile", "# nothing\n"), "hook", PROBLEM, "has no hook",
        "holdfastctl setup --zsh", ZOE, apply=True),
    Row("zsh's compiled file lost", compiled_for_zsh_lost, "hook", PROBLEM, "is missing", "holdfast-zsh add", ZOE, apply=True),
    Row("/etc/profile without profile.d", replaced("/etc/profile", "PS1='# '\n"), "hook", PROBLEM,
        "does not read /etc/profile.d", "make /etc/profile read"),
    Row("what is read before the hook", nothing, "hook.before", OK, "twice", "at the top of /etc/profile"),
    Row("a script that is not run", replaced("/etc/holdfast/resume.d/quota.sh", "#!/bin/sh\n"), "resume.d", WARN, "quota.sh"),
    Row("TMOUT", replaced("/etc/profile.d/tmout.sh", "TMOUT=900\nexport TMOUT\n"), "tmout", WARN, "TMOUT=900", "unset TMOUT"),
    # the host
    Row("no systemd", nothing, "systemd", OK, "does not run here"),
    Row("KillUserProcesses", both(systemd, replaced(LOGIND, "[Login]\nKillUserProcesses=yes\n")), "systemd.kill", OK,
        "KillUserProcesses=yes", None, ALICE),
    Row("tmux ends", both(systemd, Files.of((LOGIND, "[Login]\nKillUserProcesses=yes\n"),
                                            (PAM, lambda old: "session optional pam_systemd.so\n" + old))), "others", WARN,
        "would not survive", "held shell", ALICE),
    Row("StopIdleSessionSec", both(systemd, replaced(LOGIND, "[Login]\nStopIdleSessionSec=15min\n")), "systemd.idle", OK,
        "for 15m 0s (StopIdleSessionSec)"),
    Row("StopIdleSessionSec, IdleActionSec", both(systemd, replaced(LOGIND, "[Login]\nStopIdleSessionSec=2h\n")),
        "systemd.idle", OK, "for 30m 0s (StopIdleSessionSec)"),
    Row("StopIdleSessionSec and IdleAction",
        both(systemd, replaced(LOGIND, "[Login]\nStopIdleSessionSec=15min\nIdleAction=suspend\n")), "systemd.action", WARN,
        "IdleAction", "StopIdleSessionSec=infinity"),
    Row("a keeper replaced since", lambda host: held_by_older(KEEPER, host), "versions", WARN, "older holdfast-keeper",
        "holdfastctl upgrade -a", apply=True),
    Row("holdfastd replaced since", lambda host: held_by_older(DAEMON, host), "versions.leaders", WARN, "older holdfastd",
        None),
    Row("lingering", systemd, "systemd.linger", OK, "linger"),
    Row("a container", replaced("/run/.containerenv", ""), "container", OK, "container"),
    Row("maxlogins", replaced("/etc/security/limits.d/50.conf", "* hard maxlogins 2\n"), "limits.maxlogins", WARN,
        "2 logins", "raise maxlogins", ALICE),
    Row("SELinux", selinux, "selinux", WARN, "enforcing", "ausearch"),
    # this login
    Row("a shell that is not held", nothing, "shell", PROBLEM, "is not held", "holdfastctl new", env={
        "SSH_TTY": "/dev/pts/0", **CONNECTION}),
    Row("the end of a plain login", nothing, "drop", PROBLEM, "would end", "holdfastctl new", env={
        "SSH_TTY": "/dev/pts/0", **CONNECTION}),
)
# For a user on a host without holdfast.
OWN_ROWS = (
    Row("no keeper", broken(missing, LIBEXEC + "/holdfast-keeper"), "own.keeper", PROBLEM, "cannot run", "make install", ALICE),
    Row("a home that is not writable", mode("/home/alice", 0o555), "own.place", PROBLEM, "is not writable", "chmod u+wx",
        ALICE),
    Row("KillUserProcesses", both(systemd, replaced(LOGIND, "[Login]\nKillUserProcesses=yes\n")), "systemd.kill", PROBLEM,
        "including held shells", "loginctl enable-linger", ALICE),
    Row("own hook removed", replaced("/home/alice/.profile", without("own.sh")), "hook", PROBLEM, "neither on this host",
        "holdfastctl setup", ALICE),
)


def findings(host, row, user):
    if not user.isdigit():
        return doctor(host, user, env=row.env)
    r = subprocess.run(["setpriv", "--reuid", user, "--clear-groups", "/usr/bin/holdfastctl", "doctor", "--json"],
                       stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return {f["id"]: (f["level"], f["text"], f.get("fix")) for f in json.loads(r.stdout)["findings"]}


def one(host, row, user):
    found = findings(host, row, user)
    check(row.finding in found, "no finding %s in %s" % (row.finding, sorted(found)))
    level, said, fix = found[row.finding]
    equal(level, row.level, "the level (%s)" % said)
    check(row.words in said, "%r is not in %r" % (row.words, said))
    check(level not in (PROBLEM, WARN) or fix or row.fix is None, "no fix")
    check(level != PROBLEM or fix, "a problem without a fix: %s" % said)
    check(not row.fix or row.fix in (fix or ""), "%r is not in the fix %r" % (row.fix, fix))
    return fix


def apply(host, row, fix):
    command = fix.split(" (")[0].split(", then")[0]
    r = subprocess.run(["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    equal(r.returncode, 0, "the status of %r (%s)" % (command, r.stderr))
    for user in row.users:
        level = findings(host, row, user).get(row.finding, (OK,))[0]
        equal(level, OK, "the finding after %r, as %s" % (command, user))


def run(host, rows):
    failed, names = [], [p.pw_name for p in pwd.getpwall()] + ["54321"]
    for row in rows:
        if not set(row.users) <= set(names):
            host.note("not tried, for want of %s: %s" % (" ".join(row.users), row.what))
            continue
        normal = {user: findings(host, row, user).get(row.finding, (None,))[0] for user in row.users}
        try:
            with row.state(host):
                for user in row.users:
                    fix = one(host, row, user)
                if row.apply:
                    apply(host, row, fix)
        except Exception as e:
            failed.append("%s: %s" % (row.what, e))
        for user, before in normal.items():
            after = findings(host, row, user).get(row.finding, (None,))[0]
            if after != before or (row.state is not nothing and row.level != OK and before == row.level):
                failed.append("%s, as %s: without it %s, afterwards %s" % (row.what, user, before, after))
    host.note("%d breakages" % len(rows))
    check(not failed, "%d of %d rows: %s" % (len(failed), len(rows), " | ".join(failed)))


@takes_long
def test_named_with_its_fix(host):
    run(host, turns.rows(ROWS[::2]))


@takes_long
def test_named_with_its_fix_too(host):
    """The other half, beside the first."""
    run(host, turns.rows(ROWS[1::2]))


@by_hand
def test_without_root(host):
    host.start_sshd()
    remove_system()
    equal(host.ctl("alice", "setup").returncode, 0, "the status of setup")
    run(host, OWN_ROWS)


@by_hand
def test_each_finding_is_known(host):
    """Each id in doctor's source is in the table, and by its name in the manual page."""
    source = ""
    for path in glob.glob(os.path.join(host.src, "server/holdfastctl/doctor/*.c")):
        source += text(path)
    ids = set(re.findall(r'doctor_add\(\s*d,\s*"([a-z.]+)"', source))
    check(len(ids) > 30, "%d ids found" % len(ids))
    equal(source.count("doctor_add(d,"), len(re.findall(r'doctor_add\(\s*d,\s*"[a-z.]+"', source)), "calls with an id")
    equal({row.finding for row in ROWS + OWN_ROWS} ^ ids, set(), "in the source or in the table alone")
    page = text(os.path.join(host.src, "docs/holdfastctl.1"))
    page = page[page.index(".Ss Doctor"):page.index(".Ss Setup")]
    named = set(w for line in re.findall(r"^\.It Cm (.*)$", page, re.M) for w in line.split(" , "))
    equal(named ^ ids, set(), "in the source or in the manual page alone")
