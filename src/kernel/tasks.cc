#include "kernel/tasks.h"

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
                     fields.number_at(28, start_stack);
    if (!all) return std::nullopt;
    // 0 is what a reader without ptrace permission is told.
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
    // Kernel threads, and tasks whose stack is gone already, have "-1 0x0 0x0".
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

Expected<std::vector<Task>> parse_tasks(std::string_view text, std::string_view document) {
    constexpr std::string_view syscall = "syscall ";
    std::vector<Task> tasks;
    bool wants_syscall = false;  // a stat line came before, and nothing since
    Lines lines(text);
    while (lines.next()) {
        if (!lines.line().starts_with(syscall)) {
            auto task = read_stat(lines.line());
            if (!task) return lines.error(document, mismatch(stat_shape, lines.line()));
            tasks.push_back(std::move(*task));
            wants_syscall = true;
            continue;
        }
        if (!wants_syscall)
            return lines.error(document, mismatch("a stat line before its syscall line", lines.line()));
        if (!read_syscall(lines.line().substr(syscall.size()), tasks.back())) {
            return lines.error(
                document,
                mismatch("\"syscall running\", \"syscall -1 SP PC\" or a call, six arguments, SP, PC",
                         lines.line()));
        }
        wants_syscall = false;
    }
    return tasks;
}

}  // namespace nmtx
