#include "ledger/plan/thread_record_search.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include "base/pages.h"
#include "ledger/claims/stack_split.h"

namespace nmtx {
namespace {

constexpr std::size_t self_word = 2;
constexpr std::size_t next_word = 704 / sizeof(std::uint64_t);
constexpr std::size_t previous_word = next_word + 1;
constexpr std::size_t tid_word = 720 / sizeof(std::uint64_t);
constexpr std::uint64_t to_list = next_word * sizeof(std::uint64_t);
// Where the three words of the stack have been: 1,680 from glibc 2.31 to 2.43.
constexpr std::size_t first_stack_word = 1024 / sizeof(std::uint64_t);
constexpr std::size_t record_words = 1984 / sizeof(std::uint64_t);
constexpr std::uint64_t alignment = 64;
// A record ends with its stack: what lies behind its beginning is its own size, 2,304 bytes or somewhat more.
constexpr std::uint64_t least_behind = record_words * sizeof(std::uint64_t);
constexpr std::uint64_t most_behind = small_page;

using Record = std::array<std::uint64_t, record_words>;

class RecordSearch {
  public:
    RecordSearch(const ProcessView& view, TargetMemory& memory, std::size_t most)
        : view_(view), memory_(memory), left_(most) {}

    ThreadBounds bounds() {
        const auto first = any_record();
        if (!first) return {};
        const auto head = follow({first->value + to_list});
        bounds_.complete = head.has_value();
        if (head) {
            // The other lists' heads are its neighbours; a neighbour that is not one leads nowhere.
            for (const std::uint64_t away : {16U, 32U, 48U}) {
                other_list({head->value + away});
                if (head->value > away) other_list({head->value - away});
            }
        }
        finish();
        return std::move(bounds_);
    }

  private:
    [[nodiscard]] std::optional<Record> record_at(Address at) const {
        Record record{};
        if (at.value == 0 || at.value % alignment != 0) return std::nullopt;
        if (memory_.read(at, std::as_writable_bytes(std::span(record))) != sizeof record) return std::nullopt;
        if (record[0] != at.value || record[self_word] != at.value) return std::nullopt;
        return record;
    }

    // At the end of a mapping that some thread's stack pointer lies in.
    [[nodiscard]] std::optional<Address> any_record() const {
        constexpr std::size_t most_tries = 64;
        std::set<Address> ends;
        for (const Address pointer : stack_pointers(view_)) {
            const auto& mappings = view_.smaps->mappings;
            const auto after =
                std::upper_bound(mappings.begin(), mappings.end(), pointer,
                                 [](Address a, const Mapping& m) { return a < m.range.begin; });
            if (after == mappings.begin() || !std::prev(after)->range.contains(pointer)) continue;
            const Mapping& mapping = *std::prev(after);
            if (!mapping.private_anonymous() || mapping.range.size() < kib(16)) continue;
            if (ends.size() >= most_tries || !ends.insert(mapping.range.end).second) continue;
            if (const auto found = record_below(mapping.range.end)) return found;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Address> record_below(Address end) const {
        for (std::uint64_t behind = least_behind / alignment * alignment; behind <= most_behind;
             behind += alignment) {
            const Address at{end.value - behind};
            if (record_at(at)) return at;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::array<std::uint64_t, 2>> links_at(Address at) const {
        std::array<std::uint64_t, 2> links{};
        if (memory_.read(at, std::as_writable_bytes(std::span(links))) != sizeof links) return std::nullopt;
        return links;
    }

    // Goes round the list that `start` is a link of; its head, where it closes with that one alone.
    std::optional<Address> follow(Address start) {
        std::optional<Address> head;
        Address at = start;
        do {
            if (left_ == 0) return std::nullopt;
            --left_;
            const auto record = record_at({at.value - to_list});
            std::uint64_t next = 0;
            if (record) {
                keep(*record);
                next = (*record)[next_word];
            } else {
                const auto links = links_at(at);
                if (!links || head) return std::nullopt;
                head = at;
                next = (*links)[0];
            }
            if (next <= to_list) return std::nullopt;
            at = {next};
        } while (at != start);
        return head;
    }

    void other_list(Address head) {
        const auto links = links_at(head);
        if (!links || (*links)[0] <= to_list || (*links)[0] == head.value) return;
        const auto first = record_at({(*links)[0] - to_list});
        if (!first || (*first)[previous_word] != head.value) return;
        if (follow(head) != std::optional(head)) bounds_.complete = false;
    }

    // The main thread has a record and no stack of glibc's.
    void keep(const Record& record) {
        const std::uint64_t self = record[0];
        for (std::size_t i = first_stack_word; i + 2 < record_words; ++i) {
            const std::uint64_t begin = record[i], size = record[i + 1], guard = record[i + 2];
            const bool aligned = begin % small_page == 0 && size % small_page == 0 && guard % small_page == 0;
            if (!aligned || begin == 0 || size < 4 * small_page || guard >= size || begin > self) continue;
            if (size > ~std::uint64_t{0} - begin) continue;
            const std::uint64_t end = begin + size;
            if (end <= self || end - self < least_behind || end - self > most_behind) continue;
            const std::uint64_t tid = record[tid_word] & 0xffffffffU;
            bounds_.stacks.push_back({range_of(begin, end), tid, Bytes(guard)});
            return;
        }
    }

    // Of stacks that overlap (one was given back while the list was followed) the first one stays.
    void finish() {
        auto& stacks = bounds_.stacks;
        std::stable_sort(stacks.begin(), stacks.end(), [](const StackBounds& a, const StackBounds& b) {
            return a.range.begin < b.range.begin;
        });
        Address taken_to;
        std::erase_if(stacks, [&](const StackBounds& stack) {
            if (stack.range.begin < taken_to) return true;
            taken_to = stack.range.end;
            return false;
        });
    }

    const ProcessView& view_;
    TargetMemory& memory_;
    std::size_t left_;
    ThreadBounds bounds_;
};

}  // namespace

ThreadBounds find_thread_bounds(const ProcessView& view, TargetMemory& memory, std::size_t most) {
    if (!view.smaps || !view.tasks) return {};
    return RecordSearch(view, memory, most).bounds();
}

}  // namespace nmtx
