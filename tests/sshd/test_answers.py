# SPDX-License-Identifier: MIT
"""Everything wrong gets a good answer: what is wrong, where, and what was expected; the status; and nothing has changed."""
import os
import re
import stat
import subprocess

from template import write
from term import check, equal

CTL, CLIENT, LIBEXEC = "/usr/bin/holdfastctl", "/usr/bin/holdfast", "/usr/libexec/holdfast/"
CONF = "/etc/holdfast/holdfast.conf"

# Who, the command line, the status, and what standard error has.  SESSION is a session of alice's, named "work".
WRONG = [
    # the command
    ("alice", "", 2, ["usage: holdfastctl COMMAND"]),
    ("alice", "atach", 2, ['no command "atach"', 'did you mean "attach"?']),
    ("alice", "ATTACH 3", 2, ['no command "ATTACH"', 'did you mean "attach"?']),
    ("alice", "list", 2, ['no command "list"', 'did you mean "ls"?']),
    ("alice", "kill-session 3", 2, ['no command "kill-session"', 'did you mean "kill"?']),
    ("alice", "status", 2, ['no command "status"', 'did you mean "ls"?']),
    ("alice", "check_config", 2, ['no command "check_config"', 'did you mean "check-config"?']),
    ("alice", "frobnicate", 2, ['no command "frobnicate"', "holdfastctl --help lists them"]),
    ("alice", "help frobnicate", 2, ['no command "frobnicate"']),
    ("alice", "--json ls", 2, ["no option --json in front of a command"]),
    ("alice", "-x", 2, ["no option -x in front of a command"]),
    ("alice", "''", 2, ['no command ""']),
    ("alice", "'a\x1b[31m'", 2, [r'no command "a\\033\[31m"']),
    # options
    ("alice", "ls --jsn", 2, ["holdfastctl ls: no option --jsn", 'did you mean "--json"?', "usage: holdfastctl ls"]),
    ("alice", "ls --frob", 2, ["holdfastctl ls: no option --frob\n", "usage: holdfastctl ls"]),
    ("alice", "ls --json=yes", 2, ['option --json takes no value, found "yes"']),
    ("alice", "ls --js=yes", 2, ['option --js takes no value, found "yes"']),
    ("alice", "ls -x", 2, ["holdfastctl ls: no option -x\n"]),
    ("alice", "ls -lx", 2, ["holdfastctl ls: no option -x\n"]),
    ("alice", "ls --long -xl", 2, ["holdfastctl ls: no option -x\n"]),
    ("alice", "kill --o 3", 2, ["option --o can be any of --older-than, --own"]),
    ("alice", "ls -u", 2, ["option -u needs a value: -u USER"]),
    ("alice", "kill --older-than", 2, ["option --older-than needs a value: --older-than TIME"]),
    ("alice", "check-config --file", 2, ["option --file needs a value: --file FILE"]),
    ("alice", "message -t", 2, ["option -t needs a value"]),
    ("alice", "attach --d", 2, ["no option --d"]),
    ("alice", "setup --undoo", 2, ['no option --undoo; did you mean "--undo"?']),
    ("alice", "drain --stat=x", 2, ['option --stat takes no value, found "x"']),
    # what excludes each other, or needs the other
    ("root", "ls -a -u alice", 2, ["--all and --user exclude each other"]),
    ("root", "last -a -u alice", 2, ["--all and --user exclude each other"]),
    ("root", "message -a -u alice text", 2, ["--all and --user exclude each other"]),
    ("root", "message -a -t work text", 2, ["--all and -t exclude each other"]),
    ("root", "drain --off --status", 2, ["--off and --status exclude each other"]),
    ("alice", "attach -d -j work", 2, ["-d, -j and -r exclude each other"]),
    ("alice", "env --csh --fish work", 2, ["--csh and --fish exclude each other"]),
    ("alice", "kill --all work", 2, ['unexpected argument "work"', "no session is named"]),
    ("alice", "kill --older-than 1d work", 2, ['unexpected argument "work"', "no session is named"]),
    ("alice", "kill --json work", 2, ["--json needs --all or --older-than"]),
    ("alice", "upgrade --all work", 2, ['unexpected argument "work"', "no session is named"]),
    ("alice", "upgrade --json work", 2, ["--json needs --all"]),
    ("alice", "upgrade --automatic work", 2, ["--automatic needs --all"]),
    # arguments
    ("alice", "ls work", 2, ['unexpected argument "work": ls takes none']),
    ("alice", "attach work 3", 2, ['unexpected argument "3": attach takes one at most']),
    ("alice", "detach work 3", 2, ['unexpected argument "3": detach takes one at most']),
    ("alice", "kill work 3", 2, ['unexpected argument "3": kill takes one at most']),
    ("alice", "upgrade work 3", 2, ['unexpected argument "3": upgrade takes one at most']),
    ("alice", "env work 3", 2, ['unexpected argument "3": env takes one at most']),
    ("alice", "last 1 2", 2, ['unexpected argument "2": last takes one at most']),
    ("alice", "doctor alice bob", 2, ['unexpected argument "bob": doctor takes one at most']),
    ("alice", "rename work a b", 2, ['unexpected argument "b": rename takes two at most']),
    ("alice", "rename", 2, ["no name; expected the new one"]),
    ("alice", "new build", 2, ['unexpected argument "build": a name stands behind -n']),
    ("alice", "setup now", 2, ['unexpected argument "now": setup takes none']),
    ("alice", "resume work", 2, ['unexpected argument "work": LC_HOLDFAST names a session']),
    ("alice", "send", 2, ["no session; expected its id or its name"]),
    ("alice", "send work", 2, ["no text; expected what to type, or -"]),
    ("alice", "send --keys work", 2, ["no key; expected names of keys"]),
    ("alice", "send --keys work Foo", 2, ['"Foo"']),
    ("alice", "send --key=x work", 2, ['option --key takes no value, found "x"']),
    ("alice", "send 77 x", 3, ["no session 77"]),
    ("bob", "send -u alice work x", 1, ["the sessions of another user are for root"]),
    ("alice", "print --ansi --html work", 2, ["--ansi and --html exclude each other"]),
    ("alice", "print work 3", 2, ['unexpected argument "3": print takes one at most']),
    ("alice", "print 77", 3, ["no session 77"]),
    ("alice", "print", 2, ["not in a held shell; name a session"]),
    ("alice", "peek --html work", 2, ["no option --html"]),
    ("alice", "peek wrok", 3, ['did you mean "work"?']),
    ("alice", "tail -n x work", 2, ['needs a number of lines, 0 to 1000000, found "x"']),
    ("alice", "tail -n", 2, ["option -n needs a value: -n LINES"]),
    ("alice", "tail 77", 3, ["no session 77"]),
    ("alice", "wait", 2, ["no session; expected its id or its name"]),
    ("alice", "wait work --prompt --end", 2, ["--prompt, --for and --end exclude each other"]),
    ("alice", "wait work --timeout soon", 2, ["needs a time", 'found "soon"']),
    ("alice", "wait work --for [", 2, ['needs a regular expression, found "["']),
    ("alice", "wait work --for nothing-prints-this --timeout 1", 4, []),
    ("alice", "wait 77", 3, ["no session 77"]),
    ("alice", "run", 2, ["no command; expected what the session is to run"]),
    ("alice", "run -n off -- true", 2, ['"off" is not a valid name']),
    ("alice", "run --size 1 -- true", 2, ["--size"]),
    ("alice", "events --since never", 2, ["--since takes", '"never"']),
    ("alice", "events 77", 3, ["no event of a session 77"]),
    ("root", "events -a -u alice", 2, ["--all and --user exclude each other"]),
    ("bob", "events --all", 1, ["events --all is for root"]),
    ("alice", "ls -o foo", 2, ['no column "foo"', "expected some of user, node, id, name"]),
    ("alice", "ls -o id --json", 2, ["--json prints all columns"]),
    ("alice", "why --since never", 2, ["--since takes", '"never"']),
    ("alice", "why alice bob", 2, ['unexpected argument "bob": why takes one at most']),
    ("root", "why nobody-here", 2, ["no user nobody-here"]),
    ("root", "drain --off --tell x", 2, ["--tell"]),
    ("alice", "record work", 2, ["usage: holdfastctl record"]),
    ("alice", "record", 2, ["usage: holdfastctl record"]),
    ("alice", "record work f1 f2", 2, ["usage: holdfastctl record"]),
    ("alice", "record 77 /tmp/x", 3, ["no session 77"]),
    ("alice", "record --append --overwrite work /tmp/x", 2, ["--append and --overwrite"]),
    ("alice", "record work /nowhere/x", 1, ["/nowhere/x: No such file or directory"]),
    ("alice", "export 77", 3, ["no session 77"]),
    ("alice", "export", 2, ["usage: holdfastctl export"]),
    ("bob", "export -u alice work", 1, ["the sessions of another user are for root"]),
    ("bob", "metrics", 1, ["metrics is for root"]),
    ("root", "metrics --format json", 2, ['no format', "json", "openmetrics"]),
    ("root", "metrics x", 2, ['unexpected argument "x"']),
    ("alice", "check-config " + CONF, 2, ["unexpected argument", "check-config takes none"]),
    ("alice", "hook", 2, ["no shell; expected sh, bash, zsh, fish or tcsh"]),
    ("alice", "hook bassh", 2, ['no hook for "bassh"', "expected sh, bash, zsh", 'did you mean "bash"?']),
    ("alice", "message", 2, ["no text; expected what to write"]),
    ("alice", "message ''", 2, ["the text is empty"]),
    ("alice", "message " + "x" * 600, 2, ["longer than 511 bytes"]),
    # values
    ("alice", "kill -s FROB work", 2, ['no signal "FROB"', "expected a name such as HUP"]),
    ("alice", "kill -s 99 work", 2, ['no signal "99"']),
    ("alice", "kill -s -1 work", 2, ['no signal "-1"']),
    ("alice", "kill --older-than soon", 2, ['"soon" is no time; expected one such as']),
    ("alice", "kill --older-than -1d", 2, ['"-1d" is no time']),
    ("alice", "kill --older-than ''", 2, ['"" is no time']),
    ("alice", "rename work a/b", 2, ['"a/b" is not a valid name: use ']),
    ("alice", "rename work 7", 2, ['"7" is not a valid name: use ']),
    ("alice", "rename work " + "x" * 33, 2, ["is not a valid name: use "]),
    ("alice", "new -n off", 2, ['"off" is not a valid name']),
    ("alice", "new -n work", 1, [r"session \d+ already has the name work"]),
    ("alice", "check-config -a 300.1.1.1", 2, ['"300.1.1.1" is no address; expected a numeric one']),
    ("alice", "check-config -a 10.0.0.0/8", 2, ['"10.0.0.0/8" is no address']),
    ("alice", "check-config -a host.example", 2, ['"host.example" is no address']),
    ("alice", "check-config -u nobody-here", 2, ["no user nobody-here"]),
    ("alice", "check-config -f /nowhere", 1, ["/nowhere: No such file or directory"]),
    ("alice", "check-config -f /etc", 1, ["/etc: expected a regular file"]),
    ("root", "ls -u nobody-here", 2, ["no user nobody-here"]),
    ("root", "ls -u 4294967295", 2, ["no user 4294967295"]),
    ("alice", "doctor nobody-here", 2, ["no user nobody-here"]),
    # no such session
    ("alice", "attach 77", 3, ["no session 77; holdfastctl ls shows yours"]),
    ("alice", "attach wrok", 3, ['no session wrok; did you mean "work"?']),
    ("alice", "kill 0", 3, ["no session 0"]),
    ("alice", "kill 4294967297", 3, ["no session 4294967297"]),
    ("alice", "kill ''", 3, ['no session ""']),
    ("alice", "env 77", 3, ["no session 77"]),
    ("alice", "rename 77 x", 3, ["no session 77"]),
    ("alice", "upgrade 77", 3, ["no session 77"]),
    ("alice", "message -t 77 text", 3, ["no session 77"]),
    ("alice", "last 77", 3, ["no record of a session 77 that has ended"]),
    ("root", "kill -u bob work", 3, ["no session work"]),
    # outside of a session, one has to be named
    ("alice", "detach", 2, ["not in a held shell; name a session"]),
    ("alice", "kill", 2, ["not in a held shell; name a session"]),
    ("alice", "upgrade", 2, ["not in a held shell; name a session"]),
    ("alice", "env", 2, ["not in a held shell; name a session"]),
    ("alice", "rename x", 2, ["not in a held shell; name a session"]),
    # what is for root
    ("bob", "ls --all", 1, ["--all is for root"]),
    ("bob", "ls -u alice", 1, ["the sessions of another user are for root"]),
    ("bob", "kill -u alice work", 1, ["the sessions of another user are for root"]),
    ("bob", "last --all", 1, ["last --all is for root"]),
    ("bob", "drain", 1, ["drain is for root"]),
    ("bob", "setup --zsh", 2, ["--zsh is for root"]),
    # a host that belongs to no pool
    ("alice", "pool", 1, ["this host belongs to no pool", "holdfast.conf(5)"]),
    ("root", "pool --json", 1, ["this host belongs to no pool"]),
    ("alice", "pool login2", 2, ['unexpected argument "login2": pool takes none']),
    ("alice", "nodes", 2, ['no command "nodes"', 'did you mean "pool"?']),
]

