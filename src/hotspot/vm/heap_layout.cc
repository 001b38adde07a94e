#include "hotspot/vm/heap_layout.h"

#include <algorithm>
#include <array>

#include "hotspot/vm/vm_table_reader.h"

namespace nmtx {
namespace {

constexpr std::uint64_t most_flags = 8192;  // JDK 8 to 28 have up to 1,600
constexpr std::size_t longest_flag = 128;
constexpr int elements_at_four = 23;  // the first release whose bytes begin right behind the length

// The collectors that move objects only while all Java threads stand still.
constexpr std::array stopping_collectors{"UseSerialGC", "UseParallelGC", "UseG1GC", "UseConcMarkSweepGC",
                                         "UseEpsilonGC"};

}  // namespace

class HeapLayoutReader : VmTableReader {
  public:
    HeapLayoutReader(const VmTables& tables, VmMemory& memory) : VmTableReader(tables, memory) {}

    Expected<HeapLayout> read() {
        read_flags();
        layout_.moves_while_java_runs = !stops_java();
        pointers();
        classes();
        fields();
        threads();
        collector();
        if (const auto missing = complaint()) return failure("libjvm.so", *missing);
        return layout_;
    }

  private:
    // 8 calls them Flag.
    void read_flags() {
        const std::string type = tables_.field("JVMFlag", "flags") != nullptr ? "JVMFlag" : "Flag";
        const auto first = value({{type, "flags"}}), count = value({{type, "numFlags"}});
        const VmPart name = part(type, "_name"), address = part(type, "_addr");
        const std::uint64_t stride = size(type);
        if (!first || !count) return;
        for (std::uint64_t i = 0; i < std::min(*count, most_flags); ++i) {
            const Address at = Address{*first} + Bytes(i * stride);
            const auto text_at = read_pointer(memory_, at, name);
            const auto text = text_at ? memory_.text(*text_at, longest_flag) : std::nullopt;
            const auto where = read_pointer(memory_, at, address);
            if (text && where && text->starts_with("Use")) flags_.emplace(*text, *where);
        }
    }
    // A flag that a release does not have is off.
    [[nodiscard]] bool flag(const std::string& name) const {
        const auto found = flags_.find(name);
        return found != flags_.end() && memory_.read<std::uint8_t>(found->second).value_or(0) != 0;
    }
    [[nodiscard]] bool stops_java() const {
        return std::any_of(stopping_collectors.begin(), stopping_collectors.end(),
                           [&](const char* name) { return flag(name); });
    }

    void pointers() {
        layout_.narrow_oops = flag("UseCompressedOops");
        if (layout_.narrow_oops) {
            layout_.oop_base = value({{"CompressedOops", "_base"},
                                      {"CompressedOops", "_narrow_oop._base"},
                                      {"Universe", "_narrow_oop._base"}})
                                   .value_or(0);
            layout_.oop_shift = value({{"CompressedOops", "_shift"},
                                       {"CompressedOops", "_narrow_oop._shift"},
                                       {"Universe", "_narrow_oop._shift"}})
                                    .value_or(0);
        }
        const auto mark_shift = tables_.constant("markWord::klass_shift");
        const auto major = value({{"Abstract_VM_Version", "_vm_major_version"}});
        // From 27 on there are no wide class pointers any more, and no flag.
        const bool wide =
            !flag("UseCompressedClassPointers") && flags_.contains("UseCompressedClassPointers");
        layout_.class_pointer = flag("UseCompactObjectHeaders") ? ClassPointer::in_mark
                                : wide                          ? ClassPointer::wide
                                                                : ClassPointer::narrow;
        if (layout_.class_pointer == ClassPointer::in_mark && !mark_shift) miss("markWord::klass_shift");
        layout_.mark_shift = static_cast<std::uint64_t>(mark_shift.value_or(0));
        if (!wide) {
            layout_.class_base = value({{"CompressedKlassPointers", "_base"},
                                        {"CompressedKlassPointers", "_narrow_klass._base"},
                                        {"Universe", "_narrow_klass._base"}})
                                     .value_or(0);
            layout_.class_shift = value({{"CompressedKlassPointers", "_shift"},
                                         {"CompressedKlassPointers", "_narrow_klass._shift"},
                                         {"Universe", "_narrow_klass._shift"}})
                                      .value_or(0);
        }
        layout_.array_length = layout_.class_pointer == ClassPointer::in_mark ? 8 : wide ? 16 : 12;
        layout_.array_bytes = layout_.array_length + 4;
        // 8 counts HotSpot's releases, 25.N: it alone calls the flags Flag.
        const bool old = tables_.field("Flag", "flags") != nullptr ||
                         static_cast<int>(major.value_or(0)) < elements_at_four;
        if (wide && old) layout_.array_bytes = 24;
    }

