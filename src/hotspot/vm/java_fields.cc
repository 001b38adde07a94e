#include "hotspot/vm/java_fields.h"

#include <array>

#include "hotspot/vm/scopes.h"

namespace nmtx {
namespace {

constexpr std::uint64_t most_fields = 65536;
using TakeField = std::function<void(const JavaField&)>;

// Six slots of 16 bits each: access flags, index of the name, of the type, of the first value, and the offset
// in the last two, above bits that say what it is.
bool fields_in_slots(VmMemory& memory, const HeapLayout& heap, Address klass, Address pool,
                     const TakeField& take) {
    const auto array = read_pointer(memory, klass, *heap.slots);
    const auto count = read_part(memory, klass, *heap.slot_count);
    if (!array || !count || *count > most_fields) return false;
    for (std::uint64_t i = 0; i < *count; ++i) {
        std::array<std::uint16_t, 6> slot{};
        if (!memory.read(*array + Bytes(heap.slots_data + i * sizeof slot),
                         std::as_writable_bytes(std::span(slot))))
            return false;
        const std::uint64_t packed = slot[4] | (std::uint64_t{slot[5]} << 16U);
        take({pool, slot[1], slot[2], packed >> (heap.tag_bits & 31U), slot[0]});
    }
    return true;
}

// How many fields, how many that the VM adds; then of each its name, type, offset, access flags, flags, and a
// number more for each of some flags.
bool fields_in_stream(VmMemory& memory, const VmLayout& vm, const HeapLayout& heap, Address klass,
                      Address pool, const TakeField& take) {
    const auto array = read_pointer(memory, klass, *heap.stream);
    if (!array) return false;
    CompressedNumbers numbers(memory, *array + Bytes(heap.stream_data), vm.excluded_bytes);
    const auto count = numbers.next(), injected = numbers.next();
    if (!count || !injected || *count > most_fields) return false;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto name = numbers.next(), type = numbers.next(), offset = numbers.next(),
                   access = numbers.next(), flags = numbers.next();
        if (!name || !type || !offset || !access || !flags) return false;
        take({pool, *name, *type, *offset, *access});
        // What comes behind a flat field differs by release.
        if (heap.flat && (*flags & *heap.flat) != 0) return false;
        for (const std::uint64_t more : {heap.initialized, heap.generic, heap.contended}) {
            if ((*flags & more) != 0 && !numbers.next()) return false;
        }
    }
    return true;
}

}  // namespace

bool for_each_field(VmMemory& memory, const VmLayout& vm, const HeapLayout& heap, Address klass,
                    const TakeField& take) {
    const auto pool = read_pointer(memory, klass, heap.constants);
    if (!pool || pool->value % sizeof(std::uint64_t) != 0) return false;
    return heap.stream ? fields_in_stream(memory, vm, heap, klass, *pool, take)
                       : fields_in_slots(memory, heap, klass, *pool, take);
}

}  // namespace nmtx
