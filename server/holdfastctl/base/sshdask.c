/* SPDX-License-Identifier: MIT */
#include "sshdask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hostfile.h"
#include "run.h"

#define SSHD_MS 10000

/* Alpine's sshd has no PAM; the one that has is another program, with the same configuration. */
static const char *
sshd_program(void)
{
	return hostfile_exists("/usr/sbin/sshd.pam") == 1 ? "sshd.pam" : "sshd";
}

int
sshdask_for(struct sshdconf *c, const char *user)
{
	/* -G since OpenSSH 9.3; -T wants to read the host keys. */
	static const char *const modes[] = { "-G", "-T" };
	char spec[USER_CAP + 64];

	snprintf(spec, sizeof spec, "user=%.256s,host=localhost,addr=127.0.0.1", user);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		const char *argv[] = { sshd_program(), modes[i], "-C", spec, NULL };
		char *text;
		int rc = run_program(argv, SSHD_MS, &text);

		if (rc < 0)
			return rc;
		rc = rc ? -EBADMSG : sshdconf_parse_told(c, text);
		free(text);
		if (!rc)
			return 0;
	}
	return -EBADMSG;
}

/* What sshd says, as one line. */
static void
flatten(char *dst, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < TEXT_CAP; text++)
		if (*text != '\r' && (*text != '\n' || text[1]))
			dst[n++] = *text == '\n' ? ' ' : *text;
	dst[n] = '\0';
}

int
sshdask_test(bool prepare, char text[TEXT_CAP])
{
	const char *const argv[] = { sshd_program(), "-t", NULL };
	char *output;
	int rc = 0;

	text[0] = '\0';
	for (int i = 0; i < 2; i++) {
		rc = run_program(argv, SSHD_MS, &output);
		if (rc <= 0)
			break;
		flatten(text, output);
		free(output);
		rc = -EBADMSG;
		if (!strstr(text, "privilege separation directory: /run/sshd"))
			break;
		rc = -EAGAIN;
		if (!prepare || mkdir("/run/sshd", 0755) < 0)
			break;
	}
	if (rc == 0)
		free(output);
	return rc;
}
