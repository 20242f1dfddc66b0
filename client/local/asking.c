/* SPDX-License-Identifier: MIT */
#include "asking.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include "local.h"
#include "newfd.h"

#define CONTROL_C 0x03
#define LINE_CAP 1100

/* Text from a server or a file: what could steer the terminal is left out. */
static void
put_text(int fd, const char *text)
{
	unsigned char last = 0; /* of what goes out: what was left out may have stood between the two of a C1 */
	char out[LINE_CAP];
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool plain = *p == '\n' || *p == '\t' || (*p >= 32 && *p != 127);

		if (n >= sizeof out - 2) {
			dprintf(fd, "%.*s", (int)n, out);
			n = 0;
		}
		if (!plain || (last == 0xc2 && *p >= 0x80 && *p < 0xa0))
			continue;
		if (*p == '\n' && local_is_raw())
			out[n++] = '\r';
		last = *p;
		out[n++] = (char)*p;
	}
	dprintf(fd, "%.*s", (int)n, out);
}

static void
say(void *object, const char *text)
{
	struct asking *a = object;
	size_t len = strlen(text);

	if (a->keep) {
		snprintf(a->keep, a->keep_cap, "%s", text);
		return;
	}
	if (a->quiet)
		return;
	if (a->syslog) {
		syslog(LOG_USER | LOG_INFO, "%s", text);
		return;
	}
	put_text(2, text);
	if (len && text[len - 1] != '\n')
		put_text(2, "\n");
	a->dirty = true;
}

void
asking_sayf(struct asking *a, const char *format, ...)
{
	char text[LINE_CAP] = "holdfast: ";
	size_t at = strlen(text);
	va_list ap;

	va_start(ap, format);
	vsnprintf(text + at, sizeof text - at, format, ap);
	va_end(ap);
	say(a, text);
}

/* Settings for an answer; *OLD: those before.  What has been typed by now is thrown away.  0 or -ENOTTY. */
static int
begin_answer(int fd, bool echo, struct termios *old)
{
	struct termios t;

	if (tcgetattr(fd, old) != 0)
		return -ENOTTY;
	t = *old;
	t.c_lflag = (t.c_lflag & ~(tcflag_t)(ISIG | ECHO | ECHOE | ECHOK | ECHONL)) | ICANON;
	t.c_lflag |= echo ? ECHO | ECHOE | ECHOK : 0u;
	t.c_iflag |= ICRNL;
	t.c_oflag |= OPOST;
	t.c_cc[VEOL] = CONTROL_C;
	tcsetattr(fd, TCSAFLUSH, &t);
	return 0;
}

/* One line from the terminal: 0 or -ECANCELED.  Signals are held back by the loop, so Ctrl-C is read as a byte. */
static int
read_line(int fd, bool echo, char *answer, size_t cap)
{
	size_t n = 0;
	char c = '\n';
	ssize_t got = 0;

	for (;;) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1 || c == '\n' || c == '\r' || c == CONTROL_C)
			break;
		if (n + 1 < cap)
			answer[n++] = c;
	}
	answer[n] = '\0';
	if (!echo || got != 1 || c == CONTROL_C)
		put_text(fd, "\n");
	return got == 1 && c != CONTROL_C ? 0 : -ECANCELED;
}

static int
ask_terminal(struct asking *a, int fd, const char *question, bool echo, char *answer, size_t cap)
{
	bool raw = local_is_raw();
	struct termios old;
	int rc;

	if (raw && a->typed_ahead && !a->typed_ahead(a->typed_ahead_of))
		return -ECANCELED;
	local_cooked();
	rc = begin_answer(fd, echo, &old);
	if (raw)
		put_text(fd, "\n");
	put_text(fd, question);
	if (!rc) {
		rc = read_line(fd, echo, answer, cap);
		tcsetattr(fd, TCSADRAIN, &old);
	}
	if (raw)
		local_raw();
	a->dirty = true;
	return rc;
}

/* ssh(1), SSH_ASKPASS: the program's standard output is the answer. */
static int
run_askpass(const char *program, const char *question, const char *hint, char *answer, size_t cap)
{
	int p[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;
	sigset_t none;

	if (newfd_pipe(p) != 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(p[1], 1);
		if (hint)
			setenv("SSH_ASKPASS_PROMPT", hint, 1);
		execlp(program, program, question, (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	while (pid > 0 && n + 1 < cap &&
	       ((got = read(p[0], answer + n, cap - 1 - n)) > 0 || (got < 0 && errno == EINTR)))
		n += got > 0 ? (size_t)got : 0;
	close(p[0]);
	answer[n] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	if (pid < 0)
		return -EAGAIN;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : -ECANCELED;
}

/* Whether and which: SSH_ASKPASS_REQUIRE never, prefer, force; else only without a terminal and with a display. */
static const char *
askpass(bool have_terminal)
{
	const char *program = getenv("SSH_ASKPASS"), *require = getenv("SSH_ASKPASS_REQUIRE");

	if (!program || !*program || (require && !strcmp(require, "never")))
		return NULL;
	if (require && (!strcmp(require, "force") || !strcmp(require, "prefer")))
		return program;
	return !have_terminal && (getenv("DISPLAY") || getenv("WAYLAND_DISPLAY")) ? program : NULL;
}

static int
ask(struct asking *a, const char *question, bool echo, const char *hint, char *answer, size_t cap)
{
	const char *program;
	int fd, rc;

	a->asked++;
	if (a->batch)
		return -ENOTTY;
	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	program = askpass(fd >= 0);
	if (program)
		rc = run_askpass(program, question, hint, answer, cap);
	else
		rc = fd < 0 ? -ENOTTY : ask_terminal(a, fd, question, echo, answer, cap);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	return ask(object, prompt, echo, NULL, answer, cap);
}

static int
confirm(void *object, const char *question, char *answer, size_t cap)
{
	return ask(object, question, true, "confirm", answer, cap);
}

bool
asking_yes(struct asking *a, const char *question)
{
	char answer[16] = "";

	return confirm(a, question, answer, sizeof answer) == 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

bool
asking_dirty(struct asking *a)
{
	bool dirty = a->dirty;

	a->dirty = false;
	return dirty;
}

void
asking_init(struct asking *a, bool batch, bool quiet)
{
	*a = (struct asking){
		.ops = { .object = a, .secret = secret, .confirm = confirm, .say = say },
		.batch = batch, .quiet = quiet,
	};
}
