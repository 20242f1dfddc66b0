# SPDX-License-Identifier: MIT
"""holdfastctl doctor: what it says about hosts in all kinds of states; systemd is played by files."""
import json
import os
import shutil
import subprocess

from host import by_hand
from template import LIBEXEC, PAM_FIRST, write
from term import check, equal

SYSTEM = ("daemon", "config", "pam.line", "pam.begin", "pam.module", "pam.used", "pam.stack", "sshd.subsystem",
          "sshd.acceptenv", "hook")


def text(path):
    with open(path) as f:
        return f.read()


def doctor(host, user="alice", *args, status=None, env=None):
    """The findings by their ids: (level, text, fix)."""
    argv = ["/usr/bin/holdfastctl", "doctor", "--json", *args]
    if user == "root":
        r = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **(env or {})})
    else:
        r = host.as_user(user, argv, text=True, stdin=subprocess.DEVNULL, env=env)
    check(r.returncode in (0, 1) and not r.stderr, "doctor ended with %d: %s" % (r.returncode, r.stderr))
    found = json.loads(r.stdout)
    if status is not None:
        equal(r.returncode, status, "the status of doctor (%s)" % problems(found))
    equal(found["well"], r.returncode == 0, "\"well\" and the status")
    equal(len({f["id"] for f in found["findings"]}), len(found["findings"]), "an id that is there twice: %s" % r.stdout)
    return {f["id"]: (f["level"], f["text"], f.get("fix")) for f in found["findings"]}


def problems(found):
    return "; ".join("%s: %s" % (f["id"], f["text"]) for f in found["findings"] if f["level"] == "problem")


def level(host, finding, *args, **kw):
    found = doctor(host, *args, **kw)
    check(finding in found, "no finding %s in %s" % (finding, sorted(found)))
    return found[finding][0]


def pretend_systemd(kills=None, linger=False):
    os.makedirs("/run/systemd/system", exist_ok=True)
    os.makedirs("/run/systemd/users", exist_ok=True)
    write("/etc/systemd/logind.conf", "[Login]\n" + ("" if kills is None else "KillUserProcesses=%s\n" % kills))
    if linger:
        write("/var/lib/systemd/linger/alice", "")
    with open("/etc/pam.d/common-session") as f:
        text = f.read()
    # libpam-systemd may not be installed
    if "pam_systemd.so" not in text:
        write("/etc/pam.d/common-session", text + "session optional pam_systemd.so\n")


def test_all_is_well(host):
    for user in ("alice", "root"):
        found = doctor(host, user, status=0)
        for name in SYSTEM:
            equal(found[name][0], "ok", "%s as %s (%s)" % (name, user, found[name][1]))
        for name, (what, text, fix) in found.items():
            check(text and text[-1] != ".", "the text of %s: %r" % (name, text))
            check(what in ("ok", "warn", "problem", "unknown"), "the level of %s" % name)
            check(what != "problem" or fix or name == "drop", "no fix for %s" % name)
    text = host.ctl("alice", "doctor")
    equal(text.returncode, 0, "the status")
    check("holdfastd answers" in text.stdout and text.stdout.endswith("0 unknown\n"),
          "it prints %r" % text.stdout[-300:])


def test_in_a_held_shell(host):
    t = host.login()
    equal(t.run("holdfastctl doctor --json >~/out"), 0, "the status of doctor in a held shell")
    with open("/home/alice/out") as f:
        found = json.load(f)
    equal(found["survives"], "yes", "survives")
    one = {f["id"]: f for f in found["findings"]}
    equal((one["shell"]["level"], one["drop"]["level"]), ("ok", "ok"), "shell and drop")
    check("held: session 1" in one["shell"]["text"], "shell: %r" % one["shell"]["text"])


def test_in_a_plain_login(host):
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(t.run("holdfastctl doctor --json >~/out"), 1, "the status of doctor in a plain login")
    with open("/home/alice/out") as f:
        found = json.load(f)
    equal(found["survives"], "no", "survives")
    one = {f["id"]: f["level"] for f in found["findings"]}
    equal((one["shell"], one["drop"], one["optout"]), ("problem", "problem", "warn"), "levels")


