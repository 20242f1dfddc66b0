/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "json.h"
#include "paths.h"
#include "rootevent.h"

static int
switch_it(bool on)
{
	struct event e;
	int fd, rc = 0;

	if (ctl_root_only("drain"))
		return CTL_FAILED;
	if (on) {
		fd = open(PATH_DRAIN, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd < 0)
			rc = errno;
		else
			close(fd);
	} else if (unlink(PATH_DRAIN) && errno != ENOENT) {
		rc = errno;
	}
	if (rc) {
		ctl_error("%s: %s", PATH_DRAIN, strerror(rc));
		return CTL_FAILED;
	}
	rootevent_begin(&e, "drain", NULL);
	event_add(&e, "state", on ? "on" : "off");
	rootevent_write(&e);
	return CTL_OK;
}

static void
show(bool json)
{
	bool on = access(PATH_DRAIN, F_OK) == 0;
	struct json j;

	if (!json) {
		puts(on ? "draining: no new sessions" : "not draining");
		return;
	}
	json_begin(&j, stdout);
	json_bool(&j, "draining", on);
	json_end(&j);
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "off", no_argument, NULL, 'o' }, { "status", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	bool json = false, off = false, status = false;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":", options)) != -1) {
		if (opt == 'o')
			off = true;
		else if (opt == 's')
			status = true;
		else if (opt == 'j')
			json = true;
		else
			return ctl_bad_option(self, opt, argv);
	}
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	if (off && status)
		return ctl_usage(self, "--off and --status exclude each other");
	if (!status)
		rc = switch_it(!off);
	if (!rc)
		show(json);
	return rc;
}

const struct ctl_command cmd_drain = {
	.name = "drain",
	.args = "[--off|--status] [--json]",
	.summary = "Start no new sessions on this host",
	.help = "For maintenance: new logins get their normal shell, with a line that says so.  Running sessions\n"
	        "stay, and logins resume them as always.  The state lasts until --off or a reboot.\n"
	        "  --off      start sessions again\n"
	        "  --status   show the state and change nothing\n"
	        "  --json     print one JSON object\n",
	.run = run,
};
