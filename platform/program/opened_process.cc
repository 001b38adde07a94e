#include "platform/program/opened_process.h"

#include <utility>

#include "platform/program/run.h"
#include "process/process_reader.h"

namespace nmtx {

Expected<OpenedProcess> opened(Capture capture) {
    OpenedProcess process{std::move(capture), {}};
    ProcessReader reader;
    if (auto read = reader.update(process.capture); !read) return tl::make_unexpected(read.error());
    process.view = reader.take_view();
    return process;
}

Expected<OpenedProcess> open_file(const Command& command, const std::string& file) {
    auto capture = read_capture(file);
    if (!capture) return tl::make_unexpected(capture.error());
    return opened(redacted(command, std::move(*capture)));
}

Expected<OpenedProcess> open_process(const Command& command, std::uint64_t pid, ReconciliationPlan plan) {
    auto capture = capture_of(command, pid, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    OpenedProcess process{std::move(*capture), {}};
    if (auto finished = plan.finish(process.capture); !finished) return tl::make_unexpected(finished.error());
    process.view = plan.take_view();
    if (command.output.empty()) return process;
    if (auto written = write_capture(command, process.capture); !written)
        return tl::make_unexpected(written.error());
    return process;
}

Expected<OpenedProcess> open_either(const Command& command, ReconciliationPlan plan) {
    if (!command.target.file.empty()) return open_file(command, command.target.file);
    return open_process(command, command.target.pid, std::move(plan));
}

}  // namespace nmtx
