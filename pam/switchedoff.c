/* SPDX-License-Identifier: MIT */
#include "switchedoff.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "escaped.h"
#include "record.h"
#include "recordfile.h"

#define TEXT_BYTES 2048 /* of a record without its authentication */

static const char *
item(const pam_handle_t *pamh, int type)
{
	const void *value = NULL;

	return pam_get_item(pamh, type, &value) == PAM_SUCCESS && value ? value : "";
}

/* VALUE as it stands in a line of the log. */
static void
escape(const char *value, char out[4 * USER_CAP + 1])
{
	size_t len = 0;

	for (; *value && len + 4 <= 4 * USER_CAP; value++)
		len += escaped_byte((unsigned char)*value, out + len);
	out[len] = '\0';
}

/* sshd says the other end's address there, or with UseDNS its name, which is for people alone. */
static void
copy_address(const char *host, char out[ADDRESS_CAP])
{
	if (strspn(host, "0123456789abcdefABCDEF:.") == strlen(host) && strlen(host) < ADDRESS_CAP)
		snprintf(out, ADDRESS_CAP, "%s", host);
}

/* The file for holdfastd; without room, or in a directory that is not as it should be, there is none. */
static void
leave(const char *user, const char *host)
{
	struct record r = { .pid = getpid(), .start = 1, .service = "sshd" };
	char text[TEXT_BYTES], name[UNSEEN_NAME];
	const char *unused;
	int len, dir;

	if (strlen(user) >= sizeof r.user)
		return;
	memcpy(r.user, user, strlen(user) + 1);
	copy_address(host, r.address);
	len = record_format(&r, text, sizeof text);
	dir = len < 0 ? -1 : recordfile_open_logins(&unused);
	if (dir < 0)
		return;
	snprintf(name, sizeof name, ".tmp.off.%d", (int)getpid());
	if (recordfile_write(dir, name, text, (size_t)len) == 0 && recordfile_leave(dir, name, UNSEEN_OFF, user))
		unlinkat(dir, name, 0);
	close(dir);
}

void
switchedoff_note(pam_handle_t *pamh)
{
	const char *user = item(pamh, PAM_USER), *host = item(pamh, PAM_RHOST);
	char safe_user[4 * USER_CAP + 1], safe_host[4 * USER_CAP + 1];

	escape(user, safe_user);
	escape(host, safe_host);
	pam_syslog(pamh, LOG_INFO, "event=aside user=%s address=%s from=module why=disabled", safe_user[0] ? safe_user : "-",
	           safe_host[0] ? safe_host : "-");
	leave(user, host);
}
