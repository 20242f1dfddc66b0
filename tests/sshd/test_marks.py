# SPDX-License-Identifier: MIT
"""What terminals know besides the screen comes back with it: marks of prompts and output, a job's progress."""
import re

from asking import resumed
from replay import settle
from term import check, equal

# bash marks its prompts, and the begin and end of what runs.
MARKED = (r"PS0='\e]133;C\e\\'; PS1='\[\e]133;D;$?\e\\\e]133;A\e\\\]PROMPT$ \[\e]133;B\e\\\]'")
MARK = re.compile(rb"\x1b\]133;([A-D])([^\x1b\x07]*)(?:\x1b\\|\x07)")
PROGRESS = re.compile(rb"\x1b\]9;4;([0-9;]*)(?:\x1b\\|\x07)")


def test_prompts_and_output(host):
    """Each prompt, its input, and each command's output and end are marked where they were, also in the scrollback."""
    t = host.login()
    t.line(MARKED)
    t.prompt()
    for i in range(3):
        t.line("seq %d %d; (exit 3)" % (100 * i + 1, 100 * i + 30))
        t.wait_for("\n%d\r" % (100 * i + 30))
        t.prompt()
    settle(t)
    before = MARK.findall(bytes(t.data))
    t = resumed(host, t)
    data = bytes(t.data)
    found = MARK.findall(data)
    # The terminal of before has got the marks of each prompt as they came.
    for kind in b"A", b"B", b"C", b"D":
        count = [len([m for m in marks if m[0] == kind]) for marks in (found, before)]
        equal(count[0], count[1], "marks of kind %r" % kind)
    check((b"D", b";3") in found, "no command's end has the status: %r" % found)
    for number in (101, 201):
        marked = re.search(rb"\x1b\]133;C(\x1b\\|\x07)[^0-9]*%d\r" % number, data)
        check(marked, "the output of %d has no mark" % number)
    check(re.search(rb"\x1b\]133;A(\x1b\\|\x07)[^\n]*PROMPT", data), "no prompt behind a mark: %r" % data[-400:])


def test_progress_of_a_job(host):
    """As long as the job runs; afterwards the terminal is told that there is none."""
    t = host.login()
    t.line(r"printf '\e]9;4;1;42\a'; printf 'wai%s\n' ting; sleep 98765")
    t.wait_for("waiting")
    t = resumed(host, t)
    equal(PROGRESS.findall(bytes(t.data)), [b"1;42"], "the progress, with the job running")
    t.send(b"\x03")
    equal(t.ask("over"), "over", "the shell")
    t = resumed(host, t)
    found = PROGRESS.findall(bytes(t.data))
    equal([p.split(b";")[0] for p in found], [b"0"], "the state of the progress, with a shell in front")


def test_no_progress_is_said_where_there_was_none(host):
    """Some terminals show OSC 9 as a message."""
    t = resumed(host, host.login())
    equal(re.findall(rb"\x1b\]9;", bytes(t.data)), [], "OSC 9")
