/* SPDX-License-Identifier: MIT */
/* sshconfig: one line of the configuration at a time, by a table of keywords. */
#include <errno.h>
#include <netinet/ip.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "list.h"
#include "sshconfig.h"

enum kind {
	K_BOOL,    /* yes, true, ask … / no, false */
	K_TEXT,    /* a word or more; "none" is NULL */
	K_PATH,    /* the same, expanded when all is known */
	K_NUMBER,
	K_SECONDS, /* "none" is 0 */
	K_OCTAL,
	K_LIST,    /* adds the whole value */
	K_WORDS,   /* adds each word */
	K_FIRST,   /* sets the list to the words of the value */
	K_OWN,     /* a function of its own */
};

struct keyword {
	const char *name;
	enum kind kind;
	size_t offset;
	int (*own)(struct sshconfig *c, const char *value);
};

static int
choice(const char *value, const char *const *names, const int *values, int *result)
{
	for (size_t i = 0; names[i]; i++)
		if (strcasecmp(value, names[i]) == 0) {
			*result = values[i];
			return 0;
		}
	return -EINVAL;
}

static int
own_family(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "any", "inet", "inet6", NULL };
	static const int values[] = { AF_UNSPEC, AF_INET, AF_INET6 };

	return choice(v, names, values, &c->family);
}

static int
own_strict(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "no", "off", "false", "yes", "true", "ask", "accept-new", NULL };
	static const int values[] = { CHECK_NO, CHECK_NO, CHECK_NO, CHECK_YES, CHECK_YES, CHECK_ASK, CHECK_ACCEPT_NEW };
	int n, r = choice(v, names, values, &n);

	if (r == 0)
		c->strict_host_key = (enum sshconfig_check)n;
	return r;
}

static int
own_tty(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "auto", "no", "false", "yes", "true", "force", NULL };
	static const int values[] = { TTY_AUTO, TTY_NO, TTY_NO, TTY_YES, TTY_YES, TTY_FORCE };
	int n, r = choice(v, names, values, &n);

	if (r == 0)
		c->request_tty = (enum sshconfig_tty)n;
	return r;
}

static int
own_session(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "default", "none", "subsystem", NULL };
	static const int values[] = { SESSION_DEFAULT, SESSION_NONE, SESSION_SUBSYSTEM };
	int n, r = choice(v, names, values, &n);

	if (r == 0)
		c->session_type = (enum sshconfig_session)n;
	return r;
}

static int
own_log(struct sshconfig *c, const char *v)
{
	static const char *const names[] = { "quiet", "fatal", "error", "info", "verbose", "debug", "debug1", "debug2",
	                                     "debug3", NULL };
	static const int values[] = { LOG_LEVEL_QUIET, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_INFO,
	                              LOG_LEVEL_VERBOSE, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG2,
	                              LOG_LEVEL_DEBUG3 };
	int n, r = choice(v, names, values, &n);

	if (r == 0)
		c->log_level = (enum sshconfig_log)n;
	return r;
}

static bool
is_no(const char *v)
{
	return strcasecmp(v, "no") == 0 || strcasecmp(v, "false") == 0 || strcasecmp(v, "off") == 0;
}

static int
own_x11(struct sshconfig *c, const char *v)
{
	if (is_no(v))
		c->x11 = X11_NO;
	else if (c->x11 == X11_NO)
		c->x11 = c->x11_trusted ? X11_TRUSTED : X11_YES;
	return 0;
}

static int
own_x11_trusted(struct sshconfig *c, const char *v)
{
	c->x11_trusted = !is_no(v);
	if (c->x11 != X11_NO)
		c->x11 = c->x11_trusted ? X11_TRUSTED : X11_YES;
	return 0;
}

