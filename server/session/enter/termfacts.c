/* SPDX-License-Identifier: MIT */
#include "termfacts.h"

#include <stddef.h>
#include <string.h>

#include "terminfo.h"

#define ATTRIBUTES \
	(TERMCAN_BOLD | TERMCAN_DIM | TERMCAN_ITALIC | TERMCAN_UNDERLINE | TERMCAN_BLINK | TERMCAN_INVERSE | \
	 TERMCAN_CONCEAL | TERMCAN_STRIKE | TERMCAN_OVERLINE | TERMCAN_OWN_COLOURS)
/* Each terminal with a parser like xterm's takes this, or passes over it. */
#define LIKE_XTERM \
	(TERMCAN_ECMA48 | TERMCAN_XTERM | TERMCAN_DRAWING | TERMCAN_STAYS | TERMCAN_WRAPS | TERMCAN_ALTERNATE | \
	 TERMCAN_ERASES | TERMCAN_ERASES_COLOURED | TERMCAN_REGION | TERMCAN_SIDES | TERMCAN_SAVES | TERMCAN_TABS | \
	 TERMCAN_SOFT_RESET | TERMCAN_HIDES | TERMCAN_INSERTS | TERMCAN_KEYPAD | TERMCAN_REVERSE_SCREEN | \
	 TERMCAN_AUTOWRAP | TERMCAN_ORIGIN | TERMCAN_NEWLINE | TERMCAN_MOUSE | TERMCAN_PASTE | TERMCAN_FOCUS | \
	 TERMCAN_SHAPE | TERMCAN_TITLE | TERMCAN_TITLE_STACK | TERMCAN_PALETTE | TERMCAN_THEME | TERMCAN_PLACE | \
	 TERMCAN_LINKS | TERMCAN_MARKS | TERMCAN_SYNCHRONIZED | TERMCAN_PRIVATE | TERMCAN_PROTECTS | ATTRIBUTES)
#define REPORTS (TERMCAN_GRAPHEMES | TERMCAN_THEME_REPORTS | TERMCAN_SIZE_REPORTS)
#define NEWEST (LIKE_XTERM | TERMCAN_COLONS | TERMCAN_KITTY_KEYS | TERMCAN_MODIFY_KEYS | REPORTS | TERMCAN_PROGRESS)
/* Without an entry: what a VT100 takes, and no colours. */
#define LIKE_VT100 \
	(TERMCAN_ECMA48 | TERMCAN_STAYS | TERMCAN_WRAPS | TERMCAN_REGION | TERMCAN_BOLD | TERMCAN_UNDERLINE | \
	 TERMCAN_INVERSE)

/* Families of terminals, by the beginning of TERM; the first that matches counts. */
static const struct family {
	const char *name;
	uint64_t can;      /* beside what terminfo says */
	uint32_t colours;  /* at least */
} families[] = {
	{ "xterm-kitty", NEWEST, TERMCAN_DIRECT },
	{ "xterm-ghostty", NEWEST, TERMCAN_DIRECT },
	{ "ghostty", NEWEST, TERMCAN_DIRECT },
	{ "foot", NEWEST, TERMCAN_DIRECT },
	{ "contour", NEWEST, TERMCAN_DIRECT },
	{ "wezterm", NEWEST, TERMCAN_DIRECT },
	{ "rio", NEWEST, TERMCAN_DIRECT },
	{ "alacritty", LIKE_XTERM | TERMCAN_COLONS | TERMCAN_KITTY_KEYS, TERMCAN_DIRECT },
	{ "ms-terminal", LIKE_XTERM | TERMCAN_COLONS | TERMCAN_PROGRESS, TERMCAN_DIRECT },
	{ "mintty", LIKE_XTERM | TERMCAN_COLONS | TERMCAN_MODIFY_KEYS, TERMCAN_DIRECT },
	{ "iterm2", LIKE_XTERM | TERMCAN_COLONS | TERMCAN_MODIFY_KEYS, TERMCAN_DIRECT },
	{ "vte", LIKE_XTERM | TERMCAN_COLONS, TERMCAN_DIRECT },
	{ "gnome", LIKE_XTERM | TERMCAN_COLONS, TERMCAN_DIRECT },
	{ "konsole", LIKE_XTERM, TERMCAN_DIRECT },
	{ "st-", LIKE_XTERM, TERMCAN_DIRECT },
	{ "tmux", LIKE_XTERM | TERMCAN_COLONS | TERMCAN_MODIFY_KEYS, 0 },
	{ "rxvt-unicode", LIKE_XTERM, 0 },
	{ "putty", LIKE_XTERM, 0 },
	{ "mlterm", LIKE_XTERM, 0 },
	{ "xterm", LIKE_XTERM | TERMCAN_MODIFY_KEYS, 0 },
	/* Also beside terminfo: what console_codes(4) has. */
	{ "linux", TERMCAN_KEYPAD | TERMCAN_ORIGIN | TERMCAN_NEWLINE, 0 },
	/* GNU screen takes the titles that xterm does. */
	{ "screen", TERMCAN_TITLE, 0 },
};

