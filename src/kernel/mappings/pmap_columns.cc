#include "kernel/mappings/pmap_columns.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/remark.h"
#include "kernel/mappings/mapping_header.h"
#include "kernel/mappings/smaps_fields.h"

// plain      000055da60012000    188K r---- bash
// -d         000055da60012000     188 r---- 0000000000000000 0fe:00000 bash
// -x         Address           Kbytes     RSS   Dirty Mode  Mapping
//            000055da60012000     188     188       0 r---- bash
//            0000000000400000       4       -       -       - r-x--  java          (procps 3.2: RSS Anon
//            Locked) 000055c423976000      24      24       0       0  r-xp  /usr/bin/java (busybox: PSS
//            Dirty Swap)
// -X, -XX    Address Perm   Offset Device  Inode Size  Rss Pss ... THPeligible              VmFlags Mapping
//       55da60012000 r--p 00000000  fe:00 247101  188  188  31 ...           0          rd mr mw me bash
//
// In -X a mapping without a name ends after its last figure. A file whose name is two small letters would be
// taken for a flag.

namespace nmtx {
namespace {

using Role = PmapColumn::Role;

struct PmapName {
    std::string_view name;
    Role role;
    Bytes Mapping::* amount = nullptr;
};
// What -x and -d call differently from smaps, or smaps does not have.
constexpr std::array<PmapName, 16> pmap_names{{
    {"Address", Role::address},
    {"Kbytes", Role::size},
    {"Size", Role::size},
    {"RSS", Role::amount, &Mapping::rss},
    {"PSS", Role::amount, &Mapping::pss},
    {"Dirty", Role::amount, &Mapping::private_dirty},
    {"Anon", Role::amount, &Mapping::anonymous},
    {"Mode", Role::mode},
    {"Perm", Role::mode},
    {"Offset", Role::offset},
    {"Device", Role::device},
    {"Inode", Role::inode},
    {"Mapping", Role::name},
    {"VmFlags", Role::flags},
    {"Swap", Role::amount, &Mapping::swap},
    {"Locked", Role::amount, &Mapping::locked},
}};

PmapColumn column_named(std::string_view word) {
    for (const PmapName& name : pmap_names) {
        if (name.name == word) return {name.role, name.amount};
    }
    const SmapsField field = smaps_field_named(word);
    if (field.kind == SmapsField::Kind::amount) return {Role::amount, field.amount};
    return {};
}

// "r-x--", "rw-s-", "rw---R" has one too many; "r-xp" as maps has it.
bool read_mode(std::string_view text, Protection& protection) {
    if (text.size() != 4 && text.size() != 5) return false;
    constexpr std::string_view letters = "rwx";
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (text[i] != letters[i] && text[i] != '-') return false;
    }
    const char sharing = text[3];
    if (sharing != 's' && sharing != '-' && sharing != 'p') return false;
    if (text.size() == 5 && text[4] != '-' && text[4] != 'R') return false;
    protection = {text[0] == 'r', text[1] == 'w', text[2] == 'x', sharing == 's'};
    return true;
}

bool is_mode(std::string_view text) {
    Protection protection;
    return read_mode(text, protection);
}

std::optional<std::uint64_t> number_of(std::string_view word) {
    Cursor cursor(word);
    const auto number = cursor.decimal();
    return cursor.at_end() ? number : std::nullopt;
}

bool is_flag(std::string_view word) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    return word.size() == 2 && small(word[0]) && small(word[1]);
}

// "[ anon ]", "[ stack ] <2>", "java", "libc.so.6 (deleted)"
void read_name(std::string_view rest, PmapRow& row) {
    const Remarked parts = split_remark(rest);
    row.bare_name = parts.text;
    row.remark = parts.remark;
    Mapping& mapping = row.mapping;
    mapping.name = parts.text;
    if (!parts.text.starts_with("[ ")) return;
    const std::size_t end = parts.text.find(" ]");
    if (end == std::string_view::npos) return;
    row.bare_name = parts.text.substr(0, end + 2);
    if (const std::string_view behind = trim(rest.substr(end + 2));
        row.remark.empty() || behind.size() > row.remark.size())
        row.remark = behind;
    const std::string_view inner = row.bare_name.substr(2, row.bare_name.size() - 4);
    mapping.name = {};
    if (inner == "stack") mapping.name = "[stack]";
    if (inner == "heap") mapping.name = "[heap]";
    if (inner.starts_with("shmid=")) mapping.name = "/SYSV";  // as maps calls System V shared memory
}

