/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "refusal.h"
#include "vouch.h"

#define SIGNAL SIGVTALRM /* of no other timer here, nor of the usual PAM module's */

static const char *const words[PROGRESS_STEPS] = {
	[PROGRESS_BEGINS] = "the login's record",
	[PROGRESS_ACCOUNT] = "the name service (getpwnam)",
	[PROGRESS_CALLER] = "the login's processes in /proc",
	[PROGRESS_POLICY] = "the groups of the user (name service), or holdfast.conf",
	[PROGRESS_REGISTER] = "the register of sessions in /run/holdfast",
	[PROGRESS_SURROUNDINGS] = "what the login's sshd has set",
	[PROGRESS_TERMINAL] = "a pseudo terminal",
	[PROGRESS_PAM_START] = "the PAM rules (pam_start)",
	[PROGRESS_PAM_ACCOUNT] = "PAM (pam_acct_mgmt)",
	[PROGRESS_GROUPS] = "the groups of the user (name service)",
	[PROGRESS_PAM_CREDENTIALS] = "PAM (pam_setcred)",
	[PROGRESS_PAM_SESSION] = "PAM (pam_open_session)",
	[PROGRESS_DIRECTORY] = "the session's directory in /run/holdfast",
	[PROGRESS_KEEPER] = "the session's keeper",
};

static struct {
	struct progress *v;
	size_t bytes;
} table;
static struct progress *own, last; /* LAST: a copy, once the table is closed */
static struct {
	timer_t timer;
	bool armed;
	volatile sig_atomic_t told;
	int conn, slot;
	/* One is complete while the other one is made. */
	unsigned char message[2][VOUCH_REPLY_MAX];
	int len[2];
	volatile sig_atomic_t ready;
} late;

const char *
progress_words(uint32_t step)
{
	return step < PROGRESS_STEPS ? words[step] : "an unknown step";
}

struct progress *
progress_table(size_t count)
{
	void *p = mmap(NULL, count * sizeof(struct progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	table.v = p;
	table.bytes = count * sizeof(struct progress);
	return p;
}

void
progress_close(void)
{
	if (own)
		last.step = own->step;
	own = own ? &last : NULL;
	if (table.v)
		munmap(table.v, table.bytes);
	table.v = NULL;
}

void
progress_begin(struct progress *p)
{
	own = p;
	if (p)
		memset(p, 0, sizeof *p);
}

void
progress_login(const char *user, const char *address, const char *who, uint8_t from)
{
	if (!own)
		return;
	own->from = from;
	snprintf(own->user, sizeof own->user, "%s", user);
	snprintf(own->address, sizeof own->address, "%s", address);
	snprintf(own->who, sizeof own->who, "%s", who);
}

/* Makes the refusal for STEP ready. */
static void
prepare(uint32_t step)
{
	struct vouch_reply no = { .type = VOUCH_REFUSED, .refusal = VOUCH_LATE };
	int other = !late.ready;

	snprintf(no.text, sizeof no.text, "a session was not ready in time (LoginTimeout): it waited for %s", progress_words(step));
	late.len[other] = vouch_encode_reply(&no, late.message[other], sizeof late.message[other]);
	late.ready = other;
}

void
progress_step(enum progress_step step)
{
	if (own)
		own->step = step;
	if (late.armed)
		prepare(step);
}

uint32_t
progress_now(void)
{
	return own ? own->step : PROGRESS_BEGINS;
}

static void
on_late(int sig, siginfo_t *si, void *context)
{
	int saved = errno, now = late.ready;

	(void)sig;
	(void)context;
	/* Another process may send this signal too. */
	if (si->si_code == SI_TIMER && late.armed && late.len[now] > 0) {
		late.armed = false;
		late.told = true;
		(void)!send(late.conn, late.message[now], (size_t)late.len[now], MSG_DONTWAIT | MSG_NOSIGNAL);
		refusal_late(late.slot);
	}
	errno = saved;
}

void
progress_arm(int conn, int slot, uint32_t ms)
{
	const struct itimerspec in = { .it_value = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 } };
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGNAL };
	struct sigaction sa = { .sa_sigaction = on_late, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigset_t set;

	progress_disarm();
	late.conn = conn;
	late.slot = slot;
	prepare(progress_now());
	sigaction(SIGNAL, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGNAL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (timer_create(CLOCK_MONOTONIC, &how, &late.timer))
		return;
	late.armed = true;
	timer_settime(late.timer, 0, &in, NULL);
}

bool
progress_has_told(void)
{
	return late.told;
}

void
progress_disarm(void)
{
	if (late.armed)
		timer_delete(late.timer);
	late.armed = false;
}
