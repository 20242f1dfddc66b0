# SPDX-License-Identifier: MIT
"""Hosts without systemd: sysvinit, OpenRC with elogind, runit and s6.  apt install is all, and takes no init away."""
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading

from machine import DEB
from template import write
from test_package import held, newer_package, said, tells_what_is_held
from term import check, equal, wait_until

SHARE = "/usr/share/holdfast"
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]


def installed(m):
    """apt-get install, with Recommends as apt has them by default, unless it is there already."""
    wait_until(m.listening, "sshd listens")
    if not os.path.exists("/usr/sbin/holdfastd"):
        return m.apt("install", DEB)
    return ""


def init_of():
    r = subprocess.run(["dpkg", "-S", "/sbin/init"], capture_output=True, text=True)
    return os.path.realpath("/sbin/init"), r.stdout


def test_install(m):
    """The host keeps its init and its packages, and the next login is held."""
    before = init_of()
    wait_until(m.listening, "sshd listens")
    plan = m.run("apt-get", "-s", "install", DEB)
    equal(re.findall(r"^Remv.*", plan, re.M), [], "what apt would remove")
    equal(re.findall(r"^Inst (\S+)", plan, re.M), ["holdfast"], "what apt would install")
    equal(said(installed(m)), "", "what installing complained of")
    equal(init_of(), before, "init")
    check("running" in m.service("status"), "the script does not say that holdfastd runs")
    t = m.login()
    held(m, t)
    m.drop(t)
    t = m.ssh()
    t.line("exit 4")
    equal(t.wait_exit(), 4, "the status of ssh")
    m.wait_none()


def daemon(m):
    """The pid of holdfastd itself; leaders run the same program."""
    leaders = [m.leader_of(s) for s in m.sessions()]
    found = [p for p in m.named("holdfastd", "root") if p not in leaders]
    return found[0] if len(found) == 1 else None


def parent_of_daemon(m):
    """The name of its parent, or None: there is none now, or it has just ended."""
    pid = daemon(m)
    found = m.parents(pid) if pid else []
    return found[1]["comm"] if len(found) > 1 else None


def life(m, act):
    """Held, dropped, resumed; ACT(word) restarts, stops and starts holdfastd, and no session notices."""
    attached = m.login()
    one = m.mark(attached)
    held(m, attached)
    dropped = m.login(options=NEW)
    two = m.mark(dropped)
    m.drop(dropped)
    before = wait_until(lambda: daemon(m), "holdfastd runs")
    act("restart")
    wait_until(lambda: daemon(m) not in (None, before), "another holdfastd runs")
    one.same(attached)
    resumed = m.ssh()
    two.same(resumed)
    act("stop")
    wait_until(lambda: len(m.named("holdfastd", "root")) == 2, "the leaders are alone")
    one.same(attached)
    m.drop(resumed)
    resumed = m.ssh()
    two.same(resumed)
    act("start")
    wait_until(lambda: daemon(m), "holdfastd runs again")
    third = m.login(options=NEW)
    check(third.ask("$HOLDFAST_SESSION"), "a login after the start is not held")
    for t in (attached, resumed, third):
        t.run("kill $job 2>/dev/null")
        t.line("exit 3")
        equal(t.wait_exit(), 3, "the status of ssh")
    m.wait_none()
    m.clean_processes()


def test_script(m):
    """The script that the package installs, which init runs at boot too."""
    installed(m)
    life(m, m.service)
    out = m.run("sh", "-c", "ls /etc/rc2.d; rc-update show 2>/dev/null || true")
    check("holdfastd" in out, "no runlevel starts it: %s" % out)


def test_openrc_script(m):
    """etc/openrc in the place of the package's script, as on hosts with OpenRC's own."""
    installed(m)
    script = "/etc/init.d/holdfastd"
    with open(script) as f:
        text = f.read()
    m.service("stop")
    shutil.copy(SHARE + "/openrc/holdfastd", script)
    try:
        m.run("rc-update", "-u")
        m.run("rc-service", "holdfastd", "start")
        check("started" in m.run("rc-service", "holdfastd", "status"), "rc-service does not say that it is started")
        life(m, lambda word: m.run("rc-service", "holdfastd", word))
        m.run("rc-service", "holdfastd", "stop")
    finally:
        write(script, text, 0o755)
        m.run("rc-update", "-u")
        m.service("start", ok=False)


def test_doctor(m):
    """Nothing ends held shells here, and doctor says so."""
    installed(m)
    t = m.login()
    held(m, t)
    found = doctor(t)
    equal([f for f in found.values() if f["level"] in ("problem", "unknown")], [], "what doctor finds")
    expected = "elogind runs here" if os.path.exists("/etc/elogind") else "systemd does not run here"
    check(expected in found["systemd"]["text"], "doctor says: %s" % found["systemd"])
    check("would stay" in found["drop"]["text"], "doctor says: %s" % found["drop"])


