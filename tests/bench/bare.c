/* SPDX-License-Identifier: MIT */
/*
 * bare HOST PORT USER KEY up|down COMMAND: a command over a bare channel of libssh, with nothing of ours in between:
 * standard input goes to the channel (up), or the channel's output to standard output (down).  The least that a program
 * on libssh needs for a transfer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libssh/libssh.h>

#define PIECE 32768

static int
fail(ssh_session s, const char *what)
{
	fprintf(stderr, "bare: %s: %s\n", what, ssh_get_error(s));
	return 1;
}

static int
down(ssh_channel ch)
{
	static char buf[2 * PIECE];
	int n;

	while ((n = ssh_channel_read(ch, buf, sizeof buf, 0)) > 0)
		if (write(1, buf, (size_t)n) != n)
			return 1;
	return n < 0;
}

static int
up(ssh_channel ch)
{
	static char buf[PIECE];
	ssize_t n;

	while ((n = read(0, buf, sizeof buf)) > 0)
		if (ssh_channel_write(ch, buf, (uint32_t)n) != (int)n)
			return 1;
	ssh_channel_send_eof(ch);
	return down(ch);
}

int
main(int argc, char **argv)
{
	ssh_session s = ssh_new();
	ssh_channel ch;
	ssh_key key;
	int port, no = 0, rc;

	if (argc != 7) {
		fprintf(stderr, "usage: bare HOST PORT USER KEY up|down COMMAND\n");
		return 2;
	}
	port = atoi(argv[2]);
	ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(s, SSH_OPTIONS_HOST, argv[1]);
	ssh_options_set(s, SSH_OPTIONS_PORT, &port);
	ssh_options_set(s, SSH_OPTIONS_USER, argv[3]);
	if (ssh_connect(s) != SSH_OK)
		return fail(s, "connect");
	if (ssh_pki_import_privkey_file(argv[4], NULL, NULL, NULL, &key) != SSH_OK ||
	    ssh_userauth_publickey(s, NULL, key) != SSH_AUTH_SUCCESS)
		return fail(s, "authentication");
	ch = ssh_channel_new(s);
	if (!ch || ssh_channel_open_session(ch) != SSH_OK ||
	    ssh_channel_request_env(ch, "LC_HOLDFAST", "off") != SSH_OK ||
	    ssh_channel_request_exec(ch, argv[6]) != SSH_OK)
		return fail(s, "channel");
	rc = strcmp(argv[5], "up") == 0 ? up(ch) : down(ch);
	ssh_channel_free(ch);
	ssh_disconnect(s);
	ssh_free(s);
	return rc;
}
