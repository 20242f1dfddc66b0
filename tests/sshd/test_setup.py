# SPDX-License-Identifier: MIT
"""holdfastctl setup: on a host that was installed from source and never configured."""
import glob
import os
import re
import shutil
import socket
import stat
import subprocess

from host import by_hand
from template import LIBEXEC, PAM_FIRST, PAM_LAST, write
from term import Skip, check, equal

PAM, MAIN, DROPIN = "/etc/pam.d/sshd", "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/holdfast.conf"
HELD = "/etc/pam.d/holdfast"
SHELL_FILES = ("/etc/zsh/zprofile", "/etc/fish/conf.d/00-holdfast.fish", "/etc/csh.login")


def text(path):
    with open(path) as f:
        return f.read()


def fresh():
    """As after make install: takes out what the template has put in."""
    write(PAM, "".join(line for line in text(PAM).splitlines(True) if "pam_holdfast" not in line))
    if os.path.exists(DROPIN):
        os.unlink(DROPIN)
    for path in SHELL_FILES:
        if os.path.exists(path) and "holdfast-login" in text(path):
            write(path, "# was here before\n")
            if path.endswith(".fish"):
                os.unlink(path)


def setup(*args, status=0):
    r = subprocess.run(["/usr/bin/holdfastctl", "setup", *args], stdin=subprocess.DEVNULL, capture_output=True,
                       text=True)
    equal(r.returncode, status, "the status of setup %s (%s)" % (" ".join(args), r.stdout + r.stderr))
    return r.stdout + r.stderr


def snapshot():
    """Everything in /etc: contents, modes, owners, links."""
    found = {}
    for top, dirs, files in os.walk("/etc"):
        for n in dirs + files:
            path = os.path.join(top, n)
            st = os.lstat(path)
            what = os.readlink(path) if stat.S_ISLNK(st.st_mode) else None
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as f:
                    what = f.read()
            found[path] = (st.st_mode, st.st_uid, st.st_gid, what)
    return found


def changed(before):
    after = snapshot()
    return sorted(p for p in set(before) | set(after) if before.get(p) != after.get(p))


def works(host):
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    t.kill()
    host.wait_sessions(1, "dropped")
    t = host.ssh(options=["-t", "-s"], args=["resume"])
    marked.same(t)
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status of ssh")
    host.wait_none()


@by_hand
def test_setup_makes_it_work(host):
    fresh()
    out = setup()
    check("holdfastd" in out, "setup does not say how the daemon is started: %r" % out)
    host.start()
    works(host)


@by_hand
def test_twice_and_undo(host):
    fresh()
    before = snapshot()
    setup()
    first = snapshot()
    touched = changed(before)
    check(PAM in touched and DROPIN in touched, "changed: %s" % touched)
    check("nothing to do" in setup(), "the second setup does not say that there was nothing to do")
    equal(changed(first), [], "changed by a second setup")
    setup("--undo")
    equal(changed(before), [], "left after --undo")
    setup("--undo")
    equal(changed(before), [], "left after the second --undo")


@by_hand
def test_dry_run(host):
    fresh()
    before = snapshot()
    diff = setup("--dry-run")
    equal(changed(before), [], "changed by --dry-run")
    check("--- /etc/pam.d/sshd\n+++ /etc/pam.d/sshd\n@@ -" in diff, "no diff of the PAM stack: %r" % diff)
    check("--- /dev/null\n+++ %s\n@@ -0,0 +1,4 @@\n" % DROPIN in diff, "no diff of the drop-in: %r" % diff)
    # what it shows is what patch(1) does, and that is what setup does
    patch = "".join(line for line in diff.splitlines(True) if line[0] in "-+@ \\")
    os.mkdir("/tmp/root")
    shutil.copytree("/etc", "/tmp/root/etc", symlinks=True)
    if shutil.which("patch"):
        r = subprocess.run(["patch", "-p1", "-d", "/tmp/root"], input=patch, text=True, capture_output=True)
        equal(r.returncode, 0, "patch: " + r.stdout + r.stderr)
        setup()
        for path in (PAM, DROPIN):
            equal(text("/tmp/root" + path), text(path), path)
    setup()
    undo = setup("--undo", "--dry-run")
    check("-session optional pam_holdfast.so\n" in undo and "-session optional pam_holdfast.so begin\n" in undo,
          "the diff of --undo: %r" % undo)
    check("pam_holdfast" in text(PAM), "--undo --dry-run has changed something")


