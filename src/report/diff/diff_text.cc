#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/printable.h"
#include "report/diff/diff_report.h"
#include "report/diff/diff_table.h"
#include "report/parts/notes.h"

namespace nmtx {
namespace {

std::string_view fate_words(MappingFate fate) {
    constexpr std::array<std::string_view, 5> names{"unchanged range", "grown", "shrunk", "new", "gone"};
    return names[static_cast<std::size_t>(fate)];
}

class DiffText {
  public:
    DiffText(const Moment& before, const Moment& after, const Diff& diff, SizeScale scale,
             const ReportOptions& options, const TextStyle& style)
        : before_(before),
          after_(after),
          diff_(diff),
          options_(options),
          style_(style),
          table_(scale, options.all, style) {}

    std::string print() {
        head();
        owners();
        if (diff_.nmt) categories(*diff_.nmt);
        if (diff_.sites) sites(*diff_.sites);
        if (diff_.malloc) malloc(*diff_.malloc);
        if (diff_.threads) threads(*diff_.threads);
        classes();
        if (diff_.mappings) mappings(*diff_.mappings);
        for (const std::string& note : diff_.notes) table_.text(paragraph(note, style_, 2));
        return table_.take();
    }

  private:
    // What changed most comes first.
    void head() {
        table_.text(target_line(*after_.view, style_));
        if (!diff_.same_process) different_processes();
        const std::string_view arrow = style_.unicode ? "→" : "->";
        const AmountChange& rss = diff_.rss;
        std::string total =
            fmt::format("RSS {} {} ({} {} {} {})", table_.cell(rss.change()), table_.unit(),
                        table_.cell(rss.before), arrow, table_.cell(rss.after), table_.unit());
        if (rss.before == rss.after)
            total = fmt::format("RSS unchanged ({} {} {} {})", table_.cell(rss.before), arrow,
                                table_.cell(rss.after), table_.unit());
        if (diff_.seconds) total += fmt::format(" in {}", human_seconds(std::abs(*diff_.seconds)));
        if (const std::string most = changed_most(); !most.empty()) total += ": " + most;
        std::string folded = paragraph(total, style_, 2);
        folded.pop_back();
        table_.text("\n" + title(folded, style_) + "\n");
        table_.text(paragraph(fmt::format("From {} to {}.", before_.view->header.taken_at,
                                          after_.view->header.taken_at),
                              style_, 2) +
                    "\n");
    }

    // "malloc/untracked/libtarget.so +19.5, jvm/java heap +2.1"
    [[nodiscard]] std::string changed_most() const {
        constexpr std::size_t most = 3;
        std::vector<const OwnerChange*> owners;
        for (const OwnerChange& owner : diff_.owners) {
            if (table_.cell(owner.resident.change()).find_first_of("+-") == 0) owners.push_back(&owner);
        }
        std::stable_sort(owners.begin(), owners.end(), [](const OwnerChange* a, const OwnerChange* b) {
            return magnitude(a->resident.change()) > magnitude(b->resident.change());
        });
        std::string text;
        for (std::size_t i = 0; i < std::min(most, owners.size()); ++i)
            text += fmt::format("{}{} {}", i == 0 ? "" : ", ", printable(owners[i]->path),
                                table_.cell(owners[i]->resident.change()));
        return text;
    }

    void different_processes() {
        std::string how;
        for (const std::string& difference : diff_.differences) how += (how.empty() ? "" : "; ") + difference;
        table_.text("compared with\n" + target_line(*before_.view, style_));
        table_.text(title(paragraph(fmt::format("Two different processes: {}.", how), style_), style_));
    }

    void owners() {
        table_.heading("owner");
        table_.row("RSS", diff_.rss);
        const auto rows = table_.chosen(diff_.owners, 12,
                                        [](const OwnerChange& o) { return magnitude(o.resident.change()); });
        for (const OwnerChange* owner : rows)
            table_.row(owner->path, owner->resident, owner->estimated ? "  estimated" : "");
        table_.end("owners that changed");
    }

