/* SPDX-License-Identifier: MIT */
/* The configuration as ssh -G prints it, command lines, and the words of --transport. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "list.h"
#include "secrets.h"
#include "sshconfig_expand.h"
#include "target.h"
#include "target_argv.h"
#include "target_state.h"

/* A list as the functions want it: they change none of its strings. */
#define LIST(...) ((char *const *)(const char *const []){ __VA_ARGS__, NULL })

static void
values(void **state)
{
	static const char *const lines[] = {
		"host bar", "user foo", "hostname 10.0.0.1", "port 2222", "addressfamily inet6", "batchmode yes",
		"connecttimeout none", "serveraliveinterval 7", "identityfile ~/.ssh/a", "identityfile /b",
		"sendenv LC_*", "sendenv X", "sendenv Y", "setenv A=1 2", "escapechar ^B", "requesttty force",
		"sessiontype none", "loglevel DEBUG", "stricthostkeychecking accept-new", "userknownhostsfile /a /b",
		"ipqos af21 cs1", "forwardagent no", "forwardx11 yes", "forwardx11trusted no", "pkcs11provider none",
		"controlmaster false", "tunnel false", "streamlocalbindmask 0177", "securitykeyprovider internal",
		"identityagent none", "pubkeyauthentication true", "obscurekeystroketiming interval:80",
		"localforward 8080 [web]:80", "nonsense of a later ssh", "proxycommand nc %h %p",
		"numberofpasswordprompts 2",
	};
	struct sshconfig *c = sshconfig_new();

	(void)state;
	assert_non_null(c);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(sshconfig_line(c, lines[i]), 0);
	assert_string_equal(c->user, "foo");
	assert_string_equal(c->hostname, "10.0.0.1");
	assert_int_equal(c->port, 2222);
	assert_int_equal(c->family, AF_INET6);
	assert_true(c->batch_mode && c->pubkey);
	assert_int_equal(c->connect_timeout, 0);
	assert_int_equal(c->obscure_ms, 80);
	assert_int_equal(c->server_alive_interval, 7);
	assert_int_equal(list_count(c->identity_files), 2);
	assert_string_equal(c->identity_files[1], "/b");
	assert_int_equal(list_count(c->send_env), 3);
	assert_string_equal(c->set_env[0], "A=1 2");
	assert_int_equal(c->escape_char, 2);
	assert_int_equal(c->request_tty, TTY_FORCE);
	assert_int_equal(c->session_type, SESSION_NONE);
	assert_int_equal(c->log_level, LOG_LEVEL_DEBUG1);
	assert_int_equal(c->strict_host_key, CHECK_ACCEPT_NEW);
	assert_int_equal(list_count(c->user_known_hosts), 2);
	assert_int_equal(c->ipqos_interactive, 0x48);
	assert_int_equal(c->ipqos_bulk, 0x20);
	assert_int_equal(c->x11, X11_YES);
	assert_int_equal(c->streamlocal_bind_mask, 0177);
	assert_string_equal(c->identity_agent, "none");
	assert_string_equal(c->proxy_command, "nc %h %p");
	assert_int_equal(c->password_prompts, 2);
	assert_null(c->forward_agent);
	assert_null(c->handed[0]);
	assert_string_equal(c->unknown[0], "nonsense of a later ssh");
	sshconfig_free(c);
}

static void
wrong_values(void **state)
{
	static const char *const lines[] = { "port x", "port 99999999999", "addressfamily ipx", "escapechar ab",
	                                     "loglevel loud", "requesttty perhaps", "ipqos sometimes",
	                                     "hashknownhosts perhaps", "connecttimeout 3x", "fingerprinthash crc",
	                                     "obscurekeystroketiming 3x", "obscurekeystroketiming interval:" };
	struct sshconfig *c = sshconfig_new();

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(sshconfig_line(c, lines[i]), -EINVAL);
	assert_int_equal(c->port, 22);
	assert_int_equal(c->escape_char, '~');
	assert_int_equal(sshconfig_line(c, "escapechar \\^B"), 0); /* as ssh -G has it */
	assert_int_equal(c->escape_char, 2);
	assert_int_equal(sshconfig_line(c, "escapechar \\\\"), 0);
	assert_int_equal(c->escape_char, '\\');
	assert_int_equal(sshconfig_line(c, "escapechar \\M-a"), 0);
	assert_int_equal(c->escape_char, 0x80 | 'a');
	assert_int_equal(sshconfig_line(c, "loglevel SILENT"), 0);
	assert_int_equal(c->log_level, LOG_LEVEL_QUIET);
	assert_int_equal(sshconfig_line(c, ""), 0);
	assert_int_equal(sshconfig_line(c, "port"), 0);
	assert_int_equal(sshconfig_line(c, "Port=23"), 0);
	assert_int_equal(c->port, 23);
	sshconfig_free(c);
}

