// What releases do differently, and how it is told:
//
//   code heaps      8: one, CodeCache::_heap; from 9 on several (JEP 197): _heaps
//   code of a blob  9 to 22: CodeBlob::_code_begin, _code_end; else offsets, _code_offset, _data_offset (the
//                   headers of blobs became smaller in 23, JDK-8329332 and its kin)
//   nmethod         11 to 22: some fields are CompiledMethod's, which the AOT compiler of 9 brought and 23
//                   merged back (JDK-8329433)
//   scopes, PcDescs to 22 in the nmethod, in that order; from 23 on in memory of malloc's, _immutable_data,
//                   PcDescs first (JDK-8331087)
//   metadata        to 22 in the nmethod; 23 and 24 in its data; from 25 on behind the relocations in
//                   _mutable_data (JDK-8343789)
//   deopt handler   8: _deoptimize_offset; 9 to 22: an address in CompiledMethod; later an offset, and from
//   26
//                   on _deopt_handler_entry_offset; a second one for method handles until it was dropped
//   source file     in the InstanceKlass; in the ConstantPool from 16 or so on (17 has it there)
//   threads         8: a list linked by _next; from 10 on an array, ThreadsSMRSupport::_java_thread_list; 11
//                   has both and publishes the first
//   interpreter     from 9 on a frame holds the class's mirror as well, so that bcp lies a word lower
//   UNSIGNED5       from 20 on (JDK-8292758) it leaves the byte 0 out
#include "hotspot/vm/vm_layout.h"

#include <array>

#include "hotspot/vm/vm_table_reader.h"

namespace nmtx {
namespace {

struct TypeWidth {
    std::string_view type;
    unsigned bytes;
    bool is_signed;
};
// All others that are read are pointers or size_t.
constexpr std::array widths{TypeWidth{"int", 4, true},
                            TypeWidth{"jint", 4, true},
                            TypeWidth{"uint", 4, false},
                            TypeWidth{"const uint", 4, false},
                            TypeWidth{"unsigned int", 4, false},
                            TypeWidth{"uint32_t", 4, false},
                            TypeWidth{"u4", 4, false},
                            TypeWidth{"pid_t", 4, true},
                            TypeWidth{"OSThread::thread_id_t", 4, true},
                            TypeWidth{"u2", 2, false},
                            TypeWidth{"unsigned short", 2, false},
                            TypeWidth{"uint16_t", 2, false},
                            TypeWidth{"int16_t", 2, true},
                            TypeWidth{"short", 2, true},
                            TypeWidth{"u1", 1, false},
                            TypeWidth{"bool", 1, false}};

}  // namespace

VmPart part_of(const VmField& field) {
    VmPart part{field.offset, 8, false};
    for (const TypeWidth& width : widths) {
        if (width.type == field.type) part = {field.offset, width.bytes, width.is_signed};
    }
    return part;
}

class VmLayoutReader : VmTableReader {
  public:
    VmLayoutReader(const VmTables& tables, VmMemory& memory) : VmTableReader(tables, memory) {}

    Expected<VmLayout> read() {
        code_cache();
        code_blob();
        nmethod();
        method();
        threads();
        frames();
        if (const auto missing = complaint()) return failure("libjvm.so", *missing);
        return std::move(layout_);
    }

  private:
    // The first of them that there is.
    VmPart first_part(std::initializer_list<std::string_view> types, std::string_view name) {
        for (const std::string_view type : types) {
            if (has(type, name)) return part(type, name);
        }
        return part(*types.begin(), name);
    }

    void code_cache() {
        CodeCacheLayout& cache = layout_.cache;
        cache.heaps = fixed("CodeCache", "_heaps");
        cache.one_heap = fixed("CodeCache", "_heap");
        if (!cache.heaps && !cache.one_heap) miss("CodeCache::_heaps");
        cache.array_length = first_part({"GrowableArrayBase", "GenericGrowableArray"}, "_len");
        cache.array_data = part("GrowableArray<int>", "_data");
        cache.heap_memory = part("CodeHeap", "_memory").offset;
        cache.heap_segments = part("CodeHeap", "_segmap").offset;
        cache.heap_log2_segment = part("CodeHeap", "_log2_segment_size");
        cache.space_low = part("VirtualSpace", "_low");
        cache.space_high = part("VirtualSpace", "_high");
        cache.block_used = part("HeapBlock::Header", "_used");
        cache.block_used.offset += part("HeapBlock", "_header").offset;
        cache.block_bytes = size("HeapBlock");
    }

