#include "kernel/mappings/smaps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/cursor.h"
#include "base/remark.h"
#include "kernel/fields.h"
#include "kernel/mappings/eight_columns.h"
#include "kernel/mappings/mapping_header.h"
#include "kernel/mappings/smaps_fields.h"

// 55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0                          [heap]
// Size:                132 kB
// KernelPageSize:        4 kB
// Rss:                  92 kB
// Pss:                  92 kB
// ...
// Private_Hugetlb:       0 kB
// Swap:                  0 kB
// Locked:                0 kB
// THPeligible:           0
// VmFlags: rd wr mr mw me ac sd
//
// A large JVM has 30,000 mappings of 25 lines each, 22 MB, and this text is read on every look at the
// process. Two habits of the kernel make it cheap, and neither is relied upon: one kernel prints the same
// fields in the same order for each mapping, so the first record teaches which key comes next; and a value
// stands right-aligned in columns 16 to 23 ("%8lu"), so it can be read as one 64-bit word. A line that breaks
// either habit is read the general way.

namespace nmtx {
namespace {

using Field = SmapsField;
using Kind = SmapsField::Kind;

// "Rss:                2368 kB\n"; "Private_Hugetlb:" fills the key's columns entirely.
constexpr std::size_t key_columns = 16;
constexpr std::size_t value_columns = 8;
constexpr std::size_t row_bytes = key_columns + value_columns + 4;

// One line of the record that the first mapping had.
struct KnownRow {
    Field field;
    std::array<char, key_columns> columns{};
    bool fixed = false;  // laid out as above, so that `columns` may be compared whole
};

// RSS of a pasted mapping until a line has it: an impossible value.
constexpr Bytes not_told = Bytes(~std::uint64_t{0});

// Enough for every field that a kernel prints (23 in Linux 6.18); bounds what a forged first record can make
// us remember.
constexpr std::size_t most_rows = 64;

bool is_key(std::string_view text) {
    for (const char c : text) {
        const bool word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!word) return false;
    }
    return !text.empty();
}

// "rd wr mr": two characters each, separated by blanks.
bool are_flags(std::string_view text) {
    Cursor cursor(text);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        if (cursor.word().size() != 2) return false;
    }
    return true;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class SmapsReader {
  public:
    // If `pasted` is given, lines that are not understood go there instead of causing an error.
    SmapsReader(std::string_view text, std::string_view document, PastedSmaps* pasted = nullptr)
        : text_(text),
          document_(document),
          at_(text.data()),
          end_(text.data() + text.size()),
          pasted_(pasted) {}

    Expected<Smaps> read() {
        while (at_ != end_) {
            if (fixed_row()) continue;
            const char* const line = at_;
            auto read = any_line();
            if (read) continue;
            if (pasted_ == nullptr) return tl::make_unexpected(std::move(read.error()));
            set_aside(std::string_view(line, static_cast<std::size_t>(at_ - line)));
        }
        if (pasted_ != nullptr) settle_pasted();
        smaps_.add_up();
        return std::move(smaps_);
    }

  private:
    [[nodiscard]] tl::unexpected<Error> error(std::string_view expected, std::string_view line,
                                              std::string hint = {}) const {
        if (pasted_ != nullptr) return failure({}, {});  // nobody reads it: the line itself is quoted
        return failure(fmt::format("{}:{}", document_, line_number_), mismatch(expected, line),
                       std::move(hint));
    }

    // The line that the first record had here, laid out as it was there; false: not so, nothing taken.
    bool fixed_row() {
        if (!owned_ || next_row_ >= rows_.size() || static_cast<std::size_t>(end_ - at_) < row_bytes)
            return false;
        const KnownRow& row = rows_[next_row_];
        if (!row.fixed || std::memcmp(at_, row.columns.data(), key_columns) != 0) return false;
        if (std::memcmp(at_ + key_columns + value_columns, " kB\n", 4) != 0) return false;
        const auto value = eight_columns(at_ + key_columns);
        if (!value) return false;
        if (row.field.kind == Kind::amount) smaps_.mappings.back().*row.field.amount = kib(*value);
        at_ += row_bytes;
        ++line_number_;
        ++next_row_;
        return true;
    }

    Expected<void> any_line() {
        const auto* newline =
            static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
        const bool whole = newline != nullptr;
        const std::string_view line(at_, static_cast<std::size_t>((whole ? newline : end_) - at_));
        ++line_number_;
        at_ = whole ? newline + 1 : end_;
        if (pasted_ != nullptr) return pasted_line(trim(line));
        return is_mapping_header(line) ? header(line, whole) : field(line);
    }

    Expected<void> pasted_line(std::string_view line) {
        if (line.empty()) return {};
        if (is_mapping_header(line)) {
            owned_ = false;
            auto read = header(line, true);
            owned_ = read.has_value();
            return read;
        }
        if (!owned_) return error("a mapping \"begin-end ...\"", line);
        const Remarked parts = split_remark(line);
        if (auto read = field(parts.text); !read) return read;
        pasted_->not_understood.add_remark(line_number_, parts.remark);
        return {};
    }

    // A whole line that nothing could be made of, kept without its newline.
    void set_aside(std::string_view line) {
        while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
        pasted_->not_understood.add_line(line_number_, line);
    }

    Expected<void> header(std::string_view line, bool whole) {
        constexpr std::string_view shape = "a mapping \"begin-end rwxp offset major:minor inode name\"";
        if (!whole) return error("a whole mapping header", line, "the text ends in the middle of this line");
        Mapping mapping;
        if (!read_mapping_header(line, mapping)) return error(shape, line);
        if (pasted_ != nullptr) {
            if (mapping.name == "[rollup]") return error("a mapping, not the sum of all", line);
            const Remarked name = split_remark(mapping.name);
            mapping.name = name.text;
            pasted_->not_understood.add_remark(line_number_, name.remark);
            mapping.rss = not_told;
        }
        if (mapping.range.empty()) return error("a mapping that ends after it begins", line);
        if (!make_room_for(mapping)) return error("a mapping above the one before it", line);
        auto& mappings = smaps_.mappings;
        if (mappings.size() == 1) expect_records_like_the_first();
        mappings.push_back(mapping);
        next_row_ = 0;
        return {};
    }

    // The kernel lists mappings in pieces, and goes on behind the end of the last one that it gave. Where
    // that one was joined with its neighbour meanwhile, or moved its border, memory is listed again, as it is
    // by now: the later word counts. False where the line goes back to memory below, which no kernel does.
    bool make_room_for(const Mapping& mapping) {
        auto& mappings = smaps_.mappings;
        while (!mappings.empty() && mapping.range.begin < mappings.back().range.end) {
            Mapping& last = mappings.back();
            if (mapping.range.end <= last.range.begin) return false;
            ++smaps_.changed_meanwhile;
            if (mapping.range.begin <= last.range.begin) {
                mappings.pop_back();
                continue;
            }
            last.range.end = mapping.range.begin;
            const bool rss_told = last.rss != not_told;
            for (Bytes* amount : {&last.rss, &last.pss, &last.anonymous, &last.anon_huge_pages, &last.swap})
                *amount = std::min(*amount, last.range.size());
            if (!rss_told) last.rss = not_told;
        }
        return true;
    }

    Expected<void> field(std::string_view line) {
        const std::size_t colon = line.find(':');
        const std::string_view key = line.substr(0, colon);
        if (colon == std::string_view::npos || !is_key(key)) {
            return error("a mapping \"begin-end ...\" or a field \"Key: value\"", line);
        }
        if (smaps_.mappings.empty()) return error("a mapping before its fields", line);
        const std::string_view value = line.substr(colon + 1);
        const Field known = predicted(key, line);
        Mapping& mapping = smaps_.mappings.back();
        switch (known.kind) {
            case Kind::ignored:
                // In a paste it may be prose.
                if (pasted_ != nullptr && !read_kilobytes(value) && !is_number(trim(value)))
                    return error("a field of smaps", line);
                break;
            case Kind::amount: {
                const auto amount = read_kilobytes(value);
                if (!amount) return error(fmt::format("\"{}: N kB\"", key), line);
                mapping.*known.amount = *amount;
                break;
            }
            case Kind::thp_eligible: {
                const std::string_view flag = trim(value);
                if (flag != "0" && flag != "1") return error("\"THPeligible: 0\" or 1", line);
                mapping.thp_eligible = flag == "1";
                break;
            }
            case Kind::vm_flags:
                if (!are_flags(value)) return error("two-letter flags", line);
                mapping.vm_flags = trim(value);
                break;
        }
        return {};
    }

    // What the key means, by the first record where it has it; the following line is then expected to be as
    // there.
    Field predicted(std::string_view key, std::string_view line) {
        if (smaps_.mappings.size() == 1) {
            const Field known = smaps_field_named(key);
            if (rows_.size() < most_rows) learn(known, line);
            return known;
        }
        for (std::size_t tried = 0; tried < rows_.size(); ++tried) {
            const std::size_t row = (next_row_ + tried) % rows_.size();
            if (rows_[row].field.key != key) continue;
            next_row_ = row + 1;
            return rows_[row].field;
        }
        return smaps_field_named(key);
    }

    void learn(const Field& known, std::string_view line) {
        KnownRow row{known, {}, false};
        const std::string_view columns = line.substr(0, key_columns);
        // No digit may stand among the columns that are compared: those after the key hold its colon and
        // blanks.
        row.fixed = line.size() + 1 == row_bytes && line.ends_with(" kB") && known.key.size() < key_columns &&
                    columns.find_first_not_of(' ', known.key.size() + 1) == std::string_view::npos &&
                    (known.kind == Kind::amount || known.kind == Kind::ignored);
        if (row.fixed) std::memcpy(row.columns.data(), columns.data(), key_columns);
        rows_.push_back(row);
        next_row_ = rows_.size();
    }

    // Called when the second mapping begins: the first record's length tells about how many there are.
    void expect_records_like_the_first() {
        // A record without fields says nothing about the others, unless it is all there is of a mapping
        // (maps).
        const std::size_t least = pasted_ != nullptr ? 64 : 512;
        const auto first = static_cast<std::size_t>(at_ - text_.data());
        const std::size_t records = text_.size() / (first > least ? first : least);
        smaps_.mappings.reserve(records + records / 8 + 8);
    }

    void settle_pasted() {
        for (Mapping& mapping : smaps_.mappings) {
            if (mapping.rss != not_told) continue;
            mapping.rss = Bytes();
            ++pasted_->without_rss;
        }
        if (pasted_->without_rss == smaps_.mappings.size()) {
            smaps_.from = MappingsFrom::maps;
            smaps_.rss_known = smaps_.pss_known = smaps_.swap_known = false;
        }
    }

    std::string_view text_;
    std::string_view document_;
    const char* at_;
    const char* end_;
    PastedSmaps* pasted_;
    bool owned_ = true;  // the fields that follow are those of the last mapping; false only in pasted text
    std::size_t line_number_ = 0;
    std::vector<KnownRow> rows_;
    std::size_t next_row_ = 0;  // which row is expected next
    Smaps smaps_;
};

}  // namespace

