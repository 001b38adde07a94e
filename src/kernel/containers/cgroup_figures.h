// The figures of a cgroup's memory files, a line at a time: the only place that knows what each file and key
// means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/containers/cgroup.h"

namespace nmtx {

class CgroupFigures {
  public:
    // The existence of such a file shows the version.
    void name(std::string_view file);
    // One line of a file, by its last name ("memory.stat"). False: a figure that we need and cannot read.
    // Other lines are ignored.
    bool take(std::string_view file, std::string_view line);
    [[nodiscard]] CgroupMemory memory() const;

    static bool is_limit(std::string_view file);   // the file with a cgroup's own limit
    static bool is_stat(std::string_view key);     // a key of memory.stat that we read
    static bool is_single(std::string_view file);  // a file with one number that we read

  private:
    bool set(std::size_t index, std::string_view value);

    CgroupMemory own_;
    CgroupMemory totals_;
};

}  // namespace nmtx
