/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

static const char magic[8] = { 'h', 'o', 'l', 'd', 'c', 'n', 't', '\n' };

/* The mapping, or NULL; and the file that it is of. */
static struct counters *mapped;
static dev_t mapped_dev;
static ino_t mapped_ino;

static const uint64_t limits_ms[] = { 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10000,
	                              20000, 30000, UINT64_MAX };

#define LIMITS (sizeof limits_ms / sizeof *limits_ms)
#define HEAD_BYTES offsetof(struct counters, counts)

_Static_assert(LIMITS <= COUNTERS_BUCKETS, "the limits have room");
_Static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0, "no padding at the end");

uint64_t
counters_limit_ms(size_t place)
{
	return place < LIMITS ? limits_ms[place] : 0;
}

static bool
is_head(const struct counters *c)
{
	return memcmp(c->magic, magic, sizeof magic) == 0 && c->version == COUNTERS_VERSION && c->size >= HEAD_BYTES;
}

/* Whether FD is a file of ours alone. */
static int
check_file(int fd, struct stat *st)
{
	if (fstat(fd, st))
		return -errno;
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 077) ? 0 : -EPERM;
}

/* The whole of FD, as far as this program knows it, into *C. */
static int
read_all(int fd, struct counters *c)
{
	ssize_t n;

	memset(c, 0, sizeof *c);
	n = pread(fd, c, sizeof *c, 0);
	if (n < 0)
		return -errno;
	return n >= (ssize_t)HEAD_BYTES && is_head(c) ? 0 : -EBADMSG;
}

int
counters_read(const char *path, struct counters *out)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc;
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = check_file(fd, &st);
	if (!rc)
		rc = read_all(fd, out);
	close(fd);
	return rc;
}