@by_hand
def test_without_run_sshd(host):
    """Before sshd's first start sshd -t complains of its directory: --dry-run makes none, setup does."""
    fresh()
    os.rmdir("/run/sshd")
    diff = setup("--dry-run")
    check(DROPIN in diff, "--dry-run says %r" % diff)
    check(not os.path.exists("/run/sshd"), "--dry-run has made /run/sshd")
    setup()
    check(os.path.exists(DROPIN), "the drop-in")


@by_hand
def test_mode_owner_and_attributes(host):
    fresh()
    os.chmod(PAM, 0o640)
    os.chown(PAM, 0, 4)
    try:
        os.setxattr(PAM, "user.note", b"kept")
        attribute = True
    except OSError:
        attribute = False
    old = text(PAM)
    setup()
    st = os.stat(PAM)
    equal((stat.S_IMODE(st.st_mode), st.st_gid), (0o640, 4), "mode and group")
    if attribute:
        equal(os.getxattr(PAM, "user.note"), b"kept", "an extended attribute")
    equal(text(PAM + ".before-holdfast"), old, "the backup")
    equal(stat.S_IMODE(os.stat(PAM + ".before-holdfast").st_mode), 0o640, "the backup's mode")
    equal(glob.glob("/etc/pam.d/.*") + glob.glob("/etc/ssh/sshd_config.d/.*"), [], "temporary files")


@by_hand
def test_link_is_followed(host):
    fresh()
    shutil.move(PAM, "/etc/pam.d/sshd-real")
    os.symlink("sshd-real", PAM)
    setup()
    check(os.path.islink(PAM), "the link has been replaced")
    check("pam_holdfast" in text("/etc/pam.d/sshd-real"), "what it leads to has not been changed")


@by_hand
def test_without_newline_at_the_end(host):
    fresh()
    old = text(PAM).rstrip("\n")
    write(PAM, old)
    setup()
    check(re.search(r"\n# >>> holdfast.*\nsession optional pam_holdfast.so\n# <<<.*\n$", text(PAM)), "it ends %r"
          % text(PAM)[-200:])
    setup("--undo")
    equal(text(PAM), old, "after --undo")


@by_hand
def test_without_dropins(host):
    """An sshd_config that includes nothing gets the lines itself, before any Match block."""
    fresh()
    main = text(MAIN).replace("Include /etc/ssh/sshd_config.d/*.conf", "") + "\nMatch User nobody\n\tX11Forwarding no\n"
    main = text("/etc/ssh/sshd_config.d/00-test.conf") + main
    write(MAIN, main)
    setup()
    check(not os.path.exists(DROPIN), "a drop-in that nothing reads")
    check(text(MAIN).startswith("# >>> holdfast"), "it begins %r" % text(MAIN)[:80])
    host.start()
    works(host)
    setup("--undo")
    equal(text(MAIN), main, "after --undo")


@by_hand
def test_own_subsystem_of_the_administrator(host):
    fresh()
    write("/etc/ssh/sshd_config.d/50-own.conf", "Subsystem resume /bin/false\n")
    out = setup(status=1)
    check("50-own.conf" in out and "another subsystem" in out, "setup says %r" % out)
    equal(text("/etc/ssh/sshd_config.d/50-own.conf"), "Subsystem resume /bin/false\n", "the administrator's file")
    check(not os.path.exists(DROPIN) or "Subsystem" not in text(DROPIN), "a second subsystem was written")
    equal(subprocess.run(["/usr/sbin/sshd", "-t"]).returncode, 0, "sshd -t")
    check("pam_holdfast" in text(PAM), "the rest was not done")


