/* SPDX-License-Identifier: MIT */
/* The painter's filter as a program: what it says of each call, and whether it is for this machine. */
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>

#include "painter_filter.c"

#define NUMBERS 16384 /* of system calls: those of each ABI begin somewhere below */

/* As the kernel runs it: every value is a word of this machine. */
static uint32_t
verdict(const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < sizeof code / sizeof *code; at++) {
		const struct sock_filter *i = &code[at];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(i->k % 4 == 0 && i->k + 4 <= sizeof *data);
			memcpy(&a, (const char *)data + i->k, 4);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			at += a & i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fail_msg("instruction %zu: code %#x", at, i->code);
		}
	}
	fail_msg("the program has no end");
	return 0;
}

static uint32_t
verdict_of(uint32_t arch, int number)
{
	return verdict(&(struct seccomp_data){ .nr = number, .arch = arch });
}

static bool
is_permitted(int number)
{
	static const int permitted[] = { __NR_read, __NR_write, __NR_brk, __NR_munmap, __NR_mremap, __NR_madvise,
		                         __NR_exit, __NR_exit_group };

	for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++)
		if (permitted[i] == number)
			return true;
	return false;
}

static void
few_calls_are_permitted(void **state)
{
	(void)state;
	for (int i = 0; i < NUMBERS; i++)
		if (i != MMAP)
			assert_int_equal(verdict_of(PAINTER_ARCH, i),
			                 is_permitted(i) ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
}

static void
no_call_of_another_machine_is(void **state)
{
	(void)state;
	for (int i = 0; i < NUMBERS; i++) {
		assert_int_equal(verdict_of(AUDIT_ARCH_M32R, i), SECCOMP_RET_KILL_PROCESS);
		assert_int_equal(verdict_of(PAINTER_ARCH ^ __AUDIT_ARCH_64BIT, i), SECCOMP_RET_KILL_PROCESS);
	}
}

static uint32_t
verdict_of_mmap(uint64_t prot, uint64_t flags)
{
	struct seccomp_data data = { .nr = MMAP, .arch = PAINTER_ARCH, .args = { 0, 4096, prot, flags, UINT64_MAX, 0 } };

	return verdict(&data);
}

static void
memory_is_nobodys_and_no_code(void **state)
{
	const uint32_t kill = SECCOMP_RET_KILL_PROCESS;
	const int rw = PROT_READ | PROT_WRITE;

	(void)state;
#ifdef MMAP_HIDES_ARGUMENTS
	(void)kill;
	assert_int_equal(verdict_of_mmap(rw, MAP_PRIVATE | MAP_ANONYMOUS), SECCOMP_RET_ERRNO | ENOMEM);
#else
	assert_int_equal(verdict_of_mmap(rw, MAP_PRIVATE | MAP_ANONYMOUS), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of_mmap(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of_mmap(rw | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS), kill);
	assert_int_equal(verdict_of_mmap(PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS), kill);
	assert_int_equal(verdict_of_mmap(rw, MAP_PRIVATE), kill);
	assert_int_equal(verdict_of_mmap(PROT_READ, MAP_SHARED), kill);
#endif
}

/* The kernel's name for an architecture is made of what its programs have at their beginning. */
static void
it_is_for_this_machine(void **state)
{
	unsigned char head[20];
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	uint16_t machine;
	uint32_t arch;

	(void)state;
	assert_int_equal(read(fd, head, sizeof head), sizeof head);
	close(fd);
	memcpy(&machine, head + 18, sizeof machine);
	arch = machine;
	if (head[EI_CLASS] == ELFCLASS64)
		arch |= __AUDIT_ARCH_64BIT;
	if (head[EI_DATA] == ELFDATA2LSB)
		arch |= __AUDIT_ARCH_LE;
#if defined(__x86_64__) && defined(__ILP32__)
	arch |= __AUDIT_ARCH_64BIT;
#endif
	assert_int_equal(PAINTER_ARCH, arch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_calls_are_permitted),
		cmocka_unit_test(no_call_of_another_machine_is),
		cmocka_unit_test(memory_is_nobodys_and_no_code),
		cmocka_unit_test(it_is_for_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
