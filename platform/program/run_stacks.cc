// `nmtx stacks PID`
#include <unistd.h>

#include "base/printable.h"
#include "platform/output/output_file.h"
#include "platform/proc/user_process.h"
#include "platform/profile/stack_sampler.h"
#include "platform/program/run.h"
#include "platform/terminal/progress.h"
#include "report/stacks/stacks_report.h"

namespace nmtx {
namespace {

constexpr std::chrono::milliseconds usual_length{10000};

SamplingOptions sampling_options(const Command& command, TerminalLine& line) {
    SamplingOptions options;
    options.mode = command.stacks.wall ? ProfileMode::wall : ProfileMode::cpu;
    options.hz = static_cast<double>(command.stacks.hz);
    options.length = command.record.length.value_or(usual_length);
    options.match = command.threads.match;
    if (!command.quiet) options.progress = progress_of_sampling(line, options.length);
    return options;
}

Expected<std::string> file_of(const Profile& profile, ProfileForm form) {
    switch (form) {
        case ProfileForm::html:
            return html_stacks(profile, NMTX_VERSION);
        case ProfileForm::collapsed:
            return collapsed_stacks(profile);
        case ProfileForm::pprof:
            break;
    }
    return pprof_stacks(profile);
}

Expected<void> write_profile(const Command& command, const Profile& profile) {
    const auto form = profile_form(command.output);
    if (!form) return tl::make_unexpected(form.error());
    const auto bytes = file_of(profile, *form);
    if (!bytes) return tl::make_unexpected(bytes.error());
    return write_file(command.output, *bytes, command.force);
}

Expected<int> show(const Command& command, const Profile& profile) {
    if (command.format == Format::csv) return print_csv(json_stacks(profile, true), "/methods");
    return done(print(command.json()
                          ? json_stacks(profile, command.all)
                          : stacks_report(profile, {command.all, false}, style_of_stdout(command))));
}

}  // namespace

Expected<int> run_stacks(const Command& command) {
    const auto process = open_user_process(command.target.pid, command.target.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    if (!command.output.empty()) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
    }
    TerminalLine line(STDERR_FILENO);
    const auto profile = sample_stacks(*process, sampling_options(command, line));
    line.erase();
    if (!profile) return tl::make_unexpected(profile.error());
    // What was sampled is shown even where its file cannot be written.
    const Expected<int> shown = show(command, *profile);
    if (!shown) return tl::make_unexpected(shown.error());
    if (command.output.empty()) return *shown;
    return done(write_profile(command, *profile));
}

}  // namespace nmtx
