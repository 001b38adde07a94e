#include "platform/jvm/jvm_list.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>

#include "base/paths.h"
#include "evidence/capture.h"
#include "evidence/redact.h"
#include "kernel/status.h"
#include "platform/jvm/hsperfdata_file.h"
#include "platform/jvm/mapped_vm.h"
#include "platform/os/clock.h"
#include "platform/os/identity.h"
#include "platform/os/system_error.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/process_files.h"

namespace nmtx {
namespace {

std::vector<ProcessEntry> processes_in(DIR* proc) {
    std::vector<ProcessEntry> processes;
    while (const dirent* entry = ::readdir(proc)) {
        const std::string_view name = entry->d_name;
        std::uint64_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && end == name.data() + name.size())
            processes.push_back({pid, entry->d_ino});
    }
    std::sort(processes.begin(), processes.end(),
              [](const ProcessEntry& a, const ProcessEntry& b) { return a.pid < b.pid; });
    return processes;
}

class UserNames {
  public:
    const std::string& name(std::uint32_t uid) {
        auto [it, is_new] = names_.try_emplace(uid, std::to_string(uid));
        if (!is_new) return it->second;
        if (std::string name = user_name(uid); !name.empty()) it->second = std::move(name);
        return it->second;
    }

  private:
    std::map<std::uint32_t, std::string> names_;
};

// argv[0] without its folders; what the kernel calls the process where there is none.
bool called_java(std::string_view cmdline, const std::string& name) {
    const std::string_view program = cmdline.substr(0, cmdline.find('\0'));
    const std::string_view base = base_name(program);
    return base == "java" || name == "java";
}

std::string why(const Error& error) {
    return to_string(error);
}

// Our UTS namespace: processes in others have another host name.
std::string own_host_namespace() {
    std::array<char, 64> name{};
    const ssize_t length = ::readlink("/proc/self/ns/uts", name.data(), name.size());
    return length < 0 ? std::string() : std::string(name.data(), static_cast<std::size_t>(length));
}

// The values of its environment that are ours to know; all else in there may be a secret.
void take_environment(const ProcessFiles& process, ListedJvm& jvm) {
    const auto environment = process.read("environ");
    if (!environment) return;
    static const std::string ours = own_host_namespace();
    const auto theirs = process.link("ns/uts");
    const bool other_host = !ours.empty() && theirs && *theirs != ours;
    jvm.java_variables.emplace();
    std::string_view rest = *environment;
    while (!rest.empty()) {
        const std::string_view entry = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
        const std::string_view name = entry.substr(0, entry.find('='));
        if (name == "HOSTNAME" && other_host) jvm.hostname = entry.substr(name.size() + 1);
        if (name == "JAVA_TOOL_OPTIONS" || name == "JDK_JAVA_OPTIONS" || name == "_JAVA_OPTIONS")
            *jvm.java_variables += std::string(entry) + '\0';
    }
    jvm.java_variables = without_secrets(document::cmdline, std::move(*jvm.java_variables));
}

// By calls on the directory of /proc, so that a process that has not changed costs as few as possible.
class SignsInProc : public ProcessSigns {
  public:
    SignsInProc(int proc, std::uint64_t pid) : proc_(proc), pid_(std::to_string(pid)) {}

    std::string program() override {
        std::array<char, 4096> target;
        const ssize_t length = ::readlinkat(proc_, (pid_ + "/exe").c_str(), target.data(), target.size());
        return length < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(length));
    }
    std::optional<Task> stat() override {
        const std::string path = "/proc/" + pid_ + "/stat";
        const auto text = read_system_file(path);
        const auto task = text ? parse_task_stat(*text, path) : tl::make_unexpected(text.error());
        return task ? std::optional(*task) : std::nullopt;
    }

  private:
    int proc_;
    std::string pid_;
};

// A user who fills /tmp with directories hsperfdata_* must not delay all others.
constexpr std::chrono::seconds most_time_for_counters{3};

