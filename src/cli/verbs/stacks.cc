// `nmtx stacks PID`
#include <fmt/format.h>

#include "base/paths.h"
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx {

Expected<ProfileForm> profile_form(std::string_view output) {
    const std::string_view name = base_name(output);
    const auto is = [&](std::string_view suffix) {
        return name.size() > suffix.size() && name.ends_with(suffix);
    };
    if (is(".html")) return ProfileForm::html;
    if (is(".collapsed") || is(".folded")) return ProfileForm::collapsed;
    if (is(".pb.gz")) return ProfileForm::pprof;
    return usage(fmt::format("-o {}: the name does not show the format", output),
                 "-o FILE.html, FILE.collapsed or FILE.pb.gz");
}

namespace verb {
namespace {

Expected<void> check_stacks(const Command& command) {
    if (command.record.length && (*command.record.length < std::chrono::milliseconds(100) ||
                                  *command.record.length > std::chrono::hours(24)))
        return usage("--for is from 100ms to 24h for 'nmtx stacks'");
    if (command.output.empty()) return {};
    return profile_form(command.output).map([](ProfileForm) {});
}

}  // namespace

VerbEntry stacks() {
    VerbEntry entry{.verb = Verb::stacks, .name = "stacks"};
    entry.group = VerbGroup::look;
    entry.summary = "Profile: what threads are busy with, without an agent";
    entry.operands = "PID|NAME";
    entry.subject = Subject::process;
    entry.options = joined({{{"for", "sample for TIME (default: 10s); Ctrl-C ends it early"},
                             {"hz"},
                             {"wall"},
                             {"thread"},
                             {"output", "also write FILE.html, FILE.collapsed or FILE.pb.gz"},
                             {"force"},
                             {"all", "show more methods, whole paths, every thread"}},
                            option_set::choosing(),
                            {{"format"}, {"json"}, {"csv"}, {"quiet"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json, Format::csv};
    entry.details =
        "Stops busy threads one by one for a fraction of a millisecond and reads native and Java frames from "
        "outside: no agent, no safepoint. Shares are of CPU time, with --wall of the time of all threads. "
        "FILE.html is a flame graph, FILE.pb.gz is for pprof, FILE.collapsed (in microseconds) for other viewers.";
    entry.examples = {{"nmtx stacks 4711 --for 30s", "the hottest methods and paths"},
                      {"nmtx stacks 4711 -o cpu.html", "with a flame graph"},
                      {"nmtx stacks 4711 --wall --thread 'http-.*'", "what these threads wait for"}};
    entry.check = check_stacks;
    return entry;
}

}  // namespace verb
}  // namespace nmtx
