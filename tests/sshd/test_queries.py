# SPDX-License-Identifier: MIT
"""What programs ask their terminal: answered while nobody is attached, once, and never at a prompt."""
import os
import re
import time

from asking import asker, resumed
from framed import JOIN, QUESTION, Framed
from replay import file_exists, settle, shown
from template import write
from term import Failed, check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]

QUERIES = (b"\x1b[c", b"\x1b[>c", b"\x1b[6n", b"\x1b[5n", b"\x1b]11;?\x1b\\", b"\x1b[?2004$p", b"\x1b[?u")
ASK = asker(QUERIES)


def test_queries_while_away_are_answered(host):
    write("/home/alice/ask.py", ASK)
    t = host.login()
    t.line("/usr/bin/python3 ask.py")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")
    file_exists("/home/alice/answers")
    with open("/home/alice/answers") as f:
        got = f.read().split("\n")
    wanted = (r"b'\\x1b\[\?\d[\d;]*c'", r"b'\\x1b\[>[\d;]+c'", r"b'\\x1b\[\d+;\d+R'", r"b'\\x1b\[0n'",
              r"b'\\x1b\]11;rgb:[0-9a-f/]+\\x1b\\\\'", r"b'\\x1b\[\?2004;2\$y'", r"b'\\x1b\[\?0u'")
    for want, answer in zip(wanted, got):
        check(re.fullmatch(want, answer), "an answer is %s, not %s" % (answer, want))
    t = host.ssh()
    t.prompt()
    settle(t)
    check(re.search(r"PROMPT\$ *\n*$", shown(t)), "the prompt is not clean: %r" % shown(t)[-200:])
    equal(t.ask("clean"), "clean", "the shell")


def test_queries_are_answered_once(host):
    """Attached, the terminal answers, and nobody else; a resume asks nothing."""
    write("/home/alice/ask.py", ASK)
    write("/home/alice/go", "")
    t = host.login()
    t.line("/usr/bin/python3 ask.py")
    replies = {b"\x1b[c": b"\x1b[?1;2c", b"\x1b[>c": b"\x1b[>0;1;0c", b"\x1b[6n": b"\x1b[7;7R",
               b"\x1b[5n": b"\x1b[0n", b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:1/2/3\x1b\\",
               b"\x1b[?2004$p": b"\x1b[?2004;0$y", b"\x1b[?u": b"\x1b[?3u"}
    for query, reply in replies.items():
        t.wait_for(re.escape(query.decode("latin-1")))
        t.send(reply)
    file_exists("/home/alice/answers")
    with open("/home/alice/answers") as f:
        equal(f.read().split("\n"), [repr(r) for r in replies.values()], "what the program got")
    t.prompt()
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed")
    settle(t)
    equal(bytes(t.data).count(QUESTION), 1, "how often the resume asks for the terminal's colours")
    for query in replies:
        check(query not in bytes(t.data).replace(QUESTION, b""), "the resume asks %r" % query)


PROMPT_CASES = {
    # prints a query and is gone
    "printf": "until [ -e go ]; do sleep 0.02; done; printf '\\033[c\\033[6n'",
    # reads keys, asks, and is gone without reading
    "raw": "until [ -e go ]; do sleep 0.02; done; stty raw -echo; printf '\\033[c\\033[6n'; stty sane",
    # asks, and is killed while it waits
    "killed": "sh -c 'stty raw -echo; until [ -e go ]; do sleep 0.02; done; printf \"\\033[c\"; kill -9 $$'; "
              "stty sane",
    # the same in a process of its own
    "gone": "/usr/bin/python3 -c 'import os, time, tty; tty.setraw(0)\n"
            "while not os.path.exists(\"go\"): time.sleep(0.02)\n"
            "os.write(1, b\"\\033[c\\033[6n\")'; stty sane",
    # in the output of a file
    "cat": "printf '\\033[c\\033]11;?\\033\\\\\\033[6n' >evil; until [ -e go ]; do sleep 0.02; done; cat evil",
}


def answers_at_prompt(host, command):
    t = host.login()
    t.line("printf 'wai%s\\n' ting; " + command + "; echo over >over")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")
    file_exists("/home/alice/over")
    time.sleep(0.5)  # for answers to come, if any did
    t = host.ssh()
    t.prompt()
    settle(t)
    check(re.search(r"PROMPT\$ *\n*$", shown(t)), "something was typed at the prompt: %r" % shown(t)[-300:])
    equal(t.ask("clean"), "clean", "the shell")


