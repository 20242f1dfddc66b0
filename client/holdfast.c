/* SPDX-License-Identifier: MIT */
/* holdfast: a shell or a command on another host that outlives its connection, see holdfast(1). */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "askpass.h"
#include "become.h"
#include "exit_status.h"
#include "frame_types.h"
#include "heap.h"
#include "hop_relay.h"
#include "listing.h"
#include "newfd.h"
#include "options.h"
#include "plain.h"
#include "run.h"
#include "script.h"
#include "sshprogram.h"
#include "target.h"
#include "transport_command.h"

static int ready = -1; /* -f: the parent waits for a byte here */

/* Opens those of descriptors 0 to 2 that the caller has closed. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

/*
 * -f: the child connects, and asks its questions while it still belongs to the terminal; the parent exits when the
 * child has a session.  So no connection has to survive a fork.
 */
static int
to_background(void)
{
	int p[2], status = 0;
	char c;
	pid_t pid;

	if (newfd_pipe(p) != 0 || (pid = fork()) < 0)
		return -errno;
	if (pid == 0) {
		close(p[0]);
		ready = p[1];
		return 0;
	}
	close(p[1]);
	if (read(p[0], &c, 1) == 1)
		_exit(0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED);
}

static void
attached(void)
{
	if (ready < 0)
		return;
	setsid();
	if (write(ready, "", 1) < 0)
		return;
	close(ready);
	ready = -1;
}

/* -E: our messages go to a file, the command's errors do not. */
static int
open_log(const char *path)
{
	int errors = fcntl(2, F_DUPFD_CLOEXEC, 3), fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (errors < 0 || fd < 0 || dup2(fd, 2) < 0) {
		fprintf(stderr, "holdfast: %s: %s\n", path, strerror(errno));
		exit(STATUS_FAILED);
	}
	close(fd);
	return errors;
}

static int
session(const struct options *o, struct transport_target *target, struct asking *asking, int errors)
{
	struct fallback fallback = { .wanted = false };
	int status;

	if (o->background && to_background() < 0) {
		asking_sayf(asking, "cannot go to the background: %s", strerror(errno));
		return STATUS_FAILED;
	}
	status = run_session(o, target, asking, errors, attached, &fallback);
	if (!fallback.wanted)
		return status;
	status = plain_run(o, target, &fallback, asking, errors);
	free(fallback.input);
	return status;
}

static void
cannot(const struct options *o, struct asking *asking, const char *why)
{
	struct hopmsg_report m = { .type = HOPMSG_FAILED };

	asking_sayf(asking, "%s", why);
	if (o->hop.fd < 0)
		return;
	snprintf(m.text, sizeof m.text, "%s", why);
	hop_report(&o->hop, &m);
}

static int
with_target(struct options *o, int errors)
{
	char why[512] = "", said[TEXT_CAP] = "";
	struct transport_target *target = target_new(&o->request, why, sizeof why);
	const struct sshconfig *c = target ? target_config(target) : NULL;
	struct asking asking;
	int status = STATUS_FAILED;

	asking_init(&asking, c && c->batch_mode, c ? c->log_level == LOG_LEVEL_QUIET : o->request.quiet);
	asking.syslog = o->syslog;
	if (o->hop.fd >= 0) {
		asking.keep = said;
		asking.keep_cap = sizeof said;
	}
	if (!target || options_configure(o, c, why, sizeof why) < 0)
		cannot(o, &asking, *why ? why : "out of memory");
	else if (o->hop.fd >= 0 && o->hop.order.flags & HOPMSG_FRAMED)
		status = hop_relay_run(o, target, &asking);
	else if (o->what == OPTIONS_SSH)
		status = become_ssh(o, NULL, errors);
	else if (o->what == OPTIONS_LIST)
		status = listing_run(o, target, &asking);
	else if (o->what == OPTIONS_SCRIPT)
		status = script_run(o, target, &asking);
	else
		status = session(o, target, &asking, errors);
	if (target)
		transport_command_end(target);
	target_free(target);
	return status;
}

static int
run(struct options *o)
{
	int errors = 2;

	if (sshprogram_loops()) {
		fprintf(stderr, "holdfast: %s starts holdfast again; set HOLDFAST_SSH to the path of OpenSSH's ssh\n",
		        sshprogram());
		return STATUS_FAILED;
	}
	if (o->hop.fd >= 0 && hop_take(&o->hop) < 0) {
		fprintf(stderr, "holdfast: --hop: no order on this descriptor; holdfast itself uses this option\n");
		return STATUS_FAILED;
	}
	if (o->what == OPTIONS_SSH || o->what == OPTIONS_VERSIONS)
		return become_ssh(o, NULL, errors);
	if (o->log_file)
		errors = open_log(o->log_file);
	return with_target(o, errors);
}

/*
 * The thread that connects allocates what lives as long as the session: one arena for all threads, or the heap is there
 * twice.  The thresholds give memory that a flood needed back to the kernel.
 */
static void
small_heap(void)
{
	heap_one_arena(64 * 1024);
	heap_large_from(192 * 1024);
}

int
main(int argc, char **argv)
{
	struct options o;
	char why[512];
	int status = 0;

	const char *slash = strrchr(argv[0] ? argv[0] : "", '/');

	if ((argc == 2 || argc == 3) && slash && strcmp(slash + 1, ASKPASS_NAME) == 0)
		return askpass_main(argv[0], argv[1], argc == 3);
	/* Of a client that started this one, for another host. */
	unsetenv(FRAME_ATTACH_VARIABLE);
	small_heap();
	open_standard();
	setlocale(LC_ALL, "");
	if (options_parse(&o, argc, argv, why, sizeof why) < 0) {
		/* A person who has typed an option wrong wants to see which one, and not all of them. */
		fprintf(stderr, "holdfast: %s\n%s", why, argc < 2 ? options_usage : "holdfast --help shows the options.\n");
		status = STATUS_FAILED;
	} else if (o.what == OPTIONS_HELP) {
		printf("%s%s", options_usage, options_help);
	} else if (o.what == OPTIONS_VERSION) {
		printf("holdfast %s\n", PACKAGE_VERSION);
	} else {
		if (o.what == OPTIONS_VERSIONS)
			fprintf(stderr, "holdfast %s\n", PACKAGE_VERSION);
		status = run(&o);
	}
	options_free(&o);
	return status;
}
