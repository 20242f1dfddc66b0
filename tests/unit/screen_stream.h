/* SPDX-License-Identifier: MIT */
/* screen_stream: output as no program makes it, from a seed: all that the terminal model knows, in any order. */
#ifndef HOLDFAST_SCREEN_STREAM_H
#define HOLDFAST_SCREEN_STREAM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct stream {
	uint64_t random;
	unsigned rows, cols;
	size_t len, cap;
	char *bytes; /* CAP of them and 64 more */
};

static inline uint32_t
stream_random(struct stream *s, uint32_t below)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % below);
}

static inline void __attribute__((format(printf, 2, 3)))
stream_add(struct stream *s, const char *format, ...)
{
	char buf[256];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof buf, format, ap);
	va_end(ap);
	assert_true(n < (int)sizeof buf);
	if (n > 0 && s->len + (size_t)n <= s->cap) {
		memcpy(s->bytes + s->len, buf, (size_t)n);
		s->len += (size_t)n;
	} else {
		s->cap = s->len; /* full */
	}
}

#define STREAM_PICK(s, a) ((a)[stream_random((s), sizeof(a) / sizeof *(a))])

/* A number as it comes in sequences: small ones most of all. */
static inline unsigned
stream_number(struct stream *s)
{
	switch (stream_random(s, 8)) {
	case 0:
		return 0;
	case 1:
		return stream_random(s, s->cols + 3);
	case 2:
		return stream_random(s, 300);
	case 3:
		return stream_random(s, 100) ? s->rows : 99999999;
	default:
		return 1 + stream_random(s, 4);
	}
}

/* What terminals show in different numbers of columns, and pieces of such. */
static inline void
stream_cluster(struct stream *s)
{
	static const char *const some[] = {
		"\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4", "\xef\xb8\x8f", "\xef\xb8\x8e", "1\xef\xb8\x8f\xe2\x83\xa3",
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x8f\xbd",
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "\xf0\x9f\x87\xa9",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\xf0\x9f\x92\xbb",
		"\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7", "\xe0\xa4\x95\xe0\xa4\xbe", "\xe0\xa4\xbe",
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xe1\x85\xa1", "\xea\xb0\x80", "\xd8\x80", "\xe0\xb8\xb3",
		"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xbf", "\xee\x82\xb0", "\xcc\x81",
	};
	unsigned n = 1 + stream_random(s, 3);

	while (n--)
		stream_add(s, "%s", STREAM_PICK(s, some));
}

static inline void
stream_text(struct stream *s)
{
	static const char *const other[] = {
		"\xc3\xa9", "\xe4\xb8\xad", "\xe6\x96\x87", "\xf0\x9f\x98\x80", "e\xcc\x81",
		"\xe4\xb8\xad\xcc\x88", "\xcc\x81",
		"\xe2\x80\x8d", "\xef\xb8\x8f", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "\xe2\x94\x80",
		"\xff", "\xe4\xb8", "\xc0\xaf", "\xed\xa0\x80", "\xe1\x84\x80\xe1\x85\xa1",
		"\xc2\xad", "a\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88",
	};
	unsigned n;

	if (stream_random(s, 3) == 0) {
		stream_add(s, "%s", STREAM_PICK(s, other));
		return;
	}
	if (stream_random(s, 6) == 0) {
		stream_cluster(s);
		return;
	}
	n = stream_random(s, 4) ? 1 + stream_random(s, 6) : 1 + stream_random(s, 2 * s->cols);
	while (n--)
		stream_add(s, "%c", stream_random(s, 5) ? 'a' + (int)stream_random(s,
		    26) : 0x20 + (int)stream_random(s, 0x5f));
}

static inline void
stream_control(struct stream *s)
{
	static const char common[] = "\n\n\n\r\r\b\t\v\f\a\016\017\x18\x1a\x7f";
	static const char *const c1[] = {
		"\xc2\x9b", "\xc2\x9b" "3C", "\xc2\x9b" "2;3H", "\xc2\x84", "\xc2\x85", "\xc2\x88", "\xc2\x8d",
		"\xc2\x8e", "\xc2\x90q", "\xc2\x96", "\xc2\x97", "\xc2\x9c", "\xc2\x9d" "2;c1\xc2\x9c",
		"\xc2\x98s\xc2", "\xc2", "\033[2\xc2\x9b" "3C", "\033\xc2\x85", "\xc2\x80",
	};

	if (stream_random(s, 8) == 0)
		stream_add(s, "%s", STREAM_PICK(s, c1));
	else if (stream_random(s, 3))
		stream_add(s, "\r\n");
	else
		stream_add(s, "%c", common[stream_random(s, sizeof common - 1)]);
}

