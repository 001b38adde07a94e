#include "platform/os/identity.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace nmtx {
namespace {

void add_user(uid_t uid, std::vector<std::string>& names) {
    struct passwd entry{};
    struct passwd* found = nullptr;
    std::array<char, 16384> room{};
    if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        names.emplace_back(found->pw_name);
}

}  // namespace

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
    struct stat info{};
    if (::stat(("/proc/" + std::to_string(pid)).c_str(), &info) == 0) add_user(info.st_uid, names);
    add_user(::getuid(), names);
    return names;
}

}  // namespace nmtx
