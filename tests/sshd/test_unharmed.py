# SPDX-License-Identifier: MIT
"""A shell that has read the hook and is not held is as if it had not: traps, options, IFS, $?, functions, variables."""
import os
import shutil
import subprocess

from template import LIBEXEC, write
from term import Skip, equal, wait_until

LOGIN = LIBEXEC + "/holdfast-login"
STATE = "/tmp/state"
SHELLS = {"bash": "/bin/bash", "dash": "/bin/dash", "ksh": "/usr/bin/ksh93", "mksh": "/usr/bin/mksh",
          "ash": "/usr/local/bin/ash", "zsh": "/usr/bin/zsh"}

# What an administrator may have put before the hook.
BEFORE = {
    "nothing": "",
    "traps": "trap 'echo \"interrupted; it'\"'\"'s\nover\"' INT\ntrap 'echo quit' QUIT\ntrap '' USR1\n"
             "trap 'echo bye >/dev/null' EXIT\n",
    "options": "set -u; set -C; set -f; IFS=xyz\n",
    "functions": "stty() { echo STTY >>/tmp/called; }; echo() { printf 'ECHO\\n' >>/tmp/called; }\n"
                 "read() { printf 'READ\\n' >>/tmp/called; }\n",
    "a status": "(exit 3)\n",
    "set -e": "set -e\n",
}
# What holdfast-login may come to.
OUTCOMES = {
    "declined": "echo normal >&3\n",
    "opted out": "echo keep >&3\n",
    "crashed": "kill -9 $$\n",
    "garbage": "printf 'exit\\n$(touch /tmp/pwned) ; *\\n' >&3\n",
}
DUMP = """s=$?
{ printf 'status %s options %s ifs [%s] ticket %s\\n' "$s" "$-" "$IFS" "${SSH_TTY:+t}"
  trap
  set | command grep -a '^_holdfast' || :
  command cat /tmp/called 2>/dev/null || :
} >|/tmp/state.new
unset s
command mv /tmp/state.new /tmp/state
"""


def use_shell(shell):
    path = SHELLS[shell]
    if shell == "ash" and os.path.exists("/usr/bin/busybox"):
        shutil.copy("/usr/bin/busybox", path)
    if not os.access(path, os.X_OK):
        raise Skip("no " + shell)
    subprocess.run(["usermod", "-s", path, "alice"], check=True)
    # its own prompt, and nothing that the test's users have besides
    for name in (".profile", ".bashrc"):
        write("/home/alice/" + name, "PS1='PROMPT$ '\n")
    write("/home/alice/.zshrc", "PROMPT='PROMPT$ '\nunsetopt PROMPT_SP\n")


def hook_line(shell):
    return ". /usr/share/holdfast/hook.zsh\n" if shell == "zsh" else ". /etc/profile.d/00-holdfast.sh\n"


def left_by(t):
    """What the start-up file of the login in T has written."""
    def probe():
        t.read(0)
        return os.path.exists(STATE)
    wait_until(probe, "a start-up file is read to its end")
    t.kill()
    with open(STATE) as f:
        return f.read()


def state(host, shell, before, line):
    """What a login's shell is like behind LINE."""
    for path in (STATE, "/tmp/called"):
        if os.path.exists(path):
            os.unlink(path)
    write("/etc/zsh/zprofile" if shell == "zsh" else "/etc/profile", before + line + DUMP)
    t = host.ssh()
    return left_by(t)


def unharmed(host, shell):
    use_shell(shell)
    os.rename(LOGIN, LOGIN + ".away")
    for what, before in BEFORE.items():
        wanted = state(host, shell, before, "")
        for outcome, script in OUTCOMES.items():
            write(LOGIN + ".new", "#!/bin/sh\n" + script, 0o755)
            os.rename(LOGIN + ".new", LOGIN)
            equal(state(host, shell, before, hook_line(shell)), wanted,
                  "%s with %s before the hook and a holdfast-login that has %s" % (shell, what, outcome))
        os.unlink(LOGIN)
        equal(state(host, shell, before, hook_line(shell)), wanted, "%s with %s and no holdfast-login" % (shell, what))
    equal(os.path.exists("/tmp/pwned"), False, "what holdfast-login said was run")


def test_bash(host):
    unharmed(host, "bash")


def test_dash(host):
    unharmed(host, "dash")


def test_ksh(host):
    unharmed(host, "ksh")


def test_mksh(host):
    unharmed(host, "mksh")


def test_ash(host):
    unharmed(host, "ash")


def test_zsh(host):
    unharmed(host, "zsh")


TCSH = """\
alias stty 'echo STTY >>! /tmp/called'
onintr interrupted
%s
/bin/sh -c 'kill -INT $PPID $$'
echo went on >! /tmp/state
goto over
interrupted:
onintr
echo the label >! /tmp/state
over:
"""


def test_tcsh(host):
    """Where the administrator's onintr leads; an alias named stty."""
    if not os.path.exists("/usr/bin/tcsh"):
        raise Skip("no tcsh")
    line = host.ctl("tom", "hook", "tcsh").stdout
    for script in ("", *OUTCOMES.values()):
        if script:
            write(LOGIN + ".new", "#!/bin/sh\n" + script, 0o755)
            os.rename(LOGIN + ".new", LOGIN)
        write("/home/tom/.login", TCSH % (line if script else ""))
        equal(left_by(host.ssh("tom")), "the label\n", "where an interrupt leads after %r" % script)
        os.unlink(STATE)
        equal(os.path.exists("/tmp/called"), False, "the alias was called")
