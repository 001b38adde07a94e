#include "report/stacks/stacks_sentences.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/paths.h"
#include "base/printable.h"
#include "profile/hottest.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_function = 512;

std::string_view plural(std::uint64_t number) {
    return number == 1 ? "" : "s";
}

std::string ms_text(double ms) {
    return ms < 10 ? fmt::format("{:.2f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

double share_percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void add_tick_notes(const SamplingRun& run, std::vector<std::string>& notes) {
    const std::uint64_t planned = run.ticks + run.missed;
    if (run.missed > 0)
        notes.push_back(fmt::format("{} of {} ticks were missed; the others count for them.",
                                    grouped(run.missed), grouped(planned)));
    if (run.late > 0)
        notes.push_back(fmt::format("{} of {} ticks were late by more than a tenth of a period, at most {}.",
                                    grouped(run.late), grouped(run.ticks), ms_text(run.latest_ms)));
    if (run.no_stop > 0)
        notes.push_back(
            fmt::format("{} sample{} could not be taken: the thread ended, or had no CPU to stop on.",
                        grouped(run.no_stop), plural(run.no_stop)));
    if (run.left_out > 0)
        notes.push_back(
            fmt::format("{} thread{} left out at ticks with more than 200; random others count for them.",
                        grouped(run.left_out), run.left_out == 1 ? " was" : "s were"));
    if (run.lost > 0)
        notes.push_back(fmt::format("{} sample{} lost: {}.", grouped(run.lost),
                                    run.lost == 1 ? " is" : "s are", printable(run.lost_why)));
    if (run.beyond > 0)
        notes.push_back(fmt::format("{} stacks were cut: the profile has reached its bound of memory.",
                                    grouped(run.beyond)));
}

}  // namespace

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    const double percent = share_percent(part, whole);
    return part > 0 && percent < 0.05 ? "<0.1" : fmt::format("{:.1f}", percent);
}

std::string seconds_of(std::uint64_t nanoseconds) {
    return fmt::format("{:.2f}", static_cast<double>(nanoseconds) / 1e9);
}

double weight_number(const Profile& profile, std::uint64_t weight) {
    constexpr double mib = 1024.0 * 1024.0;
    return static_cast<double>(weight) / (weighs_bytes(profile.run.mode) ? mib : 1e9);
}

int weight_decimals(ProfileMode mode) {
    return weighs_bytes(mode) ? 1 : 2;
}

std::string weight_text(const Profile& profile, std::uint64_t weight) {
    return fmt::format("{:.{}f}", weight_number(profile, weight), weight_decimals(profile.run.mode));
}

std::string_view weight_unit(ProfileMode mode) {
    return weighs_bytes(mode) ? "MiB" : "s";
}

std::string weight_name(ProfileMode mode) {
    switch (mode) {
        case ProfileMode::cpu:
            return "CPU time";
        case ProfileMode::wall:
            return "time of all threads";
        case ProfileMode::allocated_bytes:
            return "bytes allocated";
        case ProfileMode::live_bytes:
            break;
    }
    return "bytes allocated and still in use";
}

std::string function_text(const ProfiledFunction& function) {
    return printable(std::string_view(function.name).substr(0, longest_function));
}

std::string function_place(const ProfiledFunction& function) {
    return printable(base_name(std::string_view(function.file).substr(0, 4096)));
}

std::string sampling_sentence(const Profile& profile) {
    const SamplingRun& run = profile.run;
    const std::size_t threads = hottest_threads(profile).size();
    if (run.samples == 0)
        return fmt::format(
            "No samples in {:.1f} s at {:g} Hz ({}): {}", run.seconds, run.hz, name_of(run.mode),
            run.mode == ProfileMode::cpu
                ? fmt::format("no thread had a CPU at a tick. The kernel counted {:.2f} s of CPU time.",
                              run.threads_cpu_s)
                : "no thread could be sampled.");
    std::string text = fmt::format("{} sample{} of {} thread{} in {:.1f} s at {:g} Hz ({})",
                                   grouped(run.samples), plural(run.samples), grouped(threads),
                                   plural(threads), run.seconds, run.hz, name_of(run.mode));
    if (run.mode == ProfileMode::cpu)
        text +=
            fmt::format(": shares refer to the {} s of CPU time that the kernel counted for these threads",
                        seconds_of(profile.weight_ns()));
    text += fmt::format(". {:.1f} % were unwound to the thread's start.",
                        share_percent(run.unwound, run.samples));
    return text;
}

std::string sampling_cost(const Profile& profile) {
    const SamplingRun& run = profile.run;
    if (run.stops == 0)
        return fmt::format("Cost: no thread was stopped; nmtx used {:.0f} ms of CPU.", run.nmtx_cpu_ms);
    return fmt::format(
        "Cost: {} stop{} of single threads, {} each on average, the longest {}; no safepoint. nmtx used {:.0f} ms "
        "of CPU, {:.2f} % of one core.",
        grouped(run.stops), plural(run.stops), ms_text(run.stopped_ms / static_cast<double>(run.stops)),
        ms_text(run.longest_stop_ms), run.nmtx_cpu_ms,
        run.seconds > 0 ? run.nmtx_cpu_ms / run.seconds / 10 : 0);
}

std::vector<std::string> sampling_notes(const Profile& profile) {
    const SamplingRun& run = profile.run;
    std::vector<std::string> notes;
    if (run.interrupted)
        notes.push_back(fmt::format("Interrupted after {:.1f} of {:g} s.", run.seconds, run.asked_s));
    if (run.process_ended)
        notes.push_back(fmt::format("The process ended after {:.1f} of {:g} s.", run.seconds, run.asked_s));
    if (!run.match.empty())
        notes.push_back(fmt::format("Only threads whose name matches '{}'.", printable(run.match)));
    if (!run.java_missing.empty())
        notes.push_back(fmt::format("Java frames could not be unwound: {}.", printable(run.java_missing)));
    add_tick_notes(run, notes);
    if (run.unsampled_ns > 0)
        notes.push_back(fmt::format("{} s of CPU time ({} %) are of threads that had no CPU at any tick.",
                                    seconds_of(run.unsampled_ns),
                                    share_text(run.unsampled_ns, profile.weight_ns())));
    if (!run.knows_waits && run.mode == ProfileMode::cpu)
        notes.push_back(
            "This kernel keeps no run-queue statistics: threads that wait for a CPU count as if they "
            "had one.");
    if (run.unchanged > 0)
        notes.push_back(
            fmt::format("{} samples are of threads that had not run since they were last stopped.",
                        grouped(run.unchanged)));
    return notes;
}

}  // namespace nmtx
