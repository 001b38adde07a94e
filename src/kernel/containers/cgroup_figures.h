// The figures of a cgroup's memory files, a line at a time: the one place that knows which file and key is
// what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/containers/cgroup.h"

namespace nmtx {

class CgroupFigures {
  public:
    // That such a file is there tells the version.
    void name(std::string_view file);
    // One line of a file, by its last name ("memory.stat"). False: a figure that is ours and cannot be read.
    // What is not ours is ignored.
    bool take(std::string_view file, std::string_view line);
    [[nodiscard]] CgroupMemory memory() const;

    static bool is_stat(std::string_view key);     // a key of memory.stat that is ours
    static bool is_single(std::string_view file);  // a file that holds one number and is ours

  private:
    bool set(std::size_t index, std::string_view value);

    CgroupMemory own_;
    CgroupMemory totals_;
};

}  // namespace nmtx
