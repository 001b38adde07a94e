// libFuzzer: a made HotSpot and its Java heap of which bytes are changed anywhere, tables and classes too:
// the search ends, hands over each word once, and reads a bounded amount. Each change takes 12 bytes: a place
// and a value; the first byte chooses the form of headers and fields.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "hotspot/made_heap.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

// The heap with all of its pages resident.
struct WholeHeap : nmtx::TargetMemory {
    explicit WholeHeap(nmtx::test::MadeHeap& of) : made(of) {}
    std::size_t read(nmtx::Address at, std::span<std::byte> into) override {
        return made.memory.read(at, into);
    }
    std::vector<nmtx::Range> resident_runs(nmtx::Range range) override {
        const nmtx::Range both =
            intersect(range, {made.heap, made.heap + nmtx::Bytes(nmtx::test::MadeHeap::heap_bytes)});
        return both.empty() ? std::vector<nmtx::Range>{} : std::vector<nmtx::Range>{both};
    }
    nmtx::test::MadeHeap& made;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t change = 12, most_reads = 400000;
    constexpr std::uint64_t block = 0x555500001010;
    if (size < 1 || size > 64 * change) return 0;
    const std::uint8_t form = *data++;
    --size;
    nmtx::test::MadeHeap made(
        form % 3 == 0   ? nmtx::ClassPointer::narrow
        : form % 3 == 1 ? nmtx::ClassPointer::wide
                        : nmtx::ClassPointer::in_mark,
        form / 3 % 2 == 0 ? nmtx::test::MadeFields::numbers : nmtx::test::MadeFields::stream);
    const nmtx::Address handle =
        made.klass("com/acme/Handle", made.object_class, 32, {{"peer", 'J', 16, 0}, {"table", 'J', 64, 8}});
    for (std::uint64_t at = 0x40; at < 0x400; at += 0x40)
        made.memory.put(made.object(at, handle) + nmtx::Bytes(16), block);
    made.memory.put(made.longs(0x1000, 0x100) + nmtx::Bytes(0x80), block);
    const nmtx::Address mirror = made.object(0x2000, made.class_class);
    made.memory.put(mirror + nmtx::Bytes(16), handle.value);
    made.memory.put(mirror + nmtx::Bytes(64), block);
    for (; size >= change; data += change, size -= change) {
        std::uint32_t place = 0;
        std::uint64_t value = 0;
        std::memcpy(&place, data, sizeof place);
        std::memcpy(&value, data + sizeof place, sizeof value);
        const std::size_t at = place / 4 % (made.memory.used() - sizeof value);
        std::memcpy(made.memory.bytes().data() + at, &value, place % 4 == 1 ? 1 : sizeof value);
    }
    made.memory.reads = 0;
    const auto layout = made.heap_layout();
    const auto methods = made.read_layout();
    if (!layout || !methods) return 0;
    WholeHeap memory(made);
    nmtx::VmMemory metadata(made.memory, 64);
    nmtx::VmClasses classes(metadata, *methods, *layout);
    nmtx::test::MadeTargets targets;
    targets.add(block);
    nmtx::HeapScan heap(memory, *layout, classes, targets);
    nmtx::Address last;
    const auto found = heap.run({{made.heap, made.heap + nmtx::Bytes(nmtx::test::MadeHeap::heap_bytes)}},
                                [&](nmtx::Address at, std::uint64_t word, const nmtx::WordHolder& holder) {
                                    require(word == block && at > last);
                                    last = at;
                                    nmtx::holder_name(holder);
                                    if (holder.klass != nullptr)
                                        classes.native_functions_of_package(*holder.klass);
                                });
    require(found.words <= nmtx::test::MadeHeap::heap_bytes / 8);
    require(found.unidentified + found.moved <= found.words);
    require(made.memory.reads < most_reads);
    return 0;
}