@by_hand
def test_subsystem_by_hand_stays(host):
    """The line as README says it, in a file of another name."""
    fresh()
    write("/etc/ssh/sshd_config.d/50-own.conf", "Subsystem resume %s/holdfast-resume\n" % LIBEXEC)
    out = setup()
    check("nothing to do" in out, "setup says %r" % out)
    equal(subprocess.run(["/usr/sbin/sshd", "-t"]).returncode, 0, "sshd -t")
    setup("--undo")
    equal(text("/etc/ssh/sshd_config.d/50-own.conf"), "Subsystem resume %s/holdfast-resume\n" % LIBEXEC, "the file")


@by_hand
def test_broken_sshd_config(host):
    fresh()
    write("/etc/ssh/sshd_config.d/50-own.conf", "NoSuchKeyword yes\n")
    before = snapshot()
    out = setup(status=1)
    check("sshd -t rejects the present configuration" in out and "NoSuchKeyword" in out.replace("nosuchkeyword", "NoSuchKeyword"),
          "setup says %r" % out)
    check(not [p for p in changed(before) if p.startswith("/etc/ssh")], "something in /etc/ssh was changed")
    # with a setup from better times: out it goes, whatever sshd says
    os.unlink("/etc/ssh/sshd_config.d/50-own.conf")
    setup()
    write("/etc/ssh/sshd_config.d/50-own.conf", "NoSuchKeyword yes\n")
    setup("--undo")
    check(not os.path.exists(DROPIN), "--undo has left the drop-in")


@by_hand
def test_sshd_refuses_the_result(host):
    """An sshd that does not like our lines: all of sshd's files are as they were."""
    fresh()
    os.rename("/usr/sbin/sshd", "/usr/sbin/sshd-real")
    write("/usr/sbin/sshd", "#!/bin/sh\n[ ! -e %s ] || { echo 'no such thing'; exit 255; }\n"
          "exec /usr/sbin/sshd-real \"$@\"\n"
          % DROPIN, 0o755)
    before = snapshot()
    out = setup(status=1)
    check("restored: sshd -t says" in out and "no such thing" in out, "setup says %r" % out)
    check(not [p for p in changed(before) if p.startswith("/etc/ssh")], "changed in /etc/ssh: %s" % changed(before))


@by_hand
def test_broken_pam(host):
    for bad in ("session optionl pam_foo.so\n", "sesion optional pam_foo.so\n", "session optional\n",
                "@include no-such-file\n", "session [success=ok pam_foo.so\n", "@include sshd\n"):
        fresh()
        old = text(PAM)
        write(PAM, old + bad)
        out = setup(status=1)
        check(PAM in out and "left alone" in out, "with %r setup says %r" % (bad, out))
        equal(text(PAM), old + bad, "the PAM stack with %r" % bad)
        write(PAM, old)
        setup("--undo")


@by_hand
def test_broken_markers(host):
    fresh()
    old = text(PAM) + "# >>> holdfast >>>\nsession optional pam_holdfast.so\n"
    write(PAM, old)
    for args in ((), ("--undo",)):
        out = setup(*args, status=1)
        check("marker lines do not match" in out, "setup says %r" % out)
        equal(text(PAM), old, "the file with half a block")


@by_hand
def test_lines_by_hand_stay(host):
    """The lines as README says them, or pam-auth-update's: neither doubled nor taken out."""
    fresh()
    bare = text(PAM)
    write(PAM, PAM_FIRST + bare + PAM_LAST)
    old = text(PAM)
    check("nothing to do" in setup(), "setup does not say so")
    equal(text(PAM), old, "after setup")
    setup("--undo")
    equal(text(PAM), old, "after --undo")
    fresh()
    common = text("/etc/pam.d/common-session")
    write("/etc/pam.d/common-session", PAM_FIRST + common + PAM_LAST)
    setup()
    equal(text(PAM), bare, "with the lines in common-session")


