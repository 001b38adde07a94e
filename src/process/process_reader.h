// From the documents of a capture to what they say.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "evidence/capture.h"
#include "process/process_view.h"

namespace nmtx {

// Reads documents as they come in; each is parsed once.
class ProcessReader {
  public:
    // Parses what the capture has and this reader has not seen yet. Fails where smaps or status, without
    // which there is nothing to report, cannot be understood. The capture must outlive the view: it points
    // into its texts.
    // Once it has failed it fails again with the same error.
    Expected<void> update(const Capture& capture);
    [[nodiscard]] const ProcessView& view() const { return view_; }
    // The view, once it is complete; nothing is left here.
    [[nodiscard]] ProcessView take_view() { return std::move(view_); }

  private:
    std::optional<Error> failed_;
    ProcessView view_;
    std::set<std::string, std::less<>> seen_;          // documents
    std::set<std::string, std::less<>> seen_missing_;  // those that are not there
};

}  // namespace nmtx
