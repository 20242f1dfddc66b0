/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "doctor/doctor.h"

static void
look_at_all(struct doctor *d)
{
	doctor_check_parts(d);
	doctor_check_files(d);
	doctor_check_run(d);
	doctor_check_pool(d);
	doctor_check_pam(d);
	doctor_check_sshd(d);
	doctor_check_servers(d);
	doctor_check_hook(d);
	doctor_check_before(d);
	doctor_check_host(d);
	doctor_check_limits(d);
	doctor_check_versions(d);
	doctor_check_shell(d);
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct doctor *d;
	bool json = false;
	int opt, rc, status;

	while ((opt = ctl_getopt(argc, argv, ":", options)) != -1) {
		if (opt != 'j')
			return ctl_bad_option(self, opt, argv);
		json = true;
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	d = calloc(1, sizeof *d);
	rc = d ? doctor_begin(d, argv[optind]) : -ENOMEM;
	if (rc) {
		ctl_error(rc == -ENOENT ? "no user %s" : "out of memory", argv[optind]);
		free(d);
		return rc == -ENOENT ? CTL_USAGE : CTL_FAILED;
	}
	look_at_all(d);
	if (json)
		doctor_print_json(d, stdout);
	else
		doctor_print(d, stdout);
	status = doctor_count(d, DOCTOR_PROBLEM) ? CTL_FAILED : CTL_OK;
	doctor_free(d);
	free(d);
	return status;
}

const struct ctl_command cmd_doctor = {
	.name = "doctor",
	.args = "[--json] [USER]",
	.summary = "Say what a dropped connection would cost, and what to do",
	.help = "Checks what holdfast needs on this host for you (or USER), and what ends shells here.  Each line\n"
	        "is a finding: ok, warn (worth knowing), problem, or unknown (not visible to this user; root sees\n"
	        "more).  The status is 0 if there is no problem, else 1.\n"
	        "  --json   print one JSON object\n",
	.run = run,
};
