#include "findings/figures/no_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/knowledge/allocator_advice.h"
#include "ledger/allocators.h"

namespace nmtx {
namespace {

constexpr std::string_view find_out = "Find what is in use and what is freed";

const MissingDocument* missing_in(const ProcessView& view, std::string_view document) {
    const auto found = std::find_if(view.missing.begin(), view.missing.end(),
                                    [&](const MissingDocument& missing) { return missing.what == document; });
    return found == view.missing.end() ? nullptr : &*found;
}

NoWalk of_missing(const MissingDocument& missing) {
    if (missing.why.find("--malloc=never") != std::string::npos)
        return {"--malloc=never was given", {std::string(find_out), "nmtx malloc PID"}};
    return {printable(missing.why), {printable(missing.hint), ""}};
}

// Reading pages and their residency needs the same right as a debugger. Without it nothing that was tried
// afterwards could succeed, so this is the reason whatever else was noted.
NoWalk of_rights(const std::string& why, const std::string& hint) {
    NoWalk out{"nmtx could not read the process's memory" + (why.empty() ? "" : ": " + printable(why)), {}};
    const bool by_root = hint.empty() || hint.find("root") != std::string::npos;
    out.remedy = by_root
                     ? Remedy{hint.empty() ? std::string(find_out) : printable(hint), "sudo nmtx malloc PID"}
                     : Remedy{printable(hint), ""};
    return out;
}

NoWalk of_walk(const MallocWalk& walk) {
    if (walk.why_not_walked == memory_not_readable) return of_rights("", "");
    if (const AllocatorAdvice* advice = advice_on_allocator(walk.allocator))
        return {
            fmt::format("{} serves malloc, and nmtx knows only glibc's layout", printable(walk.allocator)),
            {std::string(advice->what), std::string(advice->command)}};
    return {printable(walk.why_not_walked), {"See whether nmtx knows this malloc", "nmtx doctor PID"}};
}

}  // namespace

std::optional<NoWalk> why_no_walk(const ProcessView& view) {
    if (view.walk() != nullptr) return std::nullopt;
    if (const MissingDocument* residency = missing_in(view, document::residency))
        return of_rights(residency->why, residency->hint);
    if (view.malloc_walk) return of_walk(*view.malloc_walk);
    if (const MissingDocument* walk = missing_in(view, document::malloc_walk)) return of_missing(*walk);
    if (is_pasted(view))
        return NoWalk{"a pasted text does not have malloc's blocks",
                      {std::string(find_out), "nmtx malloc PID"}};
    return NoWalk{"this snapshot has no malloc walk", {std::string(find_out), "nmtx malloc PID"}};
}

}  // namespace nmtx