    void categories(const NmtChange& nmt) {
        table_.heading("NMT");
        table_.row("total, reserved", nmt.reserved);
        table_.row("total, committed", nmt.committed);
        const auto rows = table_.chosen(nmt.categories, 6, [](const CategoryChange& c) {
            return std::max({magnitude(c.committed.change()), magnitude(c.malloc.change()),
                             magnitude(c.reserved.change())});
        });
        for (const CategoryChange* category : rows) category_rows(*category);
        table_.end("categories that changed");
    }

    // A line for each figure that changed; one for all three where everything is malloc.
    void category_rows(const CategoryChange& category) {
        const auto same = [](const AmountChange& a, const AmountChange& b) {
            return a.before == b.before && a.after == b.after;
        };
        const bool only_malloc =
            same(category.reserved, category.committed) && same(category.committed, category.malloc);
        const auto row = [&](std::string_view what, const AmountChange& amount) {
            if (table_.shows(amount.change())) table_.row(fmt::format("{}, {}", category.name, what), amount);
        };
        if (options_.all || !only_malloc) {
            row("reserved", category.reserved);
            row("committed", category.committed);
        }
        row("malloc", category.malloc);
        if (options_.all || (table_.shows(category.malloc.change()) && category.blocks.change() != 0))
            table_.row(fmt::format("{}, blocks", category.name), category.blocks);
    }

    void sites(const SiteChanges& changes) {
        table_.heading("NMT call site");
        table_.row("all malloc sites", changes.malloc);
        table_.row("all mmap sites, committed", changes.mmap);
        const auto rows = table_.chosen(changes.sites, 8, [](const SiteChange& s) {
            return std::max(magnitude(s.committed.change()), magnitude(s.reserved.change()));
        });
        for (const SiteChange* site : rows) site_rows(*site);
        table_.end("call sites that changed");
    }

    void site_rows(const SiteChange& site) {
        const std::string tag = site.tag.empty() ? "no category" : site.tag;
        if (site.kind == NmtSiteKind::malloc) {
            table_.row(tag + ", malloc", site.committed,
                       fmt::format("  {} blocks", grouped(Delta{site.blocks.change()})));
        } else {
            table_.row(tag + ", mmap committed", site.committed);
            if (site.reserved.change() != Delta{}) table_.row(tag + ", mmap reserved", site.reserved);
        }
        for (const std::string& frame : site.frames) table_.below(frame);
    }

    void malloc(const MallocChange& changes) {
        const bool by_header = !after_.view->walk()->headers.empty();
        const std::string_view kind = by_header ? "untracked" : "in use";
        const auto owners = table_.chosen(changes.owners, 6, [](const UntrackedChange& o) {
            return magnitude(difference(o.after.bytes, o.before.bytes));
        });
        if (!owners.empty()) {
            table_.heading(fmt::format("{} malloc blocks by owner", kind));
            for (const UntrackedChange* owner : owners) owner_row(*owner);
            table_.end("owners that changed");
        }
        const auto sizes = table_.chosen(changes.sizes, 6, [](const SizeChange& s) {
            return magnitude(
                difference(s.after.value_or(ChunkSum()).bytes, s.before.value_or(ChunkSum()).bytes));
        });
        if (sizes.empty()) return;
        table_.heading(fmt::format("{} malloc blocks by size", kind));
        for (const SizeChange* size : sizes) size_row(*size);
        table_.end("sizes that changed");
    }

    void owner_row(const UntrackedChange& owner) {
        const std::string_view name = owner.owner.empty() ? "owner unknown" : std::string_view(owner.owner);
        table_.row(fmt::format("{}{}{}", name, owner.kind.empty() ? "" : ", ", owner.kind),
                   {owner.before.bytes, owner.after.bytes}, blocks(owner.before, owner.after));
    }