def test_each_part_missing(host):
    """Take one thing away at a time: that finding is the problem, and its fix repairs it."""
    def without(path, finding, change, want="problem", user="alice"):
        kept = path + ".kept"
        shutil.copy2(path, kept)
        change(path)
        found = doctor(host, user, status=1 if want == "problem" else 0)
        equal(found[finding][0], want, "%s without %s (%s)" % (finding, path, found[finding][1]))
        if want != "unknown":
            check(found[finding][2], "no fix for " + finding)
        shutil.copy2(kept, path)
        equal(level(host, finding, user), "ok", finding + " when all is well again")

    def drop_lines(word):
        def change(path):
            with open(path) as f:
                lines = f.read().splitlines(True)
            with open(path, "w") as f:
                f.write("".join(line for line in lines if word not in line))
        return change
    dropin = "/etc/ssh/sshd_config.d/holdfast.conf"
    for user in ("alice", "root"):
        without("/etc/pam.d/sshd", "pam.line", drop_lines("pam_holdfast"), user=user)
        without("/etc/pam.d/sshd", "pam.begin", drop_lines("pam_holdfast.so begin"), user=user)
        without(dropin, "sshd.subsystem", drop_lines("Subsystem"), user=user)
        without("/etc/ssh/sshd_config", "pam.used", drop_lines("UsePAM"), user=user)
        without("/etc/profile.d/00-holdfast.sh", "hook", os.unlink, user=user)
    own_service(host)
    without("/etc/pam.d/sshd", "pam.line", lambda p: write(p, "@include nothing\n"))
    without("/etc/pam.d/sshd", "pam.begin", lambda p: write(p, "session optional pam_env.so\n" + text(p)))
    without("/etc/pam.d/sshd", "pam.begin", lambda p: write(p, "session sufficient pam_permit.so\n" + text(p)))
    without("/etc/pam.d/sshd", "pam.begin", lambda p: write(p, text(p).replace(PAM_FIRST, "") + PAM_FIRST))
    without("/etc/holdfast/holdfast.conf", "config", lambda p: write(p, "Enable perhaps\n"))
    without("/etc/holdfast/holdfast.conf", "config", lambda p: write(p, "Match User alice\nEnable no\n"))
    without("/etc/holdfast/holdfast.conf", "config", lambda p: os.chmod(p, 0o600), want="unknown")
    write("/etc/holdfast/disabled", "")
    equal(level(host, "switch"), "problem", "the kill switch")
    os.unlink("/etc/holdfast/disabled")
    write("/etc/ssh/sshd_config", "UsePAM yes\nInclude /etc/ssh/sshd_config.d/*.conf\n")
    write(dropin, "Subsystem resume %s/holdfast-resume\n" % LIBEXEC)
    equal(level(host, "sshd.acceptenv"), "warn", "without AcceptEnv LC_HOLDFAST")
    host.stop_holdfastd()
    equal(level(host, "daemon"), "problem", "without holdfastd")


def test_no_login_shell_is_held(host):
    found = doctor(host, status=0)
    check("sshd.setenv" not in found and "sshd.forcecommand" not in found, "findings without a reason")
    write("/etc/ssh/sshd_config.d/000-case.conf", "SetEnv A=1 PWD=/srv\n")
    for user in ("alice", "root"):
        equal(level(host, "sshd.setenv", user), "problem", "SetEnv PWD as " + user)
    write("/etc/ssh/sshd_config.d/000-case.conf", "SetEnv A=1 XPWD=/srv\nForceCommand /bin/true\n")
    for user in ("alice", "root"):
        found = doctor(host, user)
        check("sshd.setenv" not in found, "SetEnv of another name as " + user)
        equal(found["sshd.forcecommand"][0], "problem", "ForceCommand as " + user)


def test_dead_links(host):
    def says(text):
        write("/etc/ssh/sshd_config.d/000-case.conf", text)
        return [doctor(host, user)["sshd.alive"] for user in ("alice", "root")]
    for what, text, _ in says(""):
        check(what == "warn" and "15 minutes" in text and "2 hours" in text, "by default: %r" % text)
    for what, text, _ in says("TCPKeepAlive no\n"):
        check(what == "warn" and "never" in text, "without TCPKeepAlive: %r" % text)
    for what, text, _ in says("ClientAliveInterval 15\n"):
        check(what == "ok" and "45 seconds" in text, "with 15 seconds: %r" % text)
    for what, text, _ in says("ClientAliveInterval 10m\nClientAliveCountMax 2\n"):
        check(what == "warn" and "20 minutes" in text, "with 10 minutes: %r" % text)


