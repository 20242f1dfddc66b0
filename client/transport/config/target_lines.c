/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "target_argv.h"
#include "target_lines.h"

/* Letters that are not here ask for nothing that is written in a configuration: -E, -F, -N, -n, -T, -t, -v … */
static const struct { char letter; const char *before, *more; } options[] = {
	{ '4', "AddressFamily=inet", NULL },
	{ '6', "AddressFamily=inet6", NULL },
	{ 'A', "ForwardAgent=yes", NULL },
	{ 'a', "ForwardAgent=no", NULL },
	{ 'B', "BindInterface=", NULL },
	{ 'b', "BindAddress=", NULL },
	{ 'C', "Compression=yes", NULL },
	{ 'c', "Ciphers=", NULL },
	{ 'D', "DynamicForward=", NULL },
	{ 'e', "EscapeChar=", NULL },
	{ 'g', "GatewayPorts=yes", NULL },
	{ 'I', "PKCS11Provider=", NULL },
	{ 'i', "IdentityFile=", NULL },
	{ 'J', "ProxyJump=", NULL },
	{ 'K', "GSSAPIAuthentication=yes", "GSSAPIDelegateCredentials=yes" },
	{ 'k', "GSSAPIDelegateCredentials=no", NULL },
	{ 'L', "LocalForward=", NULL },
	{ 'l', "User=", NULL },
	{ 'M', "ControlMaster=yes", NULL },
	{ 'm', "MACs=", NULL },
	{ 'o', "", NULL },
	{ 'p', "Port=", NULL },
	{ 'q', "LogLevel=QUIET", NULL },
	{ 'R', "RemoteForward=", NULL },
	{ 'S', "ControlPath=", NULL },
	{ 'w', "Tunnel=yes", NULL },
	{ 'X', "ForwardX11=yes", "ForwardX11Trusted=no" },
	{ 'x', "ForwardX11=no", NULL },
	{ 'Y', "ForwardX11=yes", "ForwardX11Trusted=yes" },
};

/* ssh takes the name of a file as it is, with its blanks; in a line it needs quotes. */
static int
add_file(const char *before, const char *value, char ***lines)
{
	char *quoted = malloc(2 * strlen(value) + 1), *to = quoted;
	int r;

	if (!quoted)
		return -ENOMEM;
	for (; *value; *to++ = *value++)
		if (*value == '"' || *value == '\\')
			*to++ = '\\';
	*to = '\0';
	r = list_addf(lines, "%s\"%s\"", before, quoted);
	free(quoted);
	return r;
}

static int
add_option(char letter, const char *value, char ***lines)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].letter != letter)
			continue;
		if (letter == 'w')
			r = list_add(lines, options[i].before);
		else if (strchr("IiS", letter))
			r = add_file(options[i].before, value, lines);
		else
			r = list_addf(lines, "%s%s", options[i].before, value);
		if (r == 0 && options[i].more)
			r = list_add(lines, options[i].more);
	}
	return r;
}

static int
add_words(char *const *words, char ***lines)
{
	const char *value;
	char letter;
	int r = 0;

	for (; words && *words && r == 0; words++) {
		letter = (*words)[1];
		value = strchr(TARGET_WITH_ARGUMENT, letter) && words[1] ? *++words : "";
		r = add_option(letter, value, lines);
	}
	return r;
}

int
target_lines(const struct target_request *q, char ***lines)
{
	static const char *const verbose[] = { "LogLevel=DEBUG1", "LogLevel=DEBUG2", "LogLevel=DEBUG3" };
	int r = add_words(q->words, lines);

	if (r == 0)
		r = add_words(q->words_after, lines);
	if (r == 0 && q->verbose)
		r = list_add(lines, verbose[q->verbose < 3 ? q->verbose - 1 : 2]);
	return r;
}
