/* SPDX-License-Identifier: MIT */
#include "telling.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define BATCH 200 /* connections at a time */
#define ANSWER_TIMEOUT_MS 2000 /* for all of them together */

/* Sends the message: the connection for the answer, or a negative errno. */
static int
send_to(const struct sessionlist_session *s, const char *text)
{
	unsigned char msg[TEXT_CAP + 16];
	int len = attach_encode_text(ATTACH_MSG_MESSAGE, text, msg, sizeof msg);
	int fd = attach_state_silent(s->status.state) ? -EHOSTDOWN : session_connect(s->uid, s->status.id);

	if (fd < 0)
		return fd;
	if (send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
		return fd;
	close(fd);
	return -EPIPE;
}

static bool
is_meant(const struct telling *t, const struct attach_status *s)
{
	return (!t->only || s->id == t->only) && (!t->attached || s->attachments);
}

void
telling_run(struct telling *t, const struct sessionlist *a, const char *text)
{
	for (size_t i = 0; i < a->count; i += BATCH) {
		int fds[BATCH], count = 0;
		uint64_t deadline = clock_now_ms() + ANSWER_TIMEOUT_MS;

		for (size_t j = i; j < a->count && j < i + BATCH; j++) {
			if (!is_meant(t, &a->v[j].status))
				continue;
			fds[count] = send_to(&a->v[j], text);
			if (fds[count] >= 0)
				count++;
			else
				t->failed++;
		}
		for (int j = 0; j < count; j++) {
			if (sessionlist_answer(fds[j], deadline) == ATTACH_MSG_DONE)
				t->told++;
			else
				t->failed++;
			close(fds[j]);
		}
	}
}