def test_systemd_in_files(host):
    equal(level(host, "systemd"), "ok", "without systemd")
    pretend_systemd("no")
    found = doctor(host)
    equal((found["systemd.kill"][0], found["others"][0]), ("ok", "ok"), "KillUserProcesses=no")
    check("KillUserProcesses=no" in found["others"][1], "others: %r" % found["others"][1])
    pretend_systemd("yes")
    found = doctor(host)
    equal((found["systemd.kill"][0], found["others"][0]), ("ok", "warn"), "KillUserProcesses=yes")
    equal(level(host, "others", "root"), "ok", "root is excluded")
    write("/etc/systemd/logind.conf.d/50-own.conf", "[Login]\nKillExcludeUsers=root alice\n")
    equal(level(host, "others"), "ok", "alice is excluded")
    write("/etc/systemd/logind.conf.d/50-own.conf", "[Login]\nKillUserProcesses=no\n")
    equal(level(host, "others"), "ok", "a drop-in says no")
    write("/usr/lib/systemd/logind.conf.d/60-vendor.conf", "[Login]\nKillUserProcesses=yes\n")
    equal(level(host, "others"), "warn", "a later drop-in says yes")
    write("/etc/systemd/logind.conf.d/60-vendor.conf", "")
    equal(level(host, "others"), "ok", "that one is masked")
    check("systemd.idle" not in doctor(host), "nothing is said of idle sessions where they are left alone")
    for value, found in (("0", False), ("infinity", False), ("15min", True), ("", False)):
        write("/etc/systemd/logind.conf.d/70-idle.conf", "[Login]\nStopIdleSessionSec=%s\n" % value)
        equal("systemd.idle" in doctor(host), found, "a finding about StopIdleSessionSec=%s" % value)
    os.unlink("/etc/systemd/logind.conf.d/70-idle.conf")
    os.chmod("/etc/systemd/logind.conf.d/50-own.conf", 0o600)
    equal(level(host, "systemd.kill"), "unknown", "a drop-in that can't be read")
    pretend_systemd("yes", linger=True)
    check("lingers" in doctor(host)["systemd.linger"][1], "linger")


def test_socket_activation(host):
    """An sshd with a service a connection, and no logind session to save what is in it."""
    pretend_systemd("no")
    with open("/etc/pam.d/common-session") as f:
        write("/etc/pam.d/common-session", "".join(line for line in f if "pam_systemd" not in line))
    os.makedirs("/etc/systemd/system/sockets.target.wants")
    write("/etc/systemd/system/ssh.socket", "[Socket]\nListenStream=22\nAccept=yes\n")
    os.symlink("../ssh.socket", "/etc/systemd/system/sockets.target.wants/ssh.socket")
    write("/etc/systemd/system/ssh@.service", "[Service]\nExecStart=-/usr/sbin/sshd -i\n")
    found = doctor(host)
    check("KillMode=control-group" in found["sshd.unit"][1], "sshd.unit: %r" % found["sshd.unit"][1])
    equal(found["others"][0], "warn", "others: %r" % found["others"][1])
    write("/etc/systemd/system/ssh@.service.d/kill.conf", "[Service]\nKillMode=process\n")
    found = doctor(host)
    equal(found["others"][0], "ok", "others: %r" % found["others"][1])


def test_limits_and_tmout(host):
    write("/etc/security/limits.d/50.conf", "bob hard maxlogins 1\n@nobody - maxlogins 1\n")
    equal(level(host, "limits.maxlogins"), "ok", "a limit for others")
    write("/etc/security/limits.d/50.conf", "@alice hard maxlogins 2 # two\n")
    what, text, fix = doctor(host)["limits.maxlogins"]
    check(what == "warn" and "2 logins" in text and fix, "a limit of 2: %r" % text)
    write("/etc/security/limits.d/50.conf", "* - maxlogins 50\n")
    equal(level(host, "limits.maxlogins"), "ok", "a limit of 50")
    os.chmod("/etc/security/limits.d/50.conf", 0o600)
    equal(level(host, "limits.maxlogins"), "unknown", "limits that can't be read")
    write("/etc/profile.d/tmout.sh", "TMOUT=900\nreadonly TMOUT\nexport TMOUT\n")
    what, text, _ = doctor(host)["tmout"]
    check(what == "warn" and "TMOUT=900" in text and "/etc/profile.d/tmout.sh" in text, "TMOUT: %r" % text)