static void
expansion(void **state)
{
	static const struct { const char *text, *result; } cases[] = {
		{ "a%%b", "a%b" }, { "%r@%h:%p", "me@there:2200" }, { "%n", "alias" }, { "${EXPAND_TEST}/x", "value/x" },
		{ "plain ~ text", "plain ~ text" }, { "%q", NULL }, { "%", NULL }, { "${NO_SUCH_NAME_HERE}", NULL },
		{ "${", NULL }, { "~no-such-user-here/x", NULL },
	};
	struct sshconfig *c = sshconfig_new();
	char *text;

	(void)state;
	c->host = strdup("alias");
	c->hostname = strdup("there");
	c->user = strdup("me");
	c->port = 2200;
	setenv("EXPAND_TEST", "value", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = sshconfig_expand(c, cases[i].text);
		if (cases[i].result)
			assert_string_equal(text, cases[i].result);
		else
			assert_null(text);
		free(text);
	}
	text = sshconfig_expand(c, "~/x");
	assert_non_null(text);
	assert_int_equal(text[0], '/');
	free(text);
	sshconfig_free(c);
}

static void
names_for_a_shell(void **state)
{
	static const struct { const char *line; bool plain; } cases[] = {
		{ "hostname web.example", true }, { "hostname fe80::1%eth0", true }, { "user EXAMPLE\\ann", true },
		{ "hostname a;b", false }, { "hostname $(b)", false }, { "hostname `b`", false }, { "hostname -b", false },
		{ "hostname a|b", false }, { "user a'b", false }, { "user -oProxyCommand=x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sshconfig *c = sshconfig_new();

		assert_non_null(c);
		assert_int_equal(sshconfig_line(c, cases[i].line), 0);
		assert_int_equal(sshconfig_plain_names(c), cases[i].plain);
		sshconfig_free(c);
	}
}

static void
splitting(void **state)
{
	static const struct { const char *text; const char *words[5]; } good[] = {
		{ "ssh", { "ssh" } },
		{ "  ssh \t -S  none ", { "ssh", "-S", "none" } },
		{ "a 'b c' \"d e\" f\\ g", { "a", "b c", "d e", "f g" } },
		{ "a'b'\"c\"d ''", { "abcd", "" } },
		{ "\"a\\\"b\\n\" '\\x'", { "a\"b\\n", "\\x" } },
	};
	static const char *const bad[] = { "", "  ", "'a", "\"a", "a\\", "\"a\\\"" };
	char **words;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(target_split(good[i].text, &words), 0);
		for (size_t k = 0; k < 5; k++) {
			if (!good[i].words[k]) {
				assert_null(words[k]);
				break;
			}
			assert_string_equal(words[k], good[i].words[k]);
		}
		list_free(words);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(target_split(bad[i], &words), -EINVAL);
}

static char *
joined(char *const *argv)
{
	static char text[4096];

	text[0] = '\0';
	for (; *argv; argv++) {
		if (text[0])
			strcat(text, " ");
		strcat(text, *argv);
	}
	return text;
}

static void
options(void **state)
{
	/* Of an ssh that carries our bytes nothing is asked that is about the session, the terminal or a log. */
	const struct target_request q = {
		.port = "22", .login = "me", .jump = "j", .identities = LIST("k1", "k2"), .options = LIST("A=b"),
		.local = LIST("1:h:2"), .family = 6, .compress = true, .agent = CHOICE_YES, .verbose = 2,
		.words = LIST("-p", "22", "-E", "-f", "-o", "-T", "-6", "-N", "-f", "-n", "-s", "-t",
		              "-T", "-y", "-A", "-i", "-N"), .words_after = LIST("-tt", "-l", "me"),
	};
	char **list, **behind;

	(void)state;
	assert_int_equal(target_options(&q, STYLE_SSH, &list, &behind), 0);
	assert_string_equal(joined(list), "-p 22 -o -T -6 -A -i -N");
	assert_string_equal(joined(behind), "-l me");
	list_free(list);
	list_free(behind);
	assert_int_equal(target_options(&q, STYLE_PLINK, &list, &behind), 0);
	assert_string_equal(joined(list), "-P 22 -6 -C -A -v -v -l me -i k1 -i k2 -L 1:h:2");
	assert_string_equal(joined(behind), "");
	list_free(list);
	list_free(behind);
	assert_int_equal(target_options(&q, STYLE_OTHER, &list, &behind), 0);
	assert_string_equal(joined(list), "");
	list_free(list);
	list_free(behind);
}

/* The person's own line, as ssh reads it: options on both sides of the destination, a command that begins with -. */
static void
lines_for_ssh(void **state)
{
	const struct { struct target_request q; const char *without, *more, *line; } cases[] = {
		{ { .words = LIST("-t", "-E", "log"), .destination = "h" }, "", NULL, "-t -E log -- h" },
		{ { .words = LIST("-t", "-E", "log"), .destination = "h" }, "E", "-G", "-t -G -- h" },
		{ { .destination = "h", .words_after = LIST("-l", "me"), .run = LIST("-x", "y") }, "", "-G",
		  "-G h -l me -- -x y" },
		{ { .destination = "-h", .terminated = true, .run = LIST("-x") }, "", NULL, "-- -h -x" },
		{ { .destination = "h", .words_after = LIST("-y"), .run = LIST("-x") }, "y", NULL, "-- h -x" },
		{ { .words = LIST("-Q", "key") }, "", NULL, "-Q key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char **argv = NULL;

		assert_int_equal(target_ssh_line(&argv, &cases[i].q, cases[i].without, cases[i].more), 0);
		assert_string_equal(joined(argv), cases[i].line);
		list_free(argv);
	}
}

static void
styles(void **state)
{
	(void)state;
	assert_int_equal(target_style_of(LIST("/usr/bin/ssh", "-S", "none")), STYLE_SSH);
	assert_int_equal(target_style_of(LIST("env", "A=b", "ssh")), STYLE_SSH);
	assert_int_equal(target_style_of(LIST("plink", "-batch")), STYLE_PLINK);
	assert_int_equal(target_style_of(LIST("docker", "exec")), STYLE_OTHER);
}

/* A target that needs neither ssh nor libssh: a command of its own kind. */
static struct transport_target *
make(const char *destination, const char *command, char *const *set)
{
	char **words = NULL, why[200];
	struct target_request q = { .destination = destination, .command = command, .options = set,
	                            .config = "/dev/null" };
	struct transport_target *t;

	assert_int_equal(list_add_all(&words, LIST("-F", "/dev/null")), 0);
	for (; set && *set; set++)
		assert_true(list_add(&words, "-o") == 0 && list_add(&words, *set) == 0);
	q.words = words;
	t = target_new(&q, why, sizeof(why));
	list_free(words);

	if (t)
		assert_string_equal(why, "");
	else
		assert_string_not_equal(why, "");
	return t;
}

static void
command_lines(void **state)
{
	struct transport_target *t = make("me@box", "ssh -S none", NULL);
	char **argv;

	(void)state;
	assert_non_null(t);
	assert_string_equal(target_name(t), "box");
	argv = target_transport_argv(t, true, NULL, "none");
	assert_non_null(strstr(joined(argv), "-F /dev/null -s -S none -- me@box resume"));
	assert_null(strstr(joined(argv), "SessionType=default"));
	target_argv_free(argv);
	argv = target_transport_argv(t, true, NULL, "/run/dir/shared");
	assert_non_null(strstr(joined(argv), "-o ControlMaster=auto -o ControlPersist="));
	assert_non_null(strstr(joined(argv), "-S /run/dir/shared -- me@box resume"));
	target_argv_free(argv);
	argv = target_transport_argv(t, false, "run me", NULL);
	assert_non_null(strstr(joined(argv), "-F /dev/null -- me@box run me"));
	assert_non_null(strstr(joined(argv), "SessionType=default"));
	target_argv_free(argv);
	target_free(t);
	t = make("me@box", "carry %r to %h", NULL);
	argv = target_transport_argv(t, true, NULL, NULL);
	assert_string_equal(joined(argv), "carry me to box");
	target_argv_free(argv);
	target_free(t);
}

static void
destinations(void **state)
{
	static const struct { const char *text, *host, *user; unsigned port; } good[] = {
		{ "box", "box", NULL, 22 }, { "me@box", "box", "me", 22 }, { "a@b@box", "box", "a@b", 22 },
		{ "ssh://me@box:2200", "box", "me", 2200 }, { "::1", "::1", NULL, 22 },
	};
	static const char *const bad[] = { "", "me@", "@box", "ssh://", "ssh://box:x", "ssh://box:70000",
	                                   "-oProxyCommand=x", "me@-oProxyCommand=x" };
	struct transport_target *t;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		t = make(good[i].text, NULL, NULL);
		assert_non_null(t);
		assert_string_equal(target_name(t), good[i].host);
		if (good[i].user)
			assert_string_equal(target_config(t)->user, good[i].user);
		assert_int_equal(target_config(t)->port, good[i].port);
		target_free(t);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(make(bad[i], NULL, NULL));
}

static void
environment(void **state)
{
	struct transport_target *t;
	char text[4096];

	(void)state;
	setenv("MINE", "from outside", 1);
	setenv("SENT_A", "a", 1);
	setenv("SENT_NOT", "b", 1);
	t = make("box", NULL, LIST("SetEnv=MINE=set OTHER=x", "SendEnv=MINE SENT_* -SENT_NOT"));
	assert_non_null(t);
	strcpy(text, joined(target_environment(t)));
	assert_non_null(strstr(text, "MINE=set"));
	assert_null(strstr(text, "from outside"));
	assert_non_null(strstr(text, "OTHER=x"));
	assert_non_null(strstr(text, "SENT_A=a"));
	target_free(t);
}

static void
without_ssh(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct transport_target *t;

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	t = make("me@box", NULL, LIST("Port=2200", "StrictHostKeyChecking=accept-new"));
	setenv("PATH", path, 1);
	free(path);
	assert_non_null(t);
	assert_false(t->have_ssh);
	assert_int_equal(target_config(t)->port, 2200);
	assert_string_equal(target_config(t)->user, "me");
	assert_string_equal(target_config(t)->hostname, "box");
	assert_int_equal(target_config(t)->strict_host_key, CHECK_ACCEPT_NEW);
	assert_true(target_config(t)->identity_files[0] && target_config(t)->user_known_hosts[0]);
	target_free(t);
}

/* An ssh of the future prints keywords and values that nobody here knows: only those that were set count. */
static void
later_ssh(void **state)
{
	char dir[] = "/tmp/hfsshXXXXXX", file[64], *path = strdup(getenv("PATH")), all[4096];
	struct transport_target *t;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/ssh", dir);
	assert_non_null(f = fopen(file, "we"));
	fputs("#!/bin/sh\necho hostname box\necho frobnicate yes\necho requesttty later\n"
	      "case $* in *'-F none'*) echo grobble 1 ;; *) echo grobble 2 ;; esac\n", f);
	assert_int_equal(fchmod(fileno(f), 0700), 0);
	assert_int_equal(fclose(f), 0);
	snprintf(all, sizeof all, "%s:%s", dir, path);
	setenv("PATH", all, 1);
	t = make("box", NULL, NULL);
	setenv("PATH", path, 1);
	free(path);
	assert_non_null(t);
	assert_true(t->have_ssh);
	assert_int_equal(list_count(target_config(t)->handed), 2);
	assert_string_equal(target_config(t)->handed[0], "requesttty later");
	assert_string_equal(target_config(t)->handed[1], "grobble 2");
	target_free(t);
	unlink(file);
	rmdir(dir);
}

/* What ssh does not like about a file is told by its line. */
static void
complaints(void **state)
{
	char path[] = "/tmp/hfconfXXXXXX", why[300];
	const struct target_request q = { .destination = "box", .config = path, .words = LIST("-F", path) };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "Port 1\nFrobnicate yes\n", 22), 22);
	close(fd);
	assert_null(target_new(&q, why, sizeof why));
	unlink(path);
	if (!strstr(why, "line 2: Bad configuration option: "))
		fail_msg("%s", why);
}