struct Look {
    std::optional<ListedJvm> jvm;
    bool is_certain = false;  // else it could not be read, for a reason that may go away
};

Look look_at(std::uint64_t pid, UserNames& users, std::chrono::nanoseconds& spent_on_counters) {
    const auto process = ProcessFiles::open(pid);
    if (!process) return {};
    if (process->kernel_thread() || process->zombie()) return {std::nullopt, true};
    const auto status_text = process->read("status");
    if (!status_text) return {};
    const auto status = parse_status(*status_text, process->path("status"));
    auto cmdline = process->read("cmdline");
    if (!status || !cmdline) return {};

    ListedJvm jvm;
    const auto vm = mapped_vm(*process);
    if (vm && *vm != Vm::hotspot && *vm != Vm::openj9) return {std::nullopt, true};
    // Whoever may not read maps may not read the link either.
    if (!vm && !called_java(*cmdline, status->name)) return {std::nullopt, !process->link("exe")};
    if (vm) jvm.vm = *vm;
    if (!vm) jvm.why_not = why(vm.error());

    jvm.pid = pid;
    jvm.nspid = status->nspid.empty() ? pid : status->nspid.back();
    jvm.uid = status->uid[1];
    jvm.user = users.name(jvm.uid);
    jvm.start_ticks = process->start_ticks();
    jvm.uptime_s = seconds_since_start(jvm.start_ticks);
    jvm.rss = status->vm_rss;
    jvm.cmdline = without_secrets(document::cmdline, std::move(*cmdline));
    take_environment(*process, jvm);
    if (auto cgroup = process->read("cgroup")) jvm.cgroup = std::move(*cgroup);
    if (jvm.vm != Vm::hotspot) return {std::move(jvm), true};
    if (spent_on_counters > most_time_for_counters) {
        jvm.why_not =
            "its counters were not read: finding those of other JVMs took too long (too many hsperfdata_* "
            "folders)";
        return {std::move(jvm), true};
    }
    const auto began = std::chrono::steady_clock::now();
    const auto target = attach_target(*process);
    auto counters = target ? read_hsperfdata(*process, *target) : tl::make_unexpected(target.error());
    spent_on_counters += std::chrono::steady_clock::now() - began;
    if (counters) {
        jvm.hsperfdata = without_secrets(document::hsperfdata, std::move(*counters));
    } else {
        jvm.why_not = why(counters.error());
    }
    return {std::move(jvm), true};
}

// `ask` says which processes to look at, and `hear` what was found.
template <typename Ask, typename Hear>
Expected<std::vector<ListedJvm>> look_through_proc(Ask ask, Hear hear) {
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    if (!proc) return tl::make_unexpected(file_error("/proc", errno, "mount it: mount -t proc proc /proc"));
    UserNames users;
    std::chrono::nanoseconds spent_on_counters{};
    std::vector<ListedJvm> jvms;
    for (const ProcessEntry& entry : processes_in(proc.get())) {
        if (!ask(::dirfd(proc.get()), entry)) continue;
        Look look = look_at(entry.pid, users, spent_on_counters);
        hear(entry.pid, look);
        if (look.jvm) jvms.push_back(std::move(*look.jvm));
    }
    return jvms;
}

}  // namespace

Expected<std::vector<ListedJvm>> list_jvms() {
    return look_through_proc([](int, const ProcessEntry&) { return true; },
                             [](std::uint64_t, const Look&) {});
}

Expected<std::vector<ListedJvm>> list_new_jvms(SeenProcesses& seen, const std::set<ProcessStart>& known) {
    seen.begin_search(static_cast<double>(boot_ms()) / 1000);
    return look_through_proc(
        [&](int proc, const ProcessEntry& entry) {
            SignsInProc signs(proc, entry.pid);
            return seen.must_look(entry, known, signs);
        },
        [&](std::uint64_t pid, const Look& look) {
            if (look.jvm) {
                seen.found(pid);
            } else if (look.is_certain) {
                seen.found_nothing(pid);
            }
        });
}

}  // namespace nmtx
