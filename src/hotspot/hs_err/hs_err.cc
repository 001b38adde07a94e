#include "hotspot/hs_err/hs_err.h"

#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/hs_err/hs_err_headings.h"
#include "hotspot/hs_err/hs_err_memory.h"
#include "hotspot/hs_err/hs_err_threads.h"
#include "hotspot/hs_err/vm_info_reader.h"
#include "hotspot/identity.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::size_t most_sections = 1000;
constexpr std::size_t most_names = 1000;

// "956 seconds (0d 0h 15m 56s)", "3.981186 seconds"
std::optional<double> seconds(std::string_view text) {
    Cursor cursor(trim(text));
    const auto whole = cursor.decimal();
    if (!whole) return std::nullopt;
    double fraction = 0;
    if (cursor.take(".")) {
        const std::size_t before = cursor.rest().size();
        fraction = static_cast<double>(cursor.decimal().value_or(0));
        double scale = 1;
        for (std::size_t digits = before - cursor.rest().size(); digits > 0; --digits) scale *= 10;
        fraction /= scale;
    }
    if (!cursor.rest().starts_with(" sec")) return std::nullopt;
    return static_cast<double>(*whole) + fraction;
}

// "pid=28292, "
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    return Cursor(text.substr(at + name.size())).decimal();
}

class HsErrReader {
  public:
    HsErrReader(std::string_view text, std::string_view document) : text_(text), vm_(document) {}

    // Nothing where no line is one of such a report.
    std::optional<HsErr> read() {
        Lines lines(text_);
        while (lines.next()) step(lines);
        close(text_.size());
        if (!known_) return std::nullopt;
        log_.vm = vm_.take();
        log_.feature = java_feature(log_.vm.java_version);
        return std::move(log_);
    }

  private:
    void step(const Lines& at) {
        const std::string_view line = at.line();
        if (const auto heading = vm::hs_err_heading(line)) open(at, *heading);
        if (trim(line).empty()) return;
        if (line.starts_with('#') && part() != HsErrPart::environment) {
            head(at);
            return;
        }
        if (embedded()) return;
        if (line_of_part(at) || field(at) || line_of_vm(at))
            known_ = true;
        else if (log_.sections.empty())
            log_.not_understood.add_line(at.number(), line);
    }

    [[nodiscard]] HsErrPart part() const { return open_ ? log_.sections.back().part : HsErrPart::other; }

    // Texts with their own parsers elsewhere.
    [[nodiscard]] bool embedded() const {
        const HsErrPart now = part();
        return now == HsErrPart::dynamic_libraries || now == HsErrPart::native_memory ||
               now == HsErrPart::meminfo || now == HsErrPart::global_flags;
    }

    [[nodiscard]] std::size_t offset(std::string_view piece) const {
        return static_cast<std::size_t>(piece.data() - text_.data());
    }

    void open(const Lines& at, vm::HsErrHeading heading) {
        known_ = known_ || heading.part != HsErrPart::other;
        if (heading.part == HsErrPart::code_cache && part() == HsErrPart::code_cache) return;
        close(offset(at.line()));
        if (log_.sections.size() == most_sections) return;
        open_ = true;
        begin_ = heading.included ? offset(at.line()) : text_.size() - at.rest().size();
        log_.sections.push_back({heading.part, at.line(), {}, at.number() + (heading.included ? 0 : 1)});
    }

    // Without the blank lines at the end.
    void close(std::size_t end) {
        if (!std::exchange(open_, false)) return;
        std::string_view inside = begin_ < end ? text_.substr(begin_, end - begin_) : std::string_view();
        while (!inside.empty()) {
            const std::size_t newline = inside.substr(0, inside.size() - 1).rfind('\n');
            const std::size_t from = newline == std::string_view::npos ? 0 : newline + 1;
            std::string_view last = inside.substr(from);
            if (last.ends_with('\n')) last.remove_suffix(1);
            if (!trim(last).empty()) break;
            inside = inside.substr(0, from);
        }
        log_.sections.back().text = inside;
    }

    // #  SIGSEGV (0xb) at pc=0x00002b92c2489618, pid=28292, tid=47909616302400
    // #  Out of Memory Error (os_linux.cpp:3229), pid=12345, tid=67890
    // # Problematic frame:
    // # V  [libjvm.so+0xf10682]
    void head(const Lines& at) {
        const std::string_view line = at.line();
        const std::string_view words = trim(line.substr(1));
        if (line.starts_with("# A fatal error has been detected") ||
            line.starts_with("# An unexpected error has been") ||
            words.starts_with("There is insufficient memory for the Java Runtime")) {
            log_.crashed = known_ = true;
        } else if (words.starts_with("Native memory allocation ")) {
            log_.reason = words;
            for (const std::string_view before : {"failed to map ", "failed to allocate "})
                if (const auto size = number_behind(words, before)) log_.failed_allocation = Bytes(*size);
            known_ = true;
        } else if (line.starts_with("#  ") && words.find("pid=") != std::string_view::npos) {
            if (log_.headline.empty()) log_.headline = words;
            if (!log_.pid) log_.pid = number_behind(words, "pid=");
            known_ = log_.crashed = true;
        } else if (words == "Problematic frame:") {
            frame_follows_ = true;
            return;
        } else if (std::exchange(frame_follows_, false)) {
            if (log_.problematic_frame.empty()) log_.problematic_frame = words;
        } else if (line_of_vm(at)) {
            known_ = true;
        }
    }

