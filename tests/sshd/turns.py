# SPDX-License-Identifier: MIT
"""What a run of ./check takes of tests that are many and alike, so that it ends in less than 25 minutes.

HOLDFAST_TESTS_TURN is a number, which ./check without an argument sets by the commit: the same commit takes the same tests,
and runs of others take the rest by turns.  Without it, as in ./check full and ./check PART, all is taken.
"""
import os
import zlib


def turn():
    """The number, or None: all is taken."""
    text = os.environ.get("HOLDFAST_TESTS_TURN", "")
    return int(text) if text else None


def takes(name, of=2):
    """Whether this run takes the test NAME, as one of OF runs does."""
    n = turn()
    return n is None or zlib.crc32(name.encode()) % of == n % of


def rows(table, of=3):
    """Each OF-th row of TABLE, from another one on in the next run."""
    n = turn()
    return list(table) if n is None else list(table)[n % of::of]
