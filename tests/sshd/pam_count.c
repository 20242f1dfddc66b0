/* SPDX-License-Identifier: MIT */
/*
 * pam_count: a PAM module for tests.  Each call of it is a line in LOG: what was called, the service, the tty and NAME.
 *
 *   TYPE CONTROL pam_count.so log=LOG name=NAME [connect=PORT] [ask=CODE] [fail]
 *
 * ask=CODE: at authentication, a question for it.
 * connect=PORT: at open, a connection to 127.0.0.1:PORT that stays.  fail: it says no.
 */
#include <netinet/in.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char *
argument(int argc, const char **argv, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], name, len) == 0)
			return argv[i] + len;
	return NULL;
}

static const char *
item(pam_handle_t *pamh, int type)
{
	const void *value = NULL;

	return pam_get_item(pamh, type, &value) == PAM_SUCCESS && value ? value : "-";
}

static int
called(pam_handle_t *pamh, const char *call, int argc, const char **argv)
{
	const char *path = argument(argc, argv, "log="), *name = argument(argc, argv, "name=");
	FILE *f = path ? fopen(path, "ae") : NULL;

	if (f) {
		fprintf(f, "%s %s %s %s\n", call, item(pamh, PAM_SERVICE), item(pamh, PAM_TTY), name ? name : "-");
		fclose(f);
	}
	return argument(argc, argv, "fail") ? PAM_PERM_DENIED : PAM_SUCCESS;
}

static void
stay_connected(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons((uint16_t)atoi(port));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		perror("pam_count");
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *port = argument(argc, argv, "connect=");

	(void)flags;
	if (port)
		stay_connected(port);
	return called(pamh, "open", argc, argv);
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return called(pamh, "close", argc, argv);
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return called(pamh, "account", argc, argv);
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *code = argument(argc, argv, "ask=");
	char *typed = NULL;
	int rc;

	(void)flags;
	rc = called(pamh, "authenticate", argc, argv);
	if (rc != PAM_SUCCESS || !code)
		return rc;
	rc = pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &typed, "Verification code: ");
	if (rc == PAM_SUCCESS && (!typed || strcmp(typed, code) != 0))
		rc = PAM_AUTH_ERR;
	free(typed);
	return rc;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return called(pamh, "setcred", argc, argv);
}
