#include "kernel/mappings/mapping_header.h"

#include "base/cursor.h"

namespace nmtx {
namespace {

bool read_protection(Cursor& cursor, Protection& protection) {
    const std::string_view text = cursor.word();
    if (text.size() != 4) return false;
    const auto flag = [&](std::size_t i, char set, char unset, bool& target) {
        target = text[i] == set;
        return target || text[i] == unset;
    };
    return flag(0, 'r', '-', protection.read) && flag(1, 'w', '-', protection.write) &&
           flag(2, 'x', '-', protection.execute) && flag(3, 's', 'p', protection.shared);
}

}  // namespace

bool is_mapping_header(std::string_view line) {
    const std::size_t digits = line.find_first_not_of("0123456789abcdef");
    return digits != 0 && digits != std::string_view::npos && line[digits] == '-';
}

bool read_device(std::string_view text, std::uint32_t& device) {
    Cursor cursor(text);
    const auto major = cursor.hex();
    if (!major || !cursor.take(":")) return false;
    const auto minor = cursor.hex();
    // The kernel's dev_t: 12 bits and 20 bits.
    if (!minor || !cursor.at_end() || *major >= (1U << 12U) || *minor >= (1U << 20U)) return false;
    device = static_cast<std::uint32_t>(*major << 20U | *minor);
    return true;
}

// 7f8142000000-7f8142021000 r--p 00c7b000 fe:00 1163267 /usr/lib/x86_64-linux-gnu/libc.so.6
bool read_mapping_header(std::string_view line, Mapping& mapping) {
    Cursor cursor(line);
    const auto begin = cursor.hex();
    if (!begin || !cursor.take("-")) return false;
    const auto end = cursor.hex();
    if (!end || !cursor.take(" ") || !read_protection(cursor, mapping.protection) || !cursor.take(" "))
        return false;
    const auto offset = cursor.hex();
    if (!offset || !cursor.take(" ")) return false;
    if (!read_device(cursor.word(), mapping.device) || !cursor.take(" ")) return false;
    const auto inode = cursor.decimal();
    if (!inode || !(cursor.at_end() || cursor.rest().front() == ' ')) return false;
    cursor.skip_blanks();
    mapping.range = range_of(*begin, *end);
    mapping.offset = *offset;
    mapping.inode = *inode;
    mapping.name = cursor.rest();
    return true;
}

}  // namespace nmtx
