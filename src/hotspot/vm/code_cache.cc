#include "hotspot/vm/code_cache.h"

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::uint64_t most_heaps = 16;
constexpr std::uint8_t free_segment = 0xff;
constexpr std::size_t most_hops = 65536;  // each leads back by up to 254 segments
constexpr std::uint64_t largest_frame = std::uint64_t{1} << 20;
constexpr std::size_t longest_blob_name = 256;
constexpr std::size_t most_blobs = 65536;

}  // namespace

CodeCacheMap::CodeCacheMap(VmMemory& memory, const VmLayout& layout) : memory_(memory), layout_(layout) {
    const CodeCacheLayout& cache = layout.cache;
    if (cache.one_heap) {
        if (const auto heap = memory.pointer(*cache.one_heap)) take_heap(*heap);
        return;
    }
    const auto array = cache.heaps ? memory.pointer(*cache.heaps) : std::nullopt;
    if (!array) return;
    const auto count = read_part(memory, *array, cache.array_length);
    const auto data = read_pointer(memory, *array, cache.array_data);
    if (!count || !data || *count > most_heaps) return;
    for (std::uint64_t i = 0; i < *count; ++i) {
        if (const auto heap = memory.pointer(*data + Bytes(8 * i))) take_heap(*heap);
    }
}

void CodeCacheMap::take_heap(Address heap) {
    const CodeCacheLayout& cache = layout_.cache;
    const Address space = heap + Bytes(cache.heap_memory), map = heap + Bytes(cache.heap_segments);
    const auto low = read_pointer(memory_, space, cache.space_low),
               high = read_pointer(memory_, space, cache.space_high),
               segments = read_pointer(memory_, map, cache.space_low);
    const auto log2 = read_part(memory_, heap, cache.heap_log2_segment);
    if (!low || !high || !segments || !log2 || *log2 > 20 || *high < *low) return;
    heaps_.push_back({{*low, *high}, *segments, static_cast<unsigned>(*log2)});
}

const CodeCacheMap::Heap* CodeCacheMap::heap_of(Address address) const {
    const auto found = std::find_if(heaps_.begin(), heaps_.end(),
                                    [&](const Heap& heap) { return heap.memory.contains(address); });
    return found == heaps_.end() ? nullptr : &*found;
}

bool CodeCacheMap::contains(Address address) const {
    return heap_of(address) != nullptr;
}

std::optional<Address> CodeCacheMap::block_of(const Heap& heap, Address address) {
    std::uint64_t segment = (address.value - heap.memory.begin.value) >> heap.log2_segment;
    for (std::size_t hops = 0; hops < most_hops; ++hops) {
        const auto back = memory_.read<std::uint8_t>(heap.segments + Bytes(segment));
        if (!back || *back == free_segment || *back > segment) return std::nullopt;
        if (*back == 0) {
            const Address block = heap.memory.begin + Bytes(segment << heap.log2_segment);
            const auto used = read_part(memory_, block, layout_.cache.block_used);
            return used && *used != 0 ? std::optional(block + Bytes(layout_.cache.block_bytes))
                                      : std::nullopt;
        }
        segment -= *back;
    }
    return std::nullopt;
}

const CodeBlob* CodeCacheMap::find(Address address) {
    const Heap* const heap = heap_of(address);
    const auto at = heap != nullptr ? block_of(*heap, address) : std::nullopt;
    if (!at) return nullptr;
    auto known = blobs_.find(at->value);
    if (known == blobs_.end()) {
        if (blobs_.size() >= most_blobs) return nullptr;
        known = blobs_.emplace(at->value, read_blob(*at)).first;
    }
    const auto& blob = known->second;
    // Right behind the last instruction may be where a call returns to that never does.
    return blob && blob->code.begin <= address && address <= blob->code.end ? &*blob : nullptr;
}

std::optional<Address> CodeCacheMap::place(Address blob, const VmPlace& place) {
    const auto value = read_part(memory_, blob, place.field);
    if (!value) return std::nullopt;
    const auto from = [&](std::optional<Address> base) {
        return base ? std::optional(*base + Bytes(*value)) : std::nullopt;
    };
    switch (place.base) {
        case VmBase::address:
            return *value != 0 ? std::optional(Address{*value}) : std::nullopt;
        case VmBase::blob:
            return blob + Bytes(*value);
        case VmBase::data: {
            const auto data = read_part(memory_, blob, layout_.blob.data);
            return data ? from(blob + Bytes(*data)) : std::nullopt;
        }
        case VmBase::immutable:
            return layout_.nmethod.immutable ? from(read_pointer(memory_, blob, *layout_.nmethod.immutable))
                                             : std::nullopt;
        case VmBase::changeable: {
            const auto base = layout_.blob.changeable ? read_pointer(memory_, blob, *layout_.blob.changeable)
                                                      : std::nullopt;
            return base ? std::optional(*base + Bytes((*value + 7) / 8 * 8)) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<CodeBlob> CodeCacheMap::read_blob(Address at) {
    const CodeBlobLayout& layout = layout_.blob;
    CodeBlob blob;
    blob.at = at;
    const auto begin = place(at, layout.code_begin), end = place(at, layout.code_end);
    const auto name_at = read_pointer(memory_, at, layout.name);
    const auto name = name_at ? memory_.text(*name_at, longest_blob_name) : std::nullopt;
    const auto size = read_part(memory_, at, layout.size), words = read_part(memory_, at, layout.frame_size),
               complete = read_part(memory_, at, layout.frame_complete);
    if (!begin || !end || !name || !size || !words || !complete) return std::nullopt;
    blob.code = {*begin, *end};
    const Range whole{at, at + Bytes(*size)};
    if (blob.code.empty() || !whole.contains(blob.code) || heap_of(whole.begin) == nullptr ||
        !heap_of(whole.begin)->memory.contains(whole))
        return std::nullopt;
    blob.name = *name;
    // -1, of stubs that have none.
    blob.frame_bytes = *words < largest_frame / 8 ? *words * 8 : 0;
    blob.frame_complete = *complete < blob.code.size().value() ? *complete : 0;
    if (*name == "nmethod") blob.kind = BlobKind::compiled;
    if (*name == "native nmethod") blob.kind = BlobKind::native_method;
    if (*name == "Interpreter") blob.kind = BlobKind::interpreter;
    if (blob.of_method() && !read_method_parts(blob)) return std::nullopt;
    return blob;
}

bool CodeCacheMap::read_method_parts(CodeBlob& blob) {
    const NmethodLayout& layout = layout_.nmethod;
    const auto method = read_pointer(memory_, blob.at, layout.method);
    if (!method) return false;
    blob.method = *method;
    if (blob.kind == BlobKind::native_method) return true;
    const auto data = place(blob.at, layout.scopes_data), pcs = place(blob.at, layout.scopes_pcs),
               pcs_end = place(blob.at, layout.pcs_end), metadata = place(blob.at, layout.metadata);
    const auto original = read_part(memory_, blob.at, layout.original_pc);
    if (!data || !pcs || !pcs_end || !metadata || !original) return false;
    blob.scopes_data = *data;
    blob.pc_descs = {*pcs, *pcs_end};
    blob.metadata = *metadata;
    blob.original_pc = *original < blob.frame_bytes ? *original : 0;
    for (const VmPlace& handler : layout.deopt_handlers) {
        const auto at = place(blob.at, handler);
        if (at && blob.code.contains(*at)) blob.deopt_handlers.push_back(*at);
    }
    return true;
}

}  // namespace nmtx