/* An ability, and the capability of terminfo that has the sequence which a rendering uses for it. */
static const struct row {
	uint64_t can;
	const char *capability, *sequence;
} rows[] = {
	{ TERMCAN_ALTERNATE, "smcup", "\033[?1049h" }, { TERMCAN_ALTERNATE_47, "smcup", "\033[?47h" },
	{ TERMCAN_ERASES, "ech", "\033[%p1%dX" }, { TERMCAN_REGION, "csr", "\033[%i%p1%d;%p2%dr" },
	{ TERMCAN_SIDES, "smglr", "\033[?69h" }, { TERMCAN_SAVES, "sc", "\0337" },
	{ TERMCAN_SOFT_RESET, "is2", "\033[!p" }, { TERMCAN_SOFT_RESET, "rs2", "\033[!p" },
	{ TERMCAN_HIDES, "civis", "\033[?25l" }, { TERMCAN_INSERTS, "smir", "\033[4h" },
	{ TERMCAN_KEYPAD, "smkx", "\033[?1h\033=" }, { TERMCAN_REVERSE_SCREEN, "flash", "\033[?5h" },
	{ TERMCAN_AUTOWRAP, "smam", "\033[?7h" }, { TERMCAN_MOUSE, "XM", "\033[?1006;1000" },
	{ TERMCAN_PASTE, "BE", "\033[?2004h" }, { TERMCAN_FOCUS, "fe", "\033[?1004h" },
	{ TERMCAN_SHAPE, "Ss", "\033[%p1%d q" }, { TERMCAN_TITLE, "tsl", "\033]0;" },
	{ TERMCAN_TITLE, "tsl", "\033]2;" }, { TERMCAN_TITLE_STACK, "smcup", "\033[22;0;0t" },
	{ TERMCAN_PALETTE, "initc", "\033]4;" }, { TERMCAN_COLONS, "Smulx", "\033[4:" },
	{ TERMCAN_COLONS, "Setulc", "\033[58:" }, { TERMCAN_SYNCHRONIZED, "Sync", "\033[?2026" },
	{ TERMCAN_BOLD, "bold", "\033[1m" }, { TERMCAN_DIM, "dim", "\033[2m" }, { TERMCAN_ITALIC, "sitm", "\033[3m" },
	{ TERMCAN_UNDERLINE, "smul", "\033[4m" }, { TERMCAN_BLINK, "blink", "\033[5m" },
	{ TERMCAN_INVERSE, "rev", "\033[7m" }, { TERMCAN_CONCEAL, "invis", "\033[8m" },
	{ TERMCAN_STRIKE, "smxx", "\033[9m" }, { TERMCAN_OVERLINE, "Smol", "\033[53m" },
	{ TERMCAN_OWN_COLOURS, "op", "\033[39;49m" },
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct family *
family_of(const char *term)
{
	static const struct family none = { "", 0, 0 };

	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (begins(term, families[i].name))
			return &families[i];
	return &none;
}

static bool
says(const struct terminfo *ti, const char *capability, const char *sequence)
{
	return strstr(terminfo_string(ti, capability), sequence) != NULL;
}

/* Whether ESC ( 0 draws lines: terminfo turns that set on by it, or as G1 by SO. */
static bool
draws(const struct terminfo *ti)
{
	return says(ti, "smacs", "\033(0") || (says(ti, "smacs", "\016") && says(ti, "enacs", "\033)0"));
}

/* Attributes that are lost, or lose the colour, where a colour is set: the bits of no_color_video. */
static uint64_t
alone(const struct terminfo *ti)
{
	int n = terminfo_number(ti, "ncv");

	if (n < 0)
		return 0;
	return (n & 2 ? TERMCAN_UNDERLINE_ALONE : 0) | (n & 4 ? TERMCAN_INVERSE_ALONE : 0) |
	       (n & 16 ? TERMCAN_DIM_ALONE : 0) | (n & 32 ? TERMCAN_BOLD_ALONE : 0);
}

/* As many colours as SGR 30 and the like, 90 and the like, and 38;5 reach. */
static uint32_t
colours_of(const struct terminfo *ti)
{
	int n = terminfo_number(ti, "colors");
	const char *setaf = terminfo_string(ti, "setaf");
	bool bright = strstr(setaf, "9%p1") || strstr(setaf, "38;5");

	if (terminfo_flag(ti, "RGB") || terminfo_flag(ti, "Tc") || n > 256)
		return TERMCAN_DIRECT;
	if (n < 8 || !begins(setaf, "\033["))
		return 0;
	if (n < 16 || !bright)
		return 8;
	return n < 88 ? 16 : n < 256 ? 88 : 256;
}

static void
ask_terminfo(struct termcan *t, const struct terminfo *ti)
{
	if (!begins(terminfo_string(ti, "cup"), "\033[%i%p1%d;%p2%dH") || !begins(terminfo_string(ti, "ed"), "\033[J"))
		return;
	t->can |= TERMCAN_ECMA48;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (says(ti, rows[i].capability, rows[i].sequence))
			t->can |= rows[i].can;
	if (says(ti, "hts", "\033H") && says(ti, "tbc", "\033[3g"))
		t->can |= TERMCAN_TABS;
	if (terminfo_flag(ti, "am"))
		t->can |= TERMCAN_WRAPS;
	if (terminfo_flag(ti, "xenl"))
		t->can |= TERMCAN_STAYS;
	if (terminfo_flag(ti, "bce"))
		t->can |= TERMCAN_ERASES_COLOURED;
	/* U8#1: with UTF-8 it has no charset for lines. */
	if (draws(ti) && !(t->can & TERMCAN_UTF8 && terminfo_number(ti, "U8") == 1))
		t->can |= TERMCAN_DRAWING;
	if (terminfo_flag(ti, "XT"))
		t->can |= LIKE_XTERM;
	t->can |= alone(ti);
	t->colours = colours_of(ti);
}

/* The server knows no such terminal: its name says a little. */
static void
guess(struct termcan *t, const char *term)
{
	if (strcmp(term, "dumb") == 0 || !*term)
		return;
	t->can |= LIKE_VT100;
	t->colours = strstr(term, "-direct") ? TERMCAN_DIRECT : strstr(term, "256color") ? 256 : 0;
	if (strstr(term, "xterm")) {
		t->can |= LIKE_XTERM;
		t->colours = t->colours ? t->colours : 8;
	}
}

void
termfacts_find(struct termcan *t, const char *term, const char *colorterm)
{
	const struct family *family = family_of(term);
	struct terminfo ti;

	t->can |= TERMCAN_KNOWN;
	if (terminfo_open(&ti, term))
		ask_terminfo(t, &ti);
	else
		guess(t, term);
	t->can |= family->can;
	if (family->colours > t->colours)
		t->colours = family->colours;
	/* Programs believe it as well; a terminal without colours does not send it. */
	if (colorterm && (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0) && t->colours >= 8)
		t->colours = TERMCAN_DIRECT;
}
