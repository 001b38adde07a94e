// What a child that unwound many stacks hands back: each distinct frame once. The child has read what
// somebody may have forged, so its text is believed no more than that: reading it checks every number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "documents/native_stacks.h"

namespace nmtx {

struct UnwoundBatch {
    // Native frames have their addresses only. `exact`: the thread is at the address; else a call returns
    // there.
    struct Frame {
        FrameKind kind = FrameKind::native;
        bool exact = false;
        Address at;        // of native frames
        std::string name;  // of the others
        std::string source;
        int line = 0;  // 0 where not known
        friend bool operator==(const Frame&, const Frame&) = default;
    };
    struct Stack {
        StackEnd end = StackEnd::not_told;
        std::vector<std::uint32_t> frames;  // of `frames`, innermost first
    };
    std::vector<Frame> frames;
    std::vector<Stack> stacks;
    std::string java_missing;
};

UnwoundBatch batch_of(const NativeStacks& stacks);
std::string format_batch(const UnwoundBatch& batch);
// Exactly `stacks` of them, or an error.
Expected<UnwoundBatch> parse_batch(std::string_view text, std::size_t stacks);

}  // namespace nmtx