def test_no_answer_at_a_prompt_printf(host):
    answers_at_prompt(host, PROMPT_CASES["printf"])


def test_no_answer_at_a_prompt_raw(host):
    answers_at_prompt(host, PROMPT_CASES["raw"])


def test_no_answer_at_a_prompt_killed(host):
    answers_at_prompt(host, PROMPT_CASES["killed"])


def test_no_answer_at_a_prompt_gone(host):
    answers_at_prompt(host, PROMPT_CASES["gone"])


def test_no_answer_at_a_prompt_cat(host):
    answers_at_prompt(host, PROMPT_CASES["cat"])


IN_TIME = 0.9  # seconds: an answer of the keeper's comes within one of the query


def dying_link(host, command, asks):
    """
    What COMMAND has got for its first query, which it ASKS of a terminal that never answers and is lost then: in time,
    so again where the machine was too slow for that.
    """
    t = host.login()
    while True:
        t.line(command)
        t.wait_for("waiting")
        began = time.monotonic()
        write("/home/alice/go", "")
        t.wait_for(asks)
        host.drop(t)
        in_time = time.monotonic() - began < IN_TIME
        file_exists("/home/alice/answers")
        with open("/home/alice/answers") as f:
            got = f.readline().rstrip("\n")
        t = host.ssh()
        t.wait_for("resumed")
        settle(t)
        if in_time:
            return got, t
        host.note("too slow: again")
        os.unlink("/home/alice/go")
        os.unlink("/home/alice/answers")


def test_unanswered_by_a_dying_link(host):
    """The query went to a terminal that never answered."""
    write("/home/alice/ask.py", ASK)
    got, _ = dying_link(host, "/usr/bin/python3 ask.py", r"\x1b\[c")
    check(re.match(r"b'\\x1b\[\?\d[\d;]*c'", got), "the first query went unanswered")


FLOOD = r"""
import os, select, sys, time, tty
print("wait" "ing")
while not os.path.exists("go"):
    time.sleep(0.02)
tty.setraw(0)
os.write(1, b"asked\x1b[c")
for _ in range(1200):
    os.write(1, b"0123456789abcdef" * 44 + b"\r\n")
os.write(1, b"printed")
got = b""
while select.select([0], [], [], 0.3 if got else 5)[0]:
    got += os.read(0, 256)
with open("answers.new", "w") as f:
    f.write(repr(got))
os.rename("answers.new", "answers")
"""


def test_unanswered_by_a_dying_link_long_ago(host):
    """More came after the query than a painter lets pass while somebody is attached."""
    write("/home/alice/flood.py", FLOOD)
    got, t = dying_link(host, "/usr/bin/python3 flood.py; stty sane", "printed")
    equal(got, repr(b"\x1b[?62;22c"), "what the program got")
    check(re.search(r"PROMPT\$ *\n*$", shown(t)), "the prompt is not clean: %r" % shown(t)[-200:])


GREEDY = r"""
import os, select, sys, time, tty
print("wait" "ing")
while not os.path.exists("go"):
    time.sleep(0.02)
tty.setraw(0)
began = time.monotonic()
for _ in range(1000):
    os.write(1, b"\x1b[6n\x1bP+q544e;436f;524742\x1b\\\x1b[5n\x1b]11;?\x1b\\" * 8)
got = b""
while select.select([0], [], [], 0.5)[0]:
    got += os.read(0, 65536)
seconds = time.monotonic() - began
time.sleep(1.1)  # the rate is one of a second
os.write(1, b"\x1b[5n")
last = os.read(0, 100) if select.select([0], [], [], 5)[0] else b""
with open("answers.new", "w") as f:
    f.write("%d %d %r" % (len(got), seconds, last))
os.rename("answers.new", "answers")
"""
BYTES_A_SECOND = 4096


def test_a_flood_of_queries_is_answered_in_part(host):
    """48,000 queries at once: the keeper lives, types no more than its rate, and answers the next one."""
    write("/home/alice/greedy.py", GREEDY)
    t = host.login()
    t.line("/usr/bin/python3 greedy.py; stty sane")
    t.wait_for("waiting")
    keeper = host.session()["keeper_pid"]
    host.drop(t)
    write("/home/alice/go", "")
    file_exists("/home/alice/answers")
    with open("/home/alice/answers") as f:
        count, seconds, last = f.read().split(" ", 2)
    check(0 < int(count) <= (int(seconds) + 2) * BYTES_A_SECOND, "%s bytes of answers in %s s" % (count, seconds))
    equal(last, repr(b"\x1b[0n"), "the answer after the flood")
    equal(host.session()["keeper_pid"], keeper, "the keeper")
    t = host.ssh()
    t.wait_for("resumed")
    settle(t)
    check(re.search(r"PROMPT\$ *\n*$", shown(t)), "the prompt is not clean: %r" % shown(t)[-200:])


