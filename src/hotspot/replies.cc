#include "hotspot/replies.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/identity.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

// "4711:" above every reply of jcmd
bool is_pid_line(std::string_view line) {
    return line.size() > 1 && line.ends_with(':') &&
           std::ranges::all_of(line.substr(0, line.size() - 1), [](char c) { return c >= '0' && c <= '9'; });
}

tl::unexpected<Error> expected(std::string_view document, std::string_view what, std::string_view text) {
    Lines lines(text);
    while (lines.next() && (trim(lines.line()).empty() || is_pid_line(trim(lines.line())))) {
    }
    return lines.error(document, "expected " + std::string(what) + ", found " + vm::quoted(lines.line()));
}

// "-XX:+UseG1GC", "-XX:MaxHeapSize=536870912"
std::optional<VmFlag> read_option(std::string_view option) {
    if (!option.starts_with("-XX:") || option.size() < 6) return std::nullopt;
    option.remove_prefix(4);
    if (option.front() == '+' || option.front() == '-')
        return VmFlag{std::string(Cursor(option.substr(1)).word()), option.front() == '+' ? "true" : "false",
                      true};
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    return VmFlag{std::string(option.substr(0, equals)), std::string(option.substr(equals + 1))};
}

// Options of the java command that set a flag, with the size right behind them.
struct ShortOption {
    std::string_view option, flag;
};
constexpr std::array short_options{ShortOption{"Xmx", "MaxHeapSize"}, ShortOption{"Xms", "InitialHeapSize"},
                                   ShortOption{"mx", "MaxHeapSize"}, ShortOption{"ms", "InitialHeapSize"}};

// "-Xmx64m"
std::optional<VmFlag> read_short_option(std::string_view option) {
    if (!option.starts_with('-')) return std::nullopt;
    option.remove_prefix(1);
    for (const ShortOption& known : short_options) {
        if (option.starts_with(known.option))
            return VmFlag{std::string(known.option), std::string(option.substr(known.option.size()))};
    }
    return std::nullopt;
}

// "67108864", "64m"; "0x4000000" is rare and left alone. As HotSpot reads it: K, M, G, T in either case.
std::optional<Bytes> size_of_flag(std::string_view value) {
    Cursor cursor(trim(value));
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    constexpr std::string_view units = "kmgt";
    if (cursor.at_end()) return Bytes(*number);
    const char letter = static_cast<char>(static_cast<unsigned char>(cursor.rest().front()) | 0x20U);
    const std::size_t unit = units.find(letter);
    if (unit == std::string_view::npos || cursor.rest().size() != 1) return std::nullopt;
    const std::size_t shift = 10 * (unit + 1);
    if (*number > (~std::uint64_t{} >> shift)) return std::nullopt;
    return Bytes(*number << shift);
}

//    size_t MaxHeapSize                              = 536870912                                 {product}
//    {ergonomic}
std::optional<VmFlag> read_flag_line(std::string_view line) {
    Cursor cursor(trim(line));
    VmFlag flag;
    flag.is_switch = cursor.word() == "bool";
    cursor.skip_blanks();
    flag.name = cursor.word();
    cursor.skip_blanks();
    if (flag.name.empty() || (!cursor.take("= ") && !cursor.take(":= "))) return std::nullopt;
    const auto value = cursor.until(" {");
    if (!value) return std::nullopt;
    flag.value = trim(*value);
    return flag;
}

}  // namespace

// 2026-11-22T20:16:28.906+0000: 9.037 s
// 5.347 s
Expected<VmUptime> parse_vm_uptime(std::string_view text, std::string_view document) {
    for (Lines lines(text); lines.next();) {
        VmUptime found;
        Cursor cursor(trim(lines.line()));
        if (const auto date = Cursor(cursor).until(": "); date && date->size() > 18 && (*date)[4] == '-') {
            found.date = *date;
            cursor.until(": ");
            cursor.take(": ");
        }
        const auto seconds = vm::take_fraction(cursor);
        if (!seconds || cursor.rest() != " s") continue;
        found.seconds = *seconds;
        return found;
    }
    return expected(document, "\"5.347 s\"", text);
}

std::optional<std::string_view> VmFlags::find(std::string_view name) const {
    for (std::size_t i = flags.size(); i-- > 0;)
        if (flags[i].name == name) return flags[i].value;
    return std::nullopt;
}

bool VmFlags::is_on(std::string_view name) const {
    return find(name) == "true";
}

std::optional<std::uint64_t> VmFlags::number(std::string_view name) const {
    const auto value = find(name);
    return value ? Cursor(*value).decimal() : std::nullopt;
}

std::optional<Bytes> VmFlags::size(std::string_view name) const {
    const auto value = find(name);
    return value ? size_of_flag(*value) : std::nullopt;
}

std::optional<Bytes> VmFlags::size_or_short(std::string_view name) const {
    const auto sets = [&](const VmFlag& flag) {
        if (flag.name == name) return true;
        const auto known = std::ranges::find(short_options, flag.name, &ShortOption::option);
        return known != short_options.end() && known->flag == name;
    };
    const auto last = std::find_if(flags.rbegin(), flags.rend(), sets);
    return last != flags.rend() ? size_of_flag(last->value) : std::nullopt;
}

