#include "platform/os/identity.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

namespace nmtx {
namespace {

constexpr std::size_t longest_entry = 16384;

#ifdef NMTX_PORTABLE
// A program that is linked statically must not load NSS modules (getpwuid_r would): they belong to the libc
// that is installed, which may be another one.
class UserFile {
  public:
    UserFile() : file_(std::fopen("/etc/passwd", "re")) {}
    UserFile(const UserFile&) = delete;
    UserFile& operator=(const UserFile&) = delete;
    ~UserFile() {
        if (file_ != nullptr) (void)std::fclose(file_);
    }

    [[nodiscard]] std::string find(std::uint32_t uid) const {
        struct passwd entry{};
        struct passwd* found = nullptr;
        std::array<char, longest_entry> room{};
        while (file_ != nullptr && ::fgetpwent_r(file_, &entry, room.data(), room.size(), &found) == 0) {
            if (found->pw_uid == uid) return found->pw_name;
        }
        return {};
    }

  private:
    std::FILE* file_;
};
#endif

}  // namespace

std::string user_name(std::uint32_t uid) {
#ifdef NMTX_PORTABLE
    return UserFile().find(uid);
#else
    struct passwd entry{};
    struct passwd* found = nullptr;
    std::array<char, longest_entry> room{};
    const bool known =
        ::getpwuid_r(uid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr;
    return known ? found->pw_name : std::string();
#endif
}

std::vector<std::string> host_names() {
    std::array<char, 256> room{};
    if (::gethostname(room.data(), room.size() - 1) != 0) return {};
    const std::string name(room.data());
    if (name.empty()) return {};
    std::vector<std::string> names{name};
    if (const std::size_t dot = name.find('.'); dot != std::string::npos && dot > 0)
        names.push_back(name.substr(0, dot));
    return names;
}

std::vector<std::string> user_names(std::uint64_t pid) {
    std::vector<std::string> names;
    const auto add = [&](std::uint32_t uid) {
        if (std::string name = user_name(uid); !name.empty()) names.push_back(std::move(name));
    };
    struct stat info{};
    if (::stat(("/proc/" + std::to_string(pid)).c_str(), &info) == 0) add(info.st_uid);
    add(::getuid());
    return names;
}

}  // namespace nmtx
