/* SPDX-License-Identifier: MIT */
#include "habit.h"

#include <stddef.h>
#include <string.h>

#define SCORE_MAX 8
#define EDGE_MAX 8
#define SCORE_WRONG 3   /* so many right ones make up for a wrong one */
#define PROMPT_ECHOES 2 /* so often in a row; once more for each time that they did not come back … */
#define PROMPT_SILENT 3 /* … and never again after so many */

bool
habit_is_window(const char *program)
{
	static const char *const table[] = {
		"", "abduco", "autossh", "chroot", "cu", "distrobox", "docker", "doas", "dtach", "et",
		"expect", "holdfast", "incus", "kubectl", "login", "lxc", "machinectl", "minicom", "mosh",
		"mosh-client", "nsenter", "oc", "picocom", "pkexec", "podman", "rlogin", "runuser", "screen",
		"script", "sg", "ssh", "sshpass", "su", "sudo", "systemd-nspawn", "systemd-run", "telnet",
		"tio", "tmux", "tmux: client", "unshare", "virsh", "zellij",
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(program, table[i]) == 0)
			return true;
	return false;
}

struct habit *
habit_of(struct habits *h, const struct frame_tty *tty, uint32_t screen)
{
	struct habit *oldest = &h->table[0];

	for (unsigned i = 0; i < HABITS; i++) {
		struct habit *one = &h->table[i];

		if (one->used && one->modes == tty->modes && one->screen == screen &&
		    strcmp(one->program, tty->program) == 0) {
			one->used = ++h->uses;
			return one;
		}
		if (one->used < oldest->used)
			oldest = one;
	}
	*oldest = (struct habit){ .modes = tty->modes, .screen = screen, .used = ++h->uses };
	memcpy(oldest->program, tty->program, sizeof oldest->program);
	return oldest;
}

void
habit_right(struct habit *h, enum habit_class class)
{
	if (h->score[class] < 0)
		h->score[class] = 0;
	if (h->score[class] < SCORE_MAX)
		h->score[class]++;
}

void
habit_wrong(struct habit *h, enum habit_class class)
{
	h->score[class] = (int8_t)(h->score[class] > SCORE_WRONG ? h->score[class] - SCORE_WRONG : -1);
}

bool
habit_presumes(const struct habit *h, enum habit_class class, enum habit_class like)
{
	return h->score[class] > 0 || (h->score[class] == 0 && h->score[like] > 0);
}

bool
habit_knows(const struct habit *h, enum habit_class class)
{
	return h->score[class] > 0;
}

void
habit_is_text(struct habit *h, char c, bool text)
{
	unsigned char bit = (unsigned char)(1u << (c & 7));

	if (c < 0)
		return;
	if (text)
		h->command[c >> 3] &= (unsigned char)~bit;
	else
		h->command[c >> 3] |= bit;
}

bool
habit_is_command(const struct habit *h, char c)
{
	return c >= 0 && (h->command[c >> 3] >> (c & 7) & 1);
}

void
habit_edge(struct habit *h, unsigned left)
{
	if (left <= EDGE_MAX && left > h->edge)
		h->edge = (uint8_t)left;
}

/* The place of HASH, made the first one; it replaces the last one if it is new. */
static struct habit_prompt *
prompt_first(struct habit *h, uint32_t hash)
{
	struct habit_prompt found = { .hash = hash };
	unsigned i = 0;

	while (i + 1 < HABIT_PROMPTS && h->prompt[i].hash != hash)
		i++;
	if (h->prompt[i].hash == hash)
		found = h->prompt[i];
	memmove(&h->prompt[1], &h->prompt[0], i * sizeof h->prompt[0]);
	h->prompt[0] = found;
	return &h->prompt[0];
}

void
habit_echoed(struct habit *h, uint32_t hash)
{
	struct habit_prompt *p;

	if (hash == 0)
		return;
	p = prompt_first(h, hash);
	if (p->good < UINT16_MAX)
		p->good++;
}

void
habit_silent(struct habit *h, uint32_t hash)
{
	struct habit_prompt *p;

	if (hash == 0)
		return;
	p = prompt_first(h, hash);
	p->good = 0;
	if (p->bad < PROMPT_SILENT)
		p->bad++;
}

bool
habit_prompt_echoes(const struct habit *h, uint32_t hash)
{
	for (unsigned i = 0; hash != 0 && i < HABIT_PROMPTS; i++)
		if (h->prompt[i].hash == hash)
			return h->prompt[i].bad < PROMPT_SILENT &&
			    h->prompt[i].good >= PROMPT_ECHOES * (1 + h->prompt[i].bad);
	return false;
}
