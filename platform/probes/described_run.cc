#include "platform/probes/described_run.h"

#include "platform/os/clock.h"

namespace nmtx {

void note_start(AllocationRun& run) {
    run.started_at = utc_now();
    run.started_unix_ms = wall_ms();
}

void describe(AllocationRun& run, const ProcessFiles& process, const ProbedAllocator& allocator) {
    run.pid = process.pid();
    run.process = process.comm();
    run.allocator = allocator.allocator;
    run.library = allocator.path;
    for (const ProbedFunction& function : allocator.functions) {
        if (!function.frees) run.functions.push_back(function.name);
    }
    run.functions_left_out = allocator.left_out;
}

void describe(AllocationRun& run, const ThreadTimes& times) {
    run.unseen_cpu = times.part_without_probe();
    run.threads_seen = times.probed();
}

void describe(AllocationRun& run, const StackBatches& batches, const ProfileBuilder& builder) {
    run.unwound = batches.unwound();
    run.lost = batches.lost();
    run.lost_why = batches.lost_why();
    run.java_missing = batches.java_missing();
    run.beyond = builder.beyond();
}

SamplingRun run_of_stacks(const AllocationRun& run) {
    SamplingRun stacks;
    stacks.pid = run.pid;
    stacks.process = run.process;
    stacks.started_at = run.started_at;
    stacks.started_unix_ms = run.started_unix_ms;
    stacks.seconds = run.seconds;
    stacks.asked_s = run.asked_s;
    return stacks;
}

}  // namespace nmtx
