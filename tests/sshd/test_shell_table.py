# SPDX-License-Identifier: MIT
"""INSTALL.md's table of login shells: each shell that Debian has is held, or is not, as its row says; doctor agrees."""
import os
import re
import shutil
import subprocess

from host import by_hand
from screens import missing
from template import LIBEXEC, hook_text, write
from term import Skip, check, equal, wait_until
from test_doctor import doctor
from test_userland import prepare

DIRS = ("/usr/bin/", "/bin/", "/usr/local/bin/")
# The shells that packages of Debian 12 or 13 bring, and those that come from elsewhere.
PACKAGED = ("bash", "rbash", "sh", "dash", "posh", "ksh", "ksh93", "rksh93", "mksh", "mksh-static", "lksh", "zsh", "rzsh",
            "fish", "tcsh", "csh", "bsd-csh", "ash", "yash", "elvish", "xonsh", "rc", "rc.byron", "sash", "tmux", "screen",
            "zsh5")
IN_SOME = ("yash",)  # not in Debian 13
ELSEWHERE = ("nu", "pwsh", "es")
FROM, TO = "<!-- shells: from here -->", "<!-- shells: to here -->"
# Of base-files 13.8.
PROFILE_13 = """if [ -d /etc/profile.d ]; then
  for i in $(run-parts --list --regex '^[a-zA-Z0-9_][a-zA-Z0-9._-]*\\.sh$' /etc/profile.d); do
    if [ -r $i ]; then
      . $i
    fi
  done
  unset i
fi
"""
LINE = "[ ! -r /etc/profile.d/00-holdfast.sh ] || . /etc/profile.d/00-holdfast.sh\n"


def rows(host):
    """The shells of the table, and whether each is held."""
    with open(os.path.join(host.src, "docs/INSTALL.md")) as f:
        text = f.read()
    found = {}
    for line in text[text.index(FROM):text.index(TO)].splitlines():
        cells = line.split("|")
        for name in re.findall(r"`([^`]+)`", cells[1]) if len(cells) > 3 else ():
            check(name not in found, "two rows for " + name)
            found[name] = {"by the package": True, "no": False}[cells[2].strip()]
    return found


def path_of(name):
    if name == "ash" and os.path.exists("/usr/bin/busybox"):
        shutil.copy("/usr/bin/busybox", "/usr/local/bin/ash")
    for d in DIRS:
        if os.access(d + name, os.X_OK):
            return d + name
    if name in IN_SOME:
        raise Skip(name + " is not installed")
    missing(name)


def use(path):
    if path.endswith("/screen"):
        os.makedirs("/run/screen", 0o1777, exist_ok=True)
        os.chmod("/run/screen", 0o1777)
    subprocess.run(["usermod", "-s", path, "bob"], check=True)
    if "zsh" in path:  # by the file that the package makes
        with open("/etc/zsh/zprofile") as f:
            write("/etc/zsh/zprofile", f.read().replace(hook_text("zsh"), ""))
        subprocess.run([LIBEXEC + "/holdfast-zsh", "add"], check=True)


def verdict(host):
    """doctor's word for bob."""
    return doctor(host, "root", "bob")["hook"]


def end(host, t):
    t.line("exit 3")
    t.wait_exit()
    host.wait_none("bob")


def held(host, name):
    t = host.ssh("bob")
    first = host.wait_sessions(1, "attached", "bob")[0]["shell_pid"]
    runs(t, name)
    host.drop(t, user="bob")
    t = host.ssh("bob")
    equal(host.wait_sessions(1, "attached", "bob")[0]["shell_pid"], first, "after a drop, the pid of " + name)
    runs(t, name)
    check("holdfast: " not in t.text().replace("holdfast: resumed", ""), "with %s: %r" % (name, t.text()))
    what, said, fix = verdict(host)
    check(what == "ok" and not fix and name in said, "doctor about %s: %s" % (name, said))
    end(host, t)


def runs(t, name):
    """Types a command into T until it is run: then all start-up files have been read."""
    done = "/tmp/run-by-%s-%d" % (name, len(os.listdir("/tmp")))

    def probe():
        t.line("touch " + done)
        for _ in range(20):
            t.read(0.05)
            if os.path.exists(done):
                return True
        return False
    wait_until(probe, name + " runs a command")