bool read_address(std::string_view word, PmapRow& row) {
    Cursor cursor(word);
    const auto address = cursor.hex();
    if (!address || !cursor.at_end()) return false;
    row.upper_case = std::any_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    row.mapping.range = range_of(*address, *address);
    return true;
}

// "188", "188K"
bool read_size(std::string_view word, Mapping& mapping) {
    if (word.ends_with('K')) word.remove_suffix(1);
    const auto size = number_of(word);
    if (size) mapping.range.end = mapping.range.begin + kib(*size);
    return size.has_value();
}

bool read_cell(const PmapColumn& column, std::string_view word, PmapRow& row) {
    Mapping& mapping = row.mapping;
    switch (column.role) {
        case Role::address:
            return read_address(word, row);
        case Role::size:
            return read_size(word, mapping);
        case Role::amount:
        case Role::number: {
            const auto number = number_of(word);
            if (!number && word != "-") return false;
            if (!number || column.role == Role::number) return true;
            mapping.*column.amount = kib(*number);
            row.rss_told = row.rss_told || column.amount == &Mapping::rss;
            row.pss_told = row.pss_told || column.amount == &Mapping::pss;
            row.swap_told = row.swap_told || column.amount == &Mapping::swap;
            return true;
        }
        case Role::mode:
            return read_mode(word, mapping.protection);
        case Role::offset: {
            Cursor cursor(word);
            const auto offset = cursor.hex();
            if (offset) mapping.offset = *offset;
            return offset && cursor.at_end();
        }
        case Role::device:
            return read_device(word, mapping.device);
        case Role::inode:
            mapping.inode = number_of(word).value_or(0);
            return number_of(word).has_value();
        case Role::flags:
        case Role::name:
            break;
    }
    return false;
}

PmapColumn amount(Bytes Mapping::* member) {
    return {Role::amount, member};
}

std::string_view next_word(Cursor& cursor) {
    cursor.skip_blanks();
    return cursor.word();
}

// Of a line of -X or -XX, behind its protection.
std::optional<PmapColumns> columns_of_smaps_fields(Cursor cursor) {
    for (int i = 0; i < 3; ++i) next_word(cursor);
    std::vector<std::uint64_t> figures;
    std::string_view word = next_word(cursor);
    for (; const auto number = number_of(word); word = next_word(cursor)) figures.push_back(*number);
    if (figures.size() < 3) return std::nullopt;
    // -XX has all fields, two page sizes before RSS since Linux 4.19.
    constexpr std::array<std::uint64_t, 5> page_sizes{4, 16, 64, 2048, 1048576};
    const bool sizes_first = figures.size() >= 19 && figures[1] == figures[2] &&
                             std::find(page_sizes.begin(), page_sizes.end(), figures[1]) != page_sizes.end();
    PmapColumns out{PmapForm::columns, {}, true};
    for (const Role role : {Role::address, Role::mode, Role::offset, Role::device, Role::inode, Role::size})
        out.columns.push_back({role});
    if (sizes_first) out.columns.insert(out.columns.end(), 2, PmapColumn{});
    out.columns.push_back(amount(&Mapping::rss));
    out.columns.push_back(amount(&Mapping::pss));
    out.columns.insert(out.columns.end(), figures.size() - (sizes_first ? 5 : 3), PmapColumn{});
    if (is_flag(word)) out.columns.push_back({Role::flags});
    out.columns.push_back({Role::name});
    return out;
}

}  // namespace

