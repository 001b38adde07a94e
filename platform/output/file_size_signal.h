// `ulimit -f`: a write past the limit has to fail with EFBIG instead of killing us in the middle of work.
#pragma once

#include <csignal>

namespace nmtx {

class FileSizeSignalIgnored {
  public:
    FileSizeSignalIgnored() {
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGXFSZ, &ignore, &before_);
    }
    FileSizeSignalIgnored(const FileSizeSignalIgnored&) = delete;
    FileSizeSignalIgnored& operator=(const FileSizeSignalIgnored&) = delete;
    ~FileSizeSignalIgnored() { ::sigaction(SIGXFSZ, &before_, nullptr); }

  private:
    struct sigaction before_{};
};

}  // namespace nmtx