def own_service(host):
    """PamService, and what becomes of it."""
    write("/etc/holdfast/holdfast.conf", "PamService held\n")
    what, why, fix = doctor(host, "alice", status=1)["pam.stack"]
    check(what == "problem" and '"held"' in why and fix, "without the service: %r" % why)
    write("/etc/pam.d/held", "sesion required pam_unix.so\n")
    equal(level(host, "pam.stack"), "problem", "with a broken service")
    write("/etc/pam.d/held", "auth required pam_unix.so\n")
    equal(level(host, "pam.stack"), "problem", "without session lines")
    write("/etc/pam.d/held", "auth required pam_unix.so\nsession required pam_unix.so\n")
    write("/etc/pam.d/sshd", text("/etc/pam.d/sshd") + "session optional pam_tty_audit.so\naccount optional pam_sss.so\n")
    found = doctor(host, "alice")
    equal(found["pam.stack"][0], "ok", "the service")
    check(found["pam.rules"][0] == "warn" and "pam_tty_audit" in found["pam.rules"][1], found["pam.rules"][1])
    check(found["pam.hbac"][0] == "warn" and "HBAC" in found["pam.hbac"][1], found["pam.hbac"][1])
    write("/etc/holdfast/holdfast.conf", "")
    found = doctor(host, "alice")
    check(found["pam.rules"][0] == "ok" and "pam_tty_audit" in found["pam.rules"][1], found["pam.rules"][1])
    check("pam_motd" in found["pam.skipped"][1], found["pam.skipped"][1])
    write("/etc/pam.d/holdfast", "# from before\n")
    what, why, fix = doctor(host, "alice")["pam.old"]
    check(what == "warn" and "no longer uses" in why and "PamService" in fix, why)
    os.unlink("/etc/pam.d/holdfast")


def test_unreadable(host):
    """Nothing can be read: unknown, and an end."""
    for path in ("/etc/ssh/sshd_config", "/etc/pam.d/sshd", "/etc/holdfast/holdfast.conf",
                 "/etc/profile.d/00-holdfast.sh", "/etc/security/limits.conf"):
        os.chmod(path, 0o600)
    found = doctor(host)
    for name in ("pam.line", "pam.stack", "config", "sshd", "hook", "limits.maxlogins"):
        equal(found[name][0], "unknown", "%s (%s)" % (name, found[name][1]))
    os.chmod("/etc/ssh/sshd_config", 0o644)
    os.chmod("/etc/ssh/sshd_config.d", 0o700)
    os.chmod("/etc/ssh/sshd_config.d/holdfast.conf", 0o600)
    doctor(host)
    os.chmod("/etc/ssh/sshd_config.d", 0o755)
    equal(level(host, "sshd.subsystem"), "unknown", "with a drop-in that can't be read")


