/* SPDX-License-Identifier: MIT */
/* sshconfig: one line of the configuration at a time, by a table of keywords. */
#include <errno.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keywords.h"
#include "list.h"
#include "sshconfig.h"
#include "sshconfig_value.h"

#define OBSCURE_DEFAULT_MS 20
#define OBSCURE_MOST_MS 10000

enum kind {
	K_BOOL,    /* yes, true / no, false */
	K_TEXT,    /* a word or more; "none" is NULL */
	K_PATH,    /* the same, expanded when all is known */
	K_NUMBER,
	K_SECONDS, /* "90", "1m30s"; "none" is 0 */
	K_OCTAL,
	K_LIST,    /* adds the whole value */
	K_WORDS,   /* adds each word */
	K_FIRST,   /* sets the list to the words of the value; "none" is an empty one */
	K_OWN,     /* a function of its own */
};

struct field {
	const char *name;
	enum kind kind;
	size_t offset;
	int (*own)(struct sshconfig *c, const char *value);
};

static int
own_family(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "any", "inet", "inet6", NULL };
	static const int values[] = { AF_UNSPEC, AF_INET, AF_INET6 };

	return value_choice(v, names, values, &c->family);
}

static int
own_strict(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "no", "off", "false", "yes", "true", "ask", "accept-new", NULL };
	static const int values[] = { CHECK_NO, CHECK_NO, CHECK_NO, CHECK_YES, CHECK_YES, CHECK_ASK, CHECK_ACCEPT_NEW };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->strict_host_key = (enum sshconfig_check)n;
	return r;
}

static int
own_tty(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "auto", "no", "false", "yes", "true", "force", NULL };
	static const int values[] = { TTY_AUTO, TTY_NO, TTY_NO, TTY_YES, TTY_YES, TTY_FORCE };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->request_tty = (enum sshconfig_tty)n;
	return r;
}

static int
own_session(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "default", "none", "subsystem", NULL };
	static const int values[] = { SESSION_DEFAULT, SESSION_NONE, SESSION_SUBSYSTEM };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->session_type = (enum sshconfig_session)n;
	return r;
}

static int
own_log(struct sshconfig *c, const char *v)
{
	/* ssh -G writes SILENT for QUIET */
	static const char *const names[] = { "silent", "quiet", "fatal", "error", "info", "verbose", "debug", "debug1",
	                                     "debug2", "debug3", NULL };
	static const int values[] = { LOG_LEVEL_QUIET, LOG_LEVEL_QUIET, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR,
	                              LOG_LEVEL_INFO, LOG_LEVEL_VERBOSE, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG1,
	                              LOG_LEVEL_DEBUG2, LOG_LEVEL_DEBUG3 };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->log_level = (enum sshconfig_log)n;
	return r;
}

static int
own_x11(struct sshconfig *c, const char *v)
{
	if (value_is_no(v))
		c->x11 = X11_NO;
	else if (c->x11 == X11_NO)
		c->x11 = c->x11_trusted ? X11_TRUSTED : X11_YES;
	return 0;
}

static int
own_x11_trusted(struct sshconfig *c, const char *v)
{
	c->x11_trusted = !value_is_no(v);
	if (c->x11 != X11_NO)
		c->x11 = c->x11_trusted ? X11_TRUSTED : X11_YES;
	return 0;
}

static int
own_escape(struct sshconfig *c, const char *v)
{
	return value_escape(v, &c->escape_char);
}

static int
own_ipqos(struct sshconfig *c, const char *v)
{
	char **words = list_words(v);
	size_t n = words ? list_count(words) : 0;
	int r = n ? value_tos(words[0], &c->ipqos_interactive) : -EINVAL;

	if (r == 0)
		r = value_tos(words[n - 1], &c->ipqos_bulk);
	list_free(words);
	return r;
}

static int
own_agent(struct sshconfig *c, const char *v)
{
	char *text = value_is_no(v) ? NULL : strdup(strcasecmp(v, "true") == 0 ? "yes" : v);

	if (!text && !value_is_no(v))
		return -ENOMEM;
	free(c->forward_agent);
	c->forward_agent = text;
	return 0;
}

