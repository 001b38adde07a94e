#include "hotspot/vm/vm_classes.h"

#include <algorithm>

#include "hotspot/threads/modified_utf8.h"
#include "hotspot/vm/scopes.h"

namespace nmtx {
namespace {

constexpr std::uint64_t klass_word = 8;
constexpr std::size_t longest_class_name = 4096;
constexpr std::uint64_t most_pool = 65536;
constexpr int deepest_super = 256;
constexpr std::uint64_t most_fields = 65536;
constexpr std::uint64_t largest_object = std::uint64_t{1} << 20U;
constexpr std::uint32_t is_static_flag = 0x0008, is_native_flag = 0x0100, is_internal_flag = 0x0400;
constexpr std::uint64_t most_methods_of_class = 65536;
constexpr std::uint64_t most_classes_of_loader = 1'000'000;

// As Klass::external_name has it.
std::string external_name(std::string name) {
    const std::size_t hidden = name.rfind("+0x");
    std::replace(name.begin(), name.end(), '/', '.');
    if (hidden != std::string::npos) name[hidden] = '/';
    return name;
}

std::string_view package_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

}  // namespace

std::optional<std::string> VmClasses::symbol(Address at) {
    if (at.value % klass_word != 0) return std::nullopt;
    const auto length = read_part(memory_, at, layout_.symbol_length);
    if (!length || *length == 0 || *length > longest_class_name) return std::nullopt;
    std::string text(*length, '\0');
    if (!memory_.read(at + Bytes(layout_.symbol_body), std::as_writable_bytes(std::span(text))))
        return std::nullopt;
    const bool plain = std::none_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return plain ? std::optional(utf8_of_modified(text)) : std::nullopt;
}

std::optional<std::string> VmClasses::pool_symbol(Address pool, std::uint64_t index) {
    const auto length = read_part(memory_, pool, layout_.pool_length);
    if (!length || *length > most_pool || index == 0 || index >= *length) return std::nullopt;
    const auto at = memory_.pointer(pool + Bytes(layout_.pool_bytes + index * klass_word));
    return at ? symbol(*at) : std::nullopt;
}

const VmClass* VmClasses::find(std::uint64_t klass) {
    if (klass == 0 || klass % klass_word != 0) return nullptr;
    Recent& recent = recent_[(klass >> 3U) * 0x9e3779b97f4a7c15U >> 48U];
    if (recent.klass == klass) return recent.found;
    const VmClass* found = nullptr;
    if (const auto known = known_.find(klass); known != known_.end()) {
        found = known->second.get();
    } else if (known_.size() < most_classes) {
        if (auto made = read({klass})) found = known_.emplace(klass, std::move(made)).first->second.get();
    }
    recent = {klass, found};
    return found;
}

// The classes above it, the last of them java.lang.Object, give it their fields.
bool VmClasses::leads_to_object(Address klass, VmClass& into) {
    Address at = klass;
    for (int depth = 0; depth < deepest_super; ++depth) {
        if (into.shape == VmClass::Shape::instance && depth > 0) read_fields(at, into, true);
        const auto name_at = read_pointer(memory_, at, layout_.klass_name);
        const auto name = name_at ? symbol(*name_at) : std::nullopt;
        if (!name) return false;
        const auto super = read_pointer(memory_, at, layout_.klass_super);
        if (depth == 0) into.super = super.value_or(Address{});
        if (!super) return *name == "java/lang/Object";
        if (super->value % klass_word != 0) return false;
        at = *super;
    }
    return false;
}

std::unique_ptr<VmClass> VmClasses::read(Address klass) {
    const auto helper = read_part(memory_, klass, layout_.layout_helper);
    const auto name_at = read_pointer(memory_, klass, layout_.klass_name);
    const auto name = helper && name_at ? symbol(*name_at) : std::nullopt;
    if (!name) return nullptr;
    auto made = std::make_unique<VmClass>();
    made->at = klass;
    made->name = external_name(*name);
    const auto layout = static_cast<std::int32_t>(*helper);
    if (layout > 0) {
        made->instance_bytes = static_cast<std::uint64_t>(layout) / 8 * 8;
        if (made->instance_bytes < 8 || made->instance_bytes > largest_object) return nullptr;
        if (*name == "java/lang/Class") made->shape = VmClass::Shape::mirror;
    } else if (layout < 0 && name->front() == '[') {
        made->log2_element = static_cast<unsigned>(layout) & 63U;
        made->header_bytes = static_cast<unsigned>(layout) >> 16U & 255U;
        if (made->log2_element > 3 || made->header_bytes < 12) return nullptr;
        made->shape = *name == "[J"   ? VmClass::Shape::longs
                      : *name == "[B" ? VmClass::Shape::bytes
                                      : VmClass::Shape::other_array;
        if (*name == "[J") made->name = "long[]";
        if (*name == "[B") made->name = "byte[]";
    } else {
        return nullptr;
    }
    if (!leads_to_object(klass, *made)) return nullptr;
    if (layout > 0) read_fields(klass, *made, false);
    std::sort(made->longs.begin(), made->longs.end(),
              [](const LongField& a, const LongField& b) { return a.offset < b.offset; });
    return made;
}

void VmClasses::take_field(Address pool, VmClass& into, bool inherited, std::uint64_t name,
                           std::uint64_t signature, std::uint64_t offset, std::uint64_t flags) {
    const bool is_static = (flags & is_static_flag) != 0;
    if (is_static && inherited) return;
    const auto type = pool_symbol(pool, signature);
    if (!type || *type != "J" || offset % 8 != 0) return;
    if (auto text = pool_symbol(pool, name)) into.longs.push_back({offset, std::move(*text), is_static});
}

void VmClasses::read_fields(Address klass, VmClass& into, bool inherited) {
    const auto pool = read_pointer(memory_, klass, layout_.constants);
    if (!pool || pool->value % klass_word != 0) return;
    if (layout_.field_stream) return read_field_stream(klass, *pool, into, inherited);
    read_field_numbers(klass, *pool, into, inherited);
}

// access flags, name, signature, initial value, offset << 2 | 1 in two halves (FieldInfo, to JDK 20).
void VmClasses::read_field_numbers(Address klass, Address pool, VmClass& into, bool inherited) {
    constexpr std::uint64_t slots_of_field = 6, is_offset = 1;
    const auto array = read_pointer(memory_, klass, *layout_.fields);
    const auto count = read_part(memory_, klass, *layout_.java_fields_count);
    if (!array || !count || *count > most_fields) return;
    for (std::uint64_t i = 0; i < *count; ++i) {
        std::array<std::uint16_t, slots_of_field> numbers{};
        const Address at = *array + Bytes(layout_.numbers_body + i * sizeof numbers);
        if (!memory_.read(at, std::as_writable_bytes(std::span(numbers)))) return;
        if ((numbers[4] & 3U) != is_offset || (numbers[0] & is_internal_flag) != 0) continue;
        const std::uint64_t offset = (std::uint64_t{numbers[5]} << 16U | numbers[4]) >> 2U;
        take_field(pool, into, inherited, numbers[1], numbers[2], offset, numbers[0]);
    }
}

// How many fields, how many that the VM adds; then of each its name, signature, offset, access flags, flags,
// and a number more for each of some flags (FieldInfoStream, from JDK 21 on).
void VmClasses::read_field_stream(Address klass, Address pool, VmClass& into, bool inherited) {
    const auto array = read_pointer(memory_, klass, *layout_.field_stream);
    if (!array) return;
    CompressedNumbers stream(memory_, *array + Bytes(layout_.bytes_body), layout_.excluded_bytes);
    const auto count = stream.next(), added = stream.next();
    if (!count || !added || *count > most_fields) return;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto name = stream.next(), signature = stream.next(), offset = stream.next(),
                   access = stream.next(), flags = stream.next();
        if (!name || !signature || !offset || !access || !flags) return;
        for (std::uint32_t more = *flags & layout_.more_numbers_bits; more != 0; more &= more - 1) {
            if (!stream.next()) return;
        }
        take_field(pool, into, inherited, *name, *signature, *offset, *access);
    }
}

