/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "secretmem.h"
#include "x11.h"

#define TCP_BASE 6000u
#define DISPLAY_MAX (65535u - TCP_BASE)
#define SETUP 12 /* bytes of the first message before the name of its protocol */

/* What may be in DISPLAY: it becomes an argument of xauth, and a part of a path. */
static bool
is_harmless(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(":/.-_", *s))
			return false;
	return true;
}

/* "10.2": the display and the screen. */
static int
numbers(const char *s, unsigned *display, unsigned *screen)
{
	char *end;
	unsigned long d, n = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	d = strtoul(s, &end, 10);
	if (*end == '.' && isdigit((unsigned char)end[1]))
		n = strtoul(end + 1, &end, 10);
	if (*end || d > DISPLAY_MAX || n > 65535)
		return -EINVAL;
	*display = (unsigned)d;
	*screen = (unsigned)n;
	return 0;
}

/* The path of a socket, as some systems have it in DISPLAY; maybe with a screen behind it. */
static int
by_path(struct x11 *x, const char *display)
{
	char *path = x->display.host_path, *dot;

	if (strlen(display) >= sizeof(x->display.host_path))
		return -EINVAL;
	strcpy(path, display);
	if (access(path, F_OK) == 0)
		return 0;
	dot = strrchr(path, '.');
	if (!dot)
		return -EINVAL;
	*dot = '\0';
	return access(path, F_OK) == 0 ? 0 : -EINVAL;
}

/* xauth knows the displays of this machine by "unix", and not by "localhost". */
static int
take_name(struct x11 *x, const char *display)
{
	bool local = strncmp(display, "localhost:", 10) == 0;
	int n = snprintf(x->name, sizeof(x->name), "%s%s", local ? "unix:" : "", local ? display + 10 : display);

	return n < (int)sizeof(x->name) ? 0 : -EINVAL;
}

int
x11_display(struct x11 *x, const char *display)
{
	const char *colon = strrchr(display, ':');
	unsigned number;
	size_t len;

	if (!is_harmless(display) || !colon || display[0] == '-' || take_name(x, display) < 0)
		return -EINVAL;
	if (display[0] == '/')
		return by_path(x, display);
	if (numbers(colon + 1, &number, &x->screen) < 0)
		return -EINVAL;
	len = (size_t)(colon - display);
	if (display[0] == ':' || (len == 4 && strncmp(display, "unix", 4) == 0)) {
		snprintf(x->display.host_path, sizeof(x->display.host_path), "/tmp/.X11-unix/X%u", number);
		return 0;
	}
	if (len >= sizeof(x->display.host))
		return -EINVAL;
	memcpy(x->display.host, display, len);
	x->display.host[len] = '\0';
	x->display.host_port = TCP_BASE + number;
	return 0;
}

static int
digit(char c)
{
	const char digits[] = "0123456789abcdef", *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

int
x11_cookie(struct x11 *x, const char *protocol, const char *hex)
{
	size_t len = strlen(hex) / 2;
	unsigned char real[X11_COOKIE_MAX];

	if (!len || strlen(hex) % 2 || len > sizeof(real) || strlen(protocol) >= sizeof(x->protocol))
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		real[i] = (unsigned char)(high << 4 | low);
	}
	if (len != x->len && secretmem_random(x->fake, len) < 0)
		return -EINVAL;
	memcpy(x->real, real, len);
	secretmem_wipe(real, sizeof(real));
	strcpy(x->protocol, protocol);
	x->len = len;
	return 0;
}

void
x11_fake_hex(const struct x11 *x, char out[2 * X11_COOKIE_MAX + 1])
{
	for (size_t i = 0; i < x->len; i++)
		sprintf(out + 2 * i, "%02x", x->fake[i]);
	out[2 * x->len] = '\0';
}

/* Whether they are the same, in a time that tells nothing of where they differ. */
static bool
same(const unsigned char *a, const unsigned char *b, size_t len)
{
	unsigned char differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

static size_t
padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

enum x11_verdict
x11_admit(const struct x11 *x, unsigned char *m, size_t len)
{
	size_t name, data;
	bool big;

	if (len && m[0] != 'B' && m[0] != 'l')
		return X11_BAD;
	if (len < SETUP)
		return X11_MORE;
	big = m[0] == 'B';
	name = big ? (size_t)m[6] << 8 | m[7] : (size_t)m[7] << 8 | m[6];
	data = big ? (size_t)m[8] << 8 | m[9] : (size_t)m[9] << 8 | m[8];
	if (name != strlen(x->protocol) || data != x->len)
		return X11_BAD;
	if (len < SETUP + padded(name) + padded(data))
		return X11_MORE;
	if (memcmp(m + SETUP, x->protocol, name) != 0 || !same(m + SETUP + padded(name), x->fake, data))
		return X11_BAD;
	memcpy(m + SETUP + padded(name), x->real, data);
	return X11_GOOD;
}

void
x11_free(struct x11 *x)
{
	if (x)
		secretmem_wipe(x, sizeof(*x));
	free(x);
}