    void classes() {
        layout_.super = part("Klass", "_super");
        layout_.constants = part("InstanceKlass", "_constants");
    }

    void fields() {
        layout_.stream = part_if("InstanceKlass", "_fieldinfo_stream");
        if (layout_.stream) {
            layout_.stream_data = part("Array<u1>", "_data").offset;
            const auto bit = [&](const char* name) {
                const auto found = tables_.constant(std::string("FieldInfo::FieldFlags::") + name);
                if (!found) miss(name);
                return std::uint64_t{1} << static_cast<unsigned>(found.value_or(0) & 31);
            };
            layout_.initialized = bit("_ff_initialized");
            layout_.generic = bit("_ff_generic");
            layout_.contended = bit("_ff_contended");
            if (tables_.constant("FieldInfo::FieldFlags::_ff_flat")) layout_.flat = bit("_ff_flat");
            return;
        }
        layout_.slots = part("InstanceKlass", "_fields");
        layout_.slot_count = part("InstanceKlass", "_java_fields_count");
        layout_.slots_data = part("Array<u2>", "_data").offset;
        const auto tag = tables_.constant("FIELDINFO_TAG_SIZE");
        const auto slots = tables_.constant("FieldInfo::field_slots"),
                   low = tables_.constant("FieldInfo::low_packed_offset");
        if (!tag || slots != 6 || low != 4) miss("FieldInfo's layout");
        layout_.tag_bits = static_cast<std::uint64_t>(tag.value_or(0));
    }

    void threads() {
        const VmField* const object = tables_.field("JavaThread", "_threadObj");
        layout_.thread_object = part("JavaThread", "_threadObj");
        layout_.thread_handle = object != nullptr && object->type == "OopHandle";
        layout_.compiler_env = part_if("CompilerThread", "_env");
        layout_.env_task = part_if("ciEnv", "_task");
        layout_.task_method = part_if("CompileTask", "_method");
        layout_.task_level = part_if("CompileTask", "_comp_level");
    }

    void collector() {
        layout_.collector = Address{value({{"Universe", "_collectedHeap"}}).value_or(0)};
        if (layout_.collector.value == 0) miss("collector yet");
        layout_.collections = part("CollectedHeap", "_total_collections");
        layout_.collecting = part_if("CollectedHeap", "_is_stw_gc_active").value_or(VmPart{});
        if (layout_.collecting.offset == 0) layout_.collecting = part("CollectedHeap", "_is_gc_active");
    }

    HeapLayout layout_;
    std::unordered_map<std::string, Address> flags_;  // "Use…"
};

Expected<HeapLayout> HeapLayout::of(const VmTables& tables, VmMemory& memory) {
    return HeapLayoutReader(tables, memory).read();
}

Expected<HeapLayout> HeapLayout::of_still_objects(const VmTables& tables, VmMemory& memory) {
    auto layout = of(tables, memory);
    if (layout && layout->moves_while_java_runs)
        return failure("libjvm.so", "its garbage collector moves objects while Java threads run");
    return layout;
}

}  // namespace nmtx
