#include "hotspot/vm/java_objects.h"

#include <array>

#include "hotspot/vm/scopes.h"

namespace nmtx {
namespace {

constexpr int most_superclasses = 64;
constexpr std::uint64_t most_fields = 4096;
constexpr std::uint64_t most_stream = 65536;
constexpr std::uint64_t object_alignment = 8;

void add_utf8(std::string& out, std::uint32_t c) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) return add(c);
    if (c < 0x800) {
        add(0xc0U | (c >> 6U));
        return add(0x80U | (c & 0x3fU));
    }
    if (c < 0x10000) {
        add(0xe0U | (c >> 12U));
    } else {
        add(0xf0U | (c >> 18U));
        add(0x80U | ((c >> 12U) & 0x3fU));
    }
    add(0x80U | ((c >> 6U) & 0x3fU));
    add(0x80U | (c & 0x3fU));
}

}  // namespace

std::string utf8_of_utf16(std::string_view units) {
    std::string out;
    const auto unit = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(units[2 * i])) |
               (static_cast<std::uint32_t>(static_cast<unsigned char>(units[2 * i + 1])) << 8U);
    };
    for (std::size_t i = 0; i < units.size() / 2; ++i) {
        std::uint32_t c = unit(i);
        const bool pair = c >= 0xd800 && c < 0xdc00 && i + 1 < units.size() / 2 && unit(i + 1) >= 0xdc00 &&
                          unit(i + 1) < 0xe000;
        if (pair) c = 0x10000U + ((c - 0xd800U) << 10U) + (unit(++i) - 0xdc00U);
        add_utf8(out, c);
    }
    return out;
}

std::string utf8_of_latin1(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) add_utf8(out, static_cast<unsigned char>(c));
    return out;
}

std::optional<Address> JavaObjects::oop(Address at) {
    if (!heap_.narrow_oops) return memory_.pointer(at);
    const auto narrow = memory_.read<std::uint32_t>(at);
    if (!narrow || *narrow == 0) return std::nullopt;
    return Address{heap_.oop_base + (std::uint64_t{*narrow} << (heap_.oop_shift & 31U))};
}

std::optional<Address> JavaObjects::klass_of(Address object) {
    if (object.value % object_alignment != 0) return std::nullopt;
    const Address at = object + Bytes(heap_.class_offset);
    if (heap_.class_pointer == ClassPointer::wide) return memory_.pointer(at);
    std::uint64_t narrow = 0;
    if (heap_.class_pointer == ClassPointer::in_mark) {
        narrow = memory_.read<std::uint64_t>(object).value_or(0) >> (heap_.mark_shift & 63U);
    } else {
        narrow = memory_.read<std::uint32_t>(at).value_or(0);
    }
    if (narrow == 0) return std::nullopt;
    return Address{heap_.class_base + (narrow << (heap_.class_shift & 31U))};
}

std::optional<std::string> JavaObjects::name_of_class(Address klass) {
    const auto name = read_pointer(memory_, klass, vm_.method.klass_name);
    return name ? names_.symbol(*name) : std::nullopt;
}

std::optional<Address> JavaObjects::class_of(Address object, std::string_view name) {
    auto klass = klass_of(object);
    for (int i = 0; klass && i < most_superclasses; ++i) {
        const auto found = name_of_class(*klass);
        if (!found) return std::nullopt;
        if (*found == name) return klass;
        klass = read_pointer(memory_, *klass, heap_.super);
    }
    return std::nullopt;
}

// Six slots of 16 bits each: access flags, index of the name, of the type, of the first value, and the offset
// in the last two, above bits that say what it is.
JavaObjects::Fields JavaObjects::fields_of_slots(Address klass, Address pool) {
    Fields fields;
    const auto array = read_pointer(memory_, klass, *heap_.slots);
    const auto count = read_part(memory_, klass, *heap_.slot_count);
    if (!array || !count || *count > most_fields) return fields;
    for (std::uint64_t i = 0; i < *count; ++i) {
        std::array<std::uint16_t, 6> slot{};
        if (!memory_.read(*array + Bytes(heap_.slots_data + i * sizeof slot),
                          std::as_writable_bytes(std::span(slot))))
            return {};
        const auto name = names_.pool_symbol(pool, slot[1]), type = names_.pool_symbol(pool, slot[2]);
        const std::uint64_t packed = slot[4] | (std::uint64_t{slot[5]} << 16U);
        if (name && type) fields.emplace(*name, Field{*type, packed >> (heap_.tag_bits & 31U)});
    }
    return fields;
}

