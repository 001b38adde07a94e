// Sizes as programs print them for people.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace nmtx {

struct HumanSize {
    Bytes bytes;
    bool rounded = false;  // it has a unit, so it is only as precise as its last digit
};

// "88884" (in `unit`), "584m", "1.2g", "5,1G", "2099Mi", "461MiB", "9.744GiB", "286MB" (10^6), "1.5kB",
// "512B". Single letters k, m, g, t and p count by 1024, as in top, ps and smem. Nothing for anything else.
std::optional<HumanSize> read_human_size(std::string_view text, Bytes unit = kib(1));

// A quantity of Kubernetes in bytes: "1Gi", "512Mi", "1G" (10^9), "500M", "128974848", "129e6", "1500m"
// (thousandths). Nothing for anything else.
std::optional<Bytes> read_quantity(std::string_view text);

// "14.3", "14,3", "0.93%"
std::optional<double> read_percent(std::string_view text);

}  // namespace nmtx