void VmClasses::add_native_functions(Address klass, std::vector<Address>& into) {
    const auto methods = read_pointer(memory_, klass, layout_.methods);
    const auto count = methods ? memory_.read<std::int32_t>(*methods) : std::nullopt;
    if (!count || *count < 0 || static_cast<std::uint64_t>(*count) > most_methods_of_class) return;
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(*count); ++i) {
        const auto method = memory_.pointer(*methods + Bytes(layout_.pointers_body + i * klass_word));
        const auto flags = method ? read_part(memory_, *method, layout_.method_flags) : std::nullopt;
        if (!flags || (*flags & is_native_flag) == 0) continue;
        if (const auto function = memory_.pointer(*method + Bytes(layout_.method_bytes)))
            into.push_back(*function);
    }
}

std::vector<Address> VmClasses::native_functions(const VmClass& of) {
    std::vector<Address> found;
    Address at = of.at;
    for (int depth = 0; depth < deepest_super; ++depth) {
        const auto super = read_pointer(memory_, at, layout_.klass_super);
        if (!super) break;  // java.lang.Object's are everybody's
        add_native_functions(at, found);
        at = *super;
    }
    return found;
}

std::vector<Address> VmClasses::native_functions_of_package(const VmClass& of) {
    std::vector<Address> found;
    if (!layout_.loader || !layout_.loader_klasses || !layout_.next_link) return found;
    const auto loader = read_pointer(memory_, of.at, *layout_.loader);
    auto klass = loader ? read_pointer(memory_, *loader, *layout_.loader_klasses) : std::nullopt;
    const std::string wanted(package_of(of.name));
    if (wanted.empty()) return found;
    for (std::uint64_t n = 0; klass && n < most_classes_of_loader; ++n) {
        const auto helper = read_part(memory_, *klass, layout_.layout_helper);
        const auto name_at = read_pointer(memory_, *klass, layout_.klass_name);
        const auto name = name_at ? symbol(*name_at) : std::nullopt;
        if (!helper || !name) break;
        if (static_cast<std::int32_t>(*helper) >= 0 && package_of(external_name(*name)) == wanted)
            add_native_functions(*klass, found);
        klass = read_pointer(memory_, *klass, *layout_.next_link);
    }
    return found;
}

}  // namespace nmtx
