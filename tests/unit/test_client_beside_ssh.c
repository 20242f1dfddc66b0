/* SPDX-License-Identifier: MIT */
/* sshconfig_file: the files of ssh_config(5) without an ssh, beside what the installed ssh makes of the same files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshfile_world.h"

#include "forward.h"
#include "sshconfig_expand.h"
#include "sshconfig_file.h"
#include "sshconfig_run.h"

#define DUMP_CAP 16384

static void
put(char *out, const char *name, const char *value)
{
	size_t len = strlen(out);

	snprintf(out + len, DUMP_CAP - len, "%s=%s\n", name, value ? value : "(none)");
}

static void
put_number(char *out, const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof text, "%ld", value);
	put(out, name, text);
}

static void
put_list(char *out, const char *name, char *const *list)
{
	for (; *list; list++)
		put(out, name, *list);
}

static void
put_forwards(char *out, const struct sshconfig *c)
{
	struct forwards *fs = calloc(1, sizeof *fs);
	char why[200];

	assert_non_null(fs);
	assert_int_equal(forwards_read(fs, c, why, sizeof why), 0);
	for (unsigned i = 0; i < fs->count; i++) {
		const struct forward *f = &fs->v[i];

		put_number(out, "forward", f->kind);
		put_number(out, "any", f->any_address);
		put_number(out, "socks", f->socks);
		put(out, "bind", f->bind);
		put_number(out, "port", f->port);
		put(out, "path", f->path);
		put(out, "to", f->host);
		put_number(out, "to port", f->host_port);
		put(out, "to path", f->host_path);
	}
	free(fs);
}

/* All that a file can say and that has the same form both ways. */
static char *
dump(const struct sshconfig *c)
{
	char *out = calloc(1, DUMP_CAP);

	assert_non_null(out);
	if (strstr(c->hostname, "%"))
		fail_msg("the name of the host is not expanded: %s", c->hostname);
	put(out, "hostname", c->hostname);
	put(out, "user", c->user);
	put_number(out, "port", c->port);
	put_number(out, "family", c->family);
	put(out, "bindaddress", c->bind_address);
	put_number(out, "connecttimeout", c->connect_timeout);
	put_number(out, "attempts", c->connection_attempts);
	put_number(out, "keepalive", c->tcp_keepalive);
	put_number(out, "tos", c->ipqos_interactive);
	put_number(out, "bulk", c->ipqos_bulk);
	put(out, "proxycommand", c->proxy_command);
	put(out, "proxyjump", c->proxy_jump);
	put_number(out, "compression", c->compression);
	put_number(out, "alive", c->server_alive_interval);
	put_number(out, "count", c->server_alive_count_max);
	put_number(out, "strict", c->strict_host_key);
	put(out, "alias", c->host_key_alias);
	put_list(out, "known", c->user_known_hosts);
	put_list(out, "global", c->global_known_hosts);
	put_list(out, "revoked", c->revoked_host_keys);
	put_number(out, "hash", c->hash_known_hosts);
	put_number(out, "md5", c->fingerprint_md5);
	put_number(out, "rsa", c->required_rsa_size);
	put_list(out, "identity", c->identity_files);
	put_list(out, "certificate", c->certificate_files);
	put_number(out, "only", c->identities_only);
	put(out, "agent", c->identity_agent);
	put(out, "methods", c->preferred_authentications);
	put_number(out, "pubkey", c->pubkey);
	put_number(out, "password", c->password);
	put_number(out, "kbdint", c->kbdint);
	put_number(out, "gssapi", c->gssapi);
	put_number(out, "batch", c->batch_mode);
	put_number(out, "prompts", c->password_prompts);
	put_number(out, "tty", c->request_tty);
	put_number(out, "session", c->session_type);
	put(out, "command", c->remote_command);
	put_list(out, "sendenv", c->send_env);
	put_list(out, "setenv", c->set_env);
	put(out, "forwardagent", c->forward_agent);
	put_forwards(out, c);
	if (c->permit_remote_open[0] && strcmp(c->permit_remote_open[0], "any") != 0)
		put_list(out, "open", c->permit_remote_open);
	put_number(out, "exit", c->exit_on_forward_failure);
	put_number(out, "gateway", c->gateway_ports);
	put_number(out, "mask", c->streamlocal_bind_mask);
	put_number(out, "escape", c->escape_char);
	put_number(out, "log", c->log_level);
	put_number(out, "null", c->stdin_null);
	put_number(out, "localcommand", c->permit_local_command);
	put(out, "local", c->local_command);
	put_number(out, "keys", c->add_keys_to_agent != NULL);
	put_list(out, "handed", c->handed);
	return out;
}

