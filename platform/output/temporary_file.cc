#include "platform/output/temporary_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/os/system_error.h"

namespace nmtx {
namespace {

constexpr std::string_view name_prefix = ".nmtx-";
constexpr std::string_view name_suffix = ".tmp";
constexpr std::size_t name_bytes = name_prefix.size() + 6 + name_suffix.size();
constexpr int attempts = 100;

std::string pattern_beside(const std::string& becomes) {
    return parent_of(becomes) + "/" + std::string(name_prefix) + "XXXXXX" + std::string(name_suffix);
}

bool is_ours_by_name(std::string_view name) {
    return name.size() == name_bytes && name.starts_with(name_prefix) && name.ends_with(name_suffix);
}

// False where another run took it for abandoned, in the moment between its making and this. Where the file
// system knows no locks, none is needed: nobody removes anything there.
bool lock(const Descriptor& made) {
    if (::flock(made.get(), LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
    struct stat info{};
    return ::fstat(made.get(), &info) == 0 && info.st_nlink > 0;
}

// Who may write to the directory beside it could have exchanged it.
bool is_own(const Descriptor& made) {
    struct stat info{};
    return ::fstat(made.get(), &info) == 0 && info.st_uid == ::geteuid();
}

tl::unexpected<Error> not_made(const std::string& becomes, int error) {
    return tl::make_unexpected(file_error(becomes, error, "choose a directory that can be written"));
}

std::vector<std::string> names_in(const Descriptor& directory) {
    std::vector<std::string> names;
    const int again = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), ::closedir);
    if (!stream) {
        ::close(again);
        return names;
    }
    while (const dirent* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
    return names;
}

// Ours, of a kind that we make, and its lock is free.
Descriptor abandoned(const Descriptor& directory, const std::string& name, struct stat& info) {
    Descriptor found(
        ::openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!found || ::fstat(found.get(), &info) != 0) return {};
    if (info.st_uid != ::geteuid() || (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) return {};
    if (::flock(found.get(), LOCK_EX | LOCK_NB) != 0) return {};
    return found;
}

}  // namespace

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Expected<TemporaryName> temporary_file_beside(const std::string& becomes) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        std::string path = pattern_beside(becomes);
        Descriptor file(::mkostemps(path.data(), static_cast<int>(name_suffix.size()), O_CLOEXEC));
        if (!file) return not_made(becomes, errno);
        if (lock(file)) return TemporaryName{std::move(path), std::move(file)};
    }
    return not_made(becomes, EAGAIN);
}

// mkdtemp takes no suffix, so the letters are those of a file's name that was free a moment ago.
Expected<TemporaryName> temporary_directory_beside(const std::string& becomes) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        std::string path = pattern_beside(becomes);
        Descriptor file(::mkostemps(path.data(), static_cast<int>(name_suffix.size()), O_CLOEXEC));
        if (!file) return not_made(becomes, errno);
        ::unlink(path.c_str());
        if (::mkdir(path.c_str(), 0700) != 0) {
            if (errno == EEXIST) continue;
            return not_made(becomes, errno);
        }
        Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (directory && is_own(directory) && lock(directory))
            return TemporaryName{std::move(path), std::move(directory)};
    }
    return not_made(becomes, EAGAIN);
}

void remove_abandoned_temporaries(const std::string& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return;
    for (const std::string& name : names_in(directory)) {
        if (!is_ours_by_name(name)) continue;
        struct stat info{};
        const Descriptor found = abandoned(directory, name, info);
        if (!found) continue;
        if (S_ISREG(info.st_mode)) {
            ::unlinkat(directory.get(), name.c_str(), 0);
            continue;
        }
        for (const std::string& file : names_in(found)) ::unlinkat(found.get(), file.c_str(), 0);
        ::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR);
    }
}

}  // namespace nmtx
