/* SPDX-License-Identifier: MIT */
/*
 * bench-probe: a terminal with a program in it, for the benchmark: what Python would be too slow to time.
 *
 *   bench-probe COMMAND [ARGUMENT…]     in a pty of 24x80; obeys lines on standard input, each answered by one line:
 *     wait MS TEXT       until TEXT is seen behind the last match
 *                                         ok NS BYTES: since the last send or the start; bytes of output since then
 *     send HEX                            ok
 *     echo COUNT GAP_US  types COUNT keys, one when the one before has been seen and GAP_US are over
 *                                         ok NS…: each key's time
 *     drain MS           reads until MS go by without output          ok BYTES
 *     hash               FNV-1a of all output since the last send     ok HEX
 *   "timeout", "eof" and "bad" are the other answers.
 *
 *   bench-probe -g RATE       prints lines of 64 bytes, RATE bytes a second, until it is ended
 *   bench-probe -p N DIR      opens and closes N PAM sessions of each of the services with and without in DIR, in
 *                             turn; prints the nanoseconds of each, one pair a line
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 256
#define KEYS "#%&_+!"

static int terminal = -1;
static bool ended;
static uint64_t sent_at, bytes, fnv;
static char tail[65536 + TEXT_MAX]; /* the latest output, behind the last match */
static size_t tail_len;

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void
mark_start(void)
{
	sent_at = now_ns();
	bytes = 0;
	fnv = 0xcbf29ce484222325U;
}

/* What there is within MS: how many bytes, at the end of the tail. */
static size_t
take(int ms, bool hash)
{
	struct pollfd p = { .fd = terminal, .events = POLLIN };
	ssize_t n;

	if (ended || poll(&p, 1, ms) <= 0)
		return 0;
	if (tail_len > TEXT_MAX) {
		memmove(tail, tail + tail_len - TEXT_MAX, TEXT_MAX);
		tail_len = TEXT_MAX;
	}
	n = read(terminal, tail + tail_len, sizeof tail - tail_len);
	if (n <= 0) {
		ended = !(n < 0 && (errno == EAGAIN || errno == EINTR));
		return 0;
	}
	for (ssize_t i = 0; hash && i < n; i++)
		fnv = (fnv ^ (unsigned char)tail[tail_len + (size_t)i]) * 0x100000001b3U;
	bytes += (uint64_t)n;
	tail_len += (size_t)n;
	return (size_t)n;
}

static bool
match(const char *text, size_t len)
{
	char *at = memmem(tail, tail_len, text, len);

	if (!at)
		return false;
	at += len;
	tail_len -= (size_t)(at - tail);
	memmove(tail, at, tail_len);
	return true;
}

/* 0, -ETIMEDOUT or -EPIPE. */
static int
wait_for(const char *text, int ms)
{
	size_t len = strlen(text);
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;

	while (!match(text, len)) {
		uint64_t now = now_ns();

		if (ended)
			return -EPIPE;
		if (now >= end)
			return -ETIMEDOUT;
		take((int)((end - now) / 1000000) + 1, false);
	}
	return 0;
}

static const char *
word(int rc)
{
	return rc == -EPIPE ? "eof" : "timeout";
}

static void
do_wait(char *rest)
{
	char *text;
	int ms = (int)strtol(rest, &text, 10), rc = wait_for(text + 1, ms);

	if (rc)
		puts(word(rc));
	else
		printf("ok %llu %llu\n", (unsigned long long)(now_ns() - sent_at), (unsigned long long)bytes);
}

static void
type(const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(terminal, p, len);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (!take(10, false) && ended) {
			return;
		}
	}
}

static void
do_send(const char *hex)
{
	char text[4096];
	size_t len = 0;
	unsigned v;

	for (; len < sizeof text && sscanf(hex, "%2x", &v) == 1; hex += 2)
		text[len++] = (char)v;
	mark_start();
	type(text, len);
	puts("ok");
}

static void
do_echo(char *rest)
{
	unsigned count = (unsigned)strtoul(rest, &rest, 10), gap = (unsigned)strtoul(rest, NULL, 10);
	uint64_t *times = calloc(count, sizeof *times);
	int rc = times ? 0 : -ETIMEDOUT;

	for (unsigned i = 0; !rc && i < count; i++) {
		char key[2] = { KEYS[i % strlen(KEYS)], '\0' };
		uint64_t at, until;

		tail_len = 0;
		at = now_ns();
		type(key, 1);
		rc = wait_for(key, 20000);
		times[i] = now_ns() - at;
		until = at + times[i] + gap * 1000U;
		for (uint64_t now; !rc && !ended && (now = now_ns()) < until;)
			take((int)((until - now) / 1000000), false);
	}
	if (rc) {
		puts(word(rc));
	} else {
		fputs("ok", stdout);
		for (unsigned i = 0; i < count; i++)
			printf(" %llu", (unsigned long long)times[i]);
		putchar('\n');
	}
	free(times);
}

