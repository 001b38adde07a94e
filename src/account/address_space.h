// Mappings whose residency no text shows: their maximum, and what cannot belong to the JVM.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pasted/parts/pasted.h"

namespace nmtx {

// The accessible memory of one owner: an upper bound of its resident memory.
struct SpaceRow {
    std::string name;  // "java heap", "malloc/arena", "files", "no known owner"
    Bytes accessible;
    std::size_t mappings = 0;
};

struct AddressSpace {
    std::vector<SpaceRow> rows;          // largest first
    Bytes reserved;                      // without access: not resident, except in rare cases
    std::optional<Bytes> jvm_committed;  // by NMT: by its own count, the JVM cannot have more resident
    std::optional<Bytes> jvm_reserved;
    std::vector<Range> too_large;  // private, and larger than everything that the JVM has reserved
    std::optional<Bytes> machine;  // memory of the machine
};

// Nothing where there are no mappings, or their residency is known or estimated.
std::optional<AddressSpace> address_space_of(const PastedMoment& moment);

}  // namespace nmtx
