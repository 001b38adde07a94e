// The text of `nmtx allocs`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"
#include "report/allocations/allocations_report.h"
#include "report/allocations/allocations_sentences.h"
#include "report/stacks/stacks_sentences.h"

namespace nmtx {
namespace {

constexpr std::size_t first_sites = 15, most_sites = 500;
constexpr std::size_t sites_with_stacks = 3;
constexpr std::size_t first_stack_frames = 10;

class AllocationsText {
  public:
    AllocationsText(const AllocationProfile& profile, bool live, const ReportOptions& options,
                    const TextStyle& style)
        : profile_(profile), live_(live), options_(options), style_(style) {}

    std::string print() {
        const AllocationRun& run = profile_.run;
        add(fmt::format("Allocations of pid {} ({})", run.pid, printable(run.process)));
        say(allocations_sentence(profile_));
        for (const std::string& note : allocations_notes(profile_)) say(note);
        if (!profile_.samples.empty()) {
            out_ += "\n";
            const std::vector<AllocationSite> sites = allocation_sites(profile_, live_);
            table(sites);
            if (profile_.run.with_frees) lifetimes(sites);
            stacks(sites);
        }
        say(allocations_cost(profile_));
        if (!options_.all && !profile_.samples.empty())
            say("More: --all (every site, whole stacks, calls from libjvm.so), --live (what stays in use), -o "
                "FILE.html (flame graph).");
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    [[nodiscard]] std::string still_live(const AllocationSite& site) const {
        if (!profile_.run.knows_live || site.bytes.value <= 0) return "-";
        if (site.bytes.unbounded && site.live_bytes.value > 0) return "?";
        const double share = 100 * std::min(1.0, site.live_bytes.value / site.bytes.value);
        if (site.live_bytes.value <= 0) {
            const double most = 100 * site.live_bytes.high / site.bytes.value;
            const bool known = has_interval(profile_.run, site.live_bytes) && most < 100;
            return known ? fmt::format("< {:.0f} %", std::ceil(most)) : "?";
        }
        return fmt::format("{:.0f} %", share);
    }

    void table(const std::vector<AllocationSite>& sites) {
        const double seconds = profile_.run.seconds;
        out_ += title(live_ ? "Sites by bytes still in use" : "Sites by bytes allocated", style_) + "\n";
        add(fmt::format("{:>13} {:>8} {:>12} {:>7}  {}", live_ ? "stays" : "allocated", "95 %", "blocks",
                        "in use", "called from"));
        const std::size_t shown = std::min(sites.size(), options_.all ? most_sites : first_sites);
        for (std::size_t i = 0; i < shown; ++i) {
            const AllocationSite& site = sites[i];
            const Estimate& bytes = live_ ? site.live_bytes : site.bytes;
            const Estimate& blocks = live_ ? site.live_blocks : site.blocks;
            const bool known = has_interval(profile_.run, bytes);
            const std::string rate = bytes.value > 0 ? rate_text(bytes.value, seconds)
                                     : known         ? most_text(bytes, seconds)
                                                     : "?";
            add(fmt::format("{:>13} {:>8} {:>12} {:>7}  {}", rate, known ? reach_text(bytes) : "?",
                            grouped(static_cast<std::uint64_t>(std::llround(blocks.value))), still_live(site),
                            site_text(site.name)));
            if (!site.name.java.empty())
                add(fmt::format("{:>43}  from {}", "",
                                printable(std::string_view(site.name.java).substr(0, 512))));
        }
        if (sites.size() > shown) add(fmt::format("{:>43}  {} more", "", grouped(sites.size() - shown)));
        out_ += "\n";
    }

    void lifetimes(const std::vector<AllocationSite>& sites) {
        out_ += title("How long their blocks live", style_) + "\n";
        say(lifetimes_sentence(profile_));
        add(fmt::format("{:>9} {:>8} {:>10} {:>11} {:>11}  {}", "watched", "freed", "within", "half in",
                        "90 % in", "called from"));
        const bool partly = profile_.run.frees_partly;
        const std::size_t shown = std::min(sites.size(), options_.all ? most_sites : first_sites);
        for (std::size_t i = 0; i < shown; ++i) {
            const Lifetimes& lives = sites[i].lifetimes;
            add(fmt::format("{:>9} {:>8} {:>10} {:>11} {:>11}  {}", grouped(lives.watched),
                            freed_text(lives, partly), duration_text(lives.horizon_s),
                            life_text(lives, lives.half_s, partly),
                            life_text(lives, lives.nine_tenths_s, partly), site_text(sites[i].name)));
        }
        out_ += "\n";
    }

    void stacks(const std::vector<AllocationSite>& sites) {
        out_ += title("Their stacks, innermost call first", style_) + "\n";
        const std::size_t shown = std::min(sites.size(), options_.all ? most_sites : sites_with_stacks);
        const Profile& calls = profile_.calls;
        for (std::size_t i = 0; i < shown; ++i) {
            std::string left = fmt::format("{:>13}", rate_text(sites[i].bytes.value, profile_.run.seconds));
            std::size_t frames = 0;
            for (std::uint32_t node = sites[i].node; node != 0; node = calls.nodes[node].parent) {
                if (!options_.all && frames == first_stack_frames) {
                    add(fmt::format("{:<13}  … more with --all", left));
                    break;
                }
                ++frames;
                add(fmt::format("{:<13}  {}", left, function_text(calls.function_of(node))));
                left.clear();
            }
            if (frames == 0) add(left + "  [not unwound]");
        }
        out_ += "\n";
    }

    const AllocationProfile& profile_;
    bool live_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string allocations_report(const AllocationProfile& profile, bool live, const ReportOptions& options,
                               const TextStyle& style) {
    return AllocationsText(profile, live, options, style).print();
}

}  // namespace nmtx