/* "none", "no" and "false" are all NULL. */
static int
unless_no(char **field, const char *v)
{
	char *text = value_is_no(v) || strcasecmp(v, "none") == 0 ? NULL : strdup(v);

	free(*field);
	*field = text;
	return 0;
}

static int own_add_keys(struct sshconfig *c, const char *v) { return unless_no(&c->add_keys_to_agent, v); }

static int
own_print(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "sha256", "md5", NULL };
	static const int values[] = { 0, 1 };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->fingerprint_md5 = n != 0;
	return r;
}

static int
own_pubkey(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "yes", "true", "unbound", "host-bound", "no", "false", NULL };
	static const int values[] = { 1, 1, 1, 1, 0, 0 };
	int n, r = value_choice(v, names, values, &n);

	if (r == 0)
		c->pubkey = n;
	return r;
}

static int
own_warn(struct sshconfig *c, const char *v)
{
	c->warn_weak_crypto = !value_is_no(v) && strcasecmp(v, "no-pq-kex") != 0;
	return 0;
}

static int
own_obscure(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "yes", "true", "no", "false", NULL };
	static const int values[] = { OBSCURE_DEFAULT_MS, OBSCURE_DEFAULT_MS, 0, 0 };
	unsigned n;
	int known, r = value_choice(v, names, values, &known);

	if (r == 0)
		n = (unsigned)known;
	else if ((r = value_number(&n, strncasecmp(v, "interval:", 9) == 0 ? v + 9 : v, 10)) == 0 &&
	         n > OBSCURE_MOST_MS)
		r = -EINVAL;
	if (r == 0)
		c->obscure_ms = n;
	return r;
}

