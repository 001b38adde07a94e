// `nmtx allocs PID`
#include <unistd.h>

#include "findings/wording.h"
#include "platform/output/output_file.h"
#include "platform/probes/allocation_sampler.h"
#include "platform/proc/user_process.h"
#include "platform/program/live_walks.h"
#include "platform/program/run.h"
#include "platform/terminal/progress.h"
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
    if (!command.quiet) options.progress = progress_of_sampling(line, options.length);
    return options;
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
    const auto process = open_user_process(command.target.pid, command.target.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    if (!command.output.empty()) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
    }
    TerminalLine line(STDERR_FILENO);
    LiveWalks walks(*process, command.all);
    if (command.allocs.live) walks.walk_before();
    AllocationOptions options = allocation_options(command, line);
    if (command.allocs.live)
        options.freed_now = [&](std::span<const SampledBlock> blocks) { return walks.freed_now(blocks); };
    auto profile = sample_allocations(*process, options);
    line.erase();
    if (!profile) {
        profile.error().hint = with_pid(profile.error().hint, process->pid());
        return tl::make_unexpected(profile.error());
    }
    if (command.allocs.live) walks.walk_after(*profile);
    const bool live = command.allocs.live && profile->run.knows_live;
    // What was sampled is shown even where its file cannot be written.
    const Expected<int> shown = show_allocations(command, *profile, live);
    if (!shown) return tl::make_unexpected(shown.error());
    if (command.output.empty()) return *shown;
    return done(write_allocations(command, *profile, live));
}

}  // namespace nmtx
