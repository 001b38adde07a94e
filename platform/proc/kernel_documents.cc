#include "platform/proc/kernel_documents.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <span>
#include <vector>

#include "base/lines.h"
#include "kernel/containers/cgroup.h"
#include "platform/os/clock.h"
#include "platform/os/system_error.h"
#include "platform/proc/cgroup_directory.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr std::array<std::string_view, 8> files_v2 = {
    "memory.current",  "memory.max",    "memory.high", "memory.swap.current",
    "memory.swap.max", "memory.events", "memory.peak", "memory.stat"};
constexpr std::array<std::string_view, 9> files_v1 = {"memory.usage_in_bytes",
                                                      "memory.limit_in_bytes",
                                                      "memory.memsw.limit_in_bytes",
                                                      "memory.kmem.usage_in_bytes",
                                                      "memory.kmem.tcp.usage_in_bytes",
                                                      "memory.oom_control",
                                                      "memory.max_usage_in_bytes",
                                                      "memory.failcnt",
                                                      "memory.stat"};

// A stat or syscall line is a few hundred bytes; what the buffer cannot hold is no such line.
class SmallFile {
  public:
    // Nothing where it cannot be read; errno says why.
    std::string_view read(int directory, const char* path) {
        const Descriptor file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
        if (!file) return {};
        const ssize_t got = ::read(file.get(), text_.data(), text_.size());
        return got <= 0 ? std::string_view{} : std::string_view(text_.data(), static_cast<std::size_t>(got));
    }

  private:
    std::array<char, 4096> text_;
};

void append_line(std::string& text, std::string_view line) {
    text += line;
    if (!line.ends_with('\n')) text += '\n';
}

// A thread may have newlines in its name, and stat has them as they are: they would end the line.
void append_stat(std::string& text, std::string_view stat) {
    if (stat.ends_with('\n')) stat.remove_suffix(1);
    for (const char c : stat) {
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    text += '\n';
}

// The lines of status that a task's report needs.
void append_status_lines(std::string& text, std::string_view status) {
    for (Lines lines(status); lines.next();) {
        const std::string_view line = lines.line();
        if (line.starts_with("NSpid:") || line.starts_with("voluntary_ctxt_switches:") ||
            line.starts_with("nonvoluntary_ctxt_switches:"))
            append_line(text, line);
    }
}

class TaskReader {
  public:
    TaskReader(int directory, TaskDetail detail) : directory_(directory), detail_(detail) {}

    // Nothing of a task that has ended.
    void append(const std::string& id, std::string& text) {
        const std::string_view stat = read(id, "/stat");
        if (stat.empty()) return;
        append_stat(text, stat);
        if (detail_ != TaskDetail::stacks) {
            text += fmt::format("at {}\n", monotonic_ns());
            const std::string_view times = read(id, "/schedstat");
            if (!times.empty()) append_line(text.append("schedstat "), times);
        }
        if (detail_ == TaskDetail::times) return;
        append_syscall(id, text);
        if (detail_ == TaskDetail::all) append_status_lines(text, read(id, "/status"));
    }

  private:
    std::string_view read(const std::string& id, const char* name) {
        path_.assign(id).append(name);
        return file_.read(directory_, path_.c_str());
    }

    void append_syscall(const std::string& id, std::string& text) {
        if (!syscall_readable_) return;
        const std::string_view call = read(id, "/syscall");
        if (!call.empty()) {
            append_line(text.append("syscall "), call);
        } else if (errno != ESRCH && errno != ENOENT) {
            syscall_readable_ = false;  // it takes the right to trace; refused once, refused for each thread
        }
    }

    int directory_;
    TaskDetail detail_;
    SmallFile file_;
    std::string path_;
    bool syscall_readable_ = true;
};

// The file with a heading above it: its name behind `before`. False where there is none.
bool append_block(std::string& text, const Descriptor& directory, std::string_view name,
                  std::string_view before = {}) {
    const std::string file_name(name);
    const auto content = read_in(directory, file_name, file_name, std::size_t{1} << 20, FileSystem::cgroup);
    if (!content) return false;
    text.append("== ").append(before).append(name).append("\n");
    append_line(text, *content);
    return true;
}

// A process is charged to a cgroup above it as well: in v1 only if that says so.
bool charges_those_below(const Descriptor& directory) {
    std::string text;
    return !append_block(text, directory, "memory.use_hierarchy") || !text.ends_with("\n0\n");
}

constexpr int deepest = 64;

// Those above that can be seen and have a limit. memory.stat may be slow to read, so only of those.
void append_above(std::string& text, int version, const Descriptor& directory) {
    const std::string_view limit = version == 1 ? "memory.limit_in_bytes" : "memory.max";
    const std::string_view usage = version == 1 ? "memory.usage_in_bytes" : "memory.current";
    Descriptor above = directory_above(directory);
    for (int level = 0; above && level < deepest && charges_those_below(above); ++level) {
        std::string its_limit;
        // The root of v2 has none.
        if (!append_block(its_limit, above, limit, of_cgroup_above)) break;
        const auto parsed = parse_cgroup_memory(its_limit);
        if (parsed && parsed->limit) {
            text += its_limit;
            append_block(text, above, usage, of_cgroup_above);
            append_block(text, above, "memory.stat", of_cgroup_above);
        }
        above = directory_above(above);
    }
}

// Files of the cgroup and of each above it, as far as they can be seen and have them.
void append_upwards(std::string& text, std::initializer_list<std::string_view> names, Descriptor& directory) {
    const auto append_all = [&] {
        return std::all_of(names.begin(), names.end(),
                           [&](std::string_view name) { return append_block(text, directory, name); });
    };
    for (int level = 0; level < deepest && append_all(); ++level) {
        Descriptor above = directory_above(directory);
        if (!above) break;
        directory = std::move(above);
    }
}

}  // namespace

