/* SPDX-License-Identifier: MIT */
/* demands and factory: what libssh can't do goes to ssh, where there is one, and the person is told why once. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "demands.h"
#include "factory.h"
#include "list.h"
#include "sshconfig.h"
#include "target_state.h"

static char dir[] = "/tmp/hfdemXXXXXX";
static unsigned said;
static char last_said[512];

static void
say(void *object, const char *text)
{
	(void)object;
	said++;
	snprintf(last_said, sizeof last_said, "%s", text);
}

static const struct transport_asking asking = { .say = say };

static struct sshconfig *
config(void)
{
	struct sshconfig *c = sshconfig_new();

	assert_non_null(c);
	assert_int_equal(sshconfig_line(c, "host example.org"), 0);
	assert_int_equal(sshconfig_line(c, "hostname example.org"), 0);
	assert_int_equal(sshconfig_line(c, "identityagent none"), 0);
	return c;
}

static char *
in_dir(const char *name, const char *text)
{
	static char path[100];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = text ? fopen(path, "we") : NULL;
	if (f)
		fputs(text, f);
	assert_true(!f || fclose(f) == 0);
	return path;
}

static void
options(void **state)
{
	static const struct { const char *first, *second, *why; } cases[] = {
		{ "compression yes", NULL, NULL },
		{ "proxycommand nc %h %p", NULL, NULL },
		{ "bindaddress 127.0.0.1", NULL, NULL },
		{ "controlpath /nonexistent/socket", NULL, NULL },
		{ "localcommand true", "permitlocalcommand no", NULL },
		{ "gssapiauthentication yes", NULL, NULL },
		{ "remoteforward 8080 [web]:80", NULL, NULL },
		{ "pkcs11provider /usr/lib/token.so", NULL, "PKCS11Provider:" },
		{ "gssapiauthentication yes", "gssapikeyexchange yes", "GSSAPIKeyExchange:" },
		{ "hostbasedauthentication yes", NULL, "HostbasedAuthentication:" },
		{ "knownhostscommand /bin/true", NULL, "KnownHostsCommand:" },
		{ "verifyhostkeydns yes", NULL, "VerifyHostKeyDNS:" },
		{ "tunnel yes", NULL, "Tunnel:" },
		{ "proxyusefdpass yes", NULL, "ProxyUseFdpass:" },
		{ "localcommand true", "permitlocalcommand yes", "PermitLocalCommand:" },
		{ "controlpath /nonexistent/socket", "controlmaster auto", "ControlMaster:" },
		{ "bindaddress name", NULL, "BindAddress:" },
		{ "remoteforward /run/here.sock /run/there.sock", NULL, "RemoteForward /run/here.sock" },
		{ "localforward /run/a b [web]:80", NULL, "a forward, /run/a b " },
		{ "localforward 8080 /run/a 80", NULL, "a forward, 8080 /run/a 80" },
		{ "ciphers no-such-cipher", NULL, "Ciphers:" },
		{ "checkhostip yes", NULL, "CheckHostIP:" },
		{ "rekeylimit 1048576 0", NULL, "RekeyLimit:" },
		{ "rekeylimit 0 0", NULL, NULL },
		{ "channeltimeout session=300", NULL, "ChannelTimeout:" },
		{ "visualhostkey yes", NULL, "VisualHostKey:" },
		{ "updatehostkeys true", NULL, NULL },
		{ "updatehostkeys ask", NULL, "UpdateHostKeys:" },
		{ "gssapiauthentication yes", "gssapidelegatecredentials yes", "GSSAPIDelegateCredentials:" },
		{ "gssapiauthentication no", "gssapidelegatecredentials yes", NULL },
		{ "kbdinteractivedevices pam", NULL, "KbdInteractiveDevices:" },
		{ "logverbose kex.c:*", NULL, "LogVerbose:" },
		{ "versionaddendum hello", NULL, "VersionAddendum:" },
		{ "pubkeyauthentication unbound", NULL, NULL },
		{ "pubkeyauthentication host-bound", NULL, "PubkeyAuthentication:" },
		{ "stricthostkeychecking of-a-later-ssh", NULL,
		  "stricthostkeychecking: holdfast does not know this value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sshconfig *c = config();
		char why[256];

		/* as sshconfig_run does with a value that is not understood */
		if (sshconfig_line(c, cases[i].first) < 0)
			assert_int_equal(list_add(&c->handed, cases[i].first), 0);
		if (cases[i].second)
			assert_int_equal(sshconfig_line(c, cases[i].second), 0);
		if (demands_more(c, why, sizeof why) != (cases[i].why != NULL) ||
		    (cases[i].why && strncmp(why, cases[i].why, strlen(cases[i].why)) != 0))
			fail_msg("%s: \"%s\" and not \"%s\"", cases[i].first, why, cases[i].why ? cases[i].why : "");
		sshconfig_free(c);
	}
}

static bool
demands_file(struct sshconfig *c, const char *word)
{
	char why[256];
	bool more = demands_more(c, why, sizeof why);

	if (more)
		assert_non_null(strstr(why, word));
	sshconfig_free(c);
	return more;
}