/* What must not be left out is refused where there is no ssh. */
static void
unsafe_without_ssh(void **state)
{
	static const struct { const char *option, *why; } cases[] = {
		{ "CheckHostIP=yes", "CheckHostIP: " }, { "RekeyLimit=1M", "RekeyLimit: " },
		{ "ProxyJump=other", "ProxyJump needs ssh(1)" }, { "ChannelTimeout=session=5m", "ChannelTimeout: " },
		{ "CanonicalizeHostname=yes", "CanonicalizeHostname needs ssh(1)" },
		{ "Frobnicate=1", "Bad configuration option" },
		{ "KnownHostsCommand=/bin/true", "KnownHostsCommand: " },
		{ "VerifyHostKeyDNS=ask", "VerifyHostKeyDNS: " },
		{ "PubkeyAuthentication=host-bound", "PubkeyAuthentication: " }, { "VerifyHostKeyDNS=no", NULL },
		{ "UserKnownHostsFile=/x/kh_%C", "UserKnownHostsFile /x/kh_%C cannot be expanded" },
		{ "ProxyCommand=px %Z", "ProxyCommand px %Z cannot be expanded" }, { "ProxyCommand=px ${P:-1}", NULL },
		{ "VisualHostKey=yes", NULL }, { "KnownHostsCommand=none", NULL }, { "RekeyLimit=default none", NULL },
	};
	char *path = strdup(getenv("PATH")), why[256];

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct target_request q = { .destination = "box", .words = LIST("-o", cases[i].option),
		                                  .config = "none" };
		struct transport_target *t = target_new(&q, why, sizeof why);

		if ((t == NULL) != (cases[i].why != NULL) || (!t && !strstr(why, cases[i].why)))
			fail_msg("%s: \"%s\"", cases[i].option, why);
		target_free(t);
	}
	setenv("PATH", path, 1);
	free(path);
}

