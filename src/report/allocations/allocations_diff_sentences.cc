#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/allocations/allocations_diff.h"
#include "report/allocations/allocations_sentences.h"

namespace nmtx {
namespace {

// From so many sites on some of them change by chance.
constexpr std::size_t many_sites = 20;

std::string names_of(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
    return text.empty() ? "none" : text;
}

void add_different(const AllocationRun& before, const AllocationRun& after, std::vector<std::string>& notes) {
    if (before.process != after.process)
        notes.push_back(fmt::format("Different programs: {} and {}.", printable(before.process),
                                    printable(after.process)));
    if (before.with_jvm != after.with_jvm)
        notes.push_back(fmt::format(
            "Only the {} run includes calls from libjvm.so (--all): what they allocate is not a change.",
            after.with_jvm ? "second" : "first"));
    if (before.allocator != after.allocator)
        notes.push_back(fmt::format("Different allocators: {} and {}.", printable(before.allocator),
                                    printable(after.allocator)));
    std::vector<std::string> first = before.functions, second = after.functions;
    std::sort(first.begin(), first.end());
    std::sort(second.begin(), second.end());
    if (first != second)
        notes.push_back(fmt::format("Different functions had probes: {}; {}.", names_of(before.functions),
                                    names_of(after.functions)));
}

}  // namespace

std::string allocations_run_text(const AllocationRun& run) {
    return fmt::format("pid {} ({}), {}, {:.1f} s", run.pid,
                       printable(std::string_view(run.process).substr(0, 60)), printable(run.started_at),
                       run.seconds);
}

std::string rate_change_text(const AllocationChange& change) {
    const double value = change.change.value;
    return (value < 0 ? "-" : "+") + rate_text(std::abs(value), 1);
}

std::string rate_reach_text(const AllocationChange& change) {
    if (!change.estimated) return "?";
    return "± " + rate_text(change.change.high - change.change.value, 1);
}

std::string allocations_diff_sentence(const AllocationChange& change, std::string_view what) {
    const std::string before = rate_text(change.before.value, 1), after = rate_text(change.after.value, 1);
    if (!change.estimated)
        return fmt::format(
            "{}: {} before, {} after. The error of one of them is not known: the change is not known.", what,
            before, after);
    const std::string figures = fmt::format("{}: {} before, {} after: ", what, before, after);
    return change.certain()
               ? fmt::format("{}{} ({} at 95 %).", figures, rate_change_text(change), rate_reach_text(change))
               : fmt::format("{}no change beyond the interval ({} at 95 %).", figures,
                             rate_reach_text(change));
}

std::vector<std::string> allocations_diff_notes(const AllocationDiff& diff) {
    const AllocationRun &before = diff.before.run, &after = diff.after.run;
    std::vector<std::string> notes;
    for (const AllocationRun* run : {&before, &after}) {
        const char* const which = run == &before ? "first" : "second";
        if (run->windows_s <= 0)
            notes.push_back(fmt::format("The {} run saw no calls: nothing can be said of changes.", which));
        if (run->is_too_low())
            notes.push_back(fmt::format(
                "The {} run slowed a thread by {:.0f} % within a window, so the error of its figures is not known. "
                "Nothing can be said of changes.",
                which, 100 * run->slowed));
        if (run->has_too_few_windows())
            notes.push_back(
                fmt::format("The {} run has too few windows ({}) with one thread for several: nothing can "
                            "be said of changes. Sample longer.",
                            which, run->window_count));
        else if (run->has_unseen_threads())
            notes.push_back(
                fmt::format("In the {} run threads that took {:.0f} % of the CPU time never had a probe: "
                            "nothing can be said of changes. Sample longer.",
                            which, 100 * run->unseen_cpu));
        else if (run->window_count == 1)
            notes.push_back(
                fmt::format("The {} run has one window only: what changes from one to the next is not "
                            "in its intervals. Sample longer.",
                            which));
    }
    add_different(before, after, notes);
    if (diff.before.run.knows_live != diff.after.run.knows_live)
        notes.push_back("What stays in use is only compared if both runs have --live.");
    const std::size_t sites = std::max(diff.sites.size(), diff.live_sites.size());
    if (sites >= many_sites && have_intervals(diff.before, diff.after, ComparedBytes::allocated))
        notes.push_back(fmt::format(
            "{} sites are compared, each at 95 %: if none had changed, up to {:.0f} could be listed "
            "by chance.",
            grouped(sites), std::ceil(0.05 * static_cast<double>(sites))));
    return notes;
}

}  // namespace nmtx
