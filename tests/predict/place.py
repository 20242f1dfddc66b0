# SPDX-License-Identifier: MIT
"""Where programs are typed into: a home with files and settings for each run, a database, and a further host."""
import os
import shutil
import subprocess
import time

from template import FISH_IS_NOT_NEW

RUN = "/run/predict"
FURTHER_PORT = 2299
BIRTH = 1700000000
ENVIRONMENT = {"USER": "alice", "LOGNAME": "alice", "SHELL": "/bin/bash", "PATH": "/usr/local/bin:/usr/bin:/bin",
               "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "EDITOR": "nano", "LESSHISTFILE": "-",
               "PYTHONSTARTUP": "", "NODE_REPL_HISTORY": "", "MC_XDG_OPEN": "true"}

BASHRC = r"""PS1='\[\e]0;server: \w\a\]\[\e[1;32m\]alice@server\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
HISTFILE= PROMPT_COMMAND=
alias ls='ls --color=auto' ask='python3 -c "import getpass; getpass.getpass()"'
"""
ZSHRC = r"""PROMPT='%F{green}%n@server%f:%F{blue}%~%f%# '
RPROMPT='%F{yellow}[%?]%f'
HISTFILE= HISTSIZE=1000
print -s 'echo hello there, all of you' ; print -s 'cat notes.txt | head -3'
bindkey -e
. /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh
"""
FISH = r"""set -g fish_greeting
function fish_prompt; set_color green; echo -n alice@server; set_color normal; echo -n ":"(prompt_pwd)"> "; end
function fish_right_prompt; set_color yellow; echo -n "[$status]"; set_color normal; end
"""
FISH_HISTORY = "".join("- cmd: %s\n  when: %d\n" % (command, 1700000000 + n) for n, command in enumerate((
    "echo hello there, all of you", "cat notes.txt | head -3")))
VIMRC = "syntax on\nset nocompatible ruler laststatus=2 showcmd hlsearch incsearch autoindent directory=/tmp\n"
SSH_CONFIG = """Host *
	HostName 127.0.0.1
	Port %d
	UserKnownHostsFile /dev/null
	StrictHostKeyChecking no
	LogLevel ERROR
	IdentityFile %s/key
Host further
	User alice
Host ask
	User bob
	PubkeyAuthentication no
"""
SSHD_CONFIG = """Port %d
ListenAddress 127.0.0.1
HostKey %s/key
AuthorizedKeysFile %s/key.pub
PidFile none
UsePAM no
StrictModes no
PrintMotd no
PrintLastLog no
PermitUserRC no
SetEnv LC_HOLDFAST=off
"""
NOTES = "".join("Note %d: what was seen on the %dth, and what was made of it.\n" % (n, n) for n in range(1, 9))
MAIN = """#include <stdio.h>

int
main(void)
{
	int queue[16] = { 0 };

	printf("%d in the queue\\n", queue[0]);
	return 0;
}
"""
LOG = "".join("2023-11-14 22:%02d:%02d queue[%d]: request %d of client %d took %d ms%s\n" % (
    n // 60 % 60, n % 60, 400 + n % 7, n, n * 37 % 91, n * 7919 % 1000, " and was slow" * (n % 11 == 0))
    for n in range(600))


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def home(number, program, ids):
    """Makes a home for a run of PROGRAM and returns it; its file START begins the program."""
    top = "%s/%04d" % (RUN, number)
    shutil.rmtree(top, ignore_errors=True)
    for name, text in (("project/notes.txt", NOTES), ("project/main.c", MAIN), ("project/long.log", LOG),
                       ("project/Makefile", "all: queue\n"), ("bashrc", BASHRC), ("zsh/.zshrc", ZSHRC),
                       (".config/fish/config.fish", FISH), (".local/share/fish/fish_history", FISH_HISTORY),
                       ("vimrc", VIMRC), ("tmux.conf", "set -g status-right ''\nset -g escape-time 20\n"),
                       ("screenrc", "startup_message off\ndefutf8 on\n"), (".inputrc", ""),
                       *((name, "") for name in FISH_IS_NOT_NEW), ("ssh_config", SSH_CONFIG % (FURTHER_PORT, top)),
                       (".hushlogin", "")):
        write(os.path.join(top, name), text)
    shutil.copy(RUN + "/key", top + "/key")
    os.chmod(top + "/key", 0o600)
    words = "".join("export %s='%s'\n" % pair for pair in {**ENVIRONMENT, "HOME": top}.items())
    write(top + "/start", "cd %s\n%s%s\n" % (top, words, program.start))
    for d, _, names in os.walk(top):
        for path in [d] + [os.path.join(d, n) for n in names]:
            os.utime(path, (BIRTH, BIRTH))
            os.chown(path, ids[0], ids[1])
    return top


def start_database():
    """PostgreSQL, in a directory of its own; a Popen."""
    top = sorted(os.listdir("/usr/lib/postgresql"))[-1]
    tool = "/usr/lib/postgresql/%s/bin/" % top
    subprocess.run(["chown", "postgres", RUN], check=True)
    who = {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": RUN, "stdin": subprocess.DEVNULL,
           "env": {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}}
    with open(RUN + "/postgres.log", "w", encoding="ascii") as log:
        who.update(stdout=log, stderr=log)
        subprocess.run([tool + "initdb", "-D", RUN + "/data", "-A", "trust", "--no-sync"], check=True, **who)
        server = subprocess.Popen([tool + "postgres", "-D", RUN + "/data", "-k", RUN, "-h", "", "-F"], **who)
    until(lambda: os.path.exists(RUN + "/.s.PGSQL.5432"), "the database listens")
    return server


def until(probe, what, seconds=60):
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            raise SystemExit("not within %d s: %s" % (seconds, what))
        time.sleep(0.02)


def start_further():
    """The further host: an sshd of its own."""
    write(RUN + "/sshd_config", SSHD_CONFIG % (FURTHER_PORT, RUN, RUN))
    subprocess.run(["/usr/sbin/sshd", "-f", RUN + "/sshd_config", "-E", RUN + "/sshd.log"], check=True)


def prepare(programs):
    """Once in a world (tests/sshd/world.py): what the PROGRAMS need."""
    os.makedirs(RUN, exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", RUN + "/key"], check=True)
    write("/etc/sudoers.d/predict", "alice ALL=(ALL) ALL\nDefaults lecture=never\n", 0o440)
    names = {p.name for p in programs}
    if names & {"psql", "htop"}:
        start_database()
    if names & {"ssh", "passwd"}:
        start_further()
