// `nmtx peek PID ADDRESS`, and `nmtx malloc PID --peek`: contents of the memory of a running process.
#include <unistd.h>

#include "account/account.h"
#include "allocator/block_sample.h"
#include "ledger/peek_place.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/memory/live_memory.h"
#include "platform/proc/residency.h"
#include "platform/program/run.h"
#include "platform/symbols/live_files.h"
#include "platform/terminal/progress.h"
#include "process/process_reader.h"
#include "report/verbs/peek_text.h"

namespace nmtx {

// Contents are in no capture, so they are looked up in the process as it runs on, after the report.
Expected<void> peek_at_blocks(const Command& command, const Moment& moment) {
    if (moment.view->walk() == nullptr)
        return failure("--peek", "malloc was not analysed, so no blocks are known",
                       "look at one address with: nmtx peek PID ADDRESS");
    const auto process = ProcessFiles::open_again(command.target.pid, moment.view->header.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    auto residency = PageResidency::open(*process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(*process, std::move(*residency));
    LiveFiles files(*process);
    const MallocRequest request =
        malloc_request(*moment.view, find_malloc_shapes(*moment.view, memory), command.malloc, files);
    const PeekBounds bounds;
    Progress progress(STDERR_FILENO);
    memory.show(&progress);
    const BlockSample sample = sample_blocks(request, *command.peek, bounds.blocks, memory);
    progress.erase();
    if (sample.blocks.empty()) return tl::make_unexpected(no_such_blocks(*command.peek, sample));
    const Peek peek = peek_blocks(sample.blocks, memory, pointer_map(moment), bounds);
    const bool told_apart = !moment.view->walk()->headers.empty();
    return print("\n" + peek_blocks_text(sample, peek, told_apart, style_of_stdout(command)));
}

// The JVM is not asked: the kernel and malloc's headers have to suffice.
Expected<int> run_peek(const Command& command) {
    CollectOptions options;
    options.pid = command.target.pid;
    options.attach = false;
    options.nmtx_version = NMTX_VERSION;
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({Effort::least, false}, no_walk);
    const auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    const auto account = account_of(plan.view(), {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    const Address address = command.address;
    const auto place = peek_place(account->moment, address);
    if (!place) return tl::make_unexpected(place.error());

    const auto process = ProcessFiles::open_again(command.target.pid, capture->header.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    auto residency = PageResidency::open(*process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(*process, std::move(*residency));
    const PointerMap targets = pointer_map(account->moment, place->range);
    const Peek peek = peek_range(place->range, address, memory, targets);
    return done(print(peek_text(plan.view(), *place, peek, style_of_stdout(command))));
}

}  // namespace nmtx