    void code_blob() {
        CodeBlobLayout& blob = layout_.blob;
        blob.name = part("CodeBlob", "_name");
        blob.size = part("CodeBlob", "_size");
        blob.frame_size = part("CodeBlob", "_frame_size");
        blob.frame_complete = part("CodeBlob", "_frame_complete_offset");
        blob.data = part("CodeBlob", "_data_offset");
        if (has("CodeBlob", "_code_begin")) {
            blob.code_begin = {part("CodeBlob", "_code_begin"), VmBase::address};
            blob.code_end = {part("CodeBlob", "_code_end"), VmBase::address};
        } else {
            blob.code_begin = {part("CodeBlob", "_code_offset"), VmBase::blob};
            blob.code_end = {blob.data, VmBase::blob};
        }
        blob.bytes = size("CodeBlob");
        blob.changeable = part_if("CodeBlob", "_mutable_data");
        blob.relocation_size = part_if("CodeBlob", "_relocation_size");
    }

    void nmethod() {
        NmethodLayout& nm = layout_.nmethod;
        nm.method = first_part({"nmethod", "CompiledMethod"}, "_method");
        nm.immutable = part_if("nmethod", "_immutable_data");
        nm.scopes_pcs = {part("nmethod", "_scopes_pcs_offset"),
                         nm.immutable ? VmBase::immutable : VmBase::blob};
        if (nm.immutable) {
            nm.scopes_data = {part("nmethod", "_scopes_data_offset"), VmBase::immutable};
            nm.pcs_end = nm.scopes_data;
        } else {
            nm.pcs_end = {part("nmethod", "_dependencies_offset"), VmBase::blob};
            nm.scopes_data = has("CompiledMethod", "_scopes_data_begin")
                                 ? VmPlace{part("CompiledMethod", "_scopes_data_begin"), VmBase::address}
                                 : VmPlace{part("nmethod", "_scopes_data_offset"), VmBase::blob};
        }
        if (layout_.blob.changeable) {
            nm.metadata = {layout_.blob.relocation_size.value_or(VmPart{}), VmBase::changeable};
        } else {
            nm.metadata = {part("nmethod", "_metadata_offset"), nm.immutable ? VmBase::data : VmBase::blob};
        }
        for (const std::string_view name : {"_deopt_handler_begin", "_deopt_mh_handler_begin"}) {
            if (has("CompiledMethod", name))
                nm.deopt_handlers.push_back({part("CompiledMethod", name), VmBase::address});
        }
        for (const std::string_view name :
             {"_deoptimize_offset", "_deoptimize_mh_offset", "_deopt_handler_offset",
              "_deopt_mh_handler_offset", "_deopt_handler_entry_offset"}) {
            if (has("nmethod", name)) nm.deopt_handlers.push_back({part("nmethod", name), VmBase::blob});
        }
        if (nm.deopt_handlers.empty()) miss("nmethod::_deopt_handler_offset");
        nm.original_pc = part("nmethod", "_orig_pc_offset");
        nm.pc_offset = part("PcDesc", "_pc_offset");
        nm.scope_offset = part("PcDesc", "_scope_decode_offset");
        nm.pc_desc_bytes = size("PcDesc");
    }

    void method() {
        MethodLayout& method = layout_.method;
        method.const_method = part("Method", "_constMethod");
        method.constants = part("ConstMethod", "_constants");
        method.flags = has("ConstMethod", "_flags._flags") ? part("ConstMethod", "_flags._flags")
                                                           : part("ConstMethod", "_flags");
        method.code_size = part("ConstMethod", "_code_size");
        method.name_index = part("ConstMethod", "_name_index");
        method.const_method_bytes = size("ConstMethod");
        const auto bit = tables_.constant("ConstMethod::_has_linenumber_table"),
                   later = tables_.constant("ConstMethodFlags::_misc_has_linenumber_table");
        if (!bit && !later) miss("ConstMethod::_has_linenumber_table");
        method.has_line_numbers = static_cast<std::uint64_t>(bit.value_or(later.value_or(0)));
        method.pool_holder = part("ConstantPool", "_pool_holder");
        method.pool_length = part("ConstantPool", "_length");
        method.pool_bytes = size("ConstantPool");
        method.klass_name = part("Klass", "_name");
        method.source_in_pool = part_if("ConstantPool", "_source_file_name_index");
        method.source_in_klass = part_if("InstanceKlass", "_source_file_name_index");
        method.symbol_length = part("Symbol", "_length");
        method.symbol_body = part("Symbol", "_body").offset;
    }

