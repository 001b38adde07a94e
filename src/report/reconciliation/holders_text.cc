#include "report/reconciliation/holders_text.h"

#include <fmt/format.h>

#include "allocator/holder_table.h"
#include "base/amounts.h"
#include "base/printable.h"
#include "report/reconciliation/owners_text.h"

namespace nmtx {
namespace {

bool is_of_java(HolderKind kind) {
    return kind == HolderKind::java_field || kind == HolderKind::java_static ||
           kind == HolderKind::java_array;
}

std::string share_of(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "0.0";
    return fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

class HoldersText {
  public:
    HoldersText(const MallocWalk& walk, std::size_t most, const TextStyle& style)
        : walk_(walk),
          found_(*walk.holders),
          whole_(walk.live_untracked().bytes),
          most_(most),
          style_(style) {}

    std::string print() {
        table();
        heap();
        nothing();
        if (found_.chain) chain(*found_.chain);
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    static std::string name(const Holder& holder) {
        std::string text = holder_title(holder.kind, holder.name, holder.library);
        if (is_of_java(holder.kind)) text += " (Java)";
        const bool named =
            holder.kind == HolderKind::library_data || holder.kind == HolderKind::library_block;
        if (!holder.library.empty() && !named) text += ", " + holder.library;
        return printable(text);
    }

    void row(const Holder& holder) {
        const std::string figures = fmt::format("  {:>9} {:>6} {:>11} {:>11}", in_mib(holder.held.bytes),
                                                percent(holder.held.bytes, whole_),
                                                grouped(holder.held.blocks), grouped(holder.direct.blocks));
        const std::string held_by = name(holder);
        const bool fits = figures.size() + 2 + display_width(held_by) <= style_.width;
        add(fits ? figures + "  " + held_by : figures);
        if (!fits) out_ += name_below_row(held_by, is_of_java(holder.kind), style_);
        if (!holder.also.empty()) out_ += name_below_row(also(holder), false, style_);
    }

    // Each block is one holder's, also where the other one is what keeps it.
    static std::string also(const Holder& holder) {
        std::string text;
        for (const std::string& other : holder.also) text += (text.empty() ? "also by " : ", ") + other;
        return printable(text);
    }

    void table() {
        add(fmt::format("  {:>9} {:>6} {:>11} {:>11}  {}", "MiB", "%", "blocks", "directly", "held by"));
        std::size_t shown = 0, left = 0;
        for (const Holder& holder : found_.holders) {
            if (shown < most_ || holder.kind == HolderKind::nothing) {
                row(holder);
                ++shown;
            } else {
                ++left;
            }
        }
        if (left + found_.more > 0) add(fmt::format("  {} more (--all)", left + found_.more));
    }

    void heap() {
        if (!found_.heap_not_read.empty())
            return say(fmt::format("The Java heap was not searched: {}.", found_.heap_not_read));
        if (found_.heap_passes == 0) return;
        std::string text = fmt::format(
            "Java heap: {} searched; {} of its words point to these blocks, {} % of them in no object that "
            "could be identified",
            human(found_.heap_resident), grouped(found_.heap_words),
            share_of(found_.heap_unidentified, found_.heap_words));
        if (found_.heap_moved > 0)
            text += fmt::format(", {} in stale copies of moved objects", grouped(found_.heap_moved));
        if (found_.heap_passes > 1) text += "; searched twice, since a collection ran meanwhile";
        say(text + ". An object may be garbage.");
        if (!found_.heap_may_miss.empty())
            say(fmt::format("Objects in the Java heap may have been missed: {}.", found_.heap_may_miss));
    }

    void nothing() {
        if (found_.pointers_left_out)
            say("There are more pointers than nmtx keeps: some blocks may be held by others than it says.");
        for (const Holder& holder : found_.holders) {
            if (holder.kind != HolderKind::nothing) continue;
            const std::string blocks =
                grouped(holder.held.blocks) + (holder.held.blocks == 1 ? " block" : " blocks");
            say(fmt::format("No pointer from outside was found to {} in {}{}.", human(holder.held.bytes),
                            blocks, why_nothing()));
        }
    }

    // The walk takes time: whoever had a block may have freed it before its holder was looked at.
    [[nodiscard]] std::string why_nothing() const {
        const bool partly = walk_.not_walked().value() > walk_.resident().value() / 100;
        if (!found_.heap_not_read.empty()) {
            return fmt::format(
                ". The Java heap{} may hold them: whether they are leaked is not known",
                partly ? fmt::format(" and {} that were not analysed", human(walk_.not_walked())) : "");
        }
        std::string by = "an encoded pointer or only by a register";
        if (!found_.heap_may_miss.empty()) by = "an object that was missed, " + by;
        if (partly) by = fmt::format("the {} that were not analysed, {}", human(walk_.not_walked()), by);
        return fmt::format(": leaked, freed meanwhile, or held by {}", by);
    }

    void chain(const HolderChain& chain) {
        if (chain.holder.empty())
            return say(fmt::format("No block{} is in use at 0x{:x}.",
                                   walk_.headers.empty() ? "" : " outside NMT", chain.asked.value));
        if (chain.kind == HolderKind::nothing)
            return say(fmt::format("No pointer from outside was found to 0x{:x}{}.", chain.asked.value,
                                   why_nothing()));
        std::string text = fmt::format("0x{:x} is held by {}", chain.asked.value, printable(chain.holder));
        const char* between = ": ";
        for (const Address block : chain.blocks) {
            text += fmt::format("{}0x{:x}", between, block.value);
            between = " -> ";
        }
        say(text + ".");
    }

    const MallocWalk& walk_;
    const BlockHolders& found_;
    Bytes whole_;
    std::size_t most_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string holders_text(const MallocWalk& walk, std::size_t most, const TextStyle& style) {
    return HoldersText(walk, most, style).print();
}

}  // namespace nmtx
