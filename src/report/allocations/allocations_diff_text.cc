// The text of `nmtx diff` of two runs of `nmtx allocs`.
#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/allocations/allocations_diff.h"
#include "report/allocations/allocations_sentences.h"

namespace nmtx {
namespace {

constexpr std::size_t first_changes = 15, most_changes = 500;

class AllocationsDiffText {
  public:
    AllocationsDiffText(const AllocationDiff& diff, const ReportOptions& options, const TextStyle& style)
        : diff_(diff), options_(options), style_(style) {}

    std::string print() {
        add("Change of allocations");
        say("Before: " + allocations_run_text(diff_.before.run));
        say("After:  " + allocations_run_text(diff_.after.run));
        say(allocations_diff_sentence(diff_.bytes, "Allocated"));
        if (diff_.knows_live) say(allocations_diff_sentence(diff_.live_bytes, "Still in use"));
        for (const std::string& note : allocations_diff_notes(diff_)) say(note);
        out_ += "\n";
        // What stays is what matters where it is known.
        if (diff_.knows_live) tables(diff_.live_sites, "bytes still in use");
        tables(diff_.sites, "bytes allocated");
        if (!options_.all) say("More: --all (every site), -o FILE.html (flame graph of the change).");
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    void tables(const std::vector<AllocationSiteChange>& sites, std::string_view what) {
        const auto first_uncertain =
            std::find_if(sites.begin(), sites.end(),
                         [](const AllocationSiteChange& site) { return !site.bytes.certain(); });
        const auto certain = static_cast<std::size_t>(first_uncertain - sites.begin());
        out_ += title(fmt::format("Sites by change of {}", what), style_) + "\n";
        if (certain > 0) rows(sites, 0, certain);
        const std::size_t others = sites.size() - certain;
        if (others > 0 && options_.all) {
            out_ += "\n" + title("No change beyond the interval", style_) + "\n";
            rows(sites, certain, sites.size());
        } else if (others > 0) {
            say(fmt::format("{} {}site{}: no change beyond the interval.", grouped(others),
                            certain == 0 ? "" : "other ", others == 1 ? "" : "s"));
        }
        if (sites.empty()) say("No site has samples.");
        out_ += "\n";
    }

    void rows(const std::vector<AllocationSiteChange>& sites, std::size_t begin, std::size_t end) {
        add(fmt::format("{:>13} {:>13} {:>12} {:>12}  {}", "change", "95 %", "before", "after",
                        "called from"));
        const std::size_t shown = std::min(end - begin, options_.all ? most_changes : first_changes);
        for (std::size_t i = begin; i < begin + shown; ++i) {
            const AllocationSiteChange& site = sites[i];
            add(fmt::format("{:>13} {:>13} {:>12} {:>12}  {}", rate_change_text(site.bytes),
                            rate_reach_text(site.bytes), rate_text(site.bytes.before.value, 1),
                            rate_text(site.bytes.after.value, 1), site_text(site.name)));
            if (!site.name.java.empty())
                add(fmt::format("{:>53}  from {}", "",
                                printable(std::string_view(site.name.java).substr(0, 512))));
        }
        if (end - begin > shown) add(fmt::format("{:>53}  {} more", "", grouped(end - begin - shown)));
    }

    const AllocationDiff& diff_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string allocations_diff_text(const AllocationDiff& diff, const ReportOptions& options,
                                  const TextStyle& style) {
    return AllocationsDiffText(diff, options, style).print();
}

}  // namespace nmtx
