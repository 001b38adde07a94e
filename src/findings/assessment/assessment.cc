#include "findings/assessment/assessment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings/figures/memory_in_files.h"
#include "findings/figures/no_walk.h"
#include "findings/figures/zlib_use.h"
#include "findings/knowledge/allocator_advice.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/wording.h"
#include "ledger/allocators.h"
#include "ledger/claims/claims.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr std::size_t most_titles = 3;

bool matters(Bytes bytes, Bytes rss) {
    return bytes != Bytes() &&
           (bytes >= most_doubtful || bytes.value() >= rss.value() / 100 * most_doubtful_percent);
}

// Large, where a share of a small process would be noise.
bool is_large(Bytes bytes, Bytes rss) {
    return bytes >= most_doubtful && bytes.value() >= rss.value() / 100 * most_doubtful_percent;
}

// Owners that have a name, and for which no rule says whether the amount is too much.
struct Unjudged {
    Bytes unattributed;         // live malloc memory: the JVM's blocks look like any other
    Bytes native_malloc;        // live, and not the JVM's; too small a share of RSS for a finding
    Bytes named;                // anonymous memory that its owner has given a name
    Bytes shared;               // pages of no file on a disk, in mappings that look like files
    std::string_view category;  // NMT's, of malloc memory that is most of RSS
    Bytes of_category;
};

Bytes named_memory(const Ledger& ledger) {
    Bytes sum;
    for (const Row& row : ledger.rows) {
        // ZGC's marking stacks are a part of the collector.
        if (is_below(row.path, owner_path::named) && row.path != owner_path::zgc_mark_stacks)
            sum += row.resident;
    }
    return sum;
}

Unjudged unjudged_of(const Moment& moment, std::span<const Finding> findings) {
    Unjudged unjudged;
    const auto has = [&](std::string_view rule) {
        return std::any_of(findings.begin(), findings.end(),
                           [&](const Finding& finding) { return finding.rule == rule; });
    };
    unjudged.named = named_memory(*moment.ledger);
    unjudged.shared = memory_in_files(moment);
    if (const auto& parts = moment.ledger->malloc.parts) {
        if (!parts->told_apart) unjudged.unattributed = parts->untracked;
        const Bytes of_zlib =
            moment.view->walk() != nullptr ? zlib_use(*moment.view->walk()).resident : Bytes();
        if (parts->told_apart && !has("jni-malloc"))
            unjudged.native_malloc = minus_or_zero(parts->untracked, of_zlib);
    }
    for (const Row& row : moment.ledger->rows) {
        const std::string_view tracked = name_below(row.path, owner_path::nmt_tracked);
        if (tracked.empty() || row.resident.value() < moment.ledger->rss.value() / 2) continue;
        unjudged.category = tracked;
        unjudged.of_category = row.resident;
    }
    return unjudged;
}

// The one that no walk understands.
std::string other_allocator_of(const ProcessView& view) {
    std::string name = view.smaps ? headerless_allocators(view) : "";
    if (name.empty() && view.malloc_walk) name = view.malloc_walk->allocator;
    return name.empty() || name == "glibc" ? "another allocator" : name;
}

class Weighing {
  public:
    Weighing(const Moment& moment, std::span<const Finding> findings)
        : view_(*moment.view), ledger_(*moment.ledger), findings_(findings) {}

