# SPDX-License-Identifier: MIT
"""Differences that are not the model's, each with its reason; docs/SCREEN.md tells them too."""
import re


def difference(judge, stream, at, d):
    """Whether the difference D, at the cut AT of STREAM, is known and has a reason."""
    return any(rule(judge, stream, at, d) for rule in RULES)


def cannot(part, stream):
    """Whether the judge PART does not know what is in STREAM, or takes too much of it in its own way."""
    if part in ("tmux", "kitty") and stream.name.startswith("generated"):
        return True
    # What tmux 3.3 makes of a joiner depends on how the bytes come to it.
    if part == "tmux" and "\u200d".encode() in stream.data:
        return True
    if part == "kitty" and leaves_main(stream):
        return True
    return part != "law" and "-margins." in stream.name


def leaves_main(stream):
    """Whether STREAM has ?1049l where the alternate screen is not on: kitty does nothing then."""
    on = False
    for m in re.finditer(rb"\x1b\[\?(1049|1047|47)([hl])", stream.data):
        if m.group(1) == b"1049" and m.group(2) == b"l" and not on:
            return True
        on = m.group(2) == b"h"
    return False


def stale_wrap(judge, _stream, _at, d):
    """ghostty and kitty keep a row's mark that it goes on from one that was erased."""
    return judge in ("ghostty", "kitty") and d["raw"] == "> " + d["rendering"][2:]


def home_in_alternate(judge, stream, at, d):
    """kitty goes home in the alternate screen at ?1049h; others leave the cursor where it is."""
    return judge == "kitty" and b"\x1b[?1049h" in stream.data[:at] and stream.name.startswith("python")


def deleted_wide(judge, stream, _at, d):
    """kitty (0.26) loses a wide character that DCH moves to the cursor."""
    return judge == "kitty" and stream.name.startswith("emacs") and d["raw"][2:4] == "  " and d["rendering"][3:6] == "{2}"


def edited_wrap(judge, stream, _at, d):
    """ghostty takes the soft wrap from a row that is edited."""
    return judge == "ghostty" and stream.name.startswith("generated") and d["raw"][2:] == d["rendering"][2:]


def cancelled_wrap(judge, stream, _at, d):
    """ghostty erases the last column at EL while a wrap is pending, as xterm."""
    return judge == "ghostty" and stream.name.startswith("generated") and d["raw"] + " " == d["rendering"]


def mark_in_last_column(judge, stream, _at, d):
    """ghostty joins a mark to the character before one in the last column."""
    bare = [d[k].replace("\u0301", "")[2:] for k in ("raw", "rendering")]
    return judge == "ghostty" and stream.name.startswith("generated") and bare[0] == bare[1]


def half_overwritten(judge, stream, _at, d):
    """kitty (0.26) leaves a wide character whose second half another one overwrites."""
    return judge == "kitty" and stream.name.startswith("links2") and d["raw"].replace("日{2}本{2}", "  ") == d["rendering"]


def designated(judge, stream, _at, d):
    """xterm.js does not save what is designated to G1 to G3."""
    return judge in ("xterm", "graphemes") and stream.name.startswith("links2") and d["what"] == "charsets"


def miscounted(judge, stream, _at, d):
    """vim counts two columns for a regional indicator, which has one: it leaves a column to what was there before."""
    return judge in ("ghostty", "kitty") and stream.name.startswith("vim.") and "🇫🇷" in d["raw"]


RULES = (stale_wrap, edited_wrap, cancelled_wrap, mark_in_last_column,
         home_in_alternate, deleted_wide, half_overwritten, designated, miscounted)

# Conformance cases in which the model does not do what the document says, by name.
CONFORMANCE = {
    "dec: DECSC keeps the wrap":
        "xterm.js, tmux and others do not save it, so no rendering could put it back",
    "xterm: 47 keeps what is there":
        "xterm.js, tmux and others throw the alternate screen away; so no rendering could put it back",
}

# Cases of esctest (esctest.py) that xterm passes and the model does not, as regular expressions.
_WINDOW = "the window is the terminal's, whose size comes from there"
_TITLE = "titles are not told: a program that shows a text could so type it into the shell"
_XCMS = "these colours depend on Xlib's tables and the X server; no other terminal takes them"
_ALTERNATE = "the alternate screen is thrown away when it is left, as xterm.js and tmux do it"
_KEYBOARD = "not kept: a keyboard that a garbled text has locked, or an echo, would outlive the terminal"

ESCTEST = {
    r"XtermWinopsTests\.(?!.*(Push|Pop|Label)).*": _WINDOW,
    r"XtermWinopsTests\..*(Push|Pop|Label).*": _TITLE,
    r"SMTitleTests\..*": _TITLE,
    r"RISTests\.test_RIS_ResetTitleMode": _TITLE,
    r"DECSETTests\.test_DECSET_(Allow80To132|DECCOLM)": _WINDOW,
    r"DECRQMTests\.test_DECRQM_DEC_DECCOLM": _WINDOW,
    r"DECRQSSTests\.test_DECRQSS_DECSNLS": _WINDOW,
    r"RISTests\.test_RIS_ResetDECCOLM": _WINDOW,
    r"Change(Dynamic|Special)?ColorTests\..*_(CIE\w+|TekHVC|RGBI)": _XCMS,
    r"DECSETTests\.test_DECSET_ALTBUF": _ALTERNATE,
    r"(DECRC|SCORC|DECSETTiteInhibit)Tests\.test_SaveRestoreCursor_AltVsMain": _ALTERNATE,
    r"DECRQMTests\.test_DECRQM_ANSI_(KAM|SRM)": _KEYBOARD,
    r"DECRQMTests\.test_DECRQM_DEC_DECNRCM": "national character sets would end UTF-8 in xterm",
    r"DA2Tests\..*|DECDSRTests\.test_DECDSR_DSRKeyboard":
        "a VT420 has left and right margins; the terminal that returns may have none, so DA2 says VT100, as tmux reads it",
    r"ResetSpecialColorTests\.test_ResetSpecialColor_Dynamic":
        "OSC 110 resets to the colour of the user's terminal, or to light text; the case expects xterm's black",
    r"ManipulateSelectionDataTests\..*": "the clipboard is the terminal's, and not told",
}
