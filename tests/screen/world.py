# SPDX-License-Identifier: MIT
"""The place in which captures are made: a home, a name and a project that are the same on every machine.

Runs as root in mount, pid, uts and ipc namespaces of its own.  Nothing of the machine's own homes, users or host
name can get into a capture.
"""
import os
import shutil
import subprocess

HOME = "/home/alice"
PROJECT = HOME + "/project"
UID = 1000
PASSWD = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:Alice:/home/alice:/bin/bash\n"
GROUP = "root:x:0:\nalice:x:1000:\n"
SYSTEM = ("bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "mnt", "proc", "root", "run", "sbin",
          "sys", "tmp", "usr", "var")
BIRTH = 1700000000  # of every file and of the first commit

ENVIRONMENT = {
    "HOME": HOME, "USER": "alice", "LOGNAME": "alice", "SHELL": "/bin/bash", "PATH": "/usr/bin:/bin",
    "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "COLORTERM": "truecolor", "TMPDIR": "/tmp",
    "GIT_CONFIG_NOSYSTEM": "1", "XDG_RUNTIME_DIR": "/tmp",
}

MAIN = r"""/* queue: a ring of numbers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX 64

struct queue {
	unsigned head, tail;
	int item[QUEUE_MAX];
};

/* Puts N at the end.  -ENOSPC: it is full. */
static int
queue_put(struct queue *q, int n)
{
	if (q->head - q->tail == QUEUE_MAX)
		return -ENOSPC;
	q->item[q->head++ % QUEUE_MAX] = n;
	return 0;
}

static int
queue_take(struct queue *q, int *n)
{
	if (q->head == q->tail)
		return -ENOENT;
	*n = q->item[q->tail++ % QUEUE_MAX];
	return 0;
}

int
main(int argc, char *argv[])
{
	struct queue q = { 0 };
	int n, sum = 0;

	for (int i = 1; i < argc; i++)
		if (queue_put(&q, atoi(argv[i])) < 0)
			fprintf(stderr, "too many: %s\n", argv[i]);
	while (queue_take(&q, &n) == 0)
		sum += n;
	printf("the sum of %d numbers is %d\n", argc - 1, sum);
	return sum != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
"""

BROKEN = r"""#include <stdio.h>
struct point { int x, y };
static int lenght(const char *s) { unsigned n = 0; while (s[n]) n++; return n }
int main(void)
{
	struct point p = { 1, 2, 3 };
	char *s = 42;
	printf("%s %d\n", p.x, lenght(s));
	return undeclared + p.z;
}
"""

MANUAL = """.Dd November 14, 2023
.Dt QUEUE 1
.Os
.Sh NAME
.Nm queue
.Nd adds numbers
.Sh SYNOPSIS
.Nm
.Op Fl v
.Op Ar number ...
.Sh DESCRIPTION
""" + "".join("""The number %d is
.Em added ,
and if
.Fl v
is given,
.Nm
says so with
.Sy emphasis .
See
.Pa /usr/share/doc
or
.Xr printf 3 .
.Pp
""" % n for n in range(30)) + ".Sh EXIT STATUS\n.Ex -std\n"

PAGE = """<html><head><title>A page</title></head><body><h1>Queues</h1>
<p>Text with <b>bold</b>, <i>italic</i> and <a href="queue.1">a link</a>, über façade 日本.</p>
<table border=1><tr><th>number</th><th>square</th></tr>
""" + "".join("<tr><td>%d</td><td><a href='#%d'>%d</a></td></tr>\n" % (n, n, n * n) for n in range(40)) + """</table>
<form><input type=text value=field> <input type=checkbox> check <select><option>one<option>two</select></form>
</body></html>
"""

WIDE = """日本語の文字は二桁の幅を持つ。漢字かな交じり文。
한국어 문장도 두 칸씩 차지합니다.
中文字符也占两个单元格,标点也是。
Grüße, façade, Ångström, čeština, ελληνικά, кириллица, עברית, العربية
combining: e\u0301 a\u0308 n\u0303 o\u0302\u0323 Z\u0351\u036b\u0343\u036a
emoji: \U0001f600 \U0001f680 \U0001f4be \u2764 \u2705 \u26a1 \u231b \U0001f1eb\U0001f1f7
box: ┌──┬──┐ │  │  │ ╞══╪══╡ └──┴──┘ ░▒▓█ ▁▂▃▄▅▆▇█ ⠁⠃⠇⠏⠟⠿⡿⣿
full width: ＡＢＣ ａｂｃ １２３  half width: ｱｲｳｴｵ
"""

BASHRC = "PS1='\\[\\e]0;alice@server: \\w\\a\\]" \
    "\\[\\e[1;32m\\]alice@server\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ '\n" \
    "alias ls='ls --color=auto'\nHISTFILE=\n"