    Assessment weigh() {
        out_.coverage = coverage_of({&view_, &ledger_});
        out_.percent = percent_of(out_.coverage);
        const Severity severest = severity();
        titles(severest);
        doubts();
        // With NMT off it is the same one step that names most of what is in doubt.
        if (!out_.why.empty() && severest == Severity::note) next_steps();
        out_.verdict = severest == Severity::problem   ? Assessed::problem
                       : severest == Severity::warning ? Assessed::warning
                       : in_doubt_                     ? Assessed::undecided
                                                       : Assessed::ok;
        if (out_.verdict == Assessed::ok) {
            out_.next.clear();
            out_.why.push_back(
                fmt::format("{} of RSS is accounted for by evidence, and no rule found more than a note.",
                            amount_with_share(out_.coverage.accounted, ledger_.rss)));
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] Severity severity() const {
        Severity severest = Severity::note;
        for (const Finding& finding : findings_) severest = std::max(severest, finding.severity);
        return severest;
    }

    void titles(Severity severest) {
        if (severest == Severity::note) return;
        for (const Finding& finding : findings_) {
            if (finding.severity != severest || out_.why.size() == most_titles) continue;
            out_.why.push_back(finding.title + (finding.title.ends_with('.') ? "" : "."));
        }
    }

    // What rounds to 0.0 % of RSS says nothing, unless it is much by itself.
    void doubt(Bytes bytes, const std::string& sentence) {
        const double share =
            100 * static_cast<double>(bytes.value()) / static_cast<double>(ledger_.rss.value());
        if (share < least_share_shown && bytes < mib(1)) return;
        weights_.emplace_back(bytes, fmt::format("{} {}", amount_with_share(bytes, ledger_.rss), sentence));
    }

    void doubts() {
        const Coverage& c = out_.coverage;
        const Bytes rss = ledger_.rss;
        if (rss == Bytes()) {
            in_doubt_ = true;
            out_.why.emplace_back("RSS is not known.");
            return;
        }
        unjudged_ = unjudged_of({&view_, &ledger_}, findings_);
        const bool uncovered = matters(c.doubtful(), rss);
        if (uncovered) {
            if (c.unexplained != Bytes()) doubt(c.unexplained, "has no known owner.");
            if (c.estimated != Bytes())
                doubt(c.estimated, "is an estimate: the owner or the resident amount is inferred.");
            if (c.other_allocator != Bytes())
                doubt(c.other_allocator,
                      fmt::format("belongs to {}, which nmtx cannot analyse.", other_allocator_of(view_)));
            if (c.no_walk != Bytes()) doubt(c.no_walk, not_analysed_sentence());
            if (c.walk_missed != Bytes())
                doubt(c.walk_missed, "is malloc memory in which the walk found no blocks.");
        }
        const bool unattributed = matters(unjudged_.unattributed, rss);
        if (unattributed) doubt(unjudged_.unattributed, unattributed_sentence());
        const bool native = is_large(unjudged_.native_malloc, rss) || unjudged_.native_malloc >= mib(64);
        if (native) doubt(unjudged_.native_malloc, "is malloc memory of native code, not tracked by NMT.");
        const bool named = is_large(unjudged_.named, rss);
        if (named) doubt(unjudged_.named, "is named anonymous memory without a known purpose.");
        const bool shared = is_large(unjudged_.shared, rss);
        if (shared)
            doubt(unjudged_.shared,
                  "is memory mapped as a file (memfd, shared anonymous, tmpfs, deleted); its purpose "
                  "is unknown.");
        const bool category = unjudged_.of_category >= most_doubtful;
        if (category)
            doubt(unjudged_.of_category,
                  fmt::format("is NMT's category {}: one snapshot does not show whether it grows.",
                              unjudged_.category));
        in_doubt_ = uncovered || unattributed || native || named || shared || category;
        std::stable_sort(weights_.begin(), weights_.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        for (auto& [bytes, sentence] : weights_) out_.why.push_back(std::move(sentence));
    }

    [[nodiscard]] std::string not_analysed_sentence() const {
        const auto no_walk = why_no_walk(view_);
        return fmt::format("is malloc memory that was not analysed{}: it may be in use, leaked or free.",
                           no_walk ? fmt::format(" ({})", no_walk->why) : "");
    }

    // With the amount of the table's row, which has what was freed, too.
    [[nodiscard]] std::string unattributed_sentence() const {
        const Bytes whole = ledger_.malloc.outside_nmt();
        std::string in_use = "is malloc memory in use";
        if (whole != unjudged_.unattributed) in_use += fmt::format(" (of malloc's {})", human(whole));
        if (view_.vm != Vm::hotspot) return in_use + "; its purpose is unknown.";
        if (view_.nmt_level() == NmtLevel::off)
            return in_use + ": NMT is off, so the JVM's share of it is unknown.";
        return in_use + " by the JVM or by native code: the JVM's blocks were not recognised.";
    }

    void step(std::string what, std::string command = "") {
        const bool known = std::any_of(out_.next.begin(), out_.next.end(), [&](const Remedy& r) {
            return r.what == what && r.command == command;
        });
        if (!known) out_.next.push_back({std::move(what), std::move(command)});
    }

    void walk_steps() {
        const auto no_walk = why_no_walk(view_);
        if (no_walk && !no_walk->remedy.what.empty()) step(no_walk->remedy.what, no_walk->remedy.command);
    }

    void next_steps() {
        const Coverage& c = out_.coverage;
        const bool hotspot = view_.vm == Vm::hotspot;
        for (const MissingDocument& missing : view_.missing) {
            if (hotspot && missing.what == document::attach && !missing.hint.empty()) step(missing.hint);
        }
        if (c.no_walk != Bytes()) walk_steps();
        if (matters(c.walk_missed, ledger_.rss) && !(view_.malloc_walk && view_.malloc_walk->frozen))
            step("Analyse malloc with the process briefly frozen", "nmtx malloc PID --freeze");
        if (c.other_allocator != Bytes()) {
            if (const AllocatorAdvice* advice = advice_on_allocator(other_allocator_of(view_)))
                step(std::string(advice->what), std::string(advice->command));
        }
        const bool off = hotspot && view_.nmt_level() == NmtLevel::off;
        if (matters(unjudged_.unattributed, ledger_.rss)) libraries();
        if (off) {
            step("Restart with NMT to separate the JVM's memory from native code's",
                 "-XX:NativeMemoryTracking=summary");
        } else if (hotspot && restart_gives_addresses(view_) &&
                   matters(c.estimated + c.unexplained, ledger_.rss)) {
            step("Restart with NMT's addresses",
                 fmt::format("-XX:NativeMemoryTracking={}",
                             jdk_has(view_, "System.map") ? "summary" : "detail"));
        }
        if (matters(unjudged_.unattributed + unjudged_.native_malloc, ledger_.rss)) libraries();
        const bool shared = is_large(unjudged_.shared, ledger_.rss);
        if (shared) {
            step("See which mappings they are", "nmtx PID --maps");
            step("Trace what creates such memory from now on",
                 "perf trace -e memfd_create,mmap --call-graph dwarf -p PID");
        }
        if (unjudged_.of_category >= most_doubtful || unjudged_.named >= most_doubtful || shared) grows();
        if (c.unexplained >= mib(4)) step("See the neighbouring mappings", "nmtx PID --maps");
        if (out_.next.empty()) grows();
    }

    void libraries() { step("See which libraries hold the blocks", "nmtx malloc PID --owners"); }

    void grows() {
        const Remedy check = check_growth();
        step(check.what, check.command);
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    std::span<const Finding> findings_;
    Unjudged unjudged_;
    bool in_doubt_ = false;
    std::vector<std::pair<Bytes, std::string>> weights_;
    Assessment out_;
};

}  // namespace

std::string_view name_of(Assessed verdict) {
    constexpr std::array<std::string_view, 4> names{"ok", "undecided", "warning", "problem"};
    return names.at(static_cast<std::size_t>(verdict));
}

Assessment assess(const Moment& moment, std::span<const Finding> findings) {
    return Weighing(moment, findings).weigh();
}

}  // namespace nmtx