#define AT(field) offsetof(struct sshconfig, field), NULL
static const struct field fields[] = {
	{ "addkeystoagent", K_OWN, 0, own_add_keys },
	{ "addressfamily", K_OWN, 0, own_family },
	{ "batchmode", K_BOOL, AT(batch_mode) },
	{ "bindaddress", K_TEXT, AT(bind_address) },
	{ "bindinterface", K_TEXT, AT(bind_interface) },
	{ "certificatefile", K_LIST, AT(certificate_files) },
	{ "ciphers", K_TEXT, AT(ciphers) },
	{ "compression", K_BOOL, AT(compression) },
	{ "connectionattempts", K_NUMBER, AT(connection_attempts) },
	{ "connecttimeout", K_SECONDS, AT(connect_timeout) },
	{ "controlpath", K_PATH, AT(control_path) },
	{ "dynamicforward", K_LIST, AT(dynamic_forward) },
	{ "escapechar", K_OWN, 0, own_escape },
	{ "exitonforwardfailure", K_BOOL, AT(exit_on_forward_failure) },
	{ "fingerprinthash", K_OWN, 0, own_print },
	{ "forkafterauthentication", K_BOOL, AT(fork_after_auth) },
	{ "forwardagent", K_OWN, 0, own_agent },
	{ "forwardx11", K_OWN, 0, own_x11 },
	{ "forwardx11timeout", K_SECONDS, AT(x11_timeout) },
	{ "forwardx11trusted", K_OWN, 0, own_x11_trusted },
	{ "gatewayports", K_BOOL, AT(gateway_ports) },
	{ "globalknownhostsfile", K_FIRST, AT(global_known_hosts) },
	{ "gssapiauthentication", K_BOOL, AT(gssapi) },
	{ "hashknownhosts", K_BOOL, AT(hash_known_hosts) },
	{ "hostkeyalgorithms", K_TEXT, AT(host_key_algorithms) },
	{ "hostkeyalias", K_TEXT, AT(host_key_alias) },
	{ "hostname", K_TEXT, AT(hostname) },
	{ "identitiesonly", K_BOOL, AT(identities_only) },
	{ "identityagent", K_TEXT, AT(identity_agent) },
	{ "identityfile", K_LIST, AT(identity_files) },
	{ "ignoreunknown", K_TEXT, AT(ignore_unknown) },
	{ "ipqos", K_OWN, 0, own_ipqos },
	{ "kbdinteractiveauthentication", K_BOOL, AT(kbdint) },
	{ "kexalgorithms", K_TEXT, AT(kex) },
	{ "localcommand", K_TEXT, AT(local_command) },
	{ "localforward", K_LIST, AT(local_forward) },
	{ "loglevel", K_OWN, 0, own_log },
	{ "macs", K_TEXT, AT(macs) },
	{ "nohostauthenticationforlocalhost", K_BOOL, AT(no_auth_for_localhost) },
	{ "numberofpasswordprompts", K_NUMBER, AT(password_prompts) },
	{ "obscurekeystroketiming", K_OWN, 0, own_obscure },
	{ "passwordauthentication", K_BOOL, AT(password) },
	{ "permitlocalcommand", K_BOOL, AT(permit_local_command) },
	{ "permitremoteopen", K_WORDS, AT(permit_remote_open) },
	{ "port", K_NUMBER, AT(port) },
	{ "preferredauthentications", K_TEXT, AT(preferred_authentications) },
	{ "proxycommand", K_TEXT, AT(proxy_command) },
	{ "proxyjump", K_TEXT, AT(proxy_jump) },
	{ "pubkeyacceptedalgorithms", K_TEXT, AT(pubkey_algorithms) },
	{ "pubkeyauthentication", K_OWN, 0, own_pubkey },
	{ "remotecommand", K_TEXT, AT(remote_command) },
	{ "remoteforward", K_LIST, AT(remote_forward) },
	{ "requiredrsasize", K_NUMBER, AT(required_rsa_size) },
	{ "requesttty", K_OWN, 0, own_tty },
	{ "revokedhostkeys", K_FIRST, AT(revoked_host_keys) },
	{ "sendenv", K_LIST, AT(send_env) },
	{ "serveralivecountmax", K_NUMBER, AT(server_alive_count_max) },
	{ "serveraliveinterval", K_SECONDS, AT(server_alive_interval) },
	{ "sessiontype", K_OWN, 0, own_session },
	{ "setenv", K_LIST, AT(set_env) },
	{ "stdinnull", K_BOOL, AT(stdin_null) },
	{ "streamlocalbindmask", K_OCTAL, AT(streamlocal_bind_mask) },
	{ "streamlocalbindunlink", K_BOOL, AT(streamlocal_bind_unlink) },
	{ "stricthostkeychecking", K_OWN, 0, own_strict },
	{ "tcpkeepalive", K_BOOL, AT(tcp_keepalive) },
	{ "user", K_TEXT, AT(user) },
	{ "userknownhostsfile", K_FIRST, AT(user_known_hosts) },
	{ "warnweakcrypto", K_OWN, 0, own_warn },
	{ "xauthlocation", K_TEXT, AT(xauth) },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* In place of what was there; "none" alone is an empty list. */
static int
replace(char ***field, char *const *words)
{
	char **list = list_new();
	int r = list ? 0 : -ENOMEM;

	if (r == 0 && !(words[0] && !words[1] && strcasecmp(words[0], "none") == 0))
		r = list_add_all(&list, words);
	if (r < 0) {
		list_free(list);
		return r;
	}
	list_free(*field);
	*field = list;
	return 0;
}

static int
set_list(char ***field, const char *value, bool first)
{
	char **words = list_words(value);
	int r = !words ? -ENOMEM : first ? replace(field, words) : list_add_all(field, words);

	list_free(words);
	return r;
}

static int
set_text(char **field, const char *value)
{
	char *text = NULL;

	if (strcasecmp(value, "none") != 0 && !(text = strdup(value)))
		return -ENOMEM;
	free(*field);
	*field = text;
	return 0;
}

static int
apply(struct sshconfig *c, const struct field *k, const char *value)
{
	char *base = (char *)c;

	switch (k->kind) {
	case K_BOOL:
		return value_bool((bool *)(base + k->offset), value);
	case K_TEXT:
	case K_PATH:
		/* for an agent "none" is a value: no agent at all */
		if (k->offset == offsetof(struct sshconfig, identity_agent) && strcasecmp(value, "none") == 0) {
			free(c->identity_agent);
			return (c->identity_agent = strdup("none")) ? 0 : -ENOMEM;
		}
		return set_text((char **)(base + k->offset), value);
	case K_SECONDS:
		return value_seconds((unsigned *)(base + k->offset), value);
	case K_NUMBER:
		return value_number((unsigned *)(base + k->offset), value, 10);
	case K_OCTAL:
		return value_number((unsigned *)(base + k->offset), value, 8);
	case K_LIST:
		return strcasecmp(value, "none") == 0 ? 0 : list_add((char ***)(base + k->offset), value);
	case K_WORDS:
	case K_FIRST:
		return set_list((char ***)(base + k->offset), value, k->kind == K_FIRST);
	case K_OWN:
		return k->own(c, value);
	}
	return -EINVAL;
}

/* What is for ssh alone, and what nobody knows, is kept as it was written. */
static int
note(struct sshconfig *c, const char *name, size_t len, const char *value)
{
	const struct keyword *k = keyword_find(name, len);

	if (!k)
		return list_addf(&c->unknown, "%.*s %s", (int)len, name, value);
	if (k->how == KEYWORD_SSH && !keyword_harmless(k, value))
		return list_addf(&c->handed, "%s %s", k->name, value);
	return 0;
}

static const struct field *
find_field(const char *name, size_t len)
{
	const struct keyword *k = keyword_find(name, len); /* an alias has the field of its meaning */

	for (size_t i = 0; k && i < FIELDS; i++)
		if (strcasecmp(fields[i].name, k->name) == 0)
			return &fields[i];
	return NULL;
}

int
sshconfig_files(struct sshconfig *c, const char *name, char *const *words)
{
	const struct field *field = find_field(name, strlen(name));

	char ***list = field ? (char ***)((char *)c + field->offset) : NULL;

	if (!field)
		return -EINVAL;
	if (field->kind == K_FIRST)
		return replace(list, words);
	if ((list == &c->identity_files || list == &c->certificate_files) && words[0] && !words[1] &&
	    strcasecmp(words[0], "none") != 0)
		return list_add(list, words[0]);
	return -EINVAL;
}

bool
sshconfig_reads(const char *name)
{
	return find_field(name, strlen(name)) != NULL;
}

int
sshconfig_line(struct sshconfig *c, const char *line)
{
	size_t name = strcspn(line, " \t\r\n=");
	const char *value = line + name + strspn(line + name, " \t\r\n=");
	const struct field *field = find_field(line, name);
	char *copy;
	size_t len;
	int r = 0;

	len = strlen(value);
	while (len && strchr(" \t\r\n", value[len - 1]))
		len--;
	if (!name || !len)
		return 0;
	if (!(copy = strndup(value, len)))
		return -ENOMEM;
	if (field)
		r = apply(c, field, copy);
	if (r == 0)
		r = note(c, line, name, copy);
	free(copy);
	return r;
}

struct sshconfig *
sshconfig_new(void)
{
	static const struct sshconfig defaults = {
		.port = 22, .family = AF_UNSPEC, .tcp_keepalive = true, .ipqos_interactive = IPTOS_LOWDELAY,
		.ipqos_bulk = IPTOS_THROUGHPUT, .server_alive_count_max = 3, .strict_host_key = CHECK_ASK, .pubkey = true,
		.password = true, .kbdint = true, .password_prompts = 3, .escape_char = '~', .log_level = LOG_LEVEL_INFO,
		.streamlocal_bind_mask = 0177, .connection_attempts = 1,
		.required_rsa_size = 1024, .x11_timeout = 1200,
	};
	struct sshconfig *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	*c = defaults;
	if (!(c->handed = list_new()) || !(c->unknown = list_new())) {
		sshconfig_free(c);
		return NULL;
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].kind >= K_LIST && fields[i].kind <= K_FIRST) {
			char ***list = (char ***)((char *)c + fields[i].offset);

			if (!*list && !(*list = list_new())) {
				sshconfig_free(c);
				return NULL;
			}
		}
	return c;
}

void
sshconfig_free(struct sshconfig *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < FIELDS; i++) {
		void **field = (void **)((char *)c + fields[i].offset);

		if (fields[i].kind == K_TEXT || fields[i].kind == K_PATH) {
			free(*field);
			*field = NULL; /* two keywords may name one field */
		} else if (fields[i].kind >= K_LIST && fields[i].kind <= K_FIRST) {
			list_free(*field);
			*field = NULL;
		}
	}
	free(c->host);
	free(c->forward_agent);
	free(c->add_keys_to_agent);
	list_free(c->handed);
	list_free(c->unknown);
	free(c);
}