    bool line_of_vm(const Lines& at) {
        const auto taken = vm_.read(at);
        if (!taken) log_.not_understood.add_line(at.number(), at.line());
        return taken.value_or(true);
    }

    bool line_of_part(const Lines& at) {
        switch (part()) {
            case HsErrPart::java_threads:
            case HsErrPart::other_threads:
                return thread(at);
            case HsErrPart::environment:
                return variable(at.line());
            case HsErrPart::process_memory:
                return vm::read_process_memory(at.line(), log_.memory);
            case HsErrPart::container:
                return vm::read_container(at.line(), log_.container);
            case HsErrPart::thread_list:
                return true;
            default:
                // A piece may begin amid the list of threads.
                return log_.sections.empty() && vm::is_hs_err_thread(at.line()) && thread(at);
        }
    }

    bool thread(const Lines& at) {
        if (auto found = vm::read_hs_err_thread(at.line())) {
            log_.threads.push_back(std::move(*found));
            return true;
        }
        if (!vm::is_hs_err_thread(at.line())) return at.line().starts_with("Total: ");
        log_.not_understood.add_line(at.number(), at.line());
        return true;
    }

    bool variable(std::string_view line) {
        const std::size_t end = line.find('=');
        if (end != std::string_view::npos && end != 0 && log_.environment.size() < most_names)
            log_.environment.push_back(line.substr(0, end));
        return true;
    }

    bool field(const Lines& at) {
        const std::string_view line = at.line();
        Cursor cursor(line);
        const auto text = [&](std::string& into) {
            if (into.empty()) into = trim(cursor.rest());
            return true;
        };
        if (cursor.take("Command Line:")) return text(log_.command_line);
        if (cursor.take("jvm_args:")) return text(log_.jvm_arguments);
        if (cursor.take("java_command:")) return text(log_.java_command);
        if (cursor.take("Host:")) return text(log_.host);
        if (cursor.take("VM state:")) return text(log_.vm_state);
        if (cursor.take("glibc malloc tunables:"))
            return trim(cursor.rest()) == "(default)" || text(log_.malloc_tunables);
        if (line.starts_with("Current thread (")) {
            log_.crashed_thread = vm::read_current_thread(line);
            if (!log_.crashed_thread) log_.not_understood.add_line(at.number(), line);
            return true;
        }
        if (line == "END.") return log_.whole = true;
        return time(line) || machine(line);
    }

    // Time: Sun Nov 22 20:26:17 2026 UTC elapsed time: 3.981186 seconds (0d 0h 0m 3s)
    // time: Thu Nov  1 12:31:00 2020                                                  the last lines up to 8
    // timezone: EDT
    // elapsed time: 66898 seconds (0d 18h 34m 58s)
    bool time(std::string_view line) {
        constexpr std::string_view elapsed = "elapsed time:";
        if (line.starts_with(elapsed)) {
            log_.elapsed_s = seconds(line.substr(elapsed.size()));
            log_.whole = log_.elapsed_s.has_value();
            return true;
        }
        if (!line.starts_with("Time: ") && !line.starts_with("time: ")) return false;
        const std::size_t at = line.find(elapsed);
        if (log_.time.empty()) log_.time = trim(line.substr(6, at == std::string_view::npos ? at : at - 6));
        if (at != std::string_view::npos) log_.elapsed_s = seconds(line.substr(at + elapsed.size()));
        return true;
    }

    // Memory: 4k page, physical 36347668k(922700k free), swap 4194300k(3778004k free)
    bool machine(std::string_view line) {
        constexpr std::string_view physical = ", physical ";
        if (!line.starts_with("Memory: ")) return false;
        const std::size_t at = line.find(physical);
        if (at == std::string_view::npos) return true;
        Cursor cursor(line.substr(at + physical.size()));
        if (const auto all = cursor.decimal(); all && cursor.take("k(")) {
            log_.machine_memory = kib(*all);
            if (const auto free = cursor.decimal()) log_.machine_memory_free = kib(*free);
        }
        return true;
    }

    std::string_view text_;
    HsErr log_;
    VmInfoReader vm_;
    bool open_ = false;      // the last of log_.sections
    std::size_t begin_ = 0;  // of its text
    bool known_ = false;
    bool frame_follows_ = false;
};

}  // namespace

const HsErrSection* HsErr::find(HsErrPart part) const {
    for (const HsErrSection& section : sections)
        if (section.part == part && !section.text.empty()) return &section;
    return nullptr;
}

Expected<HsErr> parse_hs_err(std::string_view text, std::string_view document) {
    if (auto log = HsErrReader(text, document).read()) return std::move(*log);
    Lines lines(text);
    while (lines.next() && trim(lines.line()).empty()) {
    }
    return lines.error(
        document, "expected a section of an hs_err log or of VM.info, found " + vm::quoted(lines.line()));
}

}  // namespace nmtx
