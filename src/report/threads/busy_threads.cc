#include "report/threads/busy_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/parts/thread_frames.h"

namespace nmtx {
namespace {

constexpr double least_busy = 0.05;         // percent of a core: printed as 0.1
constexpr std::size_t most_busy_rows = 10;  // of single threads
constexpr std::size_t few_threads = 12;     // are shown whether they are busy or not

bool is_busy(const ThreadRow& row) {
    return row.cpu_percent.value_or(0) >= least_busy;
}

std::string pool_text(const ThreadPool& pool) {
    const std::string name = printable(std::string_view(pool.name).substr(0, longest_thread_name));
    return pool.threads == 1 ? name : fmt::format("{} ({})", name, grouped(pool.threads));
}

// "TIMED_WAITING (sleeping)": "timed waiting"
std::string state_words(std::string_view java_state) {
    std::string words;
    for (const char c : java_state.substr(0, java_state.find(" ("))) {
        const bool upper = c >= 'A' && c <= 'Z';
        words += c == '_' ? ' ' : upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return words;
}

std::string kernel_state(char state) {
    constexpr std::array<std::pair<char, std::string_view>, 6> names{{{'R', "running"},
                                                                      {'S', "sleeping"},
                                                                      {'D', "disk wait"},
                                                                      {'T', "stopped"},
                                                                      {'t', "traced"},
                                                                      {'Z', "zombie"}}};
    for (const auto& [letter, name] : names) {
        if (letter == state) return std::string(name);
    }
    return {state};
}

std::string state_of(const ThreadRow& row) {
    if (row.change == ThreadChange::started) return "started";
    if (row.change == ThreadChange::ended) return "ended";
    if (!row.compiling.empty()) return "compiling";
    return row.java_state.empty() ? kernel_state(row.state) : state_words(row.java_state);
}

// "at org.apache.tomcat.util.threads.TaskQueue.take(TaskQueue.java:117)": "TaskQueue.take"
std::string short_frame(std::string_view frame) {
    if (!frame.starts_with("at ")) return std::string(frame);
    frame.remove_prefix(3);
    frame = frame.substr(0, frame.find('('));
    const std::size_t method = frame.rfind('.');
    const std::size_t package =
        method == std::string_view::npos || method == 0 ? method : frame.rfind('.', method - 1);
    return std::string(package == std::string_view::npos ? frame : frame.substr(package + 1));
}

std::string doing(const ThreadRow& row) {
    const std::vector<std::string> lines = where_it_was(row);
    return lines.empty() ? "" : short_frame(lines.back());
}

struct BusyCells {
    std::string cpu, wait, state, stack, tid, name, doing;
};

std::string busy_line(const BusyCells& c, const TextStyle& style) {
    std::string text = fmt::format("{:>6}", c.cpu);
    if (style.width >= 80) text += fmt::format(" {:>6}", c.wait);
    text += fmt::format("  {}", padded(c.state, style.width >= 80 ? 13 : 9));
    text += fmt::format(" {:>6}", c.stack);
    if (style.width >= 60) text += fmt::format(" {:>8}", c.tid);
    const std::size_t taken = display_width(text) + 2;
    const std::size_t room = style.width > taken ? style.width - taken : 0;
    if (room < 44 || c.doing.empty()) return line(fmt::format("{}  {}", text, c.name), style);
    return line(fmt::format("{}  {} {}", text, padded(c.name, 26), c.doing), style);
}

std::string percent_text(const std::optional<double>& value) {
    return value ? decimals(*value, 1) : "-";
}

std::string kib_text(const std::optional<Bytes>& bytes) {
    return bytes ? fmt::format("{} K", grouped((bytes->value() + 1023) / 1024)) : "-";
}

}  // namespace

std::string busy_sentence(const std::vector<const ThreadRow*>& rows, const ThreadTable& table) {
    std::vector<const ThreadRow*> busy;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(busy),
                 [](const ThreadRow* row) { return is_busy(*row); });
    std::string text;
    if (busy.empty()) {
        text = "No thread used measurable CPU.";
    } else {
        std::size_t n = 0;
        for (const ThreadPool& pool : thread_pools(busy, ThreadOrder::cpu)) {
            if (n == 3) break;
            text += fmt::format("{}{} {} %", n++ == 0 ? "Busiest: " : ", ", pool_text(pool),
                                decimals(pool.cpu_percent, 1));
        }
        text += ".";
    }
    std::vector<std::pair<std::string, std::size_t>> states;
    std::size_t blocked = 0, known = 0;
    for (const ThreadRow& row : table.rows) {
        if (row.java_state.empty()) continue;
        const std::string words = state_words(row.java_state);
        ++known;
        if (words == "blocked") ++blocked;
        const auto at =
            std::find_if(states.begin(), states.end(), [&](const auto& s) { return s.first == words; });
        if (at == states.end())
            states.emplace_back(words, 1);
        else
            ++at->second;
    }
    if (known == 0) return text;
    std::stable_sort(states.begin(), states.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string list;
    for (const auto& [words, count] : states)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", grouped(count), printable(words));
    return fmt::format("{} Java states: {}{}.", text, list, blocked == 0 ? ", none blocked" : "");
}

std::string busy_rows(const std::vector<const ThreadRow*>& rows, const TextStyle& style) {
    if (rows.empty()) return "";
    std::string out = busy_line({"%CPU", "wait %", "state", "stack", "tid", "name", "doing"}, style);
    const bool every = rows.size() <= few_threads;
    std::vector<const ThreadRow*> pooled, idle;
    std::size_t shown = 0;
    for (const ThreadRow* row : rows) {
        if (!every && !is_busy(*row)) {
            idle.push_back(row);
        } else if (!every && shown == most_busy_rows) {
            pooled.push_back(row);
        } else {
            ++shown;
            const auto resident = row->stack ? std::optional(row->stack->resident) : std::nullopt;
            out += busy_line(
                {percent_text(row->cpu_percent), percent_text(row->wait_percent), state_of(*row),
                 kib_text(resident), std::to_string(row->tid),
                 printable(std::string_view(row->name).substr(0, longest_thread_name)), doing(*row)},
                style);
        }
    }
    for (const ThreadPool& pool : thread_pools(pooled, ThreadOrder::cpu))
        out += busy_line({decimals(pool.cpu_percent, 1), decimals(pool.wait_percent, 1), "pool",
                          kib_text(pool.resident), "-", pool_text(pool), ""},
                         style);
    if (idle.empty()) return out;
    std::vector<ThreadPool> pools = thread_pools(idle, ThreadOrder::cpu);
    std::stable_sort(pools.begin(), pools.end(),
                     [](const ThreadPool& a, const ThreadPool& b) { return a.threads > b.threads; });
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(pools.size(), 4); ++i)
        names += (i == 0 ? "" : ", ") + pool_text(pools[i]);
    if (pools.size() > 4) names += ", …";
    return out + paragraph_at(2,
                              fmt::format("{} idle thread{} (--all): {}", grouped(idle.size()),
                                          idle.size() == 1 ? "" : "s", names),
                              style, 2);
}

}  // namespace nmtx