def modules():
    return [line for line in text(PAM).splitlines() if "pam_holdfast" in line]


@by_hand
def test_first_line_is_added(host):
    """To a last line by hand, or from an earlier setup: what is missing is put in, and is taken out again."""
    fresh()
    bare = text(PAM)
    write(PAM, bare + PAM_LAST)
    old = text(PAM)
    setup()
    equal(modules(), [PAM_FIRST.strip(), PAM_LAST.strip()], "the lines")
    check(text(PAM).splitlines()[1] == PAM_FIRST.strip(), "the first line is not the first: %r" % text(PAM)[:300])
    setup("--undo")
    equal(text(PAM), old, "after --undo")
    block = "# >>> holdfast >>> from an earlier setup\n" + PAM_LAST + "# <<< holdfast <<<\n"
    write(PAM, bare + block)
    setup()
    equal(modules(), [PAM_FIRST.strip(), PAM_LAST.strip()], "the lines behind an earlier setup")
    host.start()
    works(host)
    setup("--undo")
    equal(text(PAM), bare, "after --undo of both")


@by_hand
def test_held_stack_of_an_earlier_setup(host):
    """It is not used any more: --undo takes it out, and only what was ours."""
    fresh()
    write(HELD, "# >>> holdfast >>> from an earlier setup\nauth include x\n# <<< holdfast <<<\n")
    setup()
    check(os.path.exists(HELD), "a file that may be in use was removed")
    setup("--undo")
    check(not os.path.exists(HELD), "the file is still there")


@by_hand
def test_unreadable_and_odd_files(host):
    fresh()
    os.unlink(PAM)
    os.mkfifo(PAM)
    out = setup(status=1)
    check(PAM in out, "setup says %r" % out)
    os.unlink(PAM)
    out = setup(status=1)
    check(PAM in out, "setup says %r" % out)
    check(not os.path.exists(PAM), "a PAM stack of nothing but our line was made")


@by_hand
def test_killed_in_the_middle(host):
    """At each system call that changes something: the file is the old one or the new one."""
    if not shutil.which("strace"):
        raise Skip("no strace")
    fresh()
    old = text(PAM)
    setup()
    new = text(PAM)
    setup("--undo")
    for call in ("openat", "write", "fsync", "fchmod", "fchown", "rename"):
        for n in range(1, 60, 1 if call != "openat" else 7):
            r = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=" + call,
                                "-e", "inject=%s:signal=KILL:when=%d" % (call, n), "/usr/bin/holdfastctl", "setup"],
                               stdin=subprocess.DEVNULL, capture_output=True)
            check(text(PAM) in (old, new), "killed at %s %d: the file is %r" % (call, n, text(PAM)[-200:]))
            setup("--undo")
            equal(text(PAM), old, "after --undo")
            if r.returncode == 0:
                break


@by_hand
def test_zsh_alone(host):
    fresh()
    before = snapshot()
    setup("--zsh")
    equal([p for p in changed(before) if not p.endswith(".before-holdfast")], ["/etc/zsh/zprofile"]
          if os.path.isdir("/etc/zsh") else ["/etc/zprofile"], "changed by --zsh")
    setup("--zsh", "--undo")
    equal(changed(before), [], "left after --zsh --undo")


@by_hand
def test_shells(host):
    fresh()
    setup()
    host.start()
    for user, pid in (("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$")):
        try:
            host.ids(user)
        except KeyError:
            continue
        t = host.login(user)
        first = t.ask(pid)
        host.drop(t, user=user)
        t = host.ssh(user)
        equal(t.ask(pid), first, "the shell of %s after the resume" % user)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh")


