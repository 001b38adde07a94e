// Which mapped files are programs and libraries, and the .bss behind them.
#pragma once

#include <string_view>
#include <unordered_set>

#include "kernel/smaps.h"

namespace nmtx {

// Names are kept as views into `smaps`, which must live longer.
class ProgramFiles {
  public:
    explicit ProgramFiles(const Smaps& smaps);

    // Some mapping of the same file may be executed.
    [[nodiscard]] bool executed(const Mapping& mapping) const;
    // What a program's writable segment has beyond its file lies anonymously right behind it (elf(5), p_memsz
    // over p_filesz). The kernel merges a neighbour that came later with it, so its end may be another's.
    [[nodiscard]] bool bss_behind(const Mapping& file, const Mapping& next) const;

  private:
    std::unordered_set<std::string_view> names_;
};

}  // namespace nmtx
