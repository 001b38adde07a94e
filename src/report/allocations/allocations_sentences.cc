#include "report/allocations/allocations_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/amounts.h"
#include "base/paths.h"
#include "base/printable.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_site_name = 512;
constexpr double whole_time = 0.9;
constexpr double least_unseen = 65536;  // bytes
constexpr double noticeable_slowdown = 0.05;

std::string_view s_of(std::uint64_t number) {
    return number == 1 ? "" : "s";
}

std::uint64_t rounded(double number) {
    return number <= 0 ? 0 : static_cast<std::uint64_t>(std::llround(number));
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
    return text;
}

void add_lost(const AllocationRun& run, std::vector<std::string>& notes) {
    if (run.overflow > 0)
        notes.push_back(
            fmt::format("{} call{} missing: the kernel's buffer was full. The others count for them.",
                        grouped(run.overflow), run.overflow == 1 ? " is" : "s are"));
    if (run.refused > 0)
        notes.push_back(fmt::format("{} call{} missing: the kernel did not copy the stack.",
                                    grouped(run.refused), run.refused == 1 ? " is" : "s are"));
    if (run.no_room > 0)
        notes.push_back(fmt::format("{} sample{} dropped for lack of memory. The figures are too low.",
                                    grouped(run.no_room), run.no_room == 1 ? " was" : "s were"));
    if (run.lost > 0)
        notes.push_back(fmt::format("{} stack{} lost: {}.", grouped(run.lost),
                                    run.lost == 1 ? " is" : "s are", printable(run.lost_why)));
    if (run.beyond > 0)
        notes.push_back(fmt::format("{} stacks were cut: the profile has reached its bound of memory.",
                                    grouped(run.beyond)));
}

// mmap is always the C library's, even where malloc is another library's.
void add_functions(const AllocationRun& run, std::vector<std::string>& notes) {
    std::vector<std::string> of_allocator = run.functions;
    const bool with_mmap = std::erase(of_allocator, "mmap") > 0;
    if (!of_allocator.empty())
        notes.push_back(fmt::format(
            "Functions of {} ({}): {}.{}", run.allocator, printable(base_name(run.library)),
            joined(of_allocator),
            with_mmap ? " Also mmap for anonymous memory, except calls from malloc and the C library." : ""));
    if (!run.functions_left_out.empty())
        notes.push_back(fmt::format("Not included: calls of {}, where no probe is possible.",
                                    joined(run.functions_left_out)));
}

// A thread has debug registers for three: the first ones, or mmap in place of the last of them.
std::string watched_functions(const AllocationRun& run) {
    std::vector<std::string> names = run.functions;
    std::erase(names, "mmap");
    if (names.size() < 3) return joined(names);
    return fmt::format("{}, {}, and {} or mmap", names[0], names[1], names[2]);
}

// What is known of the blocks that stay, and what is not.
void add_live_notes(const AllocationProfile& profile, std::vector<std::string>& notes) {
    const AllocationRun& run = profile.run;
    if (run.live_counted && !profile.samples.empty())
        notes.push_back(
            "What is in use of malloc's blocks was counted by size, in two walks; the samples say whose it is.");
    if (!run.live_uncounted.empty())
        notes.push_back(
            fmt::format("What is in use could not be counted ({}): a block whose address was given out again "
                        "may count as one that stays.",
                        printable(run.live_uncounted)));
    if (run.live_unseen > least_unseen)
        notes.push_back(fmt::format(
            "Not in the table: {} of new blocks in use. Whose they are is not known: too few of their calls were "
            "sampled (sample longer: --for), or they come from functions without a probe{}.",
            human(Bytes(rounded(run.live_unseen))), run.with_jvm ? "" : " or from libjvm.so"));
    if (!run.live_missing.empty())
        notes.push_back(fmt::format("What is still in use is not known: {}.", printable(run.live_missing)));
}

}  // namespace

std::string rate_text(double bytes, double seconds) {
    const double rate = seconds > 0 ? bytes / seconds : 0;
    constexpr double kib = 1024, mib = 1024 * kib;
    return rate >= mib / 10 ? fmt::format("{:.1f} MiB/s", rate / mib)
                            : fmt::format("{:.1f} KiB/s", rate / kib);
}

