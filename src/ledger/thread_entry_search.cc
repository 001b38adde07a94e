#include "ledger/thread_entry_search.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "ledger/ledger.h"
#include "ledger/pieces.h"
#include "ledger/stack_split.h"

namespace nmtx {
namespace {

// struct pthread has 2,304 bytes on x86-64 from glibc 2.17 on, give or take; what lies below it are variables
// of the libraries (TLS), among which are addresses of code as well.
constexpr std::uint64_t struct_pthread = 2304;
constexpr std::size_t words = struct_pthread / sizeof(std::uint64_t);

// The C library's own addresses in there are no thread's first function.
bool of_c_library(std::string_view name) {
    const std::string_view base = name.substr(name.rfind('/') + 1);
    for (const std::string_view own : {"libc.so", "libc-", "ld-linux", "ld-", "libpthread", "ld-musl"}) {
        if (base.starts_with(own)) return true;
    }
    return false;
}

// Of the tasks that the JVM does not name, ascending.
std::vector<Address> pointers_of_unknown(const ProcessView& view) {
    std::unordered_set<std::uint64_t> named;
    if (view.thread_dump) {
        for (const DumpedThread& thread : view.thread_dump->threads) named.insert(thread.nid);
    }
    std::vector<Address> pointers;
    if (view.tasks) {
        for (const Task& task : *view.tasks) {
            const auto pointer = stack_pointer_of(view, task);
            if (pointer && !named.contains(task.own_id())) pointers.push_back(*pointer);
        }
    }
    std::sort(pointers.begin(), pointers.end());
    return pointers;
}

class Code {
  public:
    explicit Code(const Smaps& smaps) : mappings_(smaps.mappings) {}

    // The file whose code the word points into; empty where none or the C library's.
    [[nodiscard]] std::string_view file_of(std::uint64_t word) const {
        const auto after = std::upper_bound(mappings_.begin(), mappings_.end(), Address{word},
                                            [](Address a, const Mapping& m) { return a < m.range.begin; });
        if (after == mappings_.begin()) return {};
        const Mapping& mapping = *std::prev(after);
        if (!mapping.range.contains(Address{word}) || mapping.inode == 0 || !mapping.protection.execute)
            return {};
        return of_c_library(mapping.name) ? std::string_view{} : std::string_view(mapping.name);
    }

  private:
    const std::vector<Mapping>& mappings_;
};

}  // namespace

std::vector<ThreadEntry> find_thread_entries(const ProcessView& view, TargetMemory& memory,
                                             std::size_t most) {
    Owners owners;
    const std::vector<Address> pointers = stack_pointers(view);
    const std::vector<Address> unknown = pointers_of_unknown(view);
    std::vector<Address> tops;
    for (const Piece& piece : cut_into_pieces(view, owners)) {
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        if (!is_stack(owners.path(piece.claim.owner)) || !mapping.protection.write || mapping.rss == Bytes())
            continue;
        const auto inside = pointers_in(pointers, piece.range);
        const auto runs = inside.size() > 1 ? memory.resident_runs(piece.range) : std::vector<Range>{};
        for (const Range part : split_stacks(piece.range, inside, runs)) {
            const bool big_enough = part.size() >= Bytes(struct_pthread);
            if (tops.size() < most && big_enough && !pointers_in(unknown, part).empty())
                tops.push_back(part.end);
        }
        if (tops.size() >= most) break;
    }
    std::vector<Address> reads;
    reads.reserve(tops.size());
    for (const Address top : tops) reads.push_back(Address{top.value - struct_pthread});
    memory.expect(reads);
    const Code code(*view.smaps);
    std::vector<ThreadEntry> entries;
    std::array<std::uint64_t, words> found{};
    for (std::size_t i = 0; i < tops.size(); ++i) {
        if (memory.read(reads[i], std::as_writable_bytes(std::span(found))) != sizeof found) continue;
        for (const std::uint64_t word : found) {
            const std::string_view file = code.file_of(word);
            if (file.empty()) continue;
            entries.push_back({tops[i], std::string(file)});
            break;
        }
    }
    return entries;
}

}  // namespace nmtx
