#include "hotspot/vm/heap_layout.h"

#include <array>
#include <map>

namespace nmtx {
namespace {

constexpr std::uint64_t most_flags = 8192;
constexpr std::size_t longest_flag = 128;

// Reads what is wanted, notes the first field that is missing and goes on.
class HeapLayoutReader {
  public:
    HeapLayoutReader(const VmTables& tables, VmMemory& memory) : tables_(tables), memory_(memory) {}

    Expected<HeapLayout> read() {
        classes();
        fields();
        methods();
        objects();
        heap();
        if (!missing_.empty()) return failure("libjvm.so", "its tables have no " + missing_);
        return layout_;
    }

  private:
    std::optional<VmPart> part_if(std::string_view type, std::string_view name) const {
        const VmField* const field = tables_.field(type, name);
        return field != nullptr && !field->is_static ? std::optional(part_of(*field)) : std::nullopt;
    }
    VmPart part(std::string_view type, std::string_view name) {
        const auto found = part_if(type, name);
        if (!found) miss(std::string(type) + "::" + std::string(name));
        return found.value_or(VmPart{});
    }
    std::optional<Address> fixed(std::string_view type, std::string_view name) const {
        const VmField* const field = tables_.field(type, name);
        return field != nullptr && field->is_static ? std::optional(field->address) : std::nullopt;
    }
    std::uint64_t size(std::string_view type) {
        const auto bytes = tables_.size_of(type);
        if (!bytes) miss("size of " + std::string(type));
        return bytes.value_or(0);
    }
    void miss(std::string what) {
        if (missing_.empty()) missing_ = std::move(what);
    }

    void classes() {
        layout_.layout_helper = part("Klass", "_layout_helper");
        layout_.klass_name = part("Klass", "_name");
        layout_.klass_super = part("Klass", "_super");
        layout_.next_link = part_if("Klass", "_next_link");
        layout_.loader = part_if("Klass", "_class_loader_data");
        layout_.loader_klasses = part_if("ClassLoaderData", "_klasses");
        if (const auto shift = tables_.constant("Klass::_lh_array_tag_shift");
            shift && *shift > 0 && *shift < 32)
            layout_.array_tag_shift = static_cast<unsigned>(*shift);
        layout_.symbol_length = part("Symbol", "_length");
        layout_.symbol_body = part("Symbol", "_body").offset;
    }

    void fields() {
        layout_.constants = part("InstanceKlass", "_constants");
        layout_.pool_length = part("ConstantPool", "_length");
        layout_.pool_bytes = size("ConstantPool");
        layout_.fields = part_if("InstanceKlass", "_fields");
        layout_.java_fields_count = part_if("InstanceKlass", "_java_fields_count");
        layout_.field_stream = part_if("InstanceKlass", "_fieldinfo_stream");
        if (!layout_.field_stream && !(layout_.fields && layout_.java_fields_count))
            miss("InstanceKlass::_fieldinfo_stream");
        layout_.bytes_body = part("Array<u1>", "_data").offset;
        // Elements of two bytes begin where those of one do, behind a length of four.
        layout_.numbers_body = layout_.bytes_body;
        for (const std::string_view name : {"initialized", "generic", "contended", "flat", "null_marker"}) {
            const auto bit = tables_.constant("FieldInfo::FieldFlags::_ff_" + std::string(name));
            if (bit && *bit >= 0 && *bit < 32) layout_.more_numbers_bits |= std::uint32_t{1} << *bit;
        }
        // From 20 on; 21 brought the stream.
        layout_.excluded_bytes = layout_.field_stream ? 1 : 0;
    }

    void methods() {
        layout_.methods = part("InstanceKlass", "_methods");
        layout_.pointers_body = size("Array<Method*>") - sizeof(std::uint64_t);
        layout_.method_flags = part("Method", "_access_flags");
        layout_.method_flags.bytes = 2;
        layout_.method_bytes = size("Method");
    }