def test_tmux_started_while_away(host):
    """What it asks is answered, and none of that is typed into its shell."""
    t = host.login()
    t.line("printf 'wai%s\\n' ting; until [ -e go ]; do sleep 0.02; done; tmux -f /dev/null")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")

    def kind():
        r = host.as_user("alice", ["tmux", "list-clients", "-F", "#{client_termtype}"])
        return r.stdout.decode().strip()
    wait_until(lambda: "holdfast" in kind(), "tmux knows its terminal, by XTVERSION")
    t = host.ssh()
    t.wait_for("resumed")
    t.wait_for("PROMPT")
    settle(t)
    check(re.match(r"PROMPT\$ *\n", shown(t)), "the prompt is not clean: %r" % shown(t)[:200])
    t.line("exit")
    t.wait_for("exited")


# What a program gets of two terminals that both answer: it ends at the byte that neither of them types by itself.
HEAR = r"""
import os, sys, termios, tty
saved = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\x1b[c\x1b[6n\x1b]11;?\x1b\\ASK" b"ED")
got = b""
while not got.endswith(b"."):
    got += os.read(0, 256)
    with open("hearing", "wb") as f:
        f.write(got)
termios.tcsetattr(0, termios.TCSANOW, saved)
with open("heard.new", "wb") as f:
    f.write(got)
os.rename("heard.new", "heard")
"""
GRACE = 0.6  # an answer of the terminal that led before is waited for half a second
ANSWERS = b"\x1b[?%d;2c\x1b[7;7R\x1b]11;rgb:%d/2/3\x1b\\"


def heard():
    try:
        file_exists("/home/alice/heard")
    except Failed as e:
        with open("/home/alice/hearing", "rb") as f:
            raise Failed("%s; it has %r" % (e, f.read())) from e
    with open("/home/alice/heard", "rb") as f:
        got = f.read()
    os.unlink("/home/alice/heard")
    os.unlink("/home/alice/hearing")
    return got


def hearing(count):
    """The program has got COUNT bytes so far."""
    got = [b""]

    def probe():
        if os.path.exists("/home/alice/hearing"):
            with open("/home/alice/hearing", "rb") as f:
                got[0] = f.read()
        return len(got[0]) >= count
    try:
        wait_until(probe, "%d bytes for the program" % count)
    except Failed as e:
        raise Failed("%s; it has %r" % (e, got[0])) from e


def has_read(host):
    with open("/proc/%d/io" % host.session()["keeper_pid"]) as f:
        return int(re.search(r"rchar: (\d+)", f.read()).group(1))


def joined(host):
    """Two terminals in one session, of which the first one typed last."""
    write("/home/alice/hear.py", HEAR)
    t1 = host.login()
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach -j 1")
    wait_until(lambda: host.session()["attachments"] == 2, "joined")
    t2.wait_for("attached session")
    takes_over(t1)
    return t1, t2


def takes_over(t):
    """T leads: it has typed, and what the one that led before says does not count any more."""
    t.line("printf 'le%s\\n' ads")
    t.wait_for("leads")
    t.prompt()
    t.quiet(GRACE)


def test_of_two_terminals_one_answers(host):
    """A query goes to both: what the program gets is the answer of the one that typed last, however the other's is cut."""
    t1, t2 = joined(host)
    for leading, other in ((t1, t2), (t2, t1)):
        takes_over(leading)
        leading.line("/usr/bin/python3 hear.py")
        for t in (t1, t2):
            t.wait_for("ASKED")
        for piece in (ANSWERS % (2, 2))[:1], (ANSWERS % (2, 2))[1:9], (ANSWERS % (2, 2))[9:]:
            other.send(piece)
        leading.send(ANSWERS % (1, 1))
        # Keys of both pass, F3 and a lone ESC too; so this is behind all that came before.
        leading.send(b".")
        equal(heard(), ANSWERS % (1, 1) + b".", "what the program got")
        leading.prompt()
    equal(t1.ask("clean"), "clean", "the shell")
    for key in (b"\x1b", b"\x1b[1;2R", b"\x1b[A", b"\x1b[<0;3;4M", b"\x1b[200~\x1b[0n\x1b[201~"):
        takes_over(t1)
        t1.line("/usr/bin/python3 hear.py")
        for t in (t1, t2):
            t.wait_for("ASKED")
        # The other one types while the answer of the leading one is still on its way: that counts all the same.
        t2.send(ANSWERS % (2, 2) + key)
        hearing(len(key))
        t1.send(ANSWERS % (1, 1))
        hearing(len(ANSWERS % (1, 1) + key))
        t1.send(b".")
        equal(heard(), key + ANSWERS % (1, 1) + b".", "what the program got")
        t1.prompt()


