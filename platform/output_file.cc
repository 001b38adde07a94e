#include "platform/output_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "platform/descriptor.h"
#include "platform/signals_held.h"
#include "platform/system_error.h"

namespace nmtx {
namespace {

// Removes the temporary file unless it has been given its name.
class Temporary {
  public:
    explicit Temporary(std::string path) : path_(std::move(path)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (!kept_) ::unlink(path_.c_str());
    }
    void keep() { kept_ = true; }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    bool kept_ = false;
};

// Past the limit of `ulimit -f` a write is to fail, not to end us with the temporary file still there.
class FileSizeSignalIgnored {
  public:
    FileSizeSignalIgnored() {
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGXFSZ, &ignore, &before_);
    }
    FileSizeSignalIgnored(const FileSizeSignalIgnored&) = delete;
    FileSizeSignalIgnored& operator=(const FileSizeSignalIgnored&) = delete;
    ~FileSizeSignalIgnored() { ::sigaction(SIGXFSZ, &before_, nullptr); }

  private:
    struct sigaction before_{};
};

tl::unexpected<Error> already_there(const std::string& path) {
    return failure(path, "is already there", "choose another name, or add --force to replace it");
}

// Without `overwrite` a file that somebody makes at this moment must win too: a link is refused where the
// name is taken, a rename is not.
int give_name(const std::string& temporary, const std::string& path, bool overwrite) {
    if (overwrite) return ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    constexpr unsigned no_replace = 1;  // RENAME_NOREPLACE
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), no_replace) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::link(temporary.c_str(), path.c_str()) != 0) return errno;
    ::unlink(temporary.c_str());
    return 0;
}

Expected<void> write_to_special(const std::string& path, std::string_view bytes) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return tl::make_unexpected(file_error(path, errno));
    return write_all(file.get(), bytes, path);
}

}  // namespace

Expected<void> write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return tl::make_unexpected(file_error(path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Expected<void> write_file(const std::string& path, std::string_view bytes, bool overwrite) {
    struct stat info{};
    const bool there = ::lstat(path.c_str(), &info) == 0;
    if (there && S_ISDIR(info.st_mode)) return failure(path, "is a directory", "name a file in it");
    if (there && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) return write_to_special(path, bytes);
    if (there && !overwrite) return already_there(path);

    const SignalsHeld held;
    const FileSizeSignalIgnored errors_instead;
    std::string name = path + ".XXXXXX";
    Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) return tl::make_unexpected(file_error(path, errno, "choose a directory that can be written"));
    Temporary temporary(name);
    if (auto written = write_all(file.get(), bytes, path); !written) return written;
    if (::fsync(file.get()) != 0) return tl::make_unexpected(file_error(path, errno));
    file.close();
    const int error = give_name(temporary.path(), path, overwrite);
    if (error == EEXIST) return already_there(path);
    if (error != 0) return tl::make_unexpected(file_error(path, error));
    temporary.keep();
    return {};
}

}  // namespace nmtx
