// `nmtx allocs PID`
#include <fmt/format.h>
#include <unistd.h>

#include "allocator/blocks_at.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/memory/live_memory.h"
#include "platform/output/output_file.h"
#include "platform/probes/allocation_sampler.h"
#include "platform/proc/residency.h"
#include "platform/program/run.h"
#include "platform/symbols/live_files.h"
#include "platform/terminal/terminal_line.h"
#include "report/allocations/allocations_report.h"
#include "report/stacks/pprof_allocations.h"

namespace nmtx {
namespace {

constexpr std::chrono::milliseconds usual_allocs_length{30'000};

AllocationOptions allocation_options(const Command& command, TerminalLine& line) {
    AllocationOptions options;
    options.length = command.record.length.value_or(usual_allocs_length);
    options.budget = command.allocs.budget;
    options.addresses = command.allocs.live || command.allocs.frees;
    options.frees = command.allocs.frees;
    options.with_jvm = command.all;
    if (command.quiet) return options;
    const double asked = static_cast<double>(options.length.count()) / 1000;
    options.progress = [&line, asked](double seconds, std::size_t samples) {
        if (!line.may_draw()) return;
        const std::string text = fmt::format("nmtx: sampling, {:.0f} of {:g} s, {} samples (Ctrl-C: enough)",
                                             seconds, asked, samples);
        const std::size_t width = line.width();
        line.draw(text.substr(0, width > 0 ? width - 1 : 0));
    };
    return options;
}

// Which of the addresses are blocks in use, by a walk of malloc's chunks. The JVM is not asked.
Expected<std::vector<LiveBlock>> find_live(const ProcessFiles& process,
                                           const std::vector<std::uint64_t>& addresses) {
    CollectOptions options;
    options.pid = process.pid();
    options.start_ticks = process.start_ticks();
    options.attach = false;
    options.nmtx_version = NMTX_VERSION;
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({Effort::least, false}, no_walk);
    const auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(process, std::move(*residency));
    LiveFiles files(process);
    const MallocRequest request =
        malloc_request(plan.view(), find_malloc_shapes(plan.view(), memory), MallocOptions{}, files);
    const BlocksAt found = live_blocks_at(request, addresses, memory);
    if (!found.why_not_walked.empty()) return failure("malloc", "was not walked: " + found.why_not_walked);
    std::vector<LiveBlock> blocks;
    blocks.reserve(found.blocks.size());
    for (const BlockAt& block : found.blocks) blocks.push_back({block.address, block.usable});
    return blocks;
}

void look_for_live(const ProcessFiles& process, AllocationProfile& profile) {
    if (profile.run.allocator != "glibc") {
        profile.run.live_missing = "only glibc's blocks can be walked, not those of " + profile.run.allocator;
        return;
    }
    const auto blocks = find_live(process, sampled_addresses(profile));
    if (!blocks) {
        profile.run.live_missing = to_string(blocks.error());
        return;
    }
    mark_live(profile, *blocks);
}

Expected<std::string> file_of_allocations(const AllocationProfile& profile, bool live, ProfileForm form) {
    switch (form) {
        case ProfileForm::html:
            return html_allocations(profile, live, NMTX_VERSION);
        case ProfileForm::collapsed:
            return collapsed_allocations(profile, live);
        case ProfileForm::pprof:
            break;
    }
    return pprof_allocations(profile, live);
}

Expected<void> write_allocations(const Command& command, const AllocationProfile& profile, bool live) {
    const auto form = profile_form(command.output);
    if (!form) return tl::make_unexpected(form.error());
    const auto bytes = file_of_allocations(profile, live, *form);
    if (!bytes) return tl::make_unexpected(bytes.error());
    return write_file(command.output, *bytes, command.force);
}

Expected<int> show_allocations(const Command& command, const AllocationProfile& profile, bool live) {
    if (command.format == Format::csv) return print_csv(json_allocations(profile, live, true), "/sites");
    return done(print(
        command.json() ? json_allocations(profile, live, command.all)
                       : allocations_report(profile, live, {command.all, false}, style_of_stdout(command))));
}

}  // namespace

Expected<int> run_allocs(const Command& command) {
    const Target& target = command.target;
    const auto process = target.start_ticks != 0 ? ProcessFiles::open_again(target.pid, target.start_ticks)
                                                 : ProcessFiles::open(target.pid);
    if (!process) return tl::make_unexpected(process.error());
    if (!command.output.empty()) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
    }
    TerminalLine line(STDERR_FILENO);
    auto profile = sample_allocations(*process, allocation_options(command, line));
    line.erase();
    if (!profile) return tl::make_unexpected(profile.error());
    if (command.allocs.live) look_for_live(*process, *profile);
    const bool live = command.allocs.live && profile->run.knows_live;
    // What was sampled is shown even where its file cannot be written.
    const Expected<int> shown = show_allocations(command, *profile, live);
    if (!shown) return tl::make_unexpected(shown.error());
    if (command.output.empty()) return *shown;
    return done(write_allocations(command, *profile, live));
}

}  // namespace nmtx
