/* SPDX-License-Identifier: MIT */
#include "hopmsg.h"

#include <errno.h>

#include "fields.h"
#include "uniqueid.h"

#define O struct hopmsg_order
static const struct field order_fields[] = {
	FIELD_U32_MAX(O, how, HOPMSG_JOIN),
	FIELD_U32_MAX(O, flags, HOPMSG_READONLY | HOPMSG_FRAMED),
	FIELD_U32(O, session),
	FIELD_RAW(O, boot, HOPMSG_BOOT),
	FIELD_TEXT(O, pool),
	FIELD_TEXT(O, from),
	FIELD_TEXT(O, node),
	FIELD_TEXT(O, unique),
	FIELDS_END
};
#undef O
static const struct message order = { sizeof(struct hopmsg_order), { HOPMSG_ORDER }, order_fields };

#define R struct hopmsg_report
static const struct field report_fields[] = {
	FIELD_U32_MAX(R, signaled, 1),
	FIELD_U32(R, value),
	FIELD_LINE(R, text),
	FIELDS_END
};
#undef R
static const struct message report = {
	sizeof(struct hopmsg_report),
	{ HOPMSG_ATTACHED, HOPMSG_EXIT, HOPMSG_DETACHED, HOPMSG_SWITCH, HOPMSG_FAILED },
	report_fields,
};

int
hopmsg_encode_order(const struct hopmsg_order *m, unsigned char *out, size_t cap)
{
	return message_encode(&order, HOPMSG_ORDER, m, out, cap);
}

int
hopmsg_decode_order(struct hopmsg_order *m, const void *buf, size_t len)
{
	if (message_decode(&order, m, buf, len) || m->how < HOPMSG_RESUME || !m->session ||
	    !uniqueid_ok_or_none(m->unique))
		return -EBADMSG;
	return 0;
}

int
hopmsg_encode_report(const struct hopmsg_report *m, unsigned char *out, size_t cap)
{
	return message_encode(&report, m->type, m, out, cap);
}

int
hopmsg_decode_report(struct hopmsg_report *m, const void *buf, size_t len)
{
	if (message_decode(&report, m, buf, len))
		return -EBADMSG;
	m->type = *(const uint8_t *)buf;
	return 0;
}
