// From a copy of a thread's registers and stack to the addresses that its functions will return to, by the
// unwind information (.eh_frame) of the files that it has mapped. libunwind does it, by its generic address
// space (unw_create_addr_space(3)) over the copy and the files; the target is not touched.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/target_files.h"
#include "documents/native_stacks.h"
#include "platform/symbols/thread_copy.h"

namespace nmtx {

struct UnwoundStack {
    std::vector<Address> frames;  // innermost first, all of them in the files; of callers, where they go on
    StackEnd end = StackEnd::not_told;
    Address next;  // StackEnd::no_file alone
};

// Unwinds one copy after the other, or one in pieces: where native code was called by code that no file is
// mapped to, somebody else may find that code's own native caller.
class NativeUnwinder {
  public:
    // `code`: as unwind() has it. Both must outlive it.
    NativeUnwinder(const ProcessFiles& process, std::span<const MappedFile> code);
    NativeUnwinder(const NativeUnwinder&) = delete;
    NativeUnwinder& operator=(const NativeUnwinder&) = delete;
    ~NativeUnwinder();

    // From `registers` on; `running`: the thread is there, else a call will return there. At
    // StackEnd::no_file the registers are those of `next`; those that nothing tells are 0.
    UnwoundStack run(const ThreadCopy& copy, std::array<std::uint64_t, dwarf_registers>& registers,
                     bool running);
    [[nodiscard]] bool is_code(Address at) const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// Of each copy, in their order. `code`: the mappings that files' code is executed from, ascending. A file
// that cannot be opened tells no callers.
std::vector<UnwoundStack> unwind(const ProcessFiles& process, std::span<const MappedFile> code,
                                 std::span<const ThreadCopy> copies);

}  // namespace nmtx
