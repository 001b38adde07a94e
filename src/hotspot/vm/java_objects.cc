#include "hotspot/vm/java_objects.h"

#include <array>

#include "hotspot/vm/java_fields.h"

namespace nmtx {
namespace {

constexpr int most_superclasses = 64;
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
    const auto mark = memory_.read<std::uint64_t>(object),
               behind = memory_.read<std::uint64_t>(object + Bytes(8));
    const std::uint64_t klass = mark && behind ? heap_.klass_of(*mark, *behind) : 0;
    return klass == 0 ? std::nullopt : std::optional(Address{klass});
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

JavaObjects::Fields JavaObjects::fields_of(Address klass) {
    Fields fields;
    const bool all = for_each_field(memory_, vm_, heap_, klass, [&](const JavaField& field) {
        const auto name = names_.pool_symbol(field.pool, field.name),
                   type = names_.pool_symbol(field.pool, field.type);
        if (name && type) fields.emplace(*name, Field{*type, field.offset});
    });
    return all ? fields : Fields();
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
