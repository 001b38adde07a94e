#include "allocator/holder_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/java_names.h"
#include "base/paths.h"

namespace nmtx {
namespace {

constexpr std::size_t most_holders = 64;
constexpr std::size_t most_also = 4;

struct HolderKindName {
    HolderKind kind;
    std::string_view name;
};
constexpr std::array holder_kinds{HolderKindName{HolderKind::java_field, "java field"},
                                  HolderKindName{HolderKind::java_static, "java static field"},
                                  HolderKindName{HolderKind::java_array, "java array"},
                                  HolderKindName{HolderKind::java_unknown, "java heap"},
                                  HolderKindName{HolderKind::library_data, "library data"},
                                  HolderKindName{HolderKind::library_block, "library block"},
                                  HolderKindName{HolderKind::jvm_block, "jvm block"},
                                  HolderKindName{HolderKind::stack, "thread stack"},
                                  HolderKindName{HolderKind::other_memory, "other memory"},
                                  HolderKindName{HolderKind::nothing, "nothing"}};

// "com.example.Handle" of "com.example.Handle.peer".
std::string_view class_of(std::string_view name) {
    return name.substr(0, name.rfind('.'));
}

// The file that nearly all point into, at least so many of them.
std::optional<std::uint32_t> most_shown(const std::map<std::uint32_t, std::uint64_t>& shown,
                                        std::uint64_t least) {
    std::uint64_t all = 0;
    for (const auto& [file, blocks] : shown) all += blocks;
    for (const auto& [file, blocks] : shown) {
        if (blocks * 5 >= all * 4 && blocks >= std::max<std::uint64_t>(least, 1)) return file;
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(HolderKind kind) {
    for (const HolderKindName& known : holder_kinds) {
        if (known.kind == kind) return known.name;
    }
    return "nothing";
}

std::optional<HolderKind> holder_kind_of(std::string_view name) {
    for (const HolderKindName& known : holder_kinds) {
        if (known.name == name) return known.kind;
    }
    return std::nullopt;
}

std::string holder_title(HolderKind kind, std::string_view name, std::string_view library) {
    switch (kind) {
        case HolderKind::java_field:
        case HolderKind::java_static:
        case HolderKind::java_array:
            return std::string(name);
        case HolderKind::java_unknown:
            return "Java heap, object not identified";
        case HolderKind::library_data:
            return name.empty() ? fmt::format("data of {}", library) : fmt::format("{} in {}", name, library);
        case HolderKind::library_block:
            return fmt::format("objects of {}, no pointer to them found", library);
        case HolderKind::jvm_block:
            return "blocks of the JVM (tracked by NMT)";
        case HolderKind::stack:
            return "thread stacks";
        case HolderKind::other_memory:
            return "other memory of the process";
        case HolderKind::nothing:
            return "no pointer found";
    }
    return "";
}

bool is_base_library(std::string_view path) {
    const std::string_view base = base_name(path);
    for (const std::string_view own : {"libc.so", "libc-", "ld-linux", "ld-", "libpthread", "libm.so",
                                       "libm-", "libdl", "librt", "libstdc++", "libgcc_s", "libc++"}) {
        if (base.starts_with(own)) return true;
    }
    return false;
}

HolderTable::HolderTable(const std::vector<MappedFile>& files) : files_(files), rows_(1) {
    for (const MappedFile& file : files) {
        const std::string_view path = file.path;  // "/jdk/lib/server/libjvm.so"
        if (base_name(without_deleted_mark(path)) != "libjvm.so") continue;
        const std::string_view variant = path.substr(0, path.rfind('/'));
        if (variant.find('/') != std::string_view::npos)
            jdk_libraries_ = variant.substr(0, variant.rfind('/') + 1);
    }
}

BlockGraph::Row HolderTable::row(HolderKind kind, const std::string& name, std::uint32_t file) {
    const auto known = numbers_.find({{kind, file}, name});
    if (known != numbers_.end()) return known->second;
    if (rows_.size() > most_named && !name.empty()) return row(kind, "", HolderRow::no_file);
    if (rows_.size() > BlockGraph::most_rows) return BlockGraph::most_rows;
    const auto number = static_cast<BlockGraph::Row>(rows_.size());
    HolderRow& added = rows_.emplace_back();
    added.kind = kind;
    added.name = name;
    added.file = file;
    added.calls_jdk_only = kind == HolderKind::java_field && is_of_class_library(name) &&
                           !name.starts_with("jdk.internal.foreign.");
    added.second_choice =
        kind == HolderKind::java_field && (name.starts_with("java.nio.") || name.starts_with("java.lang."));
    numbers_.emplace(std::pair{std::pair{kind, file}, name}, number);
    return number;
}

BlockGraph::Row HolderTable::winner(BlockGraph::Row a, BlockGraph::Row b) const {
    const HolderRow &one = rows_[a], &other = rows_[b];
    if (one.kind != other.kind) return one.kind < other.kind ? a : b;
    const std::string_view one_class = class_of(one.name), other_class = class_of(other.name);
    if (one_class != other_class) return one_class < other_class ? a : b;
    return one.name <= other.name ? a : b;
}

bool HolderTable::may_call(BlockGraph::Row row, std::uint32_t file) const {
    if (!rows_[row].calls_jdk_only || jdk_libraries_.empty()) return true;
    return files_[file].path.starts_with(jdk_libraries_);
}

void HolderTable::share(BlockGraph::Row winner, BlockGraph::Row other) {
    constexpr std::size_t most_counted = 64;
    auto& also = rows_[winner].also;
    if (winner == other || (also.size() >= most_counted && also.count(other) == 0)) return;
    ++also[other];
}

std::string HolderTable::file_name(std::uint32_t file) const {
    if (file >= files_.size()) return "";
    return std::string(base_name(without_deleted_mark(files_[file].path)));
}

std::string HolderTable::title(BlockGraph::Row row) const {
    return holder_title(rows_[row].kind, rows_[row].name, file_name(rows_[row].file));
}

std::pair<std::string, std::string> HolderTable::library_of(BlockGraph::Row row) const {
    const HolderRow& of = rows_[row];
    if (of.file != HolderRow::no_file)
        return {file_name(of.file),
                of.kind == HolderKind::library_data ? "its data" : "pointers in the blocks"};
    // What such a row holds is of many: a library that some of the blocks show says nothing about the others.
    const bool one_owner = of.kind == HolderKind::java_field || of.kind == HolderKind::java_static;
    if (!one_owner) return {};
    // A pointer in the blocks says more than where the class's code is, which may call another library.
    auto shown = most_shown(of.shown_directly, of.direct.blocks / 2);
    if (!shown) shown = most_shown(of.shown, of.held.blocks / 200);
    if (shown) return {file_name(*shown), "pointers in the blocks"};
    if (!of.library.empty()) return {of.library, of.evidence};
    return {};
}

void HolderTable::fill(BlockHolders& found) const {
    std::vector<BlockGraph::Row> order;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].held.blocks > 0) order.push_back(static_cast<BlockGraph::Row>(row));
    }
    std::stable_sort(order.begin(), order.end(), [&](BlockGraph::Row a, BlockGraph::Row b) {
        return rows_[a].held.bytes > rows_[b].held.bytes;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const HolderRow& row = rows_[order[i]];
        if (found.holders.size() >= most_holders && row.kind != HolderKind::nothing) {
            ++found.more;
            found.rest += row.held;
            continue;
        }
        Holder& holder = found.holders.emplace_back();
        holder.kind = row.kind;
        holder.name = row.name;
        if (order[i] != BlockGraph::nobody) std::tie(holder.library, holder.evidence) = library_of(order[i]);
        holder.direct = row.direct;
        holder.held = row.held;
        holder.shared = row.shared;
        holder.example_from = row.example_from;
        holder.example = row.example;
        std::vector<std::pair<std::uint64_t, BlockGraph::Row>> also;
        also.reserve(row.also.size());
        for (const auto& [other, blocks] : row.also) also.emplace_back(blocks, other);
        std::sort(also.rbegin(), also.rend());
        for (std::size_t other = 0; other < std::min(also.size(), most_also); ++other)
            holder.also.push_back(title(also[other].second));
    }
}

}  // namespace nmtx
