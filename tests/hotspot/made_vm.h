// A small HotSpot made of bytes: the tables that libjvm.so exports, a code heap with an interpreter, a
// compiled method, a native one's wrapper and a stub, their metadata, and a stack that runs through them.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "hotspot/vm/java_walk.h"

namespace nmtx::test {

class MadeMemory : public TargetMemory {
  public:
    static constexpr std::uint64_t base = 0x7f0000000000;
    MadeMemory() : bytes_(1 << 20) {}

    std::size_t read(Address at, std::span<std::byte> into) override {
        ++reads;
        if (at.value < base || at.value - base >= bytes_.size()) return 0;
        const std::size_t offset = at.value - base, now = std::min(into.size(), bytes_.size() - offset);
        std::memcpy(into.data(), bytes_.data() + offset, now);
        return now;
    }
    std::vector<Range> resident_runs(Range) override { return {}; }

    template <typename T>
    void put(Address at, T value) {
        std::memcpy(bytes_.data() + (at.value - base), &value, sizeof value);
    }
    void put_bytes(Address at, std::initializer_list<unsigned> bytes) {
        for (const unsigned byte : bytes) {
            put(at, static_cast<std::uint8_t>(byte));
            at = at + Bytes(1);
        }
    }
    // So many bytes that are nobody's yet.
    Address take(std::uint64_t size) {
        next_ = (next_ + 15) / 16 * 16;
        const Address at{base + next_};
        next_ += size;
        return at;
    }
    Address text(std::string_view text) {
        const Address at = take(text.size() + 1);
        std::memcpy(bytes_.data() + (at.value - base), text.data(), text.size());
        return at;
    }
    std::vector<std::byte>& bytes() { return bytes_; }
    [[nodiscard]] std::size_t used() const { return next_; }

    std::size_t reads = 0;

  private:
    std::vector<std::byte> bytes_;
    std::uint64_t next_ = 4096;
};

// Laid out as JDK 17 is, but for most of the offsets.
struct MadeVm {
    MadeMemory memory;
    std::unordered_map<std::string, Address> symbols;
    struct Field {
        std::string type, name, of;
        bool is_static;
        std::uint64_t where;
    };
    std::vector<Field> fields;
    std::vector<std::pair<std::string, std::uint64_t>> sizes;
    std::vector<std::pair<std::string, std::int32_t>> constants;

    static constexpr std::uint64_t segment = 128;
    Address heap_begin, segments;
    Address interpreter, compiled, wrapper, stub, call_stub;  // where their code begins
    Address main_method, outer_method, inner_method, native_method;
    Address main_bytecodes;
    static constexpr std::uint64_t compiled_frame = 48, wrapper_frame = 64, call_at = 0x40;
    static constexpr Address native_code{0x400100};

    Address slot(std::uint64_t value) {
        const Address at = memory.take(8);
        memory.put(at, value);
        return at;
    }
    Address symbol(std::string_view text) {
        const Address at = memory.take(8 + text.size());
        memory.put(at + Bytes(4), static_cast<std::uint16_t>(text.size()));
        for (std::size_t i = 0; i < text.size(); ++i) memory.put(at + Bytes(6 + i), text[i]);
        return at;
    }

    // A method of a class of its own pool; `lines`: its compressed table.
    Address method(std::string_view klass_name, std::string_view name, std::uint16_t code_size,
                   std::initializer_list<unsigned> lines, std::string_view source = "Made.java") {
        const Address klass = memory.take(64), pool = memory.take(72 + 4 * 8), code = memory.take(48 + 256),
                      made = memory.take(88);
        memory.put(klass + Bytes(24), symbol(klass_name).value);
        memory.put(pool + Bytes(24), klass.value);
        memory.put(pool + Bytes(60), std::int32_t{4});
        memory.put(pool + Bytes(54), static_cast<std::uint16_t>(source.empty() ? 0 : 2));
        memory.put(pool + Bytes(72 + 8), symbol(name).value);
        if (!source.empty()) memory.put(pool + Bytes(72 + 16), symbol(source).value);
        memory.put(code + Bytes(8), pool.value);
        memory.put(code + Bytes(28), static_cast<std::uint16_t>(lines.size() > 0 ? 1 : 0));
        memory.put(code + Bytes(32), code_size);
        memory.put(code + Bytes(34), std::uint16_t{1});
        memory.put_bytes(code + Bytes(48 + code_size), lines);
        memory.put(made + Bytes(8), code.value);
        return made;
    }

    // A blob of so many segments at this one; gives where its code begins.
    Address blob(std::uint64_t first, std::uint64_t count, std::string_view name, std::int32_t frame_words,
                 std::int32_t frame_complete) {
        const Address block = heap_begin + Bytes(first * segment), at = block + Bytes(16);
        for (std::uint64_t i = 0; i < count; ++i)
            memory.put(segments + Bytes(first + i), static_cast<std::uint8_t>(i));
        memory.put(block, count);
        memory.put(block + Bytes(8), std::uint8_t{1});
        const Address code = at + Bytes(384), end = block + Bytes(count * segment - 16);
        memory.put(at + Bytes(12), static_cast<std::int32_t>(count * segment - 16));
        memory.put(at + Bytes(20), frame_complete);
        memory.put(at + Bytes(28), frame_words);
        memory.put(at + Bytes(32), code.value);
        memory.put(at + Bytes(40), end.value);
        memory.put(at + Bytes(96), memory.text(name).value);
        return code;
    }

