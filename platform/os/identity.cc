#include "platform/os/identity.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace nmtx {
namespace {

constexpr std::size_t longest_entry = 16384;

struct FileCloser {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

}  // namespace

std::string user_name_in(const char* file, std::uint32_t uid) {
    const std::unique_ptr<std::FILE, FileCloser> users(std::fopen(file, "re"));
    struct passwd entry{};
    struct passwd* found = nullptr;
    std::array<char, longest_entry> room{};
    while (users && ::fgetpwent_r(users.get(), &entry, room.data(), room.size(), &found) == 0) {
        if (found->pw_uid == uid) return found->pw_name;
    }
    return {};
}

std::string user_name(std::uint32_t uid) {
#ifdef NMTX_PORTABLE
    // getpwuid_r would load NSS modules, which belong to the libc that is installed, not to ours.
    return user_name_in("/etc/passwd", uid);
#else
    struct passwd entry{};
    struct passwd* found = nullptr;
    std::array<char, longest_entry> room{};
    const int failed = ::getpwuid_r(uid, &entry, room.data(), room.size(), &found);
    return failed == 0 && found != nullptr ? found->pw_name : std::string();
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
