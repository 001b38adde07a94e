#include "hotspot/vm/vm_classes.h"

#include <algorithm>

#include "base/java_names.h"
#include "hotspot/vm/java_fields.h"

namespace nmtx {
namespace {

constexpr std::uint64_t klass_word = 8;
constexpr std::size_t longest_class_name = 4096;
constexpr int deepest_super = 256;
constexpr std::uint64_t largest_object = std::uint64_t{1} << 20U;
constexpr std::uint32_t is_native_flag = 0x0100;
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

std::optional<std::string> VmClasses::name_of(Address klass) {
    const auto at = read_pointer(memory_, klass, vm_.method.klass_name);
    auto name = at ? names_.symbol(*at) : std::nullopt;
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!name || name->size() > longest_class_name || std::any_of(name->begin(), name->end(), is_odd))
        return std::nullopt;
    return name;
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
        const auto name = name_of(at);
        if (!name) return false;
        const auto super = read_pointer(memory_, at, layout_.heap.super);
        if (depth == 0) into.super = super.value_or(Address{});
        if (!super) return *name == "java/lang/Object";
        if (super->value % klass_word != 0) return false;
        at = *super;
    }
    return false;
}

std::unique_ptr<VmClass> VmClasses::read(Address klass) {
    const auto helper = read_part(memory_, klass, layout_.layout_helper);
    const auto name = helper ? name_of(klass) : std::nullopt;
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

void VmClasses::read_fields(Address klass, VmClass& into, bool inherited) {
    for_each_field(memory_, vm_, layout_.heap, klass, [&](const JavaField& field) {
        const bool is_static = (field.access & JavaField::is_static) != 0;
        if ((is_static && inherited) || field.offset % 8 != 0) return;
        if (names_.pool_symbol(field.pool, field.type) != "J") return;
        if (auto name = names_.pool_symbol(field.pool, field.name))
            into.longs.push_back({field.offset, std::move(*name), is_static});
    });
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
    const bool of_class_library = is_of_class_library(of.name);
    Address at = of.at;
    for (int depth = 0; depth < deepest_super; ++depth) {
        const auto super = read_pointer(memory_, at, layout_.heap.super);
        if (!super) break;  // java.lang.Object's are everybody's
        // What the JDK's classes call says nothing about a field of a class that extends them.
        if (at != of.at && !of_class_library) {
            const auto name = name_of(at);
            if (!name || is_of_class_library(external_name(*name))) break;
        }
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
        const auto name = name_of(*klass);
        if (!helper || !name) break;
        if (static_cast<std::int32_t>(*helper) >= 0 && package_of(external_name(*name)) == wanted)
            add_native_functions(*klass, found);
        klass = read_pointer(memory_, *klass, *layout_.next_link);
    }
    return found;
}

}  // namespace nmtx
