// Call sites of two snapshots, joined by names of frames instead of addresses: addresses belong to one
// process, and generated code moves even within it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/paths.h"
#include "change/diff_parts.h"

namespace nmtx {
namespace {

constexpr std::string_view generated = "generated code";

// "libjvm.so+0x63fd403": the mapping's file, and the place in it.
std::string place_in_file(const ProcessView& view, Address address) {
    if (!view.smaps) return std::string(generated);
    const auto& mappings = view.smaps->mappings;
    auto after = std::upper_bound(mappings.begin(), mappings.end(), address,
                                  [](Address a, const Mapping& m) { return a < m.range.begin; });
    if (after == mappings.begin()) return std::string(generated);
    const Mapping& mapping = *--after;
    if (!mapping.range.contains(address) || !mapping.of_file()) return std::string(generated);
    const std::string_view file = base_name(mapping.name);
    return fmt::format("{}+0x{:x}", file, address.value - mapping.range.begin.value + mapping.offset);
}

// "os::malloc(unsigned long, MemTag)+0x1c in libjli.so" without "+0x1c".
std::string without_offset(const std::string& symbol) {
    const std::size_t at = symbol.rfind("+0x");
    if (at == std::string::npos) return symbol;
    const std::size_t end = symbol.find_first_not_of("0123456789abcdef", at + 3);
    return symbol.substr(0, at) + (end == std::string::npos ? "" : symbol.substr(end));
}

std::string name_of(const NmtFrame& frame, const ProcessView& view, bool offsets) {
    const std::string name = frame.symbol.empty() ? place_in_file(view, frame.address) : frame.symbol;
    return offsets ? name : without_offset(name);
}

bool same_jvm(const ProcessView& a, const ProcessView& b) {
    return a.version && b.version && a.version->vm == b.version->vm;
}

// Symbol tables that name a site's frames, NMT's baselines, the text of an answer.
bool of_asking(const std::vector<std::string>& frames) {
    constexpr std::array begins{
        std::string_view{"ElfFile::"},      std::string_view{"ElfSection::"},
        std::string_view{"MemBaseline::"},  std::string_view{"NMTDCmd::"},
        std::string_view{"AttachListener"}, std::string_view{"attach_listener_thread_entry"}};
    return std::any_of(frames.begin(), frames.end(), [&](const std::string& frame) {
        return std::any_of(begins.begin(), begins.end(),
                           [&](std::string_view begin) { return frame.starts_with(begin); });
    });
}

using Key = std::tuple<NmtSiteKind, std::string, std::vector<std::string>>;

class JoinedSites {
  public:
    // `invisible`: a snapshot does not show sites below half of it; nothing where both show all.
    JoinedSites(bool offsets, Bytes invisible) : offsets_(offsets), invisible_(invisible) {}

    void add(const ProcessView& view, Bytes AmountChange::* moment, std::uint64_t CountChange::* count) {
        for (const NmtSite& site : view.nmt_sites->sites) {
            std::vector<std::string> frames;
            frames.reserve(site.frames.size());
            for (const NmtFrame& frame : site.frames) frames.push_back(name_of(frame, view, offsets_));
            SiteChange& change = by_key_[Key(site.kind, site.tag, std::move(frames))];
            change.reserved.*moment += site.reserved;
            change.committed.*moment += site.committed;
            change.blocks.*count += site.count.value_or(0);
        }
    }

    SiteChanges changes() {
        SiteChanges changes;
        changes.offsets = offsets_;
        for (auto& [key, change] : by_key_) {
            // The JVM prints no site below half a unit: where the units differ, that it is not there says
            // nothing.
            const AmountChange& size = change.reserved;
            if (std::min(size.before, size.after) == Bytes() &&
                std::max(size.before, size.after).value() < invisible_.value() / 2)
                continue;
            AmountChange& sum =
                std::get<NmtSiteKind>(key) == NmtSiteKind::malloc ? changes.malloc : changes.mmap;
            sum.before += change.committed.before;
            sum.after += change.committed.after;
            if (of_asking(std::get<2>(key))) {
                changes.asking.before += change.committed.before;
                changes.asking.after += change.committed.after;
            }
            std::tie(change.kind, change.tag, change.frames) = key;
            changes.sites.push_back(std::move(change));
        }
        std::stable_sort(changes.sites.begin(), changes.sites.end(),
                         [](const SiteChange& a, const SiteChange& b) {
                             return a.committed.change() > b.committed.change();
                         });
        return changes;
    }

  private:
    bool offsets_;
    std::map<Key, SiteChange> by_key_;
    Bytes invisible_;
};

}  // namespace

SiteChanges site_changes(const ProcessView& before, const ProcessView& after) {
    const Bytes first = before.nmt_sites->unit, second = after.nmt_sites->unit;
    JoinedSites joined(same_jvm(before, after), first == second ? Bytes() : std::max(first, second));
    joined.add(before, &AmountChange::before, &CountChange::before);
    joined.add(after, &AmountChange::after, &CountChange::after);
    SiteChanges changes = joined.changes();
    changes.unit = std::max(first, second);
    return changes;
}

}  // namespace nmtx
