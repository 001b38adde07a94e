#include "platform/symbols/java_thread_list.h"

#include <chrono>
#include <thread>
#include <vector>

#include "base/printable.h"
#include "documents/java_threads.h"
#include "evidence/redact.h"
#include "platform/proc/child_work.h"
#include "platform/symbols/java_stacks.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

// How long all pauses of the garbage collector together are waited for.
constexpr int most_waits = 100;
constexpr std::chrono::milliseconds one_wait{5};
constexpr std::size_t longest_why = 300;

JavaThreadList list_of(JavaStacks& jvm) {
    int waits = 0;
    const auto told = jvm.threads_told([&waits] {
        std::this_thread::sleep_for(one_wait);
        return ++waits < most_waits;
    });
    JavaThreadList list;
    for (const ToldThread& thread : told.threads) {
        JavaThreadEntry entry{thread.id, thread.name, thread.state, thread.compiling};
        // As in a dump, where names are found as well.
        if (entry.name) entry.name = without_secrets("hotspot/Thread.print", std::move(*entry.name));
        list.threads.push_back(std::move(entry));
    }
    list.names_missing = told.names_missing;
    return list;
}

}  // namespace

// The child reads memory that somebody else may have forged: what it says is parsed as any other's word.
Expected<std::optional<std::string>> read_java_threads(const ProcessFiles& process) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const std::vector<MappedFile> code = mapped_code(*maps);
    const MappedFile* const jvm = mapped_jvm(code);
    if (jvm == nullptr) return std::optional<std::string>();
    ChildBounds bounds;
    bounds.output = std::size_t{64} << 20U;
    const auto text = work_in_child(
        [&]() -> std::string {
            const auto opened = JavaStacks::of(process, *maps, *jvm, [](Address) { return false; });
            if (!opened) return "!" + to_string(opened.error());
            return format_java_threads(list_of(**opened));
        },
        bounds);
    const std::string where = "the JVM's list of threads";
    if (!text) return failure(where, "could not be read: " + text.error().what, text.error().hint);
    if (text->starts_with('!'))
        return failure(where,
                       "could not be read: " + printable(std::string_view(*text).substr(1, longest_why)));
    const auto list = parse_java_threads(*text);
    if (!list) return failure(where, "could not be read: the result is not a list of threads");
    return std::optional(format_java_threads(*list));
}

}  // namespace nmtx
