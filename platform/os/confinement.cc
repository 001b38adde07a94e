#include "platform/os/confinement.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace nmtx {
namespace {

#ifndef __x86_64__
#error "system calls have other numbers on other processors"
#endif

constexpr std::uint32_t x32_calls = 0x40000000;

// What the C library, the allocator and SQLite do with files and memory of our own. A call that is not here
// is answered as by a kernel that has none: what is optional falls back, the rest fails.
constexpr std::initializer_list<long> always_allowed = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_preadv,
    SYS_write,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_stat,
    SYS_lstat,
    SYS_statfs,
    SYS_fstatfs,
    SYS_statx,
    SYS_access,
    SYS_faccessat,
    SYS_readlink,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_fcntl,
    SYS_flock,
    SYS_fadvise64,
    SYS_poll,
    SYS_ppoll,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_time,
    SYS_getrandom,
    SYS_sysinfo,
    SYS_uname,
    SYS_getrlimit,
    SYS_getrusage,
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigpending,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
#ifdef __SANITIZE_ADDRESS__
    // The search for leaks at the end is made by a process that traces us.
    SYS_clone,
    SYS_ptrace,
    SYS_wait4,
    SYS_prctl,
    SYS_getppid,
    SYS_getdents64,
    SYS_tgkill,
    SYS_rt_sigsuspend,
    SYS_set_robust_list,
    SYS_process_vm_readv,
    SYS_pipe2,
    SYS_sched_getscheduler,
#endif
};

// SQLite's journals, and reports that go to a file under another name first.
constexpr std::initializer_list<long> allowed_to_writers = {
    SYS_open,
    SYS_openat,
    SYS_creat,
    SYS_pwrite64,
    SYS_pwritev,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_rename,
    SYS_renameat,
    SYS_renameat2,
    SYS_link,
    SYS_linkat,
    SYS_unlink,
    SYS_unlinkat,
    SYS_mkdir,
    SYS_mkdirat,
    SYS_rmdir,
    SYS_fchmod,
    SYS_chmod,
    SYS_fchown,
    SYS_umask,
    SYS_utimensat,
    // What a killed run has left beside the report is looked for.
    SYS_getdents64,
};

class Program {
  public:
    Program() {
        load(offsetof(seccomp_data, arch));
        unless_equal(AUDIT_ARCH_X86_64, 1);
        jump_over(1);
        deny();
        load(offsetof(seccomp_data, nr));
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_calls, 0, 1));
        deny();
    }
    void allow(long number) {
        unless_equal(static_cast<std::uint32_t>(number), 1);
        allow_now();
    }
    // Where none of the bits is set in the lower half of the argument.
    void allow_without(long number, unsigned argument, std::uint32_t bits) {
        unless_equal(static_cast<std::uint32_t>(number), 4);
        load(lower_half(argument));
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
        allow_now();
        deny();
    }
    // Where the argument is one of two values.
    void allow_with(long number, unsigned argument, std::uint32_t one, std::uint32_t other) {
        unless_equal(static_cast<std::uint32_t>(number), 5);
        load(lower_half(argument));
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 1, 0));
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 0, 1));
        allow_now();
        deny();
    }
    bool install() {
        deny();
        const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
        return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    }

  private:
    static std::size_t lower_half(unsigned argument) {
        return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t);  // little endian
    }
    void load(std::size_t offset) {
        code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
    }
    void unless_equal(std::uint32_t value, std::uint8_t skipped) {
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped));
    }
    void jump_over(std::uint32_t count) { code_.push_back(BPF_STMT(BPF_JMP | BPF_JA, count)); }
    void allow_now() { code_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)); }
    void deny() { code_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)); }

    std::vector<sock_filter> code_;
};

}  // namespace

bool confine_to_files(FileWork work) {
    Program program;
    for (const long number : always_allowed) program.allow(number);
    // Memory that is both written and run is how a fault becomes a program.
    program.allow_without(SYS_mmap, 2, PROT_EXEC);
    program.allow_without(SYS_mprotect, 2, PROT_EXEC);
    program.allow_with(SYS_ioctl, 1, TCGETS, TIOCGWINSZ);
    // abort() of our own; no signal to anybody else.
    const auto self = static_cast<std::uint32_t>(::getpid());
    program.allow_with(SYS_tgkill, 0, self, self);
    if (work == FileWork::read) {
        constexpr std::uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
        program.allow_without(SYS_open, 1, writing);
        program.allow_without(SYS_openat, 2, writing);
    } else {
        for (const long number : allowed_to_writers) program.allow(number);
    }
    return program.install();
}

}  // namespace nmtx
