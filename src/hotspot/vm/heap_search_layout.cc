#include "hotspot/vm/heap_search_layout.h"

#include "hotspot/vm/vm_table_reader.h"

namespace nmtx {

class HeapSearchLayoutReader : VmTableReader {
  public:
    HeapSearchLayoutReader(const VmTables& tables, VmMemory& memory) : VmTableReader(tables, memory) {}

    Expected<HeapSearchLayout> read(const HeapLayout& heap) {
        layout_.heap = heap;
        layout_.layout_helper = part("Klass", "_layout_helper");
        layout_.next_link = part_if("Klass", "_next_link");
        layout_.loader = part_if("Klass", "_class_loader_data");
        layout_.loader_klasses = part_if("ClassLoaderData", "_klasses");
        layout_.methods = part("InstanceKlass", "_methods");
        layout_.pointers_body = size("Array<Method*>") - sizeof(std::uint64_t);
        layout_.method_flags = part("Method", "_access_flags");
        layout_.method_flags.bytes = 2;
        layout_.method_bytes = size("Method");
        layout_.mirror_klass = value({{"java_lang_Class", "_klass_offset"}}).value_or(0);
        layout_.mirror_words = value({{"java_lang_Class", "_oop_size_offset"}}).value_or(0);
        const VmPart reserved = part("CollectedHeap", "_reserved");
        layout_.reserved_begin = part("MemRegion", "_start");
        layout_.reserved_words = part("MemRegion", "_word_size");
        layout_.reserved_begin.offset += reserved.offset;
        layout_.reserved_words.offset += reserved.offset;
        if (const auto missing = complaint()) return failure("libjvm.so", *missing);
        return layout_;
    }

  private:
    HeapSearchLayout layout_;
};

Expected<HeapSearchLayout> HeapSearchLayout::of(const VmTables& tables, VmMemory& memory) {
    auto heap = HeapLayout::of(tables, memory);
    if (!heap) return tl::make_unexpected(heap.error());
    return HeapSearchLayoutReader(tables, memory).read(*heap);
}

std::optional<Range> reserved_heap(const HeapSearchLayout& layout, VmMemory& memory) {
    const Address collector = layout.heap.collector;
    const auto begin = read_part(memory, collector, layout.reserved_begin),
               words = read_part(memory, collector, layout.reserved_words);
    constexpr std::uint64_t most_words = std::uint64_t{1} << 44U;
    if (!begin || !words || *begin == 0 || *words == 0 || *words > most_words) return std::nullopt;
    return Range{{*begin}, Address{*begin} + Bytes(*words * 8)};
}

}  // namespace nmtx
