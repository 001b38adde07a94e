// What is said of a run besides its samples.
#pragma once

#include "allocations/allocation_profile.h"
#include "platform/probes/probed_functions.h"
#include "platform/probes/thread_times.h"
#include "platform/proc/process_files.h"
#include "platform/profile/stack_batches.h"
#include "profile/profile_builder.h"

namespace nmtx {

// It begins now.
void note_start(AllocationRun& run);
// The process, and the functions that had probes.
void describe(AllocationRun& run, const ProcessFiles& process, const ProbedAllocator& allocator);
// How much had no probe.
void describe(AllocationRun& run, const ThreadTimes& times);
// What became of the copies of stacks; once all are unwound.
void describe(AllocationRun& run, const StackBatches& batches, const ProfileBuilder& builder);
// The same run, as one of stacks.
SamplingRun run_of_stacks(const AllocationRun& run);

}  // namespace nmtx
