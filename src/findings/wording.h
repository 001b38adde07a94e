// The wording of amounts, counts and commands in findings, the same everywhere.
#pragma once

#include <string>
#include <string_view>

#include "base/amounts.h"
#include "findings/finding.h"
#include "ledger/partition/untracked_owners.h"
#include "process/process_view.h"

namespace nmtx {

// "174.3 MiB (68.9 %)"
std::string amount_with_share(Bytes part, Bytes whole);

// "1 block", "269,636 blocks"
std::string counted(std::uint64_t number, std::string_view one, std::string_view more);

// "owner unknown", "owner libfoo.so", and where that is only concluded, from what. Printable.
std::string owner_words(const UntrackedOwner& entry);

// "Most of it: 269,636 blocks of 1,000 bytes (259.2 MiB), owner libfoo.so." of what has `whole` resident, or
// "Most of what is in use: …" with what that is; "Largest group" where it is at most half of it. How much of
// the group is resident is said where that is less. Printable.
std::string largest_sentence(const LargestUntracked& largest, Bytes whole, std::string_view what = {});

// How long to record before growth is judged, the same in every report: a cache that fills grows like a leak
// for minutes. After that time the confidence in growth is high.
inline constexpr double recording_s = 3600;
inline constexpr std::string_view recording_time = "1h";
// "nmtx record 4711 -o rec.db --for 1h", and its analysis "nmtx trend rec.db".
std::string record_command(std::string_view pid);
inline constexpr std::string_view trend_command = "nmtx trend rec.db";
// The remedy that checks whether memory grows: both, on one line of a screen.
Remedy check_growth();
// What shows that memory is no leak, and why a recording takes so long.
inline constexpr std::string_view no_leak_if_it_stops =
    "it stops growing under constant load (a cache may take an hour to fill)";
// What one snapshot leaves open of memory that looks leaked.
inline constexpr std::string_view leak_or_cache = "whether it is a leak or a cache that is meant to stay";

// `text` with each word PID replaced by the process id, where that is known (not 0).
std::string with_pid(std::string text, std::uint64_t pid);
std::string with_pid(std::string text, const ProcessView& view);
// Replaces each word PID in remedies and sentences by the process id, also for a capture, because that
// process may still run.
void with_pid(Finding& finding, const ProcessView& view);

}  // namespace nmtx