// "-XX:+UseConcMarkSweepGC -XX:+UseParNewGC"
std::optional<std::string> VmFlags::gc() const {
    std::optional<std::string> gc;
    for (const VmFlag& flag : flags) {
        const auto named = flag.value == "true" ? gc_of_flag(flag.name) : std::nullopt;
        if (named) gc = std::string(*named);
    }
    return gc;
}

std::string VmFlag::text() const {
    if (is_switch) return (value == "true" ? "-XX:+" : "-XX:-") + name;
    return "-XX:" + name + "=" + value;
}

VmFlags flags_of_options(const std::vector<std::string_view>& options) {
    VmFlags found;
    for (const std::string_view option : options) {
        auto flag = read_option(option);
        if (!flag) flag = read_short_option(option);
        if (flag) found.flags.push_back(std::move(*flag));
    }
    return found;
}

Expected<VmFlags> parse_vm_flags(std::string_view text, std::string_view document) {
    VmFlags found;
    for (Lines lines(text); lines.next();) {
        if (auto flag = read_flag_line(lines.line())) {
            found.flags.push_back(std::move(*flag));
            continue;
        }
        for (const std::string_view option : split_joined_options(lines.line()))
            if (auto flag = read_option(option)) found.flags.push_back(std::move(*flag));
    }
    if (found.flags.empty()) return expected(document, "options as \"-XX:+UseG1GC\"", text);
    return found;
}

// VM Arguments:
// jvm_args: -Xms128m -Xmx512m
// java_command: Target threads=20
Expected<VmCommandLine> parse_vm_command_line(std::string_view text, std::string_view document) {
    VmCommandLine found;
    bool any = false;
    for (Lines lines(text); lines.next();) {
        Cursor cursor(trim(lines.line()));
        std::string* into = nullptr;
        if (cursor.take("jvm_args:")) into = &found.jvm_arguments;
        if (cursor.take("java_command:")) into = &found.java_command;
        if (into == nullptr) continue;
        if (into->empty()) *into = trim(cursor.rest());
        any = true;
    }
    if (!any) return expected(document, "\"jvm_args: …\" and \"java_command: …\"", text);
    return found;
}

// Trim native heap: RSS+Swap: 187M->180M (-7012K)                  17 and later
// RSS before: 172152k, after: 171556k, (-596k)                      11
Expected<NativeHeapTrim> parse_trim_native_heap(std::string_view text, std::string_view document) {
    for (Lines lines(text); lines.next();) {
        Cursor cursor(trim(lines.line()));
        if (cursor.until("RSS+Swap: ") && cursor.take("RSS+Swap: ")) {
            const auto before = vm::take_size(cursor);
            const bool arrow = before && cursor.take("->");
            const auto after = arrow ? vm::take_size(cursor) : std::nullopt;
            if (!after || !cursor.rest().starts_with(" (")) continue;
            return NativeHeapTrim{*before, *after};
        }
        if (!cursor.take("RSS before: ")) continue;
        const auto before = cursor.decimal();
        if (!before || !cursor.take("k, after: ")) continue;
        const auto after = cursor.decimal();
        if (!after || !cursor.take("k")) continue;
        return NativeHeapTrim{kib(*before), kib(*after)};
    }
    return expected(document, "\"Trim native heap: RSS+Swap: 187M->180M (-7012K)\"", text);
}

// ClassLoader         Parent              CLD*               Classes   ChunkSz   BlockSz  Type
// 0x00007ff40707af08  0x00007ff40707d1e8  0x00007ff48814f450       1       768       255
// jdk.internal.loader.…
//                                                                 12     34816     22360   + hidden classes
// Total = 3                                                      515    557824     11298
Expected<ClassLoaderStats> parse_classloader_stats(std::string_view text, std::string_view document) {
    ClassLoaderStats found;
    bool headed = false;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        Cursor cursor(line);
        const auto figure = [&] {
            cursor.skip_blanks();
            return cursor.decimal();
        };
        if (line.empty() || is_pid_line(line) || line.starts_with("ChunkSz:") || line.starts_with("BlockSz:"))
            continue;
        if (line.starts_with("ClassLoader ") && line.find("CLD*") != std::string_view::npos) {
            headed = true;
        } else if (cursor.take("Total = ")) {
            found.total_loaders = cursor.decimal();
            found.classes = figure();
            if (const auto chunks = figure()) found.chunks = Bytes(*chunks);
            if (const auto blocks = figure()) found.blocks = Bytes(*blocks);
        } else if (cursor.take("0x") && cursor.hex()) {
            for (int i = 0; i < 2; ++i) {
                cursor.skip_blanks();
                cursor.word();
            }
            ++found.loaders;
            if (figure() == 1U) ++found.with_one_class;
        } else if (line.find("+ ") == std::string_view::npos) {
            found.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (!headed && !found.total_loaders)
        return expected(document, "\"ClassLoader  Parent  CLD*  Classes …\"", text);
    return found;
}

// 0SECTION       TITLE subcomponent dump routine
std::optional<Error> javacore_refusal(std::string_view text, std::string_view document) {
    for (Lines lines(text); lines.next();) {
        if (!lines.line().starts_with("0SECTION  ")) continue;
        return Error{std::string(document) + ":" + std::to_string(lines.number()),
                     "this is a javacore of OpenJ9; nmtx analyses HotSpot",
                     "paste the process's smaps or pmap output instead"};
    }
    return std::nullopt;
}

}  // namespace nmtx
