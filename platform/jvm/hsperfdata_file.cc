#include "platform/jvm/hsperfdata_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "kernel/mappings/mapping_header.h"
#include "platform/os/clock.h"
#include "platform/os/system_error.h"
#include "platform/proc/mapped_file.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr off_t largest = off_t{4} << 20;
constexpr std::string_view directory_prefix = "hsperfdata_";

// There is one directory for each user who runs a JVM. Any user can create more in /tmp.
constexpr std::size_t most_folders = 4096;
constexpr std::chrono::seconds longest_search{5};

// A file system's clock ticks in jiffies, a process's start in hundredths of a second.
constexpr double clock_slack_s = 0.05;

struct Candidate {
    Descriptor file;
    std::string path;
    struct stat info{};
};

double seconds(const timespec& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double last_change(const struct stat& info) {
    return std::max(seconds(info.st_mtim), seconds(info.st_ctim));
}

// Nothing where this is not a file of the process's user. Neither name may be a symbolic link: anybody can
// make one in /tmp.
Candidate checked(Descriptor file, std::string path, const AttachTarget& target) {
    Candidate found;
    file = open_regular(file);
    if (!file || ::fstat(file.get(), &found.info) != 0) return found;
    if (found.info.st_uid != target.uid || found.info.st_size > largest) return found;
    found.path = std::move(path);
    found.file = std::move(file);
    return found;
}

Candidate candidate_in(const Descriptor& tmp, const std::string& directory, const AttachTarget& target) {
    const std::string name = directory + "/" + std::to_string(target.nspid);
    return checked(find_in(tmp, name), target.root + "/tmp/" + name, target);
}

tl::unexpected<Error> too_many_to_search(const AttachTarget& target) {
    return failure(target.root + "/tmp", "too many names to search for the process's hsperfdata",
                   "clean it up: HotSpot makes one hsperfdata_USER for each user");
}

Expected<std::vector<Candidate>> candidates_in_tmp(const AttachTarget& target) {
    const auto tmp = open_below(target.root, "tmp");
    if (!tmp) return tl::make_unexpected(tmp.error());
    const int listed = ::fcntl(tmp->get(), F_DUPFD_CLOEXEC, 0);
    DIR* stream = listed < 0 ? nullptr : ::fdopendir(listed);
    if (stream == nullptr) {
        const int error = errno;
        if (listed >= 0) ::close(listed);
        return tl::make_unexpected(process_file_error(target.root + "/tmp", error));
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> owner(stream, ::closedir);
    std::vector<Candidate> candidates;
    std::size_t folders = 0;
    const auto deadline = std::chrono::steady_clock::now() + longest_search;
    while (const dirent* entry = ::readdir(stream)) {
        if (std::chrono::steady_clock::now() > deadline) return too_many_to_search(target);
        if (!std::string_view(entry->d_name).starts_with(directory_prefix)) continue;
        if (++folders > most_folders) return too_many_to_search(target);
        Candidate candidate = candidate_in(*tmp, entry->d_name, target);
        if (candidate.file) candidates.push_back(std::move(candidate));
    }
    return candidates;
}

// The one that the process writes its own counters to. Tools (jps, jstat) map those of others, for reading.
std::optional<MappedFile> counters_in(std::string_view maps) {
    for (Lines lines(maps); lines.next();) {
        if (lines.line().find("/hsperfdata_") == std::string_view::npos) continue;
        Mapping mapping;
        if (!read_mapping_header(lines.line(), mapping)) continue;
        if (mapping.inode == 0 || !mapping.protection.write || !mapping.protection.shared) continue;
        return MappedFile{std::string(mapping.name), mapping.range, mapping.inode, mapping.device,
                          mapping.offset};
    }
    return std::nullopt;
}

Expected<std::string> read_whole(const Candidate& candidate) {
    return read_to_end(candidate.file.get(), candidate.path, static_cast<std::size_t>(largest),
                       static_cast<std::size_t>(candidate.info.st_size) + 1);
}

constexpr std::string_view own_tmp = "give each container a /tmp of its own";

// JVMs of several containers that share a /tmp may all be pid 1: the later one deletes the earlier one's
// file.
tl::unexpected<Error> replaced(const std::vector<Candidate>& candidates, const MappedFile& own) {
    if (candidates.empty())
        return failure(own.path,
                       "was deleted; reading it by its mapping takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN",
                       "run as root");
    return failure(candidates.front().path,
                   "belongs to another process with the same pid: the file that this one has mapped is gone",
                   std::string(own_tmp));
}

// The process has mapped no such file, but there is one under its pid.
tl::unexpected<Error> of_another(const ProcessFiles& process, const Candidate& candidate) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const double began = seconds(now) - seconds_since_start(process.start_ticks());
    // One that was written before may still belong to a JVM that runs: writing to a mapping does not change
    // the file's time everywhere.
    const bool earlier = last_change(candidate.info) < began - clock_slack_s;
    return failure(candidate.path,
                   earlier ? "was left by an earlier process with the same pid, or belongs to one in a "
                             "container that shares this /tmp"
                           : "is not mapped by this process: it belongs to one with the same pid in a "
                             "container that shares this /tmp, or the JVM had no room to write it");
}

}  // namespace

Expected<std::string> read_hsperfdata(const ProcessFiles& process, const AttachTarget& target) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const std::optional<MappedFile> own = counters_in(*maps);
    if (own) {
        const Candidate mapped = checked(open_by_mapping(process, *own), own->path, target);
        if (mapped.file) return read_whole(mapped);
    }
    const auto candidates = candidates_in_tmp(target);
    if (!candidates) return tl::make_unexpected(candidates.error());
    if (own) {
        for (const Candidate& candidate : *candidates) {
            if (is_that_file(candidate.file, *own)) return read_whole(candidate);
        }
        return replaced(*candidates, *own);
    }
    if (!candidates->empty()) return of_another(process, candidates->front());
    return failure(target.root + "/tmp", "no hsperfdata file of this process",
                   "HotSpot writes one unless it runs with -XX:-UsePerfData or -XX:+PerfDisableSharedMem");
}

}  // namespace nmtx
