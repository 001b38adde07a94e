#include "platform/record/record_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/printable.h"
#include "platform/os/descriptor.h"
#include "platform/os/system_error.h"

namespace nmtx {

std::string real_path(const std::string& path) {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    return error ? path : real.string();
}

bool file_exists(const std::string& path) {
    struct stat file{};
    return ::stat(path.c_str(), &file) == 0;
}

bool is_own_file(const std::string& path) {
    struct stat file{};
    return ::stat(path.c_str(), &file) == 0 && file.st_uid == ::geteuid();
}

std::uint64_t file_bytes(const std::string& path) {
    struct stat file{};
    return ::stat(path.c_str(), &file) == 0 ? static_cast<std::uint64_t>(file.st_size) : 0;
}

bool is_companion_of(const std::string& companion, const std::string& record) {
    struct stat file{};
    struct stat owner{};
    if (::lstat(companion.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return false;
    return is_trusted_owner(file.st_uid) ||
           (::stat(record.c_str(), &owner) == 0 && file.st_uid == owner.st_uid);
}

Expected<void> check_record_files(const std::string& path, const std::string& shown) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
        return failure(printable(shown), "is not a regular file, so it cannot be a recording",
                       "name a file that nmtx record wrote");
    for (const char* suffix : {wal_suffix, shm_suffix, rollback_suffix}) {
        struct stat file{};
        if (::lstat((path + suffix).c_str(), &file) != 0 || is_companion_of(path + suffix, path)) continue;
        if (!S_ISREG(file.st_mode))
            return failure(printable(shown + suffix), "is not a regular file", "remove it");
        return failure(printable(shown + suffix),
                       "is owned by uid " + std::to_string(file.st_uid) + ", not by the record's owner",
                       "remove it");
    }
    return {};
}

Expected<void> create_record_file(const OutputPlace& place, const std::string& shown) {
    const Descriptor file(::openat(place.directory.get(), place.name.c_str(),
                                   O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return tl::make_unexpected(file_error(printable(shown), errno));
    return {};
}

std::string uri_of(const std::string& path) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
            uri += fmt::format("%{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            uri += c;
        }
    }
    return uri;
}

}  // namespace nmtx
