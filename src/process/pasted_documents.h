// Pasted texts that no capture has: their figures about memory, for the rules that judge them.
#pragma once

#include <optional>
#include <vector>

#include "allocator/jemalloc_stats.h"
#include "hotspot/tools/compiler_memory.h"
#include "hotspot/tools/jmap_heap.h"
#include "hotspot/tools/jstat.h"
#include "hotspot/tools/launcher_settings.h"
#include "kernel/containers/container_state.h"
#include "kernel/host_memory.h"

namespace nmtx {

struct PastedDocuments {
    std::vector<ContainerReport> containers;  // of an unnamed process
    std::optional<HostMemory> host;           // of the machine
    std::optional<LauncherSettings> settings;
    std::optional<JstatTable> jstat;
    std::optional<JmapHeap> jmap_heap;
    std::optional<CompilerMemory> compiler_memory;
    std::optional<JemallocStats> jemalloc;
};

}  // namespace nmtx
