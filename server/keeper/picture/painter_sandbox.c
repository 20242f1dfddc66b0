/* SPDX-License-Identifier: MIT */
#include "painter_sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MEMORY_MAX (256u << 20) /* far more than any model takes; beside the ring */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#endif

#ifdef __NR_mmap
#define MMAP __NR_mmap
#else
#define MMAP __NR_mmap2
#endif

/* The low half of an argument: that is where flags are. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW(n) (uint32_t)(offsetof(struct seccomp_data, args) + (n) * 8)
#else
#define LOW(n) (uint32_t)(offsetof(struct seccomp_data, args) + (n) * 8 + 4)
#endif

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define IF_NOT_GO_ON(value, forward) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (forward))
#define IF_ANY_BIT(bits, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (then), (otherwise))
#define END(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define PERMIT(number) IF_NOT_GO_ON((number), 1), END(SECCOMP_RET_ALLOW)

/* Sanitizers make calls of their own; a filter for them would permit too much to be worth anything. */
#if defined(ARCH) && !defined(__SANITIZE_ADDRESS__)
static int
permit_little(void)
{
	static const struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
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
		IF_NOT_GO_ON(MMAP, 5),
		LOAD(LOW(2)),
		IF_ANY_BIT(PROT_EXEC, 3, 0),
		LOAD(LOW(3)),
		IF_ANY_BIT(MAP_ANONYMOUS, 0, 1),
		END(SECCOMP_RET_ALLOW),
		END(SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = { sizeof code / sizeof *code, (struct sock_filter *)code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
#elif defined(__SANITIZE_ADDRESS__)
static int
permit_little(void)
{
	return 0;
}
#else
/* There is no filter for this architecture: then there is no painter. */
static int
permit_little(void)
{
	return -ENOSYS;
}
#endif

static int
limit(int what, rlim_t most)
{
	const struct rlimit l = { most, most };

	return setrlimit((__rlimit_resource_t)what, &l) < 0 ? -errno : 0;
}

static int
set_limits(size_t mapped)
{
	int rc = limit(RLIMIT_CORE, 0);

	if (rc == 0)
		rc = limit(RLIMIT_NOFILE, 0);
	if (rc == 0)
		rc = limit(RLIMIT_FSIZE, 0);
	if (rc == 0)
		rc = limit(RLIMIT_NPROC, 0);
#ifndef __SANITIZE_ADDRESS__
	if (rc == 0)
		rc = limit(RLIMIT_AS, MEMORY_MAX + mapped);
#else
	(void)mapped;
#endif
	return rc;
}

int
painter_confine(int fd, void *base, size_t mapped)
{
	int rc;

	signal(SIGPIPE, SIG_IGN);
	if (fd != 0 && dup2(fd, 0) < 0)
		return -errno;
	if (close_range(1, ~0u, 0) < 0 || mprotect(base, mapped, PROT_READ) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	rc = set_limits(mapped);
	return rc < 0 ? rc : permit_little();
}
