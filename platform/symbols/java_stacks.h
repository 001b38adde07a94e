// What Java frames of a process are told by: HotSpot's own tables, read from outside.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/target_files.h"
#include "hotspot/vm/java_threads.h"
#include "hotspot/vm/java_walk.h"
#include "hotspot/vm/thread_names_in_heap.h"
#include "platform/symbols/jvm_memory.h"

namespace nmtx {

// The one of `code` that is libjvm.so; null where none is.
const MappedFile* mapped_jvm(std::span<const MappedFile> code);

class JavaStacks {
  public:
    // `jvm`: the libjvm.so that the process runs. `is_native_code` as JavaWalk has it. All must outlive it.
    // Fails if the file or the memory cannot be read, or if the library is not HotSpot's.
    static Expected<std::unique_ptr<JavaStacks>> of(const ProcessFiles& process, std::string_view maps,
                                                    const MappedFile& jvm,
                                                    std::function<bool(Address)> is_native_code);

    // Forgets what the JVM may have changed meanwhile: all but its tables and which files are mapped.
    void begin_anew(std::string_view maps);
    [[nodiscard]] JavaWalk& walk() { return *walk_; }
    [[nodiscard]] MethodNames& names() { return names_; }
    // `own_id` as JavaThreads has it. The list is read when it is first asked for.
    std::optional<LastJavaFrame> last_frame(std::uint64_t own_id);
    struct ToldThreads {
        std::vector<ToldThread> threads;  // by their ids
        std::string names_missing;        // why there are ids only
    };
    // `wait` as ThreadNamesInHeap has it.
    ToldThreads threads_told(std::function<bool()> wait);

  private:
    JavaStacks(const ProcessFiles& process, PageResidency residency, std::string_view maps);

    JvmMemory process_memory_;
    VmMemory memory_;
    VmTables tables_;
    VmLayout layout_;
    std::optional<CodeCacheMap> cache_;
    MethodNames names_;
    std::optional<JavaWalk> walk_;
    std::optional<JavaThreads> threads_;
};

}  // namespace nmtx