def test_hostile_files(host):
    """Directories, FIFOs, devices and garbage where files should be."""
    def each(make):
        for path in ("/etc/pam.d/held", "/etc/security/limits.conf", "/etc/profile.d/00-holdfast.sh",
                     "/etc/systemd/logind.conf"):
            if os.path.isdir(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
            make(path)
        doctor(host, "alice")
        doctor(host, "root")

    def garbage(path):
        with open(path, "wb") as f:
            f.write(os.urandom(100000))
    pretend_systemd("no")
    each(os.mkdir)
    each(os.mkfifo)
    each(lambda p: os.symlink(p, p))
    each(lambda p: os.symlink("/dev/zero", p))
    each(garbage)
    each(lambda p: write(p, "x" * 900000))
    write("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config\n" * 50)
    doctor(host, "alice")
    write("/etc/pam.d/sshd", "@include sshd\n" * 50)
    equal(level(host, "pam.line"), "problem", "a stack that includes itself")
    write("/etc/pam.d/sshd", "session optional \x1b[31m\n")
    r = host.ctl("alice", "doctor")
    check("\x1b" not in r.stdout, "control characters are printed")


def test_other_user(host):
    found = doctor(host, "root", "bob", status=0)
    check("bob" in found["config"][1] and "shell" not in found, "about bob: %s" % found["config"][1])
    what, text, _ = doctor(host, "root", "carol", status=1)["hook"]
    check(what == "problem" and "nologin" in text, "about carol: %r" % text)
    equal(host.ctl("alice", "doctor", "nobody-of-that-name").returncode, 2, "about nobody")
    equal(host.ctl("alice", "doctor", "--nonsense").returncode, 2, "usage")
    write("/home/bob/.config/holdfast/off", "")
    equal(level(host, "optout", "root", "bob"), "warn", "bob has opted out")
    os.chmod("/home/bob", 0o700)
    equal(level(host, "optout", "alice", "bob"), "unknown", "bob's home can't be looked into")


def test_shells(host):
    for user in ("dan", "zoe", "finn", "tom"):
        try:
            host.ids(user)
        except KeyError:
            continue
        equal(level(host, "hook", user), "ok", "the hook of " + user)
    for user, path in (("zoe", "/etc/zsh/zprofile"), ("finn", "/etc/fish/conf.d/00-holdfast.fish"),
                       ("tom", "/etc/csh.login")):
        if os.path.exists(path):
            write(path, "")
            what, _, fix = doctor(host, user)["hook"]
            check(what == "problem" and fix, "the hook of %s without %s" % (user, path))


def remove_system():
    for path in ("/etc/profile.d/00-holdfast.sh", "/etc/ssh/sshd_config.d/holdfast.conf"):
        os.unlink(path)
    shutil.rmtree("/etc/holdfast")
    with open("/etc/pam.d/sshd") as f:
        write("/etc/pam.d/sshd", "".join(line for line in f if "pam_holdfast" not in line))


@by_hand
def test_without_root(host):
    host.start_sshd()
    remove_system()
    found = doctor(host, status=1)
    equal(found["hook"][0], "problem", "before setup")
    check("daemon" not in found and "pam.line" not in found, "root's parts are asked for: %s" % sorted(found))
    equal(host.ctl("alice", "setup").returncode, 0, "the status of setup")
    doctor(host, status=0)
    pretend_systemd("yes")
    what, text, fix = doctor(host, status=1)["systemd.kill"]
    check(what == "problem" and "enable-linger" in fix, "KillUserProcesses=yes: %r" % text)
    pretend_systemd("yes", linger=True)
    equal(level(host, "systemd.kill", status=0), "ok", "with lingering")


@by_hand
def test_never_started(host):
    """No sshd, no holdfastd, no /run/holdfast."""
    found = doctor(host, "alice", status=1)
    equal(found["daemon"][0], "problem", "daemon")
    shutil.rmtree("/etc/ssh")
    shutil.rmtree("/etc/pam.d")
    doctor(host, "alice", status=1)
    doctor(host, "root", status=1)
    r = subprocess.run(["/usr/bin/holdfastctl", "doctor"], env={}, stdin=subprocess.DEVNULL, capture_output=True)
    equal(r.returncode, 1, "the status with an empty environment")


def test_sandboxed(host):
    """Without /proc, and with an unknown uid."""
    for extra in (["unshare", "--mount", "--propagation", "private", "sh", "-c",
                   "mount -t tmpfs none /proc && exec /usr/bin/holdfastctl doctor --json"],
                  ["setpriv", "--reuid", "54321", "--clear-groups", "/usr/bin/holdfastctl", "doctor", "--json"]):
        r = subprocess.run(extra, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        check(r.returncode in (0, 1) and json.loads(r.stdout)["findings"], "%s: %d %s" % (extra, r.returncode, r.stderr))


def test_what_is_read_before_the_hook(host):
    write("/etc/profile", "# comment\nPS1='# '\n. /etc/bash.bashrc\nfor i in /etc/profile.d/*.sh; do . $i; done\n")
    write("/etc/profile.d/00-early.sh", "echo early\n")
    write("/etc/profile.d/zz-late.sh", "echo late\n")
    what, said, fix = doctor(host)["hook.before"]
    equal(what, "ok", "the level")
    for name in ("/etc/profile", "/etc/bash.bashrc", "/etc/profile.d/00-early.sh"):
        check(name in said, "%s is not named: %s" % (name, said))
    check("zz-late" not in said, "a file that is read later is named: " + said)
    # as it says
    line = fix[fix.index("[ !"):] + "\n"
    write("/etc/profile", line + text("/etc/profile"))
    equal(doctor(host)["hook.before"][1], "no file is read before the hook", "with the hook first")
    # and then nothing happens twice
    write("/etc/bash.bashrc", "echo BASHRC\n")
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION"), "the shell is held")
    equal([t.text().count(w) for w in ("BASHRC", "early", "late")], [1, 1, 1], "times that it is shown")


def test_scripts_that_are_not_run(host):
    check("resume.d" not in doctor(host), "something is said of an empty directory")
    write("/etc/holdfast/resume.d/good", "#!/bin/sh\n", 0o755)
    check("resume.d" not in doctor(host), "something is said of what is right")
    write("/etc/holdfast/resume.d/quota.sh", "#!/bin/sh\n", 0o755)
    write("/etc/holdfast/resume.d/plain", "#!/bin/sh\n", 0o644)
    what, said, _ = doctor(host)["resume.d"]
    equal(what, "warn", "the level")
    check("quota.sh" in said and "plain" in said and "good" not in said, said)
    os.chmod("/etc/holdfast/resume.d", 0o777)
    check("no file in" in doctor(host)["resume.d"][1], "a directory that others can write to")
