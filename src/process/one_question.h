// A plan that asks a JVM one question and collects nothing else, under the same rules as any question.
#pragma once

#include <string>
#include <utility>

#include "evidence/plan.h"
#include "process/process_reader.h"
#include "process/process_view.h"
#include "process/questions.h"

namespace nmtx {

class OneQuestion : public CapturePlan {
  public:
    explicit OneQuestion(std::string command) : command_(std::move(command)) {}
    // The name of the answer in the capture.
    [[nodiscard]] std::string document() const { return document_of(command_); }

    // A document that cannot be parsed says nothing about the options, and is not an error.
    std::optional<Missing> attach_refused(const Capture& so_far) override {
        if (!reader_.update(so_far)) return std::nullopt;
        return why_not_to_attach(reader_.view());
    }
    std::optional<std::string> next_question(const Capture& so_far) override {
        return so_far.tried(document()) ? std::nullopt : std::optional(command_);
    }
    void derive(Capture& /*so_far*/, TargetMemory& /*memory*/, TargetFiles& /*files*/) override {}
    std::vector<Range> residency_wanted(const Capture& /*so_far*/) override { return {}; }

  private:
    std::string command_;
    ProcessReader reader_;
};

}  // namespace nmtx