def plain(host, name):
    t = host.ssh("bob")
    runs(t, name)
    equal(host.sessions("bob"), [], "sessions with " + name)
    what, said, fix = verdict(host)
    check(what == "problem" and fix and name in said, "doctor about %s: %s" % (name, said))
    t.kill()


def case_of(name):
    def case(host):
        use(path_of(name))
        (held if rows(host)[name] else plain)(host, name)
    return case


for _name in PACKAGED:
    globals()["test_row_" + re.sub(r"\W", "_", _name)] = case_of(_name)


def test_rows(host):
    """Every shell that this host's /etc/shells names has a row; doctor knows those that Debian does not have."""
    table = rows(host)
    equal(sorted(table), sorted(PACKAGED + ELSEWHERE), "the shells of the table")
    with open("/etc/shells") as f:
        names = {line.strip().rsplit("/", 1)[1] for line in f if line.startswith("/")}
    equal(sorted(names - set(table)), [], "shells of /etc/shells without a row")
    for name in ELSEWHERE:
        shutil.copy("/bin/true", "/usr/local/bin/" + name)
        subprocess.run(["usermod", "-s", "/usr/local/bin/" + name, "bob"], check=True)
        equal(table[name], False, "the row of " + name)
        what, said, _ = verdict(host)
        check(what == "problem" and name in said, "doctor about %s: %s" % (name, said))


def test_ash_of_debian_13(host):
    """That of busybox is held there; with the run-parts of busybox-static it is not, until setup's line is there."""
    use(path_of("ash"))
    write("/etc/profile", PROFILE_13)
    held(host, "ash")
    # in busybox-static it is a command of ash's own
    write("/usr/bin/run-parts", "#!/bin/sh\n[ \"$1\" != --list ] || { echo \"unrecognized option\" >&2; exit 1; }\n", 0o755)
    plain(host, "ash")
    check(LINE.strip() in verdict(host)[2], "doctor's line")
    with open("/etc/shells", "a") as f:
        f.write("/usr/local/bin/ash\n")
    subprocess.run(["/usr/bin/holdfastctl", "setup"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open("/etc/profile") as f:
        check(LINE in f.read(), "/etc/profile after setup")
    held(host, "ash")
    check("nothing to do" in subprocess.run(["/usr/bin/holdfastctl", "setup"], stdin=subprocess.DEVNULL, text=True,
                                            stdout=subprocess.PIPE).stdout, "a second setup")
    use("/bin/bash")
    held(host, "bash")
    subprocess.run(["/usr/bin/holdfastctl", "setup", "--undo"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open("/etc/profile") as f:
        equal(f.read(), PROFILE_13, "/etc/profile after --undo")


def test_restricted_shells(host):
    """They may not redirect output: the prompt's refresh is silent in them."""
    for name, rc, prompt in (("rbash", ".bashrc", "PS1"), ("rzsh", ".zshrc", "PROMPT")):
        try:
            path = path_of(name)
        except Skip:
            if name == "rzsh":
                continue
            raise
        use(path)
        write("/home/bob/" + rc, "%s='PROMPT$ '\neval \"$(holdfastctl hook %s)\"\n" % (prompt, name[1:]),
              owner=host.ids("bob")[:2])
        t = host.login("bob")
        for _ in range(2):
            t.line("echo x")
            t.prompt()
        check("restricted" not in t.text(), "%s shows %r" % (name, t.text()))
        host.drop(t, user="bob")
        t = host.ssh("bob")
        t.line("")
        t.prompt()
        check("restricted" not in t.text(), "%s shows %r after a drop" % (name, t.text()))
        end(host, t)


@by_hand
def test_without_root(host):
    """setup as a user finds the start-up file of each kind of shell, and the next login is held."""
    prepare(host)
    for name in ("ksh93", "mksh", "ash", "bsd-csh"):
        subprocess.run(["usermod", "-s", path_of(name), "bob"], check=True)
        r = host.ctl("bob", "setup")
        equal(r.returncode, 0, "the status of setup with %s (%s)" % (name, r.stdout + r.stderr))
        t = host.ssh("bob")
        host.wait_sessions(1, "attached", "bob")
        runs(t, name)
        end(host, t)
        host.ctl("bob", "setup", "--undo")
