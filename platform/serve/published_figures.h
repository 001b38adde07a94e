// The last figures, between the loop that has them and those who print them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "metrics/exposition.h"

namespace nmtx {

class PublishedFigures {
  public:
    void publish(std::shared_ptr<const HostFigures> figures);
    [[nodiscard]] std::shared_ptr<const HostFigures> figures();
    // The text of a scrape: made at most once a second, however often it is asked for.
    std::shared_ptr<const std::string> text(Exposition format);
    // For the health check: the loop calls it at least once a second.
    void beat();
    [[nodiscard]] bool alive();

  private:
    struct Made {
        std::shared_ptr<const std::string> text;
        std::int64_t at_ms = 0;
    };
    std::mutex mutex_;
    std::shared_ptr<const HostFigures> figures_ = std::make_shared<const HostFigures>();
    std::array<Made, 2> made_;  // by format
    std::int64_t beat_ms_ = 0;
};

}  // namespace nmtx
