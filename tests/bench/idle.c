/* SPDX-License-Identifier: MIT */
/*
 * bench-idle: the least memory that processes take which only wait: the share of it that no session can do without.
 *
 *   bench-idle COUNT                 COUNT processes that have been executed, with the shared C library
 *   bench-idle COUNT SERVICE USER    COUNT processes, each of which holds a PAM session open.  They are forked from one
 *                                    that has had such a session: modules and libraries are there already
 *
 * Prints their pids, one a line, and a line "ready" when all are there; they end with it, and it ends with its standard
 * input.  Needs root.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define COUNT_MAX 1000

/* Loaded when it is needed: who only waits has nothing but the C library. */
static __typeof__(pam_start) *start_pam;
static __typeof__(pam_acct_mgmt) *check_account;
static __typeof__(pam_setcred) *set_credentials;
static __typeof__(pam_open_session) *open_pam_session;
static __typeof__(pam_close_session) *close_pam_session;

static void
load_pam(void)
{
	void *pam = dlopen("libpam.so.0", RTLD_NOW);

	if (pam) {
		start_pam = (__typeof__(start_pam))dlsym(pam, "pam_start");
		check_account = (__typeof__(check_account))dlsym(pam, "pam_acct_mgmt");
		set_credentials = (__typeof__(set_credentials))dlsym(pam, "pam_setcred");
		open_pam_session = (__typeof__(open_pam_session))dlsym(pam, "pam_open_session");
		close_pam_session = (__typeof__(close_pam_session))dlsym(pam, "pam_close_session");
	}
	if (!start_pam || !check_account || !set_credentials || !open_pam_session || !close_pam_session) {
		fputs("bench-idle: no libpam\n", stderr);
		exit(1);
	}
}

static int
no_talk(int n, const struct pam_message **m, struct pam_response **r, void *data)
{
	(void)n, (void)m, (void)r, (void)data;
	return PAM_CONV_ERR;
}

static pam_handle_t *
open_session(const char *service, const char *user)
{
	static const struct pam_conv conv = { no_talk, NULL };
	pam_handle_t *h;

	if (start_pam(service, user, &conv, &h) != PAM_SUCCESS || check_account(h, PAM_SILENT) != PAM_SUCCESS ||
	    set_credentials(h, PAM_ESTABLISH_CRED | PAM_SILENT) != PAM_SUCCESS ||
	    open_pam_session(h, PAM_SILENT) != PAM_SUCCESS) {
		fputs("bench-idle: no PAM session\n", stderr);
		exit(1);
	}
	return h;
}

/* Says by one byte that it is ready, and waits for the end of the parent, which is its own. */
static void
wait_for_the_end(int ready)
{
	malloc_trim(0);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void
child(char **argv, int ready)
{
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argv[2]) {
		open_session(argv[2], argv[3]);
		wait_for_the_end(ready);
	}
	snprintf(number, sizeof number, "%d", ready);
	execl("/proc/self/exe", "bench-idle", "-w", number, (char *)NULL);
	_exit(1);
}

int
main(int argc, char **argv)
{
	int count = argc == 2 || argc == 4 ? atoi(argv[1]) : 0, ready[2];
	pid_t pid;
	char byte;

	if (argc == 3 && strcmp(argv[1], "-w") == 0)
		wait_for_the_end(atoi(argv[2]));
	if (count < 1 || count > COUNT_MAX || pipe(ready) < 0) {
		fputs("bench-idle: see its source; tests/bench/run.py runs it\n", stderr);
		return 2;
	}
	if (argc == 4) {
		load_pam();
		close_pam_session(open_session(argv[2], argv[3]), PAM_SILENT);
	}
	for (int i = 0; i < count; i++) {
		pid = fork();
		if (pid == 0)
			child(argv, ready[1]);
		printf("%d\n", (int)pid);
		fflush(stdout);
	}
	close(ready[1]);
	for (int i = 0; i < count; i++)
		if (read(ready[0], &byte, 1) != 1)
			return 1;
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
