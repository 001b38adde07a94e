// The table of the first screen: where RSS is, in rows whose printed figures add up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/moment.h"

namespace nmtx {

struct ScreenRow {
    std::string name;
    Bytes resident;
    std::string remark;            // "of 130.0 committed"; printable
    std::vector<ScreenRow> parts;  // they sum to `resident`, or there are none
};

// Sums to ledger.rss: the largest first, unexplained memory and amounts too small for a row last. `all`:
// every owner of the JVM and malloc, however small.
std::vector<ScreenRow> screen_rows(const Moment& moment, bool all);

// The parts in tenths of a MiB, so that they sum to `whole`. Each is rounded to the nearest; the difference
// goes to the part `rest`, a row of "other", else to those that rounding changed most, none of which is then
// off by a whole tenth. If the parts exceed the whole, each is rounded by itself.
std::vector<std::uint64_t> tenths_that_sum(std::span<const Bytes> parts, std::uint64_t whole,
                                           std::optional<std::size_t> rest = std::nullopt);
// Rounded to the nearest tenth.
std::uint64_t tenths_of(Bytes bytes);

// The same of percent: they sum to 100 where the parts sum to the whole.
std::vector<std::uint64_t> percents_that_sum(std::span<const Bytes> parts, Bytes whole,
                                             std::optional<std::size_t> rest = std::nullopt);

}  // namespace nmtx
