#include "platform/os/system_error.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "base/cursor.h"
#include "kernel/trace_rights.h"
#include "platform/os/descriptor.h"

namespace nmtx {
namespace {

// Empty where it cannot be read: then less is known.
std::string small_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 8192> room{};
    const ssize_t got = file ? ::read(file.get(), room.data(), room.size()) : -1;
    return got > 0 ? std::string(room.data(), static_cast<std::size_t>(got)) : std::string();
}

std::optional<ProcessStatus> status_at(const std::string& path) {
    const auto status = parse_status(small_file(path));
    return status ? std::optional(*status) : std::nullopt;
}

// "/proc/311" of "/proc/311/smaps", empty where the path is no process's.
std::string process_of(std::string_view path) {
    Cursor cursor(path);
    if (!cursor.take("/proc/")) return {};
    const auto pid = cursor.decimal();
    return pid ? "/proc/" + std::to_string(*pid) : std::string();
}

// Below root and cwd it is the file's owner and mode that decide.
bool is_a_file_of_the_target(std::string_view path) {
    return path.find("/root/") != std::string_view::npos || path.find("/cwd/") != std::string_view::npos;
}

std::string refusal_hint(const std::string& path) {
    if (is_a_file_of_the_target(path)) return ::geteuid() == 0 ? "" : "run as the JVM's user or root";
    const auto self = status_at("/proc/self/status");
    if (!self) return "run as the JVM's user or root";
    const std::string process = process_of(path);
    const auto target = process.empty() ? std::nullopt : status_at(process + "/status");
    return hint_after_refusal(trace_rights(*self, target, small_file("/proc/self/uid_map")));
}

}  // namespace

std::string errno_text(int error) {
    std::string text = std::generic_category().message(error);
    const bool acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) != 0;
    if (!text.empty() && !acronym) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
}

Error process_file_error(std::string path, int error) {
    switch (error) {
        case EACCES:
        case EPERM:
            return {path, errno_text(error), refusal_hint(path)};
        case ESRCH:
            return {std::move(path), "the process ended while it was read", "see what runs: nmtx list"};
        default:
            return {std::move(path), errno_text(error), {}};
    }
}

Error file_error(std::string path, int error, std::string hint) {
    return {std::move(path), errno_text(error), std::move(hint)};
}

}  // namespace nmtx
