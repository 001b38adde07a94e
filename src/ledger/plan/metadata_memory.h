// The memory of a JVM for reading its metadata: pages that are resident, and for what the process has never
// touched of a file that it may not write to, the file's own bytes: names in libjvm.so and in the CDS
// archive.
#pragma once

#include <vector>

#include "base/target_files.h"
#include "base/target_memory.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

class MetadataMemory : public TargetMemory {
  public:
    // All must outlive it.
    MetadataMemory(TargetMemory& memory, TargetFiles& files, const Smaps& smaps);

    // Stops at the first page that can be had neither way.
    std::size_t read(Address at, std::span<std::byte> into) override;
    std::vector<Range> resident_runs(Range range) override { return memory_.resident_runs(range); }

  private:
    std::size_t read_file(Address at, std::span<std::byte> into);

    TargetMemory& memory_;
    TargetFiles& files_;
    std::vector<MappedFile> pieces_;  // ascending: mappings of files that are only read
};

}  // namespace nmtx