    void threads() {
        JavaThreadLayout& thread = layout_.thread;
        thread.list = fixed("ThreadsSMRSupport", "_java_thread_list");
        thread.first = fixed("Threads", "_thread_list");
        if (thread.list) {
            thread.list_length = part("ThreadsList", "_length");
            thread.list_threads = part("ThreadsList", "_threads");
        } else if (thread.first) {
            thread.next = part("JavaThread", "_next");
        } else {
            miss("ThreadsSMRSupport::_java_thread_list");
        }
        thread.os_thread = first_part({"JavaThread", "Thread"}, "_osthread");
        thread.thread_id = part("OSThread", "_thread_id");
        thread.anchor = part("JavaThread", "_anchor").offset;
        thread.last_sp = part("JavaFrameAnchor", "_last_Java_sp");
        thread.last_pc = part("JavaFrameAnchor", "_last_Java_pc");
        thread.last_fp = part("JavaFrameAnchor", "_last_Java_fp");
    }

    void frames() {
        FrameLayout& frame = layout_.frame;
        const auto at = fixed("StubRoutines", "_call_stub_return_address");
        const auto call_stub = at ? memory_.pointer(*at) : std::nullopt;
        if (!call_stub) miss("StubRoutines::_call_stub_return_address");
        frame.call_stub_return = call_stub.value_or(Address{});
        if (const auto barrier = fixed("StubRoutines", "_cont_returnBarrier"))
            frame.return_barrier = memory_.pointer(*barrier);
        const auto wrapper = tables_.constant("frame::entry_frame_call_wrapper_offset");
        if (!wrapper) miss("frame::entry_frame_call_wrapper_offset");
        frame.call_wrapper = static_cast<int>(wrapper.value_or(0));
        frame.wrapper_anchor = part("JavaCallWrapper", "_anchor").offset;
        const bool mirror = !layout_.cache.one_heap;
        frame.sender_sp = -1;
        frame.method = -3;
        frame.bcp = mirror ? -8 : -7;
        // 8 counts HotSpot's releases, 25.N: it is known by its one code heap.
        const auto major_at = fixed("Abstract_VM_Version", "_vm_major_version");
        const auto major = major_at ? memory_.read<std::int32_t>(*major_at) : std::nullopt;
        if (!major) miss("Abstract_VM_Version::_vm_major_version");
        layout_.excluded_bytes = mirror && major.value_or(0) >= 20 ? 1 : 0;
    }

    VmLayout layout_;
};

Expected<VmLayout> VmLayout::of(const VmTables& tables, VmMemory& memory) {
    return VmLayoutReader(tables, memory).read();
}

std::optional<std::uint64_t> read_part(VmMemory& memory, Address object, VmPart part) {
    const Address at = object + Bytes(part.offset);
    switch (part.bytes) {
        case 1:
            return memory.read<std::uint8_t>(at);
        case 2:
            if (const auto value = memory.read<std::uint16_t>(at))
                return part.is_signed ? static_cast<std::uint64_t>(static_cast<std::int16_t>(*value))
                                      : *value;
            return std::nullopt;
        case 4:
            if (const auto value = memory.read<std::uint32_t>(at))
                return part.is_signed ? static_cast<std::uint64_t>(static_cast<std::int32_t>(*value))
                                      : *value;
            return std::nullopt;
        default:
            return memory.read<std::uint64_t>(at);
    }
}

std::optional<Address> read_pointer(VmMemory& memory, Address object, VmPart part) {
    return memory.pointer(object + Bytes(part.offset));
}

}  // namespace nmtx