# The same of the other programs, by the user laptop.
OTHERS = [
    (CLIENT, "", 255, ["holdfast: no host", "usage: holdfast "]),
    (CLIENT, "--sesion x server", 255, ['unknown option --sesion; did you mean "--session"?', "holdfast --help shows the options"]),
    (CLIENT, "--frobnicate server", 255, ["unknown option --frobnicate\n"]),
    (CLIENT, "--re server", 255, ["option --re can be any of --read-only, --require"]),
    (CLIENT, "--list=yes server", 255, ['option --list takes no value, found "yes"']),
    (CLIENT, "--session", 255, ["option --session needs an argument"]),
    (CLIENT, "-p", 255, ["option -p needs an argument"]),
    (CLIENT, "-% server", 255, ["unknown option -%"]),
    (CLIENT, "--new --join server", 255, ["--join cannot be used with --new"]),
    (CLIENT, "--new --session work server", 255, ["--session cannot be used with --new"]),
    (CLIENT, "--join server", 255, ["--join requires --session"]),
    (CLIENT, "--read-only server", 255, ["--read-only requires --session"]),
    (CLIENT, "--session= server", 255, ["--session needs the id or the name of a session"]),
    (CLIENT, "--json server", 255, ["--json requires --list"]),
    (CLIENT, "--predict sometimes server", 255, ["--predict sometimes: expected adaptive, always or never"]),
    (CLIENT, "--list server command", 255, ["--list takes no command"]),
    (CLIENT, "--print", 255, ["option --print needs an argument"]),
    (CLIENT, "--print work --list server", 255, ["--print cannot be used with --list"]),
    (CLIENT, "--print work server ls", 255, ["--print takes no command"]),
    (CLIENT, "--send work server", 255, ["--send needs a text behind the host"]),
    (CLIENT, "--ansi server", 255, ["--ansi requires --print"]),
    ("/usr/sbin/holdfastd", "--frob", 2, ["usage: holdfastd"]),
    ("/usr/sbin/holdfastd", "now", 2, ['holdfastd: unexpected argument "now"', "usage: holdfastd"]),
    ("/usr/sbin/holdfastd", "", 1, ["holdfastd: must run as root"]),
    (LIBEXEC + "holdfast-login", "", 2, ["usage: holdfast-login"]),
    (LIBEXEC + "holdfast-login", "--frob", 2, ["run by the login shell's hook, not by hand"]),
    (LIBEXEC + "holdfast-login", "--finish exit x", 255, []),
    (LIBEXEC + "holdfast-resume", "now", 2, ['unexpected argument "now"', "ssh -t host -s resume"]),
    (LIBEXEC + "holdfast-keeper", "", 2, ["started by holdfastd for each session, not by hand"]),
    (LIBEXEC + "holdfast-keeper", "--frob 3", 2, ["started by holdfastd for each session, not by hand"]),
]


