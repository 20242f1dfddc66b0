/* SPDX-License-Identifier: MIT */
/* The lines of holdfast.conf about a pool. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "config_keyword.h"

static const struct config_subject alice = { "alice", NULL, "192.0.2.7", NULL };

static struct config_policy
good(const char *text)
{
	struct config_policy p;
	struct config_error e = { .text = "" };

	memset(&p, 0xff, sizeof p);
	if (config_parse("f", text, strlen(text), &alice, &p, &e))
		fail_msg("%s", e.text);
	return p;
}

static void
bad(const char *text, const char *wanted)
{
	struct config_policy p;
	struct config_error e = { .text = "" };

	assert_int_equal(config_parse("f", text, strlen(text), &alice, &p, &e), -EBADMSG);
	assert_string_equal(e.text, wanted);
}

static void
none(void **state)
{
	struct config_policy p = good("");
	char url[CONFIG_POOL_URLS_CAP];

	(void)state;
	assert_false(config_pool_on(&p.pool));
	assert_false(p.pool.directory.etcd);
	assert_false(config_pool_url(&p.pool, 0, url));
	assert_int_equal(p.pool.vouch.how, CONFIG_POOL_VOUCH_NO);
	assert_string_equal(p.pool.trust, "*");
	assert_false(p.pool.show_program);
	assert_true(p.pool.resume);
	assert_int_equal(p.pool.timeout_ms, 2000);
	p = good("Pool none\nPoolNode none\nPoolAddress none\nPoolDirectory none\nPoolTLS none\nPoolUser none\n"
	         "PoolVouch no\nPoolTrust none\nPoolShow none\nPoolResume no\nPoolTimeout 1m");
	assert_false(config_pool_on(&p.pool));
	assert_string_equal(p.pool.trust, "");
	assert_false(p.pool.resume);
	assert_int_equal(p.pool.timeout_ms, 60000);
}

static void
all(void **state)
{
	struct config_policy p = good("Pool main-2\nPoolNode login3\nPoolAddress login3.example\n"
	                              "PoolDirectory etcd https://a:2379,http://[2001:db8::1]:2379\n"
	                              "PoolTLS /etc/ca.pem /etc/c.pem /etc/k.pem\nPoolUser login3 /etc/holdfast/pw\n"
	                              "PoolVouch key /etc/holdfast/pool.keys\nPoolTrust login? !login9\nPoolShow program\n");
	char url[CONFIG_POOL_URLS_CAP], node[NODE_CAP], host[HOST_CAP];

	(void)state;
	assert_true(config_pool_on(&p.pool));
	assert_string_equal(p.pool.name, "main-2");
	assert_int_equal(config_pool_node(&p.pool, node), 0);
	assert_string_equal(node, "login3");
	assert_int_equal(config_pool_address(&p.pool, host), 0);
	assert_string_equal(host, "login3.example");
	assert_true(p.pool.directory.etcd);
	assert_true(config_pool_url(&p.pool, 0, url));
	assert_string_equal(url, "https://a:2379");
	assert_true(config_pool_url(&p.pool, 1, url));
	assert_string_equal(url, "http://[2001:db8::1]:2379");
	assert_false(config_pool_url(&p.pool, 2, url));
	assert_string_equal(p.pool.tls.ca, "/etc/ca.pem");
	assert_string_equal(p.pool.tls.cert, "/etc/c.pem");
	assert_string_equal(p.pool.tls.key, "/etc/k.pem");
	assert_string_equal(p.pool.user.name, "login3");
	assert_string_equal(p.pool.user.file, "/etc/holdfast/pw");
	assert_int_equal(p.pool.vouch.how, CONFIG_POOL_VOUCH_KEY);
	assert_string_equal(p.pool.vouch.file, "/etc/holdfast/pool.keys");
	assert_string_equal(p.pool.trust, "login?,!login9");
	assert_true(p.pool.show_program);
	p = good("PoolVouch munge\nPoolTLS /ca");
	assert_int_equal(p.pool.vouch.how, CONFIG_POOL_VOUCH_MUNGE);
	assert_string_equal(p.pool.tls.ca, "/ca");
	assert_string_equal(p.pool.tls.cert, "");
}

/* What is shown can be read again, and is the same then. */
static void
shown(void **state)
{
	static const char *const lines[] = {
		"Pool main", "PoolNode none", "PoolNode n1", "PoolAddress 192.0.2.1", "PoolDirectory none",
		"PoolDirectory etcd https://a:2379,https://b:2379", "PoolTLS none", "PoolTLS /ca", "PoolTLS /ca /cert /key",
		"PoolUser none", "PoolUser me /pw", "PoolVouch no", "PoolVouch munge", "PoolVouch key /keys", "PoolTrust *",
		"PoolTrust none", "PoolTrust a b", "PoolShow none", "PoolShow program", "PoolResume no",
		"PoolTimeout 3s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct config_policy p = good(lines[i]);
		char name[32], value[CONFIG_VALUE_CAP], line[CONFIG_VALUE_CAP + 32];

		assert_int_equal(sscanf(lines[i], "%31s", name), 1);
		config_keyword_put(config_keyword((size_t)config_keyword_find(name)), &p, value);
		snprintf(line, sizeof line, "%s %s", name, value);
		assert_string_equal(line, lines[i]);
	}
}

