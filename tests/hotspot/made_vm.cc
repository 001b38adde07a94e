#include "hotspot/made_vm.h"

namespace nmtx::test {

void MadeVm::make_tables() {
    const Address code_heap = memory.take(264), heaps = memory.take(16), list = memory.take(16);
    memory.put(heaps, std::int32_t{1});
    memory.put(heaps + Bytes(8), list.value);
    memory.put(list, code_heap.value);
    memory.put(code_heap + Bytes(8 + 16), heap_begin.value);
    memory.put(code_heap + Bytes(8 + 24), heap_begin.value + 64 * segment);
    memory.put(code_heap + Bytes(120 + 16), segments.value);
    memory.put(code_heap + Bytes(256), std::int32_t{7});
    fixed("CodeCache", "_heaps", "GrowableArray<CodeHeap*>*", heaps.value);
    part("GrowableArrayBase", "_len", "int", 0);
    part("GrowableArray<int>", "_data", "int*", 8);
    part("CodeHeap", "_memory", "VirtualSpace", 8);
    part("CodeHeap", "_segmap", "VirtualSpace", 120);
    part("CodeHeap", "_log2_segment_size", "int", 256);
    part("VirtualSpace", "_low", "char*", 16);
    part("VirtualSpace", "_high", "char*", 24);
    part("HeapBlock", "_header", "HeapBlock::Header", 0);
    part("HeapBlock::Header", "_used", "bool", 8);
    part("CodeBlob", "_name", "const char*", 96);
    part("CodeBlob", "_size", "int", 12);
    part("CodeBlob", "_frame_complete_offset", "int", 20);
    part("CodeBlob", "_data_offset", "int", 24);
    part("CodeBlob", "_frame_size", "int", 28);
    part("CodeBlob", "_code_begin", "address", 32);
    part("CodeBlob", "_code_end", "address", 40);
    part("CompiledMethod", "_method", "Method*", 112);
    part("CompiledMethod", "_scopes_data_begin", "address", 120);
    part("CompiledMethod", "_deopt_handler_begin", "address", 128);
    part("nmethod", "_orig_pc_offset", "int", 300);
    part("nmethod", "_metadata_offset", "int", 260);
    part("nmethod", "_scopes_pcs_offset", "int", 268);
    part("nmethod", "_dependencies_offset", "int", 272);
    part("PcDesc", "_pc_offset", "int", 0);
    part("PcDesc", "_scope_decode_offset", "int", 4);
    part("Method", "_constMethod", "ConstMethod*", 8);
    part("ConstMethod", "_constants", "ConstantPool*", 8);
    part("ConstMethod", "_flags", "u2", 28);
    part("ConstMethod", "_code_size", "u2", 32);
    part("ConstMethod", "_name_index", "u2", 34);
    part("ConstantPool", "_pool_holder", "InstanceKlass*", 24);
    part("ConstantPool", "_length", "int", 60);
    part("ConstantPool", "_source_file_name_index", "u2", 54);
    part("Klass", "_name", "Symbol*", 24);
    part("Symbol", "_length", "u2", 4);
    part("Symbol", "_body", "", 6);
    // One JavaThread, whose id is 42 and which was last in Java at the stack's ninth word.
    const Address java_thread = memory.take(64), os_thread = memory.take(32), threads = memory.take(8),
                  thread_list = memory.take(24);
    memory.put(thread_list + Bytes(4), std::uint32_t{1});
    memory.put(thread_list + Bytes(16), threads.value);
    memory.put(threads, java_thread.value);
    memory.put(java_thread + Bytes(8), os_thread.value);
    memory.put(os_thread + Bytes(16), std::int32_t{42});
    memory.put(java_thread + Bytes(32), MadeStack::base + 64);
    memory.put(java_thread + Bytes(40), compiled.value + call_at);
    fixed("ThreadsSMRSupport", "_java_thread_list", "ThreadsList*", thread_list.value);
    part("ThreadsList", "_length", "const uint", 4);
    part("ThreadsList", "_threads", "JavaThread *const *const", 16);
    part("JavaThread", "_osthread", "OSThread*", 8);
    part("OSThread", "_thread_id", "OSThread::thread_id_t", 16);
    part("JavaThread", "_anchor", "JavaFrameAnchor", 32);
    part("JavaFrameAnchor", "_last_Java_sp", "intptr_t*", 0);
    part("JavaFrameAnchor", "_last_Java_pc", "address", 8);
    part("JavaFrameAnchor", "_last_Java_fp", "intptr_t*", 16);
    part("JavaCallWrapper", "_anchor", "JavaFrameAnchor", 32);
    fixed("StubRoutines", "_call_stub_return_address", "address", call_stub.value);
    fields.push_back({"Abstract_VM_Version", "_vm_major_version", "int", true, slot(17).value});
    sizes = {{"HeapBlock", 16}, {"CodeBlob", 104}, {"PcDesc", 16}, {"ConstMethod", 48}, {"ConstantPool", 72}};
    constants = {{"ConstMethod::_has_linenumber_table", 1}, {"frame::entry_frame_call_wrapper_offset", -6}};
    write_tables();
}

void MadeVm::write_tables() {
    const auto word = [&](const std::string& name, std::uint64_t value) {
        symbols["gHotSpotVM" + name] = slot(value);
    };
    const Address structs = memory.take((fields.size() + 1) * 48);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Address at = structs + Bytes(48 * i);
        const Field& field = fields[i];
        memory.put(at, memory.text(field.type).value);
        memory.put(at + Bytes(8), memory.text(field.name).value);
        if (!field.of.empty()) memory.put(at + Bytes(16), memory.text(field.of).value);
        memory.put(at + Bytes(24), std::int32_t{field.is_static ? 1 : 0});
        memory.put(at + Bytes(field.is_static ? 40 : 32), field.where);
    }
    word("Structs", structs.value);
    word("StructEntryArrayStride", 48);
    const char* const parts[] = {"TypeName", "FieldName", "TypeString", "IsStatic", "Offset", "Address"};
    for (std::size_t i = 0; i < 6; ++i) word(std::string("StructEntry") + parts[i] + "Offset", 8 * i);
    const auto numbers = [&](const std::string& table, const std::string& entry, const std::string& value,
                             const auto& rows) {
        const Address begin = memory.take((rows.size() + 1) * 16);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            memory.put(begin + Bytes(16 * i), memory.text(rows[i].first).value);
            memory.put(begin + Bytes(16 * i + 8), rows[i].second);
        }
        word(table, begin.value);
        word(entry + "EntryArrayStride", 16);
        word(entry + "Entry" + (entry == "Type" ? "TypeName" : "Name") + "Offset", 0);
        word(entry + "Entry" + value + "Offset", 8);
    };
    numbers("Types", "Type", "Size", sizes);
    numbers("IntConstants", "IntConstant", "Value", constants);
    numbers("LongConstants", "LongConstant", "Value", decltype(sizes){});
}