def run(host, user, argv):
    kw = {"stdin": subprocess.DEVNULL, "text": True}
    if user == "root":
        return subprocess.run(argv, capture_output=True, timeout=60, **kw)
    return host.as_user(user, argv, **kw)


def words(line):
    """A command line whose words have no blanks; '' is an empty one."""
    return [w.strip("'") for w in line.split()]


def state(host):
    """All that an invocation could change."""
    found = {}
    for top in ("/run/holdfast", "/var/lib/holdfast", "/etc", "/home"):
        for where, dirs, files in os.walk(top):
            for name in dirs + files:
                s = os.lstat(os.path.join(where, name))
                found[os.path.join(where, name)] = (s.st_mode, s.st_uid, s.st_ino,
                                                    s.st_mtime_ns if stat.S_ISREG(s.st_mode) else 0)
    sessions = [{k: v for k, v in s.items() if k in ("id", "name", "state", "attachments", "shell_pid", "keeper_pid")}
                for s in host.sessions()]
    return found, sessions


def judge(what, r, status, wanted, program):
    """What is not as it should be about one answer."""
    problems = []
    if r.returncode != status:
        problems.append("status %d, not %d" % (r.returncode, status))
    if r.stdout:
        problems.append("prints on standard output: %r" % r.stdout[:100])
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\xff]", r.stderr):
        problems.append("control characters")
    if wanted and not re.match("(/usr/sbin/)?%s[ :]|usage: " % program, r.stderr):
        problems.append("does not name the program")
    problems += ["lacks %r" % w for w in wanted if not re.search(w if "\\" in w else re.escape(w), r.stderr)]
    return ["%s: %s: %r" % (what, p, r.stderr[:300]) for p in problems]


