#include "platform/output/output_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>

#include "platform/os/descriptor.h"
#include "platform/os/signals_held.h"
#include "platform/os/system_error.h"
#include "platform/output/file_size_signal.h"
#include "platform/output/output_place.h"
#include "platform/output/temporary_file.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

// Bytes that are on the disk when this returns; `path` is for errors.
Expected<void> write_to_disk(int fd, std::string_view bytes, const std::string& path) {
    if (auto written = write_all(fd, bytes, path); !written) return written;
    if (::fsync(fd) != 0) return tl::make_unexpected(file_error(path, errno));
    return {};
}

constexpr unsigned no_replace = 1;  // RENAME_NOREPLACE

// A file beside the one that it is to become, removed unless it has been given its name.
class Temporary {
  public:
    Temporary() = default;
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    Expected<void> write(const std::string& becomes, std::string_view bytes, mode_t mode = 0600) {
        auto made = temporary_file_beside(becomes);
        if (!made) return tl::make_unexpected(made.error());
        path_ = std::move(made->path);
        lock_ = std::move(made->lock);
        if (::fchmod(lock_.get(), mode) != 0) return tl::make_unexpected(file_error(becomes, errno));
        return write_to_disk(lock_.get(), bytes, becomes);
    }
    void keep() { path_.clear(); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    Descriptor lock_;
};

// A directory beside the one that it is to become, removed with what was written into it unless it was kept.
class TemporaryDirectory {
  public:
    TemporaryDirectory() = default;
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        if (path_.empty()) return;
        for (const std::string& name : files_) ::unlinkat(lock_.get(), name.c_str(), 0);
        ::rmdir(path_.c_str());
    }
    Expected<void> make(const std::string& becomes) {
        auto made = temporary_directory_beside(becomes);
        if (!made) return tl::make_unexpected(made.error());
        path_ = std::move(made->path);
        lock_ = std::move(made->lock);
        return {};
    }
    Expected<void> write(const std::string& name, std::string_view bytes) {
        const std::string path = path_ + "/" + name;
        const Descriptor file(
            ::openat(lock_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file) return tl::make_unexpected(file_error(path, errno));
        files_.push_back(name);
        return write_to_disk(file.get(), bytes, path);
    }
    void keep() { path_.clear(); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    Descriptor lock_;
    std::vector<std::string> files_;
};

tl::unexpected<Error> already_there(const std::string& path) {
    return failure(path, "already exists", "choose another name, or add --force to replace it");
}

// Without `overwrite` a file that somebody makes at this moment must win too: a link is refused where the
// name is taken, a rename is not.
int give_name(const std::string& temporary, const std::string& path, bool overwrite) {
    if (overwrite) return ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), no_replace) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::link(temporary.c_str(), path.c_str()) != 0) return errno;
    ::unlink(temporary.c_str());
    return 0;
}

// Another user's FIFO or device may have been placed there as a trap.
Expected<void> write_to_special(const OutputPlace& place, std::string_view bytes) {
    const std::string path = place.path();
    const Descriptor found(
        ::openat(place.directory.get(), place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info{};
    if (!found || ::fstat(found.get(), &info) != 0) return tl::make_unexpected(file_error(path, errno));
    if (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) || !is_trusted_owner(info.st_uid))
        return failure(path, "is not a regular file, and belongs to uid " + std::to_string(info.st_uid),
                       "choose another name");
    const Descriptor file(::open(path_of(found).c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return tl::make_unexpected(file_error(path, errno));
    return write_all(file.get(), bytes, path);
}

Expected<void> write_new_directory(const std::string& directory, const std::vector<NamedFile>& files) {
    TemporaryDirectory temporary;
    if (auto made = temporary.make(directory); !made) return made;
    for (const NamedFile& file : files) {
        if (auto written = temporary.write(file.name, file.bytes); !written) return written;
    }
    int error = ::renameat2(AT_FDCWD, temporary.path().c_str(), AT_FDCWD, directory.c_str(), no_replace) == 0
                    ? 0
                    : errno;
    // A directory only ever takes the place of an empty one.
    if (error == EINVAL || error == ENOSYS)
        error = ::rename(temporary.path().c_str(), directory.c_str()) == 0 ? 0 : errno;
    if (error == EEXIST || error == ENOTEMPTY) return already_there(directory);
    if (error != 0) return tl::make_unexpected(file_error(directory, error));
    temporary.keep();
    return {};
}

Expected<void> write_into_directory(const std::string& directory, const std::vector<NamedFile>& files,
                                    bool overwrite) {
    remove_abandoned_temporaries(directory);
    std::vector<std::string> paths;
    for (const NamedFile& file : files) {
        paths.push_back(directory + "/" + file.name);
        struct stat info{};
        if (::lstat(paths.back().c_str(), &info) != 0) continue;
        if (!overwrite) return already_there(paths.back());
        if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode))
            return failure(paths.back(), "is not a file", "choose another directory");
    }
    std::deque<Temporary> written;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (auto done = written.emplace_back().write(paths[i], files[i].bytes); !done) return done;
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        const int error = give_name(written[i].path(), paths[i], overwrite);
        if (error == 0) {
            written[i].keep();
            continue;
        }
        // What was replaced is gone; what was not there before is taken away again.
        for (std::size_t j = 0; j < i && !overwrite; ++j) ::unlink(paths[j].c_str());
        if (error == EEXIST) return already_there(paths[i]);
        return tl::make_unexpected(file_error(paths[i], error));
    }
    return {};
}