/* "~", "^B", "none"; ssh -G writes it as vis(3) does: "\\^B", "\\M-a", "\\M^B", "\\\\". */
static int
own_escape(struct sshconfig *c, const char *v)
{
	bool encoded = v[0] == '\\' && v[1], high = encoded && v[1] == 'M' && (v[2] == '-' || v[2] == '^') && v[3];

	if (high) {
		c->escape_char = 0x80 | (v[2] == '^' ? v[3] & 31 : (unsigned char)v[3]);
		return v[4] ? -EINVAL : 0;
	}
	v += encoded;
	if (strcasecmp(v, "none") == 0)
		c->escape_char = -1;
	else if (v[0] && !v[1])
		c->escape_char = (unsigned char)v[0];
	else if (v[0] == '^' && v[1] && !v[2] && (unsigned char)v[1] >= 64 && (unsigned char)v[1] < 128)
		c->escape_char = v[1] & 31;
	else
		return -EINVAL;
	return 0;
}

static int
tos_value(const char *v, int *tos)
{
	static const char *const names[] = { "none", "lowdelay", "throughput", "reliability", "cs0", "cs1", "cs2", "cs3",
	                                     "cs4", "cs5", "cs6", "cs7", "ef", "le", "af11", "af12", "af13", "af21",
	                                     "af22", "af23", "af31", "af32", "af33", "af41", "af42", "af43", "va", NULL };
	static const int values[] = { -1, IPTOS_LOWDELAY, IPTOS_THROUGHPUT, IPTOS_RELIABILITY, 0, 0x20, 0x40, 0x60, 0x80,
	                              0xa0, 0xc0, 0xe0, 0xb8, 0x04, 0x28, 0x30, 0x38, 0x48, 0x50, 0x58, 0x68, 0x70,
	                              0x78, 0x88, 0x90, 0x98, 0xb0 };
	char *end;
	long n;

	if (choice(v, names, values, tos) == 0)
		return 0;
	n = strtol(v, &end, 0);
	if (end == v || *end || n < 0 || n > 255)
		return -EINVAL;
	*tos = (int)n;
	return 0;
}

static int
own_ipqos(struct sshconfig *c, const char *v)
{
	char **words = list_words(v);
	size_t n = words ? list_count(words) : 0;
	int r = n ? tos_value(words[0], &c->ipqos_interactive) : -EINVAL;

	if (r == 0)
		r = tos_value(words[n - 1], &c->ipqos_bulk);
	list_free(words);
	return r;
}

static int
own_agent(struct sshconfig *c, const char *v)
{
	char *text = is_no(v) ? NULL : strdup(strcasecmp(v, "true") == 0 ? "yes" : v);

	if (!text && !is_no(v))
		return -ENOMEM;
	free(c->forward_agent);
	c->forward_agent = text;
	return 0;
}

/* "none", "no" and "false" are all NULL. */
static int
unless_no(char **field, const char *v)
{
	char *text = is_no(v) || strcasecmp(v, "none") == 0 ? NULL : strdup(v);

	free(*field);
	*field = text;
	return 0;
}

static int own_tunnel(struct sshconfig *c, const char *v) { return unless_no(&c->tunnel, v); }
static int own_master(struct sshconfig *c, const char *v) { return unless_no(&c->control_master, v); }
static int own_add_keys(struct sshconfig *c, const char *v) { return unless_no(&c->add_keys_to_agent, v); }

static int
own_sk_provider(struct sshconfig *c, const char *v)
{
	return unless_no(&c->security_key_provider, strcasecmp(v, "internal") == 0 ? "none" : v);
}