@by_hand
def test_commands_under_systemd(host):
    """Where systemd runs: the units, and sshd only if something of its was changed."""
    fresh()
    os.makedirs("/run/systemd/system")
    write("/etc/systemd/system/holdfastd.socket", "[Socket]\n")
    os.rename("/usr/bin/systemctl", "/usr/bin/systemctl-real")
    write("/usr/bin/systemctl", "#!/bin/sh\necho \"$*\" >>/tmp/commands\n", 0o755)
    check("would run: systemctl enable --now holdfastd.socket" in setup("--dry-run"), "what --dry-run says")
    check(not os.path.exists("/tmp/commands"), "--dry-run has run something")
    setup()
    equal(text("/tmp/commands"), "daemon-reload\nenable --now holdfastd.socket\ntry-reload-or-restart ssh.service\n",
          "commands")
    os.unlink("/tmp/commands")
    setup()
    equal(text("/tmp/commands"), "daemon-reload\nenable --now holdfastd.socket\n", "commands of a second setup")
    os.unlink("/tmp/commands")
    write("/etc/systemd/system/holdfastd.service", "[Service]\n")
    setup("--undo")
    equal(text("/tmp/commands"), "try-reload-or-restart ssh.service\ndisable --now holdfastd.socket\n"
          "disable --now holdfastd.service\n", "commands of --undo")
    write("/usr/bin/systemctl", "#!/bin/sh\necho it does not work\nexit 1\n", 0o755)
    check("it does not work" in setup(status=1), "a failing systemctl is not told")


@by_hand
def test_socket_left_behind(host):
    """--undo removes a socket that no process listens on, or the host would look like one that has holdfast."""
    fresh()
    setup()
    at = "/run/holdfast/holdfastd.sock"
    os.makedirs("/run/holdfast", exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.bind(at)
        s.listen()
        os.chmod(at, 0o666)
        check("then stop holdfastd" in setup("--undo"), "a running holdfastd is not told")
        check(os.path.exists(at), "--undo removes the socket of a running holdfastd")
    r = subprocess.run(["setpriv", "--reuid=dan", "--regid=dan", "--init-groups", "/usr/bin/holdfastctl", "setup"],
                       stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check("no process listens on" in r.stdout, "what setup says to a user: %r" % r.stdout)
    setup("--undo")
    check(not os.path.exists(at), "a socket is left behind")


@by_hand
def test_as_user(host):
    host.start_sshd()
    r = host.ctl("alice", "setup", "--dry-run")
    equal(r.returncode, 0, "the status of setup --dry-run (%s)" % r.stderr)
    check("+++ /home/alice/.profile" in r.stdout, "setup --dry-run says %r" % r.stdout)
    old = text("/home/alice/.profile")
    equal(host.ctl("alice", "setup").returncode, 0, "the status of setup")
    check("own.sh" in text("/home/alice/.profile"), "the profile")
    equal(os.stat("/home/alice/.profile").st_uid, host.ids("alice")[0], "its owner")
    once = text("/home/alice/.profile")
    equal(host.ctl("alice", "setup").returncode, 0, "the status of a second setup")
    equal(text("/home/alice/.profile"), once, "after a second setup")
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION"), "the login is not held")
    equal(host.ctl("alice", "setup", "--undo").returncode, 0, "the status of --undo")
    equal(text("/home/alice/.profile"), old, "the profile after --undo")
    equal(glob.glob("/home/alice/.*before*"), [], "backups that are left")
    equal(host.ctl("alice", "setup", "--zsh").returncode, 2, "the status of --zsh as a user")


def test_as_user_with_holdfast(host):
    """Where root has set it up, there is nothing for a user to do."""
    r = host.ctl("alice", "setup")
    equal(r.returncode, 0, "the status")
    check("nothing to do" in r.stdout, "it says %r" % r.stdout)
    check("own.sh" not in text("/home/alice/.profile"), "the profile was changed")


@by_hand
def test_usage(host):
    for args in (["--nonsense"], ["now"]):
        equal(subprocess.run(["/usr/bin/holdfastctl", "setup", *args], capture_output=True).returncode, 2, "usage")