static inline void
stream_sgr(struct stream *s)
{
	static const char *const some[] = {
		"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "22", "23", "24", "25", "27", "28",
		"29", "39", "49",
		"53", "55", "59", "4:0", "4:2", "4:3", "4:4", "4:5", "4:9", "38:5:200", "48:5:17", "38:2:1:2:3",
		"48:2::9:8:7",
		"58:5:3", "58:2::1:2:255", "58;5;9", "58;2;3;2;1", "38;5;100;1", "38;2;5", "38", "1;31;44", "0;7",
		"38:9:1",
		"1:2", "41", "41", "42", "100", "97", "90",
	};

	if (stream_random(s, 4) == 0)
		stream_add(s, "\033[%u;2;%u;%u;%um", stream_random(s, 2) ? 38 : 48, stream_random(s, 256),
		    stream_random(s, 256),
		           stream_random(s, 256));
	else
		stream_add(s, "\033[%sm", STREAM_PICK(s, some));
}

static inline void
stream_mode(struct stream *s)
{
	static const unsigned dec[] = {
		1, 3, 5, 6, 6, 7, 7, 8, 9, 12, 25, 40, 41, 45, 45, 47, 66, 69, 69, 69, 1000, 1002, 1003, 1004, 1005,
		1006, 1007, 1015,
		1016, 1034, 1035, 1036, 1039, 1047, 1048, 1049, 1049, 1049, 1045, 95, 2004, 2026, 2027, 2027, 2027,
		2031, 2048, 77777,
	};
	static const unsigned ansi[] = { 4, 4, 20, 2, 12 };

	if (stream_random(s, 5) == 0)
		stream_add(s, "\033[%u%c", STREAM_PICK(s, ansi), "hl"[stream_random(s, 2)]);
	else if (stream_random(s, 5) == 0)
		stream_add(s, "\033[?%u%c", STREAM_PICK(s, dec), "sr"[stream_random(s, 2)]);
	else if (stream_random(s, 5) == 0)
		stream_add(s, "\033[?%u;%u%c", STREAM_PICK(s, dec), STREAM_PICK(s, dec), "hl"[stream_random(s, 2)]);
	else
		stream_add(s, "\033[?%u%c", STREAM_PICK(s, dec), "hl"[stream_random(s, 2)]);
}

static inline void
stream_string(struct stream *s)
{
	static const char *const some[] = {
		"]0;both", "]1;icon", "]2;title", "]2;\xc3\xa9t\xc3\xa9", "]2;", "]7;file://host/home", "]7;",
		"]8;;", "]8;;",
		"]8;;http://example.org/a", "]8;id=1;http://example.org/b", "]8;x=y:id=22;http://example.org/c;d",
		"]4;1;rgb:11/22/33", "]4;2;#abc;300;#fff", "]4;7;?", "]10;#102030", "]11;rgb:ffff/0/1234",
		"]12;?", "]10;?;?",
		"]104;1", "]104", "]110", "]111", "]112", "]52;c;?", "]52;c;YWJj", "]9;hi", "]777;x", "]l",
		"]x;y", "P$qm",
		"P$q q", "P$qr", "P+q544e", "P1;2q#0;2;0;0;0#0~~", "_Gi=1;AAAA", "^private", "Xstart",
		"]8;;http://e/\033[1m",
		"]133;A", "]133;A", "]133;A;k=s;aid=3", "]133;A;cl=m;click_events=1;redraw=0", "]133;N;special_key=1",
		"]133;P;k=s", "]133;P;k=r", "]133;B", "]133;B", "]133;I", "]133;C", "]133;C;cmdline_url=ls", "]133;D",
		"]133;D;0", "]133;D;130;err=x", "]133;D;256", "]133;L", "]133;Ax", "]633;A", "]633;B", "]633;C",
		"]633;D;1", "]633;E;ls", "]633;P;Cwd=/",
		"]9;4;1;50", "]9;4;0", "]9;4;3", "]9;4;2", "]9;4;4;999999999999", "]9;4;5;1", "]9;4",
		"_Ga=T,f=24,s=35,v=50;AAAA", "_Ga=T,f=100;iVBORw0KGgoAAAANSUhEUgAAAEYAAAAyCAYAAAC", "_Ga=p,i=2,c=9,r=3",
		"_Ga=T,c=3,r=2,C=1;AAAA", "_Ga=d", "_Gm=1;AAAA", "P0;1q\"1;1;60;50#0~~-~~-~~-", "Pq~-~-~-~-~-~-~-~-~-",
		"]1337;File=name=eA==;inline=1;width=4;height=2:AAAA", "]1337;File=inline=1;width=30px:AAAA",
		"]1337;CurrentDir=/", "X_S3;~-~-", "X_G", "]_I",
	};

	stream_add(s, "\033%s%s", STREAM_PICK(s, some), stream_random(s, 4) ? "\033\\" : stream_random(s,
	    3) ? "\a" : "\x18");
}