Expected<void> write_at(const OutputPlace& place, std::string_view bytes, bool overwrite,
                        mode_t mode = 0600) {
    const std::string path = place.path();
    struct stat info{};
    const bool there = ::fstatat(place.directory.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && S_ISDIR(info.st_mode)) return failure(path, "is a directory", "name a file in it");
    if (there && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) return write_to_special(place, bytes);
    remove_abandoned_temporaries(place.directory_path());
    if (there && !overwrite) return already_there(path);

    const SignalsHeld held;
    const FileSizeSignalIgnored errors_instead;
    Temporary temporary;
    if (auto written = temporary.write(path, bytes, mode); !written) return written;
    const int error = give_name(temporary.path(), path, overwrite);
    if (error == EEXIST) return already_there(path);
    if (error != 0) return tl::make_unexpected(file_error(path, error));
    temporary.keep();
    return {};
}

// An error names a path as the user has typed it.
Expected<void> named_as_asked(Expected<void> done, const std::string& used, const std::string& asked) {
    if (done || done.error().where.rfind(used, 0) != 0) return done;
    Error error = done.error();
    error.where.replace(0, used.size(), asked);
    return tl::make_unexpected(std::move(error));
}

}  // namespace

Expected<void> write_files(const std::string& path, const std::vector<NamedFile>& files, bool overwrite) {
    const auto place = output_place(path, LastLink::followed);
    if (!place) return tl::make_unexpected(place.error());
    remove_abandoned_temporaries(place->directory_path());
    const SignalsHeld held;
    const FileSizeSignalIgnored errors_instead;
    struct stat info{};
    if (::fstatat(place->directory.get(), place->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) return tl::make_unexpected(file_error(path, errno));
        return named_as_asked(write_new_directory(place->path(), files), place->path(), path);
    }
    if (!S_ISDIR(info.st_mode)) return failure(path, "is not a directory", "choose another name");
    const Descriptor directory(
        ::openat(place->directory.get(), place->name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) return tl::make_unexpected(file_error(path, errno));
    const std::string below = path_of(directory);
    return named_as_asked(write_into_directory(below, files, overwrite), below, path);
}

Expected<void> write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return tl::make_unexpected(file_error(path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Expected<void> check_output(const std::string& path, bool overwrite) {
    const auto place = output_place(path, LastLink::left);
    if (!place) return tl::make_unexpected(place.error());
    struct stat info{};
    if (::fstatat(place->directory.get(), place->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (S_ISDIR(info.st_mode)) return failure(path, "is a directory", "name a file in it");
    const bool replaced = S_ISREG(info.st_mode) || S_ISLNK(info.st_mode);
    return replaced && !overwrite ? already_there(path) : Expected<void>();
}

Expected<void> write_file(const std::string& path, std::string_view bytes, bool overwrite) {
    const auto place = output_place(path, LastLink::left);
    if (!place) return tl::make_unexpected(place.error());
    return named_as_asked(write_at(*place, bytes, overwrite), place->path(), path);
}

Expected<void> write_public_file(const std::string& path, std::string_view bytes) {
    const auto place = output_place(path, LastLink::left);
    if (!place) return tl::make_unexpected(place.error());
    return named_as_asked(write_at(*place, bytes, true, 0644), place->path(), path);
}

}  // namespace nmtx