#define AT(field) offsetof(struct sshconfig, field), NULL
static const struct keyword keywords[] = {
	{ "addkeystoagent", K_OWN, 0, own_add_keys },
	{ "addressfamily", K_OWN, 0, own_family },
	{ "batchmode", K_BOOL, AT(batch_mode) },
	{ "bindaddress", K_TEXT, AT(bind_address) },
	{ "bindinterface", K_TEXT, AT(bind_interface) },
	{ "certificatefile", K_LIST, AT(certificate_files) },
	{ "checkhostip", K_BOOL, AT(check_host_ip) },
	{ "ciphers", K_TEXT, AT(ciphers) },
	{ "compression", K_BOOL, AT(compression) },
	{ "connecttimeout", K_SECONDS, AT(connect_timeout) },
	{ "controlmaster", K_OWN, 0, own_master },
	{ "controlpath", K_PATH, AT(control_path) },
	{ "dynamicforward", K_LIST, AT(dynamic_forward) },
	{ "escapechar", K_OWN, 0, own_escape },
	{ "exitonforwardfailure", K_BOOL, AT(exit_on_forward_failure) },
	{ "forkafterauthentication", K_BOOL, AT(fork_after_auth) },
	{ "forwardagent", K_OWN, 0, own_agent },
	{ "forwardx11", K_OWN, 0, own_x11 },
	{ "forwardx11timeout", K_SECONDS, AT(x11_timeout) },
	{ "forwardx11trusted", K_OWN, 0, own_x11_trusted },
	{ "gatewayports", K_BOOL, AT(gateway_ports) },
	{ "globalknownhostsfile", K_FIRST, AT(global_known_hosts) },
	{ "gssapiauthentication", K_BOOL, AT(gssapi) },
	{ "gssapikeyexchange", K_BOOL, AT(gssapi_kex) },
	{ "hashknownhosts", K_BOOL, AT(hash_known_hosts) },
	{ "hostbasedauthentication", K_BOOL, AT(hostbased) },
	{ "hostkeyalgorithms", K_TEXT, AT(host_key_algorithms) },
	{ "hostkeyalias", K_TEXT, AT(host_key_alias) },
	{ "hostname", K_TEXT, AT(hostname) },
	{ "identitiesonly", K_BOOL, AT(identities_only) },
	{ "identityagent", K_TEXT, AT(identity_agent) },
	{ "identityfile", K_LIST, AT(identity_files) },
	{ "ipqos", K_OWN, 0, own_ipqos },
	{ "kbdinteractiveauthentication", K_BOOL, AT(kbdint) },
	{ "kexalgorithms", K_TEXT, AT(kex) },
	{ "knownhostscommand", K_TEXT, AT(known_hosts_command) },
	{ "localcommand", K_TEXT, AT(local_command) },
	{ "localforward", K_LIST, AT(local_forward) },
	{ "loglevel", K_OWN, 0, own_log },
	{ "macs", K_TEXT, AT(macs) },
	{ "nohostauthenticationforlocalhost", K_BOOL, AT(no_auth_for_localhost) },
	{ "numberofpasswordprompts", K_NUMBER, AT(password_prompts) },
	{ "passwordauthentication", K_BOOL, AT(password) },
	{ "permitlocalcommand", K_BOOL, AT(permit_local_command) },
	{ "pkcs11provider", K_TEXT, AT(pkcs11_provider) },
	{ "port", K_NUMBER, AT(port) },
	{ "preferredauthentications", K_TEXT, AT(preferred_authentications) },
	{ "proxycommand", K_TEXT, AT(proxy_command) },
	{ "proxyjump", K_TEXT, AT(proxy_jump) },
	{ "proxyusefdpass", K_BOOL, AT(proxy_use_fdpass) },
	{ "pubkeyacceptedalgorithms", K_TEXT, AT(pubkey_algorithms) },
	{ "pubkeyacceptedkeytypes", K_TEXT, AT(pubkey_algorithms) },
	{ "pubkeyauthentication", K_BOOL, AT(pubkey) },
	{ "remotecommand", K_TEXT, AT(remote_command) },
	{ "remoteforward", K_LIST, AT(remote_forward) },
	{ "requesttty", K_OWN, 0, own_tty },
	{ "securitykeyprovider", K_OWN, 0, own_sk_provider },
	{ "sendenv", K_WORDS, AT(send_env) },
	{ "serveralivecountmax", K_NUMBER, AT(server_alive_count_max) },
	{ "serveraliveinterval", K_SECONDS, AT(server_alive_interval) },
	{ "sessiontype", K_OWN, 0, own_session },
	{ "setenv", K_LIST, AT(set_env) },
	{ "stdinnull", K_BOOL, AT(stdin_null) },
	{ "streamlocalbindmask", K_OCTAL, AT(streamlocal_bind_mask) },
	{ "streamlocalbindunlink", K_BOOL, AT(streamlocal_bind_unlink) },
	{ "stricthostkeychecking", K_OWN, 0, own_strict },
	{ "tcpkeepalive", K_BOOL, AT(tcp_keepalive) },
	{ "tunnel", K_OWN, 0, own_tunnel },
	{ "user", K_TEXT, AT(user) },
	{ "userknownhostsfile", K_FIRST, AT(user_known_hosts) },
	{ "verifyhostkeydns", K_BOOL, AT(verify_host_key_dns) },
	{ "visualhostkey", K_BOOL, AT(visual_host_key) },
	{ "xauthlocation", K_TEXT, AT(xauth) },
};

