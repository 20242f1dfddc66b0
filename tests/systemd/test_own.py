# SPDX-License-Identifier: MIT
"""Without root, on a booted host: what stays of a session that a user has started alone, and doctor's words about it.

The package is there for its programs only: holdfastd and the module are taken out of the way.
"""
import json
import os
import shutil

from test_matrix import kill_all
from template import write
from term import check, equal, wait_until

FIRST = 10001
LINE = "[ ! -r /usr/share/holdfast/own.sh ] || . /usr/share/holdfast/own.sh\n"
AWAY = ("/etc/profile.d/00-holdfast.sh", "/etc/ssh/sshd_config.d/holdfast.conf")


def doctor(t, path="/home/alice/doctor.json"):
    """What doctor says in the shell in T: the whole, and the levels by their ids."""
    t.run("holdfastctl doctor --json >%s" % path)
    with open(path) as f:
        found = json.load(f)
    return found, {f["id"]: f["level"] for f in found["findings"]}


class alone:
    """No holdfastd and none of root's files; the user's own line in ~/.profile."""

    def __init__(self, m, linger):
        self.m, self.linger = m, linger

    def __enter__(self):
        m = self.m
        m.use_ssh("ssh.service")
        m.run("systemctl", "stop", "holdfastd.socket", "holdfastd.service")
        shutil.rmtree("/run/holdfast", ignore_errors=True)
        os.makedirs("/var/away", exist_ok=True)
        for path in AWAY:
            shutil.move(path, "/var/away/" + path.replace("/", "+"))
        shutil.move("/etc/holdfast", "/var/away/etc-holdfast")
        # what own.sh reads, from where only the user's own line leads to it
        self.hook = "/etc/profile.d/00-holdfast.sh"
        with open("/home/alice/.profile") as f:
            self.profile = f.read()
        hook = "/home/alice/hook.sh"
        shutil.copy("/var/away/" + self.hook.replace("/", "+"), hook)
        with open("/usr/share/holdfast/own.sh") as f:
            write("/home/alice/holdfast/own.sh", f.read().replace(self.hook, hook))
        write("/home/alice/.profile", LINE.replace("/usr/share", "/home/alice") + self.profile, 0o644,
              m.ids("alice")[:2])
        m.run("systemctl", "reload", "ssh.service")
        m.run("loginctl", "enable-linger" if self.linger else "disable-linger", "alice")
        if self.linger:
            uid = m.ids("alice")[0]
            wait_until(lambda: m.unit("user@%d.service" % uid) == "active", "alice's user manager runs", 30)
        return self

    def __exit__(self, *exc):
        m = self.m
        for path in AWAY:
            shutil.move("/var/away/" + path.replace("/", "+"), path)
        shutil.move("/var/away/etc-holdfast", "/etc/holdfast")
        write("/home/alice/.profile", self.profile, 0o644, m.ids("alice")[:2])
        m.run("loginctl", "disable-linger", "alice")
        m.run("systemctl", "reload", "ssh.service")
        m.run("systemctl", "start", "holdfastd.socket")


def own(m, kill, linger):
    stays = kill == "no" or linger
    with alone(m, linger):
        t = m.login()
        equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "HOLDFAST_SESSION")
        warned = "this shell will not outlive" in t.text()
        equal(warned, not stays, "whether the login says that it will not last")
        s = m.session()
        with open("/proc/%d/cgroup" % s["keeper_pid"]) as f:
            cgroup = f.read()
        equal("/user@" in cgroup and ".scope" in cgroup, linger,
              "whether the keeper is in a scope of the user manager: " + cgroup)
        found, levels = doctor(t)
        equal(found["survives"], "yes" if stays else "no", "what doctor says of this shell")
        equal(levels["drop"], "ok" if stays else "problem", "doctor's finding \"drop\"")
        equal(levels["systemd.kill"], "ok" if stays else "problem", "doctor's finding \"systemd.kill\"")
        equal(found["mode"], "own", "doctor's mode")
        marked = m.mark(t)
        kill_all(m.sshd_of("alice", "monitor"), "monitor of sshd")
        t.kill()
        if not stays:
            m.wait_gone(s["keeper_pid"], "the keeper goes, as was said", 30)
            return
        m.wait_sessions(1, "dropped")
        # longer than logind takes
        wait_until(lambda: m.logind_sessions("alice") == [] or kill == "no", "logind has no login of alice", 30)
        check(m.exists(s["keeper_pid"]), "the keeper has gone, and doctor said that it would stay")
        t = m.ssh()
        marked.same(t)
        t.line("exit 3")
        equal(t.wait_exit(), 3, "the status of ssh")
        m.wait_gone(s["keeper_pid"], "the keeper ends with its shell", 30)


def held(m, kill):
    """doctor in a shell that holdfastd holds, and about what the matrix measures with its controls."""
    m.use_ssh("ssh.service")
    t = m.login()
    found, levels = doctor(t)
    equal(found["survives"], "yes", "what doctor says of a held shell")
    equal([f["text"] for f in found["findings"] if f["level"] in ("problem", "unknown")], [], "problems")
    equal(levels["others"], "warn" if kill == "yes" else "ok", "doctor about tmux and screen")
    scope = m.scope_of(m.session()["keeper_pid"])
    shell = [f["text"] for f in found["findings"] if f["id"] == "shell"][0]
    check("session-%s.scope" % scope in shell, "doctor names another scope than %s: %s" % (scope, shell))
    bob = m.login("bob")
    found, levels = doctor(bob, "/home/bob/doctor.json")
    equal((found["survives"], levels["drop"], levels["optout"]), ("no", "problem", "warn"), "doctor in a plain login")
    m.run("holdfastctl", "doctor")


def setup_has_nothing_to_do(m):
    """After the package's installation there is nothing left for setup."""
    out = m.run("holdfastctl", "setup", "--dry-run")
    equal([line for line in out.splitlines() if line.startswith("+++ ")], [], "files to be changed")
    check("/etc/zsh/zprofile.zwc: nothing to do" in m.run("holdfastctl", "setup", "--zsh"), "setup --zsh")


def cases(kill):
    for linger in (False, True):
        yield "own:kill=%s/linger=%s" % (kill, "yes" if linger else "no"), "own", [kill, linger]
    yield "doctor:kill=%s" % kill, "held", [kill]
    if kill == "no":
        yield "setup:after_the_package", "setup_has_nothing_to_do", []
