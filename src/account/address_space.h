// Mappings of which no text says what is resident: what they may have at most, and what cannot be the JVM's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pasted/parts/pasted.h"

namespace nmtx {

// What one owner can access; an upper bound of what it has resident.
struct SpaceRow {
    std::string name;  // "java heap", "malloc/arena", "files", "no known owner"
    Bytes accessible;
    std::size_t mappings = 0;
};

struct AddressSpace {
    std::vector<SpaceRow> rows;          // largest first
    Bytes reserved;                      // without access: nothing of it is resident, but for rare cases
    std::optional<Bytes> jvm_committed;  // by NMT: more the JVM cannot have resident by its own count
    std::optional<Bytes> jvm_reserved;
    std::vector<Range> too_large;  // private, and larger than all that the JVM has reserved
    std::optional<Bytes> machine;  // memory of the machine
};

// Nothing where the moment has no mappings, or what is resident of them is known or estimated.
std::optional<AddressSpace> address_space_of(const PastedMoment& moment);

}  // namespace nmtx
