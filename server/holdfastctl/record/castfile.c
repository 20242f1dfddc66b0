/* SPDX-License-Identifier: MIT */
#include "castfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

/* Standard output is a file or a pipe: on a terminal a recording of what that shows would have no end. */
static int
open_output(struct castfile *f)
{
	if (isatty(STDOUT_FILENO)) {
		ctl_error("a recording is not for a terminal; name a file");
		return CTL_USAGE;
	}
	f->fd = STDOUT_FILENO;
	return CTL_OK;
}

static int
say_exists(const char *path)
{
	ctl_error("%s exists; --overwrite replaces it", path);
	return CTL_FAILED;
}

/* Goes on behind what is in the file, if that is something. */
static int
go_on(struct castfile *f)
{
	struct stat st;
	int rc;

	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return CTL_OK;
	rc = asciicast_resume(&f->cast, f->fd, &f->begin_ms);
	f->goes_on = f->begun = rc == 0;
	if (rc == -EPROTO)
		ctl_error("%s is not a recording in the format asciicast v2; nothing was changed", f->path);
	else if (rc)
		ctl_error("cannot read %s: %s", f->path, strerror(-rc));
	return rc ? CTL_FAILED : CTL_OK;
}

/* What a session shows is its owner's: a file that was there already is readable for its owner alone from now on. */
static int
make_private(const struct castfile *f)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return CTL_OK;
	if (st.st_uid != geteuid()) {
		ctl_error("%s belongs to another user; a recording is for yours alone", f->path);
		return CTL_FAILED;
	}
	if ((st.st_mode & 0077) && fchmod(f->fd, 0600) < 0) {
		ctl_error("cannot make %s readable for its owner alone: %s", f->path, strerror(errno));
		return CTL_FAILED;
	}
	return CTL_OK;
}

int
castfile_open(struct castfile *f, const char *path, enum castfile_how how)
{
	static const int flags[] = { [CASTFILE_NEW] = O_WRONLY | O_CREAT | O_EXCL, [CASTFILE_OVERWRITE] = O_WRONLY | O_CREAT,
		                     [CASTFILE_APPEND] = O_RDWR | O_CREAT };

	*f = (struct castfile){ .path = path, .fd = -1 };
	if (strcmp(path, "-") == 0)
		return open_output(f);
	f->fd = open(path, flags[how] | O_CLOEXEC | O_NOCTTY, 0600);
	if (f->fd < 0 && errno == EEXIST)
		return say_exists(path);
	if (f->fd < 0) {
		ctl_error("cannot write %s: %s", path, strerror(errno));
		return CTL_FAILED;
	}
	f->created = how == CASTFILE_NEW;
	if (how == CASTFILE_APPEND && go_on(f))
		return CTL_FAILED;
	return how == CASTFILE_NEW ? CTL_OK : make_private(f);
}

int
castfile_head(struct castfile *f, const struct attach_status *s, uint32_t rows, uint32_t cols, uint64_t date_ms)
{
	char title[NAME_CAP + 32];
	const struct asciicast_head head = { .cols = cols, .rows = rows, .date_ms = date_ms, .title = title, .term = s->term };

	if (f->goes_on)
		return 0;
	/* What was there before goes only now that there is something in its place; a pipe has no length. */
	if (f->fd != STDOUT_FILENO && ftruncate(f->fd, 0) < 0 && errno != EINVAL)
		return -errno;
	f->begun = true;
	if (s->name[0])
		snprintf(title, sizeof title, "%s", s->name);
	else
		snprintf(title, sizeof title, "session %u", s->id);
	return asciicast_begin(&f->cast, f->fd, &head);
}

int
castfile_failed(const struct castfile *f, int rc)
{
	ctl_error("cannot write %s: %s", strcmp(f->path, "-") == 0 ? "standard output" : f->path, strerror(-rc));
	return CTL_FAILED;
}

int
castfile_close(struct castfile *f)
{
	int rc = 0;

	if (f->fd > STDOUT_FILENO && close(f->fd) < 0)
		rc = -errno;
	if (f->created && !f->begun)
		unlink(f->path);
	f->fd = -1;
	return rc;
}
