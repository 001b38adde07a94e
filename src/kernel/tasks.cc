#include "kernel/tasks.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"

namespace nmtx {
namespace {

constexpr std::string_view stat_shape = "\"TID (COMM) STATE ...\" with at least 28 fields";

// The fields of a stat line after the comm; proc(5) numbers them, the state is number 3.
class Fields {
  public:
    explicit Fields(std::string_view text) : cursor_(text) {}

    // Goes on to field `number`, which must not lie behind; nothing where the line ends before it or it is
    // empty.
    std::optional<std::string_view> at(int number) {
        std::string_view word;
        for (; next_ <= number; ++next_) {
            if (!cursor_.take(" ")) return std::nullopt;
            word = cursor_.word();
            if (word.empty()) return std::nullopt;
        }
        return word;
    }

    bool number_at(int number, std::uint64_t& target) {
        const auto word = at(number);
        if (!word) return false;
        Cursor digits(*word);
        const auto value = digits.decimal();
        if (!value || !digits.at_end()) return false;
        target = *value;
        return true;
    }

  private:
    Cursor cursor_;
    int next_ = 3;
};

// 15063 (GC Thread#0) S 15010 15062 15010 0 -1 1077936192 1 0 0 0 12 3 0 0 20 0 42 0 26541 3323510784 44384 …
// (52 fields)
std::optional<Task> read_stat(std::string_view line) {
    Task task;
    Cursor cursor(line);
    const auto tid = cursor.decimal();
    if (!tid || !cursor.take(" (")) return std::nullopt;
    task.tid = *tid;
    // A thread may call itself "a) R 1 (b": only the last bracket is the kernel's.
    const std::size_t close = cursor.rest().rfind(')');
    if (close == std::string_view::npos) return std::nullopt;
    task.comm = cursor.rest().substr(0, close);

    Fields fields(cursor.rest().substr(close + 1));
    const auto state = fields.at(3);
    if (!state || state->size() != 1) return std::nullopt;
    task.state = state->front();
    std::uint64_t start_stack = 0;
    const bool all = fields.number_at(9, task.flags) && fields.number_at(14, task.user_ticks) &&
                     fields.number_at(15, task.system_ticks) && fields.number_at(22, task.start_ticks) &&
                     fields.number_at(23, task.virtual_bytes) && fields.number_at(28, start_stack);
    if (!all) return std::nullopt;
    // A reader without ptrace permission gets 0.
    if (start_stack != 0) task.start_stack = Address{start_stack};
    return task;
}

std::optional<std::uint64_t> take_word(Cursor& cursor) {
    if (!cursor.take(" 0x")) return std::nullopt;
    return cursor.hex();
}

// "running" | "-1 SP PC" | "202 0x7f8141bff990 0x109 0x0 0x0 0x0 0xffffffff 0x7f8141bff8d0 0x7f81420c5f3b"
bool read_syscall(std::string_view text, Task& task) {
    if (text == "running") return true;
    Cursor cursor(text);
    const auto call = cursor.signed_decimal();
    if (!call) return false;
    const int arguments = *call < 0 ? 0 : 6;
    for (int i = 0; i < arguments; ++i) {
        if (!take_word(cursor)) return false;
    }
    const auto stack_pointer = take_word(cursor);
    const auto program_counter = take_word(cursor);
    if (!stack_pointer || !program_counter || !cursor.at_end()) return false;
    // Kernel threads, and tasks that have already released their stack, have "-1 0x0 0x0".
    if (*stack_pointer != 0) task.stack_pointer = Address{*stack_pointer};
    return true;
}

}  // namespace

Expected<Task> parse_task_stat(std::string_view text, std::string_view document) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto task = read_stat(text);
    if (!task) return failure(std::string(document), mismatch(stat_shape, text));
    return std::move(*task);
}

namespace {

// "486620000 1201100 512"
bool read_schedstat(std::string_view text, Task& task) {
    Cursor cursor(text);
    const auto run = cursor.decimal();
    if (!run || !cursor.take(" ")) return false;
    const auto wait = cursor.decimal();
    if (!wait || !cursor.take(" ") || !cursor.decimal() || !cursor.at_end()) return false;
    task.run_ns = run;
    task.wait_ns = wait;
    return true;
}

bool read_number(std::string_view text, std::optional<std::uint64_t>& target) {
    Cursor cursor(text);
    cursor.skip_blanks();
    target = cursor.decimal();
    return target && cursor.at_end();
}

// "\t15063\t7"
bool read_nspid(std::string_view text, Task& task) {
    Cursor cursor(text);
    task.nspid.clear();
    while (cursor.take("\t")) {
        const auto id = cursor.decimal();
        if (!id) return false;
        task.nspid.push_back(*id);
    }
    return cursor.at_end() && !task.nspid.empty();
}

struct TaskLine {
    std::string_view prefix;
    bool (*read)(std::string_view, Task&);
    std::string_view shape;
};
constexpr std::array task_lines{
    TaskLine{"syscall ", read_syscall,
             "\"syscall running\", \"syscall -1 SP PC\" or a call, six arguments, SP, PC"},
    TaskLine{"at ", [](std::string_view text, Task& task) { return read_number(text, task.read_at_ns); },
             "\"at NANOSECONDS\""},
    TaskLine{"schedstat ", read_schedstat, "\"schedstat RUN WAIT TIMESLICES\""},
    TaskLine{"NSpid:", read_nspid, "\"NSpid:\" and numbers behind tabs"},
    TaskLine{"voluntary_ctxt_switches:",
             [](std::string_view text, Task& task) { return read_number(text, task.voluntary_switches); },
             "\"voluntary_ctxt_switches: N\""},
    TaskLine{"nonvoluntary_ctxt_switches:",
             [](std::string_view text, Task& task) { return read_number(text, task.involuntary_switches); },
             "\"nonvoluntary_ctxt_switches: N\""},
};

}  // namespace

Expected<std::vector<Task>> parse_tasks(std::string_view text, std::string_view document) {
    std::vector<Task> tasks;
    unsigned seen = 0;  // of task_lines, since the last stat line
    Lines lines(text);
    while (lines.next()) {
        const auto* const known = std::find_if(task_lines.begin(), task_lines.end(), [&](const TaskLine& l) {
            return lines.line().starts_with(l.prefix);
        });
        if (known == task_lines.end()) {
            auto task = read_stat(lines.line());
            if (!task) return lines.error(document, mismatch(stat_shape, lines.line()));
            tasks.push_back(std::move(*task));
            seen = 0;
            continue;
        }
        const unsigned bit = 1U << static_cast<unsigned>(known - task_lines.begin());
        if (tasks.empty() || (seen & bit) != 0) {
            return lines.error(document, mismatch("a stat line before this one of its task", lines.line()));
        }
        if (!known->read(lines.line().substr(known->prefix.size()), tasks.back()))
            return lines.error(document, mismatch(known->shape, lines.line()));
        seen |= bit;
    }
    return tasks;
}

}  // namespace nmtx
