#include "platform/profile/stack_names.h"

#include <algorithm>

#include "base/paths.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

// Which files' code is mapped, and where.
std::string description_of(std::span<const MappedFile> code) {
    std::string text;
    for (const MappedFile& file : code)
        text += file.path + " " + std::to_string(file.first.begin.value) + " " +
                std::to_string(file.first.end.value) + " " + std::to_string(file.inode) + "\n";
    return text;
}

const char* remark_on(StackEnd end) {
    switch (end) {
        case StackEnd::bottom:
            return nullptr;
        case StackEnd::no_file:
            return "[called from code in no file]";
        case StackEnd::not_told:
            return "[callers not unwound]";
        case StackEnd::cut:
            return "[callers beyond the copied stack]";
        case StackEnd::too_deep:
            return "[callers too deep to follow]";
        case StackEnd::heap:
            return "[virtual thread: callers in the Java heap]";
    }
    return nullptr;
}

CodeKind kind_of_frame(FrameKind kind) {
    if (kind == FrameKind::stub) return CodeKind::stub;
    return is_java(kind) ? CodeKind::java : CodeKind::native;
}

}  // namespace

std::uint32_t StackNames::mark(const char* text) {
    return builder_.site({text, "", CodeKind::mark}, 0);
}

std::uint32_t StackNames::native_site(const MappedFile& file, Address at) {
    const auto known = native_sites_.find(at.value);
    if (known != native_sites_.end()) return known->second;
    const auto symbol = files_->symbols(file, std::span(&at, 1)).front();
    const std::string file_name(base_name(file.path));
    const std::string name = symbol ? symbol->name : file_name + " (no symbol)";
    const std::uint32_t site = builder_.site({name, file.path, CodeKind::native}, 0);
    native_sites_.emplace(at.value, site);
    return site;
}

std::optional<std::uint32_t> StackNames::site_of(const UnwoundBatch::Frame& frame,
                                                 std::span<const MappedFile> code) {
    if (frame.kind == FrameKind::gap) return mark("[frames not unwound]");
    if (frame.kind != FrameKind::native)
        return builder_.site({frame.name, frame.source, kind_of_frame(frame.kind)}, frame.line);
    // A caller's call lies before the address that it returns to.
    const Address at{frame.at.value - (frame.exact ? 0 : 1)};
    const MappedFile* const file = code_at(code, at);
    if (file == nullptr) return std::nullopt;
    return native_site(*file, at);
}

Expected<std::vector<std::uint32_t>> StackNames::nodes_of(const UnwoundBatch& batch,
                                                          std::span<const MappedFile> code) {
    if (std::string mapped = description_of(code); mapped != mapped_ || !files_) {
        mapped_ = std::move(mapped);
        files_ = std::make_unique<LiveFiles>(process_);
        native_sites_.clear();
    }
    std::vector<std::uint32_t> sites;
    sites.reserve(batch.frames.size());
    for (const UnwoundBatch::Frame& frame : batch.frames) {
        const auto site = site_of(frame, code);
        if (!site) return failure("the stacks", "could not be unwound: a frame lies in no file's code");
        sites.push_back(*site);
    }
    std::vector<std::uint32_t> nodes;
    nodes.reserve(batch.stacks.size());
    for (const UnwoundBatch::Stack& stack : batch.stacks) {
        std::vector<std::uint32_t> path;
        path.reserve(stack.frames.size() + 1);
        if (const char* const remark = remark_on(stack.end)) path.push_back(mark(remark));
        for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame)
            path.push_back(sites[*frame]);
        nodes.push_back(builder_.node(path));
    }
    return nodes;
}

}  // namespace nmtx
