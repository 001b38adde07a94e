#include "platform/serve/repeated_output.h"

#include <utility>

namespace nmtx {

RepeatedOutput::RepeatedOutput(std::string name, std::function<Expected<void>()> write,
                               std::function<void(const std::string&)> say)
    : name_(std::move(name)), write_(std::move(write)), say_(std::move(say)) {}

void RepeatedOutput::write_if_due(std::uint64_t now_ns, std::uint64_t every_ns) {
    if (now_ns < due_ns_) return;
    due_ns_ = now_ns + every_ns;
    const auto written = write_();
    const std::string problem = written ? "" : to_string(written.error());
    if (problem != said_) say_(written ? name_ + " is written again" : problem);
    said_ = problem;
}

}  // namespace nmtx