static char *
by_ssh(const char *host)
{
	char *const argv[] = { (char[]){ "ssh" }, (char[]){ "-F" }, path, (char[]){ "-G" }, (char[]){ "--" },
	                       strdup(host), NULL };
	struct sshconfig *c = config(host);
	char why[256], *out;
	int r = sshconfig_evaluate(c, argv, argv, why, sizeof why);

	if (r == -ENOENT) {
		sshconfig_free(c);
		free(argv[5]);
		return NULL;
	}
	if (r < 0)
		fail_msg("ssh does not read this: %s", why);
	out = dump(c);
	free(argv[5]);
	sshconfig_free(c);
	return out;
}

static char *
by_files(const char *host)
{
	struct sshconfig *c = config(host);
	char why[256] = "", *out;

	if (sshconfig_file(c, path, NULL, why, sizeof why) < 0 || sshconfig_finish(c, false, why, sizeof why) < 0)
		fail_msg("not read: %s", why);
	out = dump(c);
	sshconfig_free(c);
	return out;
}

/* The lines of A that B has not. */
static void
print_missing(const char *who, const char *a, const char *b)
{
	size_t len;
	char line[512];

	for (; *a; a += len + (a[len] == '\n')) {
		len = strcspn(a, "\n");
		snprintf(line, sizeof line, "%.*s\n", (int)len, a);
		if (!strstr(b, line))
			fprintf(stderr, "%s: %s", who, line);
	}
}

/* The default of IPQoS is another one from OpenSSH 10 on. */
static void
same_as_ssh(const char *text, const char *host)
{
	char *theirs, *ours, whole[1024];

	snprintf(whole, sizeof whole, "%s%s", strstr(text, "IPQoS") ? "" : "IPQoS af21 cs1\n", text);
	write_to(path, whole);
	ours = by_files(host);
	theirs = by_ssh(host);
	if (theirs && strcmp(ours, theirs) != 0)
	{
		fprintf(stderr, "of %s\n", text);
		print_missing("only ssh has", theirs, ours);
		print_missing("only we have", ours, theirs);
		fail();
	}
	free(ours);
	free(theirs);
}

#define KEY "IdentityFile /k\n"

