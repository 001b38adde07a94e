#include "hotspot/vm/heap_objects.h"

#include <algorithm>
#include <cstring>

namespace nmtx {
namespace {

constexpr std::uint64_t mark_lock_bits = 3, mark_unlocked = 1, mark_forwarded = 3, mark_biased = 4;
// A mark that holds an address; one that holds at most a hash (31 bits above 8).
constexpr unsigned mark_address_bits = 48, mark_plain_bits = 39;

const LongField* field_at(const VmClass& klass, std::uint64_t offset, bool is_static) {
    const auto found = std::lower_bound(klass.longs.begin(), klass.longs.end(), offset,
                                        [](const LongField& f, std::uint64_t o) { return f.offset < o; });
    for (auto it = found; it != klass.longs.end() && it->offset == offset; ++it) {
        if (it->is_static == is_static) return &*it;
    }
    return nullptr;
}

}  // namespace

void HeapObjects::look_at(HeapBytes part) {
    part_ = part;
    in_front_ = {};
    front_asked_ = false;
}

std::optional<std::uint64_t> HeapObjects::word_in_front(std::uint64_t at) {
    if (at >= part_.begin.value) return std::nullopt;
    if (!front_asked_) {
        front_asked_ = true;
        if (before_) in_front_ = before_(part_.begin);
    }
    const std::uint64_t begin = in_front_.begin.value;
    if (at < begin || at + 8 > begin + in_front_.bytes.size()) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, in_front_.bytes.data() + (at - begin), sizeof value);
    return value;
}

HeapObjects::Header HeapObjects::header_at(std::uint64_t at) {
    Header header;
    const auto mark = word(at);
    if (!mark) return header;
    header.readable = true;
    const bool in_mark = layout_.heap.class_pointer == ClassPointer::in_mark;
    if (!in_mark && *mark >> mark_address_bits != 0) return header;
    const auto behind = in_mark ? std::optional<std::uint64_t>(0) : word(at + 8);
    const std::uint64_t klass = behind ? layout_.heap.klass_of(*mark, *behind) : 0;
    if (klass == 0) return header;
    header.klass = classes_.find(klass);
    header.forwarded = !in_mark && (*mark & mark_lock_bits) == mark_forwarded;
    header.plain = (*mark & mark_lock_bits) == mark_unlocked &&
                   (in_mark || ((*mark & mark_biased) == 0 && *mark >> mark_plain_bits == 0));
    return header;
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
    const std::uint64_t length_at = header + layout_.heap.array_length;
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
    return holder;
}

// Nothing where the object does not reach the word.
std::optional<WordHolder> HeapObjects::reaches(const VmClass& klass, std::uint64_t header, std::uint64_t at) {
    switch (klass.shape) {
        case VmClass::Shape::instance:
            if (at - header + 8 > klass.instance_bytes) return std::nullopt;
            if (const LongField* field = field_at(klass, at - header, false))
                return WordHolder{WordPlace::field, &klass, field};
            return WordHolder{};
        case VmClass::Shape::mirror:
            return in_mirror(header, at);
        case VmClass::Shape::longs:
        case VmClass::Shape::bytes:
        case VmClass::Shape::other_array:
            break;
    }
    return in_array(klass, header, at);
}

// A word in front of another one may look like a header: the address in a long field like a compact one of a
// locked object, whose class is where the address's upper bits say. So one that is locked counts only where
// its class has a long at just that place.
std::optional<WordHolder> HeapObjects::proves(const Header& header, std::uint64_t from, std::uint64_t at) {
    const auto found = reaches(*header.klass, from, at);
    if (!found || header.plain) return found;
    if (found->field == nullptr) return std::nullopt;
    if (header.forwarded) return WordHolder{WordPlace::moved, header.klass, nullptr};
    return found;
}

WordHolder HeapObjects::holder_of(Address address) {
    const std::uint64_t at = address.value;
    const std::uint64_t first = layout_.heap.class_pointer == ClassPointer::in_mark ? at - 8 : at - 16;
    // An object that holds the word would hold the objects that were passed on the way, too.
    constexpr int most_passed = 16;
    WordHolder holder;
    std::uint64_t from = first;
    for (int passed = 0; at - from <= furthest && passed < most_passed; from -= 8) {
        // An earlier word's search has been here, and nothing reaches as far as this one.
        if (from <= none_to_ && from >= none_from_) {
            from = none_from_;
            continue;
        }
        const Header header = header_at(from);
        if (!header.readable) break;
        if (header.klass == nullptr) continue;
        if (const auto found = proves(header, from, at)) {
            holder = *found;
            break;
        }
        ++passed;
    }
    // Objects that end before this word do not reach further ones either.
    none_from_ = from + 8;
    none_to_ = first;
    return holder;
}

std::string holder_name(const WordHolder& holder) {
    if (holder.klass == nullptr) return "";
    if (holder.field == nullptr) return holder.klass->name;
    return holder.klass->name + "." + holder.field->name;
}

}  // namespace nmtx