/* Opens PATH below AT if it is such a file, and makes it as long as it has to be: a descriptor or a negative errno. */
static int
open_old(int at, const char *path)
{
	int fd = openat(at, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc;
	const uint32_t size = sizeof(struct counters);
	struct counters c;
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = check_file(fd, &st);
	if (!rc)
		rc = read_all(fd, &c);
	/* Also where it is long enough: a hole would need memory when it is written to, and there may be none. */
	if (!rc)
		rc = -posix_fallocate(fd, 0, (off_t)sizeof c);
	if (!rc && c.size < size &&
	    pwrite(fd, &size, sizeof size, offsetof(struct counters, size)) != (ssize_t)sizeof size)
		rc = -EIO;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

/* Makes PATH below AT with the contents *C: a descriptor or a negative errno. */
static int
make_new(int at, const char *path, const struct counters *c)
{
	char unfinished[128];
	int fd, rc;

	if (snprintf(unfinished, sizeof unfinished, "%s.new", path) >= (int)sizeof unfinished)
		return -ENAMETOOLONG;
	unlinkat(at, unfinished, 0);
	fd = openat(at, unfinished, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = fd_write_all(fd, c, sizeof *c);
	if (!rc)
		rc = -posix_fallocate(fd, 0, (off_t)sizeof *c);
	if (!rc && renameat(at, unfinished, at, path))
		rc = -errno;
	if (!rc)
		return fd;
	unlinkat(at, unfinished, 0);
	close(fd);
	return rc;
}

/* What a new file begins with: the counts so far, where there are any. */
static void
begin(struct counters *c)
{
	if (mapped)
		memcpy(c, mapped, sizeof *c);
	else
		memset(c, 0, sizeof *c);
	if (!c->since_ms)
		c->since_ms = clock_date_ms();
	memcpy(c->magic, magic, sizeof c->magic);
	c->version = COUNTERS_VERSION;
	c->size = sizeof *c;
}

static int
map(int fd)
{
	struct counters *got;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	got = mmap(NULL, sizeof *got, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (got == MAP_FAILED)
		return -errno;
	counters_close();
	mapped = got;
	mapped_dev = st.st_dev;
	mapped_ino = st.st_ino;
	return 0;
}

int
counters_open(int at, const char *path)
{
	int fd = open_old(at, path), rc;
	struct counters first;

	if (fd < 0) {
		begin(&first);
		fd = make_new(at, path, &first);
	}
	if (fd < 0)
		return fd;
	rc = map(fd);
	close(fd);
	if (!rc)
		counters_guard();
	return rc;
}

int
counters_again(int at, const char *path)
{
	struct stat st;

	if (mapped && fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == mapped_dev && st.st_ino == mapped_ino &&
	    st.st_size >= (off_t)sizeof *mapped)
		return 0;
	return counters_open(at, path);
}

/*
 * The file was cut: memory of our own takes the place of the mapping, and is counted in from now on.  mmap(2) is one
 * system call, and the instruction that failed is begun again after this.
 */
static void
on_bus(int sig, siginfo_t *si, void *context)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	uintptr_t at = (uintptr_t)si->si_addr, from = (uintptr_t)mapped;
	int saved = errno;

	(void)context;
	if (si->si_code > 0 && mapped && at >= from && at < from + sizeof *mapped &&
	    mmap(mapped, sizeof *mapped, PROT_READ | PROT_WRITE, flags, -1, 0) == mapped) {
		errno = saved;
		return;
	}
	signal(sig, SIG_DFL);
	if (si->si_code <= 0)
		raise(sig);
}

void
counters_guard(void)
{
	struct sigaction sa = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	if (mapped)
		sigaction(SIGBUS, &sa, NULL);
}

void
counters_close(void)
{
	if (mapped)
		munmap(mapped, sizeof *mapped);
	mapped = NULL;
}

static void
add(uint64_t *count, uint64_t n)
{
	__atomic_fetch_add(count, n, __ATOMIC_RELAXED);
}

static void
set(uint64_t *value, uint64_t to)
{
	__atomic_store_n(value, to, __ATOMIC_RELAXED);
}

void
counters_event(const char *event, const char *why)
{
	static const struct {
		enum counter_event event;
		enum counter_list reasons;
	} lists[] = {
		{ COUNTER_REFUSE, COUNTER_REFUSALS },
		{ COUNTER_ASIDE, COUNTER_ASIDES },
		{ COUNTER_END, COUNTER_ENDS },
		{ COUNTER_LOST, COUNTER_ENDS },
		{ COUNTER_DROP, COUNTER_DROPS },
	};
	size_t place = counterwords_find(COUNTER_EVENTS, event, strlen(event));
	size_t reason;

	if (!mapped)
		return;
	add(&mapped->counts[COUNTER_EVENTS][place], 1);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (lists[i].event != place)
			continue;
		reason = why ? counterwords_find(lists[i].reasons, why, strlen(why)) : 0;
		add(&mapped->counts[lists[i].reasons][reason], 1);
	}
}

void
counters_logins(uint64_t waiting, uint64_t serving)
{
	if (!mapped)
		return;
	set(&mapped->waiting, waiting);
	set(&mapped->serving, serving);
}

void
counters_daemon(pid_t pid, uint64_t start)
{
	if (!mapped)
		return;
	set(&mapped->pid, (uint64_t)pid);
	set(&mapped->start, start);
}

/* The file is for root alone, as the ticket's record is; these bits of it give no ticket away. */
static uint64_t
key_of(const struct ticket *t)
{
	uint64_t key;

	memcpy(&key, t->bytes, sizeof key);
	return key;
}

void
counters_asked(const struct ticket *t, uint64_t now_ms)
{
	uint64_t key = key_of(t);

	if (!mapped || !key)
		return;
	set(&mapped->asked[key % COUNTERS_ASKED].ms, now_ms);
	__atomic_store_n(&mapped->asked[key % COUNTERS_ASKED].key, key, __ATOMIC_RELEASE);
}

uint64_t
counters_asked_ms(const struct ticket *t)
{
	uint64_t key = key_of(t), expected = key, ms;

	if (!mapped || !key)
		return 0;
	ms = __atomic_load_n(&mapped->asked[key % COUNTERS_ASKED].ms, __ATOMIC_ACQUIRE);
	return __atomic_compare_exchange_n(&mapped->asked[key % COUNTERS_ASKED].key, &expected, 0, false,
	                                   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED) ? ms : 0;
}

void
counters_resumed(uint64_t took_ms)
{
	size_t i = 0;

	if (!mapped)
		return;
	while (i + 1 < LIMITS && took_ms > limits_ms[i])
		i++;
	add(&mapped->resumes[i], 1);
	add(&mapped->resumes_ms, took_ms);
}
