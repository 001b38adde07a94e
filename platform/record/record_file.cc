#include "platform/record/record_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "platform/record/record_path.h"

namespace nmtx {
namespace {

std::optional<struct stat> look_at(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return info;
}

}  // namespace

RecordFile::RecordFile(std::string path)
    : path_(std::move(path)), real_path_(real_path(path_)), file_(::open(path_.c_str(), O_PATH | O_CLOEXEC)) {
    struct stat info{};
    if (file_ && ::fstat(file_.get(), &info) == 0) self_ = {info.st_dev, info.st_ino};
    note_journals();
}

void RecordFile::note_journals() {
    for (const auto& [identity, suffix] : {std::pair(&wal_, wal_suffix), std::pair(&shm_, shm_suffix)}) {
        if (identity->known()) continue;
        if (const auto info = look_at(real_path_ + suffix)) *identity = {info->st_dev, info->st_ino};
    }
}

bool RecordFile::is_still(const Identity& journal, const char* suffix) const {
    const auto info = look_at(real_path_ + suffix);
    return info && info->st_dev == journal.device && info->st_ino == journal.inode;
}

std::optional<std::string> RecordFile::path_now() const {
    std::string path(4096, '\0');
    const std::string link = "/proc/self/fd/" + std::to_string(file_.get());
    const ssize_t got = file_ ? ::readlink(link.c_str(), path.data(), path.size()) : -1;
    if (got <= 0 || got == static_cast<ssize_t>(path.size())) return std::nullopt;
    path.resize(static_cast<std::size_t>(got));
    const auto there = look_at(path);
    if (!there || there->st_dev != self_.device || there->st_ino != self_.inode) return std::nullopt;
    return path;
}

FileChange RecordFile::change() const {
    struct stat own{};
    if (!self_.known() || ::fstat(file_.get(), &own) != 0) return FileChange::none;
    if (own.st_nlink == 0) return FileChange::removed;
    const auto there = look_at(path_);
    if (!there || there->st_dev != self_.device || there->st_ino != self_.inode) return FileChange::moved;
    if (own.st_size == 0) return FileChange::emptied;
    if (wal_.known() && !is_still(wal_, wal_suffix)) return FileChange::journal_gone;
    if (shm_.known() && !is_still(shm_, shm_suffix)) return FileChange::journal_gone;
    return FileChange::none;
}

void RecordFile::remove_journals() const {
    if (wal_.known() && is_still(wal_, wal_suffix)) ::unlink((real_path_ + wal_suffix).c_str());
    if (shm_.known() && is_still(shm_, shm_suffix)) ::unlink((real_path_ + shm_suffix).c_str());
}

// Bytes 18 and 19 of the file: 2 while its journal is a WAL, https://www.sqlite.org/fileformat.html. A file
// that has one may be open for writing in this very process, and closing a descriptor would drop its locks:
// so that is looked at first.
bool lacks_journal(const std::string& path) {
    const auto journal = look_at(real_path(path) + wal_suffix);
    if (journal && journal->st_size > 0) return false;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    std::array<char, 20> header{};
    if (!file || ::pread(file.get(), header.data(), header.size(), 0) != static_cast<ssize_t>(header.size()))
        return false;
    return header[18] == 2;
}

}  // namespace nmtx
