#include "hotspot/vm/heap_objects.h"

#include <algorithm>
#include <cstring>

namespace nmtx {
namespace {

constexpr std::uint64_t mark_lock_bits = 3, mark_forwarded = 3;
constexpr unsigned mark_address_bits = 48;

const LongField* field_at(const VmClass& klass, std::uint64_t offset, bool is_static) {
    const auto found = std::lower_bound(klass.longs.begin(), klass.longs.end(), offset,
                                        [](const LongField& f, std::uint64_t o) { return f.offset < o; });
    for (auto it = found; it != klass.longs.end() && it->offset == offset; ++it) {
        if (it->is_static == is_static) return &*it;
    }
    return nullptr;
}

std::optional<std::uint64_t> word_of(const HeapBytes& part, std::uint64_t at) {
    if (at < part.begin.value || at + 8 > part.begin.value + part.bytes.size()) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, part.bytes.data() + (at - part.begin.value), sizeof value);
    return value;
}

}  // namespace

void HeapObjects::look_at(HeapBytes part) {
    part_ = part;
    in_front_ = {};
    front_asked_ = false;
}

std::optional<std::uint64_t> HeapObjects::word(std::uint64_t at) {
    if (const auto value = word_of(part_, at)) return value;
    if (at >= part_.begin.value) return std::nullopt;
    if (!front_asked_) {
        front_asked_ = true;
        if (before_) in_front_ = before_(part_.begin);
    }
    return word_of(in_front_, at);
}

std::uint64_t HeapObjects::klass_of(std::uint64_t header, std::uint64_t mark) {
    if (layout_.header == ObjectHeader::compact) {
        const std::uint64_t narrow = mark >> layout_.klass_shift;
        return narrow == 0 ? 0 : layout_.narrow_base + (narrow << layout_.narrow_shift);
    }
    if (mark >> mark_address_bits != 0) return 0;
    const auto behind = word(header + 8);
    if (!behind) return 0;
    if (layout_.header == ObjectHeader::wide) return *behind;
    const std::uint64_t narrow = *behind & 0xffffffffU;
    return narrow == 0 ? 0 : layout_.narrow_base + (narrow << layout_.narrow_shift);
}

// The static fields of a class lie in its java.lang.Class, behind the fields that this has itself.
std::optional<WordHolder> HeapObjects::in_mirror(std::uint64_t header, std::uint64_t at) {
    const auto words = word((header + layout_.mirror_words) / 8 * 8);
    if (!words) return std::nullopt;
    const unsigned shift = (header + layout_.mirror_words) % 8 == 0 ? 0 : 32;
    const std::uint64_t bytes = (*words >> shift & 0xffffffffU) * 8;
    if (bytes > (std::uint64_t{1} << 20U) || at - header + 8 > bytes) return std::nullopt;
    const auto klass_at = word(header + layout_.mirror_klass);
    const VmClass* const klass = klass_at ? classes_.find(*klass_at) : nullptr;
    if (klass == nullptr) return std::nullopt;
    const LongField* const field = field_at(*klass, at - header, true);
    if (field == nullptr) return WordHolder{};
    return WordHolder{WordPlace::static_field, klass, field};
}

std::optional<WordHolder> HeapObjects::in_array(const VmClass& klass, std::uint64_t header,
                                                std::uint64_t at) {
    const std::uint64_t length_at = header + layout_.array_length_offset();
    const auto holds_length = word(length_at / 8 * 8);
    if (!holds_length) return std::nullopt;
    const std::uint64_t length = *holds_length >> (length_at % 8 == 0 ? 0 : 32) & 0xffffffffU;
    if (length > 0x7fffffffU) return std::nullopt;
    const std::uint64_t begin = header + klass.header_bytes, end = begin + (length << klass.log2_element);
    if (at < begin || at + 8 > end) return std::nullopt;
    WordHolder holder;
    holder.klass = &klass;
    if (klass.shape == VmClass::Shape::longs) holder.place = WordPlace::long_array;
    if (klass.shape == VmClass::Shape::bytes) holder.place = WordPlace::byte_array;
    array_ = holder;
    array_begin_ = begin;
    array_end_ = end;
    return holder;
}

// Nothing where the object does not reach the word.
std::optional<WordHolder> HeapObjects::proves(const VmClass& klass, std::uint64_t header, std::uint64_t mark,
                                              std::uint64_t at) {
    std::optional<WordHolder> found;
    switch (klass.shape) {
        case VmClass::Shape::instance:
            if (at - header + 8 > klass.instance_bytes) return std::nullopt;
            found.emplace();
            if (const LongField* field = field_at(klass, at - header, false))
                found = WordHolder{WordPlace::field, &klass, field};
            break;
        case VmClass::Shape::mirror:
            found = in_mirror(header, at);
            break;
        case VmClass::Shape::longs:
        case VmClass::Shape::bytes:
        case VmClass::Shape::other_array:
            found = in_array(klass, header, at);
            break;
    }
    const bool forwarded =
        layout_.header != ObjectHeader::compact && (mark & mark_lock_bits) == mark_forwarded;
    if (found && forwarded) return WordHolder{WordPlace::moved, &klass, nullptr};
    return found;
}

WordHolder HeapObjects::holder_of(Address address) {
    const std::uint64_t at = address.value;
    if (at >= array_begin_ && at + 8 <= array_end_) return array_;
    const std::uint64_t first = layout_.header == ObjectHeader::compact ? at - 8 : at - 16;
    std::uint64_t header = first;
    // An object that holds the word would hold the objects that were passed on the way, too.
    constexpr int most_passed = 16;
    for (int passed = 0; at - header <= furthest && passed < most_passed; header -= 8) {
        // An earlier word's search has been here, and nothing reaches as far as this one.
        if (header <= none_to_ && header >= none_from_) {
            header = none_from_;
            continue;
        }
        const auto mark = word(header);
        if (!mark) break;
        const std::uint64_t klass_at = klass_of(header, *mark);
        if (klass_at == 0) continue;
        const VmClass* const klass = classes_.find(klass_at);
        if (klass == nullptr) continue;
        if (const auto found = proves(*klass, header, *mark, at)) return *found;
        ++passed;
    }
    // Objects that end before this word do not reach further ones either.
    none_from_ = header;
    none_to_ = first;
    return {};
}

std::string holder_name(const WordHolder& holder) {
    if (holder.klass == nullptr) return "";
    if (holder.field == nullptr) return holder.klass->name;
    return holder.klass->name + "." + holder.field->name;
}

}  // namespace nmtx
