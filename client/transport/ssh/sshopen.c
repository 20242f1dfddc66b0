/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "algorithms.h"
#include "hostkey.h"
#include "kexinit.h"
#include "libssh_wait.h"
#include "sshopen.h"
#include "x11.h"

#define LONG_S 86400L /* libssh's own patience: the loop has less */
/* CALL of libssh until it is decided. */
#define DECIDED(s, q, call) LIBSSH_DECIDED(s, (q)->cancel, call, SSH_AGAIN, SSH_ERROR)

static int
set(ssh_session s, enum ssh_options_e what, const void *value, const char *name, char *why, size_t cap)
{
	if (!value || ssh_options_set(s, what, value) == SSH_OK)
		return 0;
	snprintf(why, cap, "%s: not supported by libssh", name);
	return -EINVAL;
}

static int
log_level(const struct sshconfig *c)
{
	switch (c->log_level) {
	case LOG_LEVEL_DEBUG1: return SSH_LOG_PROTOCOL;
	case LOG_LEVEL_DEBUG2: return SSH_LOG_PACKET;
	case LOG_LEVEL_DEBUG3: return SSH_LOG_FUNCTIONS;
	default: return SSH_LOG_NOLOG;
	}
}

int
sshopen_options(ssh_session s, const struct sshconfig *c, char *why, size_t cap)
{
	const int no = 0;
	const long patience = LONG_S;
	const int verbosity = log_level(c);
	char *host_keys = hostkey_algorithms(c);
	const struct { enum ssh_options_e what; const void *value; const char *name; } list[] = {
		{ SSH_OPTIONS_PROCESS_CONFIG, &no, "configuration" },
		{ SSH_OPTIONS_USER, c->user, "User" },
		{ SSH_OPTIONS_PORT, &c->port, "Port" },
		{ SSH_OPTIONS_LOG_VERBOSITY, &verbosity, "LogLevel" },
		{ SSH_OPTIONS_TIMEOUT, &patience, "ConnectTimeout" },
		/* hostkey.c looks keys up itself: in all of the files, not in one of each kind */
		{ SSH_OPTIONS_KNOWNHOSTS, "/dev/null", "UserKnownHostsFile" },
		{ SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null", "GlobalKnownHostsFile" },
		{ SSH_OPTIONS_CIPHERS_C_S, c->ciphers, "Ciphers" },
		{ SSH_OPTIONS_CIPHERS_S_C, c->ciphers, "Ciphers" },
		{ SSH_OPTIONS_HMAC_C_S, c->macs, "MACs" },
		{ SSH_OPTIONS_HMAC_S_C, c->macs, "MACs" },
		{ SSH_OPTIONS_KEY_EXCHANGE, c->kex, "KexAlgorithms" },
		{ SSH_OPTIONS_HOSTKEYS, host_keys ? host_keys : c->host_key_algorithms, "HostKeyAlgorithms" },
		{ SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, c->pubkey_algorithms, "PubkeyAcceptedAlgorithms" },
		{ SSH_OPTIONS_COMPRESSION, c->compression ? "yes" : "no", "Compression" },
	};
	int r = 0;

	/* only GSSAPI needs it; a name that libssh does not like, such as fe80::1%eth0, is none of its business */
	if (ssh_options_set(s, SSH_OPTIONS_HOST, c->hostname) != SSH_OK)
		(void)ssh_options_set(s, SSH_OPTIONS_HOST, "host");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && r == 0; i++)
		r = set(s, list[i].what, list[i].value, list[i].name, why, cap);
	free(host_keys);
	return r;
}

/* The first bytes from the other end; libssh drops them where they are not what it waits for. */
struct greeting {
	char text[128];
	int fd;
	bool heard;
	bool reset; /* a RST came in their place: who looks first is told, and nobody after that */
};