    void objects() {
        for (const auto& [type, prefix] :
             {std::pair<std::string_view, std::string>{"CompressedKlassPointers", "_"},
              {"CompressedKlassPointers", "_narrow_klass._"},
              {"Universe", "_narrow_klass._"}}) {
            const auto base = fixed(type, prefix + "base"), shift = fixed(type, prefix + "shift");
            if (!base || !shift) continue;
            const auto base_value = memory_.read<std::uint64_t>(*base);
            const auto shift_value = memory_.read<std::int32_t>(*shift);
            if (!base_value || !shift_value || *shift_value < 0 || *shift_value > 16)
                return miss("readable base of narrow klasses");
            layout_.narrow_base = *base_value;
            layout_.narrow_shift = static_cast<unsigned>(*shift_value);
            break;
        }
        const auto klass_shift = tables_.constant("markWord::klass_shift");
        if (klass_shift && *klass_shift > 8 && *klass_shift < 64)
            layout_.klass_shift = static_cast<unsigned>(*klass_shift);
        const std::map<std::string, bool> flags = read_flags();
        const auto flag = [&](const char* name, bool otherwise) {
            const auto found = flags.find(name);
            return found == flags.end() ? otherwise : found->second;
        };
        if (flag("UseCompactObjectHeaders", false)) {
            layout_.header = ObjectHeader::compact;
        } else if (!flag("UseCompressedClassPointers", true)) {
            layout_.header = ObjectHeader::wide;
        }
        layout_.mirror_klass = number_at("java_lang_Class", "_klass_offset");
        layout_.mirror_words = number_at("java_lang_Class", "_oop_size_offset");
    }

    // A static int.
    std::uint64_t number_at(std::string_view type, std::string_view name) {
        const auto at = fixed(type, name);
        const auto value = at ? memory_.read<std::int32_t>(*at) : std::nullopt;
        if (!value || *value < 0) miss(std::string(type) + "::" + std::string(name));
        return static_cast<std::uint64_t>(value.value_or(0));
    }

    // Those that change how objects lie.
    std::map<std::string, bool> read_flags() {
        std::map<std::string, bool> found;
        for (const std::string_view type : {"JVMFlag", "Flag"}) {
            const auto flags = fixed(type, "flags"), count = fixed(type, "numFlags");
            const auto bytes = tables_.size_of(type);
            if (!flags || !count || !bytes || *bytes == 0) continue;
            const auto begin = memory_.pointer(*flags);
            const auto number = memory_.read<std::uint64_t>(*count);
            if (!begin || !number || *number > most_flags) break;
            const VmPart name = part(type, "_name"), value = part(type, "_addr");
            for (std::uint64_t i = 0; i < *number; ++i) {
                const Address at = *begin + Bytes(i * *bytes);
                const auto text_at = read_pointer(memory_, at, name);
                const auto text = text_at ? memory_.text(*text_at, longest_flag) : std::nullopt;
                if (!text || !text->starts_with("UseComp")) continue;
                const auto value_at = read_pointer(memory_, at, value);
                const auto is_set = value_at ? memory_.read<std::uint8_t>(*value_at) : std::nullopt;
                if (is_set) found.emplace(*text, *is_set != 0);
            }
        }
        return found;
    }

    void heap() {
        layout_.heap = fixed("Universe", "_collectedHeap");
        const VmPart reserved = part("CollectedHeap", "_reserved");
        layout_.reserved_begin = part("MemRegion", "_start");
        layout_.reserved_words = part("MemRegion", "_word_size");
        layout_.reserved_begin.offset += reserved.offset;
        layout_.reserved_words.offset += reserved.offset;
        layout_.collections = part("CollectedHeap", "_total_collections");
    }

    const VmTables& tables_;
    VmMemory& memory_;
    HeapLayout layout_;
    std::string missing_;
};

}  // namespace

Expected<HeapLayout> HeapLayout::of(const VmTables& tables, VmMemory& memory) {
    return HeapLayoutReader(tables, memory).read();
}

std::optional<Range> reserved_heap(const HeapLayout& layout, VmMemory& memory) {
    const auto heap = layout.heap ? memory.pointer(*layout.heap) : std::nullopt;
    if (!heap) return std::nullopt;
    const auto begin = read_part(memory, *heap, layout.reserved_begin),
               words = read_part(memory, *heap, layout.reserved_words);
    constexpr std::uint64_t most_words = std::uint64_t{1} << 44U;
    if (!begin || !words || *begin == 0 || *words == 0 || *words > most_words) return std::nullopt;
    return Range{{*begin}, Address{*begin} + Bytes(*words * 8)};
}

std::optional<std::uint64_t> collections(const HeapLayout& layout, VmMemory& memory) {
    const auto heap = layout.heap ? memory.pointer(*layout.heap) : std::nullopt;
    return heap ? read_part(memory, *heap, layout.collections) : std::nullopt;
}

}  // namespace nmtx