static inline void
stream_escape(struct stream *s)
{
	static const char *const some[] = {
		"7", "8", "7", "8", "D", "E", "M", "M", "H", "N", "O", "n", "o", "=", ">", "6", "9", "V", "V", "W",
		"(0", "(B",
		")0", "*A", "+0", "(A",
		"#8", "%G", "%@", "#3", "l", "Z", "  F", "(%5", "\033", "|",
	};

	if (stream_random(s, 150) == 0)
		stream_add(s, "\033c");
	else
		stream_add(s, "\033%s", STREAM_PICK(s, some));
}

/* Rectangular areas. */
static inline void
stream_area(struct stream *s)
{
	unsigned a = stream_number(s), b = stream_number(s), c = stream_number(s), d = stream_number(s);
	unsigned e = stream_number(s), f = stream_number(s);

	switch (stream_random(s, 7)) {
	case 0:
		stream_add(s, "\033[%u;%u;%u;%u;1;%u;%u;1$v", a, b, c, d, e, f);
		break;
	case 1:
		stream_add(s, "\033[%u;%u;%u;%u;%u$x", stream_random(s, 2) ? '*' : e, a, b, c, d);
		break;
	case 2:
		stream_add(s, "\033[%u;%u;%u;%u$%c", a, b, c, d, "z{"[stream_random(s, 2)]);
		break;
	case 3:
	case 4:
		stream_add(s, "\033[%u;%u;%u;%u;%u;%u$%c", a, b, c, d, e, f, "rt"[stream_random(s, 2)]);
		break;
	case 5:
		stream_add(s, "\033[%u;1;%u;%u;%u;%u*y", a, b, c, d, e);
		break;
	default:
		stream_add(s, "\033[%u%s", a % 4, stream_random(s, 2) ? "*x" : "#y");
		break;
	}
}

static inline void
stream_csi(struct stream *s)
{
	static const char plain[] = "@ABCDEFGHIJKLMPSTXZ`abdefgnrsutcqy";
	static const char *const others[] = {
		"?6n", ">c", "=c", ">q", "!p", "?u", ">1u", ">5u", ">31u", "<u", "<2u", "=3;1u", "=4;2u", "=1;3u",
		">4;2m", ">4;1m",
		">4m", ">m", ">1;1m", "?4m", ">4n", "2 q", "5 q", "0 q",
		"1\"q", "0\"q", "62;1\"p", "64;1\"p", "?J", "?1J", "?2J", "?K",
		"?1K", "?2K", "1 @",
		"2 A", "1'}", "2'~", "22t", "22;1t", "22;2t", "23t", "23;1t", "23;2t", "18t", "21t", "?25$p",
		"?1049$p", "4$p",
		"1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34m",
		"3J", "999Gx\033[Z", "999Gx\033[Z",
		"999Gx\033[Z\033[g", "?s", "?r", "0<m", ";;H", "3g", "g", "1;1:2H", "1\r2C", "1\n2A", "?1\0337",
		"38;5;1\x18",
		"   q", "5;$x", "1;3s",
		"2;4s", "2;3r", "1;2r", "r", "s",
	};

	if (stream_random(s, 12) == 0) {
		stream_area(s);
		return;
	}
	switch (stream_random(s, 4)) {
	case 0:
		stream_add(s, "\033[%s", STREAM_PICK(s, others));
		break;
	case 1:
		stream_add(s, "\033[%u;%u%c", stream_number(s), stream_number(s), "Hfrs"[stream_random(s, 4)]);
		break;
	case 2:
		stream_add(s, "\033[%c", plain[stream_random(s, sizeof plain - 1)]);
		break;
	default:
		stream_add(s, "\033[%u%c", stream_number(s), plain[stream_random(s, sizeof plain - 1)]);
		break;
	}
}

/* One of all that there is. */
static inline void
stream_piece(struct stream *s)
{
	switch (stream_random(s, 16)) {
	case 0:
		stream_mode(s);
		break;
	case 1:
	case 2:
		stream_sgr(s);
		break;
	case 3:
		stream_escape(s);
		break;
	case 4:
	case 5:
	case 6:
		stream_csi(s);
		break;
	case 7:
		stream_string(s);
		break;
	case 8:
	case 9:
		stream_control(s);
		break;
	case 10:
		stream_add(s, "x\033[%ub", stream_number(s));
		break;
	default:
		stream_text(s);
		break;
	}
}

/* Makes about CAP bytes for a screen of ROWS and COLS. */
static inline void
stream_make(struct stream *s)
{
	while (s->len < s->cap)
		stream_piece(s);
}

#endif
