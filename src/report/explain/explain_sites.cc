// Call sites of pasted detail reports: the code in the JVM that allocated the memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "report/diff/diff_table.h"
#include "report/explain/explain_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_told_sites = 8;

bool changed(const NmtSite& site) {
    return site.committed_change != Delta() || site.reserved_change != Delta() || site.count_change != 0;
}

std::string with_change(Bytes amount, Delta change) {
    std::string text = human(amount);
    if (change != Delta())
        text += fmt::format(" ({}{})", change.value < 0 ? "-" : "+", human(Bytes(magnitude(change))));
    return text;
}

std::string blocks_of(const NmtSite& site) {
    if (!site.count) return "";
    std::string text = fmt::format(", {} block{}", grouped(*site.count), *site.count == 1 ? "" : "s");
    if (site.count_change != 0) text += fmt::format(" ({})", grouped(Delta{site.count_change}));
    return text;
}

std::string amounts_of(const NmtSite& site) {
    if (site.kind == NmtSiteKind::malloc) return with_change(site.committed, site.committed_change);
    return fmt::format("{} committed of {} reserved", with_change(site.committed, site.committed_change),
                       with_change(site.reserved, site.reserved_change));
}

std::string sites_of(const PastedPart& part, const NmtSites& sites, const ReportOptions& options,
                     const TextStyle& style) {
    const bool growth = std::ranges::any_of(sites.sites, changed);
    std::string out = title(fmt::format("Call sites that {} most ({})", growth ? "grew" : "use",
                                        lines_of(part.part.first_line(), part.part.last_line())),
                            style) +
                      "\n";
    const std::vector<const NmtSite*> sorted = sites_by_weight(sites);
    const std::size_t shown = options.all ? sorted.size() : std::min(most_told_sites, sorted.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const NmtSite& site = *sorted[i];
        const std::string tag = site.tag.empty() ? "" : fmt::format(" ({})", site.tag);
        out += line(printable(fmt::format("  {}{}: {}{}", name_of_site(site), tag, amounts_of(site),
                                          blocks_of(site))),
                    style);
        if (!options.all) continue;
        for (const NmtFrame& frame : site.frames) out += line("      " + printable(frame.symbol), style);
    }
    if (shown < sorted.size())
        out += line(fmt::format("  … and {} more (--all)", sorted.size() - shown), style);
    return out + "\n";
}

// What every allocation goes through: the caller behind it tells more.
bool passes_on(std::string_view symbol) {
    constexpr std::array<std::string_view, 13> names{
        "os::malloc",        "os::realloc", "AllocateHeap",         "ReallocateHeap", "ChunkPool::",
        "Chunk::operator",   "CHeapObj",    "AnyObj::operator new", "ResourceObj::",  "operator new",
        "os::commit_memory", "ArrayAlloc",  "MallocArrayAllocator"};
    return std::ranges::any_of(names, [&](std::string_view name) { return symbol.starts_with(name); });
}

// "Unsafe_AllocateMemory0+0x86" -> "Unsafe_AllocateMemory0", "JavaMain+0x95 in libjli.so" -> "JavaMain in
// libjli.so", "Arena::grow(unsigned long)+0x41" -> "Arena::grow"
std::string function_in(std::string_view symbol) {
    const std::size_t library = symbol.rfind(" in ");
    const std::string_view behind =
        library == std::string_view::npos ? std::string_view{} : symbol.substr(library);
    std::string_view name = symbol.substr(0, symbol.size() - behind.size());
    if (const std::size_t plus = name.rfind("+0x"); plus != std::string_view::npos)
        name = name.substr(0, plus);
    if (const std::size_t open = name.find('('); open != std::string_view::npos && open > 0)
        name = name.substr(0, open);
    return std::string(name) + std::string(behind);
}

}  // namespace

std::vector<const NmtSite*> sites_by_weight(const NmtSites& sites) {
    const bool growth = std::ranges::any_of(sites.sites, changed);
    std::vector<const NmtSite*> sorted;
    sorted.reserve(sites.sites.size());
    for (const NmtSite& site : sites.sites) sorted.push_back(&site);
    std::ranges::stable_sort(sorted, [&](const NmtSite* a, const NmtSite* b) {
        return growth && a->committed_change != b->committed_change
                   ? a->committed_change > b->committed_change
                   : a->committed > b->committed;
    });
    return sorted;
}

std::string name_of_site(const NmtSite& site) {
    const auto named = [](const NmtFrame& frame) { return !frame.symbol.empty(); };
    const auto telling = std::ranges::find_if(
        site.frames, [&](const NmtFrame& frame) { return named(frame) && !passes_on(frame.symbol); });
    if (telling != site.frames.end()) return function_in(telling->symbol);
    const auto first = std::ranges::find_if(site.frames, named);
    return first == site.frames.end() ? "unnamed call site" : function_in(first->symbol);
}

std::string explain_sites(const Pasted& pasted, const ReportOptions& options, const TextStyle& style) {
    std::string out;
    for (const PastedText& text : pasted.texts) {
        for (const PastedPart& part : text.parts) {
            const auto* nmt = std::get_if<PastedNmt>(&part.contents);
            if (nmt != nullptr && nmt->sites && !nmt->sites->sites.empty())
                out += sites_of(part, *nmt->sites, options, style);
        }
    }
    return out;
}

}  // namespace nmtx
