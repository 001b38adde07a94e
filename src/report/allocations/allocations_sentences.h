// Sentences on how allocations were sampled, for every form of the report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "allocations/allocation_estimates.h"
#include "allocations/allocation_sites.h"

namespace nmtx {

// With --free: what was watched, and what is not seen.
std::string lifetimes_sentence(const AllocationProfile& profile);
// "98 %", of blocks by the horizon; ">= 98 %" where some frees may be missing; "-" where too few were
// watched.
std::string freed_text(const Lifetimes& lives, bool partly);
// Of an age by which a share of blocks is freed: "1.2 ms", "> 96 ms"; "<= 1.2 ms" and "?" where some frees
// may be missing.
std::string life_text(const Lifetimes& lives, const std::optional<double>& age_s, bool partly);
// "12 µs", "1.2 ms", "3.4 s"; "-" for 0
std::string duration_text(double seconds);

std::string allocations_sentence(const AllocationProfile& profile);
// What a reader must know to trust the figures.
std::vector<std::string> allocations_notes(const AllocationProfile& profile);
// What it cost the target, by the number of hits and the measured price, and the machine.
std::string allocations_cost(const AllocationProfile& profile);

// "12.3 MiB/s", "0.4 KiB/s"
std::string rate_text(double bytes, double seconds);
// Of an estimate of 0: "< 1.2 KiB/s", its interval's end.
std::string most_text(const Estimate& estimate, double seconds);
// "± 8 %"; "" where the amount is 0.
std::string reach_text(const Estimate& estimate);
// "open_handle (libleak.so)", printable.
std::string site_text(const SiteName& site);

}  // namespace nmtx
