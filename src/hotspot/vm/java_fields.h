// The fields that a class declares itself, as the JVM keeps them: to 20 slots, from 21 on a stream of
// numbers.
#pragma once

#include <functional>

#include "hotspot/vm/heap_layout.h"

namespace nmtx {

struct JavaField {
    static constexpr std::uint64_t is_static = 0x0008;  // of `access`

    Address pool;                      // the class's constants, for names
    std::uint64_t name = 0, type = 0;  // indices into it
    std::uint64_t offset = 0;          // in the object; of a static field, in the java.lang.Class
    std::uint64_t access = 0;
};

// False where not all could be read: then those before were handed over.
bool for_each_field(VmMemory& memory, const VmLayout& vm, const HeapLayout& heap, Address klass,
                    const std::function<void(const JavaField&)>& take);

}  // namespace nmtx
