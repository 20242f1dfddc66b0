/* SPDX-License-Identifier: MIT */
/*
 * What the terminal model is compared with in tests/bench/screen: "memcpy", a copy of the bytes in pieces of 64 KB,
 * and, when built with -DHAVE_VTERM, "vterm", Debian's libvterm with its screen layer.
 *
 *   screen_base memcpy|vterm ROWS COLS < bytes      prints MB of input per second of this process
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_VTERM
#include <vterm.h>
#endif

#define SECONDS 1.0
#define PIECE 65536

struct input {
	char *bytes;
	size_t len;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
feed_copy(void *to, const char *bytes, size_t len)
{
	memcpy(to, bytes, len);
	/* The compiler may not leave it out. */
	__asm__ volatile("" : : "r"(to) : "memory");
}

#ifdef HAVE_VTERM
static void
feed_vterm(void *to, const char *bytes, size_t len)
{
	vterm_input_write(to, bytes, len);
	vterm_screen_flush_damage(vterm_obtain_screen(to));
}

static void *
new_vterm(int rows, int cols)
{
	VTerm *vt = vterm_new(rows, cols);

	vterm_set_utf8(vt, 1);
	vterm_screen_enable_altscreen(vterm_obtain_screen(vt), 1);
	vterm_screen_set_damage_merge(vterm_obtain_screen(vt), VTERM_DAMAGE_SCROLL);
	vterm_screen_reset(vterm_obtain_screen(vt), 1);
	return vt;
}
#endif

static void
run(const struct input *in, void (*feed)(void *to, const char *bytes, size_t len), void *to)
{
	double start = now(), spent;
	unsigned long rounds = 0;

	do {
		for (size_t at = 0; at < in->len; at += PIECE)
			feed(to, in->bytes + at, in->len - at < PIECE ? in->len - at : PIECE);
		rounds++;
	} while ((spent = now() - start) < SECONDS);
	printf("%.1f MB/s\n", (double)in->len * (double)rounds / spent / 1e6);
}

static void
read_all(struct input *in)
{
	size_t cap = 1 << 20, n;

	in->bytes = malloc(cap);
	while (in->bytes && (n = fread(in->bytes + in->len, 1, cap - in->len, stdin)) > 0) {
		in->len += n;
		if (in->len == cap)
			in->bytes = realloc(in->bytes, cap *= 2);
	}
	if (!in->bytes || !in->len)
		exit(1);
}

int
main(int argc, char **argv)
{
	static char copy[PIECE];
	struct input in = { .len = 0 };

	if (argc != 4)
		return 2;
	read_all(&in);
	if (strcmp(argv[1], "memcpy") == 0)
		run(&in, feed_copy, copy);
#ifdef HAVE_VTERM
	else if (strcmp(argv[1], "vterm") == 0)
		run(&in, feed_vterm, new_vterm(atoi(argv[2]), atoi(argv[3])));
#endif
	else
		return 2;
	free(in.bytes);
	return 0;
}
