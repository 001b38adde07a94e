// A memory cgroup of our own with a limit, in the hierarchy that this process is in: below its own cgroup in
// version 1, and in version 2 where that lets it have one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace nmtx::live {

class MemoryCgroup {
  public:
    // Check with made() whether it could be made: it takes root and a writable hierarchy.
    explicit MemoryCgroup(std::uint64_t limit);
    ~MemoryCgroup();
    MemoryCgroup(const MemoryCgroup&) = delete;
    MemoryCgroup& operator=(const MemoryCgroup&) = delete;

    [[nodiscard]] bool made() const { return !path_.empty(); }
    [[nodiscard]] bool move(pid_t pid) const;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::uint64_t oom_kills() const;

  private:
    int version_ = 1;
    std::string path_;
};

}  // namespace nmtx::live
