/* SPDX-License-Identifier: MIT */
#include "asksfor.h"

#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof array / sizeof *array)

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
asksfor_begins(const char *p, const char *const *words, size_t n)
{
	char first = small(*p);

	for (size_t i = 0; i < n; i++)
		if (first == words[i][0] && strncasecmp(p, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool
has_any(const char *text, const char *const *words, size_t n)
{
	for (; *text; text++)
		if (asksfor_begins(text, words, n))
			return true;
	return false;
}

/* Where a letter beyond ASCII begins a word, the word stands without that: it may be a capital. */
bool
asksfor_password(const char *text)
{
	static const char *const words[] = {
		"passw", "passord", "passphrase", "mot de passe", "contrase", "contrasinal", "senha", "palavra-passe",
		"parola", "parool", "wachtwoord", "adgangskode", "kodeord", "salasana", "has\xc5\x82o", "heslo", "geslo",
		"lozinka", "jelsz\xc3\xb3", "slapta\xc5\xbeod", "pasahitza", "kata sandi", "m\xe1\xba\xadt kh\xe1\xba\xa9u",
		"l\xc3\xb6senord", "lykilor\xc3\xb0", "\xc5\x9f" "ifre", "\xc5\x9e" "ifre",
		"\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb",                             /* arol, of parol' */
		"\xd0\xbe\xd0\xb7\xd0\xb8\xd0\xbd\xd0\xba\xd0\xb0",             /* ozinka */
		"\xcf\x80\xcf\x81\xcf\x8c\xcf\x83\xce\xb2\xce\xb1\xcf\x83\xce\xb7\xcf\x82", /* prosvasis */
		"\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e", "\xd7\xa1\xd7\xa1\xd7\x9e", /* sisma, in both spellings */
		"\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 ",                            /* kalima, word */
		"\xda\xaf\xd8\xb0\xd8\xb1\xd9\x88\xd8\xa7\xda\x98\xd9\x87",     /* gozarvazhe */
		"\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1", /* pasvard */
		"\xe5\xaf\x86\xe7\xa0\x81", "\xe5\xaf\x86\xe7\xa2\xbc",         /* mima, simplified and traditional */
		"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89", /* pasuwado */
		"\xec\x95\x94\xed\x98\xb8", "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8", /* amho, bimilbeonho */
	};

	return has_any(text, words, COUNT(words));
}

bool
asksfor_other_password(const char *text)
{
	static const char *const words[] = {
		"one-time", "onetime", "otp", "new ", "einmal", "neues ", "nouveau", "usage unique", "nueva", "nuova", "nova ",
		"uso \xc3\xba" "nico", "solo uso", "nieuw", "eenmalig", "nowe", "jednoraz", "nov\xc3\xa9", "nytt", "eng\xc3\xa5ngs",
		"\xd0\xbe\xd0\xb2\xd1\x8b\xd0\xb9",                                     /* ovyj, of novyj */
		"\xd0\xb4\xd0\xbd\xd0\xbe\xd1\x80\xd0\xb0\xd0\xb7\xd0\xbe\xd0\xb2",     /* dnorazov */
		"\xe6\x96\xb0", "\xe4\xb8\x80\xe6\xac\xa1",                             /* xin, yici */
		"\xe3\x83\xaf\xe3\x83\xb3\xe3\x82\xbf\xe3\x82\xa4\xe3\x83\xa0",         /* wantaimu */
		"\xec\x9d\xbc\xed\x9a\x8c", "\xec\x83\x88 ",                            /* ilhoe, sae */
	};

	return has_any(text, words, COUNT(words));
}
