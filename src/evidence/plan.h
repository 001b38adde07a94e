// What the collector asks the pure side while it works: which question to the JVM comes next, which pages
// matter, what is to be derived from the target's memory. The collector itself decides nothing about HotSpot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/target_files.h"
#include "base/target_memory.h"
#include "evidence/capture.h"

namespace nmtx {

class CapturePlan {
  public:
    virtual ~CapturePlan() = default;
    // After the documents of the kernel that cost nothing and hsperfdata: may the JVM be asked at all?
    // Missing says why not.
    virtual std::optional<Missing> attach_refused(const Capture& so_far) = 0;
    // The next diagnostic command ("VM.native_memory summary scale=b"), nothing when all is asked. A command
    // that was tried is not asked again.
    virtual std::optional<std::string> next_question(const Capture& so_far) = 0;
    // In the middle of an interval over which the threads' CPU time is measured: a command that costs a
    // safepoint; nothing where none is wanted.
    virtual std::optional<std::string> question_in_interval(const Capture& /*so_far*/) {
        return std::nullopt;
    }
    // At the same moment, right after a sample of the threads ("kernel/tasks middle"): those whose native
    // stacks are wanted, each of which is stopped for a moment.
    [[nodiscard]] virtual bool wants_native_stacks() const { return false; }
    virtual std::vector<std::uint64_t> threads_to_stop(const Capture& /*so_far*/) { return {}; }
    // Are these taken for what the busiest do, and not because the user asked for stacks?
    [[nodiscard]] virtual bool brief_stacks() const { return false; }
    // And are names and states of Java threads wanted, from the JVM's memory?
    [[nodiscard]] virtual bool wants_java_threads() const { return false; }
    // Is RSS all that is wanted of a mapping? Then smaps is read only where there is no cheaper way.
    [[nodiscard]] virtual bool wants_only_rss() const { return false; }
    // After smaps, where the target is to stand still while its memory is copied: what derive() will read,
    // ascending and disjoint, found while it runs. derive() then gets the copy, which knows of nothing else.
    virtual std::vector<Range> frozen_ranges(const Capture& /*so_far*/, TargetMemory& /*running*/) {
        return {};
    }
    // After smaps: adds documents derived from the target's memory (never its contents) and the symbols of
    // the files that it has mapped.
    virtual void derive(Capture& so_far, TargetMemory& memory, TargetFiles& files) = 0;
    // After that: ranges whose pages must be separated, ascending and disjoint.
    virtual std::vector<Range> residency_wanted(const Capture& so_far) = 0;
};

}  // namespace nmtx
