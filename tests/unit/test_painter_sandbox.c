/* SPDX-License-Identifier: MIT */
/*
 * What a painter can't do any more.  Built twice: test_painter_brk has the filter of a machine whose mmap(2) hides its
 * arguments.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "painter_sandbox.h"

#define MAPPED 65536

static unsigned char *mapped;
static char path[] = "/dev/null";
static char *const no_args[] = { path, NULL };

static void
do_nothing(void)
{
}

static void
do_read(void)
{
	char b;

	(void)!read(0, &b, 1);
}

static void
do_memory(void)
{
	for (size_t n = 1; n < 8u << 20; n *= 3) {
		char *p = malloc(n);

		if (!p)
			_exit(9);
		memset(p, 1, n);
		p = realloc(p, n * 2);
		memset(p, 2, n * 2);
		free(p);
	}
}

static void
do_too_much_memory(void)
{
	/* for the compiler, which leaves a malloc out whose memory is not used */
	void *volatile p = malloc(1u << 30);

	if (p)
		_exit(9);
}

static void
do_open(void)
{
	syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
}

static void
do_socket(void)
{
	(void)!socket(AF_INET, SOCK_STREAM, 0);
}

static void
do_fork(void)
{
	(void)!fork();
}

static void
do_exec(void)
{
	execve(path, no_args, no_args + 1);
}

static void
do_kill(void)
{
	kill(getppid(), 0);
}

static void
do_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void
do_ioctl(void)
{
	syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x");
}

static void
do_sendmsg(void)
{
	struct msghdr m = { .msg_name = NULL };

	sendmsg(0, &m, 0);
}

static void
do_dup(void)
{
	(void)!dup(0);
}

static void
do_sleep(void)
{
	const struct timespec t = { 0, 1 };

	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL);
}

static void
do_mprotect(void)
{
	mprotect(mapped, MAPPED, PROT_READ | PROT_WRITE);
}

#ifdef MMAP_HIDES_ARGUMENTS
/* A filter that cannot see what is asked for: all of it fails. */
#ifndef __SANITIZE_ADDRESS__
static void
do_map_in_vain(void)
{
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || errno != ENOMEM)
		_exit(9);
	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || errno != ENOMEM)
		_exit(10);
}
#endif
#else
static void
do_map_file(void)
{
	mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
}

static void
do_map_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
#endif

static void
do_prctl(void)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void
do_write_ring(void)
{
	*(volatile unsigned char *)mapped = 1;
}

static void
do_other_descriptors(void)
{
	for (int fd = 1; fd < 64; fd++)
		if (write(fd, "x", 1) >= 0 || errno != EBADF)
			_exit(9);
}

#if defined(__x86_64__)
/* The other system call table: getpid in the 32-bit one is 20, writev here. */
static void
do_32_bit(void)
{
	long n = 20;

	__asm__ volatile("int $0x80" : "+a"(n) : : "memory", "r8", "r9", "r10", "r11");
}

/* x32's read. */
static void
do_x32(void)
{
	syscall(0x40000000, 0, NULL, 0);
}

#endif

/* How a process ends that does WHAT and is not confined: the signal; 0: by none. */
static int
unconfined(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL); /* cmocka has its own */
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* The wait status of a confined process that does WHAT. */
static int
confined(void (*what)(void))
{
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL); /* cmocka's handler would call what is forbidden */
		if (painter_confine(pair[1], mapped, MAPPED) < 0)
			_exit(8);
		what();
		_exit(0);
	}
	close(pair[1]);
	shutdown(pair[0], SHUT_WR);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	return status;
}

static void
permitted(void **state)
{
	(void)state;
	assert_int_equal(confined(do_nothing), 0);
	assert_int_equal(confined(do_read), 0);
	assert_int_equal(confined(do_memory), 0);
	assert_int_equal(confined(do_other_descriptors), 0);
#if defined MMAP_HIDES_ARGUMENTS && !defined __SANITIZE_ADDRESS__ /* there is no filter with the sanitizer */
	assert_int_equal(confined(do_map_in_vain), 0);
#endif
}

static void
the_ring_is_read_only(void **state)
{
	int status = confined(do_write_ring);

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	assert_int_not_equal(status, 0);
#else
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
#endif
}

static void
memory_is_bounded(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	assert_int_equal(confined(do_too_much_memory), 0);
}

static void
forbidden(void **state)
{
	static void (*const calls[])(void) = {
		do_open, do_socket, do_fork, do_exec, do_kill, do_ptrace, do_ioctl, do_sendmsg, do_dup, do_sleep,
		do_mprotect, do_prctl,
#ifndef MMAP_HIDES_ARGUMENTS
		do_map_file, do_map_code,
#endif
#if defined(__x86_64__)
		do_32_bit, do_x32,
#endif
	};

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		int status = confined(calls[i]);

		/* A kernel without 32-bit calls ends whoever makes one, before any filter is asked. */
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && unconfined(calls[i]) == SIGSEGV)
			continue;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("forbidden call %zu: wait status %#x", i, status);
	}
}

static int
set_up(void **state)
{
	(void)state;
	mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return mapped == MAP_FAILED;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permitted),
		cmocka_unit_test(the_ring_is_read_only),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(forbidden),
	};

	if (!painter_can_be_confined()) {
		puts("there is no painter on this machine");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up, NULL);
}
