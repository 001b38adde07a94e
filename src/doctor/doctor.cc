#include "doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/lines.h"
#include "doctor/doctor_target.h"
#include "kernel/trace_rights.h"

namespace nmtx {
namespace {

struct NamedCapability {
    unsigned number;  // include/uapi/linux/capability.h
    std::string_view name;
};
constexpr unsigned cap_perfmon = 38, cap_sys_admin = 21, cap_sys_ptrace = 19;
constexpr std::array relevant_capabilities{NamedCapability{cap_sys_ptrace, "SYS_PTRACE"},
                                           NamedCapability{5, "KILL"},
                                           NamedCapability{6, "SETGID"},
                                           NamedCapability{7, "SETUID"},
                                           NamedCapability{2, "DAC_READ_SEARCH"},
                                           NamedCapability{40, "CHECKPOINT_RESTORE"}};

bool has(const HostFacts& host, unsigned capability) {
    return (host.self.cap_eff.value_or(0) >> capability & 1U) != 0;
}

std::string status_value(std::string_view status, std::string_view key) {
    for (Lines lines(status); lines.next();) {
        if (!lines.line().starts_with(key)) continue;
        const std::string_view value = lines.line().substr(key.size());
        const std::size_t at = value.find_first_not_of(" \t");
        return at == std::string_view::npos ? std::string() : std::string(value.substr(at));
    }
    return {};
}

// "000001ffffffffff"; 0 where it is none.
std::uint64_t mask_in(const std::string& text) {
    std::uint64_t mask = 0;
    std::from_chars(text.data(), text.data() + text.size(), mask, 16);
    return mask;
}

DoctorCheck user_check(const HostFacts& host) {
    DoctorCheck check{"user", Ability::ok, {}, "reading JVMs of other users", {}};
    std::string held, missing;
    for (const NamedCapability& one : relevant_capabilities)
        (has(host, one.number) ? held : missing) += fmt::format(" {}", one.name);
    const std::string who = fmt::format("{} (uid {})", host.user, host.self.uid[1]);
    if (missing.empty()) {
        check.found = who + ", with every capability that nmtx uses";
        return check;
    }
    check.ability = Ability::limited;
    check.found = held.empty() ? who + ", without capabilities: JVMs of this user only"
                               : fmt::format("{}, with{}; without{}", who, held, missing);
    if (host.self.uid[1] != 0)
        check.remedy = "sudo nmtx list";
    else
        check.remedy = host.own_pid_namespace ? "start this container with --cap-add SYS_PTRACE"
                                              : "run as root with the capabilities that are missing";
    return check;
}

// Reading memory is a PTRACE_MODE_ATTACH access (process_vm_readv), which Yama restricts; smaps is not
// (Documentation/admin-guide/LSM/Yama.rst).
DoctorCheck yama_check(const HostFacts& host) {
    DoctorCheck check{"ptrace scope", Ability::ok, {}, "walking malloc's memory, native stacks", {}};
    if (!host.yama) {
        check.found = "Yama does not restrict it";
        return check;
    }
    check.found = fmt::format("kernel.yama.ptrace_scope={}", *host.yama);
    const bool allowed = *host.yama == 0 || (*host.yama < 3 && has(host, cap_sys_ptrace));
    if (allowed) return check;
    check.ability = Ability::no;
    check.found += *host.yama >= 3 ? ": nobody may, until the next boot" : ": only with CAP_SYS_PTRACE";
    check.remedy = *host.yama >= 3 ? "boot with kernel.yama.ptrace_scope=1" : "run nmtx with sudo";
    return check;
}

DoctorCheck residency_check(const HostFacts& host) {
    DoctorCheck check{"page residency", Ability::ok, {}, "distinguishing pages of zeros from memory", {}};
    if (host.pagemap_scan) {
        check.found = fmt::format("PAGEMAP_SCAN, Linux {}", host.kernel_release);
        return check;
    }
    check.ability = Ability::limited;
    check.found = fmt::format(
        "/proc/PID/pagemap only, Linux {}: pages of zeros that were only read count as "
        "resident where a mapping has several owners",
        host.kernel_release);
    check.remedy = "update the kernel to Linux 6.7 or later";
    return check;
}

std::string_view hidepid_of(std::string_view options) {
    const std::size_t at = options.find("hidepid=");
    if (at == std::string_view::npos) return {};
    const std::string_view value = options.substr(at + 8);
    return value.substr(0, value.find(','));
}

DoctorCheck proc_check(const HostFacts& host) {
    DoctorCheck check{"/proc", Ability::ok, {}, "seeing processes of other users", {}};
    const std::string_view hidden = hidepid_of(host.proc_options);
    if (hidden.empty() || hidden == "0" || hidden == "off") {
        check.found =
            host.proc_options.empty() ? "its mount options are not known" : "mounted without hidepid";
        return check;
    }
    check.found = fmt::format("mounted with hidepid={}", hidden);
    if (has(host, cap_sys_ptrace)) return check;
    check.ability = Ability::limited;
    check.remedy = "sudo nmtx list";
    return check;
}

DoctorCheck container_check(const HostFacts& host) {
    DoctorCheck check{"namespaces", Ability::ok, {}, "seeing JVMs of the host and of other containers", {}};
    const bool whole_users = trace_rights(host.self, std::nullopt, host.uid_map).initial_user_namespace;
    const std::string seccomp = status_value(host.self_status, "Seccomp:");
    check.found = host.own_pid_namespace ? "nmtx is in a PID namespace of its own, as in a container"
                                         : "nmtx is in the host's PID namespace";
    if (!whole_users) check.found += "; in a user namespace of its own";
    if (seccomp == "2") check.found += "; a seccomp filter is active, which may forbid reading memory";
    if (!host.own_pid_namespace && whole_users && seccomp != "2") return check;
    check.ability = Ability::limited;
    check.remedy = "run nmtx on the host";
    return check;
}

// nmtx itself sets none: it names profilers that do.
DoctorCheck uprobe_check(const HostFacts& host) {
    DoctorCheck check{
        "uprobes", Ability::ok, {}, "tracing allocations by perf or bpftrace; nmtx does not need it", {}};
    // Not our own capabilities, which nmtx has cut to what it needs: what a program has that this user
    // starts.
    std::uint64_t capabilities = host.self.cap_eff.value_or(0);
    if (host.self.uid[1] == 0) capabilities = mask_in(status_value(host.self_status, "CapBnd:"));
    const bool capable = (capabilities >> cap_perfmon & 1U) != 0 || (capabilities >> cap_sys_admin & 1U) != 0;
    const std::string level = host.perf_paranoid
                                  ? fmt::format("kernel.perf_event_paranoid={}", *host.perf_paranoid)
                                  : std::string("no perf events");
    if (!host.perf_paranoid) {
        check.ability = Ability::no;
        check.found = level + " in this kernel";
        return check;
    }
    if (capable || *host.perf_paranoid < 0) {
        check.found = level + (host.tracefs ? ", tracefs can be written" : ", tracefs cannot be written");
        if (host.tracefs) return check;
        check.ability = Ability::limited;
        check.remedy = "mount -t tracefs tracefs /sys/kernel/tracing";
        return check;
    }
    check.ability = Ability::no;
    check.found = level + ", without CAP_PERFMON";
    check.remedy = "run the profiler with sudo";
    return check;
}

DoctorCheck jvms_check(const HostFacts& host) {
    DoctorCheck check{"JVMs", Ability::ok, {}, "a report of any of them", {}};
    if (host.jvms == 0) {
        check.ability = Ability::limited;
        check.found = "none can be seen";
        check.remedy = "nmtx demo";
        return check;
    }
    check.found = fmt::format("{} can be seen", host.jvms);
    if (host.jvms_unreadable == 0) return check;
    check.ability = host.jvms_unreadable == host.jvms ? Ability::no : Ability::limited;
    check.found += fmt::format(", {} of them unreadable", host.jvms_unreadable);
    check.remedy = "sudo nmtx list";
    return check;
}

}  // namespace

DoctorReport examine(const HostFacts& host, const std::optional<TargetFacts>& target) {
    DoctorReport report;
    report.checks = {user_check(host), yama_check(host), residency_check(host), proc_check(host),
                     container_check(host)};
    if (!target) {
        report.checks.push_back(jvms_check(host));
        report.report_possible = host.jvms == 0 || host.jvms_unreadable < host.jvms;
    } else {
        add_target_checks(*target, report);
    }
    report.checks.push_back(uprobe_check(host));
    // These say what else this user could look at.
    constexpr std::array<std::string_view, 4> beside{"user", "/proc", "namespaces", "uprobes"};
    for (DoctorCheck& check : report.checks)
        check.of_report = std::find(beside.begin(), beside.end(), check.name) == beside.end();
    return report;
}

}  // namespace nmtx
