#include "platform/hsperfdata_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/clock.h"
#include "platform/system_error.h"
#include "platform/target_root.h"

namespace nmtx {
namespace {

constexpr off_t largest = off_t{4} << 20;
constexpr std::string_view prefix = "hsperfdata_";

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
Candidate candidate_in(const Descriptor& tmp, const std::string& directory, const AttachTarget& target) {
    Candidate found;
    const Descriptor folder(
        ::openat(tmp.get(), directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return found;
    const std::string name = std::to_string(target.nspid);
    Descriptor file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file || ::fstat(file.get(), &found.info) != 0) return found;
    if (!S_ISREG(found.info.st_mode) || found.info.st_uid != target.uid || found.info.st_size > largest)
        return found;
    found.path = target.root + "/tmp/" + directory + "/" + name;
    found.file = std::move(file);
    return found;
}

// Written since the process began; or, where the clock was set in between and seems to deny it, mapped by the
// process.
bool belongs_to(const ProcessFiles& process, const Candidate& candidate) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const double began = seconds(now) - seconds_since_start(process.start_ticks());
    if (last_change(candidate.info) >= began - clock_slack_s) return true;
    const auto maps = process.read_large("maps");
    return maps && maps->find(" " + std::to_string(candidate.info.st_ino) + " ") != std::string::npos &&
           maps->find("/hsperfdata_") != std::string::npos;
}

}  // namespace

Expected<std::string> read_hsperfdata(const ProcessFiles& process, const AttachTarget& target) {
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
    Candidate newest;
    while (const dirent* entry = ::readdir(stream)) {
        if (!std::string_view(entry->d_name).starts_with(prefix)) continue;
        Candidate candidate = candidate_in(*tmp, entry->d_name, target);
        if (!candidate.file) continue;
        if (!newest.file || last_change(candidate.info) > last_change(newest.info))
            newest = std::move(candidate);
    }
    if (!newest.file) {
        return failure(
            target.root + "/tmp", "no hsperfdata file of this process",
            "HotSpot writes one unless it runs with -XX:-UsePerfData or -XX:+PerfDisableSharedMem");
    }
    if (!belongs_to(process, newest))
        return failure(newest.path, "was left by an earlier process with the same pid");
    return read_to_end(newest.file.get(), newest.path, static_cast<std::size_t>(largest),
                       static_cast<std::size_t>(newest.info.st_size) + 1);
}

}  // namespace nmtx
