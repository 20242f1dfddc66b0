# SPDX-License-Identifier: MIT
"""Without anything of ours: what the other cases take for granted."""
from host import by_hand
from term import check, equal


@by_hand
def test_harness(host):
    host.start_sshd()
    t = host.login()
    check(t.shell_pid() > 1, "a pid")
    equal(t.ask("$USER"), "alice", "the user")
    equal(t.run("(exit 3)"), 3, "the status of a command")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")


@by_hand
def test_without_holdfastd(host):
    """Installed, but the daemon has never been started."""
    host.start_sshd()
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what is left in the environment")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
