/* SPDX-License-Identifier: MIT */
#include "storing.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "clock.h"
#include "eventstore.h"
#include "log.h"
#include "paths.h"
#include "signals.h"
#include "statedir.h"

#define COMPLAINT_MS 600000 /* between two complaints */

static struct event waiting[STORING_WAITING];
static unsigned count;
static pid_t owner; /* who stores by children; 0: nobody */
static pid_t child; /* 0: none */

/* clock_now_ms() of the last complaint, 0: none yet; in memory that forks share, if there was some. */
static uint64_t unshared;
static uint64_t *complained_ms = &unshared;

static void
complain(int rc)
{
	uint64_t now = clock_now_ms(), then = __atomic_load_n(complained_ms, __ATOMIC_RELAXED);

	if (then && now - then < COMPLAINT_MS)
		return;
	if (__atomic_compare_exchange_n(complained_ms, &then, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		log_errno(LOG_WARNING, rc, "cannot keep an event in " PATH_EVENTS ", which holdfastctl events reads");
}

static void
store(const struct event *e)
{
	int dir = statedir_open(STATEDIR_EVENTS), rc = dir < 0 ? dir : eventstore_add(dir, e);

	if (dir >= 0)
		close(dir);
	if (rc)
		complain(rc);
}

void
storing_by_children(void)
{
	void *shared = mmap(NULL, sizeof *complained_ms, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		complained_ms = shared;
	owner = getpid();
}

void
storing_put(const struct event *e)
{
	if (owner != getpid())
		store(e);
	else if (count < STORING_WAITING)
		waiting[count++] = *e;
	else
		complain(-EAGAIN);
}

static void __attribute__((noreturn))
store_all(void)
{
	static const int none[] = { 0 };

	signals_reset();
	signals_catch(none);
	signals_alarm(STORING_SECONDS);
	clean_descriptors(NULL, 0);
	for (unsigned i = 0; i < count; i++)
		store(&waiting[i]);
	_exit(0);
}

void
storing_turn(void)
{
	pid_t pid;

	if (owner != getpid() || child || !count)
		return;
	pid = fork();
	if (pid == 0)
		store_all();
	/* Without a child they wait for the next turn. */
	if (pid < 0)
		return;
	child = pid;
	count = 0;
}

bool
storing_ended(pid_t pid)
{
	if (!child || pid != child)
		return false;
	child = 0;
	return true;
}