MadeStack stack_of(MadeVm& vm) {
    MadeStack stack;
    stack.words.assign(64, 0);
    auto& words = stack.words;
    // The wrapper's frame: words 0 to 7; the compiled method's: 8 to 13; the interpreter's has its fp at 24.
    words[6] = 0x1234;  // rbp of compiled code is anything
    words[7] = vm.compiled.value + MadeVm::call_at;
    words[12] = stack.at(24).value;
    words[13] = vm.interpreter.value + 0x30;
    words[24] = stack.at(40).value;
    words[25] = vm.call_stub.value;
    words[24 - 1] = stack.at(26).value;
    words[24 - 3] = vm.main_method.value;
    words[24 - 8] = vm.main_bytecodes.value + 7;
    // The entry frame: its fp at 40, and what it saved of native code's registers.
    for (std::size_t i = 0; i < 5; ++i) words[40 - 7 - i] = 0xb0 + i;
    words[40] = 0x5678;
    words[41] = MadeVm::native_code.value + 0x10;
    return stack;
}

MachineRegisters registers_of(const MadeVm&, Address pc, const MadeStack& stack, std::size_t word) {
    MachineRegisters registers{};
    registers[register_rip] = pc.value;
    registers[register_rsp] = stack.at(word).value;
    registers[register_rbp] = 0x9999;
    return registers;
}

}  // namespace nmtx::test
