#include "platform/record/record_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "platform/os/descriptor.h"
#include "platform/record/record_path.h"

namespace nmtx {
namespace {

constexpr const char* name = "nmtx-record";

decltype(sqlite3_vfs::xOpen) usual_open = nullptr;

// Creates it with the record's mode, as SQLite does. False: what is there already is not a companion.
bool is_ours_now(const std::string& companion, const std::string& record) {
    struct stat info{};
    if (::stat(record.c_str(), &info) != 0) return true;
    const mode_t mode = info.st_mode & 0777U;
    const Descriptor made(
        ::open(companion.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (made) return ::fchmod(made.get(), mode) == 0;
    return errno != EEXIST || is_companion_of(companion, record);
}

bool may_open(const char* path, int flags) {
    constexpr int beside = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    if ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0) return false;
    if (path == nullptr || (flags & beside) == 0) return true;
    const std::string companion = path;
    const std::string record = companion.substr(0, companion.rfind('-'));
    if ((flags & SQLITE_OPEN_CREATE) == 0) return is_companion_of(companion, record);
    if (!is_ours_now(companion, record)) return false;
    // It opens the shared memory by itself, and not before the WAL.
    return (flags & SQLITE_OPEN_WAL) == 0 || is_ours_now(record + shm_suffix, record);
}

int open_with_care(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    if (may_open(path, flags)) return usual_open(vfs, path, file, flags, out_flags);
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
}

int same_path(sqlite3_vfs*, const char* path, int bytes, char* into) {
    const int length = std::snprintf(into, static_cast<std::size_t>(bytes), "%s", path);
    return length >= 0 && length < bytes ? SQLITE_OK : SQLITE_CANTOPEN;
}

const char* make() {
    static sqlite3_vfs vfs;
    const sqlite3_vfs* const usual = sqlite3_vfs_find(nullptr);
    if (usual == nullptr) return name;  // opening with it then fails
    vfs = *usual;
    usual_open = vfs.xOpen;
    vfs.xOpen = open_with_care;
    vfs.xFullPathname = same_path;
    vfs.zName = name;
    vfs.pNext = nullptr;
    sqlite3_vfs_register(&vfs, 0);
    return name;
}

}  // namespace

const char* record_vfs() {
    static const char* const registered = make();
    return registered;
}

}  // namespace nmtx