static void
obey(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "wait ", 5) == 0) {
		do_wait(line + 5);
	} else if (strncmp(line, "send ", 5) == 0) {
		do_send(line + 5);
	} else if (strncmp(line, "echo ", 5) == 0) {
		do_echo(line + 5);
	} else if (strncmp(line, "drain ", 6) == 0) {
		while (take(atoi(line + 6), true))
			;
		printf("ok %llu %llu\n", (unsigned long long)(now_ns() - sent_at), (unsigned long long)bytes);
	} else if (strcmp(line, "hash") == 0) {
		printf("ok %016llx\n", (unsigned long long)fnv);
	} else {
		puts("bad");
	}
	fflush(stdout);
}

static int
terminal_with(char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct pollfd p[2];
	char line[16384];
	pid_t pid;

	mark_start();
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || fcntl(terminal, F_SETFL, O_NONBLOCK) || fcntl(terminal, F_SETFD, FD_CLOEXEC))
		return 1;
	printf("ok %d\n", (int)pid);
	fflush(stdout);
	setvbuf(stdin, NULL, _IONBF, 0);
	for (;;) {
		p[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = ended ? -1 : terminal, .events = POLLIN };
		if (poll(p, 2, -1) < 0)
			break;
		if (p[1].revents)
			take(0, false);
		if (p[0].revents && !fgets(line, sizeof line, stdin))
			break;
		if (p[0].revents)
			obey(line);
	}
	kill(pid, SIGKILL);
	return 0;
}

static int
generate(uint64_t rate)
{
	static char text[1 << 20];
	uint64_t start = now_ns(), done = 0;
	size_t len;

	for (;;) {
		struct timespec nap = { .tv_nsec = 10000000 };
		uint64_t due = (now_ns() - start) / 1000 * rate / 1000000;

		/* What it could not print in time it does not make up for. */
		if (due > done + rate / 20)
			done = due - rate / 20;
		for (len = 0; done + 64 <= due && len + 65 < sizeof text; done += 64)
			len += (size_t)snprintf(text + len, 65, "%015llu the quick brown fox jumps over the lazy dog ---\n",
			                        (unsigned long long)done);
		if (len && write(1, text, len) < 0)
			return 1;
		nanosleep(&nap, NULL);
	}
}

static int
no_talk(int n, const struct pam_message **m, struct pam_response **r, void *data)
{
	(void)n, (void)m, (void)r, (void)data;
	return PAM_CONV_ERR;
}

static uint64_t
pam_once(const char *dir, const char *service)
{
	static const struct pam_conv conv = { no_talk, NULL };
	pam_handle_t *h;
	uint64_t at;
	bool ok;

	if (pam_start_confdir(service, "alice", &conv, dir, &h) != PAM_SUCCESS)
		exit(3);
	pam_set_item(h, PAM_RHOST, "127.0.0.1");
	pam_putenv(h, "SSH_CONNECTION=127.0.0.1 50022 127.0.0.1 22");
	pam_putenv(h, "SSH_AUTH_INFO_0=publickey ssh-ed25519 "
	           "AAAAC3NzaC1lZDI1NTE5AAAAIG1n1l8sJ2K0mQ0sQ8xH2w5m2b0yXW1m9Jk3s1Z8q5rT");
	at = now_ns();
	ok = pam_open_session(h, PAM_SILENT) == PAM_SUCCESS;
	at = now_ns() - at;
	if (strcmp(service, "with") == 0 && !pam_getenv(h, "HOLDFAST_TICKET"))
		ok = false;
	pam_close_session(h, PAM_SILENT);
	pam_end(h, PAM_SUCCESS);
	if (!ok)
		exit(4);
	return at;
}

static int
time_module(unsigned n, const char *dir)
{
	while (n--) {
		uint64_t without = pam_once(dir, "without"), with = pam_once(dir, "with");

		printf("%llu %llu\n", (unsigned long long)without, (unsigned long long)with);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-g") == 0)
		return generate(strtoull(argv[2], NULL, 10));
	if (argc == 4 && strcmp(argv[1], "-p") == 0)
		return time_module((unsigned)strtoul(argv[2], NULL, 10), argv[3]);
	if (argc < 2 || argv[1][0] == '-') {
		fputs("bench-probe: see its source; tests/bench/run.py runs it\n", stderr);
		return 2;
	}
	return terminal_with(argv + 1);
}
