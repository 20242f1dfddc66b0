/* SPDX-License-Identifier: MIT */
/* screen-replay: drives the terminal model from the command line, for tests and benchmarks.  Not installed. */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "law.h"
#include "screen.h"

#define DEFAULT_SCROLLBACK 2000
#define DEFAULT_CUTS 100
#define BENCH_SECONDS 1.0

enum what { RENDERING, TEXT, STATE, BENCH, LAW, LEAVE, ANSWERS, TALK };

struct job {
	enum what what;
	unsigned rows, cols, scrollback;
	size_t cut;
	unsigned long cuts, seed;
	bool history;
	unsigned resize_rows, resize_cols;
	unsigned cell_width, cell_height;
	struct screen_render_options options;
	unsigned char *bytes;
	size_t len;
};

static void
usage(void)
{
	fputs("usage: screen-replay [OPTIONS] ROWS COLS [SCROLLBACK] < bytes\n"
	      "Feeds the bytes to a terminal model and writes its rendering to standard output.\n"
	      "  --at N         only the first N bytes\n"
	      "  --resize RxC   then change the size\n"
	      "  --cells WxH    a cell has so many pixels, for images\n"
	      "  --text         the screen as text instead; with --history also the scrollback\n"
	      "  --state        the modes instead, one \"name value\" a line\n"
	      "  --answers      the answers to queries instead\n"
	      "  --talk         be a terminal: answer queries as they come, until the end of the input\n"
	      "  --leave        what leaves the terminal clean instead\n"
	      "  --line TEXT    with this line above the restored screen\n"
	      "  --no-scrollback  only the screen\n"
	      "  --target TEXT  for a terminal that takes no more than this (common/base/termcan.h, termcan_print)\n"
	      "  --law          check that renderings restore the model, at many cuts; exit 1 if one does not\n"
	      "  --cuts N       how many (100), --seed N which\n"
	      "  --bench        print MB/s, memory and the time of a rendering\n", stderr);
	exit(2);
}

static void
out_of_memory(void)
{
	fputs("screen-replay: out of memory\n", stderr);
	exit(1);
}

static void
read_all(struct job *job)
{
	size_t cap = 1 << 16, n;

	job->bytes = malloc(cap);
	while (job->bytes && (n = fread(job->bytes + job->len, 1, cap - job->len, stdin)) > 0) {
		job->len += n;
		if (job->len == cap && !(job->bytes = realloc(job->bytes, cap *= 2)))
			break;
	}
	if (!job->bytes)
		out_of_memory();
}

static void
to_stdout(void *to, const void *bytes, size_t len)
{
	(void)to;
	fwrite(bytes, 1, len, stdout);
}

static void
count_bytes(void *to, const void *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)to += len;
}

/* In seconds of this process, so that others on the machine do not count. */
static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct screen *
new_screen(const struct job *job)
{
	struct screen *s = screen_new(job->rows, job->cols, job->scrollback);

	if (!s)
		out_of_memory();
	screen_terminal_is(s, &(struct screen_terminal){ .xpixel = (uint16_t)(job->cols * job->cell_width),
	                                                 .ypixel = (uint16_t)(job->rows * job->cell_height) });
	return s;
}

static int
bench(const struct job *job)
{
	struct screen *s = new_screen(job);
	double start = now(), spent, best = 1e9;
	unsigned long rounds = 0;
	size_t len = 0;

	do {
		screen_feed(s, job->bytes, job->len);
		rounds++;
	} while ((spent = now() - start) < BENCH_SECONDS);
	for (unsigned i = 0; i < 50; i++) {
		double t = now();

		len = 0;
		screen_render(s, &job->options, count_bytes, &len);
		if (now() - t < best)
			best = now() - t;
	}
	printf("%.1f MB/s\n", (double)job->len * (double)rounds / spent / 1e6);
	printf("%zu bytes of memory\n", screen_memory(s));
	printf("%zu bytes of rendering in %.3f ms\n", len, best * 1e3);
	screen_free(s);
	return 0;
}