static void
files(void **state)
{
	struct sshconfig *c = config();

	(void)state;
	assert_int_equal(list_add(&c->user_known_hosts, in_dir("known", "@cert-authority *.org ssh-ed25519 AAAA\n")), 0);
	assert_true(demands_file(c, "@cert-authority"));
	c = config();
	assert_int_equal(list_add(&c->user_known_hosts, in_dir("known", "@cert-authority *.net ssh-ed25519 AAAA\n")), 0);
	assert_false(demands_file(c, ""));

	c = config();
	in_dir("id_sk.pub", "sk-ssh-ed25519@openssh.com AAAA me\n");
	assert_int_equal(list_add(&c->identity_files, in_dir("id_sk", "key")), 0);
	assert_true(demands_file(c, "FIDO"));
	c = config();
	in_dir("id.pub", "ssh-ed25519 AAAA me\n");
	assert_int_equal(list_add(&c->identity_files, in_dir("id", "key")), 0);
	assert_false(demands_file(c, ""));

	c = config();
	assert_int_equal(list_add(&c->certificate_files, in_dir("lone-cert.pub", "certificate")), 0);
	assert_true(demands_file(c, "CertificateFile"));
	c = config();
	assert_int_equal(list_add(&c->certificate_files, in_dir("id-cert.pub", "certificate")), 0);
	assert_false(demands_file(c, ""));
}

static void
shared_connection(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct sshconfig *c = config();
	char line[160];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(a.sun_path, sizeof a.sun_path, "%s", in_dir("master", NULL));
	snprintf(line, sizeof line, "controlpath %s", a.sun_path);
	assert_int_equal(sshconfig_line(c, line), 0);
	assert_false(demands_shared(c));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_true(demands_shared(c));
	assert_true(demands_file(c, "ControlPath"));
	close(fd);
}

/* The transport that a target gets twice: NAME, and how much was said. */
static void
carried_by(struct transport_target *target, const char *name, unsigned lines, const char *word)
{
	said = 0;
	last_said[0] = '\0';
	for (int i = 0; i < 2; i++) {
		struct transport *t = transport_new(target, &asking);

		assert_non_null(t);
		assert_string_equal(t->ops->name, name);
		assert_ptr_equal(t->target, target);
		transport_free(t);
	}
	assert_int_equal(said, lines);
	assert_non_null(strstr(last_said, word));
	sshconfig_free(target->config);
}

static struct sshconfig *
demanding(void)
{
	struct sshconfig *c = config();

	assert_int_equal(sshconfig_line(c, "tunnel yes"), 0);
	return c;
}

static void
choice(void **state)
{
	struct transport_target plain = { .config = config(), .have_ssh = true };
	struct transport_target asked = { .config = demanding(), .have_ssh = true, .asked_command = true };
	struct transport_target more = { .config = demanding(), .have_ssh = true };
	struct transport_target without_ssh = { .config = demanding() };
	struct transport_target quiet = { .config = demanding(), .have_ssh = true };

	(void)state;
	carried_by(&plain, "libssh", 0, "");
	carried_by(&asked, "command", 0, "");
	more.config->log_level = LOG_LEVEL_VERBOSE;
	carried_by(&more, "command", 1, "Using the ssh command (Tunnel:");
	carried_by(&without_ssh, "libssh", 1, "no ssh program was found (Tunnel:");
	quiet.config->log_level = LOG_LEVEL_ERROR;
	carried_by(&quiet, "command", 0, "");
}

/* To a person at a terminal once a day; a program that runs us has no use for the line. */
static void
once_a_day(void **state)
{
	struct transport_target first = { .config = demanding(), .have_ssh = true };
	struct transport_target again = { .config = demanding(), .have_ssh = true };
	struct transport_target other = { .config = demanding(), .have_ssh = true };
	struct transport_target pipe_first = { .config = demanding(), .have_ssh = true };
	struct transport_target elsewhere = { .config = demanding(), .have_ssh = true };
	struct transport_target *const all[] = { &first, &again, &other, &pipe_first, &elsewhere };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave, before = dup(2),
	    null = open("/dev/null", O_WRONLY);
	char path[200];

	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0 && before >= 0 && null >= 0);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		assert_int_equal(sshconfig_line(all[i]->config, "user ann"), 0);
	assert_int_equal(sshconfig_line(elsewhere.config, "hostname example.net"), 0);
	list_empty(other.config->handed);
	assert_int_equal(sshconfig_line(other.config, "visualhostkey yes"), 0);
	assert_int_equal(setenv("XDG_CACHE_HOME", dir, 1), 0);
	dup2(null, 2);
	carried_by(&pipe_first, "command", 0, "");
	dup2(slave, 2);
	carried_by(&first, "command", 1, "Using the ssh command (Tunnel:");
	carried_by(&again, "command", 0, "");
	carried_by(&other, "command", 1, "Using the ssh command (VisualHostKey:");
	carried_by(&elsewhere, "command", 1, "Using the ssh command (Tunnel:");
	dup2(before, 2);
	close(before), close(null), close(slave), close(master);
	snprintf(path, sizeof path, "%s/holdfast/hosts", dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/holdfast", dir);
	assert_int_equal(rmdir(path), 0);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "known", "id", "id.pub", "id_sk", "id_sk.pub", "id-cert.pub", "lone-cert.pub",
	                                     "master" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(in_dir(names[i], NULL));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options), cmocka_unit_test(files), cmocka_unit_test(shared_connection),
		cmocka_unit_test(choice), cmocka_unit_test(once_a_day),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
