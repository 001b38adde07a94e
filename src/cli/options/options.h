// All options.
#pragma once

#include <string_view>
#include <vector>

#include "cli/option_entry.h"

namespace nmtx {

// In the order in which help lists them.
const std::vector<OptionEntry>& all_options();
// Null where there is none of that name.
const OptionEntry* option_named(std::string_view name);

// By subject.
namespace option {
std::vector<OptionEntry> choosing();   // which process
std::vector<OptionEntry> showing();    // what is printed, and how
std::vector<OptionEntry> asking();     // how the JVM is asked
std::vector<OptionEntry> walking();    // malloc's chunks
std::vector<OptionEntry> threads();    // threads and their stacks
std::vector<OptionEntry> allocs();     // sampled allocations
std::vector<OptionEntry> recording();  // records and their trends
std::vector<OptionEntry> evidence();   // captures that are taken by themselves
std::vector<OptionEntry> serving();    // metrics for a scraper
std::vector<OptionEntry> keeping();    // files that are written
}  // namespace option

}  // namespace nmtx