def test_wrong_invocations(host):
    t = host.login("alice")
    host.ctl("alice", "rename", str(host.session()["id"]), "work")
    host.drop(t)
    # holdfastd makes a directory of its state when somebody asks for that first.
    host.ctl("alice", "events")
    host.ctl("alice", "why")
    before, bad = state(host), []
    for user, line, status, wanted in WRONG:
        bad += judge("%s: holdfastctl %s" % (user, line), run(host, user, [CTL, *words(line)]), status, wanted, "holdfastctl")
    rows = len(WRONG)
    for program, line, status, wanted in OTHERS:
        if program == CLIENT and not os.access(CLIENT, os.X_OK):
            continue
        rows += 1
        bad += judge("%s %s" % (program, line), run(host, "laptop", [program, *words(line)]), status, wanted,
                     os.path.basename(program))
    check(not bad, "\n".join(["answers that are not good:", *bad]))
    after = state(host)
    equal(after[1], before[1], "the sessions afterwards")
    changed = sorted(p for p in before[0].keys() | after[0].keys() if before[0].get(p) != after[0].get(p))
    equal(changed, [], "files that are not what they were")
    check(rows >= 60 and len(WRONG) >= 60, "%d rows" % rows)
    host.note("%d wrong invocations" % rows)


def commands():
    """Each subcommand that --help lists."""
    text = subprocess.run([CTL, "--help"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^  ([a-z][a-z-]*)(?: |$)", text, re.M)
    check({"ls", "attach", "resume", "check-config"} <= set(found), "commands: %s" % found)
    return found


def test_help_everywhere(host):
    """-h and --help, of every command and program; and what every command says to a wrong option."""
    del host
    for name in commands():
        texts = set()
        for argv in ([name, "-h"], [name, "--help"], ["help", name]):
            r = subprocess.run([CTL, *argv], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            equal((r.returncode, r.stderr), (0, ""), "holdfastctl %s" % " ".join(argv))
            texts.add(r.stdout)
        check(len(texts) == 1, "%s: three texts" % name)
        text = texts.pop()
        check(text.startswith("usage: holdfastctl %s" % name), "%s -h: %r" % (name, text))
        check(max(map(len, text.splitlines()[1:])) <= 110, "%s -h: a line of more than 110 columns" % name)
        # Each option of the usage has its line, from which completions and "did you mean" know it.
        usage, *rest = text.split("\n")
        explained = set(re.findall(r"^ +(?:-\w, )?(-{1,2}[a-z-]+)", "\n".join(rest), re.M)) | \
            set(re.findall(r"^ +(-\w)\b", "\n".join(rest), re.M))
        missing = [o for o in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", usage.split(name, 1)[1]) if o not in explained]
        equal(missing, [], "options of the usage that the help of %s does not explain" % name)
        r = subprocess.run([CTL, name, "--frobnicate"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        equal((r.returncode, r.stdout), (2, ""), "%s --frobnicate" % name)
        equal(r.stderr.splitlines(), ["holdfastctl %s: no option --frobnicate" % name, usage], "%s --frobnicate" % name)
    for program in (CTL, CLIENT, "/usr/sbin/holdfastd", *(LIBEXEC + "holdfast-" + x for x in ("login", "resume", "keeper"))):
        if program == CLIENT and not os.access(CLIENT, os.X_OK):
            continue
        for option in ("-h", "--help"):
            r = subprocess.run([program, option], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            equal((r.returncode, r.stderr), (0, ""), "%s %s" % (program, option))
            check(r.stdout.startswith("usage: %s" % os.path.basename(program)), "%s %s: %r" % (program, option, r.stdout))


# Wrong lines of holdfast.conf, each with what check-config has to say of it.
LINES = [
    ("Colour red", 'line: expected a keyword of holdfast.conf(5), found "Colour"'),
    ("MaxSesions 3", 'did you mean "MaxSessions"?'),
    ("maxsession 3", 'did you mean "MaxSessions"?'),
    ("Enabled yes", 'did you mean "Enable"?'),
    ("Enable=yes", 'Enable: expected a blank between keyword and value, found "Enable=yes"'),
    ("Enable", "Enable: expected yes or no"),
    ("Enable on", 'Enable: expected yes or no, found "on"'),
    ("Enable yes no", 'Enable: expected nothing more, found "no"'),
    ('Enable "yes', "Enable: expected a closing quote"),
    ('Enable "yes"no', "Enable: expected a blank on both sides of what is quoted"),
    ("MaxSessions many", 'MaxSessions: expected a number from 0 to 10000, found "many"'),
    ("MaxSessions -1", 'found "-1"'),
    ("MaxSessions 10001", 'found "10001"'),
    ("MaxSessions 0x10", 'found "0x10"'),
    ("MaxSessionsTotal all", "MaxSessionsTotal: expected none or a number from 0 to 1000000"),
    ("DetachedTimeout soon", "DetachedTimeout: expected none or a time from 1s to 10 years"),
    ("DetachedTimeout 0", 'found "0"'),
    ("DetachedTimeout 99999999999999999999", "found"),
    ("IdleShellTimeout 11y", 'found "11y"'),
    ("IdleDetach 5 minutes", 'IdleDetach: expected nothing more, found "minutes"'),
    ("ElevatedTimeout never", "ElevatedTimeout: expected none or a time from 0 to 10 years"),
    ("LoginTimeout 0", "LoginTimeout: expected a time from 1s to 10m"),
    ("LoginTimeout 11m", 'found "11m"'),
    ("StallTimeout 2d", "StallTimeout: expected a time from 1s to 1d"),
    ("RingSize 1K", "RingSize: expected a size from 64K to 64M"),
    ("RingSize 1MB", 'found "1MB"'),
    ("InputMemory 2G", "InputMemory: expected a size from 64K to 1G"),
    ("Scrollback lots", "Scrollback: expected a number from 0 to 100000"),
    ("Banner maybe", "Banner: expected yes or no"),
    ("KeepText all", "KeepText: expected none, screen or scrollback"),
    ("MatchKey 1", "MatchKey: expected yes or no"),
    ("TakeOver always", "TakeOver: expected yes, no or ask"),
    ("AcceptEnv LANG=C", "AcceptEnv: expected names of variables or patterns, or none"),
    ("AcceptEnv none LANG", 'found "LANG"'),
    ("PamService ../sshd", "PamService: expected none or the name of a PAM service, in lower case"),
    ("PamSkip /lib/pam_x.so", "PamSkip: expected names of PAM modules or patterns, or none"),
    ("UpgradeSessions later", "UpgradeSessions: expected yes or no"),
    ("Pool Main", "Pool: expected none or a name, 1 to 32 of a-z 0-9 -, found \"Main\""),
    ("PoolNode login3:a", "PoolNode: expected none or a name"),
    ("PoolAddress -oProxyCommand=x", "PoolAddress: expected none or the name or address of this host"),
    ("PoolDirectory etcd a:2379", "PoolDirectory: expected none, or etcd and https://host:port"),
    ("PoolDirectory consul https://a", "PoolDirectory: expected none, or etcd"),
    ("PoolTLS /ca /cert", "PoolTLS: expected none, or absolute paths"),
    ("PoolUser me", "PoolUser: expected none, or a name and the absolute path"),
    ("PoolVouch key", "PoolVouch: expected no, munge, or key and the absolute path of a file"),
    ("PoolVouch munge /x", "PoolVouch: expected no, munge, or key"),
    ("PoolTrust a/b", "PoolTrust: expected names of nodes or patterns, or none"),
    ("PoolShow yes", "PoolShow: expected none or program"),
    ("PoolResume perhaps", "PoolResume: expected yes or no"),
    ("PoolTimeout 2m", "PoolTimeout: expected a time from 1s to 1m, found \"2m\""),
    ("Match", "Match: expected User, Group, Address, Key or all"),
    ("Match Usr alice", 'did you mean "User"?'),
    ("Match Host x", 'Match: expected User, Group, Address, Key or all, found "Host"'),
    ("Match User", "Match User: expected a list of names or patterns"),
    ("Match User alice, bob", "Match User: expected a list of patterns, with a comma and no blank"),
    ("Match User a:b", "Match User: expected a name or a pattern, without a colon"),
    ("Match Group ,x", "Match Group: expected a list of patterns"),
    ("Match Address 300.1.1.1", "Match Address: expected a numeric address, a pattern of one, or a network"),
    ("Match Address host.example", 'found "host.example"'),
    ("Match Address 10.0.0.1/8", "expected a network without bits behind its length, such as 192.0.2.0/24"),
    ("Match Address 10.0.0.0/33", "expected a network such as 192.0.2.0/24"),
    ("Match Key MD5:16:27:ac", "Match Key: expected a fingerprint as ssh-keygen -l prints it"),
    ("Match Key SHA256:short", 'found "SHA256:short"'),
    ("Match all User x", "Match: expected all to stand alone"),
    ("Match User x all", "Match: expected all to stand alone"),
    ('Match User "x', "Match: expected a closing quote"),
    ("x" * 4096, "line: expected at most 4095 bytes"),
    ("Enable\0 no", "line: expected no NUL bytes"),
]


def broken_files():
    """Broken as a whole: what makes it, and what is said."""
    yield lambda: os.chown(CONF, 1000, 0), [CONF + ": expected a file owned by root"]
    yield lambda: os.chmod(CONF, 0o664), [CONF + ": expected a file that only root can write"]
    yield lambda: (os.chown(CONF, 1000, 0), os.chmod(CONF, 0o646)), ["owned by root", "only root can write"]
    yield lambda: os.truncate(CONF, 2 << 20), [CONF + ": expected a file of at most 1 MiB"]
    yield lambda: (os.rename(CONF, CONF + ".x"), os.symlink(CONF + ".x", CONF)), ["expected a file, not a symbolic link"]
    yield lambda: (os.unlink(CONF), os.mkdir(CONF)), [CONF + ": expected a regular file"]


def test_broken_configurations(host):
    """Every mistake is shown at once, with its line; and one by one in a file of its own."""
    check(len(LINES) >= 40, "%d rows" % len(LINES))
    write(CONF, "\n".join(line for line, _ in LINES) + "\nMaxSessions 3\n")
    r = host.ctl("alice", "check-config")
    equal((r.returncode, r.stdout), (1, ""), "check-config of a file full of mistakes")
    said = r.stderr.splitlines()
    bad = []
    for number, (line, wanted) in enumerate(LINES, 1):
        mine = [x for x in said if ("%s:%d: " % (CONF, number)) in x]
        if not any(wanted in x for x in mine):
            bad.append("%r: %s" % (line[:40], mine))
        write("/tmp/draft", "\n%s\n" % line)
        one = host.ctl("alice", "check-config", "-f", "/tmp/draft")
        first = one.stderr.splitlines()[0] if one.stderr else ""
        if one.returncode != 1 or one.stdout or not first.startswith("holdfastctl: /tmp/draft:2: ") or wanted not in first:
            bad.append("alone, %r: %d %r" % (line[:40], one.returncode, one.stderr))
    check(not bad, "\n".join(["mistakes that are not said well:", *bad]))
    equal(len([x for x in said if CONF + ":" in x]), len(said), "lines that name no line")
    check(not host.login("alice").ask("$HOLDFAST_SESSION"), "held with a broken configuration")
    for breaks, wanted in broken_files():
        subprocess.run(["rm", "-rf", CONF], check=True)
        write(CONF, "MaxSessions 3\n")
        breaks()
        r = host.ctl("alice", "check-config")
        check(r.returncode == 1 and not r.stdout and all(w in r.stderr for w in wanted), "%s: %r" % (wanted, r.stderr))
    subprocess.run(["rm", "-rf", CONF], check=True)
    shown = {line.split()[0] for line in host.ctl("alice", "check-config").stdout.splitlines()}
    with open(os.path.join(host.src, "docs/holdfast.conf.5")) as f:
        documented = set(re.findall(r"^\.It Cm ([A-Z]\w+)$", f.read(), re.M)) - {"Match"}
    equal(sorted(shown ^ documented), [], "keywords of check-config and of holdfast.conf(5)")
    host.note("%d wrong lines, %d broken files" % (len(LINES), len(list(broken_files()))))