def elogind_session(number):
    """What elogind says of session NUMBER."""
    r = subprocess.run(["loginctl", "show-session", "-p", "Name", "-p", "Class", "-p", "Type", "-p", "Service", number],
                       stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return dict(line.split("=", 1) for line in r.stdout.splitlines() if "=" in line)


def test_elogind(m):
    """With KillUserProcesses=yes elogind ends what a login leaves behind; a held shell is a session of its own."""
    installed(m)
    path = "/etc/elogind/logind.conf"
    with open(path) as f:
        text = f.read()
    write(path, text.replace("[Login]", "[Login]\nKillUserProcesses=yes"))
    try:
        m.service("restart", "elogind")
        wait_until(lambda: subprocess.run(["loginctl"], capture_output=True).returncode == 0, "elogind answers")
        bob = m.login("bob")
        bob.run("(setsid sleep 76543 >/dev/null 2>&1 </dev/null &)")
        control = wait_until(lambda: [p["pid"] for p in m.processes() if p["cmd"] == "sleep 76543"], "bob's sleep")[0]
        t = m.login()
        marked = m.mark(t)
        s = held(m, t)
        environ = m.environ(s["shell_pid"])
        seen = elogind_session(environ.get("XDG_SESSION_ID", "none"))
        equal((seen.get("Name"), seen.get("Class"), seen.get("Type"), seen.get("Service")),
              ("alice", "user", "tty", "sshd"), "what elogind says of the held shell")
        found = doctor(t)
        equal((found["drop"]["level"], found["systemd.kill"]["level"]), ("ok", "ok"), "doctor's levels")
        check("KillUserProcesses=yes" in found["systemd.kill"]["text"], "doctor says: %s" % found["systemd.kill"])
        m.drop(t)
        bob.kill()
        m.wait_gone(control, "what bob left behind is ended", 60)
        marked.same(m.ssh())
    finally:
        write(path, text)
        m.service("restart", "elogind")


def without_script(top):
    """A package from before the script: an upgrade is the first to start holdfastd."""
    os.unlink(top + "/etc/init.d/holdfastd")
    with open(top + "/DEBIAN/conffiles") as f:
        files = [line for line in f if "init.d" not in line]
    write(top + "/DEBIAN/conffiles", "".join(files))


def test_upgrade_and_purge(m):
    """An upgrade restarts holdfastd and no more; a purge takes the script away, and ends no shell."""
    installed(m)
    t = m.login()
    one = m.mark(t)
    before = daemon(m)
    equal(said(m.install(newer_package("0.1.0-2"))), "", "what upgrading complained of")
    check(daemon(m) not in (None, before), "holdfastd was not restarted")
    one.same(t)
    init = init_of()
    tells_what_is_held(m.apt("purge", "holdfast"), "1 session is held (alice: 1 (1 attached))")
    one.same(t)
    equal(len(m.named("holdfastd", "root")), 1, "the leader is alone")
    left = m.run("sh", "-c", "ls /etc/init.d /etc/rc?.d /etc/runlevels/* 2>/dev/null || true")
    check("holdfastd" not in left, "the script is still there: %s" % left)
    equal(init_of(), init, "init")
    equal(m.login(options=NEW).ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION after a purge")
    m.install(newer_package("0.0.9", without_script))
    check(not daemon(m), "an old package without a script has started holdfastd")
    equal(said(m.apt("install", DEB)), "", "what the upgrade from an old package complained of")
    equal(init_of(), init, "init after that")
    wait_until(lambda: daemon(m), "holdfastd runs after the upgrade")
    check(m.login(options=NEW).ask("$HOLDFAST_SESSION"), "held after the upgrade")


@contextlib.contextmanager
def supervised(m, *argv):
    """holdfastd's script is stopped; ARGV is a tree of supervisors, which ends with the case."""
    installed(m)
    m.service("stop")
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)
    try:
        yield
    finally:
        p.terminate()
        p.wait(30)
        for name in ("runsv", "s6-supervise"):
            m.run("pkill", "-TERM", "-x", name, ok=False)
        wait_until(lambda: not m.named("runsv", "root") + m.named("s6-supervise", "root"), "no supervisor is left")
        for pid in m.named("holdfastd", "root"):
            os.kill(pid, 15)
        m.service("start")


def test_runit(m):
    """etc/runit, under runsvdir."""
    installed(m)
    shutil.copytree(SHARE + "/runit/holdfastd", "/etc/sv/holdfastd")
    os.makedirs("/tmp/service")
    os.symlink("/etc/sv/holdfastd", "/tmp/service/holdfastd")
    with supervised(m, "runsvdir", "-P", "/tmp/service"):
        wait_until(lambda: parent_of_daemon(m) == "runsv", "holdfastd runs under runsv")
        life(m, lambda word: m.run("sv", word, "/tmp/service/holdfastd"))
        m.run("sv", "exit", "/tmp/service/holdfastd")


def test_s6(m):
    """etc/s6, under s6-svscan."""
    installed(m)
    os.makedirs("/tmp/scan")
    shutil.copytree(SHARE + "/s6/holdfastd", "/tmp/scan/holdfastd")
    words = {"restart": "-wr", "stop": "-wd", "start": "-wu"}
    with supervised(m, "s6-svscan", "/tmp/scan"):
        wait_until(lambda: parent_of_daemon(m) == "s6-supervise", "holdfastd runs under s6-supervise")
        life(m, lambda word: m.run("s6-svc", *([words[word], "-r"] if word == "restart" else
                                               [words[word], words[word][0] + words[word][2]]), "/tmp/scan/holdfastd"))


def doctor(t):
    """The findings of doctor in the shell in T, by their ids."""
    t.run("rm -f ~/doctor; holdfastctl doctor --json >~/doctor")
    with open("/home/alice/doctor") as f:
        return {f["id"]: f for f in json.load(f)["findings"]}


def plain(t, found, what, *words):
    """T is a plain login, and doctor's finding WHAT says why: with all of WORDS."""
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
    check(what in found and found[what]["level"] == "problem", "doctor has no problem %s: %s" % (what, found))
    for word in words:
        check(word in found[what]["text"] + found[what].get("fix", ""), "%r is not said: %s" % (word, found[what]))
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")


def test_without_pam(m):
    """UsePAM no: no login is held, and doctor says what would change that."""
    installed(m)
    path = "/etc/ssh/sshd_config.d/00-test.conf"
    write(path, "UsePAM no\n")
    try:
        m.service("restart", "ssh")
        wait_until(m.listening, "sshd listens")
        t = m.login()
        plain(t, doctor(t), "pam.used", "does not use PAM", "UsePAM yes")
    finally:
        os.unlink(path)
        m.service("restart", "ssh")
    wait_until(m.listening, "sshd listens")
    held(m, m.login())


OTHER_PORT = 2022
OTHER = ["-p", str(OTHER_PORT), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]


def answers():
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", OTHER_PORT)) == 0


def comes_by_other(m, name):
    wait_until(answers, "%s listens" % name)
    t = m.login(options=OTHER)
    plain(t, doctor(t), "sshd.other", "this login came by " + name, "OpenSSH")
    t = m.login()
    held(m, t)
    found = doctor(t)["sshd.other"]
    equal(found["level"], "warn", "doctor about %s, in a login that is held" % name)
    check(name + " runs here" in found["text"], "doctor says: %s" % found)


def test_dropbear(m):
    """A login by dropbear works and is not held; doctor says why, there and in other shells."""
    installed(m)
    os.makedirs("/etc/dropbear", exist_ok=True)  # for its keys
    p = subprocess.Popen(["dropbear", "-F", "-R", "-p", "127.0.0.1:%d" % OTHER_PORT], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        comes_by_other(m, "dropbear")
    finally:
        p.terminate()
        p.wait()


def test_tinysshd(m):
    """The same by tinysshd, which a server of connections starts."""
    installed(m)
    m.run("tinysshd-makekey", "/etc/tinyssh/keys", ok=False)
    listener = socket.create_server(("127.0.0.1", OTHER_PORT))
    children = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                s, _ = listener.accept()
                children.append(subprocess.Popen(["tinysshd", "/etc/tinyssh/keys"], stdin=s, stdout=s,
                                                 stderr=subprocess.DEVNULL))
                s.close()
    threading.Thread(target=serve, daemon=True).start()
    t = m.login(options=OTHER)  # so that one runs
    try:
        comes_by_other(m, "tinysshd")
        t.line("exit 6")
        equal(t.wait_exit(), 6, "the status of ssh")
    finally:
        listener.close()
        for p in children:
            p.kill()
            p.wait()


CASES = {"sysv": (test_install, test_script, test_doctor, test_runit, test_s6, test_without_pam,
                  test_dropbear, test_tinysshd, test_upgrade_and_purge),
         "openrc": (test_install, test_script, test_openrc_script, test_doctor, test_elogind, test_upgrade_and_purge)}


def cases(kind):
    for case in CASES[kind]:
        yield "%s:%s" % (kind, case.__name__[5:]), case.__name__, []
