#include "platform/proc/process_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/paths.h"
#include "platform/os/own_memory.h"
#include "platform/os/system_error.h"

namespace nmtx {
namespace {

// seq_file hands out one page of text for each read, however much is asked for; a buffer is only extended
// where less than that is left, and by little, since each page that is touched for the first time costs a
// fault.
constexpr std::size_t least_room = std::size_t{8} << 10;
constexpr std::size_t growth = std::size_t{64} << 10;

// 30,000 mappings make 22 MB of smaps. Setting aside more than a text will need costs address space only:
// pages are touched as it grows.
constexpr std::size_t large_expected = std::size_t{96} << 20;
constexpr std::size_t large_text = std::size_t{384} << 10;
constexpr std::size_t large_limit = std::size_t{1} << 30;

Error no_such_process(std::uint64_t pid, int error) {
    const std::string name = std::to_string(pid);
    // /proc mounted with hidepid hides other users' processes; signal 0 asks for existence and sends nothing.
    if (error == ENOENT && pid <= 0x7fffffff && ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == EPERM) {
        return {"/proc/" + name, "hidden: /proc is mounted with hidepid", "run as the JVM's user or root"};
    }
    if (error == ENOENT || error == ESRCH)
        return {"pid " + name, "no such process", "see what runs: nmtx list"};
    return process_file_error("/proc/" + name, error);
}

// "Tgid:\t311" of status: the process that a thread belongs to.
std::optional<std::uint64_t> process_of(std::string_view status) {
    for (Lines lines(status); lines.next();) {
        Cursor cursor(lines.line());
        if (!cursor.take("Tgid:")) continue;
        cursor.skip_blanks();
        return cursor.decimal();
    }
    return std::nullopt;
}

// What exe points to; an upgrade that replaces the file meanwhile makes it no other program.
std::string program_of(const ProcessFiles& files) {
    const std::string program = files.link("exe").value_or("");
    return std::string(without_deleted_mark(program));
}

// Reads on behind the first `used` bytes. A string that is only resized is filled with zeros first, which
// costs as much as a fifth of parsing; the library of C++23 spares it.
ssize_t read_behind(int fd, std::string& text, std::size_t used) {
#ifdef __cpp_lib_string_resize_and_overwrite
    ssize_t got = 0;
    text.resize_and_overwrite(used + growth, [&](char* data, std::size_t size) {
        got = ::read(fd, data + used, size - used);
        return used + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    });
    return got;
#else
    if (text.size() - used < least_room) text.resize(used + growth);
    return ::read(fd, text.data() + used, text.size() - used);
#endif
}

}  // namespace

Expected<std::string> read_to_end(int fd, const std::string& path, std::size_t limit, std::size_t expected) {
    // Most files fit in here, and then in a string of exactly their length.
    std::array<char, std::size_t{16} << 10> first;
    std::string text;
    std::size_t used = 0;
    try {
        bool large = false;
        while (true) {
            if (!large && used >= large_text) {
                large = true;
                prefer_huge_pages_from(text.data() + used);
            }
            if (text.empty() && first.size() - used < least_room) {
                text.reserve(std::max(expected, 4 * first.size()));
                text.assign(first.data(), used);
            }
            const ssize_t got = text.empty() ? ::read(fd, first.data() + used, first.size() - used)
                                             : read_behind(fd, text, used);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return tl::make_unexpected(process_file_error(path, errno));
            if (got == 0) break;
            used += static_cast<std::size_t>(got);
            if (used > limit) {
                return failure(
                    path, "longer than " + std::to_string(limit) + " bytes, which is the most that is read");
            }
        }
        if (text.empty()) return std::string(first.data(), used);
        text.resize(used);
    } catch (const std::bad_alloc&) {
        return failure(path, "too large for the memory that is left");
    }
    return text;
}

Expected<ProcessFiles> ProcessFiles::open(std::uint64_t pid) {
    Descriptor directory(
        ::open(("/proc/" + std::to_string(pid)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return tl::make_unexpected(no_such_process(pid, errno));
    ProcessFiles files(pid, std::move(directory));
    // /proc lists processes only, but opens threads by their id as well.
    const auto status = files.read("status");
    if (!status) return tl::make_unexpected(status.error());
    if (const auto process = process_of(*status); process && *process != pid) {
        return failure("pid " + std::to_string(pid), "a thread of process " + std::to_string(*process),
                       "use the process: nmtx " + std::to_string(*process));
    }
    auto stat = files.stat();
    if (!stat) return tl::make_unexpected(stat.error());
    files.at_opening_ = std::move(*stat);
    files.exe_at_opening_ = program_of(files);
    return files;
}

Expected<Descriptor> ProcessFiles::open_file(std::string_view name, int flags) const {
    Descriptor file(::openat(directory_.get(), std::string(name).c_str(), flags | O_CLOEXEC));
    if (!file) return tl::make_unexpected(process_file_error(path(name), errno));
    return file;
}

Expected<ProcessFiles> ProcessFiles::open_again(std::uint64_t pid, std::uint64_t start_ticks) {
    auto process = open(pid);
    if (process && process->start_ticks() != start_ticks)
        return failure("pid " + std::to_string(pid), "another process has this pid by now",
                       "see what runs: nmtx list");
    return process;
}

Expected<std::string> ProcessFiles::read(std::string_view name, std::size_t limit,
                                         std::size_t expected) const {
    const auto file = open_file(name, O_RDONLY);
    if (!file) return tl::make_unexpected(file.error());
    return read_to_end(file->get(), path(name), limit, expected);
}

Expected<std::string> ProcessFiles::read_large(std::string_view name) const {
    return read(name, large_limit, large_expected);
}

Expected<std::string> ProcessFiles::link(std::string_view name) const {
    std::array<char, 4096> target{};
    const ssize_t length =
        ::readlinkat(directory_.get(), std::string(name).c_str(), target.data(), target.size());
    if (length < 0) return tl::make_unexpected(process_file_error(path(name), errno));
    return std::string(target.data(), static_cast<std::size_t>(length));
}

Expected<std::vector<std::string>> ProcessFiles::list(std::string_view directory) const {
    const int fd =
        ::openat(directory_.get(), std::string(directory).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return tl::make_unexpected(process_file_error(path(directory), errno));
    DIR* stream = ::fdopendir(fd);
    if (stream == nullptr) {
        const int error = errno;
        ::close(fd);
        return tl::make_unexpected(process_file_error(path(directory), error));
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> owner(stream, ::closedir);
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(stream);) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return tl::make_unexpected(process_file_error(path(directory), errno));
    return names;
}

Expected<Task> ProcessFiles::stat() const {
    const auto text = read("stat");
    if (!text) return tl::make_unexpected(text.error());
    return parse_task_stat(*text, path("stat"));
}

// exec keeps the pid and the start time, but brings another program or, where it is the same one, a stack
// that begins elsewhere (it is placed at random; only those who may trace the process see where).
bool ProcessFiles::still_same() const {
    const auto now = stat();
    return now && now->state != 'Z' && now->state != 'X' && now->start_ticks == at_opening_.start_ticks &&
           now->start_stack == at_opening_.start_stack && program_of(*this) == exe_at_opening_;
}

bool ProcessFiles::kernel_thread() const {
    return at_opening_.of_kernel();
}

bool ProcessFiles::zombie() const {
    return at_opening_.state == 'Z' || at_opening_.state == 'X';
}

std::string ProcessFiles::path(std::string_view name) const {
    return "/proc/" + std::to_string(pid_) + "/" + std::string(name);
}

}  // namespace nmtx