std::string Protection::text() const {
    return {read ? 'r' : '-', write ? 'w' : '-', execute ? 'x' : '-', shared ? 's' : 'p'};
}

bool Mapping::has_flag(std::string_view two_letters) const {
    Cursor cursor(vm_flags);
    for (; !cursor.at_end(); cursor.skip_blanks()) {
        if (cursor.word() == two_letters) return true;
    }
    return false;
}

void Smaps::add_up() {
    rss = pss = swap = hugetlb = Bytes();
    for (const Mapping& mapping : mappings) {
        rss += mapping.rss;
        pss += mapping.pss;
        swap += mapping.swap;
        hugetlb += mapping.shared_hugetlb + mapping.private_hugetlb;
    }
}

Expected<Smaps> parse_smaps(std::string_view text, std::string_view document) {
    return SmapsReader(text, document).read();
}

Expected<PastedSmaps> parse_pasted_smaps(std::string_view text, std::string_view document) {
    PastedSmaps pasted;
    auto smaps = SmapsReader(text, document, &pasted).read();
    if (!smaps) return tl::make_unexpected(std::move(smaps.error()));
    if (smaps->mappings.empty()) {
        return nothing_understood(document, "mappings \"begin-end rwxp offset major:minor inode name\"",
                                  pasted.not_understood);
    }
    pasted.smaps = std::move(*smaps);
    return pasted;
}

}  // namespace nmtx