    MadeVm() {
        heap_begin = memory.take(64 * segment);
        segments = memory.take(64);
        for (std::uint64_t i = 0; i < 64; ++i) memory.put(segments + Bytes(i), std::uint8_t{0xff});
        make_code();
        make_tables();
    }

    void make_code() {
        main_method = method("com/acme/Main", "run", 20, {0x0a, 0xff, 40, 200, 0});
        main_bytecodes = Address{memory_pointer(main_method + Bytes(8)) + 48};
        outer_method = method("com/acme/Outer", "work", 30, {0x07, 0x21, 0});
        inner_method = method("com/acme/Inner$$Lambda+0x00007f", "apply", 10, {0x03, 0});
        native_method = method("java/lang/Thread", "sleep", 0, {});
        interpreter = blob(0, 6, "Interpreter", 0, 0);
        compiled = blob(8, 6, "nmethod", compiled_frame / 8, 0x10);
        wrapper = blob(16, 6, "native nmethod", wrapper_frame / 8, 0x10);
        stub = blob(24, 6, "StubRoutines (1)", 0, -1);
        call_stub = stub + Bytes(0x20);
        const Address nm = heap_begin + Bytes(8 * segment + 16);
        const Address scopes = memory.take(64), pcs = memory.take(3 * 16), metadata = memory.take(16);
        memory.put(nm + Bytes(112), outer_method.value);
        memory.put(nm + Bytes(120), scopes.value);
        memory.put(nm + Bytes(268), static_cast<std::int32_t>(pcs.value - nm.value));
        memory.put(nm + Bytes(272), static_cast<std::int32_t>(pcs.value + 48 - nm.value));
        memory.put(nm + Bytes(260), static_cast<std::int32_t>(metadata.value - nm.value));
        memory.put(nm + Bytes(128), compiled.value + 0x60);
        memory.put(nm + Bytes(300), std::int32_t{16});
        memory.put(metadata, outer_method.value);
        memory.put(metadata + Bytes(8), inner_method.value);
        // scope 1: of work, at bci 4; scope 5: of apply, inlined there, at bci 2
        memory.put_bytes(scopes + Bytes(1), {0, 1, 5});
        memory.put_bytes(scopes + Bytes(5), {1, 2, 3});
        const std::int32_t descs[3][2] = {{-1, 0}, {call_at, 5}, {0x200, 0}};
        for (std::uint64_t i = 0; i < 3; ++i) {
            memory.put(pcs + Bytes(16 * i), descs[i][0]);
            memory.put(pcs + Bytes(16 * i + 4), descs[i][1]);
        }
        memory.put(heap_begin + Bytes(16 * segment + 16 + 112), native_method.value);
        // push rbp; sub rsp, 32 … add rsp, 32; pop rbp; ret
        memory.put_bytes(compiled, {0x55, 0x48, 0x83, 0xec, 0x20, 0x90});
        memory.put_bytes(compiled + Bytes(0x50), {0x48, 0x83, 0xc4, 0x20, 0x5d, 0xc3});
    }

    std::uint64_t memory_pointer(Address at) {
        std::uint64_t value = 0;
        memory.read(at, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }

    void part(const char* type, const char* name, const char* of, std::uint64_t offset) {
        fields.push_back({type, name, of, false, offset});
    }
    void fixed(const char* type, const char* name, const char* of, std::uint64_t value) {
        fields.push_back({type, name, of, true, slot(value).value});
    }

    void make_tables();
    void write_tables();

    // The four parts that a walk needs, or why not.
    struct Opened {
        VmMemory memory;
        VmLayout layout;
        CodeCacheMap cache;
        MethodNames names;
        JavaWalk walk;
        Opened(TargetMemory& target, const VmLayout& told)
            : memory(target),
              layout(told),
              cache(memory, layout),
              names(memory, layout),
              walk(memory, layout, cache, names,
                   [](Address at) { return at >= native_code && at.value < native_code.value + 0x100; }) {}
    };
    [[nodiscard]] VmSymbols lookup() const {
        return [this](std::string_view name) -> std::optional<Address> {
            const auto found = symbols.find(std::string(name));
            return found == symbols.end() ? std::nullopt : std::optional(found->second);
        };
    }
    Expected<VmLayout> read_layout() {
        VmMemory pages(memory);
        const auto tables = VmTables::read(pages, lookup());
        if (!tables) return tl::make_unexpected(tables.error());
        return VmLayout::of(*tables, pages);
    }
};

// Of a stack that lies at 0x7ffe0000: words from the stack pointer up.
struct MadeStack {
    static constexpr std::uint64_t base = 0x7ffe0000;
    std::vector<std::uint64_t> words;
    [[nodiscard]] Address at(std::size_t word) const { return Address{base + 8 * word}; }
    [[nodiscard]] StackCopy copy() const { return {Address{base}, std::as_bytes(std::span(words))}; }
};

// wrapper of Thread.sleep ◄ compiled Outer.work with Inner.apply inlined ◄ interpreted Main.run ◄ entry ◄
// native code
MadeStack stack_of(MadeVm& vm);
MachineRegisters registers_of(const MadeVm& vm, Address pc, const MadeStack& stack, std::size_t word = 0);

}  // namespace nmtx::test
