#include "report/verbs/peek_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr std::size_t most_names = 12;

std::string thousands(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

// To the byte where it is small: what a few blocks hold is less than a page.
std::string exact(Bytes bytes) {
    return bytes < kib(10) ? fmt::format("{} B", thousands(bytes.value())) : human(bytes);
}

// Line breaks and tabs belong to text, and would break the line here.
std::string quoted(const PeekedString& string, std::size_t width) {
    std::string text;
    for (const char c : string.text) {
        if (c == '\n') {
            text += "\\n";
        } else if (c == '\t') {
            text += "\\t";
        } else {
            text += c;
        }
    }
    const bool cut = string.length > string.text.size();
    return fmt::format("\"{}\"", fit(printable(text) + (cut ? "…" : ""), width));
}

class PeekFigures {
  public:
    PeekFigures(const Peek& peek, const TextStyle& style) : peek_(peek), style_(style) {}

    std::string print() {
        amounts();
        pointers("pointers into", peek_.into);
        pointers("first words of the blocks point into", peek_.first);
        bytes();
        strings();
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }

    void part(std::string_view name, Bytes bytes, std::string_view remark = {}) {
        add(fmt::format("  {:<10} {:>12}  {:>5} %{}{}", name, exact(bytes),
                        bytes == Bytes() ? "0.0" : percent(bytes, peek_.looked_at),
                        remark.empty() ? "" : "   ", remark));
    }

    void amounts() {
        std::string head = peek_.ranges > 1
                               ? fmt::format("{} blocks, {} in total", peek_.ranges, exact(peek_.asked))
                               : exact(peek_.asked);
        head += fmt::format(", {} resident", exact(peek_.resident));
        if (peek_.looked_at + peek_.unreadable < peek_.resident)
            head += fmt::format(", {} sampled", exact(peek_.looked_at));
        if (peek_.unreadable != Bytes()) head += fmt::format(", {} not readable", exact(peek_.unreadable));
        add(head);
        if (peek_.looked_at == Bytes()) return;
        part("zero", peek_.zero,
             peek_.zero_pages == Bytes() ? "" : fmt::format("{} in whole pages", exact(peek_.zero_pages)));
        part("text", peek_.text);
        part("pointers", peek_.pointers);
        part("other", peek_.other, peek_.random_looking() ? "looks compressed or encrypted" : "");
        if (peek_.zero < peek_.looked_at)
            add(fmt::format("  entropy {:.1f} of 8 bits per byte, zeros excluded", peek_.entropy));
    }

    void pointers(std::string_view title, const std::vector<PointersInto>& into) {
        if (into.empty()) return;
        add("");
        add(title);
        std::uint64_t rest = 0;
        for (std::size_t i = 0; i < into.size(); ++i) {
            if (i < most_names) {
                add(fmt::format("  {:>12}  {}", thousands(into[i].words), printable(into[i].name)));
            } else {
                rest += into[i].words;
            }
        }
        if (rest > 0) add(fmt::format("  {:>12}  {} others", thousands(rest), into.size() - most_names));
    }

    // Fits 80 columns: address, 16 bytes, the printable ones.
    void bytes() {
        if (peek_.sample.empty()) return;
        add("");
        add("first non-zero bytes");
        for (std::size_t row = 0; row < peek_.sample.size(); row += 16) {
            std::string hex;
            std::string text;
            for (std::size_t i = row; i < std::min(row + 16, peek_.sample.size()); ++i) {
                const auto c = std::to_integer<unsigned char>(peek_.sample[i]);
                hex += fmt::format("{:02x}{}", c, i % 8 == 7 ? "  " : " ");
                text += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '.';
            }
            add(fmt::format("  {:012x}  {:<50}{}", peek_.sample_at.value + row, hex, text));
        }
    }

    void strings() {
        const std::size_t width = style_.width > 40 ? style_.width - 20 : 20;
        if (!peek_.frequent.empty()) {
            add("");
            add("       times  strings, by total size");
            for (const PeekedString& string : peek_.frequent)
                add(fmt::format("  {:>10}  {}", thousands(string.times), quoted(string, width)));
        }
        if (!peek_.longest.empty()) {
            add("");
            add("       bytes  longest strings seen once");
            for (const PeekedString& string : peek_.longest)
                add(fmt::format("  {:>10}  {}", thousands(string.length), quoted(string, width)));
        }
    }

    const Peek& peek_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string peek_figures(const Peek& peek, const TextStyle& style) {
    return PeekFigures(peek, style).print();
}

std::string peek_text(const ProcessView& view, const PeekPlace& place, const Peek& peek,
                      const TextStyle& style) {
    std::string owner = place.owner;
    if (place.owner == owner_path::unexplained) {
        owner = "owner unknown";
    } else if (!place.evidence.empty()) {
        owner += fmt::format(" ({}{})", place.evidence, place.estimated ? ", estimated" : "");
    }
    std::string text = line(fmt::format("pid {}  {:x}-{:x} {}  {}", view.header.pid, place.range.begin.value,
                                        place.range.end.value, place.mapping->protection.text(), owner),
                            style);
    if (!place.mapping->name.empty()) text += fit(printable(place.mapping->name), style.width, true) + "\n";
    return text + "\n" + peek_figures(peek, style);
}

std::string peek_blocks_text(const BlockSample& sample, const Peek& peek, bool told_apart,
                             const TextStyle& style) {
    const std::string which =
        fmt::format("blocks of {} B in use{}", thousands(sample.blocks.front().size().value()),
                    told_apart ? ", not in NMT" : "");
    const std::string head =
        sample.blocks.size() < sample.of
            ? fmt::format("{} of {} {}, sampled at random", sample.blocks.size(), thousands(sample.of), which)
            : fmt::format("all {} {}", thousands(sample.of), which);
    return paragraph(fmt::format("Peek: {}. Read while the process was running.", head), style) +
           peek_figures(peek, style);
}

Error no_such_blocks(Bytes usable, const BlockSample& sample) {
    std::string sizes;
    for (const Bytes size : sample.nearest)
        sizes += fmt::format("{}{}", sizes.empty() ? "" : ", ", size.value());
    return {"--peek",
            fmt::format("no untracked block of {} usable bytes is in use", thousands(usable.value())),
            sizes.empty() ? "" : fmt::format("nearest sizes: {}", sizes)};
}

}  // namespace nmtx