    static std::string blocks(const ChunkSum& before, const ChunkSum& after) {
        return fmt::format("  {} blocks", grouped(Delta{CountChange{before.blocks, after.blocks}.change()}));
    }

    void size_row(const SizeChange& size) {
        const std::string name =
            size.block ? fmt::format("{} bytes", grouped(size.block->value())) : "all other sizes";
        if (size.before && size.after) {
            table_.row(name, {size.before->bytes, size.after->bytes}, blocks(*size.before, *size.after));
            return;
        }
        const auto known = [&](const std::optional<ChunkSum>& sum) {
            return sum ? table_.cell(sum->bytes) : std::string("-");
        };
        table_.cells(name, known(size.before), known(size.after), "-", "  - in other sizes");
    }

    void threads(const ThreadChanges& changes) {
        table_.heading_of_counts("threads");
        const auto moves = [&](std::size_t started, std::size_t ended) {
            return diff_.same_process
                       ? fmt::format("  {} started, {} ended", grouped(started), grouped(ended))
                       : std::string();
        };
        table_.row("all", changes.threads, moves(changes.started, changes.ended));
        const auto rows = table_.chosen(changes.pools, 8, [](const PoolChange& p) {
            return magnitude(p.threads.change()) + p.started + p.ended;
        });
        for (const PoolChange* pool : rows)
            table_.row(pool->name, pool->threads, moves(pool->started, pool->ended));
        table_.end("pools that changed");
    }

    void classes() {
        if (!diff_.classes_nmt && !diff_.classes_perf) return;
        table_.heading_of_counts("loaded classes");
        if (diff_.classes_nmt) table_.row("NMT (with arrays)", *diff_.classes_nmt);
        if (diff_.classes_perf) table_.row("hsperfdata", *diff_.classes_perf);
        table_.text("\n");
    }

    // A line for each fate first, which also covers what the rows below leave out.
    void mappings(const MappingChanges& changes) {
        table_.heading("mappings, resident");
        for (const MappingFate fate : {MappingFate::fresh, MappingFate::grown, MappingFate::shrunk,
                                       MappingFate::gone, MappingFate::same}) {
            AmountChange sum;
            std::size_t n = 0;
            for (const MappingChange& mapping : changes.mappings) {
                if (mapping.fate != fate) continue;
                ++n;
                sum.before += mapping.resident.before;
                sum.after += mapping.resident.after;
            }
            if (n > 0) table_.row(fmt::format("{} {}", grouped(n), fate_words(fate)), sum);
        }
        const auto rows = table_.chosen(
            changes.mappings, 8, [](const MappingChange& m) { return magnitude(m.resident.change()); });
        for (const MappingChange* mapping : rows) mapping_rows(*mapping);
        table_.end("mappings that changed");
    }

    void mapping_rows(const MappingChange& mapping) {
        const Range range = mapping.after ? *mapping.after : *mapping.before;
        table_.row(fmt::format("{:x}-{:x} {}", range.begin.value, range.end.value, mapping.protection.text()),
                   mapping.resident);
        std::string text(fate_words(mapping.fate));
        if (mapping.fate == MappingFate::grown || mapping.fate == MappingFate::shrunk)
            text +=
                fmt::format(" by {}", table_.cell(difference(mapping.after->size(), mapping.before->size())));
        table_.below(
            fmt::format("{}, {}{}{}", text, mapping.owner, mapping.name.empty() ? "" : ": ", mapping.name));
    }

    const Moment& before_;
    const Moment& after_;
    const Diff& diff_;
    const ReportOptions& options_;
    const TextStyle& style_;
    DiffTable table_;
};

}  // namespace

std::string diff_text(const Moment& before, const Moment& after, const Diff& diff, SizeScale scale,
                      const ReportOptions& options, const TextStyle& style) {
    return DiffText(before, after, diff, scale, options, style).print();
}

}  // namespace nmtx