JavaObjects::Fields JavaObjects::fields_of_stream(Address klass, Address pool) {
    Fields fields;
    const auto array = read_pointer(memory_, klass, *heap_.stream);
    if (!array) return fields;
    CompressedNumbers numbers(memory_, *array + Bytes(heap_.stream_data), vm_.excluded_bytes);
    const auto count = numbers.next(), injected = numbers.next();
    if (!count || !injected || *count > most_fields) return fields;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto name_index = numbers.next(), type_index = numbers.next(), offset = numbers.next(),
                   access = numbers.next(), flags = numbers.next();
        if (!name_index || !type_index || !offset || !access || !flags) return {};
        // What comes behind a flat field differs by release: none of the classes that are read has one.
        if (heap_.flat && (*flags & *heap_.flat) != 0) return {};
        for (const std::uint64_t more : {heap_.initialized, heap_.generic, heap_.contended}) {
            if ((*flags & more) != 0 && !numbers.next()) return {};
        }
        const auto name = names_.pool_symbol(pool, *name_index), type = names_.pool_symbol(pool, *type_index);
        if (name && type) fields.emplace(*name, Field{*type, *offset});
    }
    return fields;
}

JavaObjects::Fields JavaObjects::fields_of(Address klass) {
    const auto pool = read_pointer(memory_, klass, heap_.constants);
    if (!pool) return {};
    return heap_.stream ? fields_of_stream(klass, *pool) : fields_of_slots(klass, *pool);
}

const JavaObjects::Field* JavaObjects::field(Address klass, std::string_view name, std::string_view type) {
    auto known = known_.find(klass.value);
    if (known == known_.end()) known = known_.emplace(klass.value, fields_of(klass)).first;
    const auto found = known->second.find(std::string(name));
    return found != known->second.end() && found->second.type == type ? &found->second : nullptr;
}

std::optional<Address> JavaObjects::reference(Address object, Address klass, std::string_view name,
                                              std::string_view type) {
    const Field* const found = field(klass, name, type);
    return found != nullptr ? oop(object + Bytes(found->offset)) : std::nullopt;
}

std::optional<std::uint64_t> JavaObjects::number(Address object, Address klass, std::string_view name,
                                                 std::string_view type) {
    const Field* const found = field(klass, name, type);
    if (found == nullptr) return std::nullopt;
    return read_part(memory_, object, {found->offset, type == "B" ? 1U : 4U, false});
}

std::optional<std::string> JavaObjects::elements(Address array, std::string_view type, std::uint64_t width,
                                                 std::size_t most) {
    if (!class_of(array, type)) return std::nullopt;
    const auto length = read_part(memory_, array, {heap_.array_length, 4, false});
    if (!length || *length > most) return std::nullopt;
    std::string bytes(*length * width, '\0');
    if (!memory_.read(array + Bytes(heap_.array_bytes), std::as_writable_bytes(std::span(bytes))))
        return std::nullopt;
    return bytes;
}

std::optional<std::string> JavaObjects::characters(Address array, std::size_t most) {
    const auto units = elements(array, "[C", 2, most);
    return units ? std::optional(utf8_of_utf16(*units)) : std::nullopt;
}

// From 9 on a String has bytes, and in `coder` whether they are Latin-1 or UTF-16; before, characters.
std::optional<std::string> JavaObjects::text(Address string, std::size_t most) {
    const auto klass = class_of(string, "java/lang/String");
    if (!klass) return std::nullopt;
    if (const auto array = reference(string, *klass, "value", "[C")) return characters(*array, most);
    const auto array = reference(string, *klass, "value", "[B");
    const auto coder = number(string, *klass, "coder", "B");
    if (!array || !coder || *coder > 1) return std::nullopt;
    const auto bytes = elements(*array, "[B", 1, most);
    if (!bytes) return std::nullopt;
    return *coder == 0 ? utf8_of_latin1(*bytes) : utf8_of_utf16(*bytes);
}

}  // namespace nmtx
