#include "kernel/containers/container_stats.h"

#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/words.h"
#include "kernel/fields.h"

// CONTAINER ID   NAME     CPU %     MEM USAGE / LIMIT     MEM %     NET I/O         BLOCK I/O         PIDS
// 9afcb62a26c8   web-0    0.93%     461MiB / 9.744GiB     4.62%     286MB / 7.92MB  157MB / 2.66GB    57
//
// NAME       CPU(cores)   MEMORY(bytes)
// web-0      48m          2099Mi

namespace nmtx {
namespace {

constexpr std::size_t most_words = 32;

enum class Heading { none, docker, kubectl };

Heading heading_of(std::string_view line) {
    if (line.find("MEMORY(bytes)") != std::string_view::npos) return Heading::kubectl;
    return line.find("MEM USAGE") != std::string_view::npos && line.find("LIMIT") != std::string_view::npos
               ? Heading::docker
               : Heading::none;
}

// "461MiB", or in old releases "461.2 MiB", at `at`; moves `at` behind it. A bare number is none.
std::optional<HumanSize> size_at(const std::vector<std::string_view>& words, std::size_t& at) {
    if (at >= words.size()) return std::nullopt;
    const bool bare = words[at].find_first_not_of("0123456789.,") == std::string_view::npos;
    if (!bare) return read_human_size(words[at++]);
    if (at + 1 >= words.size()) return std::nullopt;
    // The unit's size is read from "1MiB": its own number times that.
    const auto number = read_human_size(words[at], Bytes(1'000'000));
    const auto unit = read_human_size("1" + std::string(words[at + 1]));
    if (!number || !unit) return std::nullopt;
    at += 2;
    const auto bytes = static_cast<long double>(number->bytes.value()) / 1e6L *
                       static_cast<long double>(unit->bytes.value());
    if (bytes >= 1.8e19L) return std::nullopt;
    return HumanSize{Bytes(static_cast<std::uint64_t>(bytes)), true};
}

// `heading`: columns of the caller's choice may have left out the share of CPU, and the id.
bool read_docker(std::string_view line, std::string_view heading, ContainerStats& row) {
    row = {};
    const auto words = words_of(line, most_words);
    std::size_t slash = 0;
    while (slash < words.size() && words[slash] != "/") ++slash;
    if (slash == words.size() || slash < 2) return false;
    // The usage is one word or two, before it stands the share of CPU.
    std::size_t usage = slash - 1;
    if (words[usage].find_first_of("0123456789") == std::string_view::npos) --usage;
    const bool has_cpu = usage >= 2 && words[usage - 1].ends_with('%');
    if (usage < 1 || (!has_cpu && heading.empty())) return false;
    const std::size_t names = has_cpu ? usage - 1 : usage;
    std::size_t at = usage;
    const auto used = size_at(words, at);
    if (!used || at != slash) return false;
    at = slash + 1;
    row.limit = size_at(words, at);
    if (!row.limit) return false;
    row.usage = *used;
    if (heading.starts_with("NAME")) {
        row.name = words[0];
    } else {
        row.id = words[0];
        if (names > 1) row.name = words[1];
    }
    if (has_cpu) row.cpu_percent = read_percent(words[usage - 1]);
    if (at < words.size()) row.memory_percent = read_percent(words[at]);
    std::optional<std::uint64_t> pids;
    if (words.size() > at + 1 && read_number(words.back(), pids)) row.pids = pids;
    return true;
}

// The namespace may stand before the name, a container's name behind the pod's; nodes have shares as well.
bool read_kubectl(std::string_view line, ContainerStats& row) {
    row = {};
    const auto words = words_of(line, most_words);
    if (words.size() < 3 || words.size() > 5) return false;
    const bool shares = words.back().ends_with('%');
    if (shares && words.size() != 5) return false;
    const std::size_t memory = words.size() - (shares ? 2 : 1);
    const std::size_t cores = shares ? 1 : memory - 1;
    const auto usage = read_human_size(words[memory], Bytes(1));
    if (!usage || words[cores].find_first_not_of("0123456789mnu") != std::string_view::npos) return false;
    row.kubectl = true;
    row.usage = *usage;
    row.name = words[cores - 1];
    return true;
}

}  // namespace

bool is_container_heading(std::string_view line) {
    return heading_of(line) != Heading::none;
}

Expected<ContainerTable> parse_container_stats(std::string_view text, std::string_view document) {
    ContainerTable table;
    Heading heading = Heading::none;
    std::string_view columns;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        if (line.empty()) continue;
        if (const Heading here = heading_of(line); here != Heading::none) {
            heading = here;
            columns = line;
            continue;
        }
        ContainerStats row;
        if (heading == Heading::kubectl ? read_kubectl(line, row) : read_docker(line, columns, row)) {
            table.rows.push_back(row);
        } else {
            table.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (table.rows.empty()) {
        return nothing_understood(document, "rows \"ID NAME CPU% USAGE / LIMIT\"", table.not_understood);
    }
    return table;
}

}  // namespace nmtx
