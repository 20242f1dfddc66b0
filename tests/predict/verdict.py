# SPDX-License-Identifier: MIT
"""Whether what live.py measured is what is promised of predictions (docs/PERFORMANCE.md, "Typing").

A share is that of the characters that were there before the host's answer can have come, so that a busy machine decides
nothing.  Mosh's is the least that is wanted, but for what chance makes of it."""
SHELLS_AND_EDITORS = ("bash", "zsh", "fish", "vim", "nano")
PROMISED = 0.95     # of the characters in those, over 200 ms
DISTURBED = 0.25    # of the keys may have been struck while the machine stood still: more, and nothing is said
WRONG = 0.003       # of the keys
CHANCE = 0.03       # of the characters: two runs of one way differ by so much
LATER = 0.1, 20     # of the round trip, and ms: the slowest characters may come so much later than without predictions
SHOWN_FROM = 30     # ms: over a shorter line nothing is predicted


def share(f):
    return f["before the answer"] / f["keys"] if f["keys"] else 1


def faults(program, rtt, loss, by):
    """What is wrong with the figures of PROGRAM over RTT ms, with LOSS of 1000 packets lost, as texts."""
    ours, ssh = by["holdfast"], by["ssh"]
    out = []
    if ours["disturbed"] > DISTURBED * ours["struck"]:
        out.append("the machine stood still about %d of %d keys" % (ours["disturbed"], ours["struck"]))
    if ours["secret"]:
        out.append("%d characters of passwords were shown" % ours["secret"])
    if ours["wrong"] > max(WRONG * ours["struck"], ssh["wrong"]):
        out.append("%d wrong characters for %d keys: %s" % (ours["wrong"], ours["struck"], ours["which"][:5]))
    if not ours["same end"]:
        out.append("the screen is not ssh's at the end")
    if ours["never"] > ssh["never"]:
        out.append("%d characters were never shown" % ours["never"])
    if not loss and ours["p99"] is not None and ours["p99"] > ssh["p99"] + LATER[0] * rtt + LATER[1]:
        out.append("p99 %.0f ms; ssh: %.0f" % (ours["p99"], ssh["p99"]))
    if rtt > SHOWN_FROM and "mosh" in by and share(ours) < share(by["mosh"]) - CHANCE:
        out.append("%.0f %% before the answer; mosh: %.0f" % (100 * share(ours), 100 * share(by["mosh"])))
    if rtt == 200 and program in SHELLS_AND_EDITORS and share(ours) < PROMISED:
        out.append("%.0f %% before the answer; promised are %.0f" % (100 * share(ours), 100 * PROMISED))
    return out


def tell(figures, loss):
    """A line for each program and line of FIGURES, and the sum last; the exit status."""
    passed = failed = 0
    for rtt, programs in figures.items():
        for program, by in programs.items():
            found = faults(program, int(rtt), loss, by)
            word, why = ("FAILED", ": " + "; ".join(found)) if found else ("ok", "")
            print("%s %s over %s ms%s" % (word, program, rtt, why))
            passed, failed = passed + (not found), failed + bool(found)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0