static void
from_the_host(void **state)
{
	struct config_policy p = good("Pool main");
	char wanted[HOST_CAP] = "", node[NODE_CAP], host[HOST_CAP];

	(void)state;
	assert_int_equal(gethostname(wanted, sizeof wanted - 1), 0);
	if (!config_pool_host_ok(wanted))
		skip();
	assert_int_equal(config_pool_address(&p.pool, host), 0);
	assert_string_equal(host, wanted);
	wanted[strcspn(wanted, ".")] = '\0';
	assert_int_equal(config_pool_node(&p.pool, node), 0);
	assert_string_equal(node, wanted);
}

static void
refused(void **state)
{
	(void)state;
	bad("Pool Main", "f:1: Pool: expected none or a name, 1 to 32 of a-z 0-9 -, found \"Main\"");
	bad("Pool -m", "f:1: Pool: expected none or a name, 1 to 32 of a-z 0-9 -, found \"-m\"");
	bad("Pool abcdefghijklmnopqrstuvwxyz0123456",
	    "f:1: Pool: expected none or a name, 1 to 32 of a-z 0-9 -, found \"abcdefghijklmnopqrstuvwxyz0123456\"");
	bad("Pool a b", "f:1: Pool: expected nothing more, found \"b\"");
	bad("PoolNode a:b", "f:1: PoolNode: expected none or a name, 1 to 63 of A-Z a-z 0-9 . _ -, found \"a:b\"");
	bad("PoolAddress -oX", "f:1: PoolAddress: expected none or the name or address of this host, found \"-oX\"");
	bad("PoolAddress me@x", "f:1: PoolAddress: expected none or the name or address of this host, found \"me@x\"");
	bad("PoolTLS /ca /cert",
	    "f:1: PoolTLS: expected none, or absolute paths: of a CA, or of a CA, a certificate and its key");
	bad("PoolTLS ca",
	    "f:1: PoolTLS: expected none, or absolute paths: of a CA, or of a CA, a certificate and its key, found \"ca\"");
	bad("PoolTLS /a /b /c /d",
	    "f:1: PoolTLS: expected none, or absolute paths: of a CA, or of a CA, a certificate and its key, found \"/d\"");
	bad("PoolUser me", "f:1: PoolUser: expected none, or a name and the absolute path of a password file");
	bad("PoolUser me pw",
	    "f:1: PoolUser: expected none, or a name and the absolute path of a password file, found \"pw\"");
	bad("PoolVouch key", "f:1: PoolVouch: expected no, munge, or key and the absolute path of a file");
	bad("PoolVouch no /x", "f:1: PoolVouch: expected no, munge, or key and the absolute path of a file, found \"/x\"");
	bad("PoolVouch yes", "f:1: PoolVouch: expected no, munge, or key and the absolute path of a file, found \"yes\"");
	bad("PoolShow yes", "f:1: PoolShow: expected none or program, found \"yes\"");
	bad("PoolTimeout 0", "f:1: PoolTimeout: expected a time from 1s to 1m, found \"0\"");
	bad("PoolTimeout 61s", "f:1: PoolTimeout: expected a time from 1s to 1m, found \"61s\"");
	bad("PoolTrust a:b", "f:1: PoolTrust: expected names of nodes or patterns, or none, found \"a:b\"");
}

#define DIRECTORY "f:1: PoolDirectory: expected none, or etcd and https://host:port,https://host:port..."

static void
directories_that_are_none(void **state)
{
	static const char *const urls[] = { "a:2379", "ftp://a", "https://", "https://a/", "https://me:pw@a", "https://a,",
		                            ",https://a", "https://a,b", "https://-a", "HTTPS://a" };
	char line[256], wanted[256];

	(void)state;
	bad("PoolDirectory etcd", DIRECTORY);
	bad("PoolDirectory consul https://a", DIRECTORY ", found \"consul\"");
	bad("PoolDirectory etcd https://a https://b", DIRECTORY ", found \"https://b\"");
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		snprintf(line, sizeof line, "PoolDirectory etcd %s", urls[i]);
		snprintf(wanted, sizeof wanted, DIRECTORY ", found \"%s\"", urls[i]);
		bad(line, wanted);
	}
}

static void
for_the_whole_host(void **state)
{
	struct config_policy p;

	(void)state;
	bad("Match User bob\nPool a",
	    "f:2: Pool: expected to stand before any Match line, for it holds for the whole host");
	bad("Match User bob\nPoolVouch munge",
	    "f:2: PoolVouch: expected to stand before any Match line, for it holds for the whole host");
	p = good("Pool a\nMatch User bob\nPoolResume no\nPoolTrust none\nMatch User alice\n"
	         "PoolTrust login1\nMatch all\nPoolNode n");
	assert_true(p.pool.resume);
	assert_string_equal(p.pool.trust, "login1");
	assert_string_equal(p.pool.node, "n");
	p = good("Pool a\nMatch User alice\nPoolResume no");
	assert_false(p.pool.resume);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(none), cmocka_unit_test(all), cmocka_unit_test(shown), cmocka_unit_test(from_the_host),
		cmocka_unit_test(refused), cmocka_unit_test(directories_that_are_none), cmocka_unit_test(for_the_whole_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
