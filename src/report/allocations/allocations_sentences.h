// Sentences on how allocations were sampled, for every form of the report.
#pragma once

#include <string>
#include <vector>

#include "allocations/allocation_sites.h"

namespace nmtx {

std::string allocations_sentence(const AllocationProfile& profile);
// What a reader must know to trust the figures.
std::vector<std::string> allocations_notes(const AllocationProfile& profile);
// What it cost the target, by the number of hits and the measured price, and the machine.
std::string allocations_cost(const AllocationProfile& profile);

// "12.3 MiB/s", "0.4 KiB/s"
std::string rate_text(double bytes, double seconds);
// "± 8 %"; "" where the amount is 0.
std::string reach_text(const Estimate& estimate);
// "open_handle (libleak.so)", printable.
std::string site_text(const SiteName& site);

}  // namespace nmtx