static int
set_number(unsigned *field, const char *value, int base)
{
	char *end;
	unsigned long n;

	if (strcasecmp(value, "none") == 0) {
		*field = 0;
		return 0;
	}
	errno = 0;
	n = strtoul(value, &end, base);
	if (errno || end == value || *end || n > INT32_MAX)
		return -EINVAL;
	*field = (unsigned)n;
	return 0;
}

static int
set_list(char ***field, const char *value, bool first)
{
	char **words = list_words(value);
	int r = 0;

	if (!words)
		return -ENOMEM;
	if (first) {
		list_free(*field);
		*field = words;
		return 0;
	}
	for (char **w = words; *w && r == 0; w++)
		r = list_add(field, *w);
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
apply(struct sshconfig *c, const struct keyword *k, const char *value)
{
	char *base = (char *)c;

	switch (k->kind) {
	case K_BOOL:
		*(bool *)(base + k->offset) = !is_no(value);
		return 0;
	case K_TEXT:
	case K_PATH:
		/* for an agent "none" is a value: no agent at all */
		if (k->offset == offsetof(struct sshconfig, identity_agent) && strcasecmp(value, "none") == 0) {
			free(c->identity_agent);
			return (c->identity_agent = strdup("none")) ? 0 : -ENOMEM;
		}
		return set_text((char **)(base + k->offset), value);
	case K_NUMBER:
	case K_SECONDS:
		return set_number((unsigned *)(base + k->offset), value, 10);
	case K_OCTAL:
		return set_number((unsigned *)(base + k->offset), value, 8);
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

int
sshconfig_line(struct sshconfig *c, const char *line)
{
	size_t name = strcspn(line, " \t\r\n=");
	const char *value = line + name + strspn(line + name, " \t\r\n=");
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
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].name) == name && strncasecmp(line, keywords[i].name, name) == 0) {
			r = apply(c, &keywords[i], copy);
			break;
		}
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
		.streamlocal_bind_mask = 0177, .x11_trusted = true, .x11_timeout = 1200,
	};
	struct sshconfig *c = malloc(sizeof(*c));
	size_t i;

	if (!c)
		return NULL;
	*c = defaults;
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (keywords[i].kind >= K_LIST && keywords[i].kind <= K_FIRST) {
			char ***list = (char ***)((char *)c + keywords[i].offset);

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
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		void **field = (void **)((char *)c + keywords[i].offset);

		if (keywords[i].kind == K_TEXT || keywords[i].kind == K_PATH) {
			free(*field);
			*field = NULL; /* two keywords may name one field */
		} else if (keywords[i].kind >= K_LIST && keywords[i].kind <= K_FIRST) {
			list_free(*field);
			*field = NULL;
		}
	}
	free(c->host);
	free(c->forward_agent);
	free(c->tunnel);
	free(c->control_master);
	free(c->add_keys_to_agent);
	free(c->security_key_provider);
	free(c);
}