Expected<std::string> read_tasks(const ProcessFiles& process, TaskDetail detail) {
    const auto ids = process.list("task");
    if (!ids) return tl::make_unexpected(ids.error());
    const auto directory = process.open_file("task", O_RDONLY | O_DIRECTORY);
    if (!directory) return tl::make_unexpected(directory.error());
    TaskReader reader(directory->get(), detail);
    std::string text;
    text.reserve(ids->size() * 512);
    for (const std::string& id : *ids) reader.append(id, text);
    if (text.empty()) return tl::make_unexpected(process_file_error(process.path("task"), ESRCH));
    return text;
}

Expected<std::string> read_system_file(const std::string& path) {
    SmallFile file;
    const std::string_view text = file.read(AT_FDCWD, path.c_str());
    if (text.empty()) return tl::make_unexpected(file_error(path, errno));
    return std::string(text);
}

Expected<std::string> read_cgroup_memory(const ProcessFiles& process, std::string_view cgroup) {
    const auto path = charging_cgroup(process, cgroup, "memory");
    if (!path) return tl::make_unexpected(path.error());
    auto directory = open_cgroup(process, *path);
    if (!directory) return tl::make_unexpected(directory.error());
    std::string text = "== cgroup.path\n" + path->path + "\n";
    const std::size_t nothing_yet = text.size();
    const auto files = path->version == 1 ? std::span<const std::string_view>(files_v1)
                                          : std::span<const std::string_view>(files_v2);
    for (const std::string_view name : files) {
        append_block(text, *directory, name);
    }
    if (text.size() == nothing_yet) {
        return failure("cgroup " + path->path,
                       "has no memory files: the root cgroup, or the memory controller is off");
    }
    append_above(text, path->version, *directory);
    return text;
}

// The root has neither file, and bounds nothing.
Expected<std::string> read_cgroup_pids(const ProcessFiles& process, std::string_view cgroup) {
    const auto path = charging_cgroup(process, cgroup, "pids");
    if (!path) return tl::make_unexpected(path.error());
    auto directory = open_cgroup(process, *path);
    if (!directory) return tl::make_unexpected(directory.error());
    std::string text = "== cgroup.path\n" + path->path + "\n";
    append_block(text, *directory, "pids.current");
    append_upwards(text, {"pids.max"}, *directory);
    return text;
}

// The root of v2 has no cpu.max.
Expected<std::string> read_cgroup_cpu(const ProcessFiles& process, std::string_view cgroup) {
    const auto path = charging_cgroup(process, cgroup, "cpu");
    if (!path) return tl::make_unexpected(path.error());
    auto directory = open_cgroup(process, *path);
    if (!directory) return tl::make_unexpected(directory.error());
    std::string text = "== cgroup.path\n" + path->path + "\n";
    if (path->version == 2) {
        append_upwards(text, {"cpu.max"}, *directory);
    } else {
        append_upwards(text, {"cpu.cfs_quota_us", "cpu.cfs_period_us"}, *directory);
    }
    return text;
}

}  // namespace nmtx
