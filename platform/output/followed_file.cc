#include "platform/output/followed_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "platform/os/descriptor.h"
#include "platform/os/signals_held.h"
#include "platform/os/system_error.h"
#include "platform/output/file_size_signal.h"
#include "platform/output/output_place.h"

namespace nmtx {
namespace {

constexpr mode_t public_mode = 0644;
// A FIFO must not keep us waiting.
constexpr int open_flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

class FollowedFile {
  public:
    FollowedFile(const std::string& path, std::uint64_t most_bytes) : path_(path), most_bytes_(most_bytes) {}

    Expected<void> open() {
        auto place = output_place(path_, LastLink::followed);
        if (!place) return tl::make_unexpected(place.error());
        place_ = std::move(*place);
        const int fd = ::openat(place_.directory.get(), place_.name.c_str(), open_flags);
        if (fd < 0) return errno == ENOENT ? make() : tl::make_unexpected(file_error(path_, errno));
        file_ = Descriptor(fd);
        return look();
    }

    Expected<void> make_room(std::uint64_t bytes) {
        return size_ > 0 && size_ + bytes > most_bytes_ ? begin_anew() : Expected<void>();
    }

    Expected<void> append(const std::string& line) {
        const ssize_t written = ::write(file_.get(), line.data(), line.size());
        if (written == static_cast<ssize_t>(line.size())) {
            size_ += line.size();
            return {};
        }
        const int error = written < 0 ? errno : ENOSPC;
        // Half a line would be read as a whole one sooner or later.
        if (written > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
            return tl::make_unexpected(file_error(path_, errno));
        return tl::make_unexpected(file_error(path_, error));
    }

  private:
    Expected<void> make() {
        const int fd =
            ::openat(place_.directory.get(), place_.name.c_str(), open_flags | O_CREAT | O_EXCL, public_mode);
        // Whatever the mask of this process is.
        if (fd < 0 || ::fchmod(fd, public_mode) != 0) {
            const Error error = file_error(path_, errno);
            const Descriptor closed(fd);
            return tl::make_unexpected(error);
        }
        file_ = Descriptor(fd);
        size_ = 0;
        return {};
    }

    Expected<void> look() {
        struct stat info{};
        if (::fstat(file_.get(), &info) != 0) return tl::make_unexpected(file_error(path_, errno));
        if (!S_ISREG(info.st_mode)) return failure(path_, "is not a regular file", "choose another name");
        if (!is_trusted_owner(info.st_uid))
            return failure(path_, "belongs to uid " + std::to_string(info.st_uid), "choose another name");
        if (info.st_nlink > 1) return failure(path_, "has another name (hard link)", "choose another name");
        size_ = static_cast<std::uint64_t>(info.st_size);
        char last = '\n';
        if (size_ > 0 && ::pread(file_.get(), &last, 1, info.st_size - 1) != 1)
            return tl::make_unexpected(file_error(path_, errno));
        return last == '\n' ? Expected<void>() : begin_anew();
    }

    Expected<void> begin_anew() {
        const std::string old = place_.name + ".1";
        if (::renameat(place_.directory.get(), place_.name.c_str(), place_.directory.get(), old.c_str()) != 0)
            return tl::make_unexpected(file_error(path_ + ".1", errno));
        return make();
    }

    const std::string& path_;
    std::uint64_t most_bytes_;
    OutputPlace place_;
    Descriptor file_;
    std::uint64_t size_ = 0;
};

}  // namespace

Expected<void> append_lines(const std::string& path, std::span<const std::string> lines,
                            std::uint64_t most_bytes) {
    const SignalsHeld held;
    const FileSizeSignalIgnored errors_instead;
    FollowedFile file(path, most_bytes);
    if (auto opened = file.open(); !opened) return opened;
    std::uint64_t bytes = 0;
    for (const std::string& line : lines) bytes += line.size();
    if (auto room = file.make_room(bytes); !room) return room;
    for (const std::string& line : lines) {
        if (auto appended = file.append(line); !appended) return appended;
    }
    return {};
}

}  // namespace nmtx