static void
listen_for(struct greeting *g)
{
	ssize_t n = g->heard ? 0 : recv(g->fd, g->text, sizeof(g->text) - 1, MSG_PEEK | MSG_DONTWAIT);

	g->reset = g->reset || (n < 0 && errno == ECONNRESET);
	if (n <= 0)
		return;
	g->heard = true;
	g->text[n] = '\0';
	g->text[strcspn(g->text, "\r\n")] = '\0';
	for (char *c = g->text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static int
shake_hands(const struct sshopen_request *q, ssh_session s, struct greeting *g)
{
	int r;

	do {
		listen_for(g);
		r = ssh_connect(s);
	} while (r == SSH_AGAIN && libssh_wait(s, q->cancel));
	return r;
}

/*
 * Whoever answers in the host's place says so: a network that wants the person to sign in, sshd with too many logins.
 */
static bool
answered_by_another(const struct greeting *g, char *why, size_t cap)
{
	if (!g->heard || strncmp(g->text, "SSH-", 4) == 0)
		return false;
	if (strncmp(g->text, "HTTP/", 5) == 0 || strncasecmp(g->text, "<html", 5) == 0 ||
	    strncmp(g->text, "<!", 2) == 0)
		snprintf(why, cap, "a web server answers, and not sshd: does this network want you to sign in?");
	else
		snprintf(why, cap, "the host says: %s", g->text);
	return true;
}

/* What went wrong before there was a key to check. */
static int
handshake_failed(ssh_session s, const struct greeting *g, char *why, size_t cap)
{
	const char *text = ssh_get_error(s);

	if (answered_by_another(g, why, cap))
		return -ECONNRESET;
	if (g->reset)
		text = strerror(ECONNRESET);
	else if (!g->heard && !ssh_get_serverbanner(s) && !strstr(text, "reset by peer") &&
	         !strstr(text, "timed out")) {
		snprintf(why, cap, "the connection was closed before it said a word of ssh");
		return -ECONNRESET;
	}
	snprintf(why, cap, "%s", text[0] ? text : "the connection broke");
	return strstr(text, "no match for") || strstr(text, "No version of SSH") ? -EINVAL : -ECONNRESET;
}

/* What kexinit_look has found when libssh has got as far as R: 0, or what the handshake ends with for ssh's sake. */
static int
judge(const struct sshopen_request *q, int seen, int r, const struct kexinit *k, char *why, size_t cap)
{
	if (seen == 1)
		return algorithms_need_ssh(q->target->config, k, why, cap) ? -ENOTSUP : 0;
	if (seen == 0 && r == SSH_ERROR)
		return 0; /* the connection broke before */
	if (seen == 0 || seen == -ESTALE)
		snprintf(why, cap, "what the host offers came too fast to be seen");
	else
		snprintf(why, cap, "what the host offers could not be read");
	return -EAGAIN;
}

/*
 * The first part of the handshake, up to what the host offers: SSH_OK or SSH_ERROR.  Where ssh would agree on more with
 * the host than libssh can, libssh goes no further: *NEEDS is -ENOTSUP; nor where that was not seen, which someone
 * between us and the host may have brought about: -EAGAIN.  WHY says then what ssh has to do.
 */
static int
compare(const struct sshopen_request *q, ssh_session s, int fd, struct greeting *g, int *needs, char *why, size_t cap)
{
	struct kexinit_watch w = { NULL, 0 };
	struct ssh_counter_struct taken = { 0 }, packets = { 0 };
	struct kexinit k = { { NULL } };
	int seen = 0, r = SSH_AGAIN;

	ssh_set_counters(s, &taken, &packets);
	for (;;) {
		listen_for(g);
		seen = kexinit_look(&w, fd, taken.in_bytes, &k);
		if (seen != 0 || (r = ssh_connect(s)) != SSH_AGAIN)
			break;
		if (!libssh_wait(s, q->cancel)) {
			r = SSH_ERROR;
			break;
		}
	}
	ssh_set_counters(s, NULL, NULL);
	seen = judge(q, seen, r, &k, why, cap);
	kexinit_free(&k);
	kexinit_watch_end(&w);
	*needs = seen;
	return r == SSH_AGAIN ? SSH_OK : r;
}

static int
handshake(const struct sshopen_request *q, ssh_session s, int fd, struct greeting *g, char *why, size_t cap)
{
	int needs = 0, r = q->target->have_ssh ? compare(q, s, fd, g, &needs, why, cap) : SSH_OK;

	if (needs < 0)
		return needs;
	if (r == SSH_OK)
		r = shake_hands(q, s, g);
	return r == SSH_OK ? 0 : handshake_failed(s, g, why, cap);
}

int
sshopen_session(const struct sshopen_request *q, int fd, ssh_session *session, char *why, size_t cap)
{
	ssh_session s = ssh_new();
	struct greeting g = { .fd = fd };
	int r = s ? sshopen_options(s, q->target->config, why, cap) : -ENOMEM;

	if (r == 0 && (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || ssh_options_set(s, SSH_OPTIONS_FD, &fd) != SSH_OK))
		r = -ENOMEM;
	if (r < 0) {
		close(fd);
		ssh_free(s);
		return r;
	}
	/* from here on libssh closes the descriptor */
	ssh_set_blocking(s, 0);
	r = handshake(q, s, fd, &g, why, cap);
	if (r < 0)
		ssh_free(s);
	else
		*session = s;
	return r;
}

static int
lost(ssh_session s, char *why, size_t cap)
{
	snprintf(why, cap, "the connection broke while the session was opened: %.300s", ssh_get_error(s));
	return -ECONNRESET;
}

/* ATTACH brings these along (docs/PROTOCOL.md, 5). */
static bool
goes_with_attach(const char *name)
{
	return strcmp(name, "LANG") == 0 || strcmp(name, "COLORTERM") == 0 ||
	       (strncmp(name, "LC_", 3) == 0 && strcmp(name, "LC_HOLDFAST") != 0);
}

static void
send_environment(const struct sshopen_request *q, ssh_session s, ssh_channel ch)
{
	const struct transport_target *t = q->target;
	char name[256];
	size_t len;

	/* libssh waits for each answer, and a session that is there already has its environment */
	if (t->connections)
		return;
	for (char *const *e = t->environment; *e; e++) {
		len = strcspn(*e, "=");
		if (len >= sizeof(name))
			continue;
		memcpy(name, *e, len);
		name[len] = '\0';
		if (goes_with_attach(name))
			continue;
		/* the host may not want it */
		(void)DECIDED(s, q, ssh_channel_request_env(ch, name, *e + len + 1));
	}
}

/* Without trust in the host's key, as with ssh, there is none of this. */
static void
request_x11(const struct sshopen_request *q, ssh_session s, ssh_channel ch)
{
	const struct transport_target *t = q->target;
	char fake[2 * X11_COOKIE_MAX + 1];
	int r;

	if (!t->x11 || q->weak)
		return;
	x11_fake_hex(t->x11, fake);
	r = DECIDED(s, q, ssh_channel_request_x11(ch, 0, t->x11->protocol, fake, (int)t->x11->screen));
	if (r != SSH_OK && !t->connections && t->config->log_level >= LOG_LEVEL_ERROR && ssh_is_connected(s))
		q->asking->say(q->asking->object, "The host does not forward X11.");
}

int
sshopen_channel(const struct sshopen_request *q, ssh_session session, ssh_channel *channel, char *why, size_t cap)
{
	ssh_channel ch = ssh_channel_new(session);
	int r;

	if (!ch || DECIDED(session, q, ssh_channel_open_session(ch)) != SSH_OK)
		goto broken;
	if (q->target->config->forward_agent && !q->weak)
		(void)DECIDED(session, q, ssh_channel_request_auth_agent(ch));
	request_x11(q, session, ch);
	send_environment(q, session, ch);
	r = DECIDED(session, q, q->what == TRANSPORT_SUBSYSTEM ? ssh_channel_request_subsystem(ch, "resume")
	                                                       : ssh_channel_request_exec(ch, q->command));
	if (r != SSH_OK) {
		if (!ssh_is_connected(session))
			goto broken;
		snprintf(why, cap, "%s: the host %s", q->target->config->host,
		         q->what == TRANSPORT_SUBSYSTEM ? "has no subsystem \"resume\"" : "refused to run a command");
		ssh_channel_free(ch);
		return -ENOSYS;
	}
	*channel = ch;
	return 0;
broken:
	lost(session, why, cap);
	if (ch)
		ssh_channel_free(ch);
	return -ECONNRESET;
}
