// The memory of a JVM for reading its metadata: of pages that are resident, and nothing is faulted in. What
// the process has never touched of a file that it may not write to has the file's own bytes: names in
// libjvm.so and in the CDS archive.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>
#include <vector>

#include "base/target_files.h"
#include "base/target_memory.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"

namespace nmtx {

class JvmMemory : public TargetMemory {
  public:
    // `maps`: the text of /proc/PID/maps. `process` must outlive it.
    JvmMemory(const ProcessFiles& process, PageResidency residency, std::string_view maps);

    // The mappings may have changed since. Files that are mapped as they were stay open.
    void take_maps(std::string_view maps);
    // Stops at the first page that neither is resident nor can be had from its file.
    std::size_t read(Address at, std::span<std::byte> into) override;
    std::vector<Range> resident_runs(Range range) override { return residency_.runs(range); }

  private:
    struct Piece {
        MappedFile file;
        Descriptor opened;
        bool tried = false;
    };
    std::size_t read_file(Address at, std::span<std::byte> into);

    const ProcessFiles& process_;
    PageResidency residency_;
    std::vector<Piece> pieces_;  // ascending: mappings of files that are only read
};

}  // namespace nmtx
