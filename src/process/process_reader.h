// Parses the documents of a capture.
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
    // Parses the documents that this reader has not seen yet. Fails where smaps or status cannot be parsed,
    // because there is no report without them. The capture must outlive the view, which points into its
    // texts.
    // Once it has failed it fails again with the same error.
    Expected<void> update(const Capture& capture);
    [[nodiscard]] const ProcessView& view() const { return view_; }
    // Moves the complete view out.
    [[nodiscard]] ProcessView take_view() { return std::move(view_); }

  private:
    std::optional<Error> failed_;
    ProcessView view_;
    std::set<std::string, std::less<>> seen_;          // documents
    std::set<std::string, std::less<>> seen_missing_;  // documents that are missing
};

}  // namespace nmtx
