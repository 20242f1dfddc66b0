/* SPDX-License-Identifier: MIT */
#include "painter_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "painter_arch.h"

/* Where there are two, libcs use mmap2; the other one has a form of its own. */
#ifdef __NR_mmap2
#define MMAP __NR_mmap2
#else
#define MMAP __NR_mmap
#endif

/* The low half of an argument: that is where flags are. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW(n) (uint32_t)(offsetof(struct seccomp_data, args) + (n) * 8)
#else
#define LOW(n) (uint32_t)(offsetof(struct seccomp_data, args) + (n) * 8 + 4)
#endif

/*
 * s390x takes the arguments of mmap from memory, where no filter can read them: there mmap fails, and malloc(3) gets
 * all memory by brk.  The unit test sets this elsewhere.
 */
#if defined(__s390x__) && !defined(MMAP_HIDES_ARGUMENTS)
#define MMAP_HIDES_ARGUMENTS
#endif

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define IF_NOT_GO_ON(value, forward) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (forward))
#define IF_ANY_BIT(bits, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (then), (otherwise))
#define END(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define PERMIT(number) IF_NOT_GO_ON((number), 1), END(SECCOMP_RET_ALLOW)

/* musl calls mprotect(2) as well, where it cannot have memory by brk: that kills the painter, as all else does. */
static const struct sock_filter code[] = {
	LOAD(offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PAINTER_ARCH, 1, 0),
	END(SECCOMP_RET_KILL_PROCESS),
	LOAD(offsetof(struct seccomp_data, nr)),
	PERMIT(__NR_read),
	PERMIT(__NR_write),
	PERMIT(__NR_brk),
	PERMIT(__NR_munmap),
	PERMIT(__NR_mremap),
	PERMIT(__NR_madvise),
	PERMIT(__NR_exit),
	PERMIT(__NR_exit_group),
#ifdef MMAP_HIDES_ARGUMENTS
	IF_NOT_GO_ON(MMAP, 1),
	END(SECCOMP_RET_ERRNO | ENOMEM),
#else
	IF_NOT_GO_ON(MMAP, 5),
	LOAD(LOW(2)),
	IF_ANY_BIT(PROT_EXEC, 3, 0),
	LOAD(LOW(3)),
	IF_ANY_BIT(MAP_ANONYMOUS, 0, 1),
	END(SECCOMP_RET_ALLOW),
#endif
	END(SECCOMP_RET_KILL_PROCESS),
};

/* Whether malloc(3) needs a call that is not permitted. */
static bool
wants_more(void)
{
	/* Those without mallopt(3), as musl's, have no memory but by mmap. */
#if defined(MMAP_HIDES_ARGUMENTS) && !defined(HAVE_MALLOPT)
	return true;
#else
	return false;
#endif
}

bool
painter_filter_exists(void)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return !wants_more() && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int
painter_filter_install(void)
{
	const struct sock_fprog program = { sizeof code / sizeof *code, (struct sock_filter *)code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
