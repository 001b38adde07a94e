#include "cli/verbs/option_sets.h"

#include <fmt/format.h>

#include "cli/usage.h"

namespace nmtx {
namespace option_set {

OptionSet choosing() {
    return {{"container"}, {"match"}};
}

OptionSet asking() {
    return {{"effort"}, {"attach"}, {"attach-timeout"}, {"nmt"}};
}

OptionSet walking() {
    return {{"owners"}, {"malloc"}, {"malloc-limit"}, {"freeze"}};
}

OptionSet history() {
    return {{"record"}, {"window"}, {"run"}, {"warm-up"}};
}

OptionSet evidence() {
    return {{"when"},
            {"evidence"},
            {"evidence-max"},
            {"run", "then run PROGRAM CAPTURE TICKET.md TICKET.html", "PROGRAM"}};
}

OptionSet printing() {
    return {{"color"}, {"pager"}};
}

}  // namespace option_set

OptionSet joined(std::initializer_list<OptionSet> sets) {
    OptionSet all;
    for (const OptionSet& set : sets) all.insert(all.end(), set.begin(), set.end());
    return all;
}

Expected<void> check_evidence(const Command& command) {
    const EvidenceCommand& evidence = command.evidence;
    if (evidence.wanted() && evidence.directory.empty())
        return usage("--when needs a directory for the evidence", "add --evidence DIR");
    if (evidence.wanted()) return {};
    for (const std::string_view option : {"evidence", "evidence-max", "run"}) {
        if (command.has(option))
            return usage(fmt::format("--{} needs a condition", option),
                         "add --when 'usage 90%' or --when end");
    }
    return {};
}

Expected<void> check_history(const Command& command) {
    if (!command.history.empty()) return {};
    for (const std::string_view option : {"window", "run", "warm-up"}) {
        if (command.has(option))
            return usage(fmt::format("--{} needs a recording", option),
                         fmt::format("add --record FILE.db, or: nmtx trend FILE.db --{}", option));
    }
    return {};
}

Expected<void> check_output_is_file(const Command& command) {
    if (command.output == "-")
        return usage("-o - would mix the snapshot with the report on standard output",
                     "-o FILE.nmtx, or: nmtx capture PID -o -");
    return {};
}

tl::unexpected<Error> lacks(const VerbEntry& entry, std::string_view what) {
    return usage(fmt::format("'{}' needs {}", title_of(entry), what), "usage: " + usage_of(entry));
}

}  // namespace nmtx
