/* SPDX-License-Identifier: MIT */
/* ssh_host: a host in a child process, for one connection: libssh's server. */
#ifndef HOLDFAST_UNIT_SSH_HOST_H
#define HOLDFAST_UNIT_SSH_HOST_H

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#define HOST_GREETING "hello"

struct ssh_host {
	ssh_key key;          /* its own */
	ssh_key user_key;     /* that may log in, NULL: none */
	const char *password; /* that may log in, NULL: none */
	bool subsystem;       /* it has the subsystem "resume", which greets and then echoes */
	int ends_with;        /* it ends at once with this status; 0: it does not */

	struct ssh_channel_callbacks_struct channel_callbacks;
	ssh_channel channel;
	bool started;
	pid_t pid;
};

/* A new key in *KEY: SSH_OK or SSH_ERROR. */
static int
host_make_key(ssh_key *key)
{
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 12, 0)
	return ssh_pki_generate_key(SSH_KEYTYPE_ED25519, NULL, key);
#else
	return ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, key);
#endif
}

static int
host_password(ssh_session session, const char *user, const char *password, void *object)
{
	const struct ssh_host *h = object;

	(void)session, (void)user;
	return h->password && strcmp(password, h->password) == 0 ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

static int
host_pubkey(ssh_session session, const char *user, struct ssh_key_struct *key, char state, void *object)
{
	const struct ssh_host *h = object;

	(void)session, (void)user;
	if (!h->user_key || ssh_key_cmp(key, h->user_key, SSH_KEY_CMP_PUBLIC) != 0)
		return SSH_AUTH_DENIED;
	return state == SSH_PUBLICKEY_STATE_NONE || state == SSH_PUBLICKEY_STATE_VALID ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

static int
host_subsystem(ssh_session session, ssh_channel channel, const char *name, void *object)
{
	struct ssh_host *h = object;

	(void)session, (void)channel;
	h->started = h->subsystem && strcmp(name, "resume") == 0;
	return h->started ? 0 : 1;
}

static int
host_exec(ssh_session session, ssh_channel channel, const char *command, void *object)
{
	struct ssh_host *h = object;

	(void)session, (void)channel;
	h->started = strcmp(command, "run this") == 0;
	return h->started ? 0 : 1;
}

static int
host_echo(ssh_session session, ssh_channel channel, void *data, uint32_t len, int is_stderr, void *object)
{
	(void)session, (void)is_stderr, (void)object;
	return ssh_channel_write(channel, data, len);
}

static ssh_channel
host_open(ssh_session session, void *object)
{
	struct ssh_host *h = object;

	h->channel = ssh_channel_new(session);
	ssh_set_channel_callbacks(h->channel, &h->channel_callbacks);
	return h->channel;
}

/* Connections to the host "echo" are accepted, and echo. */
static int
host_message(ssh_session session, ssh_message m, void *object)
{
	struct ssh_host *h = object;
	ssh_channel channel;

	(void)session;
	if (ssh_message_type(m) != SSH_REQUEST_CHANNEL_OPEN || ssh_message_subtype(m) != SSH_CHANNEL_DIRECT_TCPIP ||
	    strcmp(ssh_message_channel_request_open_destination(m), "echo") != 0)
		return 1;
	channel = ssh_message_channel_request_open_reply_accept(m);
	ssh_set_channel_callbacks(channel, &h->channel_callbacks);
	return 0;
}

static void
host_serve(struct ssh_host *h, int fd)
{
	struct ssh_server_callbacks_struct callbacks = {
		.userdata = h, .auth_password_function = host_password, .auth_pubkey_function = host_pubkey,
		.channel_open_request_session_function = host_open,
	};
	ssh_bind b = ssh_bind_new();
	ssh_session session = ssh_new();
	ssh_event event = ssh_event_new();

	h->channel_callbacks = (struct ssh_channel_callbacks_struct){
		.userdata = h, .channel_subsystem_request_function = host_subsystem, .channel_exec_request_function = host_exec,
		.channel_data_function = host_echo,
	};
	ssh_callbacks_init(&callbacks);
	ssh_callbacks_init(&h->channel_callbacks);
	ssh_bind_options_set(b, SSH_BIND_OPTIONS_IMPORT_KEY, h->key);
	if (ssh_bind_accept_fd(b, session, fd) != SSH_OK)
		return;
	ssh_set_auth_methods(session, (h->password ? SSH_AUTH_METHOD_PASSWORD : 0) |
	                              (h->user_key ? SSH_AUTH_METHOD_PUBLICKEY : 0));
	ssh_set_server_callbacks(session, &callbacks);
	ssh_set_message_callback(session, host_message, h);
	if (ssh_handle_key_exchange(session) != SSH_OK)
		return;
	ssh_event_add_session(event, session);
	while (ssh_event_dopoll(event, -1) == SSH_OK) {
		if (!h->started)
			continue;
		h->started = false;
		ssh_channel_write(h->channel, HOST_GREETING, sizeof HOST_GREETING - 1);
		if (h->ends_with) {
			ssh_channel_request_send_exit_status(h->channel, h->ends_with);
			ssh_channel_send_eof(h->channel);
			ssh_channel_close(h->channel);
		}
	}
}

/* Serves FD, or the first connection to it if it listens, in a child; the caller keeps its own FD. */
static void
host_start(struct ssh_host *h, int fd, bool listens)
{
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid > 0)
		return;
	alarm(60);
	if (listens)
		fd = accept(fd, NULL, NULL);
	host_serve(h, fd);
	_exit(0);
}

static void
host_stop(struct ssh_host *h)
{
	kill(h->pid, SIGKILL);
	assert_int_equal(waitpid(h->pid, NULL, 0), h->pid);
}

#endif
