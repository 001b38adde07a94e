#include "kernel/top.h"

#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"

// top - 22:07:46 up 11 min,  0 user,  load average: 11.93, 5.64, 2.49
// Tasks:   1 total,   0 running,   0 sleeping,   1 stopped,   0 zombie
// %Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
// MiB Mem :  24105.6 total,  18587.3 free,   2696.5 used,   3137.4 buff/cache
// MiB Swap:      0.0 total,      0.0 free,      0.0 used.  21409.0 avail Mem
//
//   PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
// 18851 root      20   0 2842612  88884  20736 T   0.0   0.4   0:00.05 java

namespace nmtx {
namespace {

bool keep(std::string_view name, HumanSize size, TopMemory& memory) {
    if (name.starts_with("total")) {
        memory.total = size;
    } else if (name.starts_with("used")) {
        memory.used = size;
    } else if (name.starts_with("free")) {
        memory.free = size;
    } else if (name.starts_with("buff")) {
        memory.cache = size;
    } else if (name.starts_with("avail")) {
        memory.available = size;
    } else {
        return false;
    }
    return true;
}

// " 24105.6 total,  18587.3 free,   2696.5 used.  21409.0 avail Mem", each in `unit` where none stands behind
// it. A "+" in place of the blank is a figure too long for its columns.
bool read_figures(std::string_view text, Bytes unit, TopMemory& memory, TopMemory& of_avail) {
    Cursor cursor(text);
    bool any = false;
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        std::string_view figure = cursor.word();
        if (figure.ends_with('+')) figure.remove_suffix(1);
        const auto size = read_human_size(figure, unit);
        if (!size) return false;
        cursor.skip_blanks();
        const std::string_view name = cursor.word();
        if (name.starts_with("avail")) {
            cursor.skip_blanks();
            cursor.take("Mem");
            of_avail.available = size;
            any = true;
        } else if (name.starts_with("cached")) {
            // Old releases print it in the line of swap.
            const HumanSize buffers = of_avail.cache.value_or(HumanSize{});
            of_avail.cache = HumanSize{buffers.bytes + size->bytes, buffers.rounded || size->rounded};
            any = true;
        } else {
            any = keep(name, *size, memory) || any;
        }
    }
    return any;
}

bool read_memory(std::string_view line, TopFrame& frame) {
    Cursor cursor(line);
    Bytes unit = kib(1);
    if (cursor.take("MiB ")) {
        unit = mib(1);
    } else if (cursor.take("GiB ")) {
        unit = mib(1024);
    } else {
        cursor.take("KiB ");
    }
    const bool swap = cursor.take("Swap");
    if (!swap && !cursor.take("Mem")) return false;
    cursor.skip_blanks();
    if (!cursor.take(":")) return false;
    return read_figures(cursor.rest(), unit, swap ? frame.swap : frame.memory, frame.memory);
}

class TopReader {
  public:
    TopReader(std::string_view text, std::string_view document) : lines_(text), document_(document) {}

    Expected<Top> read() {
        bool found = false;
        while (lines_.next()) {
            const std::string_view line = trim(lines_.line());
            if (line.empty()) continue;
            const bool found_row = row(line);
            if (!found_row && summary(line)) continue;
            if (found_row || read_memory(line, frame())) {
                found = true;
            } else {
                top_.not_understood.add_line(lines_.number(), lines_.line());
            }
        }
        if (!found) {
            return nothing_understood(document_, "top's rows or its lines of memory", top_.not_understood);
        }
        return std::move(top_);
    }

  private:
    TopFrame& frame() {
        if (top_.frames.empty()) top_.frames.emplace_back();
        return top_.frames.back();
    }

    // Lines of the upper half that say nothing of memory, and the heading.
    bool summary(std::string_view line) {
        if (line.starts_with("top - ")) {
            top_.frames.emplace_back().headline = line;
            return true;
        }
        if (line.starts_with("Threads:")) {
            Cursor cursor(line.substr(8));
            cursor.skip_blanks();
            frame().total_threads = cursor.decimal();
            return frame().threads = true;
        }
        for (const std::string_view known : {"Tasks:", "%Cpu", "Cpu(s):", "Cpu0", "CPU:", "Load average:"}) {
            if (line.starts_with(known)) return true;
        }
        auto heading = process_columns_of_heading(line);
        if (heading.empty()) return false;
        columns_ = std::move(heading);
        return true;
    }

    bool row(std::string_view line) {
        ProcessRow row;
        bool read = !columns_.empty() && read_process_row(line, columns_, row);
        if (!read && columns_.empty())
            read = read_process_row(line, process_columns_of_row(line), row) && row.pid;
        if (!read) return false;
        row.line = lines_.number();
        if (frame().rows.size() == most_process_rows) {
            ++top_.rows_left_out;
        } else {
            frame().rows.push_back(row);
        }
        return true;
    }

    Lines lines_;
    std::string_view document_;
    std::vector<ProcessColumn> columns_;
    Top top_;
};

}  // namespace

Expected<Top> parse_top(std::string_view text, std::string_view document) {
    return TopReader(text, document).read();
}

}  // namespace nmtx
