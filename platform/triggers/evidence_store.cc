#include "platform/triggers/evidence_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/amounts.h"
#include "platform/os/descriptor.h"
#include "platform/os/system_error.h"
#include "triggers/evidence_folders.h"

namespace nmtx {
namespace {

constexpr std::uint64_t block_bytes = 4096;  // what a file takes on the disk is a multiple of it
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Bytes on_disk(std::uint64_t size) {
    return Bytes((size / block_bytes + 1) * block_bytes);
}

std::vector<std::string> names_in(const Descriptor& directory) {
    std::vector<std::string> names;
    // fdopendir takes the descriptor over.
    const int copy = ::openat(directory.get(), ".", directory_flags);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

// A folder of ours, with this user's files in it; no descriptor for anything else.
Descriptor evidence_folder(const Descriptor& directory, const std::string& name) {
    if (!is_evidence_name(name)) return {};
    Descriptor folder(::openat(directory.get(), name.c_str(), directory_flags));
    struct stat info{};
    if (!folder || ::fstat(folder.get(), &info) != 0 || info.st_uid != ::geteuid()) return {};
    return folder;
}

Bytes size_of_folder(const Descriptor& folder) {
    Bytes size = on_disk(0);
    for (const std::string& name : names_in(folder)) {
        struct stat info{};
        if (::fstatat(folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
            size += on_disk(static_cast<std::uint64_t>(info.st_size));
    }
    return size;
}

bool is_ours(const std::string& name) {
    return name == evidence_capture || name == evidence_markdown || name == evidence_html ||
           (name.starts_with(".nmtx-") && name.ends_with(".tmp"));
}

// With what nmtx has written in it; if somebody has put more there, that stays, and so does the folder.
bool remove_folder(const Descriptor& directory, const std::string& name) {
    const Descriptor folder = evidence_folder(directory, name);
    for (const std::string& file : names_in(folder)) {
        if (is_ours(file)) ::unlinkat(folder.get(), file.c_str(), 0);
    }
    return ::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace

Expected<std::string> EvidenceStore::checked_directory(const std::string& directory) {
    const std::string hint = "choose a directory that you can write to: --evidence DIR";
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return tl::make_unexpected(file_error(directory, errno, hint));
    const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) return tl::make_unexpected(file_error(directory, errno, hint));
    if (::faccessat(opened.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
        return tl::make_unexpected(file_error(directory, errno, hint));
    return directory;
}

Expected<void> EvidenceStore::make_room(const std::string& name, Bytes coming) {
    const Descriptor directory(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return tl::make_unexpected(file_error(directory_, errno));
    std::vector<KeptEvidence> kept;
    for (const std::string& one : names_in(directory)) {
        if (const Descriptor folder = evidence_folder(directory, one))
            kept.push_back({one, size_of_folder(folder)});
    }
    const auto dropped = evidence_to_drop(kept, coming, most_, name);
    if (!dropped)
        return failure(
            directory_,
            fmt::format("{} of evidence do not fit into --evidence-max {}", human(coming), human(most_)),
            "give it more: --evidence-max SIZE");
    for (const std::string& one : *dropped) {
        if (!remove_folder(directory, one))
            return failure(directory_ + "/" + one, "cannot be removed to make room", "remove it");
    }
    return {};
}

Expected<void> EvidenceStore::write(const std::string& name, const std::vector<NamedFile>& files) {
    const std::lock_guard lock(mutex_);
    Bytes coming = on_disk(0);
    for (const NamedFile& file : files) coming += on_disk(file.bytes.size());
    if (auto room = make_room(name, coming); !room) return room;
    return write_files(path_of_folder(name), files, true);
}

}  // namespace nmtx