static uint64_t
next_random(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
check_law(const struct job *job)
{
	uint64_t state = job->seed;
	unsigned long wrong = 0;
	char why[1024];

	for (unsigned long i = 0; i < job->cuts; i++) {
		size_t cut = i == 0 ? job->len : next_random(&state) % (job->len + 1);

		if (law_holds(job->rows, job->cols, job->scrollback, job->bytes, job->len, cut, why, sizeof why))
			continue;
		printf("cut at %zu, %s\n", cut, why);
		wrong++;
	}
	printf("%lu cuts, %lu wrong\n", job->cuts, wrong);
	return wrong ? 1 : 0;
}

static int
show(const struct job *job)
{
	struct screen *s = new_screen(job);
	char answers[SCREEN_ANSWERS_MAX];
	size_t n;

	screen_answer(s, job->what == ANSWERS);
	screen_feed(s, job->bytes, job->cut < job->len ? job->cut : job->len);
	if (job->resize_rows)
		screen_resize(s, job->resize_rows, job->resize_cols);
	switch (job->what) {
	case TEXT:
		screen_text(s, job->history, to_stdout, NULL);
		break;
	case STATE:
		screen_state(s, to_stdout, NULL);
		break;
	case ANSWERS:
		n = screen_take_answers(s, answers, sizeof answers);
		to_stdout(NULL, answers, n);
		break;
	case LEAVE:
		screen_leave(s, job->options.target, to_stdout, NULL);
		break;
	default:
		screen_render(s, &job->options, to_stdout, NULL);
		break;
	}
	screen_free(s);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* The other end of a pty, as standard input and output, has a terminal to talk to. */
static int
talk(const struct job *job)
{
	struct screen *s = new_screen(job);
	char bytes[4096], answers[SCREEN_ANSWERS_MAX];
	ssize_t n, done = 0;

	screen_answer(s, true);
	while (done >= 0 && (n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
		size_t len;

		screen_feed(s, bytes, (size_t)n);
		len = screen_take_answers(s, answers, sizeof answers);
		for (size_t at = 0; at < len && done >= 0; at += (size_t)done)
			done = write(STDOUT_FILENO, answers + at, len - at);
	}
	screen_free(s);
	return 0;
}

static unsigned long
number(const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		usage();
	return v;
}

static void
parse_options(struct job *job, int argc, char **argv)
{
	enum { AT = 256, RESIZE, CELLS, HISTORY, LINE, NO_SCROLLBACK, TARGET, CUTS, SEED, DO };
	static struct termcan target;
	static const struct option options[] = {
		{ "at", 1, NULL, AT }, { "resize", 1, NULL, RESIZE }, { "cells", 1, NULL, CELLS },
		{ "history", 0, NULL, HISTORY },
		{ "line", 1, NULL, LINE }, { "no-scrollback", 0, NULL, NO_SCROLLBACK },
		{ "target", 1, NULL, TARGET }, { "cuts", 1, NULL, CUTS },
		{ "seed", 1, NULL, SEED }, { "text", 0, NULL, DO + TEXT }, { "state", 0, NULL, DO + STATE },
		{ "bench", 0, NULL, DO + BENCH }, { "law", 0, NULL, DO + LAW }, { "leave", 0, NULL, DO + LEAVE },
		{ "answers", 0, NULL, DO + ANSWERS }, { "talk", 0, NULL, DO + TALK }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == AT)
			job->cut = number(optarg);
		else if (c == RESIZE && sscanf(optarg, "%ux%u", &job->resize_rows, &job->resize_cols) != 2)
			usage();
		else if (c == CELLS && sscanf(optarg, "%ux%u", &job->cell_width, &job->cell_height) != 2)
			usage();
		else if (c == HISTORY)
			job->history = true;
		else if (c == LINE)
			job->options.line = optarg;
		else if (c == NO_SCROLLBACK)
			job->options.no_scrollback = true;
		else if (c == TARGET && termcan_parse(&target, optarg) == 0)
			job->options.target = &target;
		else if (c == CUTS)
			job->cuts = number(optarg);
		else if (c == SEED)
			job->seed = number(optarg);
		else if (c > DO)
			job->what = (enum what)(c - DO);
		else if (c == '?' || c == TARGET)
			usage();
	}
}

int
main(int argc, char **argv)
{
	struct job job = { .scrollback = DEFAULT_SCROLLBACK, .cut = SIZE_MAX, .cuts = DEFAULT_CUTS, .seed = 1 };
	int status;

	parse_options(&job, argc, argv);
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc > 3)
		usage();
	job.rows = (unsigned)number(argv[0]);
	job.cols = (unsigned)number(argv[1]);
	if (argc == 3)
		job.scrollback = (unsigned)number(argv[2]);
	if (job.what == TALK)
		return talk(&job);
	read_all(&job);
	status = job.what == BENCH ? bench(&job) : job.what == LAW ? check_law(&job) : show(&job);
	free(job.bytes);
	return status;
}
