#include "pasted/join/told_figures.h"

#include <algorithm>

#include "base/cursor.h"

namespace nmtx {
namespace {

// The first text that has it counts; status has the most figures and comes before all others.
void tell(ToldFigures& figures, ToldResident told) {
    if (told.rss == Bytes()) return;
    const bool better =
        told.from == "/proc/PID/status" && (!figures.resident || figures.resident->from != told.from);
    if (!figures.resident || better) figures.resident = std::move(told);
}

class Bringer {
  public:
    explicit Bringer(Pasted& pasted) : pasted_(pasted) {}

    void run() {
        for (PastedProcess& process : pasted_.processes) {
            for (PastedMoment& moment : process.moments) {
                for (const auto& [text, part] : moment.parts) of_moment(moment, part_at(text, part));
            }
        }
        for (const PastedText& text : pasted_.texts) {
            for (const PastedPart& part : text.parts) of_many(part);
        }
    }

  private:
    [[nodiscard]] const PastedPart& part_at(std::size_t text, std::size_t part) const {
        return pasted_.texts[text].parts[part];
    }

    static void of_moment(PastedMoment& moment, const PastedPart& part) {
        ToldFigures& told = moment.told;
        if (const auto* status = std::get_if<ProcessStatus>(&part.contents);
            status != nullptr && status->vm_rss) {
            tell(told, {*status->vm_rss, status->rss_file, status->rss_shmem, "/proc/PID/status"});
        } else if (const auto* sums = std::get_if<SmapsRollup>(&part.contents)) {
            if (!told.rollup) told.rollup = *sums;
            if (sums->rss) tell(told, {*sums->rss, sums->pss_file, sums->pss_shmem, "smaps_rollup"});
        } else if (const auto* statm = std::get_if<Statm>(&part.contents)) {
            constexpr std::uint64_t page = 4096;
            if (statm->resident_pages < ~std::uint64_t{0} / page)
                tell(told, {Bytes(statm->resident_pages * page), {}, {}, "/proc/PID/statm"});
        } else if (const auto* memory = std::get_if<ProcessMemoryPart>(&part.contents)) {
            of_process(told, memory->process);
            if (!told.c_heap && memory->c_heap) told.c_heap = memory->c_heap;
        } else if (const auto* crash = std::get_if<CrashLog>(&part.contents)) {
            of_process(told, crash->log.memory);
        }
    }

    static void of_process(ToldFigures& told, const HsErrProcessMemory& memory) {
        if (memory.resident)
            tell(told, {*memory.resident, memory.resident_file, memory.resident_shmem, "Process Memory"});
    }

    void of_many(const PastedPart& part) {
        if (const auto* top = std::get_if<Top>(&part.contents)) {
            if (top->frames.empty()) return;
            const TopFrame& frame = top->frames.back();
            if (frame.threads || asked_for_threads(part.part.command) || are_of_a_dump(frame.rows)) {
                threads(part, frame.rows);
            } else {
                rows(frame.rows, "top");
            }
        } else if (const auto* table = std::get_if<ProcessTable>(&part.contents)) {
            const bool of_threads =
                std::ranges::any_of(table->rows, [](const ProcessRow& row) { return row.tid.has_value(); });
            if (of_threads) threads(part, table->rows);
            rows(table->rows, "ps");
        } else if (const auto* log = std::get_if<OomLog>(&part.contents)) {
            kills(*log);
        }
    }

    // "top -H -p 4711", "top -bHn1"
    static bool asked_for_threads(std::string_view command) {
        for (Cursor words(command); !words.at_end(); words.skip_blanks()) {
            const std::string_view word = words.word();
            if (word.starts_with('-') && !word.starts_with("--") && word.find('H') != std::string_view::npos)
                return true;
        }
        return false;
    }

    // Of a table without its head: ids that a dump has, and none of a process that is known.
    [[nodiscard]] bool are_of_a_dump(const std::vector<ProcessRow>& all) {
        constexpr std::size_t most = 200;  // of a thread each
        if (all.size() > most) return false;
        bool found = false;
        for (const ProcessRow& row : all) {
            if (!row.pid || process_named(*row.pid) != nullptr) return false;
            for (const PastedProcess& process : pasted_.processes) {
                for (const PastedMoment& moment : process.moments) {
                    const auto& dump = moment.view.thread_dump;
                    found = found || (dump && std::ranges::find(dump->threads, *row.pid,
                                                                &DumpedThread::nid) != dump->threads.end());
                }
            }
        }
        return found;
    }

    [[nodiscard]] PastedProcess* process_named(std::uint64_t pid) {
        const auto found = std::ranges::find_if(
            pasted_.processes, [&](const PastedProcess& process) { return process.pid == pid; });
        return found == pasted_.processes.end() ? nullptr : &*found;
    }

    // A process that no text gives an id is taken for the only JVM of a table.
    [[nodiscard]] PastedProcess* process_of(const ProcessRow& row, bool one_jvm) {
        if (row.pid) {
            if (PastedProcess* const named = process_named(*row.pid)) return named;
        }
        const bool nameless = pasted_.processes.size() == 1 && !pasted_.processes.front().pid;
        return one_jvm && is_java(row) && nameless ? &pasted_.processes.front() : nullptr;
    }

    static bool is_java(const ProcessRow& row) { return row.command.find("java") != std::string_view::npos; }

    void rows(const std::vector<ProcessRow>& all, std::string_view from) {
        // A table of threads has the same process in many rows.
        std::vector<const PastedProcess*> done;
        const bool one_jvm = std::ranges::count_if(all, is_java) == 1;
        for (const ProcessRow& row : all) {
            PastedProcess* const process = row.resident ? process_of(row, one_jvm) : nullptr;
            if (process == nullptr || std::ranges::find(done, process) != done.end()) continue;
            done.push_back(process);
            tell_next(*process, {row.resident->bytes, {}, {}, std::string(from)});
        }
    }

    // The first snapshot that has none: the tables are in the order of the snapshots.
    static void tell_next(PastedProcess& process, const ToldResident& told) {
        for (PastedMoment& moment : process.moments) {
            if (moment.told.resident) continue;
            tell(moment.told, told);
            return;
        }
    }

    void kills(const OomLog& log) {
        for (const OomKill& kill : log.kills) {
            for (const OomVictim& victim : kill.victims) {
                PastedProcess* const process = process_named(victim.pid);
                const auto rss = victim.rss();
                if (process != nullptr && rss && !process->moments.empty())
                    tell(process->moments.back().told,
                         {*rss, victim.file_rss, victim.shmem_rss, std::string(told_by_kill)});
            }
        }
    }

    // Thread ids belong to one dump; without one there is nothing to join.
    void threads(const PastedPart& part, const std::vector<ProcessRow>& all) {
        for (PastedProcess& process : pasted_.processes) {
            if (part.pid && process.pid && *part.pid != *process.pid) continue;
            for (PastedMoment& moment : process.moments) join(moment, all);
        }
    }

    static void join(PastedMoment& moment, const std::vector<ProcessRow>& all) {
        if (!moment.view.thread_dump || !moment.told.loads.empty()) return;
        for (const ProcessRow& row : all) {
            const auto tid = row.tid ? row.tid : row.pid;
            if (tid && row.cpu_percent) moment.told.loads.push_back({*tid, *row.cpu_percent});
        }
    }

    Pasted& pasted_;
};

}  // namespace

void bring_told_figures(Pasted& pasted) {
    Bringer(pasted).run();
}

}  // namespace nmtx
