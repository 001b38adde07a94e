// The OOM killer's log, in a paste.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/amounts.h"
#include "base/lines.h"
#include "kernel/oom/long_oom_log.h"
#include "kernel/oom/oom_lines.h"
#include "kernel/oom/oom_records.h"
#include "kernel/oom/oomd.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

void add_counter(PastedPart& part, const OomKill& kill) {
    if (!kill.memory) return;
    part.figures.push_back(amount("memory usage", kill.memory->usage));
    add(part, "limit", kill.memory->limit);
    part.figures.push_back(words("failcnt", std::to_string(kill.memory->failcnt)));
}

// What the cgroup had, by v2's names or v1's.
void add_stats(PastedPart& part, const OomKill& kill) {
    struct Shown {
        const char* key;
        const char* name;
    };
    constexpr std::array shown{Shown{"anon", "cgroup anonymous"}, Shown{"rss", "cgroup anonymous"},
                               Shown{"file", "cgroup file"}, Shown{"cache", "cgroup file"},
                               Shown{"kernel_stack", "cgroup kernel stack"}};
    for (const Shown& one : shown) add(part, one.name, oom_stat_of(kill, one.key));
}

void add_kill(PastedPart& part, const OomKill& kill) {
    add_counter(part, kill);
    add_stats(part, kill);
    for (const OomVictim& victim : kill.victims) {
        part.figures.push_back(words("killed", fmt::format("pid {} {}", victim.pid, victim.name)));
        const OomTask* const task = kill.task_of(victim);
        if (const auto rss = victim.rss()) {
            part.figures.push_back(amount("its RSS", *rss));
        } else if (task != nullptr) {
            part.figures.push_back(amount("its RSS", task->rss));
        }
        add(part, "anonymous", victim.anon_rss);
        add(part, "page tables", victim.page_tables);
    }
}

void add_by_oomd(PastedPart& part, const std::vector<std::string>& records) {
    for (const std::string& record : records) {
        const auto kill = read_oomd_kill(record);
        if (!kill) continue;
        part.figures.push_back(words("killed by systemd-oomd", std::string(kill->cgroup)));
        const auto use = [&](const char* name, const std::optional<Bytes>& used,
                             const std::optional<Bytes>& total) {
            if (used && total)
                part.notes.push_back(fmt::format("{} used: {} of {}", name, human(*used), human(*total)));
        };
        if (!kill->pressure.empty())
            part.notes.push_back(fmt::format("memory pressure of {} was {}, above {} for more than {}",
                                             kill->watched, kill->pressure, kill->pressure_limit,
                                             kill->duration));
        use("memory", kill->memory_used, kill->memory_total);
        use("swap", kill->swap_used, kill->swap_total);
    }
    if (!records.empty())
        part.notes.emplace_back(
            "systemd-oomd kills from user space, before the kernel does: no cgroup limit was hit. oomctl shows what it watches");
}

// Puts the records, each on a line of its own, in the place of the part's text.
OomText take_records(PastedPart& part) {
    OomText plain = plain_oom_text(*part.text);
    std::size_t next = 0;
    for (Lines lines(*part.text); lines.next() && next < plain.foreign.size();) {
        if (lines.number() != plain.foreign[next]) continue;
        ++next;
        NotUnderstood unread;
        unread.add_line(lines.number(), lines.line());
        take_unread(part, unread);
    }
    part.text = PartText::of_copy(std::move(plain.text));
    return plain;
}

}  // namespace

void read_oom(PastedPart& part) {
    const OomText plain = take_records(part);
    add_by_oomd(part, plain.by_oomd);
    if (plain.by_oomd_left_out > 0)
        part.notes.push_back(
            fmt::format("{} more kills by systemd-oomd between the first and the last of these "
                        "were not kept",
                        grouped(plain.by_oomd_left_out)));
    if (plain.lines.empty()) {
        part.title = "systemd-oomd log";
        return;
    }
    auto read = parse_long_oom_log(*part.text);
    if (!read) {
        part.problem = read.error().what;
        return;
    }
    OomLog* const log = &read->log;
    NotUnderstood unread;
    for (const UnreadText& text : log->not_understood.texts()) {
        constexpr std::string_view prefix = "kernel: ";  // of plain_oom_text()
        const bool prefixed = text.text.starts_with(prefix);
        unread.add_line(plain.lines[text.line - 1], text.text.substr(prefixed ? prefix.size() : 0));
    }
    take_unread(part, unread);
    const auto ended = [](const OomKill& kill) { return !kill.victims.empty(); };
    const auto kills = static_cast<std::size_t>(std::ranges::count_if(log->kills, ended));
    part.figures.push_back(number("kills", kills + read->kills_left_out));
    if (read->kills_left_out > 0)
        part.notes.push_back(
            fmt::format("{} more kills between the first and the last of these were not kept",
                        grouped(read->kills_left_out)));
    if (read->lines_left_out > 0)
        part.notes.push_back(fmt::format(
            "{} more lines of tasks, victims and figures were not kept: no real kill has that many",
            grouped(read->lines_left_out)));
    for (const OomKill& kill : log->kills) {
        if (ended(kill) || kills == 0) add_kill(part, kill);
    }
    if (const std::size_t calls = log->kills.size() - kills; calls > 0)
        part.figures.push_back(number("calls of the OOM killer without the line of a kill", calls));
    part.contents = std::move(*log);
}

}  // namespace nmtx::pasted
