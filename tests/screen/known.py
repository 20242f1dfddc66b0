# SPDX-License-Identifier: MIT
"""Differences that are not the model's, each with its reason; docs/SCREEN.md tells them too."""


def difference(judge, stream, at, d):
    """Whether the difference D, at the cut AT of STREAM, is known and has a reason.  At present none is."""
    return any(rule(judge, stream, at, d) for rule in RULES)


def cannot(part, stream):
    """Whether the judge PART does not know what is in STREAM, or takes too much of it in its own way."""
    if part == "tmux" and stream.name.startswith("generated"):
        return True
    return part != "law" and "-margins." in stream.name


RULES = ()

# Conformance cases in which the model does not do what the document says, by name.
CONFORMANCE = {
    "dec: EL takes back the wrap":
        "xterm.js, tmux and others keep it, and erase nothing; gcc's output would lose its last column",
    "dec: DECSC keeps the wrap":
        "xterm.js, tmux and others do not save it, so no rendering could put it back",
    "xterm: 47 keeps what is there":
        "xterm.js, tmux and others throw the alternate screen away; so no rendering could put it back",
}
