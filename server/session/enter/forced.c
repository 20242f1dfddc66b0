/* SPDX-License-Identifier: MIT */
#include "forced.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "grouplist.h"
#include "sshdconf.h"

/* The address of the ssh client, "" if unknown. */
static void
client_address(char out[ADDRESS_CAP])
{
	const char *connection = getenv("SSH_CONNECTION");
	size_t n = connection ? strcspn(connection, " ") : 0;

	if (n >= ADDRESS_CAP)
		n = 0;
	if (n)
		memcpy(out, connection, n);
	out[n] = '\0';
}

bool
forced_by_sshd(const char *user)
{
	struct config_subject who = { .user = user };
	char address[ADDRESS_CAP], **groups;
	const struct passwd *pw = getpwnam(user);
	const char *command;
	struct sshdconf c;
	bool forced;

	/* sshd sets it for a forced command in place of one that the person has asked for. */
	if (!pw || getenv("SSH_ORIGINAL_COMMAND") || sshdconf_read(&c))
		return false;
	client_address(address);
	groups = grouplist_names(user, pw->pw_gid);
	who.address = address;
	who.groups = (const char *const *)groups;
	command = sshdconf_for(&c, "forcecommand", &who);
	forced = command && strcasecmp(command, "none") != 0;
	grouplist_free(groups);
	sshdconf_free(&c);
	return forced;
}