std::string most_text(const Estimate& estimate, double seconds) {
    return fmt::format("< {}", rate_text(estimate.high, seconds));
}

std::string reach_text(const Estimate& estimate) {
    if (estimate.value <= 0) return {};
    const double percent = 100 * (estimate.high - estimate.value) / estimate.value;
    return percent < 10 ? fmt::format("± {:.1f} %", percent) : fmt::format("± {:.0f} %", percent);
}

std::string site_text(const SiteName& site) {
    std::string text = printable(std::string_view(site.function).substr(0, longest_site_name));
    const std::string file = printable(base_name(std::string_view(site.file).substr(0, 4096)));
    if (!file.empty() && !text.starts_with(file)) text += fmt::format(" ({})", file);
    return text.empty() ? "[Java only]" : text;
}

std::string known_reach(const AllocationRun& run, const Estimate& estimate) {
    return has_interval(run, estimate) ? reach_text(estimate) + " at 95 %" : "its error is not known";
}

std::string allocations_sentence(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    const std::size_t samples = profile.samples.size();
    if (samples == 0)
        return fmt::format("No allocation was sampled in {:.1f} s.{}", run.seconds,
                           run.of_jvm > 0 ? " Only libjvm.so called malloc; --all includes its calls." : "");
    const Estimate bytes = estimate_of(profile, AllocationMeasure::alloc_space);
    const Estimate blocks = estimate_of(profile, AllocationMeasure::alloc_objects);
    const std::string rate = rate_text(bytes.value, run.seconds), count = grouped(rounded(blocks.value));
    std::string text = fmt::format("{} allocated in {:.1f} s ({}), {} blocks", rate, run.seconds,
                                   known_reach(run, bytes), count);
    if (run.knows_live) {
        const Estimate live = estimate_of(profile, AllocationMeasure::inuse_space);
        text += live.value > 0 ? fmt::format("; {} ({}) still in use", rate_text(live.value, run.seconds),
                                             known_reach(run, live))
                : has_interval(run, live) ? fmt::format("; {} still in use", most_text(live, run.seconds))
                                          : "; how much is still in use is not known";
    }
    return text + fmt::format(". Estimated from {} sample{} in {} window{}, {:.2f} s in all.",
                              grouped(samples), s_of(samples), grouped(run.window_count),
                              s_of(run.window_count), run.windows_s);
}

std::string duration_text(double seconds) {
    if (seconds <= 0) return "-";
    if (seconds < 1e-3) return fmt::format("{:.0f} µs", std::max(1.0, seconds * 1e6));
    if (seconds < 1) return fmt::format("{:.{}f} ms", seconds * 1e3, seconds < 0.01 ? 1 : 0);
    return fmt::format("{:.1f} s", seconds);
}

std::string freed_text(const Lifetimes& lives, bool partly) {
    if (lives.horizon_s <= 0) return "-";
    if (partly && lives.freed == 0) return "?";
    constexpr double rounding = 1e-6;
    return fmt::format("{}{:.0f} %", partly ? "≥ " : "", std::floor(100 * lives.freed_share + rounding));
}

std::string life_text(const Lifetimes& lives, const std::optional<double>& age_s, bool partly) {
    if (lives.horizon_s <= 0) return "-";
    if (age_s) return (partly ? "≤ " : "") + duration_text(std::max(*age_s, 1e-6));
    return partly ? "?" : "> " + duration_text(lives.horizon_s);
}

std::string lifetimes_sentence(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    const Lifetimes lives = lifetimes_of(profile);
    std::string text = fmt::format(
        "{} sampled block{} watched until freed or until the window ended, for {} at most: longer "
        "lives are not seen.",
        grouped(lives.watched), lives.watched == 1 ? " was" : "s were", duration_text(lives.horizon_s));
    if (run.frees_partly)
        text +=
            " Frees by threads without a probe are missing unless the address was given out again, so shares are lower "
            "bounds and ages upper bounds.";
    if (run.windows_unwatched > 0)
        text += fmt::format(" {} window{} not watched: records were lost.", grouped(run.windows_unwatched),
                            run.windows_unwatched == 1 ? " was" : "s were");
    return text +
           " Each call in between costs its trap, so lives of microseconds are shorter without probes.";
}

