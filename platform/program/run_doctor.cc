// `nmtx doctor [PID]`: tries what a report needs, step by step. No JVM is asked.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "allocator/allocator_identity.h"
#include "base/lines.h"
#include "doctor/doctor.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/jvm/attach_outlook.h"
#include "platform/memory/live_memory.h"
#include "platform/os/identity.h"
#include "platform/os/system_error.h"
#include "platform/proc/input_file.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/residency.h"
#include "platform/program/choose_process.h"
#include "platform/program/run.h"
#include "platform/symbols/live_files.h"
#include "report/verbs/doctor_report.h"

namespace nmtx {
namespace {

template <typename Number>
std::optional<Number> number_in(const std::string& path) {
    const auto text = read_system_file(path);
    if (!text) return std::nullopt;
    Number number{};
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
}

// "proc /proc proc rw,nosuid,hidepid=2 0 0": how /proc is mounted; the last mount lies on top.
std::string options_of_proc() {
    constexpr std::size_t most = std::size_t{4} << 20U;
    const auto mounts = read_input("/proc/self/mounts", most);
    std::string options;
    if (!mounts) return options;
    for (Lines lines(*mounts); lines.next();) {
        const std::size_t at = lines.line().find(" /proc proc ");
        if (at == std::string_view::npos) continue;
        const std::string_view behind = lines.line().substr(at + std::string_view(" /proc proc ").size());
        options = behind.substr(0, behind.find(' '));
    }
    return options;
}

Expected<HostFacts> look_at_host() {
    HostFacts host;
    auto status = read_system_file("/proc/self/status");
    if (!status) return tl::make_unexpected(status.error());
    auto parsed = parse_status(*status, "/proc/self/status");
    if (!parsed) return tl::make_unexpected(parsed.error());
    host.self = std::move(*parsed);
    host.self_status = std::move(*status);
    host.uid_map = read_system_file("/proc/self/uid_map").value_or("");
    const auto names = user_names(static_cast<std::uint64_t>(::getpid()));
    host.user = names.empty() ? "this user" : names.front();
    host.kernel_release = read_system_file("/proc/sys/kernel/osrelease").value_or("unknown\n");
    host.kernel_release.erase(host.kernel_release.find_last_not_of('\n') + 1);
    host.proc_options = options_of_proc();
    host.yama = number_in<std::uint64_t>("/proc/sys/kernel/yama/ptrace_scope");
    host.perf_paranoid = number_in<std::int64_t>("/proc/sys/kernel/perf_event_paranoid");
    for (const char* events :
         {"/sys/kernel/tracing/uprobe_events", "/sys/kernel/debug/tracing/uprobe_events"})
        host.tracefs = host.tracefs || ::faccessat(AT_FDCWD, events, W_OK, AT_EACCESS) == 0;
    const auto self = ProcessFiles::open(static_cast<std::uint64_t>(::getpid()));
    if (self) {
        if (const auto scan = PageResidency::open(*self, ResidencyMethod::pagemap_scan); !scan)
            host.pagemap_scan = tl::make_unexpected(scan.error());
    }
    // The kernel's first PID namespace has this number always (include/linux/proc_ns.h).
    if (self)
        host.own_pid_namespace = self->link("ns/pid").value_or("pid:[4026531836]") != "pid:[4026531836]";
    return host;
}

// One word, where a page is resident.
Expected<void> try_memory(const ProcessFiles& process, const Smaps& smaps) {
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(process, std::move(*residency));
    errno = 0;
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.rss == Bytes() || !mapping.protection.read || !mapping.protection.write) continue;
        const std::vector<Range> resident = memory.resident_runs(mapping.range);
        if (resident.empty()) continue;
        std::array<std::byte, 8> word{};
        if (memory.read(resident.front().begin, word) == word.size()) return {};
        if (errno == EPERM || errno == EACCES) {
            Error error = process_file_error(process.path("mem"), errno);
            error.where = "process_vm_readv";
            return tl::make_unexpected(std::move(error));
        }
    }
    return failure("", "no page of its memory could be read");
}

void look_at_malloc(const ProcessFiles& process, const Smaps& smaps, TargetFacts& facts) {
    std::vector<std::string_view> names;
    names.reserve(smaps.mappings.size());
    for (const Mapping& mapping : smaps.mappings) names.push_back(mapping.name);
    facts.allocator = identify_allocator(names).name();
    LiveFiles files(process);
    if (const auto libc = libc_of(smaps)) facts.glibc = files.glibc_release(*libc);
}

CollectOptions options_without_questions(const Command& command) {
    CollectOptions options;
    options.pid = command.target.pid;
    if (command.target.start_ticks != 0) options.start_ticks = command.target.start_ticks;
    options.attach = false;
    options.nmtx_version = NMTX_VERSION;
    return options;
}

// Reads the process as a report would, but for the questions and the walk.
Expected<int> look_at_process(const Command& command, const HostFacts& host,
                              const std::vector<JvmSummary>& jvms) {
    TargetFacts facts;
    facts.pid = command.target.pid;
    const std::uint64_t start = command.target.start_ticks;
    const auto process = start != 0 ? ProcessFiles::open_again(command.target.pid, start)
                                    : ProcessFiles::open(command.target.pid);
    if (!process) return tl::make_unexpected(process.error());
    for (const JvmSummary& jvm : jvms) {
        if (jvm.pid == command.target.pid && jvm.start_ticks == process->start_ticks()) facts.summary = &jvm;
    }
    if (facts.summary != nullptr) facts.user = facts.summary->user;
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({Effort::least, false}, no_walk);
    const auto capture = collect(options_without_questions(command), plan);
    if (!capture) {
        facts.unreadable = capture.error();
    } else {
        if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
        facts.view = &plan.view();
        if (facts.user.empty() && facts.view->status) facts.user = std::to_string(facts.view->status->uid[1]);
        facts.memory = try_memory(*process, *plan.view().smaps);
        look_at_malloc(*process, *plan.view().smaps, facts);
        const auto outlook = attach_outlook(*process);
        if (outlook)
            facts.listens = outlook->listens;
        else
            facts.attach = tl::make_unexpected(outlook.error());
    }
    const DoctorReport report = examine(host, facts);
    const auto printed =
        print(command.json() ? json_doctor(report, command.target.pid)
                             : doctor_text(report, command.target.pid, style_of_stdout(command)));
    if (!printed) return tl::make_unexpected(printed.error());
    return report.report_possible ? 0 : 1;
}

}  // namespace

Expected<int> run_doctor(const Command& command) {
    auto host = look_at_host();
    if (!host) return tl::make_unexpected(host.error());
    const auto jvms = listed_jvms();
    if (!jvms) return tl::make_unexpected(jvms.error());
    host->jvms = jvms->size();
    host->jvms_unreadable = static_cast<std::size_t>(std::count_if(
        jvms->begin(), jvms->end(), [](const JvmSummary& jvm) { return jvm.vm == Vm::unknown; }));
    if (command.target.pid != 0) return look_at_process(command, *host, *jvms);
    const DoctorReport report = examine(*host, std::nullopt);
    const auto printed = print(command.json() ? json_doctor(report, std::nullopt)
                                              : doctor_text(report, std::nullopt, style_of_stdout(command)));
    if (!printed) return tl::make_unexpected(printed.error());
    return report.report_possible ? 0 : 1;
}

}  // namespace nmtx
