#include "platform/proc/cgroup_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "base/lines.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

bool holds_process(const Descriptor& directory, std::uint64_t pid) {
    const auto members =
        read_in(directory, "cgroup.procs", "cgroup.procs", std::size_t{16} << 20, FileSystem::cgroup);
    if (!members) return false;
    const std::string wanted = std::to_string(pid);
    for (Lines lines(*members); lines.next();) {
        if (lines.line() == wanted) return true;
    }
    return false;
}

}  // namespace

// There the target may have put what it likes under that name: only the kernel's own files count.
Expected<Descriptor> open_cgroup(const ProcessFiles& process, const CgroupPath& cgroup) {
    const bool outside = cgroup.path.starts_with("/..");  // of the cgroup namespace that we are in
    const std::string below = cgroup.path.size() > 1 ? cgroup.path.substr(1) : ".";
    const std::vector<std::string> mounts =
        cgroup.version == 1 ? std::vector<std::string>{"sys/fs/cgroup/" + cgroup.controller}
                            : std::vector<std::string>{"sys/fs/cgroup", "sys/fs/cgroup/unified"};
    for (const std::string& mount : mounts) {
        if (outside) break;
        // Our own links lead where they should: /sys/fs/cgroup/cpu is one on many hosts.
        auto directory = open_below("/", fmt::format("{}/{}", mount, below));
        if (directory && on_cgroup_file_system(*directory) &&
            ::faccessat(directory->get(), "cgroup.procs", F_OK, 0) == 0)
            return directory;
    }
    for (const std::string& mount : mounts) {
        for (const std::string& name : {below, std::string(".")}) {
            auto directory =
                open_below(process.path("root"), fmt::format("{}/{}", mount, name), Links::inside_root);
            if (directory && on_cgroup_file_system(*directory) && holds_process(*directory, process.pid()))
                return directory;
        }
    }
    return failure("cgroup " + cgroup.path, "its directory below /sys/fs/cgroup cannot be found from here",
                   "run on the host, or mount /sys/fs/cgroup");
}

Expected<CgroupPath> charging_cgroup(const ProcessFiles& process, std::string_view cgroup,
                                     std::string_view controller) {
    auto path = parse_cgroup_path(cgroup, process.path("cgroup"), controller);
    if (!path) return tl::make_unexpected(path.error());
    if (!*path)
        return failure(process.path("cgroup"), "no cgroup for the controller " + std::string(controller));
    return std::move(**path);
}

}  // namespace nmtx
