/* SPDX-License-Identifier: MIT */
/* connector: the host's key and the login, against an ssh server in a child: what is asked, and what is remembered. */
#include "connector_world.h"

static void
asks_for_a_password_once(void **state)
{
	struct connector_result result;

	(void)state;
	once(&result);
	has_greeted(&result);
	assert_true(line_at_end >= 0);
	assert_int_equal(person.secrets, 1);
	assert_non_null(strstr(person.said, "Added the ED25519 key"));
	assert_string_not_equal(target.host_key, "");
	if (!target.secrets)
		return; /* no memory can be locked here */
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.secrets, 1);
}

static void
is_refused(void **state)
{
	struct connector_result result;

	(void)state;
	person.password = "wrong";
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "permission denied (password)");
	assert_int_equal(person.secrets, target.config->password_prompts);

	person.secrets = 0;
	person.password = NULL;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "there is no terminal to ask for a password");
	assert_int_equal(person.secrets, 1);
}

static void
logs_in_by_a_key_file(void **state)
{
	struct connector_result result;

	(void)state;
	host.password = NULL;
	host.user_key = user_key;
	assert_int_equal(list_add(&target.config->identity_files, key_file), 0);
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.secrets, 0);
}

/* A login is remembered by a line that is found again, or not at all. */
static void
remembers_a_login_once(void **state)
{
	static const struct { const char *proxy; unsigned lines; } rows[] = { { "to the host", 1 }, { "to\tit", 0 } };
	struct connector_result result;

	(void)state;
	host.password = NULL;
	host.user_key = user_key;
	assert_int_equal(list_add(&target.config->identity_files, key_file), 0);
	(void)remembered_lines();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		free(target.config->proxy_command);
		target.config->proxy_command = copy(rows[i].proxy);
		for (unsigned n = 0; n < 2; n++) {
			target_login_forget(&target.login);
			once(&result);
			has_greeted(&result);
		}
		assert_int_equal(remembered_lines(), rows[i].lines);
	}
}

static void
checks_the_host_key(void **state)
{
	struct connector_result result;

	(void)state;
	target.config->strict_host_key = CHECK_ASK;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "is not known, and there is no terminal to ask");
	person.confirms = "no";
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "the host key was not accepted");
	assert_int_equal(person.secrets, 0);
	person.confirms = "yes";
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.confirmed, 3);
	once(&result); /* it is in known_hosts now */
	has_greeted(&result);
	assert_int_equal(person.confirmed, 3);
}

/* Passwords are not for a host that may be a false one. */
static void
fears_another_host_key(void **state)
{
	struct connector_result result;

	(void)state;
	once(&result);
	has_greeted(&result);
	person.secrets = 0;
	host.key = other_key;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "has changed");
	assert_non_null(strstr(person.said, "WARNING"));
	target.config->strict_host_key = CHECK_NO;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "permission denied");
	assert_int_equal(person.secrets, 0);
	assert_true(result.weak);
}

/* NoHostAuthenticationForLocalhost is not for a host behind an alias. */
static void
checks_an_alias_on_this_machine(void **state)
{
	struct connector_result result;

	(void)state;
	target.config->no_auth_for_localhost = true;
	target.config->strict_host_key = CHECK_YES;
	once(&result);
	has_greeted(&result);
	target.config->host_key_alias = copy("elsewhere");
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "no ED25519 key of elsewhere is known");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(asks_for_a_password_once), CASE(is_refused), CASE(logs_in_by_a_key_file),
		CASE(remembers_a_login_once), CASE(checks_the_host_key),
		CASE(fears_another_host_key), CASE(checks_an_alias_on_this_machine),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
