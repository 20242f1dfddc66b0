/* SPDX-License-Identifier: MIT */
/* Which answers of keyboard-interactive are the same the next time, whatever the host's language. */
#include "unit.h"

#include "auth_password.h"

static void
a_password_is_kept_in_any_language(void **state)
{
	static const char *const prompts[] = {
		"Password: ", "PASSWORD:", "alice@server's password: ", "Passwort: ", "Mot de passe : ",
		"Contrase\xc3\xb1" "a: ", "Senha: ", "Parola: ", "Has\xc5\x82o: ", "Heslo: ", "Wachtwoord: ",
		"L\xc3\xb6senord: ", "Adgangskode: ", "Passord: ", "Salasana: ", "Jelsz\xc3\xb3: ",
		"\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: ", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: ",
		"\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a", "\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89:",
		"\xec\x95\x94\xed\x98\xb8: ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
		if (!auth_password_keepable(prompts[i], false))
			fail_msg("%s", prompts[i]);
		assert_false(auth_password_keepable(prompts[i], true));
	}
}

static void
what_is_good_once_is_not_kept(void **state)
{
	static const char *const prompts[] = {
		"", ":", "Verification code: ", "One-time password: ", "Password (OTP): ", "New password: ", "PIN: ",
		"Einmalpasswort: ", "Neues Passwort: ", "Nouveau mot de passe : ", "Mot de passe \xc3\xa0 usage unique : ",
		"Nueva contrase\xc3\xb1" "a: ", "Passcode or option (1-3): ", "Code: ",
		"\xd0\x9d\xd0\xbe\xd0\xb2\xd1\x8b\xd0\xb9 \xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++)
		if (auth_password_keepable(prompts[i], false))
			fail_msg("%s", prompts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_kept_in_any_language),
		cmocka_unit_test(what_is_good_once_is_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