static void
beside_ssh(void **state)
{
	static const struct { const char *text, *host; } cases[] = {
		{ KEY, "box" },
		{ KEY "Host box\n HostName box.example\n User=ann\n Port = 2200\n"
		  "Host *\n User bob\n Compression yes\n", "box" },
		{ KEY "Host b?x !box *\n User ann\nHost *\n User bob\n", "box" },
		{ KEY "Host other\n Port 1\nHost box other\n Port 2\nHost *\n Port 3\n", "box" },
		{ KEY "HostName %h.example\nMatch host box.example\n User ann\n"
		  "Match originalhost box\n Port 2\n", "box" },
		{ KEY "Match all\n User ann\n", "box" },
		{ KEY "Match user ann\n Port 7\nMatch !user ann\n Port 8\n", "box" },
		{ KEY "Match localuser nobody-of-that-name\n Port 7\nMatch localuser *\n Port 9\n", "box" },
		{ KEY "Match final all\n Port 7\nHost box\n User ann\n", "box" },
		{ KEY "Host box\n Port 5\nMatch final host box\n Port 7\n IdentityFile /two\n", "box" },
		{ KEY "Match canonical all\n Port 7\n", "box" },
		{ "IdentityFile /a\nIdentityFile \"/b\"\nIdentityFile /a\nCertificateFile /c\n", "box" },
		{ "IdentityFile none\n", "box" },
		{ KEY "UserKnownHostsFile none\nGlobalKnownHostsFile /g /h\n", "box" },
		{ KEY "StrictHostKeyChecking accept-new\nHashKnownHosts yes\n"
		  "HostKeyAlias web\nFingerprintHash md5\n", "box" },
		{ KEY "RevokedHostKeys /r\nRequiredRSASize 3072\nConnectionAttempts 3\nConnectTimeout 1m\n", "box" },
		{ KEY "ServerAliveInterval 1m30s\nServerAliveCountMax 7\nTCPKeepAlive no\nIPQoS ef cs1\n", "box" },
		{ KEY "SetEnv A=1 \"B=x y\"\nSetEnv C=no\nSendEnv LC_* LANG\nSendEnv X\n", "box" },
		{ KEY "ProxyCommand nc -X 5 \"%h\" %p # not a comment\nProxyJump other\n", "box" },
		{ KEY "ProxyJump ann@other:22\nProxyCommand nc %h\n", "box" },
		{ KEY "RemoteCommand echo 'a  b'\nRequestTTY force\nStdinNull yes\n", "box" },
		{ KEY "PermitLocalCommand yes\nLocalCommand echo %h \"x\"\n", "box" },
		{ KEY "RemoteForward 8080 web:80\nRemoteForward *:8081 127.0.0.1:81\n"
		  "ExitOnForwardFailure yes\n", "box" },
		{ KEY "LocalForward 8080 web:80\nLocalForward [::1]:81 web:81\nDynamicForward 1080\n", "box" },
		{ KEY "RemoteForward 8080\nPermitRemoteOpen none\nPermitRemoteOpen any\n", "box" },
		{ KEY "LogLevel VERBOSE\nEscapeChar ^B\nBatchMode yes\n"
		  "NumberOfPasswordPrompts 1\nServerAliveInterval 9\n", "box" },
		{ KEY "EscapeChar none\nForwardAgent yes\nAddKeysToAgent 5m\n"
		  "IdentitiesOnly yes\nIdentityAgent none\n", "box" },
		{ KEY "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
		  "PubkeyAuthentication unbound\n", "box" },
		{ KEY "ChallengeResponseAuthentication no\nKeepAlive no\nPubkeyAcceptedKeyTypes ssh-ed25519\n", "box" },
		{ KEY "PreferredAuthentications publickey,password\nStreamLocalBindMask 0111\n"
		  "GatewayPorts yes\n", "box" },
		{ KEY "\t # comment\n\n  port 9   # comment behind\nUser \"ann\"\n", "box" },
		{ KEY "IgnoreUnknown Frob*,Xy\nFrobnicate yes\nxy 1\nPort 4\n", "box" },
		{ KEY "CheckHostIP yes\nHost other\n VisualHostKey yes\n", "box" },
		{ KEY "ClearAllForwardings yes\nRemoteForward 8080 web:80\n", "box" },
		{ KEY "CanonicalizeHostname no\nCanonicalDomains example.org\nCanonicalizeMaxDots 2\n", "box" },
		{ KEY "\"StrictHostKeyChecking\" yes\n\"Port\" 9\n", "box" },
		{ KEY "RemoteCommand echo %h %% ${HOME}\nSendEnv \"A B\" C\n", "box" },
		{ KEY "UserKnownHostsFile ~/a%%h %d/b ${HOME}/c_%h\nGlobalKnownHostsFile /${NOPE}/kh ~/g%h\n", "box" },
		{ KEY "ProxyCommand px %h ${P:-39022}\nIdentityAgent ${HOME}/a%%b\n", "box" },
		{ "IdentityFile \"/a b\"\nCertificateFile \"/c d\"\nIdentityAgent \"/a b\"\n", "box" },
		{ KEY "AddressFamily inet6\nBindAddress ::1\nProtocol 2\n", "box" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		same_as_ssh(cases[i].text, cases[i].host);
}

static void
includes(void **state)
{
	char text[400];

	(void)state;
	write_to(other, "User ann\nHost nobody\n Port 1\n");
	snprintf(text, sizeof text, KEY "Host box\n Include %s /nonexistent/*\n Port 2\nHost *\n User bob\n", other);
	same_as_ssh(text, "box");
	same_as_ssh(text, "another");
	snprintf(text, sizeof text, "Include %s\n", path); /* itself: as deep as that goes */
	write_to(path, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_ssh), cmocka_unit_test(includes),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
