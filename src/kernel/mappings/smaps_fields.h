// The fields of a record of /proc/PID/smaps, which are also the columns of `pmap -X`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kernel/mappings/smaps.h"

namespace nmtx {

struct SmapsField {
    enum class Kind : std::uint8_t { ignored, amount, thp_eligible, vm_flags };
    std::string_view key;
    Kind kind = Kind::ignored;
    Bytes Mapping::* amount = nullptr;
};

inline constexpr std::array<SmapsField, 15> smaps_fields{{
    {"Rss", SmapsField::Kind::amount, &Mapping::rss},
    {"Pss", SmapsField::Kind::amount, &Mapping::pss},
    {"Shared_Clean", SmapsField::Kind::amount, &Mapping::shared_clean},
    {"Shared_Dirty", SmapsField::Kind::amount, &Mapping::shared_dirty},
    {"Private_Clean", SmapsField::Kind::amount, &Mapping::private_clean},
    {"Private_Dirty", SmapsField::Kind::amount, &Mapping::private_dirty},
    {"Anonymous", SmapsField::Kind::amount, &Mapping::anonymous},
    {"AnonHugePages", SmapsField::Kind::amount, &Mapping::anon_huge_pages},
    {"Shared_Hugetlb", SmapsField::Kind::amount, &Mapping::shared_hugetlb},
    {"Private_Hugetlb", SmapsField::Kind::amount, &Mapping::private_hugetlb},
    {"Swap", SmapsField::Kind::amount, &Mapping::swap},
    {"Locked", SmapsField::Kind::amount, &Mapping::locked},
    {"KernelPageSize", SmapsField::Kind::amount, &Mapping::kernel_page_size},
    {"THPeligible", SmapsField::Kind::thp_eligible, nullptr},
    {"VmFlags", SmapsField::Kind::vm_flags, nullptr},
}};

// Of kind `ignored` for a key that we do not read.
constexpr SmapsField smaps_field_named(std::string_view key) {
    for (const SmapsField& field : smaps_fields) {
        if (field.key == key) return field;
    }
    return {key, SmapsField::Kind::ignored, nullptr};
}

}  // namespace nmtx
