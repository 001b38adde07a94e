#include "platform/record_vfs.h"

#include <sqlite3.h>

namespace nmtx {
namespace {

constexpr const char* name = "nmtx-record";

decltype(sqlite3_vfs::xOpen) usual_open = nullptr;

int open_but_no_super_journal(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                              int* out_flags) {
    if ((flags & SQLITE_OPEN_SUPER_JOURNAL) == 0) return usual_open(vfs, path, file, flags, out_flags);
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
}

const char* make() {
    static sqlite3_vfs vfs;
    const sqlite3_vfs* const usual = sqlite3_vfs_find(nullptr);
    if (usual == nullptr) return name;  // opening with it then fails
    vfs = *usual;
    usual_open = vfs.xOpen;
    vfs.xOpen = open_but_no_super_journal;
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
