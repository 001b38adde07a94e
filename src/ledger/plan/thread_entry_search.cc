#include "ledger/plan/thread_entry_search.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "allocator/main_arena.h"
#include "base/paths.h"
#include "kernel/mappings/program_files.h"
#include "ledger/claims/stack_split.h"
#include "ledger/ledger.h"
#include "ledger/partition/pieces.h"
#include "ledger/plan/malloc_request.h"

namespace nmtx {
namespace {

// struct pthread has 2,304 bytes on x86-64 from glibc 2.17 on, give or take; what lies below it are variables
// of the libraries (TLS), among which are addresses of code as well. The C library's own are among those next
// to it.
//
//   …  in use │ variables (TLS) │ struct pthread ]  top
constexpr std::uint64_t struct_pthread = 2304;
constexpr std::uint64_t variables = 4096;
constexpr std::size_t words_of_variables = variables / sizeof(std::uint64_t);
constexpr std::size_t entry_words = (variables + struct_pthread) / sizeof(std::uint64_t);

// The C library's own addresses in there are no thread's first function.
bool of_c_library(std::string_view name) {
    const std::string_view base = base_name(name);
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
    if (view.java_threads) {
        for (const JavaThreadEntry& thread : view.java_threads->threads) named.insert(thread.id);
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
        if (!mapping.range.contains(Address{word}) || !is_code_of_file(mapping)) return {};
        return of_c_library(mapping.name) ? std::string_view{} : std::string_view(mapping.name);
    }

  private:
    const std::vector<Mapping>& mappings_;
};

// Reads the words right below `top` into the end of `into`; false where they are not all there.
bool read_below(TargetMemory& memory, Address top, std::span<std::uint64_t> into) {
    const std::size_t got = memory.read(Address{top.value - into.size_bytes()}, std::as_writable_bytes(into));
    return got == into.size_bytes();
}

// How many words lie in the page that struct pthread begins in, and above: what a thread that never went deep
// has touched.
std::size_t near_words(Address top, std::uint64_t page) {
    const std::uint64_t bytes = struct_pthread + (top.value - struct_pthread) % page;
    return std::min<std::size_t>(bytes / sizeof(std::uint64_t), entry_words);
}

// The nearest to struct pthread: further down frames of the thread may hold such an address, too.
std::optional<Address> arena_among(std::span<const std::uint64_t> variables_of,
                                   const std::vector<Address>& arenas) {
    for (std::size_t at = variables_of.size(); at > 0; --at) {
        if (std::binary_search(arenas.begin(), arenas.end(), Address{variables_of[at - 1]}))
            return Address{variables_of[at - 1]};
    }
    return std::nullopt;
}

// Stacks that a task's pointer lies in, ascending.
std::vector<Range> stacks_in_use(const ProcessView& view, TargetMemory& memory, std::size_t most) {
    Owners owners;
    const std::vector<Address> pointers = stack_pointers(view);
    std::vector<Range> stacks;
    for (const Piece& piece : cut_into_pieces(view, owners)) {
        if (stacks.size() >= most) break;
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        if (!is_stack(owners.path(piece.claim.owner)) || !mapping.protection.write || mapping.rss == Bytes())
            continue;
        const auto inside = pointers_in(pointers, piece.range);
        const auto runs = inside.size() > 1 && !view.thread_bounds ? memory.resident_runs(piece.range)
                                                                   : std::vector<Range>{};
        for (const Range part : stacks_in(view, piece.range, inside, runs)) {
            const bool big_enough = part.size() >= Bytes(variables + struct_pthread);
            if (stacks.size() < most && big_enough && !pointers_in(pointers, part).empty())
                stacks.push_back(part);
        }
    }
    return stacks;
}

}  // namespace

std::vector<Address> arena_states(const ProcessView& view, const MallocLayout& shapes, TargetMemory& memory) {
    std::vector<Address> states;
    states.reserve(shapes.heaps.size() + 1);
    for (const ArenaHeap& heap : shapes.heaps) states.push_back(heap.arena);
    const MallocRequest request = malloc_request(view, shapes);
    if (const auto main = find_main_arena(request.search.libc_data, request.search.release, memory))
        states.push_back(Address{main->state});
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
}

std::vector<ThreadEntry> find_thread_entries(const ProcessView& view, const std::vector<Address>& arenas,
                                             TargetMemory& memory, std::size_t most) {
    const std::vector<Address> unknown = pointers_of_unknown(view);
    const std::vector<Range> stacks = stacks_in_use(view, memory, most);
    std::vector<Address> reads;
    reads.reserve(stacks.size());
    for (const Range stack : stacks)
        reads.push_back(
            Address{stack.end.value - near_words(stack.end, view.header.page_size) * sizeof(std::uint64_t)});
    memory.expect(reads);
    const Code code(*view.smaps);
    std::vector<ThreadEntry> entries;
    std::array<std::uint64_t, entry_words> found{};
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        const std::span<std::uint64_t> all(found);
        const std::size_t near = near_words(stacks[i].end, view.header.page_size);
        if (!read_below(memory, stacks[i].end, all.last(near))) continue;
        ThreadEntry entry{stacks[i].end, {}, std::nullopt};
        entry.arena = arena_among(all.last(near).first(near - (entry_words - words_of_variables)), arenas);
        // The page below costs as much again: not where there is one arena alone.
        if (!entry.arena && arenas.size() > 1 && near < entry_words && read_below(memory, stacks[i].end, all))
            entry.arena = arena_among(all.first(words_of_variables), arenas);
        const bool foreign = !pointers_in(unknown, stacks[i]).empty();
        for (std::size_t at = words_of_variables; at < entry_words && foreign && entry.file.empty(); ++at)
            entry.file = code.file_of(found[at]);
        if (entry.arena || !entry.file.empty()) entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace nmtx