def test_the_other_answers_when_the_leading_one_goes(host):
    t1, t2 = joined(host)
    t1.line("/usr/bin/python3 hear.py")
    for t in (t1, t2):
        t.wait_for("ASKED")
    # Its answers come first, are those of the second one, and wait for whether the first one has any.
    before = has_read(host)
    t2.send(ANSWERS % (2, 2))
    wait_until(lambda: has_read(host) >= before + len(ANSWERS % (2, 2)), "the keeper has read them")
    t1.kill()
    wait_until(lambda: host.session()["attachments"] == 1, "one is left")
    hearing(len(ANSWERS % (2, 2)))
    t2.send(b".")
    equal(heard(), ANSWERS % (2, 2) + b".", "what the program got")


def test_of_two_terminals_one_answers_framed(host):
    """The same of a client of PROTOCOL.md beside a terminal."""
    write("/home/alice/hear.py", HEAR)
    t = host.login()
    f = Framed(host)
    f.attach(JOIN, want="1")
    wait_until(lambda: host.session()["attachments"] == 2, "joined")
    for leading, other, send in ((t, f, t.send), (f, t, f.input)):
        leading.line("")
        t.quiet(GRACE)
        leading.line("/usr/bin/python3 hear.py")
        t.wait_for("ASKED")
        f.wait_for(b"ASKED")
        answer = other.input if other is f else other.send
        answer((ANSWERS % (2, 2))[:5])
        answer((ANSWERS % (2, 2))[5:])
        send(ANSWERS % (1, 1))
        send(b".")
        equal(heard(), ANSWERS % (1, 1) + b".", "what the program got")


LATE = 1.2  # an answer for a link that has died is typed in the first second
TMUX_WAITS = 5.5  # tmux waits for five


def returns_late(host, command, ready, late=LATE):
    """A terminal that answers nothing, and is lost LATE seconds after COMMAND has shown that it is READY."""
    t = host.login()
    t.line(command)
    t.wait_for(ready)
    t.quiet(late)
    return resumed(host, t)


def test_late_answers_are_not_typed(host):
    write("/home/alice/hear.py", HEAR)
    t = returns_late(host, "/usr/bin/python3 hear.py", "ASKED")
    t.send(b".")
    equal(heard(), b".", "what the program got")
    t.prompt()
    equal(t.ask("clean"), "clean", "the shell")


def test_late_answers_are_not_typed_bash(host):
    t = returns_late(host, "bash -c 'printf \"\\033[c\\033[6nASK\"ED; IFS= read -rsn1 k; declare -p k'", "ASKED")
    t.send(b"k")
    t.wait_for('declare -- k="k"')
    t.prompt()
    equal(t.ask("clean"), "clean", "the shell")


def test_late_answers_are_not_typed_tmux(host):
    """tmux takes a late answer for keys, which go to its shell."""
    t = returns_late(host, "tmux -f /dev/null", "PROMPT", TMUX_WAITS)
    t.line("echo cl''ean")
    t.wait_for("clean")
    check("holdfast^" not in shown(t) and ":>|" not in shown(t), "an answer was typed: %r" % shown(t)[-300:])
    t.line("exit")
    t.prompt()


def late_in_an_editor(host, command):
    write("/home/alice/text", "one line\n")
    t = returns_late(host, command, "one line")
    t.send(b":w! written\r")
    file_exists("/home/alice/written")
    with open("/home/alice/written") as f:
        equal(f.read(), "one line\n", "the text")
    t.send(b":q!\r")
    t.wait_for(r"\x1b\[\?1049l")
    t.prompt()
    equal(t.ask("clean"), "clean", "the shell")


def test_late_answers_are_not_typed_vim(host):
    late_in_an_editor(host, "vim -u NONE -N text")


def test_late_answers_are_not_typed_nvim(host):
    late_in_an_editor(host, "nvim -u NONE text")