static void
secrets(void **state)
{
	struct secrets *s = secrets_new();
	char value[SECRET_CAP], name[32];

	(void)state;
	if (!s)
		skip();
	assert_int_equal(secrets_get(s, "password", value, sizeof(value)), -ENOENT);
	secrets_put(s, "password", "one");
	secrets_put(s, "password", "two");
	assert_int_equal(secrets_get(s, "password", value, sizeof(value)), 0);
	assert_string_equal(value, "two");
	assert_int_equal(secrets_get(s, "password", value, 3), -ENOENT);
	secrets_forget(s, "password");
	assert_int_equal(secrets_get(s, "password", value, sizeof(value)), -ENOENT);
	for (int i = 0; i < SECRETS_MAX + 3; i++) {
		snprintf(name, sizeof(name), "name %d", i);
		secrets_put(s, name, name);
		assert_int_equal(secrets_get(s, name, value, sizeof(value)), i < SECRETS_MAX ? 0 : -ENOENT);
	}
	assert_int_equal(secrets_get(NULL, "x", value, sizeof(value)), -ENOENT);
	secrets_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values), cmocka_unit_test(wrong_values), cmocka_unit_test(expansion),
		cmocka_unit_test(names_for_a_shell), cmocka_unit_test(splitting), cmocka_unit_test(options), cmocka_unit_test(styles),
		cmocka_unit_test(lines_for_ssh),
		cmocka_unit_test(command_lines), cmocka_unit_test(destinations), cmocka_unit_test(environment),
		cmocka_unit_test(without_ssh), cmocka_unit_test(later_ssh), cmocka_unit_test(complaints),
		cmocka_unit_test(unsafe_without_ssh),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