std::optional<PmapColumns> pmap_columns_of_heading(std::string_view line) {
    constexpr std::size_t most = 64;
    PmapColumns columns;
    Cursor cursor(line);
    cursor.skip_blanks();
    if (!cursor.rest().starts_with("Address")) return std::nullopt;
    std::array<bool, 10> roles{};
    for (; !cursor.at_end() && columns.columns.size() < most; cursor.skip_blanks()) {
        const PmapColumn column = column_named(cursor.word());
        bool& seen = roles.at(static_cast<std::size_t>(column.role));
        if (seen && column.role != Role::amount && column.role != Role::number) return std::nullopt;
        seen = true;
        columns.columns.push_back(column);
        if (column.role == Role::name) break;
    }
    const auto has = [&](Role role) { return roles.at(static_cast<std::size_t>(role)); };
    if (!has(Role::size) || !has(Role::mode)) return std::nullopt;
    // -d says "Kbytes" too, and has the mode right behind it.
    columns.form = line.find("Kbytes") == std::string_view::npos ? PmapForm::columns
                   : has(Role::offset)                           ? PmapForm::device
                                                                 : PmapForm::extended;
    return columns;
}

std::optional<PmapColumns> pmap_columns_of_shape(std::string_view line) {
    Cursor cursor(line);
    PmapColumns out;
    out.columns.push_back({Role::address});
    next_word(cursor);
    std::string_view word = next_word(cursor);
    if (word.ends_with('K')) {
        for (const Role role : {Role::size, Role::mode, Role::name}) out.columns.push_back({role});
        return out;
    }
    if (is_mode(word)) return columns_of_smaps_fields(cursor);
    std::size_t figures = 0;
    for (; number_of(word) || word == "-"; word = next_word(cursor)) ++figures;
    if (!is_mode(word)) return std::nullopt;
    out.columns.push_back({Role::size});
    out.form = PmapForm::extended;
    if (figures == 1) {
        out.form = PmapForm::device;
        for (const Role role : {Role::mode, Role::offset, Role::device}) out.columns.push_back({role});
    } else if (figures == 3) {
        for (auto member : {&Mapping::rss, &Mapping::private_dirty}) out.columns.push_back(amount(member));
    } else if (figures == 4 && word.size() == 4) {
        for (auto member : {&Mapping::pss, &Mapping::private_dirty, &Mapping::swap})
            out.columns.push_back(amount(member));
    } else if (figures == 4) {
        for (auto member : {&Mapping::rss, &Mapping::anonymous, &Mapping::locked})
            out.columns.push_back(amount(member));
    } else {
        return std::nullopt;
    }
    if (figures != 1) out.columns.push_back({Role::mode});
    out.columns.push_back({Role::name});
    return out;
}

bool read_pmap_row(std::string_view line, const PmapColumns& columns, PmapRow& row) {
    row = {};
    Cursor cursor(line);
    for (const PmapColumn& column : columns.columns) {
        cursor.skip_blanks();
        if (column.role == Role::name) {
            read_name(cursor.rest(), row);
        } else if (column.role == Role::flags) {
            const std::string_view from = cursor.rest();
            std::size_t taken = 0;
            for (Cursor ahead = cursor; is_flag(ahead.word()); ahead.skip_blanks()) {
                taken = from.size() - ahead.rest().size();
                cursor = ahead;
            }
            row.mapping.vm_flags = from.substr(0, taken);
        } else if (!read_cell(column, cursor.word(), row)) {
            return false;
        }
    }
    return !row.mapping.range.empty();
}

bool read_pmap_totals(std::string_view figures, const PmapColumns& columns, PmapTotals& totals) {
    PmapTotals read;
    Cursor cursor(figures);
    for (const PmapColumn& column : columns.columns) {
        if (column.role != Role::size && column.role != Role::amount && column.role != Role::number) continue;
        cursor.skip_blanks();
        const std::string_view word = cursor.word();
        const auto number = number_of(word);
        if (!number && word != "-") return false;
        if (!number) continue;
        if (column.role == Role::size) read.size = kib(*number);
        if (column.amount == &Mapping::rss) read.rss = kib(*number);
        if (column.amount == &Mapping::pss) read.pss = kib(*number);
        if (column.amount == &Mapping::private_dirty && columns.form == PmapForm::extended)
            read.dirty = kib(*number);
        if (column.amount == &Mapping::swap) read.swap = kib(*number);
    }
    cursor.skip_blanks();
    if (!cursor.at_end() && cursor.rest() != "KB") return false;
    totals = read;
    return true;
}

}  // namespace nmtx