std::vector<std::string> allocations_notes(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    std::vector<std::string> notes;
    if (run.interrupted)
        notes.push_back(fmt::format("Interrupted after {:.1f} of {:g} s.", run.seconds, run.asked_s));
    if (run.process_ended)
        notes.push_back(fmt::format("The process ended after {:.1f} of {:g} s.", run.seconds, run.asked_s));
    add_functions(run, notes);
    if (!run.with_jvm)
        notes.push_back("Direct calls from libjvm.so are not included: NMT shows them. --all includes them.");
    if (run.threads_watched >= 0.5)
        notes.push_back(fmt::format(
            "{:.0f} of {:.0f} threads at a time had a probe. {:.0f} that call seldom were watched by debug registers "
            "all the time, for {} only.",
            run.threads_probed, run.threads_mean, run.threads_watched, watched_functions(run)));
    else if (run.threads_probed + 0.5 < run.threads_mean)
        notes.push_back(
            fmt::format("{:.0f} of {:.0f} threads at a time had a probe; random ones count for the others.",
                        run.threads_probed, run.threads_mean));
    if (run.price.look_ns <= 0 && run.threads_probed + 0.5 < run.threads_mean)
        notes.push_back(
            "Debug registers show no calls on this machine: threads that call seldom are only met by windows.");
    if (run.window_count == 1 && run.windows_s < whole_time * run.seconds)
        notes.push_back(
            "One window only: what changes from one to the next is not in the intervals. Sample longer.");
    if (run.has_too_few_windows())
        notes.push_back(fmt::format(
            "Only {} window{}, and in each one of several threads that allocate had a probe: sites of the "
            "others may be missing, or count too much. Sample longer (--for) or allow more (--budget).",
            run.window_count, s_of(run.window_count)));
    if (run.has_unseen_threads())
        notes.push_back(fmt::format(
            "Threads that took {:.0f} % of the process's CPU time never had a probe: sites of theirs may be missing, "
            "so the error of the figures is not known. Sample longer (--for) or allow more (--budget).",
            100 * run.unseen_cpu));
    if (run.is_too_low())
        notes.push_back(fmt::format(
            "A thread was slowed by {:.0f} % within a window, or more. The error of what it allocates "
            "is not known: the figure may be far too low. Which of its sites allocate most is still shown.",
            100 * run.slowed));
    else if (run.slowed > noticeable_slowdown)
        notes.push_back(
            fmt::format("A thread was slowed by up to {:.0f} % within a window. Its figures are corrected "
                        "for that if it has no time to spare otherwise, and the intervals are wider.",
                        100 * run.slowed));
    add_live_notes(profile, notes);
    if (!run.frees_missing.empty())
        notes.push_back(fmt::format("How long blocks live is not known: {}.", printable(run.frees_missing)));
    if (!run.java_missing.empty())
        notes.push_back(fmt::format("Java frames could not be unwound: {}.", printable(run.java_missing)));
    add_lost(run, notes);
    return notes;
}

std::string allocations_cost(const AllocationProfile& profile) {
    const AllocationRun& run = profile.run;
    return fmt::format(
        "Cost: {:.1f} ms of the target's CPU, {:.2f} % of one core (budget {:.1f} %): {} calls at {:.2f} µs, {} stack "
        "copies at {:.0f} µs{}. nmtx used {:.0f} ms of CPU.",
        run.paid_ns() / 1e6, 100 * run.paid_share(), 100 * run.budget, grouped(run.hits.calls),
        run.price.call_ns / 1000, grouped(run.hits.copies), run.price.copy_ns / 1000,
        run.hits.returns > 0
            ? fmt::format(", {} returns at {:.2f} µs", grouped(run.hits.returns), run.price.return_ns / 1000)
            : "",
        run.nmtx_cpu_ms);
}

}  // namespace nmtx
