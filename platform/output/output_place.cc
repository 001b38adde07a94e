#include "platform/output/output_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <optional>
#include <utility>

#include "platform/os/system_error.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr int most_links = 40;  // as the kernel has it
constexpr int directory_flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// "/a//b/./c" to a, b, c; put before what is there already.
void put_first(std::deque<std::string>& names, const std::string& path) {
    std::deque<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        std::string part = path.substr(at, end - at);
        if (!part.empty() && part != ".") parts.push_back(std::move(part));
        at = end + 1;
    }
    names.insert(names.begin(), parts.begin(), parts.end());
}

class Way {
  public:
    Way(const std::string& path, LastLink last) : path_(path), last_(last) {}

    Expected<OutputPlace> go() {
        begin(path_);
        put_first(names_, path_);
        while (directory_ && !names_.empty()) {
            std::string name = std::move(names_.front());
            names_.pop_front();
            const bool is_last = names_.empty();
            struct stat info{};
            const bool there = ::fstatat(directory_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
            if (there && S_ISLNK(info.st_mode) && (!is_last || last_ == LastLink::followed)) {
                if (auto followed = follow(name, info.st_uid); !followed)
                    return tl::make_unexpected(followed.error());
            } else if (is_last) {
                return OutputPlace{std::move(directory_), std::move(name)};
            } else {
                directory_ = Descriptor(::openat(directory_.get(), name.c_str(), directory_flags));
            }
        }
        if (!directory_) return tl::make_unexpected(file_error(path_, errno));
        return OutputPlace{std::move(directory_), "."};
    }

  private:
    void begin(const std::string& path) {
        directory_ = Descriptor(::open(path.rfind('/', 0) == 0 ? "/" : ".", directory_flags));
    }

    Expected<void> follow(const std::string& name, uid_t owner) {
        if (!is_trusted_owner(owner))
            return failure(
                path_, "goes through a link that belongs to uid " + std::to_string(owner) + " (" + name + ")",
                "name the target itself, or a place where no other user may write");
        std::string target(4096, '\0');
        const ssize_t bytes = ::readlinkat(directory_.get(), name.c_str(), target.data(), target.size());
        if (bytes <= 0 || bytes == static_cast<ssize_t>(target.size()) || ++links_ > most_links)
            return tl::make_unexpected(file_error(path_, bytes < 0 ? errno : ELOOP));
        target.resize(static_cast<std::size_t>(bytes));
        if (target.front() == '/') begin(target);
        put_first(names_, target);
        return {};
    }

    const std::string& path_;
    LastLink last_;
    Descriptor directory_;
    std::deque<std::string> names_;
    int links_ = 0;
};

}  // namespace

bool is_trusted_owner(unsigned uid) {
    return uid == 0 || uid == ::geteuid();
}

std::string OutputPlace::directory_path() const {
    return path_of(directory);
}

std::string OutputPlace::path() const {
    return directory_path() + "/" + name;
}

Expected<OutputPlace> output_place(const std::string& path, LastLink last) {
    return Way(path, last).go();
}

}  // namespace nmtx
