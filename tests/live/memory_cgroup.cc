#include "live/memory_cgroup.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace nmtx::live {
namespace {

bool write_text(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

// Of the line "4:memory:/path", or of "0::/path" where there is none.
std::string own_cgroup(int version) {
    std::ifstream lines("/proc/self/cgroup");
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':'), second = line.find(':', colon + 1);
        const std::string controllers = line.substr(colon + 1, second - colon - 1);
        if (version == 1 ? controllers == "memory" : controllers.empty()) return line.substr(second + 1);
    }
    return "";
}

}  // namespace

MemoryCgroup::MemoryCgroup(std::uint64_t limit) {
    for (const int version : {1, 2}) {
        const std::string own = own_cgroup(version);
        if (own.empty()) continue;
        const std::string mount = version == 1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
        static int made = 0;
        const std::string path =
            fmt::format("{}{}/nmtx-test-{}-{}", mount, own == "/" ? "" : own, getpid(), made++);
        if (mkdir(path.c_str(), 0755) != 0) continue;
        if (write_text(path + (version == 1 ? "/memory.limit_in_bytes" : "/memory.max"),
                       std::to_string(limit))) {
            write_text(path + (version == 1 ? "/memory.memsw.limit_in_bytes" : "/memory.swap.max"),
                       version == 1 ? std::to_string(limit) : "0");
            version_ = version;
            path_ = path;
            return;
        }
        rmdir(path.c_str());
    }
}

MemoryCgroup::~MemoryCgroup() {
    // Members that have ended may still be on their way out.
    for (int i = 0; made() && i < 100 && rmdir(path_.c_str()) != 0; ++i) usleep(20'000);
}

bool MemoryCgroup::move(pid_t pid) const {
    return write_text(path_ + "/cgroup.procs", std::to_string(pid));
}

std::uint64_t MemoryCgroup::oom_kills() const {
    std::ifstream file(path_ + (version_ == 1 ? "/memory.oom_control" : "/memory.events"));
    std::uint64_t value = 0;
    for (std::string key; file >> key >> value;) {
        if (key == "oom_kill") return value;
    }
    return 0;
}

}  // namespace nmtx::live
