/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sshconfig.h"
#include "weakcrypto.h"

static bool
is_post_quantum(const char *algorithm)
{
	return strstr(algorithm, "sntrup") || strstr(algorithm, "mlkem");
}

void
weakcrypto_warn(ssh_session session, const struct transport_target *target, const struct transport_asking *asking)
{
	const struct sshconfig *config = target->config;
	const char *used = ssh_get_kex_algo(session);
	char text[300];

	if (!config->warn_weak_crypto || target->connections || config->log_level < LOG_LEVEL_INFO || !used ||
	    is_post_quantum(used) || !config->kex || !is_post_quantum(config->kex))
		return;
	snprintf(text, sizeof(text), "Warning: the connection to %.150s has no post-quantum key exchange (%s): who "
	         "records it may be able to read it one day.", config->host, used);
	asking->say(asking->object, text);
}
