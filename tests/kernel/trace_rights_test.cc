#include "kernel/trace_rights.h"

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t all_capabilities = 0x1ffffffffff;
constexpr std::uint64_t without_sys_ptrace = all_capabilities & ~(std::uint64_t{1} << 19U);
constexpr const char* every_user = "         0          0 4294967295\n";

ProcessStatus process(std::uint32_t uid, std::uint64_t capabilities) {
    ProcessStatus status;
    status.uid = {uid, uid, uid, uid};
    status.cap_prm = status.cap_eff = capabilities;
    return status;
}

std::string hint(const ProcessStatus& self, const std::optional<ProcessStatus>& target,
                 const char* uid_map = every_user) {
    return hint_after_refusal(trace_rights(self, target, uid_map));
}

}  // namespace

TEST_CASE("trace rights: a missing capability is named only where it is missing") {
    CHECK(hint(process(0, without_sys_ptrace), process(1000, 0)) ==
          "root lacks CAP_SYS_PTRACE here: add it to the container, or run as the JVM's user");
    CHECK(hint(process(0, without_sys_ptrace), process(0, all_capabilities)) ==
          "root lacks CAP_SYS_PTRACE here: add it to the container");
    CHECK(hint(process(0, all_capabilities), process(0, all_capabilities)) ==
          "CAP_SYS_PTRACE is there, so a security module (SELinux, AppArmor, Yama) or a sandbox forbids it: "
          "its log says which");
    CHECK(hint(process(0, all_capabilities), process(1000, 0), "0 100000 65536\n") ==
          "CAP_SYS_PTRACE of this user namespace does not reach the process: run nmtx on the host");
}

TEST_CASE("trace rights: CAP_SYS_PTRACE alone does not open another user's files") {
    const std::uint64_t sys_ptrace = std::uint64_t{1} << 19U, dac_read_search = 4;
    CHECK(hint(process(1000, sys_ptrace), process(1001, 0)) ==
          "CAP_SYS_PTRACE does not open files of another user's process: add CAP_DAC_READ_SEARCH, or run "
          "as the JVM's user or root");
    const std::string forbidden = hint(process(0, all_capabilities), process(0, all_capabilities));
    CHECK(hint(process(1000, sys_ptrace | dac_read_search), process(1001, 0)) == forbidden);
    CHECK(hint(process(1000, sys_ptrace), process(1000, 0)) == forbidden);
}

TEST_CASE(
    "trace rights: another user is told to become the JVM's, and the JVM's user that it is not enough") {
    CHECK(hint(process(1000, 0), process(1001, 0)) == "run as the JVM's user or root");
    CHECK(hint(process(1000, 0), std::nullopt) == "run as the JVM's user or root");
    // AmbientCapabilities=CAP_NET_BIND_SERVICE of a service, or a file capability of java's.
    CHECK(hint(process(1000, 0), process(1000, 0x400)) ==
          "the process belongs to your user but has capabilities that you lack: run as root");
    CHECK(
        hint(process(1000, 0), process(1000, 0)) ==
        "the process belongs to your user but is not dumpable, or a security module forbids it: run as root");
    ProcessStatus changed = process(1000, 0);
    changed.uid = {1000, 0, 0, 0};
    CHECK(hint(process(1000, 0), changed) == "run as the JVM's user or root");
}