VIMRC = "syntax on\nset nocompatible number ruler laststatus=2 showcmd hlsearch incsearch mouse=a\n" \
    "set directory=/tmp viminfo=\n"
NVIMRC = "set number mouse=a termguicolors shada= directory=/tmp\n"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def git(*argv, when=BIRTH, name="Alice"):
    env = dict(ENVIRONMENT, GIT_AUTHOR_DATE="%d +0000" % when, GIT_COMMITTER_DATE="%d +0000" % when)
    env.update(GIT_AUTHOR_NAME=name, GIT_COMMITTER_NAME=name)
    env.update(GIT_AUTHOR_EMAIL=name.lower() + "@example.org", GIT_COMMITTER_EMAIL=name.lower() + "@example.org")
    subprocess.run(["git", "-C", PROJECT, *argv], env=env, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def history():
    """A main branch with two that were merged into it."""
    when = BIRTH
    git("init", "-q", "-b", "main")
    for i in range(24):
        when += 7200
        if i in (5, 13):
            git("checkout", "-q", "-b", "topic-%d" % i)
        if i in (10, 19):
            git("checkout", "-q", "main")
        if i in (12, 20):
            git("merge", "-q", "--no-ff", "-m", "Merge what was tried", "topic-%d" % (5 if i == 12 else 13),
                when=when)
        write("%s/notes/%02d.txt" % (PROJECT, i), "".join("line %d of note %d\n" % (n, i) for n in range(20)))
        git("add", "-A", when=when)
        git("commit", "-q", "-m", "note %d: %s" % (i, ("say more", "fix a slip", "Größe: 日本語")[i % 3]),
            when=when, name=("Alice", "Bob", "Carol")[i % 3])
    git("tag", "v1.0")


def age(top):
    """Gives every file the same date."""
    for d, _, names in os.walk(top, topdown=False):
        for n in names + ["."]:
            os.utime(os.path.join(d, n), (BIRTH, BIRTH), follow_symlinks=False)


def make_project():
    """Makes the files that programs are run on, and their settings."""
    write(HOME + "/.vimrc", VIMRC)
    write(HOME + "/.config/nvim/init.vim", NVIMRC)
    write(HOME + "/.config/fish/config.fish", "set -g fish_greeting\n")
    write(PROJECT + "/main.c", MAIN)
    write(PROJECT + "/broken.c", BROKEN)
    write(PROJECT + "/wide.txt", WIDE)
    write(PROJECT + "/Makefile", "all: queue\nqueue: main.c\n\tcc -o $@ main.c\n")
    write(PROJECT + "/long.log", "".join(
        "2023-11-14 22:%02d:%02d server queue[%d]: request %d of client %d took %d ms%s\n"
        % (n // 60 % 60, n % 60, 400 + n % 7, n, n * 37 % 91, n * 7919 % 1000, " and was slow" * (n % 11 == 0) * 9)
        for n in range(600)))
    for d in ("bin", "doc", "empty"):
        os.makedirs(PROJECT + "/" + d)
    write(PROJECT + "/bin/run", "#!/bin/sh\nexec ./queue 1 2 3\n")
    os.chmod(PROJECT + "/bin/run", 0o755)
    os.symlink("../main.c", PROJECT + "/doc/example.c")
    os.symlink("nowhere", PROJECT + "/doc/dangling")
    write(PROJECT + "/doc/old.tar", "")
    write(PROJECT + "/doc/queue.1", MANUAL)
    write(PROJECT + "/doc/queue.html", PAGE)
    history()
    age(PROJECT)


def furnish():
    """Makes the home.  Called as root, in the new mount namespace."""
    write(HOME + "/.bashrc", BASHRC)
    make_project()
    age(HOME)
    subprocess.run(["chown", "-Rh", "1000:1000", HOME], check=True)


def mount(*argv):
    subprocess.run(["mount", *argv], check=True)


def enter():
    """Puts the neutral files over the machine's.  Called as root in new namespaces."""
    for d, size in (("/home", "64m"), ("/root", "1m"), ("/tmp", "64m"), ("/mnt", "1m")):
        mount("-t", "tmpfs", "-o", "mode=1777,size=" + size, "tmpfs", d)
    for path, text in (("/etc/passwd", PASSWD), ("/etc/group", GROUP), ("/etc/hostname", "server\n"),
                       ("/etc/hosts", "127.0.0.1 localhost server\n")):
        copy = "/mnt/" + os.path.basename(path)
        write(copy, text)
        mount("--bind", copy, path)
    subprocess.run(["hostname", "server"], check=True)
    for d in os.listdir("/"):
        if d not in SYSTEM and os.path.isdir("/" + d) and not os.path.islink("/" + d):
            mount("-t", "tmpfs", "-o", "mode=755,size=1m", "tmpfs", "/" + d)
    shutil.rmtree(HOME, ignore_errors=True)
    furnish()
