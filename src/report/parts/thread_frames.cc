#include "report/parts/thread_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/java_names.h"
#include "base/paths.h"
#include "base/printable.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_frame = 1024;

std::string frame_text(std::string_view text) {
    return printable(text.substr(0, longest_frame));
}

// "(Thread.java:12)", as a JVM prints it.
std::string place_of(const NativeFrame& frame) {
    if (frame.kind == FrameKind::native_method) return "(Native Method)";
    if (frame.file.empty()) return "(Unknown Source)";
    if (frame.line <= 0) return fmt::format("({})", frame.file);
    return fmt::format("({}:{})", frame.file, frame.line);
}

// "at a.B.c(B.java:7)  compiled", with "inlined", "interpreted".
std::string java_frame(const NativeFrame& frame) {
    std::string text = fmt::format("at {}{}", frame.symbol, place_of(frame));
    if (frame.kind != FrameKind::native_method) text += fmt::format("  {}", name_of(frame.kind));
    if (frame.about) text += ", about here";
    return frame_text(text);
}

std::string other_frame(const NativeFrame& frame) {
    if (is_java(frame.kind)) return java_frame(frame);
    if (frame.kind == FrameKind::stub) return frame_text("JVM stub  " + frame.symbol);
    return "frames in between could not be unwound";
}

std::string native_frame(const NativeFrame& frame) {
    if (frame.kind != FrameKind::native) return other_frame(frame);
    const std::string_view file = base_name(frame.file);
    if (frame.symbol.empty()) return frame_text(fmt::format("{}+0x{:x}", file, frame.file_offset));
    return frame_text(fmt::format("{}  {}+0x{:x}", file, frame.symbol, frame.offset));
}

// Empty where the last frame is the thread's first function.
std::string end_of(const ThreadRow& thread) {
    switch (thread.native->end) {
        case StackEnd::bottom:
            return {};
        case StackEnd::no_file:
            if (thread.native_until_java)
                return thread.dumped != nullptr && !thread.dumped->frames.empty()
                           ? "Java code, from the thread dump:"
                           : "Java code";
            return fmt::format("code at {:x}, not in a file", thread.native->next.value);
        case StackEnd::not_told:
            return "not unwound from here";
        case StackEnd::cut:
            return "the copy of its stack ends here";
        case StackEnd::too_deep:
            return "it goes deeper than nmtx follows";
        case StackEnd::heap:
            return "the virtual thread's further frames are in the Java heap";
    }
    return {};
}

// The first `most` lines, and how many more there are.
void take_first(std::vector<std::string> lines, std::size_t most, std::vector<std::string>& into) {
    const std::size_t shown = lines.size() > most ? most : lines.size();
    into.insert(into.end(), std::make_move_iterator(lines.begin()),
                std::make_move_iterator(lines.begin() + static_cast<std::ptrdiff_t>(shown)));
    if (shown < lines.size()) into.push_back(fmt::format("{} more frames", lines.size() - shown));
}

// Of Java frames as they are printed: "at a.B.c(B.java:7)".
void take_place(const std::vector<std::string>& frames, std::vector<std::string>& lines) {
    bool top = true;
    for (const std::string& frame : frames) {
        if (!frame.starts_with("at ")) continue;
        const bool library = is_of_class_library(std::string_view(frame).substr(3));
        if (top || !library) lines.push_back(frame_text(frame));
        if (!library) break;
        top = false;
    }
}

void take_place(const NativeStack& stack, std::vector<std::string>& lines) {
    std::vector<std::string> java;
    for (const NativeFrame& frame : stack.frames) {
        if (is_java(frame.kind)) java.push_back(fmt::format("at {}{}", frame.symbol, place_of(frame)));
    }
    if (!java.empty()) return take_place(java, lines);
    const auto named = std::find_if(stack.frames.begin(), stack.frames.end(), [](const NativeFrame& frame) {
        return frame.kind == FrameKind::native && !frame.symbol.empty();
    });
    if (named != stack.frames.end())
        lines.push_back(frame_text(fmt::format("{}  {}", base_name(named->file), named->symbol)));
}

}  // namespace

std::vector<std::string> where_it_was(const ThreadRow& thread) {
    std::vector<std::string> lines;
    if (!thread.compiling.empty()) {
        lines.push_back("compiles " + frame_text(thread.compiling));
    } else if (thread.native != nullptr) {
        take_place(*thread.native, lines);
    }
    if (lines.empty() && thread.dumped != nullptr) take_place(thread.dumped->frames, lines);
    return lines;
}

std::vector<std::string> mixed_stack(const ThreadRow& thread, std::size_t most) {
    std::vector<std::string> lines;
    if (thread.native != nullptr) {
        std::vector<std::string> native;
        native.reserve(thread.native->frames.size());
        for (const NativeFrame& frame : thread.native->frames) native.push_back(native_frame(frame));
        take_first(std::move(native), most, lines);
        if (std::string end = end_of(thread); !end.empty()) lines.push_back(std::move(end));
    }
    // What the thread's own stack shows is not repeated from the dump, which is later.
    if (!thread.compiling.empty()) lines.push_back("compiles " + frame_text(thread.compiling));
    if (thread.dumped == nullptr) return lines;
    if (thread.native != nullptr && thread.native->has_java()) return lines;
    std::vector<std::string> java;
    java.reserve(thread.dumped->frames.size());
    for (const std::string& frame : thread.dumped->frames) java.push_back(frame_text(frame));
    take_first(std::move(java), most, lines);
    return lines;
}

}  // namespace nmtx
